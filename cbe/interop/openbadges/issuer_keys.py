"""From the DID of an issuer to the key that may speak for it: ``did:key`` from the DID itself, ``did:web`` from its domain.

The document of a domain is asked for through the caller's ``fetch``. Whose a DID really is is nothing that this can know.
"""

from __future__ import annotations

import re
from typing import Any

from cbe.domain.errors import CbeError, Worded
from cbe.domain.verification import Fetch

from .reading import Unreadable, parse_json

__all__ = ["NoKey", "find_key", "how_known", "web_address"]

SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})+", re.ASCII)
HOST = re.compile(r"[A-Za-z0-9.-]+(?:%3[Aa]\d{1,5})?", re.ASCII)


class NoKey(CbeError):
    """No key of the issuer was found under the name that the proof gives, with why."""


def find_key(issuer: str, method: str, fetch: Fetch) -> bytes:
    """Return the public key (PEM) that an issuer lets sign, under the name that a proof gives it.

    ``method`` may be empty where the proof names none: then the issuer must have exactly one. Raises ``NoKey``, and what
    ``fetch`` raises.
    """
    if method and method.partition("#")[0] != issuer:
        raise NoKey("It is signed with a key of %(other)s, not of its issuer.", other=method.partition("#")[0][:200])
    if issuer.startswith("did:key:"):
        return _own_key(issuer, method)
    if issuer.startswith("did:web:"):
        return _published_key(issuer, method, fetch)
    raise NoKey("The issuer is named in a way from which no key follows: %(issuer)s", issuer=issuer[:200])


def web_address(did: str) -> str | None:
    """Return where the document of a ``did:web`` is, None when the DID is none.

    >>> web_address("did:web:example.org"), web_address("did:web:example.org%3A8443:issuers:1")
    ('https://example.org/.well-known/did.json', 'https://example.org:8443/issuers/1/did.json')
    >>> web_address("did:web:example.org%2F@10.0.0.1"), web_address("did:web:example.org:..")
    (None, None)
    """
    host, *segments = did.removeprefix("did:web:").split(":")
    if not HOST.fullmatch(host) or any(not SEGMENT.fullmatch(one) or not one.strip(".") for one in segments):
        return None
    host = host.replace("%3A", ":").replace("%3a", ":")
    return f"https://{host}/{'/'.join(segments) if segments else '.well-known'}/did.json"


def _own_key(issuer: str, method: str) -> bytes:
    from openbadgeslib.ob3 import OB3VerificationError
    from openbadgeslib.ob3.did import resolve_verification_method

    try:
        return bytes(resolve_verification_method(method or issuer))
    except (OB3VerificationError, ValueError) as error:
        raise NoKey("The key in the name of the issuer cannot be read: %(why)s", why=str(error)[:200]) from None


def _published_key(issuer: str, method: str, fetch: Fetch) -> bytes:
    from openbadgeslib.ob3 import OB3VerificationError
    from openbadgeslib.ob3.did import pem_for_kid

    document = _document(issuer, fetch)
    name = _allowed(document, issuer, method)
    methods = document["verificationMethod"]
    found = [one for one in methods if isinstance(one, dict) and _full(one.get("id"), issuer) == name]
    if len(found) != 1 or _full(found[0].get("controller"), issuer) != issuer or found[0].get("revoked"):
        raise NoKey("The domain of the issuer doesn't publish the key it is signed with, or not any more.")
    try:
        return bytes(pem_for_kid({"verificationMethod": [{**found[0], "id": name}]}, issuer, name))
    except (OB3VerificationError, ValueError) as error:
        raise NoKey("The key that the issuer publishes cannot be read: %(why)s", why=str(error)[:200]) from None


def _document(issuer: str, fetch: Fetch) -> dict[str, Any]:
    address = web_address(issuer)
    if address is None:
        raise NoKey("The issuer is named in a way from which no key follows: %(issuer)s", issuer=issuer[:200])
    try:
        document = parse_json(fetch(address).decode("utf-8"))
    except (Unreadable, UnicodeDecodeError) as error:
        why = error.worded() if isinstance(error, Unreadable) else "it is not UTF-8"
        raise NoKey("What the domain of the issuer publishes cannot be read: %(why)s", why=why) from None
    if document.get("id") != issuer or not isinstance(document.get("verificationMethod"), list):
        raise NoKey("What the domain of the issuer publishes is not about this issuer.")
    return document


def _allowed(document: dict[str, Any], issuer: str, method: str) -> str:
    """Return the name of a key that the issuer lets sign what it states (``assertionMethod``)."""
    listed = document.get("assertionMethod")
    names = [one.get("id") if isinstance(one, dict) else one for one in listed] if isinstance(listed, list) else []
    allowed = [_full(one, issuer) for one in names]
    if not method and len(allowed) == 1:
        return allowed[0]
    if not method or method not in allowed:
        raise NoKey("The issuer doesn't let the key it is signed with sign credentials, or not any more.")
    return method


def _full(name: Any, issuer: str) -> str:
    return f"{issuer}{name}" if isinstance(name, str) and name.startswith("#") else str(name)


def how_known(issuer: str, own: frozenset[str]) -> tuple[str, Worded]:
    """Say how it is known who the issuer is, as the result of a row and its words."""
    if issuer in own:
        return "passed", Worded("This installation issued it.")
    if issuer.startswith("did:web:"):
        host = issuer.removeprefix("did:web:").partition(":")[0].replace("%3A", ":")
        words = Worded("The key is published at %(host)s: whoever runs that address issued it.", host=host)
        return "passed", words
    return "unknown", Worded(
        "The issuer is known by its key only. Whose key that is cannot be checked here: ask the organization, or "
        "compare it with another credential that you know to be theirs."
    )
