"""Whose queue an item is in, what waits behind it, what comes next; phrases, and being away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cbe.domain import policy
from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM, Actor
from cbe.services.queue import View

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def hand_in(now):
    """Give a function that hands in evidence of a learner some hours ago and returns its id."""
    from tests.handing_in import handed_in

    def hand_in(person, *competencies, hours=1, **more):
        return handed_in(person, competencies or ("html",), now=now - timedelta(hours=hours), **more)

    return hand_in


@pytest.fixture
def third_learner(cast, now):
    """Somebody whom no group gives an instructor."""
    from cbe.services import enrolments, people

    key = people.add_account(SYSTEM, "third@cbe.example", "Third", password="correct horse battery", now=now)
    enrolment_id = enrolments.enrol(SYSTEM, key, "web", now=now)
    return replace(cast.people["learner"], account_id=key, actor=Actor(account_id=key), enrolment_id=enrolment_id)


@pytest.fixture
def change(now):
    """Give a function that puts rows in as they are."""
    from cbe.services.transaction import transaction

    def change(*rows):
        with transaction(SYSTEM, now) as tx:
            tx.add(*rows)
            tx.record("test:put")

    return change


def actor_of(person, cast, today) -> Actor:
    """Return somebody with the roles they hold today, as their sign-in would."""
    from cbe.store import people

    held = frozenset(row.role for row in people.list_roles(person.account_id, today) if row.role != "verifier")
    return replace(person.actor, roles={cast.program_id: held} if held else {})


def seen(actor, now) -> set:
    from cbe.services import queue

    try:
        return {line.id for line in queue.list_queue(actor, View(), today=now.date(), now=now).lines}
    except Forbidden:
        return set()


def assessable(actor, items, now) -> set:
    from cbe.services.enrolments import record_subject
    from cbe.store import evidence

    rows = {key: evidence.find_evidence(key).enrolment for key in items}
    return {
        key for key, row in rows.items() if policy.may(actor, "evidence:assess", record_subject(actor, row, now.date()))
    }


def assert_agreed(cast, items, now) -> dict:
    found = {}
    for name, person in cast.people.items():
        actor = actor_of(person, cast, now.date())
        assert seen(actor, now) == assessable(actor, items, now), name
        found[name] = len(seen(actor, now))
    return {name: count for name, count in found.items() if count}


def away(person, now, deputy=None):
    from cbe.store.assessing import AwayRow

    day = timedelta(days=1)
    since, until = now.date() - day, now.date() + day
    return AwayRow(account_id=person.account_id, since=since, until=until, deputy_id=deputy and deputy.account_id)


def end_role(person, cast, now):
    from cbe.store import people
    from cbe.store.database import begin_write, db

    begin_write()
    people.find_role(person.account_id, cast.program_id, "instructor").until = now.date() - timedelta(days=1)
    db.session.commit()


def test_the_queue_holds_what_one_may_assess_and_nothing_else(
    hand_in, third_learner, cast, learner, other_learner, instructor, other_instructor, change, now
):
    items = [hand_in(one) for one in (learner, other_learner, third_learner)]
    assert assert_agreed(cast, items, now) == {"instructor": 2, "other_instructor": 2, "coordinator": 3}
    change(away(instructor, now, other_instructor))
    assert assert_agreed(cast, items, now) == {"instructor": 2, "other_instructor": 3, "coordinator": 3}
    end_role(other_instructor, cast, now)  # whoever instructs no longer is nobody's deputy
    assert assert_agreed(cast, items, now) == {"instructor": 3, "coordinator": 3}


def test_without_a_deputy_everybody_who_instructs_stands_in(
    hand_in, cast, learner, other_learner, instructor, change, now
):
    items = [hand_in(one) for one in (learner, other_learner)]
    change(away(instructor, now))
    assert assert_agreed(cast, items, now) == {"instructor": 1, "other_instructor": 2, "coordinator": 2}


def test_ones_own_evidence_is_never_in_ones_queue(hand_in, cast, learner, other_learner, change, now):
    from uuid import uuid4

    from cbe.store.people import RoleRow

    items = [hand_in(one) for one in (learner, other_learner)]
    shared = {"account_id": learner.account_id, "program_id": cast.program_id, "granted_at": now}
    change(*(RoleRow(id=uuid4(), role=role, **shared) for role in ("instructor", "coordinator")))
    assert assert_agreed(cast, items, now)["learner"] == 1


def test_an_effect_is_what_opens_and_what_can_be_claimed(hand_in, learner, instructor, coordinator, now):
    from cbe.services import queue, review

    today = now.date()
    review.decide(instructor.actor, hand_in(learner), 1, [Judgement("html", "met")], today=today, now=now)
    style, other = hand_in(learner, "css", hours=1), hand_in(learner, "sql", hours=9)
    page = queue.list_queue(coordinator.actor, View(order="effect"), today=today, now=now)
    assert [line.id for line in page.lines] == [style, other]
    assert (page.lines[0].weight.opens, page.lines[0].weight.claimable) == (1, 1)
    assert (page.lines[1].weight.opens, page.lines[1].weight.claimable, page.reached) == (0, 0, 1)
    plain = queue.list_queue(instructor.actor, View(order="effect"), today=today, now=now)
    assert [line.weight for line in plain.lines] == [None, None]
    assert [line.id for line in plain.lines] == [other, style]


def test_the_next_one_is_the_oldest_that_nobody_else_has(hand_in, learner, instructor, coordinator, now):
    from cbe.services import queue, review

    first, second, third = (hand_in(learner, hours=hours) for hours in (9, 5, 1))
    at = {"today": now.date(), "now": now}
    review.take(coordinator.actor, first, **at)
    assert queue.open_next(instructor.actor, View(), **at) == second
    assert queue.open_next(instructor.actor, View(), but=[second], **at) == third
    assert queue.open_next(coordinator.actor, View(), but=[first], **at) is None


def test_what_was_unlocked_is_told_until_it_can_no_longer_be_undone(hand_in, learner, instructor, coordinator, now):
    from cbe.services import queue, review

    item, today = hand_in(learner), now.date()
    review.decide(instructor.actor, item, 1, [Judgement("html", "met")], today=today, now=now)
    told = queue.last_decided(instructor.actor, item, today=today, now=now)
    assert (told.effect.mastered, told.effect.opens) == (("html",), ("css", "js", "php"))
    assert queue.last_decided(coordinator.actor, item, today=today, now=now) is None
    later = now + timedelta(minutes=10)
    assert queue.last_decided(instructor.actor, item, today=today, now=later) is None


def test_a_decision_tells_which_awards_rest_on_it(hand_in, learner, instructor, registrar, other_instructor, now):
    from cbe.services import queue, review
    from cbe.services.settling import settle

    at = {"today": now.date(), "now": now}
    items = [hand_in(learner, key) for key in ("html", "css")]
    keys = [("html", items[0]), ("css", items[1])]
    ids = [review.decide(instructor.actor, item, 1, [Judgement(key, "met")], **at)[0] for key, item in keys]
    settle(now + timedelta(minutes=11))
    found = [queue.get_decision(registrar.actor, one, **at) for one in ids]
    assert [one.awards for one in found] == [[], [("style-badge", now.date())]]
    assert found[1].effect.mastered == ("css",)
    assert found[1].reads_evidence is False
    with pytest.raises(Forbidden):
        queue.get_decision(other_instructor.actor, ids[0], **at)


def test_phrases_are_ones_own_and_bounded(instructor, coordinator, now, monkeypatch):
    from cbe.services import phrases

    key = phrases.add_phrase(instructor.actor, "  Well done. ", now=now)
    phrases.change_phrase(instructor.actor, key, "Well done!", now=now)
    assert [one.text for one in phrases.list_phrases(instructor.actor)] == ["Well done!"]
    assert phrases.list_phrases(coordinator.actor) == []
    for text in ("", "x" * 1001):
        with pytest.raises(Invalid):
            phrases.add_phrase(instructor.actor, text, now=now)
    with pytest.raises(NotFound):
        phrases.remove_phrase(coordinator.actor, key, now=now)
    monkeypatch.setattr(phrases, "MOST", 1)
    with pytest.raises(Conflict, match="as many phrases"):
        phrases.add_phrase(instructor.actor, "One more.", now=now)
    phrases.remove_phrase(instructor.actor, key, now=now)
    assert phrases.list_phrases(instructor.actor) == []


def test_away_is_said_of_oneself_with_a_colleague_as_deputy(cast, instructor, other_instructor, coordinator, now):
    from cbe.services import away as aways

    today, week = now.date(), now.date() + timedelta(days=7)
    at = {"today": today, "now": now}
    for since, until, deputy in (
        (None, week, None),
        (today, today - timedelta(days=1), None),
        (today, today + timedelta(days=400), None),
        (today, week, coordinator.account_id),
        (today, week, instructor.account_id),
    ):
        with pytest.raises(Invalid):
            aways.set_away(instructor.actor, since, until, deputy, **at)
    aways.set_away(instructor.actor, today, week, other_instructor.account_id, **at)
    found = aways.list_away_in(cast.groups["morning"], today=today)
    assert [(one.name, one.deputy) for one in found] == [("Instructor", "Other Instructor")]
    aways.clear_away(instructor.actor, now=now)
    assert aways.get_away(instructor.actor, today=today) is None
