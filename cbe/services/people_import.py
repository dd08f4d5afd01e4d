"""Tables of people: accounts with their roles, and groups with their members; all of a table or nothing.

What is there already stays as it is, so the same table twice changes nothing. How a table looks is ``csv_table``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.policy import PROGRAM_ROLES, Actor, Subject
from cbe.interop.csv_table import Line, read_table
from cbe.store import enrolments, groups, people
from cbe.store.enrolments import EnrolmentRow, GroupRow, GroupStaffRow, StatusRow
from cbe.store.people import AccountRow, RoleRow, email_key
from cbe.store.programs import ProgramRow

from .accounts import send_link
from .enrolments import move
from .groups import STAFF_ROLES, add_within, put_in
from .mail import Compose
from .people import OFFICE_ROLES, OWN_ROLE, account_problems, new_account
from .programs import get_program, newest_version
from .transaction import Transaction, transaction

__all__ = ["TableReport", "import_groups", "import_people"]


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a table did, or would do: how many of each, and how many lines change nothing."""

    lines: int
    accounts: int = 0
    enrolments: int = 0
    roles: int = 0
    groups: int = 0
    places: int = 0
    unchanged: int = 0


@dataclass
class _Found:
    """What is there of what a table names."""

    accounts: dict[str, AccountRow]
    enrolments: dict[UUID, EnrolmentRow] = field(default_factory=dict)
    roles: dict[tuple[UUID, str], RoleRow] = field(default_factory=dict)
    groups: dict[str, GroupRow] = field(default_factory=dict)
    members: set[tuple[UUID, UUID]] = field(default_factory=set)
    staff: set[tuple[UUID, UUID, str]] = field(default_factory=set)


def import_people(
    actor: Actor, program_key: str | None, data: bytes, *, compose: Compose, dry_run: bool, now: datetime
) -> TableReport:
    """Bring in people (columns ``email``, ``name``, ``role``, ``group``, ``until``; the last three optional).

    In a program an empty role means ``learner``; without one, the role is empty or ``administrator``. New accounts are
    invited by mail. Raises ``Invalid`` with the problems of every line, at ``/lines/<number>/<column>``.
    """
    optional = ("role", "group", "until") if program_key is not None else ("role",)
    program = _program(actor, program_key)
    lines = read_table(data, ("email", "name"), optional)
    if dry_run:
        return _People(actor, program, lines, now).report()
    with transaction(actor, now) as tx:
        plan = _People(actor, _program(actor, program_key), lines, now)
        plan.carry_out(tx, compose)
        return plan.report()


def import_groups(actor: Actor, program_key: str, data: bytes, *, dry_run: bool, now: datetime) -> TableReport:
    """Put people into groups (columns ``group``, ``email``, ``role``: ``learner``, ``instructor`` or ``adviser``).

    Groups that are not there yet are made. Nobody is taken out of a group.
    """
    program = get_program(actor, program_key, "group:manage")
    lines = read_table(data, ("group", "email"), ("role",))
    if dry_run:
        return _Groups(program, lines, now).report()
    with transaction(actor, now) as tx:
        plan = _Groups(get_program(actor, program_key, "group:manage"), lines, now)
        plan.carry_out(tx)
        return plan.report()


