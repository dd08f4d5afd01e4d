"""Sign-offs through the real service, one after the other: how many a second, and the worst commit.

On SQLite as it ships (WAL, ``synchronous=FULL``) and on PostgreSQL as it comes (``fsync`` and ``synchronous_commit`` on).
Afterwards every decision is there and the rebuild finds no difference.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

import flask_migrate
import pytest

from bench import Row
from cbe.application import create_app
from cbe.domain.evidence import DraftFields
from cbe.domain.judgement import Judgement, counting_level
from cbe.domain.policy import SYSTEM
from cbe.services import evidence, review
from cbe.services.demo.day_cast import Learner, Stage, set_stage
from cbe.services.programs import compiled_version
from cbe.services.rebuild import rebuild_records
from cbe.store.database import db
from tests.postgres import PostgresServer

LEARNERS = 25
LEAST = 20
"""Sign-offs a second that there must be: a hundred assessors who decide every five seconds."""
SLOWEST_MS = 1_000

Waiting = list[tuple[Learner, UUID, str]]
"""Items that wait: whose, which, for what."""


def run(rounds: int, quick: bool) -> list[Row]:
    """Sign off some hundred items on each backend."""
    count = 40 if quick else 100 * rounds
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows += _measured("SQLite", Path(folder), f"sqlite:///{folder}/write.sqlite", count)
    try:
        server = PostgresServer(careful=True)
    except pytest.skip.Exception as reason:
        return [*rows, Row("PostgreSQL", 0, "sign-offs/s", detail=f"not measured: {reason}")]
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows += _measured("PostgreSQL", Path(folder), server.create("write"), count)
        finally:
            server.stop()
    return rows


def _measured(name: str, folder: Path, url: str, count: int) -> list[Row]:
    app = create_app(
        {"CBE_INSTANCE": str(folder), "CBE_DATABASE_URL": url, "CBE_DEMO": "0", "CBE_ENV": "development",
         "CBE_PASSWORD_COST": "1,8,1"}
    )  # fmt: skip
    with app.app_context():
        flask_migrate.upgrade()
        now = datetime.now(UTC) - timedelta(days=1)
        stage = set_stage(LEARNERS, Random(1), now=now - timedelta(hours=1))
        waiting = _hand_in(stage, count, now)
        with _timed_commits() as commits:
            seconds = [_sign_off(one, now + timedelta(seconds=turn)) for turn, one in enumerate(waiting)]
        later = now + timedelta(hours=1)
        differences = rebuild_records(SYSTEM, check=True, now=later, tell=lambda one: None).differences
        assert not differences, f"{differences} differences after signing off"
        db.session.remove()
        db.engine.dispose()
    rate, worst = len(seconds) / sum(seconds), max(commits) * 1e3
    return [
        Row(
            f"sign-offs, {name}", rate, "/s", f"≥ {LEAST}", rate >= LEAST,
            f"{len(seconds)} one after the other; median {median(seconds) * 1e3:.1f} ms, slowest {max(seconds) * 1e3:.0f} ms",
        ),
        Row(
            f"worst commit, {name}", worst, "ms", f"≤ {SLOWEST_MS:,}", worst <= SLOWEST_MS,
            f"median {median(commits) * 1e3:.2f} ms",
        ),
    ]  # fmt: skip


def _hand_in(stage: Stage, count: int, now: datetime) -> Waiting:
    """Let learners hand in what they could begin with, in turn."""
    waiting: Waiting = []
    compiled = compiled_version(stage.learners[0].version_id)
    roots = [one.id for one in compiled.competencies.values() if not one.prerequisites]
    for number in range(count):
        learner, key = stage.learners[number % LEARNERS], roots[number // LEARNERS % len(roots)]
        fields = DraftFields(
            competencies=(key,), text="What I did.", setting="workplace", learning_type="formal",
            activity_from=now.date(), is_own_work=True,
        )  # fmt: skip
        today = now.date()
        item, _ = evidence.save_draft(learner.actor, stage.program_key, None, fields, today=today, now=now)
        evidence.submit(learner.actor, item, today=today, now=now)
        waiting.append((learner, item, key))
    return waiting


def _sign_off(one: tuple[Learner, UUID, str], now: datetime) -> float:
    learner, item, key = one
    compiled = compiled_version(learner.version_id)
    level = counting_level(compiled.program, compiled.competencies[key])
    start = time.perf_counter()
    review.decide(learner.instructor, item, 1, [Judgement(key, "met", level, "Well done.")], today=now.date(), now=now)
    return time.perf_counter() - start


@contextmanager
def _timed_commits() -> Iterator[list[float]]:
    """Give the seconds that each commit took at the database itself."""
    dialect, seconds = db.engine.dialect, list[float]()
    commit = dialect.do_commit

    def timed_commit(connection: Any) -> None:
        start = time.perf_counter()
        commit(connection)
        seconds.append(time.perf_counter() - start)

    dialect.do_commit = timed_commit  # type: ignore[method-assign, assignment]
    try:
        yield seconds
    finally:
        dialect.do_commit = commit  # type: ignore[method-assign]
