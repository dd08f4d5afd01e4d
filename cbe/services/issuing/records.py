"""A learner's record as signed documents (CLR 2.0): asked for on a page, signed by a sweep, kept for a week.

Signing two hundred credentials takes seconds, so no page waits for it. What does not fit into one document that verifiers
take comes in parts. One credential is ``credentials``'s.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.awarding import AwardState
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.policy import SYSTEM, Actor, Subject
from cbe.interop.openbadges.building import SubjectFacts
from cbe.interop.openbadges.records import RecordFacts, parts_of, record_document, sign_record
from cbe.interop.openbadges.signing import Unsignable
from cbe.interop.openbadges.summary import Summary, summary_of
from cbe.store import people, signed_records
from cbe.store.issuing import CredentialRow
from cbe.store.signed_records import SignedRecordRow

from ..transaction import transaction
from .issuer import issuer_facts
from .keys import signing_key
from .status import state_of

__all__ = [
    "KEPT_DAYS",
    "MOST_KEPT",
    "MOST_MEMBERS",
    "Choice",
    "Record",
    "ask_record",
    "forget_records",
    "get_document",
    "list_choices",
    "list_records",
    "sign_records",
    "take_begun",
]

KEPT_DAYS = 7
MOST_KEPT = 5
MOST_MEMBERS = 500
OUT = (AwardState.REVOKED,)
"""What is not offered for a record."""
log = logging.getLogger(__name__)
_begun: ContextVar[bool] = ContextVar("record_begun", default=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A signed credential that can go into a record."""

    id: UUID
    said: Summary
    state: AwardState


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was asked for; ``parts``: how many documents it takes, 0 while it is not signed yet."""

    id: UUID
    count: int
    parts: int
    is_partial: bool
    is_named: bool
    problem: str
    asked_at: datetime
    forgotten_at: datetime


def list_choices(actor: Actor, *, now: datetime) -> list[Choice]:
    """List one's signed credentials over all programs, newest first, without those that were revoked."""
    return [Choice(row.id, summary_of(row.document), state) for row, state in _own(actor, now)]


def list_records(actor: Actor) -> list[Record]:
    """List the records that one asked for, newest first."""
    rows = signed_records.list_signed_records(_account(actor))
    return [
        Record(
            row.id, len(json.loads(row.credentials)), row.parts, row.is_partial, row.is_named, row.problem, row.asked_at,
            row.asked_at + timedelta(days=KEPT_DAYS),
        )
        for row in rows
    ]  # fmt: skip


def ask_record(actor: Actor, chosen: Sequence[UUID], *, is_named: bool, now: datetime) -> UUID:
    """Ask for a record of these of one's credentials; it is partial when any is left out."""
    account_id = _account(actor)
    with transaction(actor, now) as tx:
        known = [row.id for row, _ in _own(actor, now)]
        wanted = [key for key in known if key in set(chosen)]
        if not wanted:
            raise Invalid([("/credentials", N_("Choose at least one credential."))])
        if len(wanted) > MOST_MEMBERS:
            raise Invalid([("/credentials", N_("A record holds at most 500 credentials: choose fewer."))])
        if signed_records.count_signed_records(account_id) >= MOST_KEPT:
            raise Conflict("There are %(max)d records already. Wait until one is forgotten.", max=MOST_KEPT)
        row = SignedRecordRow(
            id=uuid4(), account_id=account_id, credentials=json.dumps([str(key) for key in wanted]),
            is_partial=len(wanted) < len(known), is_named=is_named, asked_at=now,
        )  # fmt: skip
        tx.add(row)
        tx.record("record:ask", record=row.id, credentials=wanted, partial=row.is_partial, named=is_named)
    _begun.set(True)
    return row.id


def take_begun() -> bool:
    """Tell whether a record was left to the worker since this was asked last, and forget it."""
    begun = _begun.get()
    _begun.set(False)
    return begun


def get_document(actor: Actor, record_id: UUID, part: int) -> str:
    """Return one signed document of one's record, counted from 1."""
    account_id, row = _account(actor), signed_records.find_signed_record(record_id)
    if row is None or row.account_id != account_id or row.documents is None or not 1 <= part <= row.parts:
        raise NotFound("There is nothing here, or nothing that you may see.")
    return str(json.loads(row.documents)[part - 1])


def sign_records(now: datetime, *, limit: int = 5) -> int:
    """Sign the records that wait; return how many were. One that is signed twice at once is kept once."""
    done = 0
    for record_id in signed_records.list_waiting_records(limit):
        row = signed_records.find_signed_record(record_id)
        assert row is not None
        try:
            made, problem = _signed(row, now), ""
        except Unsignable as error:
            log.error("record %s: %s", record_id, error)
            made, problem = [], str(error)
        done += _keep(record_id, made, problem, now)
    return done


def forget_records(now: datetime) -> int:
    """Delete the records whose week is over; return how many."""
    before = now - timedelta(days=KEPT_DAYS)
    if not signed_records.has_signed_records(before):
        return 0
    with transaction(SYSTEM, now) as tx:
        gone = signed_records.forget_signed_records(before)
        tx.record("record:forget", records=gone)
    return gone


def _signed(row: SignedRecordRow, now: datetime) -> list[str]:
    wanted = [UUID(key) for key in json.loads(row.credentials)]
    texts = signed_records.documents_of(wanted)
    parts = parts_of([texts[key] for key in wanted])
    name = people.names_of({row.account_id})[row.account_id] if row.is_named else ""
    subject = SubjectFacts(f"urn:uuid:{uuid4()}", name)
    _, key = signing_key(now=now)
    issuer = issuer_facts(key.did)
    title = issuer.name
    return [
        sign_record(
            record_document(
                RecordFacts(
                    f"urn:uuid:{uuid4()}", issuer, subject,
                    title if len(parts) == 1 else f"{title} ({number} / {len(parts)})",
                    members, row.is_partial or len(parts) > 1,
                ),
                now=now,
            ),
            key,
        )
        for number, members in enumerate(parts, 1)
    ]  # fmt: skip


def _keep(record_id: UUID, made: list[str], problem: str, now: datetime) -> bool:
    with transaction(SYSTEM, now) as tx:
        row = signed_records.find_signed_record(record_id)
        is_waiting = row is not None and row.parts == 0 and not row.problem
        if row is not None and is_waiting:
            row.documents, row.parts, row.problem, row.signed_at = json.dumps(made), len(made), problem, now
        tx.record("record:sign", record=record_id, parts=len(made), kept=is_waiting)
    return bool(is_waiting)


def _own(actor: Actor, now: datetime) -> list[tuple[CredentialRow, AwardState]]:
    rows = signed_records.credentials_of_account(_account(actor))
    states = [(row, state_of(award, now=now)) for row, award in rows]
    return [(row, state) for row, state in states if state not in OUT]


def _account(actor: Actor) -> UUID:
    policy.require(actor, "credential:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    return actor.account_id
