"""Changes that meet each other: none is lost, none is done twice, and the audit trail stays one chain."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from cbe.domain.errors import CbeError, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import accounts, people
from cbe.services.transaction import AlreadyDone, transaction
from tests.cast import PASSWORD, Person

pytestmark = pytest.mark.both_databases
WRITERS, EACH = 8, 20
NEW = "four plain words here"


def together(app: Flask, *works):
    """Do each work in a thread of its own, all from one moment on; return what came out, errors of ours too."""
    start = Barrier(len(works))

    def one(work):
        with app.app_context():
            start.wait(10)
            try:
                return work()
            except CbeError as error:
                return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_the_trail_of_eight_writers_is_one_chain_without_a_gap(app: Flask, now: datetime) -> None:
    from cbe.store.audit import FIRST, AuditHeadRow, AuditRow, entry_digest
    from cbe.store.database import db

    def write() -> None:
        for number in range(EACH):
            with transaction(SYSTEM, now) as change:
                change.record("test:write", number=number)

    together(app, *[write] * WRITERS)
    with app.app_context():
        rows = db.session.scalars(sa.select(AuditRow).order_by(AuditRow.seq)).all()
        assert [row.seq for row in rows] == list(range(1, WRITERS * EACH + 1))
        before = FIRST
        for row in rows:
            before = entry_digest(before, row.seq, row.at, row.actor, row.action, row.facts)
            assert row.digest == before
        assert db.session.get(AuditHeadRow, 1).digest == before


def test_a_link_that_eight_open_at_once_works_once(app: Flask, learner: Person, now: datetime) -> None:
    letters: list[str] = []
    with app.app_context():
        accounts.request_reset(
            learner.email, compose=lambda *words: (letters.append(words[2].rsplit("/", 1)[1]), ("a", "b"))[1], now=now
        )
    done = together(app, *[lambda: accounts.accept_link(letters[0], new_password=NEW, now=now)] * WRITERS)
    assert done.count("reset") == 1
    assert sum(isinstance(one, NotFound) for one in done) == WRITERS - 1


def test_a_key_works_once_however_many_send_it(app: Flask, administrator: Person, now: datetime) -> None:
    actor = replace(administrator.actor, request_key="the key of one form")

    def send() -> str:
        with transaction(actor, now) as change:
            change.record("test:once")
        return "done"

    done = together(app, *[send] * WRITERS)
    assert done.count("done") == 1
    assert sum(isinstance(one, AlreadyDone) for one in done) == WRITERS - 1


def test_a_key_is_its_senders_own(
    app: Flask, context: None, administrator: Person, learner: Person, now: datetime
) -> None:
    for person in (administrator, learner):
        with transaction(replace(person.actor, request_key="the same"), now) as change:
            change.record("test:own")
    with (
        pytest.raises(AlreadyDone),
        transaction(replace(learner.actor, request_key="the same"), now) as change,
    ):
        change.record("test:own")


def test_a_change_that_fails_leaves_nothing_and_its_key_unused(
    app: Flask, context: None, learner: Person, now: datetime
) -> None:
    actor = replace(learner.actor, request_key="tried twice")
    with pytest.raises(RuntimeError, match="audit entry"), transaction(actor, now):
        pass
    with transaction(actor, now) as change:
        change.record("test:again")


def test_two_administrators_who_lock_each_other_out_leave_one(
    app: Flask, administrator: Person, stranger: Person, now: datetime
) -> None:
    with app.app_context():
        people.set_admin(SYSTEM, stranger.account_id, True, now=now)
    other = replace(stranger.actor, is_admin=True)
    together(
        app,
        lambda: people.deactivate(administrator.actor, stranger.account_id, now=now),
        lambda: people.deactivate(other, administrator.account_id, now=now),
    )
    with app.app_context():
        found = [people.get_person(SYSTEM, one.account_id).status for one in (administrator, stranger)]
    assert sorted(found) == ["active", "deactivated"]


def test_a_sign_in_that_a_new_password_overtakes_is_refused(
    app: Flask, context: None, learner: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = accounts.load_session(accounts.open_session(learner.account_id, now=now), now=now)
    check = accounts._matches

    def slowly(stored: str, password: str) -> bool:
        found = check(stored, password)
        monkeypatch.setattr(accounts, "_matches", check)
        accounts.change_password(here, PASSWORD, NEW, now=now)
        return found

    monkeypatch.setattr(accounts, "_matches", slowly)
    with pytest.raises(CbeError):
        accounts.sign_in(learner.email, PASSWORD, now=now)
