"""Other people's accounts and roles: making them, inviting, granting and ending roles, deactivating, looking them up.

One's own account is ``accounts``'s, who learns where ``enrolments``'s, tables of people ``people_import``'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Forbidden, Invalid, NotFound, Problem
from cbe.domain.policy import PROGRAM_ROLES, Actor, Subject
from cbe.domain.program import Text
from cbe.store import enrolments, groups, people
from cbe.store.people import AccountRow, PersonRow, RoleRow
from cbe.store.programs import ProgramRow

from .accounts import send_link, set_first_password
from .enrolments import enrol_within, require_standing_account
from .mail import Compose
from .programs import get_program, program_title
from .transaction import Transaction, transaction

__all__ = [
    "OFFICE_ROLES",
    "OWN_ROLE",
    "PeoplePage",
    "Person",
    "ProgramPeople",
    "RoleHeld",
    "Staff",
    "account_problems",
    "add_account",
    "deactivate",
    "end_role",
    "get_account_id",
    "get_person",
    "grant_role",
    "invite",
    "invite_again",
    "list_people",
    "list_program_people",
    "reactivate",
    "set_admin",
]

OWN_ROLE = N_("Nobody gives a role to themselves. Ask another registrar or an administrator.")
OFFICE_ROLES = frozenset({"designer", "registrar", "coordinator", "data_protection"})
"""Roles that only those who run the installation assign."""
PAGE = 50
ADDRESS = re.compile(
    r"[^\s@<>(),;:\"\[\]\\\x00-\x1f]{1,64}@(?:[^\s@<>(),;:\"\[\]\\.\x00-\x1f]+\.)+[^\s@<>(),;:\"\[\]\\.\x00-\x1f]{2,}"
)


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role in one program, and the last day it holds (None: no end)."""

    program_key: str
    role: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """An account as administrators see it; ``learns``: program key → status of the enrolment there."""

    account_id: UUID
    name: str
    email: str
    status: str
    is_admin: bool
    roles: tuple[RoleHeld, ...]
    learns: dict[str, str]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of a search among all accounts."""

    people: list[Person]
    search: str
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody with a role in a program."""

    account_id: UUID
    name: str
    email: str
    status: str
    role: str
    until: date | None


@dataclass(frozen=True, slots=True)
class ProgramPeople:
    """The staff of a program, by name, and the roles that the reader may grant there."""

    program_id: UUID
    key: str
    title: Text
    staff: list[Staff]
    grantable: tuple[str, ...]


def add_account(
    actor: Actor,
    email: str,
    name: str,
    *,
    password: str | None = None,
    is_admin: bool = False,
    invite_with: Compose | None = None,
    now: datetime,
) -> UUID:
    """Make an account: active with a password, else invited by mail with a link that sets one. Returns its id.

    Raises ``Invalid`` with every problem at ``/email``, ``/name``, ``/password``. Registrars make theirs by ``invite``.
    """
    policy.require(actor, "people:manage" if is_admin else "account:create")
    with transaction(actor, now) as tx:
        problems = account_problems(email, name)
        if not problems and people.find_account_by_email(email):
            problems = [("/email", N_("Somebody has this address already."))]
        account = new_account(email, name, tx.now)
        if password is not None:
            try:
                set_first_password(account, password)
                account.status = "active"
            except Invalid as error:
                problems += error.problems
        if problems:
            raise Invalid(problems)
        account.is_admin = is_admin
        return _put(tx, account, invite_with if password is None else None)


def invite(
    actor: Actor,
    program_key: str,
    email: str,
    name: str,
    role: str,
    *,
    until: date | None = None,
    compose: Compose,
    now: datetime,
) -> UUID:
    """Bring somebody into a program as ``learner`` or with a role; who has no account is invited by mail.

    The name matters for a new account only. Returns the account's id.
    """
    get_program(actor, program_key, "account:create")
    with transaction(actor, now) as tx:
        program = get_program(actor, program_key, "account:create")
        account = people.find_account_by_email(email)
        problems = account_problems(email, name) if account is None else []
        problems += role_problems(actor, program.id, role, until, tx.now.date())
        if problems:
            raise Invalid(problems)
        account_id = account.id if account else _put(tx, new_account(email, name, tx.now), compose)
        if role == "learner":
            policy.require(actor, "enrolment:manage", Subject(program.id))
            enrol_within(tx, account_id, program, "active")
        else:
            grant_within(tx, account_id, program, role, until)
        return account_id


