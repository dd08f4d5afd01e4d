"""Ed25519 keys as credentials name them: multibase, ``did:key``, ``did:web`` and the document of a ``did:web``.

Where keys are kept and which of them signs is the services'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["did_document", "did_key", "did_web", "method_of", "multibase_of", "private_pem"]


def multibase_of(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key as a Multikey has it: base58 of its bytes with the prefix of Ed25519."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from openbadgeslib.ob3.did import multikey_from_pem

    return str(multikey_from_pem(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)))


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Return a key as the signers want it."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def did_key(multibase: str) -> str:
    """Return the DID that is a key.

    >>> did_key("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    """
    return f"did:key:{multibase}"


def did_web(address: str) -> str | None:
    """Return the DID of an installation at an https address without a path, None for any other.

    >>> did_web("https://cbe.example:8443"), did_web("http://127.0.0.1:5000"), did_web("https://example.org/cbe")
    ('did:web:cbe.example%3A8443', None, None)
    """
    scheme, _, host = address.partition("://")
    if scheme != "https" or not host or "/" in host or "@" in host:
        return None
    return "did:web:" + host.lower().replace(":", "%3A")


def method_of(did: str, multibase: str) -> str:
    """Return what a proof calls the key of an issuer: the key itself behind the issuer's DID."""
    return f"{did}#{multibase}"


def did_document(did: str, multibases: Sequence[str]) -> dict[str, Any]:
    """Return the document of a ``did:web`` with all of its keys, the one that signs now first."""
    methods = [
        {"id": method_of(did, one), "type": "Multikey", "controller": did, "publicKeyMultibase": one}
        for one in multibases
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }
