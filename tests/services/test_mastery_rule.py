"""The mastery rule of a version, overridden per competency, from the services: assessors, days, level, validity."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import review
from cbe.services.facts import facts_of, towards_mastery
from cbe.services.programs import import_program
from tests.handing_in import handed_in

pytestmark = pytest.mark.usefixtures("context")
DOCUMENT: dict[str, Any] = {
    "format": "cbe-program/1",
    "program": {
        "id": "ward", "title": "Ward", "language": "en", "mastery": {"assessors": 2, "days": 2},
        "rubric": {
            "levels": [{"id": one, "title": one} for one in ("seen", "helped", "alone")], "counts_from": "helped",
        },
    },
    "competencies": [
        {"id": "wash", "title": "Wash", "effort_hours": 2, "validity_months": 12},
        {"id": "lift", "title": "Lift", "effort_hours": 2, "mastery": {"assessors": 1, "days": 1, "level": "alone"}},
    ],
    "credentials": [],
}  # fmt: skip


@pytest.fixture
def ward(cast, now):
    """Enrol the learner of the cast in a program whose rule wants two assessors on two days."""
    from cbe.services.enrolments import enrol
    from cbe.store.programs import find_program

    import_program(SYSTEM, json.dumps(DOCUMENT).encode(), publish=True, now=now)
    learner, program = cast.people["learner"], find_program("ward").id
    enrolled = replace(learner, enrolment_id=enrol(SYSTEM, learner.account_id, "ward", now=now))
    assessors = [
        replace(cast.people[name].actor, roles={program: frozenset({"coordinator"})})
        for name in ("instructor", "coordinator")
    ]
    return enrolled, assessors


@pytest.fixture
def judge(ward, now):
    """Give a function by which one of two assessors decides after so many days, each time a minute later."""
    learner, assessors = ward
    minutes = count()

    def judge(who: int, days: int, key: str = "wash", level: str = "helped") -> None:
        at = now + timedelta(days=days, minutes=next(minutes))
        item = handed_in(learner, [key], now=at)
        outcome = "not_yet" if level == "seen" else "met"
        judgement = Judgement(key, outcome, level, "Look again." if outcome == "not_yet" else "")
        review.decide(assessors[who], item, 1, [judgement], today=at.date(), now=at)

    return judge


@pytest.fixture
def stands(ward, now):
    """Give a function that says what is mastered and expired after so many days."""
    from cbe.store.enrolments import find_enrolment

    learner, _ = ward

    def stands(days: int):
        at, row = now + timedelta(days=days), find_enrolment(learner.enrolment_id)
        facts = facts_of(row.id, row.version_id, at.date(), at)
        towards = towards_mastery(facts, row.id, "wash", at)
        return set(facts.mastered), set(facts.expired), (towards.assessors, towards.days)

    return stands


def test_two_assessors_on_two_days_master_and_one_alone_does_not(judge, stands):
    judge(0, 0)
    judge(0, 1)
    assert stands(1) == (set(), set(), (1, 2))
    judge(1, 1)
    assert stands(1) == ({"wash"}, set(), (0, 0))


def test_two_assessors_on_one_day_are_not_enough(judge, stands):
    judge(0, 0)
    judge(1, 0)
    assert stands(0) == (set(), set(), (2, 1))


def test_a_level_below_the_one_that_counts_does_not_count(judge, stands):
    judge(0, 0)
    judge(1, 1, level="seen")
    assert stands(1) == (set(), set(), (1, 1))


def test_a_competency_has_a_rule_of_its_own(judge, stands):
    judge(0, 0, key="lift", level="alone")
    assert stands(0)[0] == {"lift"}


def test_what_expired_is_renewed_by_decisions_made_since(judge, stands):
    judge(0, 0)
    judge(1, 1)
    assert stands(364)[:2] == ({"wash"}, set())
    assert stands(367) == (set(), {"wash"}, (0, 0))
    judge(0, 370)
    assert stands(370) == (set(), {"wash"}, (1, 1))
    judge(1, 371)
    assert stands(371) == ({"wash"}, set(), (0, 0))


def test_what_is_current_is_renewed_by_decisions_made_after_the_mastery(judge, stands):
    judge(0, 0)
    judge(1, 1)
    judge(0, 300)
    judge(1, 301)
    assert stands(600)[:2] == ({"wash"}, set())
