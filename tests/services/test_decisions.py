"""Decisions are added, standing follows from them."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cbe.domain.policy import SYSTEM
from cbe.services.decisions import NewDecision, derive_standing, mastered_on, put_decisions
from cbe.services.transaction import transaction
from tests.cast import Cast, Person

DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def inside(cast: Cast, context: None) -> None:
    """Be inside the application with everybody on stage."""


def decide(person: Person, now: datetime, *decisions: NewDecision) -> Any:
    from cbe.store.enrolments import find_enrolment

    with transaction(SYSTEM, now) as tx:
        row = find_enrolment(person.enrolment_id)
        ids = put_decisions(tx, [(row, one) for one in decisions])
        derive_standing([(row, one.competency) for one in decisions], now.date())
        tx.record("decision:record", decisions=ids)
    return row, ids


def standing(person: Person) -> dict[str, tuple[date | None, date | None]]:
    from cbe.store.deriving import standing_of

    found = standing_of([person.enrolment_id]).get(person.enrolment_id, {})
    return {key: (row.mastered_on, row.returned_on) for key, row in found.items()}


def met(competency: str, day: date = DAY) -> NewDecision:
    return NewDecision(competency, "exception", day, day, authority="Registrar")


def not_yet(competency: str, day: date) -> NewDecision:
    return NewDecision(competency, "exception", day, day, "not_yet", authority="Registrar")


def test_mastery_follows_from_a_decision_that_is_met(learner: Person, now: datetime) -> None:
    row, _ = decide(learner, now, met("html"), not_yet("css", DAY))
    assert standing(learner) == {"html": (DAY, None), "css": (None, DAY)}
    assert mastered_on(row, DAY) == {"html"}
    assert mastered_on(row, DAY - timedelta(days=1)) == frozenset()


def test_standing_is_made_anew_for_what_was_touched_only(learner: Person, other_learner: Person, now: datetime) -> None:
    decide(learner, now, met("html"))
    decide(other_learner, now, met("html"))
    decide(learner, now, not_yet("css", DAY))
    decide(learner, now, met("css", DAY + timedelta(days=9)))
    assert standing(learner) == {"html": (DAY, None), "css": (DAY + timedelta(days=9), None)}
    assert standing(other_learner) == {"html": (DAY, None)}


def test_what_was_taken_back_counts_no_longer(learner: Person, now: datetime) -> None:
    from uuid import uuid4

    from cbe.store.records import TakenBackRow

    row, (decision, _) = decide(learner, now, met("html"), met("css"))
    with transaction(SYSTEM, now) as tx:
        tx.add(TakenBackRow(id=uuid4(), decision_id=decision, how="void", effective_on=DAY, recorded_at=now))
        derive_standing([(row, "html")], now.date())
        tx.record("decision:void", decision=decision)
    assert standing(learner) == {"html": (None, None), "css": (DAY, None)}


def test_an_assessor_decides_an_assessment(learner: Person, instructor: Person, now: datetime) -> None:
    decide(learner, now, NewDecision("html", "assessment", DAY, DAY, assessor_id=instructor.account_id))
    assert standing(learner) == {"html": (DAY, None)}
    with pytest.raises(ValueError, match="assessor"):
        NewDecision("html", "assessment", DAY, DAY)


def test_standing_knows_every_decision_though_many_decide_at_once(app: Flask, learner: Person, now: datetime) -> None:
    def judge(days: int) -> None:
        with app.app_context():
            decide(learner, now, met("html", DAY + timedelta(days=days)))

    threads = [threading.Thread(target=judge, args=(days,)) for days in (5, 2, 7, 1, 6, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert standing(learner) == {"html": (DAY + timedelta(days=7), None)}


def test_no_function_changes_or_deletes_a_decision() -> None:
    from cbe.services import decisions
    from cbe.store import batches

    public = {name for module in (decisions, batches) for name in module.__all__}
    assert not {name for name in public if name.startswith(("update", "delete", "edit", "remove"))}
