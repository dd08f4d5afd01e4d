"""Groups of learners, their staff, and who is stuck since when."""

from datetime import date, timedelta

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import enrolments, groups
from cbe.services.transaction import transaction
from cbe.store.records import StandingRow

pytestmark = pytest.mark.usefixtures("context")


def master(now, enrolment_id, **days: date | None):
    with transaction(SYSTEM, now) as tx:
        tx.add(*(StandingRow(enrolment_id=enrolment_id, competency=key, mastered_on=day) for key, day in days.items()))
        tx.record("test:master")


def test_a_group_has_a_name_of_its_own_in_its_program(now, registrar):
    assert groups.add_group(registrar.actor, "web", " Night  shift ", now=now)
    for name in ("Night shift", "", "x" * 101):
        with pytest.raises(Invalid):
            groups.add_group(registrar.actor, "web", name, now=now)
    assert [group.name for group in groups.list_groups(registrar.actor, "web").groups] == [
        "Night shift", "evening", "morning",
    ]  # fmt: skip


def test_a_group_with_learners_is_not_removed(now, registrar, cast, learner):
    with pytest.raises(Conflict):
        groups.remove(registrar.actor, cast.groups["morning"], now=now)
    groups.set_members(registrar.actor, cast.groups["morning"], [], now=now)
    groups.remove(registrar.actor, cast.groups["morning"], now=now)
    with pytest.raises(NotFound):
        groups.get_group(registrar.actor, cast.groups["morning"])


def test_members_are_set_added_and_taken_out(now, registrar, cast, learner, other_learner):
    group = cast.groups["morning"]
    groups.add_member(registrar.actor, group, other_learner.enrolment_id, now=now)
    groups.add_member(registrar.actor, group, other_learner.enrolment_id, now=now)
    groups.remove_member(registrar.actor, group, learner.enrolment_id, now=now)
    assert [one.name for one in groups.get_group(registrar.actor, group).members] == ["Other Learner"]


def test_a_group_is_given_only_to_who_has_the_role(now, registrar, cast, other_instructor, stranger):
    group = cast.groups["morning"]
    groups.add_staff(registrar.actor, group, other_instructor.account_id, "instructor", now=now)
    groups.remove_staff(registrar.actor, group, other_instructor.account_id, "instructor", now=now)
    for account_id, role in ((stranger.account_id, "instructor"), (other_instructor.account_id, "designer")):
        with pytest.raises(Invalid):
            groups.add_staff(registrar.actor, group, account_id, role, now=now)


def test_a_learner_stuck_for_longest_is_first(now, cast, registrar, instructor, learner, other_learner):
    groups.add_member(registrar.actor, cast.groups["morning"], other_learner.enrolment_id, now=now)
    today = now.date()
    master(now, learner.enrolment_id, html=today + timedelta(3))
    (mine,) = groups.list_my_groups(instructor.actor, today=today + timedelta(9))
    assert [(one.name, one.mastered, one.stuck_since) for one in mine.learners] == [
        ("Other Learner", 0, today),
        ("Learner", 1, today + timedelta(3)),
    ]


def test_nobody_on_leave_is_called_stuck(now, instructor, learner):
    enrolments.set_status(SYSTEM, learner.enrolment_id, "leave", since=now.date(), now=now)
    (mine,) = groups.list_my_groups(instructor.actor, today=now.date())
    assert [(one.status, one.stuck_since) for one in mine.learners] == [("leave", None)]


def test_learners_without_an_instructor_are_shown_to_every_instructor(now, cast, registrar, instructor, other_learner):
    groups.remove_member(registrar.actor, cast.groups["evening"], other_learner.enrolment_id, now=now)
    *_, ungrouped = groups.list_my_groups(instructor.actor, today=now.date())
    assert (ungrouped.group_id, [one.name for one in ungrouped.learners]) == (None, ["Other Learner"])


def test_a_group_is_read_by_its_own_staff_and_the_registrar(now, cast):
    group, today = cast.groups["morning"], now.date()
    for name in ("instructor", "adviser", "registrar"):
        assert groups.get_my_group(cast.people[name].actor, group, today=today).name == "morning"
    for name in ("other_instructor", "designer", "learner", "verifier"):
        with pytest.raises(Forbidden):
            groups.get_my_group(cast.people[name].actor, group, today=today)
    with pytest.raises(NotFound):
        groups.get_my_group(cast.people["stranger"].actor, group, today=today)
