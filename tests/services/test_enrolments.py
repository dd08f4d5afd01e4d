"""Who learns where, and who stands near a learner's record."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import accounts, enrolments, groups, people, programs, samples
from cbe.store import enrolments as rows

pytestmark = pytest.mark.usefixtures("context")


def actor_of(person, now):
    return accounts.load_actor(person.account_id, now=now)


def ties(viewer, learner, now):
    row = rows.find_enrolment(learner.enrolment_id)
    return enrolments.record_subject(actor_of(viewer, now), row, now.date()).ties


def test_enrolling_twice_is_enrolling_once(now, stranger):
    first = enrolments.enrol(SYSTEM, stranger.account_id, "web", now=now)
    assert enrolments.enrol(SYSTEM, stranger.account_id, "web", now=now) == first
    assert [step.status for step in rows.list_statuses(first)] == ["active"]


def test_a_registrar_enrols_in_their_program_and_an_instructor_does_not(now, registrar, instructor, stranger):
    with pytest.raises(Forbidden):
        enrolments.enrol(instructor.actor, stranger.account_id, "web", now=now)
    assert enrolments.enrol(registrar.actor, stranger.account_id, "web", now=now)


def test_an_open_program_can_be_asked_to_join_left_and_asked_again(now, stranger, registrar):
    programs.set_open(SYSTEM, "web", True, now=now)
    enrolment = enrolments.ask_to_join(stranger.actor, "web", now=now)
    enrolments.set_status(registrar.actor, enrolment, "active", since=now.date(), now=now)
    enrolments.leave(actor_of(stranger, now), "web", now=now)
    assert enrolments.ask_to_join(actor_of(stranger, now), "web", now=now) == enrolment
    steps = [step.status for step in rows.list_statuses(enrolment)]
    assert sorted(steps) == ["active", "applied", "applied", "withdrawn"]


def test_a_closed_program_looks_as_if_it_were_not_there(now, stranger):
    with pytest.raises(NotFound):
        enrolments.ask_to_join(stranger.actor, "web", now=now)


def test_asking_twice_is_refused(now, stranger):
    programs.set_open(SYSTEM, "web", True, now=now)
    enrolments.ask_to_join(stranger.actor, "web", now=now)
    with pytest.raises(Conflict):
        enrolments.ask_to_join(actor_of(stranger, now), "web", now=now)


@pytest.mark.parametrize("old", enrolments.MOVES)
def test_an_enrolment_goes_only_where_the_table_says(now, stranger, registrar, old):
    for new in enrolments.MOVES:
        enrolment = rows.find_enrolment_of(
            stranger.account_id, registrar.actor.roles and next(iter(registrar.actor.roles))
        )
        if enrolment is None:
            enrolments.enrol(SYSTEM, stranger.account_id, "web", status=old, now=now)
            enrolment = rows.find_enrolment_of(stranger.account_id, next(iter(registrar.actor.roles)))
        if new not in enrolments.MOVES[old]:
            with pytest.raises(Conflict):
                enrolments.set_status(registrar.actor, enrolment.id, new, since=now.date(), now=now)


def test_a_status_is_not_set_for_the_future_nor_before_the_last(now, registrar, learner):
    for day in (now.date() + timedelta(2), now.date() - timedelta(1)):
        with pytest.raises(Invalid) as error:
            enrolments.set_status(registrar.actor, learner.enrolment_id, "leave", since=day, now=now)
        assert error.value.problems[0][0] == "/since"


def test_a_learner_names_goals_and_hours_a_week(now, learner, cast):
    credential = next(iter(programs.compiled_version(cast.version_id).credentials))
    enrolments.set_goals(learner.actor, "web", [(credential, date(2027, 3, 1))], hours_per_week=Decimal(6), now=now)
    assert [goal.credential for goal in rows.list_goals(learner.enrolment_id)] == [credential]
    assert rows.find_enrolment(learner.enrolment_id).hours_per_week == 6
    enrolments.set_goals(learner.actor, "web", [], hours_per_week=None, now=now)
    assert rows.list_goals(learner.enrolment_id) == []


def test_a_goal_that_is_no_credential_of_the_program_is_refused(now, learner):
    with pytest.raises(Invalid):
        enrolments.set_goals(learner.actor, "web", [("no such", None)], hours_per_week=None, now=now)


def test_those_who_wait_for_an_answer_are_listed_first(now, registrar, stranger):
    enrolments.enrol(SYSTEM, stranger.account_id, "web", status="applied", now=now)
    page = enrolments.list_enrolled(registrar.actor, "web")
    assert [one.status for one in page.learners] == ["applied", "active", "active"]
    assert [one.name for one in enrolments.list_enrolled(registrar.actor, "web", search="other").learners] == [
        "Other Learner"
    ]


def test_an_instructor_is_tied_to_the_learners_of_their_groups_alone(now, instructor, learner, other_learner):
    assert ties(instructor, learner, now) == {"group_instructor"}
    assert ties(instructor, other_learner, now) == set()


def test_a_learner_without_an_instructor_is_every_instructors(now, instructor, other_learner, other_instructor):
    people.end_role(SYSTEM, other_instructor.account_id, "web", "instructor", now=now)
    assert ties(instructor, other_learner, now) == {"group_instructor"}


def test_an_adviser_is_tied_through_groups_only(now, cast, adviser, learner, other_learner):
    groups.remove_member(SYSTEM, cast.groups["evening"], other_learner.enrolment_id, now=now)
    assert ties(adviser, learner, now) == {"group_adviser"}
    assert ties(adviser, other_learner, now) == set()


def test_a_verifier_is_tied_to_the_sample_until_its_day(now, verifier, learner, other_learner, registrar):
    assert ties(verifier, learner, now) == {"sample_verifier"}
    assert ties(verifier, other_learner, now) == set()
    assert ties(verifier, learner, now + timedelta(3651)) == set()
    samples.add_to_sample(registrar.actor, "web", verifier.account_id, [other_learner.enrolment_id], now=now)
    assert ties(verifier, other_learner, now) == {"sample_verifier"}


def test_designers_registrars_and_administrators_have_no_tie(now, cast, learner):
    for name in ("designer", "registrar", "administrator", "stranger", "other_learner"):
        assert ties(cast.people[name], learner, now) == set()
