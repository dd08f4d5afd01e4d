"""Questions about groups: who stands in them, whose they are, and how their learners get on.

The rows stand beside the enrolments they group, in ``enrolments``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select
from sqlalchemy.orm import joinedload

from .assessing import AwayRow
from .database import db
from .enrolments import EnrolmentRow, GroupMemberRow, GroupRow, GroupStaffRow, StatusRow
from .people import AccountRow, PersonRow, RoleRow
from .programs import ProgramRow
from .records import StandingRow

__all__ = ["PaceRow"]


class PaceRow(NamedTuple):
    """How one learner gets on; ``place`` is the group (or, for those without one, the program) they are listed under.

    ``moved_on`` is the day of the newest mastery, or of becoming active when that came later.
    """

    place: UUID
    enrolment_id: UUID
    name: str
    version_id: UUID
    status: str
    mastered: int
    expired: int
    returned: int
    last_on: date | None
    moved_on: date | None


def find_group(group_id: UUID) -> tuple[GroupRow, str] | None:
    """Return a group and the key of its program, or None."""
    query = select(GroupRow, ProgramRow.key).join(ProgramRow, ProgramRow.id == GroupRow.program_id)
    found = db.session.execute(query.where(GroupRow.id == group_id)).first()
    return None if found is None else (found[0], found[1])


def list_groups(program_id: UUID) -> Sequence[GroupRow]:
    """List the groups of a program by name."""
    return db.session.scalars(select(GroupRow).where(GroupRow.program_id == program_id).order_by(GroupRow.name)).all()


def list_groups_in(program_ids: Collection[UUID]) -> Sequence[GroupRow]:
    """List the groups of these programs by name."""
    query = select(GroupRow).where(GroupRow.program_id.in_(program_ids))
    return db.session.scalars(query.order_by(GroupRow.name, GroupRow.id)).all()


def find_member(group_id: UUID, enrolment_id: UUID) -> GroupMemberRow | None:
    """Return a learner's place in a group, or None."""
    return db.session.get(GroupMemberRow, (group_id, enrolment_id))


def find_staff(group_id: UUID, account_id: UUID, role: str) -> GroupStaffRow | None:
    """Return somebody's hold of a group in a role, or None."""
    return db.session.get(GroupStaffRow, (group_id, account_id, role))


