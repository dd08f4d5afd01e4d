"""Sweeps do what is still to do, and a wake-up asks for one soon."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask

from cbe import jobs
from tests.cast import Person


@pytest.mark.both_databases
def test_what_waits_is_sent_once(app: Flask, learner: Person, mailbox: list[EmailMessage], now: datetime) -> None:
    from cbe.services.accounts import request_reset

    with app.app_context():
        request_reset(learner.email, compose=lambda *_: ("Hello", "A link"), now=now)
    assert jobs.run_sweep(app, "send_mail") == 1
    assert jobs.run_sweep(app, "send_mail") == 0
    assert [letter["To"] for letter in mailbox] == [learner.email]


@pytest.mark.both_databases
def test_what_is_over_is_forgotten_and_the_rest_is_kept(app: Flask, learner: Person, now: datetime) -> None:
    from cbe.services.accounts import open_session
    from cbe.services.housekeeping import forget_expired

    with app.app_context():
        open_session(learner.account_id, now=now - timedelta(days=15))
        open_session(learner.account_id, now=now)
        assert forget_expired(now=now) == 1
        assert forget_expired(now=now) == 0


def test_every_sweep_runs_on_an_empty_database(app: Flask) -> None:
    assert {jobs.run_sweep(app, name) for name in jobs.SWEEPS} == {0}


def test_a_wake_up_is_kept_for_the_worker_and_thousands_are_as_good_as_few(app: Flask) -> None:
    for _ in range(50):
        jobs.wake(app, "send_mail")
    queue, _ = app.extensions["cbe-jobs"]
    assert queue.pending_count() == jobs.MOST_WAITING
    task = queue.dequeue()
    assert queue.execute(task) == 0


def test_a_request_that_writes_mail_wakes_the_worker(app: Flask, learner: Person) -> None:
    from cbe.services.mail import take_queued
    from cbe.services.moving import take_begun

    take_queued()  # what other tests wrote down in this thread
    take_begun()
    client = app.test_client()
    client.get("/sign-in")
    assert "cbe-jobs" not in app.extensions
    client.post("/forgotten", data={"email": learner.email})
    queue, _ = app.extensions["cbe-jobs"]
    assert queue.pending_count() == 1
