"""Mail that carries links: who sees it, what a slow or broken server does, and sweeps that meet."""

import logging
import smtplib
from datetime import timedelta

import pytest

from cbe.domain.policy import SYSTEM
from cbe.services import accounts, mail
from cbe.services.transaction import transaction

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]
PRODUCTION = pytest.mark.settings(CBE_ENV="production", CBE_BASE_URL="https://cbe.example")


def ask(person, now):
    accounts.request_reset(person.email, compose=lambda purpose, name, link, language: ("Subject", link), now=now)


@PRODUCTION
def test_production_prints_no_link_and_keeps_the_mail_for_a_server(app, learner, now, caplog):
    caplog.set_level(logging.DEBUG)
    ask(learner, now)
    assert mail.send_waiting(now) == 0
    assert "CBE_MAIL_URL" in caplog.text
    assert "/links/" not in caplog.text
    assert learner.email not in caplog.text


def test_development_prints_the_link_once(app, learner, now, caplog):
    ask(learner, now)
    assert mail.send_waiting(now) == 1
    assert "/links/" in caplog.text
    assert mail.send_waiting(now) == 0


def test_others_write_while_a_mail_server_takes_its_time(app, learner, now, monkeypatch):
    from cbe.store.database import db

    def slowly(row):
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                db.session.connection().exec_driver_sql("PRAGMA busy_timeout=200")
                db.session.rollback()
            with transaction(SYSTEM, now) as change:
                change.record("test:meanwhile")

    ask(learner, now)
    monkeypatch.setattr(mail, "_deliver", slowly)
    assert mail.send_waiting(now) == 1


def test_a_second_sweep_sends_nothing_that_the_first_is_sending(app, learner, now, monkeypatch):
    sent = []

    def deliver(row):
        sent.append(row.message_id)
        with app.app_context():
            assert mail.send_waiting(now) == 0

    ask(learner, now)
    monkeypatch.setattr(mail, "_deliver", deliver)
    assert mail.send_waiting(now) == 1
    assert len(sent) == 1


def test_after_a_crash_between_acceptance_and_commit_the_mail_has_the_same_message_id(app, learner, now, monkeypatch):
    sent = []
    ask(learner, now)
    with monkeypatch.context() as broken:
        broken.setattr(mail, "_deliver", lambda row: sent.append(row.message_id))
        broken.setattr(mail, "settle_mail", lambda row, sent_at: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            mail.send_waiting(now)
    from cbe.store.database import db

    db.session.rollback()
    monkeypatch.setattr(mail, "_deliver", lambda row: sent.append(row.message_id))
    assert mail.send_waiting(now) == 1
    assert sent[0] == sent[1]


def test_a_server_that_is_away_for_a_day_loses_nothing(app, learner, now, monkeypatch):
    def away(row):
        raise ConnectionRefusedError

    ask(learner, now)
    with monkeypatch.context() as broken:
        broken.setattr(mail, "_deliver", away)
        for minute in range(0, 24 * 60, 3):
            assert mail.send_waiting(now + timedelta(minutes=minute)) == 0
    monkeypatch.setattr(mail, "_deliver", lambda row: None)
    assert mail.send_waiting(now + timedelta(days=2)) == 1


@pytest.mark.parametrize(
    "error", [ValueError("a newline in an address"), smtplib.SMTPRecipientsRefused({}), TimeoutError()]
)
def test_a_mail_that_cannot_be_sent_holds_up_no_other(app, learner, other_learner, now, monkeypatch, error):
    def deliver(row):
        if row.recipient == learner.email:
            raise error

    ask(learner, now)
    ask(other_learner, now)
    monkeypatch.setattr(mail, "_deliver", deliver)
    assert mail.send_waiting(now) == 1


def test_a_server_without_a_certificate_gets_no_mail(app, monkeypatch):
    seen = {}
    monkeypatch.setattr(smtplib, "SMTP_SSL", lambda *places, **options: seen.update(options))
    mail._connected("smtps", "mail.example", 465)
    assert seen["context"].check_hostname is True