def count_members(program_id: UUID) -> dict[UUID, int]:
    """Count the learners of every group of a program that has any."""
    query = (
        select(GroupMemberRow.group_id, func.count())
        .join(GroupRow, GroupRow.id == GroupMemberRow.group_id)
        .where(GroupRow.program_id == program_id)
        .group_by(GroupMemberRow.group_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_staffed_groups(account_id: UUID, today: date) -> Sequence[tuple[GroupRow, str, str]]:
    """List the groups a person has today as (group, program key, role), by program and name."""
    query = (
        select(GroupRow, ProgramRow.key, GroupStaffRow.role)
        .join(GroupStaffRow, GroupStaffRow.group_id == GroupRow.id)
        .join(ProgramRow, ProgramRow.id == GroupRow.program_id)
        .where(GroupStaffRow.account_id == account_id, _acting(GroupRow.program_id, today))
        .order_by(ProgramRow.key, GroupRow.name, GroupStaffRow.role)
    )
    return [(row, key, role) for row, key, role in db.session.execute(query)]


def staff_ties(group_id: UUID, account_id: UUID, program_id: UUID, today: date) -> set[str]:
    """Return the roles in which somebody has this group today."""
    query = select(GroupStaffRow.role).where(
        GroupStaffRow.group_id == group_id, GroupStaffRow.account_id == account_id, _acting(program_id, today)
    )
    return set(db.session.scalars(query))


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


def list_group_members(group_id: UUID) -> Sequence[EnrolmentRow]:
    """List the learners of a group with their people, by name."""
    query = (
        select(EnrolmentRow)
        .join(GroupMemberRow, GroupMemberRow.enrolment_id == EnrolmentRow.id)
        .join(AccountRow, AccountRow.id == EnrolmentRow.account_id)
        .join(PersonRow, PersonRow.account_id == AccountRow.id)
        .where(GroupMemberRow.group_id == group_id)
        .order_by(PersonRow.name, EnrolmentRow.id)
        .options(joinedload(EnrolmentRow.account).joinedload(AccountRow.person))
    )
    return db.session.scalars(query).all()


def list_all_members(program_id: UUID) -> set[tuple[UUID, UUID]]:
    """Return who stands in which group of a program as (group, enrolment)."""
    query = (
        select(GroupMemberRow.group_id, GroupMemberRow.enrolment_id)
        .join(GroupRow, GroupRow.id == GroupMemberRow.group_id)
        .where(GroupRow.program_id == program_id)
    )
    return {(group_id, enrolment_id) for group_id, enrolment_id in db.session.execute(query)}


def group_names(enrolment_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the groups these enrolments (a page of them) stand in."""
    query = (
        select(GroupMemberRow.enrolment_id, GroupRow.name)
        .join(GroupRow, GroupRow.id == GroupMemberRow.group_id)
        .where(GroupMemberRow.enrolment_id.in_(enrolment_ids))
        .order_by(GroupRow.name)
    )
    names: dict[UUID, list[str]] = {}
    for enrolment_id, name in db.session.execute(query):
        names.setdefault(enrolment_id, []).append(name)
    return names


def ties(account_id: UUID, enrolment_id: UUID, today: date) -> tuple[bool, bool]:
    """Tell whether somebody is to instruct a learner, and whether they advise them, as of the groups of today.

    Whoever has one of the learner's groups instructs them, and whoever stands in for one who is away. Where nobody
    who is there or has a deputy does, every instructor of the program is to.
    """
    query = select(or_(instructed_by(account_id, today), ~covered(today)), _advised_by(account_id))
    found = db.session.execute(query.select_from(EnrolmentRow).where(EnrolmentRow.id == enrolment_id)).first()
    return (False, False) if found is None else (bool(found[0]), bool(found[1]))


def list_instructors(enrolment_id: UUID, today: date) -> set[UUID]:
    """Return who instructs a learner through their groups today: for somebody who is away their deputy, if there is one."""
    query = (
        select(GroupStaffRow.account_id, _away(today), AwayRow.deputy_id)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupStaffRow.group_id)
        .join(EnrolmentRow, EnrolmentRow.id == GroupMemberRow.enrolment_id)
        .outerjoin(AwayRow, AwayRow.account_id == GroupStaffRow.account_id)
        .where(
            EnrolmentRow.id == enrolment_id,
            GroupStaffRow.role == "instructor",
            _acting(EnrolmentRow.program_id, today),
        )
    )
    return {deputy if is_away and deputy else account_id for account_id, is_away, deputy in db.session.execute(query)}


def instructed_by(account_id: UUID, today: date) -> ColumnElement[bool]:
    """Say in SQL that somebody has a group of the enrolment's learner, or stands in for an instructor who has."""
    deputy = and_(_acting(EnrolmentRow.program_id, today), _away(today), AwayRow.deputy_id == account_id)
    return _instructors().where(or_(GroupStaffRow.account_id == account_id, deputy)).exists()


def covered(today: date) -> ColumnElement[bool]:
    """Say in SQL that an instructor of the learner's groups is there, or is away and has a deputy who is an instructor."""
    stands_in = (
        select(RoleRow.id)
        .where(
            RoleRow.account_id == AwayRow.deputy_id,
            RoleRow.program_id == EnrolmentRow.program_id,
            RoleRow.role == "instructor",
            or_(RoleRow.until.is_(None), RoleRow.until >= today),
        )
        .correlate(AwayRow, EnrolmentRow)
    )
    there = and_(_acting(EnrolmentRow.program_id, today), or_(~func.coalesce(_away(today), False), stands_in.exists()))
    return _instructors().where(there).exists()


def _advised_by(account_id: UUID) -> ColumnElement[bool]:
    """Say in SQL that somebody advises a group of the enrolment's learner."""
    return (
        select(GroupStaffRow.account_id)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupStaffRow.group_id)
        .where(
            GroupMemberRow.enrolment_id == EnrolmentRow.id,
            GroupStaffRow.account_id == account_id,
            GroupStaffRow.role == "adviser",
        )
        .correlate(EnrolmentRow)
        .exists()
    )


def _instructors() -> Select[Any]:
    return (
        select(GroupStaffRow.account_id)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupStaffRow.group_id)
        .outerjoin(AwayRow, AwayRow.account_id == GroupStaffRow.account_id)
        .where(GroupMemberRow.enrolment_id == EnrolmentRow.id, GroupStaffRow.role == "instructor")
        .correlate(EnrolmentRow)
    )


def _away(today: date) -> ColumnElement[bool]:
    return and_(AwayRow.since <= today, AwayRow.until >= today)


def end_staff(program_id: UUID, account_id: UUID, role: str) -> None:
    """Take every group of a program from somebody in one role."""
    groups = select(GroupRow.id).where(GroupRow.program_id == program_id)
    db.session.execute(
        delete(GroupStaffRow).where(
            GroupStaffRow.account_id == account_id, GroupStaffRow.role == role, GroupStaffRow.group_id.in_(groups)
        )
    )


def list_group_paces(group_ids: Sequence[UUID], today: date) -> list[PaceRow]:
    """List how the learners of these groups get on, longest without a step first."""
    scope = select(GroupMemberRow.group_id.label("place"), GroupMemberRow.enrolment_id)
    return _paces(scope.where(GroupMemberRow.group_id.in_(group_ids)), today)


def list_ungrouped_paces(program_ids: Sequence[UUID], today: date, *, limit: int) -> list[PaceRow]:
    """List how the active learners get on whom no instructor of a group looks after, longest without a step first."""
    scope = select(EnrolmentRow.program_id.label("place"), EnrolmentRow.id.label("enrolment_id")).where(
        EnrolmentRow.program_id.in_(program_ids), EnrolmentRow.status == "active", ~covered(today)
    )
    return _paces(scope, today, limit)


def list_roster_paces(account_id: UUID, program_id: UUID, roles: Collection[str], today: date) -> list[PaceRow]:
    """List how the learners of a program get on whose record somebody may read in these roles, longest without a step first.

    Coordinators and registrars see all; instructors those they instruct today, advisers those of their groups.
    """
    scope = select(EnrolmentRow.program_id.label("place"), EnrolmentRow.id.label("enrolment_id")).where(
        EnrolmentRow.program_id == program_id, EnrolmentRow.status.in_(("active", "leave", "completed"))
    )
    if not {"coordinator", "registrar"} & set(roles):
        theirs = []
        if "instructor" in roles:
            theirs.append(or_(instructed_by(account_id, today), ~covered(today)))
        if "adviser" in roles:
            theirs.append(_advised_by(account_id))
        scope = scope.where(or_(*theirs), EnrolmentRow.account_id != account_id)
    return _paces(scope, today)


def _paces(scope: Select[UUID, UUID], today: date, limit: int | None = None) -> list[PaceRow]:
    learners = scope.subquery()
    ids = select(learners.c.enrolment_id)
    had = StandingRow.mastered_on.is_not(None)
    current = had & or_(StandingRow.expires_on.is_(None), StandingRow.expires_on > today)
    standing = (
        select(
            StandingRow.enrolment_id,
            _count(current).label("mastered"),
            _count(had & (StandingRow.expires_on <= today)).label("expired"),
            _count(StandingRow.returned_on.is_not(None) & ~current).label("returned"),
            func.max(StandingRow.mastered_on).label("last_on"),
        )
        .where(StandingRow.enrolment_id.in_(ids))
        .group_by(StandingRow.enrolment_id)
        .subquery()
    )
    began = (
        select(StatusRow.enrolment_id, func.max(StatusRow.since).label("since"))
        .where(StatusRow.status == "active", StatusRow.enrolment_id.in_(ids))
        .group_by(StatusRow.enrolment_id)
        .subquery()
    )
    later = or_(standing.c.last_on.is_(None), began.c.since > standing.c.last_on)
    moved_on = case((later, began.c.since), else_=standing.c.last_on)
    query = (
        select(
            learners.c.place,
            EnrolmentRow.id,
            PersonRow.name,
            EnrolmentRow.version_id,
            EnrolmentRow.status,
            func.coalesce(standing.c.mastered, 0),
            func.coalesce(standing.c.expired, 0),
            func.coalesce(standing.c.returned, 0),
            standing.c.last_on,
            moved_on,
        )
        .join(EnrolmentRow, EnrolmentRow.id == learners.c.enrolment_id)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .outerjoin(standing, standing.c.enrolment_id == EnrolmentRow.id)
        .outerjoin(began, began.c.enrolment_id == EnrolmentRow.id)
        .order_by(case((EnrolmentRow.status == "active", 0), else_=1), moved_on, PersonRow.name, EnrolmentRow.id)
        .limit(limit)
    )
    return [PaceRow(*row) for row in db.session.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _acting(program_id: Any, today: date) -> ColumnElement[bool]:
    held = (
        select(RoleRow.id)
        .join(AccountRow, AccountRow.id == RoleRow.account_id)
        .where(
            RoleRow.account_id == GroupStaffRow.account_id,
            RoleRow.program_id == program_id,
            RoleRow.role == GroupStaffRow.role,
            or_(RoleRow.until.is_(None), RoleRow.until >= today),
            AccountRow.status.in_(("active", "invited")),
        )
    )
    return held.exists()
