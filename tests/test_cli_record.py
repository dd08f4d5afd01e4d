"""`record rebuild`: its document, and what it ends with."""

import json
from datetime import date

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
