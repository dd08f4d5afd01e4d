"""Reading awards for many learners at once: awards, what befell them, flags, and whose requirement may be met.

The rows themselves and reading them for one learner are ``records``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from .database import db
from .enrolments import EnrolmentRow
from .people import AccountRow, PersonRow
from .records import (
    AwardEventRow,
    AwardEventTextRow,
    AwardFlagRow,
    AwardRow,
    DecisionRow,
    SettlementRow,
    StandingRow,
    TakenBackRow,
    TakenBackTextRow,
)

__all__ = [
    "ProgramLearner",
    "count_open_flags",
    "event_reasons",
    "find_award",
    "find_events",
    "find_open_flag",
    "list_awards_of",
    "list_events_of",
    "list_flags",
    "list_mastered",
    "list_open_flags_in",
    "list_program_awards",
    "list_program_events",
    "list_program_learners",
    "open_decisions",
    "taken_back_of",
]

CHUNK = 500


@dataclass(frozen=True, slots=True)
class ProgramLearner:
    """A learner of a program, with the version they learn by."""

    enrolment_id: UUID
    account_id: UUID
    version_id: UUID
    status: str
    name: str


def find_award(award_id: UUID) -> AwardRow | None:
    """Return an award, or None."""
    return db.session.get(AwardRow, award_id)


def list_awards_of(enrolment_ids: Sequence[UUID]) -> dict[UUID, list[AwardRow]]:
    """Return the awards of each of these enrolments, oldest first."""
    found: dict[UUID, list[AwardRow]] = {}
    for chunk in _chunks(enrolment_ids):
        query = select(AwardRow).where(AwardRow.enrolment_id.in_(chunk))
        for row in db.session.scalars(query.order_by(AwardRow.awarded_on, AwardRow.id)):
            found.setdefault(row.enrolment_id, []).append(row)
    return found


def list_events_of(enrolment_ids: Sequence[UUID]) -> dict[UUID, list[AwardEventRow]]:
    """Return what befell the awards of each of these enrolments, in the order in which it took effect."""
    found: dict[UUID, list[AwardEventRow]] = {}
    for chunk in _chunks(enrolment_ids):
        _collect(found, _events().where(AwardRow.enrolment_id.in_(chunk)))
    return found


def list_program_awards(program_id: UUID) -> dict[UUID, list[AwardRow]]:
    """Return the awards of a program's learners by enrolment, oldest first."""
    found: dict[UUID, list[AwardRow]] = {}
    query = select(AwardRow).join(EnrolmentRow).where(EnrolmentRow.program_id == program_id)
    for row in db.session.scalars(query.order_by(AwardRow.awarded_on, AwardRow.id)):
        found.setdefault(row.enrolment_id, []).append(row)
    return found


def list_program_events(program_id: UUID) -> dict[UUID, list[AwardEventRow]]:
    """Return what befell the awards of a program's learners by enrolment, in the order in which it took effect."""
    found: dict[UUID, list[AwardEventRow]] = {}
    _collect(
        found,
        _events()
        .join(EnrolmentRow, EnrolmentRow.id == AwardRow.enrolment_id)
        .where(EnrolmentRow.program_id == program_id),
    )
    return found


def list_program_learners(program_id: UUID, only: UUID | None = None) -> list[ProgramLearner]:
    """List those who are or were learners of a program by name, or only the one of an enrolment."""
    query = (
        select(EnrolmentRow.id, EnrolmentRow.account_id, EnrolmentRow.version_id, EnrolmentRow.status, PersonRow.name)
        .join(AccountRow, AccountRow.id == EnrolmentRow.account_id)
        .join(PersonRow, PersonRow.account_id == AccountRow.id)
        .where(EnrolmentRow.program_id == program_id, EnrolmentRow.status != "applied")
        .order_by(PersonRow.name, EnrolmentRow.id)
    )
    if only is not None:
        query = query.where(EnrolmentRow.id == only)
    return [ProgramLearner(*values) for values in db.session.execute(query)]


def list_mastered(program_id: UUID, on: date, now: datetime) -> dict[UUID, dict[str, date]]:
    """Return what each of a program's learners has mastered, current on a day, that nobody can undo any more, and since when."""
    row = StandingRow
    query = (
        select(row.enrolment_id, row.competency, row.mastered_on)
        .join(EnrolmentRow, EnrolmentRow.id == row.enrolment_id)
        .where(
            EnrolmentRow.program_id == program_id,
            row.mastered_on <= on,
            or_(row.expires_on.is_(None), row.expires_on > on),
            or_(row.settles_at.is_(None), row.settles_at <= now),
        )
    )
    found: dict[UUID, dict[str, date]] = {}
    for enrolment_id, competency, since in db.session.execute(query):
        if since is not None:
            found.setdefault(enrolment_id, {})[competency] = since
    return found


