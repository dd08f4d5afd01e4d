"""Groups of learners in a program: making them, who stands in them, whose they are, and how their learners get on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import enrolments, groups, people, programs
from cbe.store.enrolments import GroupMemberRow, GroupRow, GroupStaffRow
from cbe.store.groups import PaceRow

from .programs import get_program, program_title
from .transaction import Transaction, transaction

__all__ = [
    "Group",
    "GroupLine",
    "GroupPeople",
    "Member",
    "MyGroup",
    "Pace",
    "ProgramGroups",
    "add_group",
    "add_member",
    "add_members",
    "add_staff",
    "get_group",
    "get_my_group",
    "list_groups",
    "list_my_groups",
    "remove",
    "remove_member",
    "remove_staff",
    "rename",
    "set_members",
]

MOST_UNGROUPED = 20
STAFF_ROLES = ("instructor", "adviser")


@dataclass(frozen=True, slots=True)
class GroupPeople:
    """Somebody who has a group, and as what."""

    account_id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in the list of its program."""

    group_id: UUID
    name: str
    learners: int
    staff: tuple[GroupPeople, ...]


@dataclass(frozen=True, slots=True)
class ProgramGroups:
    """The groups of a program, by name."""

    key: str
    title: Text
    groups: list[GroupLine]


@dataclass(frozen=True, slots=True)
class Member:
    """A learner in a group."""

    enrolment_id: UUID
    name: str
    email: str
    status: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its people and, for choosing, the program's learners and staff that are not in it."""

    group_id: UUID
    name: str
    program_key: str
    title: Text
    members: list[Member]
    staff: list[GroupPeople]
    other_staff: list[GroupPeople]


@dataclass(frozen=True, slots=True)
class Pace:
    """How one learner gets on. ``stuck_since``: the day of the last step (a mastery, or becoming active) while active."""

    enrolment_id: UUID
    name: str
    status: str
    mastered: int
    expired: int
    returned: int
    last_on: date | None
    stuck_since: date | None


@dataclass(frozen=True, slots=True)
class MyGroup:
    """A group as its instructor or adviser sees it, the learners without a step for longest first.

    ``group_id`` None: the program's active learners whom no group gives an instructor, at most twenty.
    """

    group_id: UUID | None
    name: str
    program_key: str
    title: Text
    roles: tuple[str, ...]
    learners: list[Pace]


def list_groups(actor: Actor, program_key: str) -> ProgramGroups:
    """List the groups of a program with their staff."""
    program = get_program(actor, program_key, "group:manage")
    rows, counts = groups.list_groups(program.id), groups.count_members(program.id)
    staff = _staff_of([row.id for row in rows])
    lines = [GroupLine(row.id, row.name, counts.get(row.id, 0), tuple(staff.get(row.id, ()))) for row in rows]
    return ProgramGroups(program.key, program_title(program), lines)


def get_group(actor: Actor, group_id: UUID) -> Group:
    """Return a group with its learners and staff, to those who manage it."""
    row, key = _managed(actor, group_id)
    program = get_program(actor, key, "group:manage")
    members = [
        Member(found.id, found.account.person.name, found.account.person.email or "", found.status)
        for found in groups.list_group_members(group_id)
    ]
    staff = _staff_of([group_id]).get(group_id, [])
    others = [
        GroupPeople(role.account_id, role.account.person.name, role.role)
        for role in people.list_program_roles(program.id)
        if role.role in STAFF_ROLES and role.account.status in ("active", "invited")
    ]
    return Group(
        row.id, row.name, key, program_title(program), members, staff, [one for one in others if one not in staff]
    )


def add_group(actor: Actor, program_key: str, name: str, *, now: datetime) -> UUID:
    """Make a group and return its id; names are unique in a program."""
    get_program(actor, program_key, "group:manage")
    with transaction(actor, now) as tx:
        program = get_program(actor, program_key, "group:manage")
        name = _checked_name(name, {row.name for row in groups.list_groups(program.id)})
        return add_within(tx, program.id, name)


