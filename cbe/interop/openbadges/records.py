"""A learner's record as a Comprehensive Learner Record 2.0: whole signed credentials in one signed envelope.

What each credential says was signed before and stays as it is; how they stack stands beside them as associations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .building import IssuerFacts, SubjectFacts, issuer_document, name_of
from .keys import private_pem
from .signing import SigningKey, Unsignable

__all__ = ["RecordFacts", "parts_of", "record_document", "sign_record"]

MOST_BYTES = 230_000
"""Of the members of one record; verifiers take documents of 262,144 bytes and no more."""
MOST_TYPED = 2_800
"""Objects with a type in the members; verifiers refuse more than 3,200."""


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """One record, or one part of it: whose, called what, and the credentials in it as they were signed."""

    url: str
    issuer: IssuerFacts
    subject: SubjectFacts
    name: str
    members: tuple[str, ...]
    is_partial: bool


def parts_of(members: Sequence[str]) -> list[tuple[str, ...]]:
    """Divide credentials into records that verifiers take, in their order.

    >>> [len(part) for part in parts_of(["x" * 100_000] * 5)]
    [2, 2, 1]
    """
    parts: list[list[str]] = []
    size = typed = 0
    for text in members:
        own, types = len(text.encode()), text.count('"type":')
        if not parts or size + own > MOST_BYTES or typed + types > MOST_TYPED:
            parts.append([])
            size = typed = 0
        parts[-1].append(text)
        size, typed = size + own, typed + types
    return [tuple(part) for part in parts]


def record_document(facts: RecordFacts, *, now: datetime) -> dict[str, Any]:
    """Return a record as a document, not signed yet; ``isPartOf`` leads from a credential to what is built on it."""
    from openbadgeslib.ob3 import build_clr_credential

    members = [json.loads(text) for text in facts.members]
    names = [name_of(facts.subject.name)] if facts.subject.name else []
    document: dict[str, Any] = build_clr_credential(
        issuer_document(facts.issuer), names, members, credential_id=facts.url, valid_from=now
    )
    document["name"] = facts.name
    document["partial"] = facts.is_partial
    subject = document["credentialSubject"]
    subject["id"] = facts.subject.id
    if not names:
        del subject["identifier"]
    if found := list(_associations(members)):
        subject["association"] = found
    return document


def sign_record(document: Mapping[str, Any], key: SigningKey) -> str:
    """Sign a record and return the text that is kept; raises ``Unsignable`` for what verifiers would not take."""
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import sign_clr_credential

    try:
        signed = sign_clr_credential(dict(document), private_pem(key.private), key.method)
    except (LibOpenBadgesException, ValueError) as error:
        raise Unsignable("The record cannot be signed: %(why)s", why=str(error)) from error
    return json.dumps(signed, ensure_ascii=False, separators=(",", ":"))


def _associations(members: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    ids = {member["id"] for member in members}
    return [
        {"type": "Association", "associationType": "isPartOf", "sourceId": one["id"], "targetId": member["id"]}
        for member in members
        for one in member.get("evidence", ())
        if one["id"] in ids
    ]
