"""Keeping credentials from elsewhere: verified as they come, looked at, verified again, taken away.

Verifying asks the network, so it is done before the change begins.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import Conflict, Invalid, NotFound
from cbe.domain.kept_verification import check_from_kept, from_kept, kept_check, to_kept
from cbe.domain.outside import MOST_KEPT, whose
from cbe.domain.policy import Actor, Subject
from cbe.domain.verification import Check, Verified
from cbe.interop.openbadges.outside import Part, part_of, parts_of
from cbe.interop.openbadges.reading import Unreadable, read
from cbe.store import outside, people
from cbe.store.outside import OutsideRow

from ..outbound import Outbound
from ..transaction import Transaction, transaction
from ..verifying import verify_bytes

__all__ = [
    "Findings",
    "Line",
    "Outside",
    "bring_in",
    "get_own",
    "keep_findings",
    "list_own",
    "looked_at",
    "own_row",
    "record_findings",
    "remove",
    "verified",
    "verify_again",
]

LONGEST_NAME = 300
FIRST_NAMES = 3
LONGEST_SOURCE = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A credential from elsewhere in a list."""

    id: UUID
    name: str
    issuer: str
    verdict: str
    brought_at: datetime
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Outside:
    """A credential from elsewhere: what it says, what verifying it found the last time, and whose each part of it is.

    ``parts``: itself, or the credentials in a record, each with the rows found for it and the row that says whose it is;
    None for one that cannot be read.
    """

    id: UUID
    account_id: UUID
    name: str
    issuer: str
    source: str
    found: Verified
    parts: tuple[tuple[Part, Verified, Check] | None, ...]
    brought_at: datetime
    checked_at: datetime
    is_withdrawn: bool

    @property
    def whose(self) -> list[Check]:
        """The rows that say whose it is, each once."""
        return list(dict.fromkeys(part[2] for part in self.parts if part))


@dataclass(frozen=True, slots=True)
class Findings:
    """What verifying found, as it is kept."""

    verdict: str
    kept: str


