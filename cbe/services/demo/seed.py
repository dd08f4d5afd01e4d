"""Put the demo in: programs, people, groups and what their months brought, through the functions services use.

One transaction, so it is there whole or not at all. ``recorded_at`` of what happened earlier is the end of the month it
happened in: the only place where rows are written as of another time than now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import Forbidden
from cbe.domain.policy import Actor
from cbe.store import copying, enrolments, people, programs
from cbe.store.database import installation
from cbe.store.enrolments import EnrolmentRow, GoalRow, GroupMemberRow, GroupStaffRow, StatusRow
from cbe.store.people import SampleRow
from cbe.store.programs import ProgramRow

from ..accounts import make_password_hash
from ..awards import give_award_within
from ..decisions import NewDecision, derive_standing, put_decisions
from ..enrolments import enrol_within
from ..groups import add_within
from ..issuing.issuer import Issuer, put_issuer
from ..people import grant_within, new_account
from ..programs import compiled_version, set_open
from ..publishing import import_program
from ..transaction import Transaction, transaction
from .cast import DATA, DOMAIN, GROUPS, LEARNERS, NURSING, STAFF, LearnerPlan
from .desk import DUE, FLAGGED, fill_desk
from .history import Event, History, Traits, earned, live, walk
from .jobs import put_jobs
from .waiting import put_waiting

__all__ = ["ACCOUNTS", "PASSWORD", "account_lines", "is_seeded", "open_accounts", "seed_demo"]

PASSWORD = "demo"  # noqa: S105 (everybody may know it: the demo is refused where it could do harm)
ROLES = ("learner", "instructor", "coordinator", "designer", "registrar", "data-protection", "admin")
ACCOUNTS = tuple(f"{name}@{DOMAIN}" for name in ROLES)
FOLDER = Path(__file__).parent
HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)
MONTHS = 15
AUTHORITY = ("Northgate College, transcript of 2024", "Workplace training record, signed by the employer")
OWN_LEFT = frozenset({"badge-requests"})
SAMPLED = ("james.whitfield", "sofia.rossi", "isabel.santos", "clara.hoffmann")
OWN_STEPS = (
    ("files-folders", 205), ("safe-accounts", 198), ("sheet-tables", 193), ("sheet-formulas", 180),
    ("file-formats", 171), ("data-types", 164), ("command-line", 150), ("sheet-lookup", 139),
    ("percent-rates", 130), ("read-charts", 122), ("sheet-text-dates", 111), ("db-concepts", 100),
    ("plain-language", 92), ("tickets", 85), ("sql-select", 71), ("dq-dimensions", 60),
    ("chart-choice", 47), ("py-basics", 20), ("clarify-request", 9),
)  # fmt: skip
"""What learner@ mastered in the data program, how many days ago: two badges held, one (``OWN_LEFT``) claimable."""
OWN_NURSING = (("person-centred-care", 55), ("confidentiality", 40), ("health-safety", 33), ("active-listening", 18))


ISSUER = Issuer(
    name="Harbour College",
    url="https://harbour-college.example",
    email="records@harbour-college.example",
    country="GB",
    accreditation="Accredited by the national agency for further education since 2014.",
    quality_assurance="Peer review of every program each second year; external verifiers read a sample of records.",
)


@dataclass(frozen=True, slots=True)
class Life:
    """One learner in one program, what happened to them and what they were given."""

    plan: LearnerPlan
    row: EnrolmentRow
    history: History
    earned: list[tuple[str, date]]


@dataclass
class Stage:
    """What is being put together: programs by key, accounts and groups by their names, histories by enrolment."""

    numbers: Random
    now: datetime
    programs: dict[str, ProgramRow]
    accounts: dict[str, UUID]
    groups: dict[str, UUID]
    lives: list[Life]

    @property
    def today(self) -> date:
        """The day on which the demo is put in."""
        return self.now.date()


def account_lines() -> list[str]:
    """Return the lines that say who may sign in to the demo."""
    return [f"{email}  password: {PASSWORD}" for email in ACCOUNTS]


def is_seeded() -> bool:
    """Tell whether the demo is in."""
    return people.find_account_by_email(ACCOUNTS[0]) is not None


def open_accounts() -> list[str]:
    """List the addresses of the demo that somebody may sign in with; none where there is no schema yet."""
    return people.list_active_addresses(DOMAIN) if copying.holds_people() else []


def seed_demo(actor: Actor, *, if_empty: bool = False, now: datetime) -> bool:
    """Put the demo in and return True; False when it is there already (or, ``if_empty``, when anybody is).

    Raises ``Forbidden`` outside demo mode: everybody knows the passwords.
    """
    policy.require(actor, "installation:keep")
    if not installation().demo:
        raise Forbidden("Demo accounts have passwords that everybody knows. Set CBE_DEMO=1 where that does no harm.")
    if is_seeded() or (if_empty and copying.holds_people()):
        return False
    for key in (DATA, NURSING):
        data = (FOLDER / f"{key}.json").read_bytes()
        import_program(actor, data, publish=True, notes="First version", now=now - MONTHS * MONTH)
        set_open(actor, key, True, now=now - MONTHS * MONTH)
    with transaction(actor, now) as tx:
        put_issuer(tx, ISSUER)
        stage = Stage(Random(7), now, _programs(), {}, {}, [])  # noqa: S311 (a story, not a secret)
        _people(tx, stage)
        _learners(tx, stage)
        for moment in _moments(now):
            tx.now = moment - HOUR  # what the last month brought cannot be undone any more
            _month(tx, stage, moment)
        tx.now = now
        _finish(tx, stage)
        put_waiting(
            tx, {one.plan.address: one.row for one in stage.lives if one.row.program_id == stage.programs[DATA].id}
        )
        put_jobs(tx, stage.accounts["designer"])
        tx.record("demo:seed", learners=len(stage.lives))
    return True


def _programs() -> dict[str, ProgramRow]:
    return {row.key: row for row in programs.list_programs() if row.key in (DATA, NURSING)}


def _moments(now: datetime) -> Iterator[datetime]:
    yield from (now - month * MONTH for month in range(MONTHS, -1, -1))


def _people(tx: Transaction, stage: Stage) -> None:
    hashed = make_password_hash(PASSWORD)
    learners = [("learner", "Maya Lindgren"), *((plan.address, plan.name) for plan in LEARNERS)]
    tx.now = stage.now - MONTHS * MONTH
    for address, name, is_admin in [
        *((one.address, one.name, one.is_admin) for one in STAFF),
        *((*one, False) for one in learners),
    ]:
        account = new_account(f"{address}@{DOMAIN}", name, tx.now)
        account.status, account.is_admin, account.password_hash = "active", is_admin, hashed
        tx.add(account)
        stage.accounts[address] = account.id
    for one in STAFF:
        for role, key in one.roles:
            until = stage.today + timedelta(days=60) if role == "verifier" else None
            grant_within(tx, stage.accounts[one.address], stage.programs[key], role, until)
    for plan in GROUPS:
        group = stage.groups[plan.name] = add_within(tx, stage.programs[plan.program].id, plan.name)
        staff = [("instructor", name) for name in plan.instructors] + [("adviser", name) for name in plan.advisers]
        tx.add(*(GroupStaffRow(group_id=group, account_id=stage.accounts[name], role=role) for role, name in staff))


def _learners(tx: Transaction, stage: Stage) -> None:
    program_of = {plan.name: plan.program for plan in GROUPS}
    applied = {"rania.saleh": DATA, "salma.idrissi": NURSING}
    for plan in LEARNERS:
        key = program_of.get(plan.group) or applied[plan.address]
        _enter(tx, stage, plan, key, None)
    own = LearnerPlan("learner", "", "Evening group", 210, 0, ("mc-spreadsheet-analysis", "badge-sql"), 6)
    _enter(tx, stage, own, DATA, OWN_STEPS)
    _enter(tx, stage, LearnerPlan("learner", "", "Community group", 60, 0), NURSING, OWN_NURSING)


def _enter(tx: Transaction, stage: Stage, plan: LearnerPlan, key: str, steps: Sequence[tuple[str, int]] | None) -> None:
    """Enrol a learner on the day they began, put them into their group and make up their history."""
    start = stage.today - timedelta(days=plan.began)
    tx.now = stage.now - timedelta(days=plan.began)
    status = "applied" if plan.status == "applied" else "active"
    enrolment_id = enrol_within(tx, stage.accounts[plan.address], stage.programs[key], status, start)
    row = enrolments.find_enrolment(enrolment_id)
    assert row is not None
    if plan.group:
        tx.add(GroupMemberRow(group_id=stage.groups[plan.group], enrolment_id=row.id))
    row.hours_per_week = None if plan.hours is None else Decimal(plan.hours)
    targets = (stage.today + timedelta(days=90 * (turn + 1)) for turn in range(len(plan.goals)))
    tx.add(
        *(
            GoalRow(enrolment_id=row.id, credential=goal, target_date=day)
            for goal, day in zip(plan.goals, targets, strict=True)
        )
    )
    history = _history(stage, plan, row, steps)
    left, share = (OWN_LEFT, 0.0) if steps else (frozenset(), 0.15)
    given = earned(
        compiled_version(row.version_id), history, stage.today, left=left, share_left=share, numbers=stage.numbers
    )
    given = [(credential, on) for credential, on in given if (plan.address, credential) not in DUE]
    stage.lives.append(Life(plan, row, history, given))


def _history(stage: Stage, plan: LearnerPlan, row: EnrolmentRow, steps: Sequence[tuple[str, int]] | None) -> History:
    compiled = compiled_version(row.version_id)
    assessors = [stage.accounts[name] for group in GROUPS if group.name == plan.group for name in group.instructors]
    if steps is not None:
        days = [(key, stage.today - timedelta(days=ago)) for key, ago in steps]
        history = walk(compiled, days, assessors, stage.numbers)
        if row.program.key == DATA:
            history.events.append(_returned("sheet-pivot", stage.today - timedelta(days=5), assessors[0]))
        return history
    if not assessors:
        return History()
    hours = plan.share * sum(float(one.effort_hours) for one in compiled.competencies.values())
    start = stage.today - timedelta(days=plan.began)
    end = stage.today - timedelta(days=plan.away + 1)
    return live(compiled, Traits(start, end, hours, plan.goals, plan.brings, assessors), stage.numbers)


def _returned(key: str, day: date, assessor: UUID) -> Event:
    text = "The totals are right. Show me also how the table changes when a category is added."
    return Event(key, day, "assessment", "not_yet", "developing", assessor, text, 2)


def _month(tx: Transaction, stage: Stage, end: datetime) -> None:
    """Record what was decided in the month that ends then, and give what was reached in it."""
    last = end.date()
    first = date.min if end == stage.now - MONTHS * MONTH else last - MONTH + timedelta(days=1)
    found = [(one.row, event) for one in stage.lives for event in one.history.events if first <= event.day <= last]
    put_decisions(tx, [(row, _decision(event)) for row, event in sorted(found, key=lambda pair: pair[1].day)])
    for one in stage.lives:
        for credential, on in one.earned:
            if first <= on <= last:
                give_award_within(tx, one.row, credential, on)


def _decision(event: Event) -> NewDecision:
    authority = AUTHORITY[len(event.competency) % 2] if event.kind == "transfer" else None
    return NewDecision(
        event.competency,
        event.kind,
        event.day,
        event.day - timedelta(days=event.done_before),
        event.outcome,
        event.level,
        event.assessor,
        feedback=event.feedback,
        authority=authority,
        reason="Portfolio of earlier work" if event.kind == "recognition" else None,
        source_digest=hashlib.sha256(authority.encode()).hexdigest() if authority else None,
        role="instructor" if event.assessor else None,
    )


def _finish(tx: Transaction, stage: Stage) -> None:
    """Derive how everybody stands, let some pause or leave, name the verifier's sample and fill the registrar's desk."""
    touched = {(one.row.id, event.competency): one.row for one in stage.lives for event in one.history.events}
    derive_standing(((row, key) for (_, key), row in touched.items()), stage.today)
    for one in stage.lives:
        if one.plan.away:
            one.row.status = one.plan.status
            since = stage.today - timedelta(days=one.plan.away)
            tx.add(
                StatusRow(id=uuid4(), enrolment_id=one.row.id, status=one.plan.status, since=since, recorded_at=tx.now)
            )
    sampled = [one.row for one in stage.lives if one.plan.address in SAMPLED]
    role = people.find_role(stage.accounts["verifier"], stage.programs[DATA].id, "verifier")
    assert role is not None
    tx.add(*(SampleRow(role_id=role.id, enrolment_id=row.id) for row in sampled))
    flagged = next(one.row for one in stage.lives if one.plan.address == FLAGGED[0])
    fill_desk(tx, sampled[0], flagged, stage.accounts, stage.today)
