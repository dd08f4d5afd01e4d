"""`user add`, `enrol`, `mastery import`, `demo seed`, `backup`, `restore`, `jobs run`."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from click.testing import Result
from flask import Flask

from tests.cast import Cast, Person
from tests.databases import built_app
from tests.needs import PROJECT

PASSWORD = "correct horse battery"


def run(app: Flask, *words: object, stdin: str = "") -> Result:
    return app.test_cli_runner().invoke(args=[str(word) for word in words], input=stdin)


def test_a_person_who_was_added_signs_in(app: Flask) -> None:
    done = run(
        app, "user", "add", "ada@cbe.example", "--name", "Ada", "--admin", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert (done.exit_code, done.stdout) == (0, "ada@cbe.example can sign in\n")
    answer = app.test_client().post("/sign-in", data={"email": "ada@cbe.example", "password": PASSWORD})
    assert answer.status_code == 303


def test_problems_of_an_account_are_told_and_the_password_is_not(app: Flask) -> None:
    words = ("user", "add", "no-address", "--name", " ", "--password-stdin", "--json")
    done = run(app, *words, stdin="hunter2")
    assert done.exit_code == 1
    assert [problem["at"] for problem in json.loads(done.stdout)["problems"]] == ["/email", "/name", "/password"]
    assert "hunter2" not in done.output
    assert run(app, "user", "add", "a@cbe.example", "--name", "A").exit_code == 2


def test_people_are_enrolled_and_given_roles(app: Flask, cast: Cast, stranger: Person) -> None:
    assert run(app, "enrol", stranger.email, "web").exit_code == 0
    assert run(app, "enrol", stranger.email, "web").exit_code == 0
    done = run(app, "enrol", stranger.email, "web", "--role", "designer", "--json")
    assert json.loads(done.stdout)["role"] == "designer"
    for words in (["nobody@cbe.example", "web"], [stranger.email, "none"]):
        assert run(app, "enrol", *words).exit_code == 1
    assert run(app, "enrol", stranger.email, "web", "--role", "cook").exit_code == 2


def test_earlier_records_come_in_or_all_problems_do(app: Flask, learner: Person, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(f"learner,competency,date,source\n{learner.email},html,2025-05-02,College\n", encoding="utf-8")
    dry = run(app, "mastery", "import", path, "--program", "web", "--dry-run")
    assert "1 decisions would be added for 1 learners" in dry.stdout
    done = run(app, "mastery", "import", path, "--program", "web", "--json")
    assert json.loads(done.stdout) == {
        "ok": True, "rows": 1, "added": 1, "known": 0, "learners": 1, "dry_run": False,
    }  # fmt: skip
    path.write_text("learner,competency,date,source\nx,y,z,\n", encoding="utf-8")
    done = run(app, "mastery", "import", path, "--program", "web", "--json")
    assert done.exit_code == 1
    places = [problem["at"] for problem in json.loads(done.stdout)["problems"]]
    assert places == [f"/lines/2/{column}" for column in ("competency", "date", "learner", "source")]


def test_a_backup_is_restored_into_an_empty_folder(app: Flask, cast: Cast, tmp_path: Path) -> None:
    kept = tmp_path / "cbe.backup"
    assert run(app, "backup", kept).exit_code == 0
    assert run(app, "restore", kept).exit_code == 1
    assert run(app, "restore", tmp_path / "none").exit_code == 2
    empty = {"CBE_INSTANCE": str(tmp_path / "new"), "CBE_DATABASE_URL": f"sqlite:///{tmp_path}/new/cbe.sqlite"}
    with built_app(empty) as other:
        assert run(other, "restore", kept).exit_code == 0
        assert run(other, "program", "list").stdout.startswith("web\t")
    kept.write_bytes(kept.read_bytes()[:-1])
    done = run(app, "restore", kept, "--replace", "--json")
    assert (done.exit_code, json.loads(done.stdout)["ok"]) == (1, False)


def test_a_database_that_is_not_there_is_a_problem_in_words(tmp_path: Path) -> None:
    with built_app({"CBE_INSTANCE": str(tmp_path), "CBE_DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite"}) as app:
        done = run(app, "program", "list")
    assert done.exit_code == 1
    assert "db upgrade" in done.stderr
    assert "Traceback" not in done.output


def test_the_demo_is_not_seeded_where_it_may_not_be(app: Flask) -> None:
    done = run(app, "demo", "seed")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "CBE_DEMO" in done.stderr


def test_the_worker_ends_cleanly_when_told(settings: dict[str, str], tmp_path: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "jobs", "run"],
        env=os.environ | settings | {"CBE_ENV": "development"},
        cwd=PROJECT,
        stderr=subprocess.PIPE,
    )
    queue = Path(settings["CBE_INSTANCE"]) / "jobs.sqlite"
    deadline = time.monotonic() + 30
    while not queue.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    worker.send_signal(signal.SIGTERM)
    _, errors = worker.communicate(timeout=15)
    assert (worker.returncode, b"Traceback" in errors) == (0, False), errors.decode()
