"""Taking, deciding, undoing, taking back and settling: who may, what it does to the record, and what it never does twice."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.judgement import Judgement

pytestmark = pytest.mark.usefixtures("context")
MET = Judgement("html", "met")
NOT_YET = Judgement("html", "not_yet", feedback="Show me the form again.")


@pytest.fixture
def hand_in(now):
    """Give a function that hands in evidence of a learner and returns its id."""
    from tests.handing_in import handed_in

    def hand_in(person, *competencies, **more):
        return handed_in(person, competencies or ("html",), now=now - timedelta(hours=1), **more)

    return hand_in


@pytest.fixture
def sign(now):
    """Give a function by which somebody decides on an item."""
    from cbe.services import review

    def sign(person, evidence_id, *judgements, at=now, version=1):
        return review.decide(person.actor, evidence_id, version, judgements or [MET], today=at.date(), now=at)

    return sign


def mastered(person) -> set[str]:
    from cbe.store import records

    return {row.competency for row in records.list_standing_of([person.enrolment_id]) if row.mastered_on}


def told(person) -> set[str]:
    from cbe.store.database import db
    from cbe.store.notices import NoticeRow

    return {row.kind for row in db.session.query(NoticeRow).where(NoticeRow.account_id == person.account_id)}


def status_of(evidence_id) -> str:
    from cbe.store import evidence

    return evidence.find_evidence(evidence_id).status


def test_a_decision_gives_mastery_and_clears_the_queue(hand_in, sign, learner, instructor):
    item = hand_in(learner)
    sign(instructor, item)
    assert mastered(learner) == {"html"}
    assert status_of(item) == "decided"


def test_not_yet_gives_no_mastery_and_needs_feedback(hand_in, sign, learner, instructor):
    item = hand_in(learner)
    with pytest.raises(Invalid) as error:
        sign(instructor, item, replace(NOT_YET, feedback=" "))
    assert [at for at, _ in error.value.problems] == ["/html/feedback"]
    sign(instructor, item, NOT_YET)
    assert mastered(learner) == set()


def test_an_item_for_two_waits_until_both_are_judged(hand_in, sign, learner, instructor):
    item = hand_in(learner, "html", "sql")
    sign(instructor, item, MET)
    assert (mastered(learner), status_of(item)) == ({"html"}, "submitted")
    sign(instructor, item, Judgement("sql", "met"))
    assert (mastered(learner), status_of(item)) == ({"html", "sql"}, "decided")


def test_only_those_who_instruct_the_learner_decide(hand_in, sign, learner, other_instructor, registrar, stranger):
    item = hand_in(learner)
    for person, error in (
        (other_instructor, Forbidden),
        (registrar, Forbidden),
        (learner, Forbidden),
        (stranger, NotFound),
    ):
        with pytest.raises(error):
            sign(person, item)
    assert mastered(learner) == set()


def test_nobody_decides_on_their_own(hand_in, sign, learner, cast):
    item = hand_in(learner)
    both = replace(learner.actor, roles={cast.program_id: frozenset({"instructor", "coordinator"})})
    with pytest.raises(Forbidden):
        sign(replace(learner, actor=both), item)


def test_what_somebody_took_nobody_else_decides_until_their_time_is_over(
    hand_in, sign, learner, instructor, coordinator, now
):
    from cbe.services import review

    item = hand_in(learner)
    review.take(instructor.actor, item, today=now.date(), now=now)
    with pytest.raises(Conflict, match="colleague"):
        sign(coordinator, item)
    with pytest.raises(Conflict, match="colleague"):
        review.take(coordinator.actor, item, today=now.date(), now=now)
    sign(coordinator, item, at=now + review.HOLD + timedelta(seconds=1))
    assert mastered(learner) == {"html"}


def test_the_second_to_decide_is_told_and_changes_nothing(hand_in, sign, learner, instructor, coordinator):
    from cbe.services.review import DecidedAlready
    from cbe.store import records

    item = hand_in(learner)
    sign(instructor, item)
    with pytest.raises(DecidedAlready):
        sign(coordinator, item, NOT_YET)
    assert len(records.list_decisions(learner.enrolment_id)) == 1


def test_an_undone_decision_never_was_and_its_item_waits_again_with_who_undid_it(
    hand_in, sign, learner, instructor, now
):
    from cbe.services import review
    from cbe.store import evidence

    item = hand_in(learner)
    ids = sign(instructor, item)
    assert review.undo(instructor.actor, ids, now=now + timedelta(minutes=9)) == [item]
    assert (mastered(learner), status_of(item)) == (set(), "submitted")
    assert evidence.find_taking(item, now + timedelta(minutes=9)).account_id == instructor.account_id
    sign(instructor, item, at=now + timedelta(minutes=9))
    assert mastered(learner) == {"html"}


def test_undo_is_ones_own_and_ends_after_ten_minutes(hand_in, sign, learner, instructor, coordinator, now):
    from cbe.services import review

    ids = sign(instructor, hand_in(learner))
    for person, at in ((coordinator, now), (instructor, now + timedelta(minutes=10))):
        with pytest.raises(Conflict):
            review.undo(person.actor, ids, now=at)
    assert mastered(learner) == {"html"}


def test_notices_and_awards_wait_until_the_decision_settles(hand_in, sign, learner, instructor, now):
    from cbe.services.settling import settle
    from cbe.store import records

    sign(instructor, hand_in(learner, "html", "css"), MET, Judgement("css", "met"))
    assert settle(now + timedelta(minutes=9)) == 0
    assert records.list_awards(learner.enrolment_id) == []
    assert settle(now + timedelta(minutes=10)) == 1
    assert settle(now + timedelta(minutes=10)) == 0
    assert [award.credential for award in records.list_awards(learner.enrolment_id)] == ["style-badge"]
    assert told(learner) == {"decided", "award"}


def test_taking_back_takes_the_mastery_and_flags_the_award(hand_in, sign, learner, instructor, registrar, now):
    from cbe.services import review
    from cbe.services.settling import settle
    from cbe.store import records

    ids = sign(instructor, hand_in(learner, "css"), Judgement("css", "met"))
    later = now + timedelta(days=1)
    settle(later)
    review.take_back(registrar.actor, ids[0], "overturned", "Not their own work.", today=later.date(), now=later)
    assert mastered(learner) == set()
    award = records.list_awards(learner.enrolment_id)[0]
    assert records.list_open_flags([award.id]) == {award.id}
    with pytest.raises(Conflict, match="already"):
        review.take_back(registrar.actor, ids[0], "void", "Again.", today=later.date(), now=later)


def test_taking_back_needs_a_reason_and_somebody_who_may(hand_in, sign, learner, instructor, other_instructor, now):
    from cbe.services import review

    today = now.date()
    ids = sign(instructor, hand_in(learner))
    with pytest.raises(Invalid):
        review.take_back(instructor.actor, ids[0], "void", " ", today=today, now=now)
    with pytest.raises(Forbidden):
        review.take_back(instructor.actor, ids[0], "revoked", "For cause.", today=today, now=now)
    with pytest.raises(Forbidden):
        review.take_back(other_instructor.actor, ids[0], "void", "Mistake.", today=today, now=now)
    review.take_back(instructor.actor, ids[0], "void", "Mistake.", today=today, now=now)
    assert mastered(learner) == set()


def test_items_are_handed_over_to_colleagues_who_may_assess(
    hand_in, learner, instructor, other_instructor, coordinator, now
):
    from cbe.services import review
    from cbe.store import evidence

    item = hand_in(learner)
    with pytest.raises(Invalid):
        review.hand_over(instructor.actor, [item], other_instructor.account_id, today=now.date(), now=now)
    assert review.hand_over(instructor.actor, [item], coordinator.account_id, today=now.date(), now=now) == 1
    assert evidence.find_taking(item, now + timedelta(days=2)).account_id == coordinator.account_id


def test_evidence_of_others_cannot_be_cited(hand_in, learner, other_learner, instructor, now):
    from cbe.services import review

    mine, theirs = hand_in(learner), hand_in(other_learner)
    for cited in (review.Citation(theirs, 1), review.Citation(uuid4(), 1), review.Citation(mine, 7)):
        with pytest.raises(Invalid):
            review.decide(instructor.actor, mine, 1, [MET], cited=[cited], today=now.date(), now=now)


def test_the_same_request_twice_decides_once(hand_in, learner, instructor, now):
    from cbe.services import review
    from cbe.services.transaction import AlreadyDone
    from cbe.store import records

    actor = replace(instructor.actor, request_key="k")
    item = hand_in(learner, "html", "sql")
    review.decide(actor, item, 1, [MET], today=now.date(), now=now)
    with pytest.raises(AlreadyDone):
        review.decide(actor, item, 1, [Judgement("sql", "met")], today=now.date(), now=now)
    assert len(records.list_decisions(learner.enrolment_id)) == 1
