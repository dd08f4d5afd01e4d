"""Who learns in which program: enrolling, the status and its history, goals and pace, joining and leaving.

Also who stands near a learner's record (``record_subject``). Groups are ``groups``'s, accounts and roles ``people``'s,
what a learner has mastered ``progress``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Forbidden, Invalid, NotFound
from cbe.domain.mastery import latest_today
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import enrolments, groups, people, records
from cbe.store.enrolments import EnrolmentRow, GoalRow, StatusRow
from cbe.store.programs import ProgramRow

from .programs import compiled_version, get_program, newest_version, program_title, require_known
from .transaction import Transaction, transaction

__all__ = [
    "MOVES",
    "Enrolled",
    "EnrolledPage",
    "EnrolmentDetail",
    "OpenProgram",
    "ask_to_join",
    "enrol",
    "get_enrolled",
    "leave",
    "list_enrolled",
    "list_open_programs",
    "newest_learning",
    "record_subject",
    "set_goals",
    "set_status",
]

STATUSES = ("applied", "active", "leave", "withdrawn", "completed")
MOVES = {
    "applied": ("active", "withdrawn"),
    "active": ("leave", "withdrawn", "completed"),
    "leave": ("active", "withdrawn"),
    "withdrawn": ("active",),
    "completed": (),
}
"""From which status staff may move an enrolment to which; a learner may leave, and ask again."""
LEARNING = ("active", "leave", "completed")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One learner in a program as its registrar sees them."""

    enrolment_id: UUID
    account_id: UUID
    name: str
    email: str
    status: str
    since: date | None
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnrolledPage:
    """A page of the learners of a program, those waiting for an answer first."""

    program_id: UUID
    key: str
    title: Text
    is_open: bool
    learners: list[Enrolled]
    counts: dict[str, int]
    status: str | None
    search: str
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class EnrolmentDetail:
    """One enrolment: its learner, every status with its first day, oldest first, and the statuses it may go to."""

    program_key: str
    title: Text
    learner: Enrolled
    history: list[tuple[str, date]]
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenProgram:
    """A program anybody may ask to join, and how the reader stands to it (``status`` None: not at all)."""

    key: str
    title: Text
    is_open: bool
    status: str | None


def enrol(
    actor: Actor,
    account_id: UUID,
    program_key: str,
    *,
    status: str = "active",
    since: date | None = None,
    now: datetime,
) -> UUID:
    """Enrol somebody in the newest version of a program and return the enrolment's id.

    Who applied or withdrew is taken in (again) and keeps the version they had; the same status again changes nothing.
    Raises ``Conflict`` for somebody who is in the program with another status.
    """
    get_program(actor, program_key, "enrolment:manage")
    with transaction(actor, now) as tx:
        return enrol_within(tx, account_id, get_program(actor, program_key, "enrolment:manage"), status, since)


def enrol_within(
    tx: Transaction, account_id: UUID, program: ProgramRow, status: str, since: date | None = None
) -> UUID:
    """Enrol somebody as part of the caller's change; see ``enrol``."""
    require_standing_account(account_id)
    row = enrolments.find_enrolment_of(account_id, program.id)
    if row is None:
        return _add(tx, account_id, program, status, since)
    enrolments.hold(row)
    if row.status != status:
        if row.status not in ("applied", "withdrawn"):
            raise Conflict("This person is in the program already. Change the status of the enrolment instead.")
        move(tx, row, status, since)
    else:
        tx.record("enrolment:keep", enrolment=row.id, status=status)
    return row.id


def set_status(actor: Actor, enrolment_id: UUID, status: str, *, since: date, now: datetime) -> None:
    """Move an enrolment to another status from a day on; the history keeps every step.

    Raises ``Conflict`` for a move that does not exist, ``Invalid`` for a day in the future or before the last change.
    """
    _require_manage(actor, enrolment_id)
    with transaction(actor, now) as tx:
        row = _require_manage(actor, enrolment_id)
        enrolments.hold(row)
        if status not in MOVES[row.status]:
            raise Conflict("An enrolment cannot go from %(old)s to %(new)s.", old=row.status, new=status)
        move(tx, row, status, since)


def ask_to_join(actor: Actor, program_key: str, *, now: datetime) -> UUID:
    """Apply for a program that is open; the registrar answers. Returns the enrolment's id."""
    account_id = _open_program(actor, program_key)
    with transaction(actor, now) as tx:
        program = get_program_to_join(actor, program_key)
        row = enrolments.find_enrolment_of(account_id, program.id)
        if row is None:
            return _add(tx, account_id, program, "applied", None)
        enrolments.hold(row)
        if row.status != "withdrawn":
            raise Conflict("You are in this program already, or your request waits for an answer.")
        move(tx, row, "applied", None)
        return row.id


