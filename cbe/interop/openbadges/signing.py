"""Signing: a credential or a status list as a document becomes the text that is kept, and a VC-JWT.

Strictly: what a proof would not cover is refused, not left out. What a credential says is ``building``'s.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cbe.domain.errors import CbeError

from .keys import method_of, private_pem
from .shapes import problems_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Signed", "SigningKey", "Unsignable", "sign_credential", "sign_list"]


class Unsignable(CbeError):
    """A document that must not be signed as it stands, with why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key with its public half in multibase and the DID of the issuer for whom it signs."""

    private: Ed25519PrivateKey = field(compare=False)
    multibase: str
    did: str

    @property
    def method(self) -> str:
        """What a proof calls it."""
        return method_of(self.did, self.multibase)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document, as the text that is kept (``eddsa-rdfc-2022``) and as a VC-JWT."""

    text: str
    jwt: str


def sign_credential(document: Mapping[str, Any], key: SigningKey, *, now: datetime) -> Signed:
    """Sign a credential; raises ``Unsignable`` for what is no credential of ours, or would be covered only in part."""
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import OB3LdpSigner, OpenBadgeCredential

    problems = problems_of(document)
    if problems:
        raise Unsignable("The credential cannot be signed: %(why)s", why="; ".join(problems[:10]))
    if document["issuer"]["id"] != key.did:
        raise Unsignable("The credential cannot be signed: %(why)s", why="the issuer is not the one of the key")

    class Document(OpenBadgeCredential):
        def to_vc(self) -> dict[str, Any]:
            return copy.deepcopy(dict(document))

    try:
        credential = Document.from_vc_document(copy.deepcopy(dict(document)))
        signer = OB3LdpSigner(private_pem(key.private), key.method)
        signed = signer.sign(credential, created=now)
        return Signed(_text(signed), _jwt(credential.to_jwt_payload(), key))
    except (LibOpenBadgesException, ValueError) as error:
        raise Unsignable("The credential cannot be signed: %(why)s", why=str(error)) from error


def sign_list(document: Mapping[str, Any], key: SigningKey, *, now: datetime) -> Signed:
    """Sign a status list, with the time at which it is signed in both forms, so that the same gives the same."""
    from openbadgeslib.ob3 import add_data_integrity_proof

    signed = add_data_integrity_proof(dict(document), private_pem(key.private), key.method, created=now)
    registered = {"iss": key.did, "jti": document["id"], "nbf": int(now.timestamp())}
    return Signed(_text(signed), _jwt({**document, **registered}, key))


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _jwt(payload: Mapping[str, Any], key: SigningKey) -> str:
    import jwt

    headers = {"kid": key.method, "typ": "JWT"}
    return jwt.encode(dict(payload), key.private, algorithm="EdDSA", headers=headers)
