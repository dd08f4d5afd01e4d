"""Whatever happens in whatever order: an award in good standing had its requirement met on its day, or is flagged."""

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cbe.domain.errors import Conflict, Invalid
from cbe.domain.policy import SYSTEM, Actor
from cbe.services import award_events, conferring, entering, review
from cbe.services.decisions import NewDecision
from cbe.services.grounds import grounds_of
from cbe.services.settling import settle
from cbe.services.sign_off import sign_off
from cbe.services.transaction import transaction

DOCUMENT: dict[str, Any] = {
    "format": "cbe-program/1",
    "program": {"id": "mini", "title": "Mini", "language": "en"},
    "competencies": [
        {"id": "a", "title": "A", "effort_hours": 1, "validity_months": 1},
        {"id": "b", "title": "B", "effort_hours": 1, "mastery": {"assessors": 2}},
    ],
    "credentials": [
        {"id": "first", "title": "First", "kind": "badge", "requires": {"all": [{"competency": "a"}]}},
        {"id": "cert", "title": "Certificate", "kind": "certificate",
         "requires": {"all": [{"credential": "first"}, {"competency": "b"}]}},
        {"id": "top", "title": "Top", "kind": "badge", "requires": {"all": [{"credential": "cert"}]}},
    ],
}  # fmt: skip
BUILT_ON = {"cert": {"first"}, "top": {"cert"}}
STEPS = st.one_of(
    st.tuples(st.just("decide"), st.sampled_from("ab"), st.integers(0, 1)),
    st.tuples(st.just("enter"), st.sampled_from("ab")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("settle")),
    st.tuples(st.just("confer")),
    st.tuples(st.just("take_back"), st.integers(0, 3), st.sampled_from(review.WAYS_BACK)),
    st.tuples(st.just("change"), st.integers(0, 2), st.sampled_from(["suspended", "reinstated", "revoked", "kept"])),
    st.tuples(st.just("again"), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.sampled_from([11, 11, 60 * 24, 60 * 24 * 40])),
)
DECIDED = [("enter", "a"), ("settle",), ("decide", "b", 0), ("decide", "b", 1)]
CONFERRED = [*DECIDED, ("wait", 11), ("settle",), ("confer",)]
TAKEN_AWAY = [*CONFERRED, ("change", 0, "revoked"), ("wait", 60 * 24), ("decide", "a", 0), ("wait", 11), ("settle",)]


@dataclass
class Life:
    """One learner, who does what to them, and the clock."""

    enrolment: Any
    assessors: list[Actor]
    registrar: Actor
    now: datetime
    decisions: list[UUID] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def when(self) -> dict[str, Any]:
        return {"today": self.today, "now": self.now}

    def decide(self, key: str, who: int) -> None:
        by = self.assessors[who]
        new = NewDecision(key, "assessment", self.today, self.today, assessor_id=by.account_id)
        with transaction(by, self.now) as tx:
            self.decisions += sign_off(tx, [(self.enrolment, new, ())])
            tx.record("decision:record")

    def enter(self, key: str) -> None:
        entry = entering.Entry("exception", (key,), self.today, "Board", "Waived.")
        self.decisions += entering.enter_decisions(self.registrar, self.enrolment.id, entry, **self.when)

    def undo(self) -> None:
        for by in self.assessors if self.decisions else ():
            with suppress(Conflict):  # it is the other's
                review.undo(by, [self.decisions[-1]], now=self.now)

    def settle(self) -> None:
        settle(self.now)

    def confer(self) -> None:
        conferring.confer(self.registrar, "mini", "cert", [self.enrolment.id], self.today, **self.when)

    def take_back(self, which: int, how: str) -> None:
        if self.decisions:
            decision = self.decisions[which % len(self.decisions)]
            review.take_back(self.registrar, decision, how, "It was not so.", **self.when)

    def change(self, which: int, what: str) -> None:
        for award in self.awards()[which : which + 1]:
            by = award_events.decide_flag if what == "kept" else award_events.change_award
            by(self.registrar, award.id, what, "Seen.", effective_on=self.today, **self.when)

    def again(self, which: int) -> None:
        for award in self.awards()[which : which + 1]:
            conferring.give_again(self.registrar, award.id, self.today, **self.when)

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def awards(self) -> list[Any]:
        from cbe.store.records import list_awards

        return list(list_awards(self.enrolment.id))


@pytest.fixture
def begin(cast, context, now):
    """Give a function that enrols somebody new in the small program."""
    from cbe.services.publishing import import_program
    from cbe.store.enrolments import EnrolmentRow, find_enrolment
    from cbe.store.people import AccountRow, PersonRow
    from cbe.store.programs import find_program, find_version

    import_program(SYSTEM, json.dumps(DOCUMENT).encode(), publish=True, now=now)
    program = find_program("mini")
    version = find_version(program.id)
    acting = {
        name: replace(cast.people[name].actor, roles={program.id: frozenset({role})})
        for name, role in (("instructor", "coordinator"), ("coordinator", "coordinator"), ("registrar", "registrar"))
    }

    def begin() -> Life:
        account, key = uuid4(), uuid4()
        with transaction(SYSTEM, now) as tx:
            tx.add(AccountRow(id=account, status="active", is_admin=False, created_at=now))
            tx.add(PersonRow(account_id=account, name="Somebody", email=None, email_key=None))
            tx.add(
                EnrolmentRow(
                    id=key, account_id=account, program_id=program.id, version_id=version.id, status="active",
                    created_at=now,
                )
            )  # fmt: skip
            tx.record("test:enrol")
        assessors = [acting["instructor"], acting["coordinator"]]
        return Life(find_enrolment(key), assessors, acting["registrar"], now)

    return begin


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([DECIDED, CONFERRED, TAKEN_AWAY]), st.lists(STEPS, min_size=3, max_size=10))
def test_an_award_in_good_standing_is_founded_or_flagged(begin, opening, steps) -> None:
    life = begin()
    for name, *arguments in [*opening, *steps]:
        life.wait(3)
        try:
            getattr(life, name)(*arguments)
        except (Conflict, Invalid):  # not now: it is not due, undone too late, changed already
            continue
        check(life)


def check(life: Life) -> None:
    from cbe.store.awarding import list_flags
    from cbe.store.records import list_award_events

    awards, grounds = life.awards(), grounds_of([life.enrolment], life.now)
    flagged = {flag.award_id for flag in list_flags([award.id for award in awards])}
    revoked = {event.award_id for event in list_award_events(life.enrolment.id) if event.event == "revoked"}
    _, withheld = grounds.standing(life.enrolment.id, life.today)
    for number, award in enumerate(awards):
        if grounds.state(award, life.today) == "good" and award.id not in flagged:
            assert grounds.is_met(award, award.awarded_on), f"{award.credential} was not due"
            assert not BUILT_ON.get(award.credential, set()) & withheld, f"{award.credential} lost its ground"
        before = [one for one in awards[:number] if one.credential == award.credential]
        assert not before or before[-1].id not in revoked or award.account_id is not None, "given again by itself"