def bring_in(actor: Actor, data: bytes, *, source: str = "", now: datetime, outbound: Outbound | None = None) -> UUID:
    """Verify a credential and keep it for its learner; the same text again is only verified again. Return its id.

    Raises ``Invalid`` for what is no credential.
    """
    policy.require(actor, "outside:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    try:
        one = read(data)
    except Unreadable as error:
        raise Invalid([("/credential", error.worded())]) from None
    findings = verified(one.text, actor.account_id, now=now, outbound=outbound)
    first = from_kept(json.loads(findings.kept)["found"]).checks[0]
    if first.result == "failed":
        raise Invalid([("/credential", first.message)])
    said, digest = part_of(one.document).shown, hashlib.sha256(one.text.encode()).hexdigest()
    with transaction(actor, now) as tx:
        policy.require(actor, "outside:keep", Subject(account_id=actor.account_id))
        row = outside.find_outside_of(actor.account_id, digest)
        if (row is None or row.withdrawn_at) and outside.count_kept(actor.account_id) >= MOST_KEPT:
            raise Conflict("You keep %(most)d credentials from elsewhere. Remove one first.", most=MOST_KEPT)
        if row is None:
            row = OutsideRow(
                id=uuid4(), account_id=actor.account_id, digest=digest, text=one.text, carrier=one.carrier,
                source=source[:LONGEST_SOURCE], name=_name_of(said.name, parts_of(one)),
                issuer=(said.issuer or said.issuer_id)[:LONGEST_NAME], brought_at=now,
            )  # fmt: skip
            keep_findings(row, findings, now)
            tx.add(row)
        row.withdrawn_at = None
        keep_findings(row, findings, now)
        tx.record("outside:bring", outside=row.id, digest=digest, verdict=findings.verdict)
    return row.id


def list_own(actor: Actor) -> list[Line]:
    """List what one keeps, newest first; one query."""
    policy.require(actor, "outside:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    return [
        Line(row.id, row.name, row.issuer, row.verdict, row.brought_at, row.checked_at)
        for row in outside.list_outside(actor.account_id)
    ]


def get_own(actor: Actor, outside_id: UUID) -> tuple[Outside, str]:
    """Return a credential that one keeps, and its text as it came."""
    row = own_row(actor, outside_id)
    return looked_at(row), row.text


def verify_again(actor: Actor, outside_id: UUID, *, now: datetime, outbound: Outbound | None = None) -> None:
    """Verify a credential that one keeps as of now."""
    row = own_row(actor, outside_id)
    findings = verified(row.text, row.account_id, now=now, outbound=outbound)
    with transaction(actor, now) as tx:
        record_findings(tx, own_row(actor, outside_id), findings)


def remove(actor: Actor, outside_id: UUID, *, now: datetime) -> bool:
    """Keep a credential no longer; tell whether it is gone. Where evidence or a decision stands on it, it only is out of view."""
    own_row(actor, outside_id)
    with transaction(actor, now) as tx:
        row = own_row(actor, outside_id)
        stays = outside.is_used(row.id)
        if stays:
            row.withdrawn_at = now
        else:
            tx.delete(row)
        tx.record("outside:withdraw" if stays else "outside:remove", outside=outside_id)
    return not stays


def own_row(actor: Actor, outside_id: UUID) -> OutsideRow:
    """Return a credential from elsewhere to who keeps it."""
    row = outside.find_outside(outside_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "outside:keep", Subject(account_id=row.account_id))
    return row


def verified(text: str, account_id: UUID, *, now: datetime, outbound: Outbound | None = None) -> Findings:
    """Verify a text as of now and find out whose it is, outside of any change."""
    found = verify_bytes(text.encode(), now=now, outbound=outbound)
    account = people.find_account(account_id)
    assert account is not None
    name, email = account.person.name, account.person.email or ""
    rows = [
        kept_check(whose(part.identities, part.shown.subject_id, name, email)) if part else None
        for part in parts_of(read(text.encode()))
    ]
    return Findings(found.verdict, json.dumps({"found": to_kept(found), "whose": rows}, ensure_ascii=False))


def record_findings(tx: Transaction, row: OutsideRow, findings: Findings) -> None:
    """Keep what verifying found as part of the caller's change, and say so."""
    keep_findings(row, findings, tx.now)
    tx.record("outside:verify", outside=row.id, verdict=findings.verdict)


def keep_findings(row: OutsideRow, findings: Findings, now: datetime) -> None:
    """Put what verifying found in the place of what it found before."""
    row.verdict, row.found, row.checked_at = findings.verdict, findings.kept, now


def looked_at(row: OutsideRow) -> Outside:
    """Return a credential from elsewhere with what was found and what it says."""
    one, kept = read(row.text.encode()), json.loads(row.found)
    found, rows = from_kept(kept["found"]), kept["whose"]
    parts = parts_of(one)
    members: Sequence[Verified] = [
        replace(member, shown=part.shown if part else None) for member, part in zip(found.members, parts, strict=False)
    ]
    found = replace(found, shown=part_of(one.document).shown, members=tuple(members))
    return Outside(
        id=row.id, account_id=row.account_id, name=row.name, issuer=row.issuer, source=row.source, found=found,
        parts=tuple(_parts(parts, members or [found], rows)), brought_at=row.brought_at, checked_at=row.checked_at,
        is_withdrawn=row.withdrawn_at is not None,
    )  # fmt: skip


def _name_of(name: str, parts: Sequence[Part | None]) -> str:
    """Return what a credential goes by: a record without a name by the first credentials in it."""
    names = [part.shown.name for part in parts[:FIRST_NAMES] if part and part.shown.name]
    return (name or ", ".join(names))[:LONGEST_NAME]


def _parts(
    parts: Sequence[Part | None], found: Sequence[Verified], rows: Sequence[Any]
) -> list[tuple[Part, Verified, Check] | None]:
    return [
        (part, one, check_from_kept(row)) if part and row else None
        for part, one, row in zip(parts, found, rows, strict=False)
    ]
