"""What a credential from elsewhere answers and whom it names, for each credential in it: Open Badges 2.0 and 3.0, CLR 2.0.

Written for documents of strangers: whatever is not of the expected shape is left out. Whether any of it is true is
``verifying``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cbe.domain.outside import Identity
from cbe.domain.verification import Evidence, Shown

from .reading import Presented, Unreadable, read
from .shown import shown_in

__all__ = ["Part", "part_of", "parts_of"]

MOST = 100
LONGEST = 2_000
KINDS = {"emailAddress": "email", "email": "email", "name": "name", "ext:name": "name"}


@dataclass(frozen=True, slots=True)
class Part:
    """One credential: what it says, the addresses of what it is about, whom it names; ``key`` is the same wherever it stands."""

    key: str
    shown: Shown
    addresses: tuple[str, ...]
    identities: tuple[Identity, ...]


def parts_of(one: Presented) -> list[Part | None]:
    """Return the credentials in what was read: itself, or those of a record in their order (None: none can be read)."""
    members = _object(one.document.get("credentialSubject")).get("verifiableCredential")
    types = one.document.get("type")
    if members is None or "ClrCredential" not in (types if isinstance(types, list) else [types]):
        return [part_of(one.document)]
    return [_member(value) for value in (members if isinstance(members, list) else [members])]


def part_of(document: dict[str, Any]) -> Part:
    """Return what one credential answers and whom it names."""
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    if not subject and ("badge" in document or "recipient" in document):
        return _open_badges_2(document)
    found = [_text(achievement.get("id"))]
    found += [
        _text(one.get("targetUrl"))
        for one in _objects(achievement.get("alignment"))
        if not _text(one.get("targetType")).startswith("ext:")  # a level or a kind of assessment, no competency
    ]
    shown = shown_in(document)
    return Part(_key(shown, document), shown, _unique(found), tuple(_identities(subject)))


def _member(value: Any) -> Part | None:
    if isinstance(value, dict):
        return part_of(value)
    try:
        return part_of(read(value.encode()).document) if isinstance(value, str) else None
    except Unreadable:
        return None


def _open_badges_2(document: dict[str, Any]) -> Part:
    """Return an assertion of Open Badges 2.0; of a badge that is only linked to, no more than its address is known."""
    badge, recipient = _object(document.get("badge")), _object(document.get("recipient"))
    issuer = badge.get("issuer")
    address = _text(document.get("badge")) or _text(badge.get("id"))
    alignments = [
        Evidence(_text(one.get("targetName")), _text(one.get("targetUrl")), _text(one.get("targetDescription")))
        for one in _objects(badge.get("alignment"))
    ]
    is_hashed = recipient.get("hashed") is True
    identity = Identity(
        KINDS.get(_text(recipient.get("type")), "other"), _text(recipient.get("identity")), is_hashed,
        _text(recipient.get("salt")),
    )  # fmt: skip
    shown = Shown(
        id=_text(document.get("id")),
        name=_text(badge.get("name")) or address,
        description=_text(badge.get("description")),
        criteria=_text(_object(badge.get("criteria")).get("narrative")) or _text(badge.get("criteria")),
        issuer=_text(_object(issuer).get("name")),
        issuer_id=_text(issuer) or _text(_object(issuer).get("id")),
        subject="" if is_hashed else identity.value,
        awarded=_text(document.get("issuedOn")),
        valid_until=_text(document.get("expires")),
        alignments=tuple(alignments),
    )
    found = [address, *(one.url for one in alignments)]
    return Part(_key(shown, document), shown, _unique(found), (identity,) if identity.value else ())


def _identities(subject: dict[str, Any]) -> Iterator[Identity]:
    for one in _objects(subject.get("identifier")):
        value = _text(one.get("identityHash"))
        if value:
            kind = KINDS.get(_text(one.get("identityType")), "other")
            yield Identity(kind, value, one.get("hashed") is True, _text(one.get("salt")))
    address = _text(subject.get("id"))
    if address.lower().startswith("mailto:"):
        yield Identity("email", address[len("mailto:") :])


def _key(shown: Shown, document: dict[str, Any]) -> str:
    said = [shown.issuer_id, shown.id] if shown.id else document
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _unique(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def _objects(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)][:MOST]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