class _People:
    """What a table of people asks for, checked against what is there; ``Invalid`` with all that is wrong."""

    def __init__(self, actor: Actor, program: ProgramRow | None, lines: list[Line], now: datetime) -> None:
        self.actor, self.program, self.lines, self.today = actor, program, lines, now.date()
        self.found = _find(program, lines)
        self.names: dict[str, tuple[str, str]] = {}
        self.admins: list[str] = []
        self.learners: list[str] = []
        self.roles: list[tuple[str, str, date | None]] = []
        self.places: list[tuple[str, str]] = []
        self.unchanged = 0
        self.problems: list[Problem] = []
        seen: dict[tuple[str, str, str], int] = {}
        for line in lines:
            same = seen.setdefault(
                (email_key(line["email"]), self._role(line), line.cells.get("group", "")), line.number
            )
            if same != line.number:
                self.problems.append((line.at("email"), Worded("Line %(number)s says the same.", number=same)))
            else:
                self._take(line)
        if self.problems:
            raise Invalid(self.problems)

    def report(self) -> TableReport:
        """Say what it comes to."""
        made = {name for name, _ in self.places} - self.found.groups.keys()
        return TableReport(
            len(self.lines), len(self.names), len(self.learners), len(self.roles) + len(self.admins), len(made),
            len(self.places), self.unchanged,
        )  # fmt: skip

    def carry_out(self, tx: Transaction, compose: Compose) -> None:
        """Do it, as part of the caller's change."""
        made = {key: new_account(email, name, tx.now) for key, (email, name) in self.names.items()}
        tx.add(*made.values())
        everybody = self.found.accounts | made
        for key in self.admins:
            everybody[key].is_admin = True
        ids = {key: account.id for key, account in everybody.items()}
        if self.program is not None:
            self._carry_out_in_program(tx, self.program, ids)
        for account in made.values():
            send_link(tx, account, "invitation", compose=compose)
        tx.record(
            "people:import",
            program=self.program and self.program.id,
            accounts=[account.id for account in made.values()],
            administrators=[ids[key] for key in self.admins],
            learners=[ids[key] for key in self.learners],
            roles=[[ids[key], role, until] for key, role, until in self.roles],
        )

    def _carry_out_in_program(self, tx: Transaction, program: ProgramRow, ids: dict[str, UUID]) -> None:
        standing = dict(self.found.enrolments)
        if self.learners:
            standing |= _enrol_all(tx, program, [ids[key] for key in self.learners], standing)
        tx.add(
            *(
                RoleRow(
                    id=uuid4(), account_id=ids[key], program_id=program.id, role=role, until=until, granted_at=tx.now
                )
                for key, role, until in self.roles
            )
        )
        group_ids = _groups_named(tx, program, self.found, [name for name, _ in self.places])
        put_in(tx, [(group_ids[name], standing[ids[key]].id) for name, key in self.places])

    def _take(self, line: Line) -> None:
        key, role = email_key(line["email"]), self._role(line)
        account = self.found.accounts.get(key)
        if account is None:
            at = f"/lines/{line.number}"
            self.problems += [(at + place, text) for place, text in account_problems(line["email"], line["name"])]
            self.names.setdefault(key, (line["email"], line["name"]))
        elif account.status not in ("active", "invited"):
            self.problems.append((line.at("email"), N_("This account is deactivated or closed.")))
        changes = account is None
        if self.program is None:
            changes |= self._take_admin(line, role, account, key)
        elif role == "learner":
            changes |= self._take_learner(line, account, key)
        else:
            changes |= self._take_staff(line, role, account, key, self.program.id)
        self.unchanged += not changes

    def _take_admin(self, line: Line, role: str, account: AccountRow | None, key: str) -> bool:
        if role not in ("", "administrator"):
            self.problems.append((line.at("role"), N_("Here a role is empty or administrator.")))
        if role != "administrator" or (account is not None and account.is_admin):
            return False
        self.admins.append(key)
        return True

    def _take_learner(self, line: Line, account: AccountRow | None, key: str) -> bool:
        row = self.found.enrolments.get(account.id) if account else None
        changes = row is None or row.status in ("applied", "withdrawn")
        if changes and key not in self.learners:
            self.learners.append(key)
        name = " ".join(line["group"].split())
        if len(name) > 100:
            self.problems.append((line.at("group"), N_("Write a name of at most 100 characters.")))
        group = self.found.groups.get(name)
        there = row is not None and group is not None and (group.id, row.id) in self.found.members
        if name and not there:
            self.places.append((name, key))
            changes = True
        return changes

    def _take_staff(self, line: Line, role: str, account: AccountRow | None, key: str, program_id: UUID) -> bool:
        until = self._until(line, role)
        action = "role:grant-any" if role in OFFICE_ROLES else "role:grant"
        if role not in PROGRAM_ROLES:
            self.problems.append((line.at("role"), N_("There is no such role.")))
        elif not policy.may(self.actor, action, Subject(program_id)):
            self.problems.append((line.at("role"), N_("Only an administrator gives this role.")))
        elif account is not None and account.id == self.actor.account_id and not self.actor.is_admin:
            self.problems.append((line.at("role"), OWN_ROLE))
        if line["group"]:
            self.problems.append((line.at("group"), N_("Staff are put into groups on the page of the groups.")))
        if account is not None and (account.id, role) in self.found.roles:
            return False
        self.roles.append((key, role, until))
        return True

    def _until(self, line: Line, role: str) -> date | None:
        if not line["until"]:
            if role == "verifier":
                self.problems.append((line.at("until"), N_("A verifier reads until a day: choose it.")))
            return None
        try:
            until = date.fromisoformat(line["until"])
        except ValueError:
            self.problems.append((line.at("until"), N_("A date is written as 2026-12-31.")))
            return None
        if until < self.today:
            self.problems.append((line.at("until"), N_("This day is past. Choose today or a later one.")))
        return until

    def _role(self, line: Line) -> str:
        return line["role"].casefold() or ("learner" if self.program is not None else "")


