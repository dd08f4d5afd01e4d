"""Sessions that assessors observed: everything or nothing, only their own learners, and sheets filled in by hand."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.judgement import Judgement
from tests.programs import web_document

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
    found = get_session(instructor.actor, made, today=now.date(), now=now)
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
    assert get_session(coordinator.actor, made, today=now.date(), now=now).undo_until is None
    for person in (other_instructor, learner):
        with pytest.raises(NotFound):
            get_session(person.actor, made, today=now.date(), now=now)
    with pytest.raises(NotFound):
        get_session(instructor.actor, uuid4(), today=now.date(), now=now)


def test_who_no_longer_assesses_a_learner_no_longer_sees_them_in_the_session(
    observe, instructor, other_instructor, learner, cast, now
):
    from cbe.domain.policy import SYSTEM
    from cbe.services import groups
    from cbe.services.observing import get_session

    made = observe(instructor, (learner, "met"))
    groups.add_staff(SYSTEM, cast.groups["morning"], other_instructor.account_id, "instructor", now=now)
    groups.remove_staff(SYSTEM, cast.groups["morning"], instructor.account_id, "instructor", now=now)
    seen = get_session(instructor.actor, made, today=now.date(), now=now)
    assert (seen.decisions, seen.hidden) == ([], 1)


def test_a_session_is_recorded_once_whatever_is_sent_again(observe, instructor, learner, session):
    from cbe.services.observing import RecordedAlready
    from cbe.store import records

    keyed = replace(session, key="once")
    made = observe(instructor, (learner, "met"), of=keyed)
    with pytest.raises(RecordedAlready) as error:
        observe(instructor, (learner, "met"), of=keyed)
    assert error.value.observation_id == made
    assert len(records.list_decisions(learner.enrolment_id)) == 1


def test_what_is_locked_takes_recognition_alone_unless_the_session_opens_it(
    observe, instructor, learner, groupmate, now, session
):
    from cbe.services.observing import Cell, record_session
    from cbe.store import records

    observe(instructor, (learner, "met"), competency="css")
    both = [Cell(groupmate.enrolment_id, Judgement(key, "met")) for key in ("css", "html")]
    record_session(instructor.actor, "web", session, both, today=now.date(), now=now)
    kinds = [
        {row.competency: row.kind for row in records.list_decisions(one.enrolment_id)} for one in (learner, groupmate)
    ]
    assert kinds == [{"css": "recognition"}, {"css": "assessment", "html": "assessment"}]


@pytest.fixture
def strict_version(cast, now):
    """Publish a second version of the program in which prerequisites are strict and CSS has levels."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.publishing import import_program

    document = web_document()
    document["program"]["gate"] = "strict"
    levels = [{"id": "helped", "title": "With help"}, {"id": "alone", "title": "Alone"}]
    document["competencies"][0]["rubric"] = {"levels": levels, "counts_from": "alone"}
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)


def test_each_learner_is_judged_by_their_own_version(
    strict_version, observe, instructor, learner, groupmate, session, now
):
    from cbe.services.observing import Cell, get_grid, read_lines, record_session

    with pytest.raises(Invalid) as error:
        observe(instructor, (groupmate, "met"), competency="css")
    assert [at for at, _ in error.value.problems] == [f"/{groupmate.enrolment_id}/css/outcome"]
    grid = get_grid(instructor.actor, "web", session, ["html"], today=now.date(), now=now)
    old, new = (
        next(one for one in grid.learners if one.enrolment_id == who.enrolment_id) for who in (learner, groupmate)
    )
    with pytest.raises(Invalid):
        read_lines(grid, f"{old.code} {grid.codes['html']} 2")
    assert read_lines(grid, f"{new.code} {grid.codes['html']} 2")[0].judgement == Judgement("html", "met", "alone")
    seen = [
        Cell(learner.enrolment_id, Judgement("html", "met")),
        Cell(groupmate.enrolment_id, Judgement("html", "met", "alone")),
    ]
    record_session(instructor.actor, "web", session, seen, today=now.date(), now=now)
    assert mastered(learner) == mastered(groupmate) == {"html"}


def test_lines_typed_from_a_sheet_become_cells_and_every_slip_is_named(session, instructor, learner, groupmate, now):
    from cbe.services.observing import get_grid, read_lines

    grid = get_grid(instructor.actor, "web", session, ["html"], today=now.date(), now=now)
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
    grid = get_grid(instructor.actor, "web", session, ["html", "css"], today=now.date(), now=now)
    assert [(one.name, one.mastered) for one in grid.learners] == [("Learner", frozenset({"html"}))]
    for wrong in (["nonsense"], ["html"] * 13):
        with pytest.raises(Invalid):
            get_grid(instructor.actor, "web", session, wrong, today=now.date(), now=now)


def test_one_observes_where_one_instructs_or_coordinates(instructor, coordinator, learner, now, cast):
    from cbe.services.observing import list_places

    mine = list_places(instructor.actor, today=now.date())
    assert [(key, [name for _, name in found]) for key, _, found in mine] == [("web", ["morning"])]
    assert [name for _, name in list_places(coordinator.actor, today=now.date())[0][2]] == ["evening", "morning"]
    with pytest.raises(Forbidden):
        list_places(learner.actor, today=now.date())
