"""Links sent by mail: what ends them besides being used."""

import pytest

from cbe.domain.errors import NotFound
from cbe.services import accounts, people

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]
PASSWORD, NEW = "correct horse battery", "four plain words here"


@pytest.fixture
def letters():
    return []


@pytest.fixture
def compose(letters):
    def compose(purpose, name, link, language):
        letters.append(link.rsplit("/", 1)[1])
        return purpose, link

    return compose


def gone(token, now):
    with pytest.raises(NotFound):
        accounts.peek_link(token, now=now)
    return True


def test_a_new_password_ends_a_change_of_address_that_somebody_else_asked_for(now, learner, compose, letters):
    accounts.change_email(learner.actor, "thief@cbe.example", PASSWORD, compose=compose, now=now)
    here = accounts.load_session(accounts.open_session(learner.account_id, now=now), now=now)
    accounts.change_password(here, PASSWORD, NEW, now=now)
    assert gone(letters[0], now)


def test_a_new_address_ends_the_links_that_went_to_the_old_one(now, learner, compose, letters):
    accounts.request_reset(learner.email, compose=compose, now=now)
    accounts.change_email(learner.actor, "new@cbe.example", PASSWORD, compose=compose, now=now)
    accounts.accept_link(letters[1], new_password=None, now=now)
    assert gone(letters[0], now)


def test_deactivating_ends_every_link_for_good(now, learner, administrator, compose, letters):
    accounts.change_email(learner.actor, "new@cbe.example", PASSWORD, compose=compose, now=now)
    people.deactivate(administrator.actor, learner.account_id, now=now)
    people.reactivate(administrator.actor, learner.account_id, now=now)
    assert gone(letters[0], now)


def test_a_link_of_one_purpose_is_none_of_another(now, learner, compose, letters):
    accounts.change_email(learner.actor, "new@cbe.example", PASSWORD, compose=compose, now=now)
    assert accounts.accept_link(letters[0], new_password=NEW, now=now) == "email"
    with pytest.raises(Exception, match="e-mail address or the password"):
        accounts.sign_in("new@cbe.example", NEW, now=now)


def test_who_asks_for_an_unknown_address_makes_as_much_work(now, cast, learner, compose, letters):
    from cbe.services.mail import take_queued
    from cbe.store.audit import AuditHeadRow
    from cbe.store.database import db

    made = []
    for email in (learner.email, "nobody@cbe.example"):
        before = db.session.get(AuditHeadRow, 1).seq
        accounts.request_reset(email, compose=compose, now=now)
        made.append((db.session.get(AuditHeadRow, 1).seq - before, take_queued()))
    assert made == [(1, True), (1, True)]
    assert len(letters) == 1
