"""`audit verify` and `audit resume`: what they print, and with what they exit."""

import json

from flask import Flask

from cbe.store.database import begin_write, db
from tests.cast import Cast
from tests.test_cli_people import run


def change_the_head() -> None:
    from cbe.store.audit import AuditHeadRow

    begin_write()
    db.session.get(AuditHeadRow, 1).digest = "0" * 64
    db.session.commit()


def test_a_trail_that_holds_is_counted(app: Flask, cast: Cast) -> None:
    done = run(app, "audit", "verify")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "holds: 2 entries, 1 rows that they attest, 0 checkpoints (none yet)" in done.stdout
    found = json.loads(run(app, "audit", "verify", "--json").stdout)
    assert (found["ok"], found["entries"], found["last_checkpoint"], found["problems"]) == (True, 2, None, [])


def test_a_trail_that_does_not_hold_ends_with_1_and_says_where(app: Flask, cast: Cast) -> None:
    with app.app_context():
        change_the_head()
    done = run(app, "audit", "verify")
    assert done.exit_code == 1
    assert "/audit_head: the head holds another digest than entry 2" in done.stderr
    assert "does not hold: 2 entries" in done.stdout
    told = run(app, "audit", "verify", "--json")
    assert (told.exit_code, json.loads(told.stdout)["problems"][0]["at"]) == (1, "/audit_head")
    assert run(app, "audit", "verify", "everything").exit_code == 2


def test_resuming_is_told_for_ever(app: Flask, cast: Cast) -> None:
    assert "checkpoint 1" in run(app, "audit", "resume").stdout
    assert json.loads(run(app, "audit", "resume", "--json").stdout) == {"ok": True, "checkpoint": 2}
    done = run(app, "audit", "verify")
    assert (done.exit_code, done.stdout.count("went on anew")) == (0, 2)