def leave(actor: Actor, program_key: str, *, now: datetime) -> str:
    """Leave a program that is open, or take a request back; return the status that ends. What was earned stays."""
    account_id = _own(actor, program_key)[0]
    with transaction(actor, now) as tx:
        account_id, program = _own(actor, program_key)
        row = enrolments.find_enrolment_of(account_id, program.id)
        if row is not None:
            enrolments.hold(row)
        if row is None or row.status not in ("applied", "active", "leave"):
            raise Conflict("You are not in this program now, so there is nothing to leave.")
        if not program.is_open and row.status != "applied":
            raise Forbidden("This program is left through its registrar. Ask them.")
        was = row.status
        move(tx, row, "withdrawn", None)
    return was


def set_goals(
    actor: Actor,
    program_key: str,
    goals: Sequence[tuple[str, date | None]],
    *,
    hours_per_week: Decimal | None,
    now: datetime,
) -> None:
    """Name the credentials one works towards, each with the date one would like it by, and the hours one has a week.

    Replaces what was said before; no hours mean that plans get no dates.
    """
    row = _own_enrolment(actor, program_key)
    known = frozenset(compiled_version(row.version_id).credentials)
    require_known(known, [(f"/goals/{n}", key) for n, (key, _) in enumerate(goals)], "credential")
    if len({key for key, _ in goals}) != len(goals):
        raise Invalid([("/goals", N_("Name each credential once."))])
    if hours_per_week is not None and not Decimal("0.5") <= hours_per_week <= 80:
        raise Invalid([("/pace", N_("Hours a week are a number from 0.5 to 80, or nothing."))])
    with transaction(actor, now) as tx:
        row = _own_enrolment(actor, program_key)
        for goal in enrolments.list_goals(row.id):
            tx.delete(goal)
        tx.add(*(GoalRow(enrolment_id=row.id, credential=key, target_date=target) for key, target in goals))
        row.hours_per_week = None if hours_per_week is None else round(hours_per_week, 1)
        tx.record("enrolment:set-goals", enrolment=row.id, credentials=[key for key, _ in goals])


def list_open_programs(actor: Actor) -> list[OpenProgram]:
    """List the published programs anybody may ask to join, and those one is in or waits for."""
    policy.require(actor, "program:list")
    found = enrolments.list_joinable(actor.account_id)
    return [OpenProgram(row.key, program_title(row), row.is_open, status) for row, status in found]