def add_within(tx: Transaction, program_id: UUID, name: str) -> UUID:
    """Make a group as part of the caller's change."""
    row = GroupRow(id=uuid4(), program_id=program_id, name=name, created_at=tx.now)
    tx.add(row)
    tx.record("group:add", group=row.id, program=program_id)
    return row.id


def rename(actor: Actor, group_id: UUID, name: str, *, now: datetime) -> None:
    """Give a group another name."""
    _managed(actor, group_id)
    with transaction(actor, now) as tx:
        row, _ = _managed(actor, group_id)
        row.name = _checked_name(name, {other.name for other in groups.list_groups(row.program_id)} - {row.name})
        tx.record("group:rename", group=row.id)


def remove(actor: Actor, group_id: UUID, *, now: datetime) -> None:
    """Remove a group in which no learner stands; its staff lose it with it."""
    _managed(actor, group_id)
    with transaction(actor, now) as tx:
        row, _ = _managed(actor, group_id)
        if groups.list_group_members(group_id):
            raise Conflict("There are learners in this group. Take them out first.")
        tx.delete(row)
        tx.record("group:remove", group=group_id, program=row.program_id)


def set_members(actor: Actor, group_id: UUID, enrolment_ids: Collection[UUID], *, now: datetime) -> None:
    """Let exactly these learners of the program stand in the group."""
    _managed(actor, group_id)
    with transaction(actor, now) as tx:
        row, _ = _managed(actor, group_id)
        before = {found.id for found in groups.list_group_members(group_id)}
        for enrolment_id in before - set(enrolment_ids):
            _take_out(tx, group_id, enrolment_id)
        for enrolment_id in sorted(set(enrolment_ids) - before):
            _put_in(tx, row, enrolment_id)
        tx.record("group:set-members", group=group_id, learners=sorted(map(str, enrolment_ids)))


def add_member(actor: Actor, group_id: UUID, enrolment_id: UUID, *, now: datetime) -> None:
    """Put a learner of the program into a group; one who is there stays."""
    add_members(actor, group_id, [enrolment_id], now=now)


def add_members(actor: Actor, group_id: UUID, enrolment_ids: Collection[UUID], *, now: datetime) -> None:
    """Put several learners of the program into a group; those who are there stay."""
    _managed(actor, group_id)
    if not enrolment_ids:
        raise Invalid([("/learner", N_("Choose at least one learner."))])
    with transaction(actor, now) as tx:
        row, _ = _managed(actor, group_id)
        for enrolment_id in sorted(set(enrolment_ids)):
            _put_in(tx, row, enrolment_id)
        tx.record("group:add-members", group=group_id, learners=sorted(map(str, enrolment_ids)))


def remove_member(actor: Actor, group_id: UUID, enrolment_id: UUID, *, now: datetime) -> None:
    """Take a learner out of a group."""
    _managed(actor, group_id)
    with transaction(actor, now) as tx:
        _managed(actor, group_id)
        _take_out(tx, group_id, enrolment_id)
        tx.record("group:remove-member", group=group_id, enrolment=enrolment_id)


def add_staff(actor: Actor, group_id: UUID, account_id: UUID, role: str, *, now: datetime) -> None:
    """Give a group to somebody who is instructor or adviser in its program."""
    _managed(actor, group_id)
    with transaction(actor, now) as tx:
        row, _ = _managed(actor, group_id)
        held = people.find_role(account_id, row.program_id, role) if role in STAFF_ROLES else None
        if held is None or (held.until is not None and held.until < now.date()):
            raise Invalid([("/staff", N_("A group is given to an instructor or adviser of its program."))])
        if groups.find_staff(group_id, account_id, role) is None:
            tx.add(GroupStaffRow(group_id=group_id, account_id=account_id, role=role))
        tx.record("group:add-staff", group=group_id, account=account_id, role=role)


def remove_staff(actor: Actor, group_id: UUID, account_id: UUID, role: str, *, now: datetime) -> None:
    """Take a group from an instructor or adviser."""
    _managed(actor, group_id)
    with transaction(actor, now) as tx:
        _managed(actor, group_id)
        row = groups.find_staff(group_id, account_id, role)
        if row is None:
            raise NotFound("This person does not have this group.")
        tx.delete(row)
        tx.record("group:remove-staff", group=group_id, account=account_id, role=role)


