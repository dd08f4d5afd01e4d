"""Enrolments with the history of their status, goals, and the groups learners and their staff stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from .database import Instant, Row, db
from .people import AccountRow, PersonRow
from .programs import ProgramRow, VersionRow

__all__ = ["EnrolmentRow", "GoalRow", "GroupMemberRow", "GroupRow", "GroupStaffRow", "StatusRow"]

STATUSES = "('applied', 'active', 'leave', 'withdrawn', 'completed')"


class EnrolmentRow(Row):
    """A learner in one version of a program; one per learner and program, whose status changes."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("account_id", "program_id"),
        CheckConstraint(f"status in {STATUSES}", name="status"),
        Index("ix_enrolment_program_id_status", "program_id", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("program_version.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    hours_per_week: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    created_at: Mapped[datetime] = mapped_column(Instant)
    account: Mapped[AccountRow] = relationship(lazy="raise")
    program: Mapped[ProgramRow] = relationship(lazy="raise")
    version: Mapped[VersionRow] = relationship(lazy="raise")


class StatusRow(Row):
    """From which day an enrolment had a status; the history is added to, never changed."""

    __tablename__ = "enrolment_status"
    __table_args__ = (CheckConstraint(f"status in {STATUSES}", name="status"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    since: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class GoalRow(Row):
    """A credential a learner works towards, and by when they would like it."""

    __tablename__ = "goal"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    credential: Mapped[str] = mapped_column(String(200), primary_key=True)
    target_date: Mapped[date | None]


class GroupRow(Row):
    """A group of learners of one program with their staff."""

    __tablename__ = "learner_group"
    __table_args__ = (UniqueConstraint("program_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)


class GroupMemberRow(Row):
    """One learner's enrolment in one group."""

    __tablename__ = "group_member"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("learner_group.id", ondelete="CASCADE"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True, index=True)


class GroupStaffRow(Row):
    """An instructor or adviser of a group."""

    __tablename__ = "group_staff"
    __table_args__ = (CheckConstraint("role in ('instructor', 'adviser')", name="role"),)

    group_id: Mapped[UUID] = mapped_column(ForeignKey("learner_group.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    account: Mapped[AccountRow] = relationship(lazy="raise")


def list_enrolments(account_id: UUID) -> Sequence[EnrolmentRow]:
    """List the enrolments of one person with their programs, by program key."""
    return db.session.scalars(
        select(EnrolmentRow)
        .join(ProgramRow)
        .where(EnrolmentRow.account_id == account_id)
        .order_by(ProgramRow.key)
        .options(joinedload(EnrolmentRow.program))
    ).all()


def find_enrolment(enrolment_id: UUID) -> EnrolmentRow | None:
    """Return an enrolment with its program and person, or None."""
    return db.session.scalar(_with_people().where(EnrolmentRow.id == enrolment_id))


def find_enrolment_of(account_id: UUID, program_id: UUID) -> EnrolmentRow | None:
    """Return the enrolment of a person in a program, or None."""
    return db.session.scalar(
        _with_people().where(EnrolmentRow.account_id == account_id, EnrolmentRow.program_id == program_id)
    )


def list_program_enrolments(
    program_id: UUID, *, status: str | None = None, offset: int = 0, limit: int | None = None
) -> Sequence[EnrolmentRow]:
    """List the enrolments in a program with their people, by name."""
    query = _with_people().join(AccountRow).join(PersonRow).where(EnrolmentRow.program_id == program_id)
    if status:
        query = query.where(EnrolmentRow.status == status)
    return db.session.scalars(query.order_by(PersonRow.name, EnrolmentRow.id).offset(offset).limit(limit)).all()


def count_enrolments(program_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Count the enrolments of these programs by status."""
    counts: dict[UUID, dict[str, int]] = {program_id: {} for program_id in program_ids}
    query = (
        select(EnrolmentRow.program_id, EnrolmentRow.status, func.count())
        .where(EnrolmentRow.program_id.in_(program_ids))
        .group_by(EnrolmentRow.program_id, EnrolmentRow.status)
    )
    for program_id, status, count in db.session.execute(query):
        counts[program_id][status] = count
    return counts


def list_statuses(enrolment_id: UUID) -> Sequence[StatusRow]:
    """List the statuses an enrolment had, oldest first."""
    return db.session.scalars(
        select(StatusRow).where(StatusRow.enrolment_id == enrolment_id).order_by(StatusRow.recorded_at, StatusRow.id)
    ).all()


def list_goals(enrolment_id: UUID) -> Sequence[GoalRow]:
    """List the goals of an enrolment."""
    return db.session.scalars(
        select(GoalRow).where(GoalRow.enrolment_id == enrolment_id).order_by(GoalRow.target_date, GoalRow.credential)
    ).all()


def list_groups(program_id: UUID) -> Sequence[GroupRow]:
    """List the groups of a program by name."""
    return db.session.scalars(select(GroupRow).where(GroupRow.program_id == program_id).order_by(GroupRow.name)).all()


def list_staffed_groups(account_id: UUID) -> Sequence[GroupRow]:
    """List the groups a person is instructor or adviser of, by name."""
    return db.session.scalars(
        select(GroupRow)
        .where(GroupRow.id.in_(select(GroupStaffRow.group_id).where(GroupStaffRow.account_id == account_id)))
        .order_by(GroupRow.name)
    ).all()


def list_group_staff(group_ids: Sequence[UUID]) -> Sequence[GroupStaffRow]:
    """List the staff of these groups with their people."""
    return db.session.scalars(
        select(GroupStaffRow)
        .join(AccountRow)
        .join(PersonRow)
        .where(GroupStaffRow.group_id.in_(group_ids))
        .order_by(PersonRow.name)
        .options(joinedload(GroupStaffRow.account).joinedload(AccountRow.person))
    ).all()


def list_group_members(group_ids: Sequence[UUID]) -> Sequence[tuple[UUID, EnrolmentRow]]:
    """List the learners of these groups as pairs of group id and enrolment with its person, by name."""
    query = (
        select(GroupMemberRow.group_id, EnrolmentRow)
        .join(EnrolmentRow, EnrolmentRow.id == GroupMemberRow.enrolment_id)
        .join(AccountRow, AccountRow.id == EnrolmentRow.account_id)
        .join(PersonRow, PersonRow.account_id == AccountRow.id)
        .where(GroupMemberRow.group_id.in_(group_ids))
        .order_by(PersonRow.name)
        .options(joinedload(EnrolmentRow.account).joinedload(AccountRow.person), joinedload(EnrolmentRow.program))
    )
    return [(group_id, row) for group_id, row in db.session.execute(query)]


def list_staff_of(enrolment_id: UUID) -> Sequence[GroupStaffRow]:
    """List the staff of every group this learner stands in, with their people."""
    return db.session.scalars(
        select(GroupStaffRow)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupStaffRow.group_id)
        .where(GroupMemberRow.enrolment_id == enrolment_id)
        .options(joinedload(GroupStaffRow.account).joinedload(AccountRow.person))
    ).all()


def _with_people():  # type: ignore[no-untyped-def]
    return select(EnrolmentRow).options(
        joinedload(EnrolmentRow.program), joinedload(EnrolmentRow.account).joinedload(AccountRow.person)
    )
