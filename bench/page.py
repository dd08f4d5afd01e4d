"""What a page costs: server CPU of the learner's pages at 60 and 1,200 competencies, bytes of home, and whether the
number of learners in the database matters. States on every page are checked against plain networkx first.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import brotli
import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from bench import Row
from bench.programs import wide
from cbe.application import create_app
from cbe.domain.policy import SYSTEM
from cbe.domain.program import Program
from cbe.domain.requirements import format_requirement
from cbe.services import accounts, enrolments, people, programs, publishing
from cbe.store.database import begin_write, db
from cbe.store.enrolments import EnrolmentRow
from cbe.store.people import AccountRow, PersonRow
from cbe.store.records import StandingRow

__all__ = ["run"]

MOST_HOME_BYTES = 15_000
FLAT = 1.3
"""Up to this ratio a page counts as flat: shared machines wobble by a tenth and more."""
PAGES = {"home": "", "outline": "/outline", "competency": "/competencies/c40", "credential": "/credentials/d3"}


def run(rounds: int, quick: bool) -> list[Row]:
    """Serve programs of two sizes from a database of our own; then fill it with learners and look again."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(_settings(Path(folder)))
        with app.app_context():
            flask_migrate.upgrade()
        rows: list[Row] = []
        learners = {size: _learner(app, size) for size in (60, 1_200)}
        for size, (client, mastered, program) in learners.items():
            _check_states(client, program, mastered)
            times = _times(client, program.id, rounds)
            rows += [Row(f"{name}, {size:,} competencies", ms, "CPU ms", "-", True, "") for name, ms in times.items()]
        client, _mastered, program = learners[60]
        rows.append(_bytes(client, program))
        few = _times(client, program.id, rounds * 4)
        count = 2_000 if quick else 100_000
        _fill(app, program.id, count)
        many = _times(client, program.id, rounds * 4)
        rows.append(_flat(few, many, count))
    return rows


def _settings(folder: Path) -> dict[str, str]:
    return {"CBE_INSTANCE": str(folder), "CBE_DEMO": "0", "CBE_ENV": "development", "CBE_PASSWORD_COST": "1,8,1",
            "CBE_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite'}", "CBE_RATE_LIMITS": "0"}  # fmt: skip


def _learner(app: Flask, size: int) -> tuple[FlaskClient, set[str], Program]:
    program = _named(wide(size, 14, seed=size), f"bench-{size}")
    now = datetime.now(UTC)
    with app.app_context():
        publishing.import_program(SYSTEM, json.dumps(_document(program)).encode(), publish=True, now=now)
        email = f"learner-{size}@cbe.example"
        account = people.add_account(SYSTEM, email, "Learner", password="a long password", now=now)
        enrolment = enrolments.enrol(SYSTEM, account, program.id, now=now)
        mastered = {f"c{number}" for number in range(size // 3)}
        begin_write()
        db.session.add_all(_standing(enrolment, key) for key in mastered)
        db.session.commit()
        token = accounts.open_session(account, now=now)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client, mastered, program


def _standing(enrolment: UUID, key: str) -> StandingRow:
    return StandingRow(enrolment_id=enrolment, competency=key, mastered_on=date(2026, 1, 1))


def _named(program: Program, key: str) -> Program:
    return Program(key, key, program.language, program.competencies, program.credentials)


def _document(program: Program) -> dict[str, Any]:
    return {
        "format": "cbe-program/1",
        "program": {"id": program.id, "title": program.title, "language": program.language},
        "competencies": [
            {"id": c.id, "title": c.title, "effort_hours": float(c.effort_hours), "credits": float(c.credits),
             "prerequisites": [list(group) for group in c.prerequisites]}
            for c in program.competencies
        ],
        "credentials": [
            {"id": c.id, "title": c.title, "kind": c.kind, "requires": format_requirement(c.requires)}
            for c in program.credentials
        ],
    }  # fmt: skip


def _check_states(client: FlaskClient, program: Program, mastered: set[str]) -> None:
    """Compare what the outline shows with the definition, competency by competency."""
    page = client.get(f"/learn/{program.id}/outline").text
    shown = dict(re.findall(r'<tr data-competency="([^"]+)" data-state="([^"]+)"', page))
    for competency in program.competencies:
        ready = all(mastered.intersection(group) for group in competency.prerequisites)
        state = "mastered" if competency.id in mastered else "ready" if ready else "locked"
        if shown.get(competency.id) != state:
            raise AssertionError(f"{competency.id} is {state}, the outline shows {shown.get(competency.id)}")


def _times(client: FlaskClient, key: str, rounds: int) -> dict[str, float]:
    return {name: _cpu_ms(rounds, partial(client.get, f"/learn/{key}{path}")) for name, path in PAGES.items()}


def _cpu_ms(rounds: int, fetch: Callable[[], Any]) -> float:
    fetch()
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        answer = fetch()
        spent.append((time.process_time() - start) * 1_000)
        if answer.status_code != 200:
            raise AssertionError(f"a page answered {answer.status_code}")
    return median(spent)


def _bytes(client: FlaskClient, program: Program) -> Row:
    """Add up what a first visit loads: the page as it is compressed on the way, style, script and icon."""
    answer = client.get(f"/learn/{program.id}", headers={"Accept-Encoding": "br"})
    page, text = len(answer.data), brotli.decompress(answer.data).decode()
    loaded = sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text)))
    sizes = [len(client.get(path, headers={"Accept-Encoding": "br"}).data) for path in loaded]
    total = page + sum(sizes)
    return Row(
        name="home, 60 competencies, first visit",
        figure=total,
        unit="bytes",
        bar=f"<= {MOST_HOME_BYTES}, <= 4 requests",
        passed=total <= MOST_HOME_BYTES and len(loaded) + 1 <= 4,
        detail=f"page {page}, {len(loaded)} files {sum(sizes)}",
    )


def _fill(app: Flask, key: str, count: int) -> None:
    """Put many learners with a few masteries each beside ours."""
    now = datetime.now(UTC)
    with app.app_context():
        version = programs.newest_version(programs.get_program(SYSTEM, key).id, key)
        begin_write()
        for start in range(0, count, 5_000):
            ids = [(uuid4(), uuid4(), number) for number in range(start, min(start + 5_000, count))]
            db.session.bulk_insert_mappings(
                AccountRow, [{"id": a, "status": "active", "is_admin": False, "single_keys": True, "created_at": now} for a, _e, _n in ids]
            )  # fmt: skip
            db.session.bulk_insert_mappings(PersonRow, [{"account_id": a, "name": f"Learner {n}"} for a, _e, n in ids])
            db.session.bulk_insert_mappings(
                EnrolmentRow,
                [{"id": e, "account_id": a, "program_id": version.program_id, "version_id": version.id,
                  "status": "active", "created_at": now} for a, e, _n in ids],
            )  # fmt: skip
            db.session.bulk_insert_mappings(
                StandingRow,
                [{"enrolment_id": e, "competency": f"c{n % 20}", "mastered_on": date(2026, 1, 1)} for _a, e, n in ids],
            )
        db.session.commit()


def _flat(few: dict[str, float], many: dict[str, float], count: int) -> Row:
    worst = max(many[name] / few[name] for name in PAGES)
    detail = ", ".join(f"{name} {few[name]:.1f} → {many[name]:.1f} ms" for name in PAGES)
    return Row(f"pages with 1 against {count:,} learners", worst, "×", f"<= {FLAT}", worst <= FLAT, detail)
