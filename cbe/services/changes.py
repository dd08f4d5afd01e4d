"""What another version means for one learner: offered to them, or after they were moved, and until when theirs is taught.

Both sides are worked out from the decisions there are today, by the rules of either version. Moving is ``moving``'s, what
it would do to everybody ``rehearsing``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from cbe.domain import policy
from cbe.domain.cohort import LearnerFacts
from cbe.domain.errors import Conflict, NotFound
from cbe.domain.graph import CompiledProgram
from cbe.domain.mastery import latest_today
from cbe.domain.planner import plan_credential
from cbe.domain.policy import Actor, Subject
from cbe.domain.rehearsal import Rehearsal, rehearse
from cbe.store import enrolments, evidence, moving, programs
from cbe.store.enrolments import EnrolmentRow
from cbe.store.moving import MemberRow, MoveRow

from .decisions import standings_of
from .enrolments import record_subject
from .facts import facts_from
from .grounds import award_standing
from .moving import answer, can_answer
from .programs import compiled_version

__all__ = ["Changes", "Pending", "answer_own", "get_changes", "pending_of"]

PLAN_BUDGET_S = 1.0


@dataclass(frozen=True, slots=True)
class Changes:
    """One learner in two versions: ``state`` is ``asked``, ``declined``, ``moved`` or ``returned`` (to the older one).

    ``rehearsal`` has this learner alone; ``hours`` of their goals before and after, where both can be told.
    """

    state: str
    old_version: int
    new_version: int
    notes: str
    can_move: bool
    can_stay: bool
    rehearsal: Rehearsal
    goals: list[str]
    hours: dict[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Pending:
    """What a learner shall know on their first page: whether a move is offered, and until when their version is taught."""

    is_asked: bool
    taught_until: date | None


def pending_of(enrolment_id: UUID, version_id: UUID) -> Pending:
    """Return what a learner shall know; for callers who asked whether one may. One query."""
    return Pending(*moving.pending_of(enrolment_id, version_id))


def get_changes(actor: Actor, key: str, *, today: date, now: datetime) -> Changes | None:
    """Return what the newest offer or move means for oneself in a program; None where there was none."""
    row = _own(actor, key)
    policy.require(actor, "record:read", record_subject(actor, row, today))
    found = moving.newest_of(row.id)
    if found is None:
        return None
    member, move = found
    sides = _sides(row, member, move)
    if sides is None:
        return None
    return _changes(row, member, move, sides, today, now)


def answer_own(actor: Actor, key: str, *, accepts: bool, now: datetime) -> None:
    """Move to the version that is offered to oneself in a program, or stay; ``Conflict`` when none is."""
    row = _own(actor, key)
    policy.require(actor, "enrolment:edit", Subject(row.program_id, row.account_id))
    found = moving.newest_of(row.id)
    if found is None:
        raise Conflict("This was answered already, or is no longer offered.")
    answer(actor, row.id, found[1].id, accepts=accepts, now=now)


def _own(actor: Actor, key: str) -> EnrolmentRow:
    row = enrolments.find_enrolment_in(actor.account_id, key) if actor.account_id else None
    if row is None:
        raise NotFound("You do not learn in a program %(program)s.", program=key)
    return row


def _sides(row: EnrolmentRow, member: MemberRow, move: MoveRow) -> tuple[UUID, UUID] | None:
    """Return the versions before and after; None where the offer is gone or the learner is elsewhere by now."""
    there, back = (member.from_version_id, move.to_version_id), (move.to_version_id, member.from_version_id)
    if member.state in ("asked", "declined"):
        stands = move.state in ("moving", "moved")
        return there if stands and row.version_id == member.from_version_id else None
    sides = there if member.state == "moved" else back
    return sides if row.version_id == sides[1] else None


def _changes(
    row: EnrolmentRow, member: MemberRow, move: MoveRow, sides: tuple[UUID, UUID], today: date, now: datetime
) -> Changes:
    old, new = (compiled_version(one) for one in sides)
    before, after = (_facts(row, one, today, now) for one in sides)
    known = programs.get_versions(set(sides))
    goals = [goal.credential for goal in enrolments.list_goals(row.id)]
    hours = {
        goal: (was, then) for goal in goals
        if (was := _hours(old, before, goal)) is not None and (then := _hours(new, after, goal)) is not None
    }  # fmt: skip
    return Changes(
        member.state, known[sides[0]].number, known[sides[1]].number, known[sides[1]].notes,
        can_answer(member, move, accepts=True), can_answer(member, move, accepts=False),
        rehearse(old, new, [before], [after]), goals, hours,
    )  # fmt: skip


def _facts(row: EnrolmentRow, version_id: UUID, today: date, now: datetime) -> LearnerFacts:
    held, withheld = award_standing(row.id, today)
    facts = facts_from(
        version_id,
        compiled_version(version_id),
        standings_of({row.id: version_id}, latest_today(now))[row.id],
        in_review=frozenset(evidence.in_review([row.id]).get(row.id, ())),
        held=held,
        withheld=withheld,
        today=today,
        now=now,
    )
    return LearnerFacts(
        str(row.id), facts.mastered, facts.in_review, facts.returned, facts.expired, facts.held, facts.withheld
    )


def _hours(compiled: CompiledProgram, facts: LearnerFacts, credential: str) -> Decimal | None:
    if credential not in compiled.credentials:
        return None
    plan = plan_credential(
        compiled, facts.mastered, credential, facts.held, facts.withheld, expired=facts.expired, budget_s=PLAN_BUDGET_S
    )
    return plan.remaining_hours
