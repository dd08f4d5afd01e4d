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
from cbe.services.observing import Cell, Session, record_session
from cbe.services.publishing import import_program
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

    def judge(who: int, days: int, key: str = "wash", level: str = "helped", item=None, cited=()) -> None:
        at = now + timedelta(days=days, minutes=next(minutes))
        item = item or handed_in(learner, [key], now=at)
        outcome = "not_yet" if level == "seen" else "met"
        judgement = Judgement(key, outcome, level, "Look again." if outcome == "not_yet" else "")
        review.decide(assessors[who], item, 1, [judgement], cited=cited, today=at.date(), now=at)

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


@pytest.fixture
def older_than(ward, now):
    """Give a function that lists the days of masteries that decisions did not renew, the newest decision first."""
    from cbe.services.progress import get_own_progress, list_history

    def older_than(days: int):
        at = now + timedelta(days=days)
        progress = get_own_progress(ward[0].actor, "ward", today=at.date(), now=at)
        return [one.older_than for one in list_history(progress, "wash")]

    return older_than


def test_what_waited_since_before_the_mastery_stands_and_does_not_renew_it(judge, stands, ward, now, older_than):
    learner, _ = ward
    old = [handed_in(learner, ["wash"], now=now + timedelta(days=days)) for days in (0, 1)]
    judge(0, 0)
    judge(1, 1)
    judge(0, 300, item=old[0])
    judge(1, 301, item=old[1])
    assert stands(400) == (set(), {"wash"}, (0, 0))
    mastered = (now + timedelta(days=1)).date()
    assert older_than(400) == [mastered, mastered, None, None]


def test_newer_evidence_cited_beside_the_old_renews(judge, stands, ward, now):
    learner, _ = ward
    old, older, new, last = (handed_in(learner, ["wash"], now=now + timedelta(days=days)) for days in (0, 0, 2, 2))
    judge(0, 0)
    judge(1, 1)
    judge(0, 400, item=old, cited=[review.Citation(older, 1)])
    assert stands(400) == (set(), {"wash"}, (0, 0))
    judge(0, 400, item=last, cited=[review.Citation(new, 1)])
    judge(1, 401)
    assert stands(401) == ({"wash"}, set(), (0, 0))


def test_what_never_expires_may_be_judged_met_again_whenever_it_was_done(judge, stands, ward, now):
    old = handed_in(ward[0], ["lift"], now=now)
    judge(0, 1, key="lift", level="alone")
    judge(0, 2, key="lift", level="alone", item=old)
    assert stands(2)[0] == {"lift"}


def test_a_session_of_the_day_of_the_mastery_renews_nothing(judge, stands, ward, now):
    learner, assessors = ward
    judge(0, 0)
    judge(1, 1)
    at, cells = now + timedelta(days=367), [Cell(learner.enrolment_id, Judgement("wash", "met", "alone"))]

    def observe(days: int) -> None:
        session = Session((now + timedelta(days=days)).date())
        record_session(assessors[0], "ward", session, cells, today=at.date(), now=at)

    observe(1)
    assert stands(367) == (set(), {"wash"}, (0, 0))
    observe(2)
    assert stands(367) == (set(), {"wash"}, (1, 1))
