"""Enrolments with the history of their status, goals, and the groups learners and their staff stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    Select,
    String,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from .database import Instant, Row, db
from .people import AccountRow, PersonRow, SampleRow, matches_person
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
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Who set it; None for the command line, and before there was this column."""
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


def find_enrolment_in(account_id: UUID, program_key: str) -> EnrolmentRow | None:
    """Return the enrolment of a person in the program with this key, or None."""
    query = _with_people().join(ProgramRow, ProgramRow.id == EnrolmentRow.program_id)
    return db.session.scalar(query.where(EnrolmentRow.account_id == account_id, ProgramRow.key == program_key))


def list_enrolments_by_id(enrolment_ids: Sequence[UUID]) -> Sequence[EnrolmentRow]:
    """List these enrolments with their programs and people, in one query per 500 of them."""
    rows: list[EnrolmentRow] = []
    for start in range(0, len(enrolment_ids), 500):
        rows += db.session.scalars(_with_people().where(EnrolmentRow.id.in_(enrolment_ids[start : start + 500])))
    return rows


def count_in_versions(program_id: UUID) -> dict[UUID, int]:
    """Count who learns, applied or is on leave in each version of a program."""
    row = EnrolmentRow
    query = select(row.version_id, func.count()).where(
        row.program_id == program_id, row.status.in_(("applied", "active", "leave"))
    )
    return {version: count for version, count in db.session.execute(query.group_by(row.version_id))}


def hold(row: EnrolmentRow) -> None:
    """Look at an enrolment's status again and let nobody else change it until this change is made."""
    db.session.refresh(row, ["status"], with_for_update=True)


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


def list_staff_of(enrolment_id: UUID) -> Sequence[GroupStaffRow]:
    """List the staff of every group this learner stands in, with their people."""
    return db.session.scalars(
        select(GroupStaffRow)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupStaffRow.group_id)
        .where(GroupMemberRow.enrolment_id == enrolment_id)
        .options(joinedload(GroupStaffRow.account).joinedload(AccountRow.person))
    ).all()


def search_enrolments(
    program_id: UUID, *, status: str | None, search: str, offset: int, limit: int
) -> tuple[Sequence[EnrolmentRow], int]:
    """List a page of the enrolments in a program, applied first, then by name, and how many there are in all."""
    where = [EnrolmentRow.program_id == program_id]
    if status:
        where.append(EnrolmentRow.status == status)
    if search:
        where.append(matches_person(search))
    matching = select(EnrolmentRow.id).join(AccountRow).join(PersonRow).where(*where)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    query = _with_people().join(AccountRow).join(PersonRow).where(*where)
    applied_first = case((EnrolmentRow.status == "applied", 0), else_=1)
    ordered = query.order_by(applied_first, PersonRow.name, EnrolmentRow.id)
    return db.session.scalars(ordered.offset(offset).limit(limit)).all(), total


def newest_statuses(enrolment_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Return since when these enrolments (a page of them) have the status they have."""
    query = (
        select(StatusRow.enrolment_id, func.max(StatusRow.since))
        .where(StatusRow.enrolment_id.in_(enrolment_ids))
        .group_by(StatusRow.enrolment_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_joinable(account_id: UUID | None) -> Sequence[tuple[ProgramRow, str | None]]:
    """List the published programs that are open or that this account is enrolled in, with the status it has there."""
    mine = and_(EnrolmentRow.program_id == ProgramRow.id, EnrolmentRow.account_id == account_id)
    query = (
        select(ProgramRow, EnrolmentRow.status)
        .outerjoin(EnrolmentRow, mine)
        .where(
            or_(ProgramRow.is_open, EnrolmentRow.id.is_not(None)),
            ProgramRow.id.in_(select(VersionRow.program_id)),
        )
        .order_by(ProgramRow.key)
    )
    return [(row, status) for row, status in db.session.execute(query)]


def list_enrolments_of(account_ids: Sequence[UUID]) -> Sequence[tuple[UUID, str, str]]:
    """List the enrolments of these accounts (a page of them) as (account, program key, status)."""
    query = (
        select(EnrolmentRow.account_id, ProgramRow.key, EnrolmentRow.status)
        .join(ProgramRow, ProgramRow.id == EnrolmentRow.program_id)
        .where(EnrolmentRow.account_id.in_(account_ids))
        .order_by(ProgramRow.key)
    )
    return [(account_id, key, status) for account_id, key, status in db.session.execute(query)]


def list_enrolments_in(program_id: UUID, account_ids: Sequence[UUID]) -> Sequence[EnrolmentRow]:
    """List the enrolments of these accounts in one program, in one query per 500 of them."""
    rows: list[EnrolmentRow] = []
    for start in range(0, len(account_ids), 500):
        chunk = account_ids[start : start + 500]
        query = select(EnrolmentRow).where(EnrolmentRow.program_id == program_id, EnrolmentRow.account_id.in_(chunk))
        rows += db.session.scalars(query)
    return rows


def list_sampled(role_id: UUID) -> Sequence[EnrolmentRow]:
    """List the enrolments in a verifier's sample with their people, by name."""
    query = _with_people().join(AccountRow).join(PersonRow).join(SampleRow, SampleRow.enrolment_id == EnrolmentRow.id)
    return db.session.scalars(query.where(SampleRow.role_id == role_id).order_by(PersonRow.name)).all()


def _with_people() -> Select[Any]:
    return select(EnrolmentRow).options(
        joinedload(EnrolmentRow.program), joinedload(EnrolmentRow.account).joinedload(AccountRow.person)
    )