def invite_again(
    actor: Actor, account_id: UUID, *, program_key: str | None = None, compose: Compose, now: datetime
) -> None:
    """Send a new invitation to somebody who has not chosen a password yet; the links before stop working."""
    _require_near(actor, account_id, program_key)
    with transaction(actor, now) as tx:
        account = _get_account(account_id)
        if account.status != "invited":
            raise Conflict("This person has a password already. They can set a new one from the sign-in page.")
        people.use_up_links(account.id, tx.now)
        send_link(tx, account, "invitation", compose=compose)
        tx.record("account:invite", account=account.id)


def grant_role(
    actor: Actor, account_id: UUID, program_key: str, role: str, *, until: date | None = None, now: datetime
) -> None:
    """Give somebody a role in a program, or another last day for it. A verifier's always has one."""
    get_program(actor, program_key, "role:grant")
    with transaction(actor, now) as tx:
        program = get_program(actor, program_key, "role:grant")
        problems = role_problems(actor, program.id, role, until, tx.now.date())
        if problems or role == "learner":
            raise Invalid(problems or [("/role", N_("Learners are enrolled; this is not a role of staff."))])
        grant_within(tx, account_id, program, role, until)


def end_role(actor: Actor, account_id: UUID, program_key: str, role: str, *, now: datetime) -> None:
    """Take a role in a program from somebody at once, and with it their groups or their sample there."""
    action = "role:grant-any" if role in OFFICE_ROLES else "role:grant"
    get_program(actor, program_key, action)
    with transaction(actor, now) as tx:
        program = get_program(actor, program_key, action)
        row = people.find_role(account_id, program.id, role)
        if row is None:
            raise NotFound("This person does not have this role here.")
        groups.end_staff(program.id, account_id, role)
        people.end_sample(row.id)
        tx.delete(row)
        tx.record("role:end", account=account_id, program=program.id, role=role)


def set_admin(actor: Actor, account_id: UUID, is_admin: bool, *, now: datetime) -> None:
    """Make somebody an administrator of the installation or not; the last one stays."""
    policy.require(actor, "people:manage")
    with transaction(actor, now) as tx:
        account = _get_account(account_id)
        if not is_admin:
            require_another_administrator(account)
        account.is_admin = is_admin
        tx.record("account:set-admin", account=account.id, is_admin=is_admin)