class _Groups:
    """What a table of groups asks for, checked against what is there."""

    def __init__(self, program: ProgramRow, lines: list[Line], now: datetime) -> None:
        self.program, self.lines, self.today = program, lines, now.date()
        self.found = _find(program, lines)
        self.learners: dict[tuple[str, UUID], None] = {}
        self.staff: dict[tuple[str, UUID, str], None] = {}
        self.names: dict[str, None] = {}
        self.unchanged = 0
        self.problems: list[Problem] = []
        for line in lines:
            self._take(line)
        if self.problems:
            raise Invalid(self.problems)

    def report(self) -> TableReport:
        """Say what it comes to."""
        made = self.names.keys() - self.found.groups.keys()
        places = len(self.learners) + len(self.staff)
        return TableReport(len(self.lines), groups=len(made), places=places, unchanged=self.unchanged)

    def carry_out(self, tx: Transaction) -> None:
        """Do it, as part of the caller's change."""
        ids = _groups_named(tx, self.program, self.found, list(self.names))
        put_in(tx, [(ids[name], enrolment_id) for name, enrolment_id in self.learners])
        tx.add(
            *(
                GroupStaffRow(group_id=ids[name], account_id=account_id, role=role)
                for name, account_id, role in self.staff
            )
        )
        tx.record("group:import", program=self.program.id, places=len(self.learners) + len(self.staff))

    def _take(self, line: Line) -> None:
        name, role = " ".join(line["group"].split()), line["role"].casefold() or "learner"
        if not 1 <= len(name) <= 100:
            self.problems.append((line.at("group"), N_("Write a name of at most 100 characters.")))
        self.names[name] = None
        group, account = self.found.groups.get(name), self.found.accounts.get(email_key(line["email"]))
        if role not in ("learner", *STAFF_ROLES):
            self.problems.append((line.at("role"), N_("A role is learner, instructor or adviser.")))
        elif role == "learner":
            row = self.found.enrolments.get(account.id) if account else None
            if row is None:
                self.problems.append((line.at("email"), N_("Nobody with this address learns in this program.")))
            elif group is not None and (group.id, row.id) in self.found.members:
                self.unchanged += 1
            else:
                self.learners[name, row.id] = None
        elif account is None or not self._holds(account.id, role):
            self.problems.append((line.at("email"), N_("Nobody with this address has this role in this program.")))
        elif group is not None and (group.id, account.id, role) in self.found.staff:
            self.unchanged += 1
        else:
            self.staff[name, account.id, role] = None

    def _holds(self, account_id: UUID, role: str) -> bool:
        row = self.found.roles.get((account_id, role))
        return row is not None and (row.until is None or row.until >= self.today)


def _program(actor: Actor, program_key: str | None) -> ProgramRow | None:
    if program_key is None:
        policy.require(actor, "people:manage")
        return None
    return get_program(actor, program_key, "enrolment:manage")


def _find(program: ProgramRow | None, lines: list[Line]) -> _Found:
    found = _Found(people.find_accounts_by_email(line["email"] for line in lines))
    if program is None:
        return found
    ids = [account.id for account in found.accounts.values()]
    found.enrolments = {row.account_id: row for row in enrolments.list_enrolments_in(program.id, ids)}
    found.roles = {(row.account_id, row.role): row for row in people.list_roles_in(program.id, ids)}
    found.groups = {row.name: row for row in groups.list_groups(program.id)}
    found.members = groups.list_all_members(program.id)
    staff = groups.list_group_staff([row.id for row in found.groups.values()])
    found.staff = {(row.group_id, row.account_id, row.role) for row in staff}
    return found


def _groups_named(tx: Transaction, program: ProgramRow, found: _Found, names: list[str]) -> dict[str, UUID]:
    ids = {name: row.id for name, row in found.groups.items()}
    for name in dict.fromkeys(names):
        if name not in ids:
            ids[name] = add_within(tx, program.id, name)
    return ids


def _enrol_all(
    tx: Transaction, program: ProgramRow, account_ids: list[UUID], standing: dict[UUID, EnrolmentRow]
) -> dict[UUID, EnrolmentRow]:
    version = newest_version(program.id, program.key)
    added: dict[UUID, EnrolmentRow] = {}
    for account_id in account_ids:
        row = standing.get(account_id)
        if row is not None:
            move(tx, row, "active", None)
            continue
        added[account_id] = EnrolmentRow(
            id=uuid4(), account_id=account_id, program_id=program.id, version_id=version.id, status="active",
            created_at=tx.now,
        )  # fmt: skip
    tx.add(*added.values())
    tx.add(
        *(
            StatusRow(
                id=uuid4(),
                enrolment_id=row.id,
                status="active",
                since=tx.now.date(),
                account_id=tx.actor.account_id,
                recorded_at=tx.now,
            )
            for row in added.values()
        )
    )
    return added
