"""`record rebuild` and `record as-of`: their documents, and what they end with."""

import json
from datetime import date
from pathlib import Path

from click.testing import Result
from flask import Flask

from cbe.store.database import begin_write, db
from cbe.store.records import StandingRow
from tests.cast import Person


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=["record", *map(str, words)])


def invent(app: Flask, person: Person, *competencies: str) -> None:
    with app.app_context():
        begin_write()
        for key in competencies:
            row = StandingRow(enrolment_id=person.enrolment_id, competency=key, mastered_on=date(2020, 1, 1))
            db.session.add(row)
        db.session.commit()


def test_no_difference_ends_with_0(app: Flask, learner: Person) -> None:
    done = run(app, "rebuild", "--check", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"ok": True, "learners": 2, "count": 0, "mended": False})
    done = run(app, "rebuild")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "2 learners, 0 differences\n")


def test_differences_are_printed_mended_and_end_with_1(app: Flask, learner: Person) -> None:
    invent(app, learner, "html", "sql")
    done = run(app, "rebuild", "--check")
    assert (done.exit_code, done.stderr) == (1, "2 learners, 2 differences\n")
    assert done.stdout.splitlines()[0] == f"{learner.enrolment_id}  html  mastered_on  2020-01-01 → –"
    done = run(app, "rebuild", "--json")
    document = json.loads(done.stdout)
    assert (done.exit_code, document["ok"], document["count"], document["mended"]) == (1, False, 2, True)
    assert document["differences"][1] == {
        "enrolment": str(learner.enrolment_id), "competency": "sql", "field": "mastered_on", "kept": "2020-01-01",
        "derived": None,
    }  # fmt: skip
    assert run(app, "rebuild", "--check").exit_code == 0


def test_a_record_as_of_a_day_names_every_state_and_award(app: Flask, learner: Person, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(f"learner,competency,date,source\n{learner.email},html,2025-05-02,College\n", encoding="utf-8")
    app.test_cli_runner().invoke(args=["mastery", "import", str(path), "--program", "web"])
    done = run(app, "as-of", "2025-06-01", learner.email, "--json")
    document = json.loads(done.stdout)
    assert (done.exit_code, document["on"]) == (0, "2025-06-01")
    (then,) = document["programs"]
    assert then["competencies"][:2] == [
        {"id": "html", "state": "mastered", "mastered_on": "2025-05-02", "expires_on": None},
        {"id": "css", "state": "ready", "mastered_on": None, "expires_on": None},
    ]
    assert (then["program"], then["status"], then["held"], then["withheld"]) == ("web", "not_enrolled", [], [])
    known = run(app, "as-of", "2025-06-01", learner.email, "--known", "2025-06-02", "--program", "web")
    assert known.stdout.splitlines()[:3] == [
        "web on 2025-06-01, as known at 2025-06-03 00:00 UTC: not enrolled",
        "  competency  state   mastered  expires",
        "  html        ready",
    ]


def test_days_and_learners_that_are_none_are_refused(app: Flask, learner: Person) -> None:
    assert run(app, "as-of", "2025-06-01", "nobody@cbe.example").exit_code == 1
    assert run(app, "as-of", "2025-06-01", learner.email, "--program", "none").exit_code == 1
    done = run(app, "as-of", "2999-01-01", learner.email, "--json")
    assert (done.exit_code, json.loads(done.stdout)["problems"][0]["at"]) == (1, "/as_of")
    assert run(app, "as-of", "soon", learner.email).exit_code == 2
