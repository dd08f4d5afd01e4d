"""Sessions that assessors observed, and whom they may record decisions for in one go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from .assessing import ObservationRow
from .database import db
from .enrolments import EnrolmentRow, GroupMemberRow, GroupRow
from .people import AccountRow, PersonRow
from .programs import ProgramRow, VersionRow
from .queue import Scope, assessed_by
from .records import DecisionRow

__all__ = ["Assessable"]


class Assessable(NamedTuple):
    """A learner whom somebody may assess."""

    enrolment_id: UUID
    version_id: UUID
    name: str


def list_assessable(
    scope: Scope,
    program_id: UUID,
    *,
    group_id: UUID | None,
    enrolment_ids: Collection[UUID] | None,
    limit: int | None,
) -> list[Assessable]:
    """List the active learners of a program (of a group, or some hundred named) whom somebody may assess, by name."""
    query = (
        select(EnrolmentRow.id, EnrolmentRow.version_id, PersonRow.name)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .where(EnrolmentRow.program_id == program_id, EnrolmentRow.status == "active", assessed_by(scope))
    )
    if group_id is not None:
        members = select(GroupMemberRow.enrolment_id).where(GroupMemberRow.group_id == group_id)
        query = query.where(EnrolmentRow.id.in_(members))
    if enrolment_ids is not None:
        query = query.where(EnrolmentRow.id.in_(enrolment_ids))
    return [
        Assessable(*row) for row in db.session.execute(query.order_by(PersonRow.name, EnrolmentRow.id).limit(limit))
    ]


def list_enrolled(enrolment_ids: Sequence[UUID]) -> dict[UUID, EnrolmentRow]:
    """Return these enrolments by id."""
    query = select(EnrolmentRow).where(EnrolmentRow.id.in_(enrolment_ids))
    return {row.id: row for row in db.session.scalars(query)}


def list_programs_of(program_ids: Sequence[UUID]) -> Sequence[ProgramRow]:
    """List the published ones of these programs by key."""
    published = select(VersionRow.program_id)
    query = select(ProgramRow).where(ProgramRow.id.in_(program_ids), ProgramRow.id.in_(published))
    return db.session.scalars(query.order_by(ProgramRow.key)).all()


def find_program_of(program_id: UUID) -> ProgramRow | None:
    """Return a program by its id, or None."""
    return db.session.get(ProgramRow, program_id)


def find_observation(observation_id: UUID) -> ObservationRow | None:
    """Return a session, or None."""
    return db.session.get(ObservationRow, observation_id)


def list_observed(observation_id: UUID, scope: Scope | None) -> Sequence[tuple[DecisionRow, str]]:
    """List the decisions of a session with the learners' names, by name; given a scope, on those it may assess alone."""
    query = (
        select(DecisionRow, PersonRow.name)
        .join(EnrolmentRow, EnrolmentRow.id == DecisionRow.enrolment_id)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .where(DecisionRow.observation_id == observation_id)
        .order_by(PersonRow.name, DecisionRow.enrolment_id, DecisionRow.competency)
    )
    if scope is not None:
        query = query.where(assessed_by(scope))
    return [(row, name) for row, name in db.session.execute(query)]


def count_observed(observation_id: UUID) -> int:
    """Count the decisions of a session."""
    query = select(func.count()).select_from(DecisionRow).where(DecisionRow.observation_id == observation_id)
    return db.session.scalar(query) or 0


def list_sessions(account_id: UUID, limit: int) -> Sequence[ObservationRow]:
    """List the newest sessions of an assessor."""
    query = select(ObservationRow).where(ObservationRow.account_id == account_id)
    return db.session.scalars(query.order_by(ObservationRow.recorded_at.desc()).limit(limit)).all()


def find_assessor(account_id: UUID) -> str:
    """Return the name of who observed."""
    row = db.session.scalar(
        select(AccountRow).where(AccountRow.id == account_id).options(joinedload(AccountRow.person))
    )
    return row.person.name if row else ""


def group_name(group_id: UUID) -> str | None:
    """Return the name of a group."""
    row = db.session.get(GroupRow, group_id)
    return None if row is None else row.name
