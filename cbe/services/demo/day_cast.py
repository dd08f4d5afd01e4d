"""Who is there on a simulated day: a registrar, instructors with their groups, and learners with what they did before.

What they do on the day is ``day``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from secrets import token_hex
from uuid import UUID

from cbe.domain.judgement import counting_level
from cbe.domain.mastery import latest_today
from cbe.domain.policy import SYSTEM, Actor
from cbe.store import enrolments, programs
from cbe.store.enrolments import EnrolmentRow, GroupMemberRow, GroupStaffRow
from cbe.store.programs import ProgramRow

from ..decisions import NewDecision, derive_standing, put_decisions
from ..enrolments import enrol_within
from ..groups import add_within
from ..people import grant_within, new_account
from ..programs import compiled_version
from ..publishing import import_program
from ..transaction import Transaction, transaction
from .cast import DATA, DOMAIN

__all__ = ["Learner", "Stage", "set_stage"]

GROUP_SIZE = 25
LONGEST_AGO = 1_500
MOST_BEFORE = 14
"""So many competencies a learner has mastered before, at most."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner of the day and who assesses them."""

    actor: Actor
    enrolment_id: UUID
    version_id: UUID
    instructor: Actor
    group_id: UUID


@dataclass(frozen=True, slots=True)
class Stage:
    """The program of the day and everybody in it."""

    program_key: str
    registrar: Actor
    learners: list[Learner]


def set_stage(learners: int, numbers: Random, *, now: datetime) -> Stage:
    """Bring so many learners with their instructors and a registrar into the data program of the demo.

    They have mastered some of its first competencies in the years before; some of that has expired.
    """
    document = Path(__file__).parent / f"{DATA}.json"
    import_program(SYSTEM, document.read_bytes(), publish=True, now=now)
    program = programs.find_program(DATA)
    assert program is not None
    with transaction(SYSTEM, now) as tx:
        company = _Company(tx, program, token_hex(3))
        registrar = company.staff("registrar", "registrar")
        found: list[Learner] = []
        for start in range(0, learners, GROUP_SIZE):
            found += company.group(start // GROUP_SIZE, min(GROUP_SIZE, learners - start))
        tx.record("demo:day", learners=learners)
    _give_past(found, numbers, now)
    return Stage(DATA, registrar, found)


class _Company:
    """Makes accounts whose addresses nobody else has, so that one day may follow another."""

    def __init__(self, tx: Transaction, program: ProgramRow, mark: str) -> None:
        self.tx, self.program, self.mark = tx, program, mark

    def staff(self, name: str, role: str) -> Actor:
        account_id = self._account(name, name.replace("-", " ").title())
        grant_within(self.tx, account_id, self.program, role, None)
        return Actor(account_id, roles={self.program.id: frozenset({role})})

    def group(self, number: int, size: int) -> list[Learner]:
        name = f"instructor-{number + 1}"
        instructor = self.staff(name, "instructor")
        group_id = add_within(self.tx, self.program.id, f"Day {self.mark}, group {number + 1}")
        assert instructor.account_id is not None
        self.tx.add(GroupStaffRow(group_id=group_id, account_id=instructor.account_id, role="instructor"))
        return [self._learner(number * GROUP_SIZE + place + 1, group_id, instructor) for place in range(size)]

    def _learner(self, number: int, group_id: UUID, instructor: Actor) -> Learner:
        account_id = self._account(f"learner-{number}", f"Learner {number}")
        since = self.tx.now.date() - timedelta(days=LONGEST_AGO)
        enrolment_id = enrol_within(self.tx, account_id, self.program, "active", since)
        self.tx.add(GroupMemberRow(group_id=group_id, enrolment_id=enrolment_id))
        row = enrolments.find_enrolment(enrolment_id)
        assert row is not None
        actor = Actor(account_id, enrolments={self.program.id: "active"})
        return Learner(actor, enrolment_id, row.version_id, instructor, group_id)

    def _account(self, address: str, name: str) -> UUID:
        account = new_account(f"day-{self.mark}-{address}@{DOMAIN}", name, self.tx.now)
        account.status = "active"
        self.tx.add(account)
        return account.id


def _give_past(learners: list[Learner], numbers: Random, now: datetime) -> None:
    """Let every learner have mastered some competencies, recorded a week before the day."""
    with transaction(SYSTEM, now - timedelta(days=7)) as tx:
        decided: list[tuple[EnrolmentRow, NewDecision]] = []
        for learner in learners:
            row = enrolments.find_enrolment(learner.enrolment_id)
            assert row is not None
            decided += [(row, one) for one in _past(learner, tx.now.date(), numbers)]
        ids = put_decisions(tx, decided)
        derive_standing(((row, one.competency) for row, one in decided), latest_today(tx.now))
        tx.record("demo:past", decisions=len(ids))


def _past(learner: Learner, until: date, numbers: Random) -> list[NewDecision]:
    compiled = compiled_version(learner.version_id)
    keys = compiled.order[: numbers.randint(0, MOST_BEFORE)]
    days = sorted(numbers.randint(10, LONGEST_AGO) for _ in keys)
    return [
        NewDecision(
            key,
            "assessment",
            until - timedelta(days=ago),
            until - timedelta(days=ago),
            level=counting_level(compiled.program, compiled.competencies[key]),
            assessor_id=learner.instructor.account_id,
            role="instructor",
        )
        for key, ago in zip(keys, reversed(days), strict=True)
    ]
