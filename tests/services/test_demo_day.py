"""A simulated day, small and hectic: everything holds at its end, and what it is made of happened."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from cbe.domain.errors import Forbidden
from cbe.domain.policy import SYSTEM
from cbe.services.demo import day
from cbe.services.facts import facts_of
from cbe.services.looking_back import as_of, facts_as_of
from cbe.store.database import db
from cbe.store.enrolments import EnrolmentRow

pytestmark = pytest.mark.usefixtures("context")
HECTIC = {"UNDONE": 0.9, "TAKEN_BACK": 0.25, "OBSERVED": 0.1, "WITHDRAWN": 0.1, "TWO": 0.9, "WAITING": 8}
"""Few learners of whom much is decided, undone and taken back while sweeps run: an award on what may still be undone shows."""


@pytest.mark.settings(CBE_DEMO="1")
def test_a_day_leaves_nothing_that_does_not_hold(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    for share, often in HECTIC.items():
        monkeypatch.setattr(day, share, often)
    monkeypatch.setattr(day, "LASTS", timedelta(minutes=90))
    done = day.live_day(SYSTEM, 4, 70, seed=6, now=now)
    assert (done.differences, done.problems, done.unfounded) == (0, 0, 0)
    happened = {"handed in", "handed in again", "met", "not yet", "undone", "withdrawn", "sessions", "awards"}
    assert {name for name in happened if done.counts[name] < 2} == set()
    assert sum(done.counts.get(f"{how} decisions", 0) for how in ("void", "overturned", "revoked")) > 2
    for row in db.session.scalars(select(EnrolmentRow)).all():
        at = as_of(None, None, zone=now.tzinfo, now=now)
        then, kept = facts_as_of(row.id, row.version_id, at), facts_of(row.id, row.version_id, now.date(), now)
        assert (then.states, then.key, then.provisional) == (kept.states, kept.key, kept.provisional)


def test_outside_demo_mode_nobody_is_invented(now: datetime) -> None:
    with pytest.raises(Forbidden, match="CBE_DEMO"):
        day.live_day(SYSTEM, 1, 1, seed=1, now=now)