def list_my_groups(actor: Actor, *, today: date) -> list[MyGroup]:
    """List one's groups, and in the programs one instructs, the learners who have no instructor; five queries at most."""
    if actor.account_id is None:
        return []
    found: dict[UUID, tuple[GroupRow, list[str]]] = {}
    for row, _key, role in groups.list_staffed_groups(actor.account_id, today):
        if role in actor.roles.get(row.program_id, ()):
            found.setdefault(row.id, (row, []))[1].append(role)
    instructs = [program_id for program_id, roles in actor.roles.items() if "instructor" in roles]
    paces = groups.list_group_paces(list(found), today) if found else []
    paces += groups.list_ungrouped_paces(instructs, today, limit=MOST_UNGROUPED) if instructs else []
    by_place: dict[UUID, list[Pace]] = {}
    for pace in paces:
        by_place.setdefault(pace.place, []).append(_pace(pace))
    titles = {row.id: (row.key, program_title(row)) for row in programs.list_programs()}
    mine = [
        MyGroup(row.id, row.name, *titles[row.program_id], tuple(roles), by_place.get(row.id, []))
        for row, roles in found.values()
    ]
    return mine + [
        MyGroup(None, "", *titles[program_id], ("instructor",), by_place[program_id])
        for program_id in instructs
        if program_id in by_place
    ]


def get_my_group(actor: Actor, group_id: UUID, *, today: date) -> MyGroup:
    """Return one group with how its learners get on, to its staff and the registrar."""
    found = groups.find_group(group_id)
    if found is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    row, key = found
    ties = _ties(actor, row, today)
    policy.require(actor, "group:read", Subject(row.program_id, ties=frozenset(f"group_{role}" for role in ties)))
    program = get_program(actor, key)
    paces = [_pace(pace) for pace in groups.list_group_paces([group_id], today)]
    return MyGroup(row.id, row.name, key, program_title(program), tuple(sorted(ties)), paces)


def put_in(tx: Transaction, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Put learners, as (group, enrolment), into groups as part of the caller's change."""
    tx.add(*(GroupMemberRow(group_id=group_id, enrolment_id=enrolment_id) for group_id, enrolment_id in pairs))


def _ties(actor: Actor, row: GroupRow, today: date) -> set[str]:
    roles = actor.roles.get(row.program_id, frozenset())
    if actor.account_id is None or not roles & set(STAFF_ROLES):
        return set()
    return groups.staff_ties(row.id, actor.account_id, row.program_id, today) & roles


def _managed(actor: Actor, group_id: UUID) -> tuple[GroupRow, str]:
    found = groups.find_group(group_id)
    if found is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "group:manage", Subject(found[0].program_id))
    return found


def _staff_of(group_ids: Sequence[UUID]) -> dict[UUID, list[GroupPeople]]:
    staff: dict[UUID, list[GroupPeople]] = {}
    for row in groups.list_group_staff(group_ids):
        staff.setdefault(row.group_id, []).append(GroupPeople(row.account_id, row.account.person.name, row.role))
    return staff


def _checked_name(name: str, taken: set[str]) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100:
        raise Invalid([("/name", N_("Write a name of at most 100 characters."))])
    if name in taken:
        raise Invalid([("/name", N_("There is a group of this name already."))])
    return name


def _put_in(tx: Transaction, row: GroupRow, enrolment_id: UUID) -> None:
    learner = enrolments.find_enrolment(enrolment_id)
    if learner is None or learner.program_id != row.program_id:
        raise Invalid([("/learner", N_("Only learners of the program stand in its groups."))])
    if groups.find_member(row.id, enrolment_id) is None:
        tx.add(GroupMemberRow(group_id=row.id, enrolment_id=enrolment_id))


def _take_out(tx: Transaction, group_id: UUID, enrolment_id: UUID) -> None:
    row = groups.find_member(group_id, enrolment_id)
    if row is not None:
        tx.delete(row)


def _pace(row: PaceRow) -> Pace:
    stuck = row.moved_on if row.status == "active" else None
    return Pace(row.enrolment_id, row.name, row.status, row.mastered, row.expired, row.returned, row.last_on, stuck)
