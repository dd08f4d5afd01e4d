"""Mail about notices over a real SMTP conversation: what is in it, what never is, and that one click ends it."""

import re
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext

from cbe import jobs
from tests.cast import Cast, Person
from tests.telling import FACTS, tell

TELLING = ("html", "web", "badge", "met", "mastered", "return", "award", "expire", "evidence", "decision", "quarantine")
LIMITED = pytest.mark.settings(CBE_RATE_LIMITS="1")


@pytest.fixture
def letter(app: Flask, cast: Cast, learner: Person, mailbox: list[EmailMessage], now) -> EmailMessage:
    """Tell the learner something of every kind, let the sweeps run, and give the letter that came."""
    from cbe.services import notice_mails

    with app.app_context():
        notice_mails.set_rhythm(learner.actor, "once", now=now)
        for kind in FACTS:
            tell(learner.account_id, kind, now=now)
    assert jobs.run_sweep(app, "mail_notices") == 1
    assert jobs.run_sweep(app, "send_mail") == 1
    (letter,) = mailbox
    return letter


def path_of(letter: EmailMessage) -> str:
    return urlsplit(letter["List-Unsubscribe"].strip("<>")).path


@pytest.mark.both_databases
def test_the_letter_says_how_many_and_where(letter, learner):
    assert (letter["To"], letter["Subject"]) == (learner.email, "There is news for you at cbe")
    assert letter.get_content_type() == "text/plain"
    assert f"there are {len(FACTS)} new notices for you" in letter.get_content()
    assert "http://localhost/notices" in letter.get_content().splitlines()


def test_the_letter_names_nobody_and_no_outcome(letter, cast):
    text = re.sub(r"https?://\S+", "", f"{letter['Subject']}\n{letter.get_content()}").casefold()
    names = {person.name.casefold() for person in cast.people.values()}
    assert not [word for word in (*names, *TELLING) if re.search(rf"\b{word}", text)]


def test_the_letter_carries_the_headers_of_one_click(letter):
    as_sent = dict(letter.raw_items())
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://[^<>\s]+/unsubscribe/[\w.-]+>", as_sent["List-Unsubscribe"])
    assert letter["List-Unsubscribe"].strip("<>") in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"


def test_the_letter_is_in_the_readers_language(app, learner, mailbox, now):
    from cbe.services import accounts, notice_mails

    with app.app_context():
        accounts.set_preferences(learner.actor, language="ar", theme=None, time_zone=None, single_keys=None, now=now)
        notice_mails.set_rhythm(learner.actor, "once", now=now)
        tell(learner.account_id, now=now)
    jobs.run_sweep(app, "mail_notices")
    jobs.run_sweep(app, "send_mail")
    with app.app_context(), force_locale("ar"):
        assert mailbox[0]["Subject"] == gettext("There is news for you at cbe")


def test_a_sweep_that_writes_a_mail_wakes_the_one_that_sends_it(app, learner, now):
    from cbe.services import notice_mails

    with app.app_context():
        notice_mails.set_rhythm(learner.actor, "once", now=now)
        tell(learner.account_id, now=now)
    jobs.run_sweep(app, "mail_notices")
    queue, _ = app.extensions["cbe-jobs"]
    assert queue.dequeue().name == "send_mail"


@pytest.mark.both_databases
def test_one_post_without_cookie_or_token_ends_the_mails(app, client: FlaskClient, letter, learner, now, mailbox):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post(path_of(letter), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You get no more mail about news" in answer.text
    with app.app_context():
        tell(learner.account_id, now=now)
    assert jobs.run_sweep(app, "mail_notices") == 0
    assert client.post(path_of(letter)).status_code == 200


def test_every_other_form_still_wants_its_token(app, sign_in, learner):
    browser = sign_in(learner)
    app.config["WTF_CSRF_ENABLED"] = True
    assert browser.post("/notices/read").status_code == 400
    assert browser.post("/settings/mails", data={"rhythm": "off"}).status_code == 400


def test_looking_at_the_link_ends_nothing_and_the_page_says_how_to_go_back(app, client, letter, learner, now):
    assert "Send me no more of it" in client.get(path_of(letter)).text
    assert "Send me no more of it" in client.get(path_of(letter)).text
    client.post(path_of(letter))
    page = client.get(path_of(letter)).text
    assert "choose how often in your settings" in page
    assert "Send me no more of it" not in page


@pytest.mark.parametrize("token", ["x", "../settings", "IjAwIg.abc"])
def test_a_forged_link_is_nowhere(client, cast, token):
    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.post(f"/unsubscribe/{token}").status_code == 404


@LIMITED
def test_guessing_links_is_limited(client, cast):
    answers = [client.post("/unsubscribe/x").status_code for _ in range(62)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert answers.count(429) <= 3


def test_what_was_sent_keeps_no_link(app, letter):
    from cbe.store.database import db
    from cbe.store.mail import MailRow

    with app.app_context():
        (row,) = db.session.query(MailRow).all()
        assert (row.body, row.unsubscribe) == ("", None)
