"""What learner and assessors say to each other about an item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Worded
from cbe.domain.evidence import MOST_MESSAGE, MOST_MESSAGES
from cbe.domain.policy import Actor
from cbe.store import evidence, groups, handing_in
from cbe.store.evidence import EvidenceRow, MessageRow

from ..notices import tell
from ..transaction import transaction
from .items import NOTHING, subject_of

__all__ = ["say"]


def say(actor: Actor, evidence_id: UUID, text: str, *, today: date, now: datetime) -> None:
    """Say something about an item that was handed in; the other side gets a notice."""
    text = text.strip()
    if not text:
        raise Invalid([("/message", N_("Write what you want to say."))])
    if len(text) > MOST_MESSAGE:
        raise Invalid([("/message", Worded("Write at most %(max)d characters.", max=MOST_MESSAGE))])
    _readable(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row = _readable(actor, evidence_id, today)
        said = evidence.list_messages(row.id)
        if len(said) >= MOST_MESSAGES:
            raise Conflict("There are %(max)d messages on this item, and no more can be added.", max=MOST_MESSAGES)
        if handing_in.list_closed([row.id]):
            raise Conflict("What was written here was reported, and is closed until that is decided.")
        message = MessageRow(id=uuid4(), evidence_id=row.id, account_id=actor.account_id, text=text, created_at=now)
        tx.add(message)
        key, program = f"message:{message.id}", row.enrolment.program.key
        tell(tx, _others(actor, row, said, today, now), "message", key=key, evidence=row.id, program=program)
        tx.record("evidence:say", evidence=row.id, message=message.id)


def _readable(actor: Actor, evidence_id: UUID, today: date) -> EvidenceRow:
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound(NOTHING)
    policy.require(actor, "evidence:read", subject_of(actor, row, today))
    if row.submitted_at is None:
        if row.enrolment.account_id != actor.account_id:
            raise NotFound(NOTHING)
        raise Conflict("Nobody else sees this draft yet. Hand it in first.")
    return row


def _others(actor: Actor, row: EvidenceRow, said: Sequence[MessageRow], today: date, now: datetime) -> set[UUID]:
    """Return whom a message is for: the learner; from them whoever reads the item or spoke, else their instructors."""
    learner = row.enrolment.account_id
    if actor.account_id != learner:
        return {learner}
    taking = evidence.find_taking(row.id, now)
    near = {one.account_id for one in said} | ({taking.account_id} if taking else set())
    if not near - {learner}:
        near = groups.list_instructors(row.enrolment_id, today)
    return near - {learner}
