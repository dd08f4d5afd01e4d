"""Whether a document is what was signed: its form, and the signature under it, for both ways in which badges are signed.

A ``DataIntegrityProof`` covers what the JSON means, so the JSON must be written the one way in which that is unmistakable:
contexts that are known here, no term that they don't know, no relative address. A VC-JWT covers every byte.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cbe.domain.errors import CbeError
from cbe.domain.verification import Fetch

from .issuer_keys import find_key
from .reading import Presented

__all__ = ["Forged", "Malformed", "Unsupported", "check_form", "check_signature", "issuer_of", "known_contexts"]

SUITE = "eddsa-rdfc-2022"
ALGORITHMS = ("EdDSA", "ES256", "RS256")
OF_BADGES = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
OF_RECORDS = {"verifiableCredential", "identifier", "achievement", "association"}
TIE = {"type", "associationType", "sourceId", "targetId"}
HEADERS = {"alg", "typ", "cty", "kid", "jwk"}


class Malformed(CbeError):
    """A document whose signature would not cover what is read in it; ``detail`` is the library's word for it."""

    detail: str = ""

    def __init__(self, message: str, detail: str = "", **values: Any) -> None:
        super().__init__(message, **values)
        self.detail = detail


class Forged(Malformed):
    """A signature that isn't that of the issuer over this document."""


class Unsupported(CbeError):
    """A document that is signed in no way that is checked here."""


def known_contexts(types: set[str]) -> dict[str, dict[str, Any]]:
    """Return the contexts that a document of these types may name beside the bundled ones."""
    from openbadgeslib.ob3.clr import bundled_clr_contexts

    return bundled_clr_contexts() if "ClrCredential" in types else {}


def check_form(one: Presented, types: set[str]) -> None:
    """Refuse a document that could mean anything but what is read in it. Raises ``Malformed`` and ``Unsupported``."""
    _check_contexts(one.document, types)
    if one.form == "jwt":
        _check_claims(one.document, one.header or {})
        return
    from openbadgeslib.ob3 import OB3VerificationError
    from openbadgeslib.ob3._canon_guard import isolate, require_guard
    from openbadgeslib.ob3._context_validation import validate_document
    from openbadgeslib.ob3._structure_screen import StructureLimitExceeded, screen
    from openbadgeslib.ob3.contexts import document_loader
    from pyld import jsonld

    proof = _proof_of(one.document)
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    try:
        require_guard()
        loader = document_loader(known_contexts(types))
        for plain in _plain_parts(one.document, types):
            screen(plain, scale=1, contexts=False)
            validate_document(plain, {**options, "@context": plain["@context"]}, loader, isolate(jsonld))
    except (OB3VerificationError, StructureLimitExceeded) as error:
        raise Malformed(
            "It isn't written in the one way in which its signature covers all of it: it holds a term that is not "
            "defined, a relative address, or something spelled otherwise than its meaning wants.",
            detail=str(error)[:500],
        ) from None


def check_signature(one: Presented, issuer: str, fetch: Fetch, types: set[str]) -> None:
    """Check the signature with the issuer's key. Raises ``Forged``, ``NoKey``, and what ``fetch`` raises."""
    if one.form == "jwt":
        _check_token(one, issuer, fetch)
        return
    from openbadgeslib.ob3 import OB3VerificationError, verify_data_integrity_proof

    key = find_key(issuer, str(_proof_of(one.document)["verificationMethod"]), fetch)
    try:
        verify_data_integrity_proof(one.document, key, extra_contexts=known_contexts(types))
    except OB3VerificationError as error:
        raise _forged(error) from None


def _forged(error: Exception) -> Forged:
    return Forged(
        "The signature doesn't fit: it was changed after it was signed, or somebody else signed it.",
        detail=str(error)[:500],
    )


