"""Workers that sign are killed at any moment: every award ends up signed once, and what is signed verifies."""

import os
import signal
import subprocess
import sys
import time

import pytest

from cbe.config import ROOT
from tests.databases import SETTINGS
from tests.faults.stage import nothing_is_wrong, waiting

KILLS = 2
AWARDS = 30
WORK = (
    "import app; from cbe import jobs; print('ready', flush=True); print(jobs.run_sweep(app.app, 'sign_credentials'))"
)
pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def awards(app, cast, now):
    """Give many learners a badge each, longer ago than anybody could take it back; return the awards' ids."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.awards import put_awards
    from cbe.services.grounds import grounds_of
    from cbe.services.transaction import transaction
    from cbe.store.enrolments import list_enrolments_by_id

    items = waiting(app, cast, AWARDS, now, ["html"])
    with app.app_context(), transaction(SYSTEM, now) as tx:
        rows = list_enrolments_by_id([item.enrolment_id for item in items])
        given = put_awards(tx, grounds_of(rows, now), [(row, "style-badge") for row in rows], now.date(), by=None)
        return [award.id for award in given]


def worker(settings) -> subprocess.Popen:
    """Begin a worker that signs what waits."""
    environment = {**os.environ, **SETTINGS, **settings}
    return subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)


def signed(app) -> int:
    from cbe.store import issuing

    with app.app_context():
        return issuing.count_signed()[0]


def test_every_award_is_signed_once_whenever_workers_die(app, settings, awards):
    for _ in range(KILLS):
        two, before = [worker(settings) for _ in range(2)], signed(app)
        for one in two:
            assert one.stdout.readline() == "ready\n"
        while signed(app) == before:
            time.sleep(0.02)
        for one in two:
            os.kill(one.pid, signal.SIGKILL)
            one.communicate()
        assert signed(app) < AWARDS
    last = worker(settings)
    left = AWARDS - signed(app)
    assert last.communicate(timeout=60)[0] == f"ready\n{left}\n"
    _all_is_well(app, awards)


def _all_is_well(app, awards) -> None:
    from datetime import UTC, datetime

    from cbe.store import issuing
    from tests.services.signed import verified

    with app.app_context():
        rows = issuing.credentials_of(awards)
        assert rows.keys() == set(awards)
        assert len({row.status_index for row in rows.values()}) == AWARDS
        assert all(verified(row, datetime.now(UTC)) for row in list(rows.values())[::10])
    nothing_is_wrong(app)
