"""Telling people once, and what they do with it: list, open, mark as read."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cbe.domain.errors import Forbidden, NotFound
from cbe.domain.policy import Actor
from tests.telling import tell

pytestmark = pytest.mark.usefixtures("context")


def mine(person):
    from cbe.services.notices import list_notices

    return list_notices(person.actor).notices


def unread(person, now) -> int:
    from cbe.services import accounts

    return accounts.load_session(accounts.open_session(person.account_id, now=now), now=now).unread


def test_who_was_told_under_a_key_is_told_nothing_more(learner, other_learner, now):
    for person in (learner, learner, other_learner):
        tell(person.account_id, key="the same", now=now)
    assert [len(mine(person)) for person in (learner, other_learner)] == [1, 1]


def test_eight_who_tell_the_same_at_once_tell_it_once(app, learner, now):
    from tests.security.test_changes import together

    done = together(app, *[lambda: tell(learner.account_id, key="the same", now=now)] * 8)
    assert done == [None] * 8
    assert len(mine(learner)) == 1


def test_a_key_longer_than_the_column_is_still_one_key(learner, now):
    for last in ("a", "a", "b"):
        tell(learner.account_id, key="x" * 300 + last, now=now)
    assert len(mine(learner)) == 2


def test_notices_are_listed_newest_first_fifty_to_a_page(learner, now):
    from cbe.services import notices

    for minute in range(53):
        tell(learner.account_id, now=now + timedelta(minutes=minute))
    first, second = notices.list_notices(learner.actor), notices.list_notices(learner.actor, 2)
    assert (len(first.notices), len(second.notices), first.pages, first.total) == (50, 3, 2, 53)
    moments = [one.created_at for one in first.notices + second.notices]
    assert moments == sorted(moments, reverse=True)


def test_a_notice_carries_the_titles_of_what_it_is_about(learner, instructor, now):
    tell(learner.account_id, "award", now=now)
    tell(learner.account_id, "returned", now=now + timedelta(minutes=1))
    tell(instructor.account_id, "quarantine", now=now)
    returned, award = mine(learner)
    assert (returned.title["en"], award.title, award.language) == ("HTML", "Web badge", "en")
    (other,) = mine(instructor)
    assert (other.program["en"], other.title) == ("Web development", None)


def test_a_notice_knows_whose_evidence_it_is_about(learner, instructor, now, monkeypatch):
    from tests.handing_in import handed_in
    from tests.telling import FACTS

    monkeypatch.setitem(FACTS, "message", {"evidence": handed_in(learner, ("html",), now=now)})
    for person in (learner, instructor):
        tell(person.account_id, "message", now=now)
    assert [mine(person)[0].is_own for person in (learner, instructor)] == [True, False]


def test_nobody_opens_or_reads_the_notice_of_another(learner, other_learner, administrator, registrar, now):
    from cbe.services import notices

    tell(learner.account_id, now=now)
    (notice,) = mine(learner)
    for other in (other_learner, administrator, registrar):
        with pytest.raises(NotFound):
            notices.get_notice(other.actor, notice.id)
        with pytest.raises(NotFound):
            notices.read_notice(other.actor, notice.id, now=now)
    assert unread(learner, now) == 1


def test_reading_twice_is_written_down_once(learner, now):
    from cbe.services import notices
    from cbe.store.audit import AuditHeadRow
    from cbe.store.database import db

    tell(learner.account_id, now=now)
    (notice,) = mine(learner)
    seen = []
    for _ in range(2):
        notices.read_notice(learner.actor, notice.id, now=now)
        seen.append(db.session.get(AuditHeadRow, 1, populate_existing=True).seq)
    assert seen[0] == seen[1]
    assert mine(learner)[0].is_read
    assert unread(learner, now) == 0


def test_marking_all_as_read_marks_nobody_elses(learner, other_learner, now):
    from cbe.services import notices

    for person in (learner, other_learner):
        tell(person.account_id, "award", now=now)
        tell(person.account_id, "returned", now=now)
    notices.mark_all_read(learner.actor, now=now)
    assert (unread(learner, now), unread(other_learner, now)) == (0, 2)


def test_who_is_nobody_has_no_notices(now):
    from cbe.services import notices

    with pytest.raises(Forbidden):
        notices.list_notices(Actor())
    with pytest.raises(NotFound):
        notices.get_notice(Actor(account_id=uuid4()), uuid4())


def test_what_was_read_ninety_days_ago_is_forgotten_and_what_was_not_read_stays(learner, now):
    from cbe.services import notices
    from cbe.services.housekeeping import forget_expired

    tell(learner.account_id, "award", now=now)
    tell(learner.account_id, "returned", now=now)
    notices.read_notice(learner.actor, mine(learner)[0].id, now=now)
    assert forget_expired(now=now + timedelta(days=89)) == 0
    assert forget_expired(now=now + timedelta(days=91)) == 1
    assert [one.is_read for one in mine(learner)] == [False]