def deactivate(actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """Lock an account: its sign-ins end at once and nobody signs in with it; what it did stays."""
    policy.require(actor, "people:manage")
    with transaction(actor, now) as tx:
        account = _get_account(account_id)
        if account.status not in ("active", "invited"):
            raise Conflict("This account is deactivated or closed.")
        require_another_administrator(account)
        account.status = "deactivated"
        people.end_sessions(account.id)
        people.use_up_links(account.id, tx.now)
        tx.record("account:deactivate", account=account.id)


def reactivate(actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """Let a deactivated account in again, with the password it had (none: invited)."""
    policy.require(actor, "people:manage")
    with transaction(actor, now) as tx:
        account = _get_account(account_id)
        if account.status != "deactivated":
            raise Conflict("This account is not deactivated.")
        account.status = "active" if account.password_hash else "invited"
        tx.record("account:reactivate", account=account.id)


def list_people(actor: Actor, search: str = "", page: int = 1) -> PeoplePage:
    """Give a page of all accounts by name; ``search`` looks into names and addresses."""
    policy.require(actor, "people:manage")
    rows, total = people.list_accounts(search.strip(), offset=(page - 1) * PAGE, limit=PAGE)
    return PeoplePage(_persons(rows), search.strip(), page, max(1, -(-total // PAGE)), total)


def get_person(actor: Actor, account_id: UUID) -> Person:
    """Return one account with its roles and enrolments."""
    policy.require(actor, "people:manage")
    return _persons([_get_account(account_id)])[0]


def get_account_id(actor: Actor, email: str) -> UUID:
    """Return the account of an address; ``NotFound`` when nobody has it."""
    policy.require(actor, "people:manage")
    account = people.find_account_by_email(email)
    if account is None:
        raise NotFound("There is nobody with the address %(email)s.", email=email)
    return account.id


def list_program_people(actor: Actor, program_key: str) -> ProgramPeople:
    """List who has a role in a program."""
    program = get_program(actor, program_key, "role:grant")
    staff = [
        Staff(row.account_id, row.account.person.name, row.account.person.email or "", row.account.status, row.role, row.until)
        for row in people.list_program_roles(program.id)
    ]  # fmt: skip
    grantable = tuple(role for role in PROGRAM_ROLES if _may_grant(actor, program.id, role))
    return ProgramPeople(program.id, program.key, program_title(program), staff, grantable)


def account_problems(email: str, name: str) -> list[Problem]:
    """Return what is wrong with an address and a name for a new account."""
    problems: list[Problem] = []
    if len(email.strip()) > 254 or not ADDRESS.fullmatch(email.strip()):
        problems.append(("/email", N_("This is not an e-mail address.")))
    if not 1 <= len(name.strip()) <= 200 or any(ord(char) < 32 for char in name):
        problems.append(("/name", N_("Write a name of at most 200 characters; a new account needs one.")))
    return problems


def role_problems(actor: Actor, program_id: UUID, role: str, until: date | None, today: date) -> list[Problem]:
    """Return why this actor cannot give this role until this day; ``Forbidden`` when the role is not theirs to give."""
    if role == "learner":
        return []
    if role not in PROGRAM_ROLES:
        return [("/role", N_("There is no such role."))]
    policy.require(actor, "role:grant-any" if role in OFFICE_ROLES else "role:grant", Subject(program_id))
    if role == "verifier" and until is None:
        return [("/until", N_("A verifier reads until a day: choose it."))]
    if until is not None and until < today:
        return [("/until", N_("This day is past. Choose today or a later one."))]
    return []


def grant_within(tx: Transaction, account_id: UUID, program: ProgramRow, role: str, until: date | None) -> None:
    """Give a role as part of the caller's change; ``Forbidden`` to oneself, but for administrators."""
    require_standing_account(account_id)
    if account_id == tx.actor.account_id and not tx.actor.is_admin:
        raise Forbidden(OWN_ROLE)
    row = people.find_role(account_id, program.id, role)
    if row is None:
        row = RoleRow(id=uuid4(), account_id=account_id, program_id=program.id, role=role, granted_at=tx.now)
        row.until = until
        tx.add(row)
    row.until = until
    tx.record("role:grant", account=account_id, program=program.id, role=role, until=until)


def require_another_administrator(account: AccountRow) -> None:
    """Raise when this account is the last administrator who can sign in."""
    if account.is_admin and account.status == "active" and not people.other_administrators(account.id):
        raise Conflict("This is the last administrator. Make somebody else one first.")


def _may_grant(actor: Actor, program_id: UUID, role: str) -> bool:
    return policy.may(actor, "role:grant-any" if role in OFFICE_ROLES else "role:grant", Subject(program_id))


def new_account(email: str, name: str, now: datetime) -> AccountRow:
    """Return the row of an account that waits for its owner."""
    account_id = uuid4()
    person = PersonRow(account_id=account_id, name=name.strip(), email=email.strip(), email_key=people.email_key(email))
    return AccountRow(id=account_id, status="invited", is_admin=False, single_keys=True, created_at=now, person=person)


def _put(tx: Transaction, account: AccountRow, compose: Compose | None) -> UUID:
    tx.add(account)
    if compose is not None:
        send_link(tx, account, "invitation", compose=compose)
    tx.record("account:create", account=account.id, status=account.status, is_admin=account.is_admin)
    return account.id


def _get_account(account_id: UUID) -> AccountRow:
    account = people.find_account(account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _require_near(actor: Actor, account_id: UUID, program_key: str | None) -> None:
    if program_key is None:
        policy.require(actor, "people:manage")
        return
    program = get_program(actor, program_key, "account:create")
    if enrolments.find_enrolment_of(account_id, program.id) is None and not people.list_roles_in(
        program.id, [account_id]
    ):
        raise NotFound("There is nobody like that in this program.")


def _persons(rows: Iterable[AccountRow]) -> list[Person]:
    rows = list(rows)
    ids = [row.id for row in rows]
    roles: dict[UUID, list[RoleHeld]] = {account_id: [] for account_id in ids}
    for role, key in people.list_roles_of(ids):
        roles[role.account_id].append(RoleHeld(key, role.role, role.until))
    learns: dict[UUID, dict[str, str]] = {account_id: {} for account_id in ids}
    for account_id, key, status in enrolments.list_enrolments_of(ids):
        learns[account_id][key] = status
    return [
        Person(
            row.id, row.person.name, row.person.email or "", row.status, row.is_admin, tuple(roles[row.id]),
            learns[row.id],
        )
        for row in rows
    ]  # fmt: skip