def open_decisions(enrolment_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Return the decisions on these enrolments that can still be undone."""
    found: set[UUID] = set()
    for chunk in _chunks(enrolment_ids):
        query = select(SettlementRow.decision_id).join(DecisionRow, DecisionRow.id == SettlementRow.decision_id)
        found.update(db.session.scalars(query.where(DecisionRow.enrolment_id.in_(chunk), SettlementRow.due_at > now)))
    return found


def find_events(event_ids: Collection[UUID]) -> dict[UUID, tuple[AwardEventRow, str]]:
    """Return what befell awards, each with the credential it befell."""
    query = select(AwardEventRow, AwardRow.credential).join(AwardRow).where(AwardEventRow.id.in_(event_ids))
    return {row.id: (row, credential) for row, credential in db.session.execute(query)}


def event_reasons(event_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return why this befell awards, where it was said and not erased."""
    query = select(AwardEventTextRow).where(AwardEventTextRow.award_event_id.in_(event_ids))
    return {row.award_event_id: row.reason for row in db.session.scalars(query) if row.reason}


def taken_back_of(taken_back_ids: Collection[UUID]) -> dict[UUID, tuple[TakenBackRow, DecisionRow, str | None]]:
    """Return what was taken back: the record of it, the decision, and the reason where it was not erased."""
    query = (
        select(TakenBackRow, DecisionRow, TakenBackTextRow.reason)
        .join(DecisionRow, DecisionRow.id == TakenBackRow.decision_id)
        .outerjoin(TakenBackTextRow, TakenBackTextRow.taken_back_id == TakenBackRow.id)
        .where(TakenBackRow.id.in_(taken_back_ids))
    )
    return {row.id: (row, decision, reason) for row, decision, reason in db.session.execute(query)}


def find_open_flag(award_id: UUID) -> AwardFlagRow | None:
    """Return the flag of an award that waits for a person, or None."""
    query = select(AwardFlagRow).where(AwardFlagRow.award_id == award_id, AwardFlagRow.outcome.is_(None))
    return db.session.scalar(query.limit(1))


def list_flags(award_ids: Sequence[UUID]) -> Sequence[AwardFlagRow]:
    """List the flags these awards had, oldest first."""
    query = select(AwardFlagRow).where(AwardFlagRow.award_id.in_(award_ids))
    return db.session.scalars(query.order_by(AwardFlagRow.flagged_at, AwardFlagRow.id)).all()


def list_open_flags_in(program_id: UUID, limit: int) -> Sequence[tuple[AwardFlagRow, AwardRow, str]]:
    """List the flags in a program that wait for a person, oldest first, with their awards and whose they are."""
    query = (
        select(AwardFlagRow, AwardRow, PersonRow.name)
        .join(AwardRow, AwardRow.id == AwardFlagRow.award_id)
        .join(EnrolmentRow, EnrolmentRow.id == AwardRow.enrolment_id)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .where(EnrolmentRow.program_id == program_id, AwardFlagRow.outcome.is_(None))
        .order_by(AwardFlagRow.flagged_at, AwardFlagRow.id)
        .limit(limit)
    )
    return [(flag, award, name) for flag, award, name in db.session.execute(query)]


def count_open_flags(program_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the flags that wait for a person, by program."""
    query = (
        select(EnrolmentRow.program_id, func.count())
        .join(AwardRow, AwardRow.enrolment_id == EnrolmentRow.id)
        .join(AwardFlagRow, AwardFlagRow.award_id == AwardRow.id)
        .where(EnrolmentRow.program_id.in_(program_ids), AwardFlagRow.outcome.is_(None))
        .group_by(EnrolmentRow.program_id)
    )
    return {program_id: count for program_id, count in db.session.execute(query)}


def _events() -> Select[UUID, AwardEventRow]:
    return (
        select(AwardRow.enrolment_id, AwardEventRow)
        .select_from(AwardEventRow)
        .join(AwardRow, AwardRow.id == AwardEventRow.award_id)
        .order_by(AwardEventRow.effective_on, AwardEventRow.recorded_at, AwardEventRow.id)
    )


def _collect(found: dict[UUID, list[AwardEventRow]], query: Select[UUID, AwardEventRow]) -> None:
    for enrolment_id, row in db.session.execute(query):
        found.setdefault(enrolment_id, []).append(row)


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
