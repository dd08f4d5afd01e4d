"""Sessions that assessors observed: everything or nothing, only their own learners, and sheets filled in by hand."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.judgement import Judgement

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def session(now, cast):
    from cbe.services.observing import Session

    return Session(now.date(), group_id=cast.groups["morning"], setting="workplace", note="In the workshop")


@pytest.fixture
def observe(session, now):
    """Give a function by which somebody records what they saw: (person, outcome) each in HTML."""
    from cbe.services.observing import Cell, record_session

    def observe(assessor, *seen, at=now, of=session, competency="html"):
        cells = [
            Cell(person.enrolment_id, Judgement(competency, outcome, feedback="Again." if outcome == "not_yet" else ""))
            for person, outcome in seen
        ]
        return record_session(assessor.actor, "web", of, cells, today=at.date(), now=at)

    return observe


@pytest.fixture
def groupmate(cast, now, learner):
    from cbe.domain.policy import SYSTEM
    from cbe.services import enrolments, groups, people

    account = people.add_account(SYSTEM, "mate@cbe.example", "Mate", password="correct horse battery", now=now)
    enrolment = enrolments.enrol(SYSTEM, account, "web", now=now)
    groups.add_member(SYSTEM, cast.groups["morning"], enrolment, now=now)
    return replace(learner, account_id=account, enrolment_id=enrolment, name="Mate")


def mastered(person) -> set[str]:
    from cbe.store import records

    return {row.competency for row in records.list_standing_of([person.enrolment_id]) if row.mastered_on}


def test_each_learner_gets_a_decision_of_their_own_that_names_the_session(observe, instructor, learner, groupmate, now):
    from cbe.services.observing import get_session
    from cbe.store import records

    made = observe(instructor, (learner, "met"), (groupmate, "not_yet"))
    assert (mastered(learner), mastered(groupmate)) == ({"html"}, set())
    assert {records.list_decisions(one.enrolment_id)[0].observation_id for one in (learner, groupmate)} == {made}
    found = get_session(instructor.actor, made, now=now)
    assert [name for _, name in found.decisions] == ["Learner", "Mate"]
    assert found.undo_until == now + timedelta(minutes=10)


def test_one_cell_that_is_not_right_leaves_all_unrecorded(observe, instructor, learner, groupmate, now, session):
    from cbe.services.observing import Cell, record_session

    cells = [
        Cell(learner.enrolment_id, Judgement("html", "met")),
        Cell(groupmate.enrolment_id, Judgement("html", "not_yet")),
    ]
    with pytest.raises(Invalid) as error:
        record_session(instructor.actor, "web", session, cells, today=now.date(), now=now)
    assert [at for at, _ in error.value.problems] == [f"/{groupmate.enrolment_id}/html/feedback"]
    assert mastered(learner) == set()


def test_nobody_records_learners_who_are_not_theirs_or_not_in_the_group(
    observe, instructor, other_instructor, registrar, stranger, other_learner, learner, session
):
    for person in (other_instructor, instructor):
        with pytest.raises(NotFound):
            observe(person, (other_learner if person is instructor else learner, "met"))
    with pytest.raises(Forbidden):
        observe(registrar, (learner, "met"))
    with pytest.raises(NotFound):
        observe(stranger, (learner, "met"))
    assert mastered(learner) == mastered(other_learner) == set()


def test_nobody_observes_themselves(observe, learner, coordinator, cast):
    both = replace(learner, actor=replace(learner.actor, roles=coordinator.actor.roles))
    with pytest.raises(NotFound):
        observe(both, (learner, "met"))


def test_the_session_and_its_day_are_checked(observe, instructor, learner, session, now):
    for wrong in (replace(session, observed_on=now.date() + timedelta(days=1)), replace(session, setting="moon")):
        with pytest.raises(Invalid):
            observe(instructor, (learner, "met"), of=wrong)
    with pytest.raises(Invalid):
        observe(instructor, of=session)


def test_a_session_is_undone_as_a_whole_for_ten_minutes(observe, instructor, coordinator, learner, groupmate, now):
    from cbe.services.observing import undo_session

    made = observe(instructor, (learner, "met"), (groupmate, "met"))
    with pytest.raises(Conflict):
        undo_session(coordinator.actor, made, now=now)
    assert undo_session(instructor.actor, made, now=now + timedelta(minutes=9)) == 2
    assert mastered(learner) == mastered(groupmate) == set()
    with pytest.raises(Conflict):
        undo_session(instructor.actor, made, now=now + timedelta(minutes=9))


def test_a_session_is_seen_by_its_assessor_and_coordinators_alone(
    observe, instructor, coordinator, other_instructor, learner, now
):
    from cbe.services.observing import get_session

    made = observe(instructor, (learner, "met"))
    assert get_session(coordinator.actor, made, now=now).undo_until is None
    for person in (other_instructor, learner):
        with pytest.raises(NotFound):
            get_session(person.actor, made, now=now)
    with pytest.raises(NotFound):
        get_session(instructor.actor, uuid4(), now=now)


def test_lines_typed_from_a_sheet_become_cells_and_every_slip_is_named(session, instructor, learner, groupmate, now):
    from cbe.services.observing import get_grid, read_lines

    grid = get_grid(instructor.actor, "web", session, ["html"], today=now.date())
    codes = {one.enrolment_id: one.code for one in grid.learners}
    one, two, html = codes[learner.enrolment_id], codes[groupmate.enrolment_id], grid.codes["html"]
    cells = read_lines(grid, f"{one} {html} 1\n\n{two.lower()} {html} x Show me the form again.\n")
    assert [(cell.enrolment_id, cell.judgement) for cell in cells] == [
        (learner.enrolment_id, Judgement("html", "met")),
        (groupmate.enrolment_id, Judgement("html", "not_yet", None, "Show me the form again.")),
    ]
    with pytest.raises(Invalid) as error:
        read_lines(grid, f"{one} {html}\nWRONG {html} 1\n{one} {one} 1\n{one} {html} 7\n{one} {html} 1\n{one} {html} 1")
    assert [at for at, _ in error.value.problems] == [f"/lines/{number}" for number in (1, 2, 3, 4, 6)]


def test_who_has_it_already_is_marked_and_unknown_competencies_are_refused(observe, session, instructor, learner, now):
    from cbe.services.observing import get_grid

    observe(instructor, (learner, "met"))
    grid = get_grid(instructor.actor, "web", session, ["html", "css"], today=now.date())
    assert [(one.name, one.mastered) for one in grid.learners] == [("Learner", frozenset({"html"}))]
    for wrong in (["nonsense"], ["html"] * 13):
        with pytest.raises(Invalid):
            get_grid(instructor.actor, "web", session, wrong, today=now.date())


def test_one_observes_where_one_instructs_or_coordinates(instructor, coordinator, learner, now, cast):
    from cbe.services.observing import list_places

    mine = list_places(instructor.actor, today=now.date())
    assert [(key, [name for _, name in found]) for key, _, found in mine] == [("web", ["morning"])]
    assert [name for _, name in list_places(coordinator.actor, today=now.date())[0][2]] == ["evening", "morning"]
    with pytest.raises(Forbidden):
        list_places(learner.actor, today=now.date())
