"""What came of deciding: what it unlocked, one's own decisions of a day, and one decision with all that rests on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.effects import Effect, effect_of
from cbe.domain.errors import NotFound
from cbe.domain.graph import CompiledProgram
from cbe.domain.mastery import UNDO, latest_today
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import leaf_credits
from cbe.domain.requirements import is_met
from cbe.store import enrolments, evidence, records, reviewing
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardRow, DecisionRow
from cbe.store.reviewing import MadeRow

from ..decisions import mastered_on, too_old
from ..enrolments import record_subject
from ..grounds import award_standing, standing_of_awards
from ..programs import compiled_version
from ..review import WAYS_BACK
from .desk import PastDecision, past_decisions

__all__ = [
    "Aftermath",
    "DecisionPage",
    "Made",
    "get_decision",
    "last_decided",
    "list_made_today",
    "may_open_decisions",
]


@dataclass(frozen=True, slots=True)
class Made:
    """A decision of one's own; ``undo_until`` while it can be undone.

    ``older_than``: the day of the mastery that it does not renew; asked of what was just recorded only.
    """

    id: UUID
    learner: str
    program: str
    enrolment_id: UUID
    competency: str
    compiled: CompiledProgram
    outcome: str
    level: str | None
    recorded_at: datetime
    undo_until: datetime | None
    taken_back: str | None
    older_than: date | None = None


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was recorded on an item last, what that unlocked, and until when it can be undone."""

    evidence_id: UUID
    made: list[Made]
    compiled: CompiledProgram
    effect: Effect
    undo_until: datetime


