"""One's record over all programs: what was shown, how recently, by whom, and nothing that can still be undone."""

from datetime import timedelta

import pytest

from cbe.domain.errors import Forbidden
from cbe.domain.judgement import Judgement
from cbe.domain.policy import Actor
from cbe.services import review
from cbe.services.learner_record import Judge, get_own_record, is_shown, set_shown
from tests.handing_in import handed_in
from tests.services.shared import LATER, set_stall

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def stall(cast, now):
    return set_stall(cast, now)


def record_of(person, now):
    return get_own_record(person.actor, today=now.date(), now=now)


def test_the_record_says_what_was_shown_how_recently_and_by_whom(stall, now):
    found = record_of(stall.learner, stall.settled)
    [mastery], [award], [evidence] = found.masteries, found.awards, found.evidence
    assert (mastery.competency.id, mastery.kind, mastery.number) == ("css", "assessment", 1)
    assert (mastery.mastered_on, mastery.shown_on, mastery.is_current) == (now.date(), now.date(), True)
    assert mastery.judges == (Judge("instructor", None),)
    assert (award.credential.id, award.state, [one.id for one in award.competencies]) == (
        "style-badge",
        "good",
        ["css"],
    )
    assert ([one.id for one in evidence.met], [one.name for one in evidence.files]) == (["css"], ["notes.txt"])


def test_an_assessor_is_named_once_they_agree_and_until_they_do_not(stall):
    actor = stall.instructor.actor
    assert not is_shown(actor)
    for agreed, name in ((True, "Instructor"), (False, None)):
        set_shown(actor, agreed, now=stall.settled)
        assert record_of(stall.learner, stall.settled).masteries[0].judges == (Judge("instructor", name),)


def test_what_can_still_be_undone_is_not_on_it(stall):
    item = handed_in(stall.learner, ["sql"], now=stall.settled)
    today = stall.settled.date()
    review.decide(stall.instructor.actor, item, 1, [Judgement("sql", "met")], today=today, now=stall.settled)
    assert [one.competency.id for one in record_of(stall.learner, stall.settled).masteries] == ["css"]
    later = record_of(stall.learner, stall.settled + LATER)
    assert {one.competency.id for one in later.masteries} == {"css", "sql"}


def test_of_each_item_the_newest_version_that_was_not_taken_out_is_on_it(stall):
    from cbe.services import evidence

    item = handed_in(stall.learner, ["sql"], now=stall.settled)
    evidence.withdraw(stall.learner.actor, item, today=stall.settled.date(), now=stall.settled + timedelta(minutes=1))
    assert [one.evidence_id for one in record_of(stall.learner, stall.settled).evidence] == [stall.item]


def test_it_is_ones_own(stall, other_learner, now):
    found = record_of(other_learner, stall.settled)
    assert (found.masteries, found.awards, found.evidence) == ((), (), ())
    with pytest.raises(Forbidden):
        get_own_record(Actor(), today=now.date(), now=now)
