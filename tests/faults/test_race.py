"""Sixty-four people at two server processes decide on the same evidence in the same moment: exactly one wins each."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cbe.config import ROOT
from tests.databases import SETTINGS
from tests.faults.client import Client
from tests.faults.stage import assessors, free_port, nothing_is_wrong, standing_decisions, waiting

CLIENTS = 64
pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def port(settings: dict[str, str], cast) -> Iterator[int]:
    """Run two processes of the production server on the database of `app`."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "16",
         "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--timeout", "120", "app:app"],
        cwd=ROOT, env={**os.environ, **SETTINGS, **settings},
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        assert server.wait(20) == 0


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Client(port).get("/health").status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(port)


@pytest.fixture
def clients(app, cast, port, now) -> list[Client]:
    emails = assessors(app, cast, CLIENTS, now)
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda email: Client(port).sign_in(email), emails))


def at_once(clients, act):
    """Let every client do something in the same moment and return what each got."""
    barrier = Barrier(len(clients))

    def go(number: int):
        barrier.wait()
        return act(number, clients[number])

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(go, range(len(clients))))


def decision(number: int, competency: str, **more: str) -> dict[str, str]:
    return {
        "version": "1", "competency": competency, "choice-0": ("met", "not_yet")[number % 2],
        "feedback-0": f"Words of client {number}.", "once": f"once-{number}-{competency}", **more,
    }  # fmt: skip


def test_exactly_one_of_sixty_four_wins_each_and_the_others_keep_their_text(app, cast, clients, now) -> None:
    items = waiting(app, cast, 1, now, keys=("html", "sql", "css"))
    for item in items:
        path = f"/evidence/{item.evidence_id}/review"
        answers = at_once(clients, lambda number, client: client.post(path, **decision(number, item.competency)))  # noqa: B023 (called at once)
        assert Counter(answer.status for answer in answers) == {303: 1, 409: CLIENTS - 1}
        lost = [answer.text for answer in answers if answer.status == 409]
        kept = [number for number, answer in enumerate(answers) if answer.status == 409]
        assert all(f"Words of client {number}." in text for number, text in zip(kept, lost, strict=True))
        assert standing_decisions(app, item) == 1
    take_and_click_twice(app, cast, clients, now)
    nothing_is_wrong(app)


def take_and_click_twice(app, cast, clients, now) -> None:
    """Exactly one takes an item, and their eight clicks on the same button decide once."""
    item = waiting(app, cast, 1, now, keys=("html",))[0]
    taken = at_once(clients, lambda _, client: client.post(f"/evidence/{item.evidence_id}/take", once="t"))
    assert Counter(answer.status for answer in taken) == {303: 1, 409: CLIENTS - 1}
    winner = next(client for client, answer in zip(clients, taken, strict=True) if answer.status == 303)
    path = f"/evidence/{item.evidence_id}/review"
    answers = at_once([winner] * 8, lambda _, client: client.post(path, **decision(0, "html")))
    assert [answer.status for answer in answers] == [303] * 8
    assert standing_decisions(app, item) == 1
