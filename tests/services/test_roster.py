"""The roster: whom one sees on it, what it can be asked for, and what it says of a learner."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cbe.domain.errors import Forbidden, NotFound
from cbe.domain.judgement import Judgement
from cbe.domain.progress import State
from tests.handing_in import handed_in

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def names(now):
    """Give a function that lists who somebody sees on the roster that they ask for."""
    from cbe.services.roster import Asked, get_roster

    def names(person, **asked):
        found = get_roster(person.actor, "web", Asked(**asked), today=now.date(), now=now)
        return [entry.pace.name for entry in found.entries]

    return names


@pytest.fixture
def html_of_learner(learner, instructor, now):
    from cbe.services import review

    item = handed_in(learner, ["html"], now=now)
    review.decide(instructor.actor, item, 1, [Judgement("html", "met")], today=now.date(), now=now)


def test_everybody_sees_those_whose_record_they_may_read(
    names, instructor, other_instructor, adviser, coordinator, registrar
):
    assert names(instructor) == names(adviser) == ["Learner"]
    assert names(other_instructor) == ["Other Learner"]
    assert names(coordinator, sort="name") == names(registrar, sort="name") == ["Learner", "Other Learner"]


def test_others_see_no_roster(names, learner, verifier, designer, stranger):
    for person in (learner, verifier, designer):
        with pytest.raises(Forbidden):
            names(person)
    with pytest.raises(NotFound):
        names(stranger)


def test_states_are_those_of_the_learners_own_pages(html_of_learner, learner, other_learner, coordinator, now):
    from cbe.services.progress import get_own_progress
    from cbe.services.roster import Asked, get_roster

    handed_in(other_learner, ["sql"], now=now)
    found = get_roster(coordinator.actor, "web", Asked(), today=now.date(), now=now)
    by_name = {entry.pace.name: entry for entry in found.entries}
    for person in (learner, other_learner):
        own = get_own_progress(person.actor, "web", today=now.date(), now=now)
        assert by_name[person.name].states == own.states
    assert by_name["Other Learner"].states["sql"] is State.IN_REVIEW
    assert by_name["Learner"].stands.provisional == {"html"}


def test_it_is_filtered_by_group_name_state_and_days_without_a_step(html_of_learner, names, coordinator, cast, now):
    assert names(coordinator, group_id=cast.groups["evening"]) == ["Other Learner"]
    assert names(coordinator, search="OTHER") == ["Other Learner"]
    assert names(coordinator, state="mastered") == ["Learner"]
    assert names(coordinator, state="mastered", section="back") == []
    assert names(coordinator, stuck=1) == []
    assert names(coordinator, sort="mastered") == ["Learner", "Other Learner"]


def test_the_table_to_take_away_holds_states_and_no_formula(html_of_learner, learner, coordinator, now):
    from cbe.services.roster import Asked, roster_table
    from cbe.services.transaction import transaction
    from cbe.store import people

    with transaction(coordinator.actor, now) as tx:
        people.find_account(learner.account_id).person.name = "=HYPERLINK(1)"
        tx.record("test:name")
    lines = roster_table(coordinator.actor, "web", Asked(), today=now.date(), now=now).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("learner,status,mastered,last_progress,no_step_since,html,css")
    day = now.date().isoformat()
    assert f"'=HYPERLINK(1),active,1,{day},{day},mastered,ready,ready,ready,locked,locked,ready,locked" in lines


def test_one_learner_is_opened_with_their_evidence_by_who_may_read_it(
    learner, instructor, adviser, other_instructor, now
):
    from cbe.services.roster import get_person

    item = handed_in(learner, ["html", "sql"], now=now)
    opened = get_person(instructor.actor, "web", learner.enrolment_id, today=now.date(), now=now)
    assert [(row.id, where, keys) for row, where, keys in opened.evidence] == [(item, "submitted", ["html", "sql"])]
    assert (opened.may_assess, opened.entry.stuck_since, opened.decisions) == (True, now.date(), [])
    advised = get_person(adviser.actor, "web", learner.enrolment_id, today=now.date(), now=now)
    assert (advised.evidence, advised.may_assess) == (None, False)
    with pytest.raises(Forbidden):
        get_person(other_instructor.actor, "web", learner.enrolment_id, today=now.date(), now=now)


def test_what_was_decided_and_taken_back_stands_with_the_learner(html_of_learner, learner, instructor, now):
    from cbe.services import review
    from cbe.services.roster import get_person
    from cbe.store import records

    decided = records.list_decisions(learner.enrolment_id)[0]
    review.take_back(instructor.actor, decided.id, "void", "A mistake.", today=now.date(), now=now)
    opened = get_person(instructor.actor, "web", learner.enrolment_id, today=now.date(), now=now)
    assert [(row.id, how) for row, how in opened.decisions] == [(decided.id, "void")]


def test_what_was_returned_is_not_told_as_met(learner, instructor, now):
    from cbe.services import review
    from cbe.services.roster import get_person

    item, judged = handed_in(learner, ["html"], now=now), Judgement("html", "not_yet", feedback="Once more.")
    review.decide(instructor.actor, item, 1, [judged], today=now.date(), now=now)
    opened = get_person(instructor.actor, "web", learner.enrolment_id, today=now.date(), now=now)
    assert [where for _, where, _ in opened.evidence] == ["returned"]
    assert opened.entry.is_provisional("html")


def test_whose_instructor_is_away_is_on_everybodys_roster(names, instructor, other_instructor, now):
    from cbe.services.away import set_away

    today = now.date()
    set_away(instructor.actor, today, today + timedelta(days=3), None, today=today, now=now)
    assert names(replace(other_instructor), sort="name") == ["Learner", "Other Learner"]