def _proof_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the proof, when there is exactly one and it is of the kind that is checked here."""
    raw = document.get("proof")
    proofs = raw if isinstance(raw, list) else [raw]
    if raw is None or raw == []:
        raise Malformed("It is not signed.")
    if len(proofs) != 1 or not isinstance(proofs[0], dict):
        raise Unsupported("It has several signatures; credentials with exactly one are checked here.")
    proof = proofs[0]
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        kind = proof.get("cryptosuite") or proof.get("type")
        raise Unsupported("It is signed in a way that is not checked here: %(kind)s", kind=str(kind)[:100])
    if not isinstance(proof.get("verificationMethod"), str):
        raise Malformed("Its signature names no key.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise Malformed("Its signature is for another purpose than stating what it says.")
    return proof


def _plain_parts(document: dict[str, Any], types: set[str]) -> list[dict[str, Any]]:
    """Return what is to be looked at as it is written, without the proof.

    Of a record not the credentials in it, which have a form of their own. The context of records gives types to who it is
    of and to achievements that no object can be written back with, so these are looked at as a badge has them; and ties
    between credentials, by their members.
    """
    whole = {key: value for key, value in document.items() if key != "proof"}
    subject = document.get("credentialSubject")
    if "ClrCredential" not in types or not isinstance(subject, dict):
        return [whole]
    _check_ties(subject.get("association", []))
    rest = {key: value for key, value in subject.items() if key not in OF_RECORDS}
    parts = [{**whole, "credentialSubject": rest}]
    for name in ("identifier", "achievement"):
        values = subject.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            inner = {"type": ["AchievementSubject"], name: [value] if name == "identifier" else value}
            parts.append({"@context": list(OF_BADGES), "type": ["VerifiableCredential", "OpenBadgeCredential"], "credentialSubject": inner})  # fmt: skip
    return parts


def _check_ties(ties: Any) -> None:
    """Refuse ties of a record that say more than which credential is what to which."""
    for one in ties if isinstance(ties, list) else [ties]:
        texts = isinstance(one, dict) and all(isinstance(value, str) for value in one.values())
        if not texts or set(one) - TIE or one.get("type") != "Association" or not all(":" in one.get(end, "") for end in ("sourceId", "targetId")):  # fmt: skip
            raise Malformed("A tie between credentials of the record says what its signature does not cover.")


def _check_contexts(document: dict[str, Any], types: set[str]) -> None:
    from openbadgeslib.ob3.contexts import bundled_contexts

    contexts = document.get("@context")
    named = [contexts] if isinstance(contexts, str) else contexts
    if not isinstance(named, list) or not named:
        raise Malformed("It names no context, so nobody knows what its words mean.")
    known = bundled_contexts().keys() | known_contexts(types).keys()
    for one in named:
        if not isinstance(one, str):
            raise Malformed("It brings a context of its own, which could give its words another meaning.")
        if one not in known:
            raise Malformed(
                "It names a context that is not known here, and none is fetched: %(context)s", context=one[:200]
            )
    if named[0] != "https://www.w3.org/ns/credentials/v2":
        raise Malformed("Its first context is not that of verifiable credentials.")


def _check_claims(document: dict[str, Any], header: dict[str, Any]) -> None:
    """Refuse a token whose registered claims say something else than the credential in it."""
    if "vc" in document:
        raise Malformed("The credential stands in a member “vc”, as in drafts of the standard; it may only stand once.")
    if header.keys() - HEADERS:
        raise Malformed("Its header asks for what is not known here.")
    subject = document.get("credentialSubject")
    pairs = (
        ("iss", issuer_of(document), True),
        ("jti", document.get("id"), "id" in document),
        (
            "sub",
            subject.get("id") if isinstance(subject, dict) else None,
            isinstance(subject, dict) and "id" in subject,
        ),
    )
    for claim, said, wanted in pairs:
        if (wanted or claim in document) and document.get(claim) != said:
            raise Malformed("The claim “%(claim)s” around the credential contradicts it.", claim=claim)


def issuer_of(document: dict[str, Any]) -> str:
    """Return the id of the issuer, empty when it has none."""
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    return named if isinstance(named, str) else ""


def _check_token(one: Presented, issuer: str, fetch: Fetch) -> None:
    import jwt

    header = one.header or {}
    algorithm, kid = header.get("alg"), header.get("kid", "")
    if algorithm not in ALGORITHMS:
        raise Forged("It is signed in a way that is not trusted: %(kind)s", kind=str(algorithm)[:50])
    if not isinstance(kid, str):
        raise Forged("Its signature names no key.")
    method = issuer + kid if kid.startswith("#") else kid
    key = find_key(issuer, method, fetch)
    try:
        signature = one.token.rpartition(".")[2]
        if (
            urlsafe_b64encode(urlsafe_b64decode(signature + "=" * (-len(signature) % 4))).decode().rstrip("=")
            != signature
        ):
            raise ValueError("the signature has bits left over")
        jwt.PyJWS().decode(one.token, key, algorithms=[str(algorithm)])
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _forged(error) from None
