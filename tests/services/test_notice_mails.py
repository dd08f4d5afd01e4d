"""Gathering notices into mails: in whose rhythm, in whose morning, never twice, never for who wants none."""

from datetime import UTC, datetime, timedelta

import pytest

from cbe.domain.errors import Invalid, NotFound
from tests.telling import tell

pytestmark = pytest.mark.usefixtures("context")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def composed():
    """Give what was composed: count, link, unsubscribe, rhythm, language."""
    return []


@pytest.fixture
def gather(composed):
    from cbe.services import notice_mails

    def compose(*values):
        composed.append(values)
        return "Subject", "\n".join(map(str, values))

    return lambda now: notice_mails.gather(compose=compose, now=now)


def wants(person, rhythm, now, zone=None):
    from cbe.services import accounts, notice_mails

    notice_mails.set_rhythm(person.actor, rhythm, now=now)
    if zone:
        accounts.set_preferences(person.actor, language="ar", theme=None, time_zone=zone, single_keys=None, now=now)


def mails():
    from cbe.store.database import db
    from cbe.store.mail import MailRow

    return db.session.query(MailRow).all()


def test_what_waits_goes_into_one_mail_and_never_into_another(learner, now, gather, composed):
    wants(learner, "once", now, zone="Africa/Cairo")
    for kind in ("award", "returned", "expiring"):
        tell(learner.account_id, kind, now=now)
    assert [gather(now), gather(now + timedelta(minutes=1))] == [1, 0]
    (values,), (mail,) = composed, mails()
    assert values[0] == 3
    assert values[1].endswith("/notices")
    assert values[3:] == ("once", "ar")
    assert (mail.recipient, mail.unsubscribe) == (learner.email, values[2])


def test_two_sweeps_at_once_write_one_mail(app, learner, other_learner, now, gather):
    from tests.security.test_changes import together

    for person in (learner, other_learner):
        wants(person, "once", now)
        tell(person.account_id, now=now)
    done = together(app, *[lambda: gather(now)] * 4)
    assert sum(done) == 2
    assert sorted(mail.recipient for mail in mails()) == sorted([learner.email, other_learner.email])


def test_each_is_mailed_in_a_rhythm_and_a_morning_of_their_own(learner, other_learner, stranger, gather):
    wants(learner, "daily", at("2026-03-28 12:00"), "Europe/Berlin")
    wants(other_learner, "daily", at("2026-03-28 12:00"), "America/Los_Angeles")
    wants(stranger, "weekly", at("2026-03-28 12:00"), "Europe/Berlin")
    for person in (learner, other_learner, stranger):
        tell(person.account_id, now=at("2026-03-28 14:30"))
    got = {}
    for moment in ("2026-03-28 15:00", "2026-03-29 04:59", "2026-03-29 05:00", "2026-03-29 14:00", "2026-03-30 05:00"):
        gather(at(moment))
        got[moment] = {mail.recipient for mail in mails()} - set().union(*got.values())
    assert list(got.values()) == [set(), set(), {learner.email}, {other_learner.email}, {stranger.email}]


def test_a_worker_that_slept_through_the_morning_mails_when_it_wakes(learner, now, gather, composed):
    wants(learner, "daily", now)
    for day in range(3):
        tell(learner.account_id, now=now + timedelta(days=day))
    assert gather(now + timedelta(days=2, hours=20)) == 1
    assert composed[0][0] == 3


def test_what_was_read_is_not_mailed(learner, now, gather):
    from cbe.services import notices

    wants(learner, "once", now)
    tell(learner.account_id, now=now)
    notices.mark_all_read(learner.actor, now=now)
    assert gather(now) == 0


def test_who_wants_or_may_get_none_gets_none(cast, now, gather):
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store import people

    statuses = {"learner": "deactivated", "instructor": "closed", "designer": "invited", "stranger": "active"}
    with transaction(SYSTEM, now) as tx:
        for name, status in statuses.items():
            account = people.find_account(cast.people[name].account_id)
            account.status, account.mail_rhythm = status, "off" if status == "active" else "once"
        nowhere = people.find_account(cast.people["adviser"].account_id)
        nowhere.person.email, nowhere.mail_rhythm = None, "once"
        tx.record("test:change")
    for name in (*statuses, "adviser"):
        tell(cast.people[name].account_id, now=now)
    assert gather(now + timedelta(days=8)) == 0
    assert mails() == []


def test_a_mail_that_cannot_be_written_leaves_its_notices_waiting(learner, now, gather, composed):
    from cbe.services import notice_mails

    def broken(*values):
        raise KeyError("a word")

    wants(learner, "once", now)
    tell(learner.account_id, now=now)
    with pytest.raises(KeyError):
        notice_mails.gather(compose=broken, now=now)
    assert mails() == []
    assert gather(now) == 1


def test_one_click_ends_the_mails_and_a_second_changes_nothing(learner, now, gather, composed):
    from cbe.services import notice_mails
    from cbe.store.audit import AuditRow
    from cbe.store.database import db

    wants(learner, "once", now)
    tell(learner.account_id, now=now)
    gather(now)
    token = composed[0][2].rsplit("/", 1)[1]
    assert notice_mails.reads_mails(token)
    for _ in range(2):
        notice_mails.end_mails(token, now=now)
    assert not notice_mails.reads_mails(token)
    assert db.session.query(AuditRow).filter_by(action="account:unsubscribe").count() == 1
    tell(learner.account_id, "returned", now=now)
    assert gather(now + timedelta(days=8)) == 0


def test_a_link_that_is_not_ours_ends_nothing(learner, now):
    from itsdangerous import URLSafeSerializer

    from cbe.services import notice_mails
    from cbe.store.database import installation

    key, whose = installation().secret_key, learner.account_id.hex
    forged = [
        "x", whose, URLSafeSerializer("guessed", salt="cbe-unsubscribe").dumps(whose),
        URLSafeSerializer(key, salt="cbe-link").dumps(whose),
        URLSafeSerializer(key, salt="cbe-unsubscribe").dumps([whose, "reset"]),
        URLSafeSerializer(key, salt="cbe-unsubscribe").dumps("0" * 32),
    ]  # fmt: skip
    for token in forged:
        with pytest.raises(NotFound):
            notice_mails.end_mails(token, now=now)


def test_a_rhythm_is_one_of_four(learner, now):
    with pytest.raises(Invalid):
        wants(learner, "hourly", now)