@dataclass(frozen=True, slots=True)
class Cited:
    """A version of an item that a decision rests on; ``submitted_at`` is None when it is gone."""

    evidence_id: UUID
    version: int
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One decision, what it rests on, what rests on it, and in which ways the reader may take it back."""

    decision: PastDecision
    program: str
    enrolment_id: UUID
    learner: str
    compiled: CompiledProgram
    role: str | None
    activity_on: date
    cited: list[Cited]
    effect: Effect
    """What its being taken back would do today."""
    awards: list[tuple[str, date]]
    """Credentials given whose requirement would not have been met without it, with their days."""
    ways: tuple[str, ...]
    undo_until: datetime | None
    reads_evidence: bool


def last_decided(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> Aftermath | None:
    """Return what the actor recorded on an item last, while it can be undone; None when there is nothing of that kind."""
    if actor.account_id is None:
        return None
    rows = reviewing.list_made(actor.account_id, now - UNDO, now, evidence_id=evidence_id)
    rows = [row for row in rows if row.due_at is not None and row.taken_back is None]
    rows = [row for row in rows if row.decision.recorded_at == rows[0].decision.recorded_at]
    enrolment = enrolments.find_enrolment(rows[0].decision.enrolment_id) if rows else None
    if enrolment is None or rows[0].due_at is None:
        return None
    asked = {row.decision.competency for row in rows}
    old = too_old({enrolment.id: enrolment.version_id}, latest_today(now), competencies=asked)
    made = [replace(_made(row), older_than=old.get(row.decision.id)) for row in rows]
    effect = _effect(enrolment, {one.id for one in made}, today)
    return Aftermath(evidence_id, made, made[0].compiled, effect, rows[0].due_at)


def list_made_today(actor: Actor, since: datetime, *, now: datetime) -> list[Made]:
    """List what somebody decided since a moment (the beginning of their day), and what they can still undo; newest first."""
    policy.require(actor, "decision:list-own", Subject(account_id=actor.account_id))
    if actor.account_id is None:
        return []
    return [_made(row) for row in reviewing.list_made(actor.account_id, min(since, now - UNDO), now)]


def get_decision(actor: Actor, decision_id: UUID, *, today: date, now: datetime) -> DecisionPage:
    """Return a decision to those who assess, coordinate or register the learner."""
    row = records.find_decision(decision_id)
    enrolment = enrolments.find_enrolment(row.enrolment_id) if row else None
    if row is None or enrolment is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    subject = record_subject(actor, enrolment, today)
    policy.require(actor, "decision:take-back", subject)
    told = past_decisions(enrolment, [row], now)[0]
    effect = _effect(enrolment, {row.id}, today)
    return DecisionPage(
        decision=told,
        program=enrolment.program.key,
        enrolment_id=enrolment.id,
        learner=enrolment.account.person.name,
        compiled=compiled_version(enrolment.version_id),
        role=row.role,
        activity_on=row.activity_on,
        cited=_cited(row.id),
        effect=effect,
        awards=[(award.credential, award.awarded_on) for award in _resting(enrolment, row.id)],
        ways=() if told.taken_back else _ways(actor, subject, row),
        undo_until=_undo_until(actor, row, now),
        reads_evidence=policy.may(actor, "evidence:read", subject),
    )


def may_open_decisions(actor: Actor, enrolment_id: UUID, today: date) -> bool:
    """Tell whether somebody may open the decisions on a learner one by one."""
    enrolment = enrolments.find_enrolment(enrolment_id)
    return enrolment is not None and policy.may(actor, "decision:take-back", record_subject(actor, enrolment, today))


def _made(row: MadeRow) -> Made:
    one = row.decision
    return Made(
        id=one.id,
        learner=row.learner,
        program=row.program,
        enrolment_id=one.enrolment_id,
        competency=one.competency,
        compiled=compiled_version(one.version_id),
        outcome=one.outcome,
        level=one.level,
        recorded_at=one.recorded_at,
        undo_until=row.due_at,
        taken_back=row.taken_back,
    )


def _effect(enrolment: EnrolmentRow, decision_ids: Collection[UUID], today: date) -> Effect:
    """Return what these decisions do: the record without them against the record with them."""
    without = mastered_on(enrolment, today, without=decision_ids)
    held, withheld = award_standing(enrolment.id, today)
    compiled = compiled_version(enrolment.version_id)
    return effect_of(compiled, without, mastered_on(enrolment, today), held, withheld)


def _resting(enrolment: EnrolmentRow, decision_id: UUID) -> list[AwardRow]:
    """Return the awards whose requirement was met when they were given, and would not have been without a decision."""
    compiled = compiled_version(enrolment.version_id)
    credits_of = leaf_credits(compiled.program)
    awards, events = records.list_awards(enrolment.id), records.list_award_events(enrolment.id)
    found = []
    for award in awards:
        wanted, on = compiled.credentials.get(award.credential), award.awarded_on
        if wanted is None:
            continue
        held, _ = standing_of_awards([one for one in awards if one.id != award.id], events, on)
        without = mastered_on(enrolment, on, without=[decision_id])
        was_met = is_met(wanted.requires, mastered_on(enrolment, on), held, credits_of)
        if was_met and not is_met(wanted.requires, without, held, credits_of):
            found.append(award)
    return found


def _cited(decision_id: UUID) -> list[Cited]:
    found = []
    for one in records.list_cited([decision_id]):
        version = evidence.find_version(one.evidence_id, one.version)
        found.append(Cited(one.evidence_id, one.version, version.submitted_at if version else None))
    return found


def _ways(actor: Actor, subject: Subject, row: DecisionRow) -> tuple[str, ...]:
    """Return the ways in which somebody may take a decision back, as ``review.take_back`` takes them."""
    if policy.relations(actor, subject) & {"coordinator", "registrar"}:
        return WAYS_BACK
    return ("void",) if row.assessor_id == actor.account_id else ()


def _undo_until(actor: Actor, row: DecisionRow, now: datetime) -> datetime | None:
    if actor.account_id is None or row.assessor_id != actor.account_id:
        return None
    rows: Sequence[MadeRow] = reviewing.list_made(actor.account_id, row.recorded_at, now)
    return next((one.due_at for one in rows if one.decision.id == row.id), None)
