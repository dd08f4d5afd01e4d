"""Warnings of expiry: 60, 30 and 7 days before, each once, only of what somebody still learns and has."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("context")
TODAY = date(2026, 11, 23)


@pytest.fixture
def expires(now):
    """Give a function that lets a mastery of a learner expire so many days from today."""
    from cbe.store.database import begin_write, db
    from cbe.store.records import StandingRow

    def expires(person, days: int, competency: str = "html", **more: Any) -> None:
        begin_write()
        row = {"enrolment_id": person.enrolment_id, "competency": competency, "mastered_on": date(2026, 1, 1)}
        db.session.merge(StandingRow(**row, expires_on=TODAY + timedelta(days=days), **more))
        db.session.commit()

    return expires


@pytest.fixture
def warn(now):
    from cbe.services.expiry_notices import warn_of_expiry

    def warn(later: int = 0) -> int:
        return warn_of_expiry(now=now + timedelta(days=later))

    return warn


def warnings(person) -> list[tuple[str, int]]:
    from cbe.services.notices import list_notices

    return [(one.facts["competency"], one.facts["days"]) for one in list_notices(person.actor).notices]


def test_every_threshold_is_told_once_on_its_day(learner, expires, warn):
    expires(learner, 100)
    days = [day for day in (0, 39, 40, 41, 69, 70, 71, 92, 93, 94, 99, 100, 101) if warn(day)]
    assert days == [40, 70, 93]
    assert warnings(learner) == [("html", 7), ("html", 30), ("html", 60)]


def test_running_twice_tells_nothing_twice(learner, expires, warn):
    expires(learner, 60)
    assert [warn(), warn(), warn(1)] == [1, 0, 0]


def test_of_several_that_are_due_only_the_nearest_is_told(learner, expires, warn):
    expires(learner, 5)
    assert [warn(), warn(1)] == [1, 0]
    assert warnings(learner) == [("html", 7)]


def test_a_mastery_that_was_renewed_is_warned_of_anew(learner, expires, warn):
    expires(learner, 7)
    warn()
    expires(learner, 372)
    assert [warn(1), warn(365)] == [0, 1]


def test_what_is_over_or_far_away_is_not_told(learner, expires, warn):
    for competency, days in (("html", 0), ("css", -1), ("js", 61)):
        expires(learner, days, competency)
    assert warn() == 0


def test_what_can_still_be_undone_is_not_told_yet(learner, expires, warn, now: datetime):
    expires(learner, 30, settles_at=now + timedelta(minutes=1))
    assert [warn(), warn(1)] == [0, 1]


def test_only_active_learners_are_warned(learner, other_learner, expires, warn, now):
    from cbe.domain.policy import SYSTEM
    from cbe.services.enrolments import set_status
    from cbe.services.people import deactivate

    for person in (learner, other_learner):
        expires(person, 30)
    set_status(SYSTEM, learner.enrolment_id, "leave", since=TODAY, now=now)
    deactivate(SYSTEM, other_learner.account_id, now=now)
    assert warn() == 0


def test_many_are_told_in_batches_with_two_queries_each(app, learner, other_learner, expires, warn, monkeypatch):
    from cbe.services import expiry_notices
    from tests.web.test_learner_pages import queries_of

    for person in (learner, other_learner):
        for competency in ("html", "css", "js", "php", "sql"):
            expires(person, 30, competency)
    monkeypatch.setattr(expiry_notices, "BATCH", 3)
    assert warn() == 10
    assert sorted(warnings(learner)) == sorted((key, 30) for key in ("html", "css", "js", "php", "sql"))
    assert queries_of(app, warn) == 2 * 4 + 1
    monkeypatch.setattr(expiry_notices, "BATCH", 500)
    assert queries_of(app, warn) == 2 + 1