def list_enrolled(
    actor: Actor, program_key: str, *, status: str | None = None, search: str = "", page: int = 1
) -> EnrolledPage:
    """Give a page of the learners of a program, those waiting for an answer first, then by name."""
    program = get_program(actor, program_key, "enrolment:list")
    rows, total = enrolments.search_enrolments(
        program.id, status=status, search=search, offset=(page - 1) * PAGE, limit=PAGE
    )
    ids = [row.id for row in rows]
    since, names = enrolments.newest_statuses(ids), groups.group_names(ids)
    learners = [
        Enrolled(
            row.id, row.account_id, row.account.person.name, row.account.person.email or "", row.status,
            since.get(row.id), tuple(names.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip
    counts = enrolments.count_enrolments([program.id])[program.id]
    pages = max(1, -(-total // PAGE))
    return EnrolledPage(
        program.id, program.key, program_title(program), program.is_open, learners, counts, status, search, page, pages
    )


def get_enrolled(actor: Actor, enrolment_id: UUID) -> EnrolmentDetail:
    """Return one enrolment with its history and where it may go next."""
    row = _require_manage(actor, enrolment_id)
    history = [(step.status, step.since) for step in enrolments.list_statuses(row.id)]
    person = row.account.person
    learner = Enrolled(
        row.id,
        row.account_id,
        person.name,
        person.email or "",
        row.status,
        history[-1][1] if history else None,
        tuple(groups.group_names([row.id]).get(row.id, ())),
    )
    return EnrolmentDetail(row.program.key, program_title(row.program), learner, history, MOVES[row.status])


def newest_learning(actor: Actor) -> str | None:
    """Return the key of the program one got on in last, an active one before others; None when one learns nowhere."""
    if actor.account_id is None or not actor.enrolments:
        return None
    learning = [row for row in enrolments.list_enrolments(actor.account_id) if row.status in LEARNING]
    moved = records.newest_mastery([row.id for row in learning])
    learning.sort(
        key=lambda row: (row.status == "active", moved.get(row.id, date.min), row.created_at, row.program.key)
    )
    return learning[-1].program.key if learning else None


def record_subject(actor: Actor, row: EnrolmentRow, today: date) -> Subject:
    """Return a learner's record as a subject of the policy, with the ties that actor has to it today.

    An instructor is tied to the learners of their groups and of those they stand in for, and to those whom nobody
    instructs today; an adviser to those of their groups; a verifier to their sample. The role must still be held. No
    query for anybody else.
    """
    roles = actor.roles.get(row.program_id, frozenset())
    ties: set[str] = set()
    if actor.account_id is not None and roles & {"instructor", "adviser"}:
        instructs, advises = groups.ties(actor.account_id, row.id, today)
        ties |= {"group_instructor"} if instructs and "instructor" in roles else set()
        ties |= {"group_adviser"} if advises and "adviser" in roles else set()
    if actor.account_id is not None and "verifier" in roles and people.is_sampled(actor.account_id, row.id, today):
        ties.add("sample_verifier")
    return Subject(row.program_id, row.account_id, frozenset(ties))


def require_standing_account(account_id: UUID) -> None:
    """Raise unless this account exists and may (or will) sign in."""
    account = people.find_account(account_id)
    if account is None:
        raise NotFound("There is no such account.")
    if account.status not in ("active", "invited"):
        raise Conflict("This account is deactivated or closed.")


def get_program_to_join(actor: Actor, program_key: str) -> ProgramRow:
    """Return a program that is open and published; ``NotFound`` for any other, as if it were not there."""
    program = get_program(actor, program_key, "program:join")
    if not program.is_open:
        raise NotFound("There is no program %(program)s that is open to join.", program=program_key)
    newest_version(program.id, program.key)
    return program


def _open_program(actor: Actor, program_key: str) -> UUID:
    get_program_to_join(actor, program_key)
    if actor.account_id is None:
        raise NotFound("There is no account to enrol.")
    return actor.account_id


def _own(actor: Actor, program_key: str) -> tuple[UUID, ProgramRow]:
    program = get_program(actor, program_key, "program:join")
    if actor.account_id is None or actor.enrolments.get(program.id) is None:
        raise NotFound("There is no program %(program)s that you are in.", program=program_key)
    policy.require(actor, "enrolment:leave", Subject(program.id, actor.account_id))
    return actor.account_id, program


def _own_enrolment(actor: Actor, program_key: str) -> EnrolmentRow:
    program = get_program(actor, program_key, "program:read")
    policy.require(actor, "enrolment:edit", Subject(program.id, actor.account_id))
    row = enrolments.find_enrolment_of(actor.account_id, program.id) if actor.account_id else None
    if row is None:
        raise NotFound("There is no program %(program)s that you are in.", program=program_key)
    return row


def _require_manage(actor: Actor, enrolment_id: UUID) -> EnrolmentRow:
    row = enrolments.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "enrolment:manage", Subject(row.program_id))
    return row


def _add(tx: Transaction, account_id: UUID, program: ProgramRow, status: str, since: date | None) -> UUID:
    if status not in STATUSES:
        raise Invalid([("/status", N_("There is no such status."))])
    since = since or tx.now.date()
    _require_past(since, tx.now)
    version = newest_version(program.id, program.key)
    row = EnrolmentRow(
        id=uuid4(), account_id=account_id, program_id=program.id, version_id=version.id, status=status,
        created_at=tx.now,
    )  # fmt: skip
    tx.add(row)
    _write_status(tx, row.id, status, since)
    tx.record("enrolment:add", enrolment=row.id, program=program.id, account=account_id, status=status, since=since)
    return row.id


def move(tx: Transaction, row: EnrolmentRow, status: str, since: date | None) -> None:
    """Write another status into the history as part of the caller's change; since today unless a day is given."""
    last = max((step.since for step in enrolments.list_statuses(row.id)), default=date.min)
    since = since or max(last, tx.now.date())
    _require_past(since, tx.now)
    if since < last:
        raise Invalid([("/since", N_("This day is before the last change. Choose that day or a later one."))])
    old, row.status = row.status, status
    _write_status(tx, row.id, status, since)
    tx.record("enrolment:set-status", enrolment=row.id, old=old, new=status, since=since)


def _write_status(tx: Transaction, enrolment_id: UUID, status: str, since: date) -> None:
    who = tx.actor.account_id
    tx.add(
        StatusRow(id=uuid4(), enrolment_id=enrolment_id, status=status, since=since, account_id=who, recorded_at=tx.now)
    )


def _require_past(since: date, now: datetime) -> None:
    if since > latest_today(now):
        raise Invalid([("/since", N_("This day is in the future. Choose today or a day before."))])
