"""Moving learners to another version: by group, a few at a time, reversible, and what was earned stays earned."""

import json
from datetime import timedelta

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid
from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import moving, review
from cbe.services.facts import facts_of
from cbe.services.looking_back import as_of, facts_as_of
from cbe.services.publishing import import_program
from cbe.services.rebuild import rebuild_records
from cbe.store.enrolments import find_enrolment
from tests.handing_in import handed_in
from tests.programs import web_document

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def designer(cast):
    return cast.people["designer"].actor


@pytest.fixture
def mastered(context, cast, now):
    """Give the learner mastery of HTML and CSS in the first version."""
    instructor, learner = cast.people["instructor"].actor, cast.people["learner"]
    for key in ("html", "css"):
        item = handed_in(learner, [key], now=now)
        review.decide(instructor, item, 1, [Judgement(key, "met")], today=now.date(), now=now)


@pytest.fixture
def second(context, cast, now):
    """Publish a second version without CSS and with a badge for HTML; return its time."""
    document = web_document()
    document["competencies"] = [
        {**one, "prerequisites": [group for group in one.get("prerequisites", []) if group != ["css"]] or [["html"]]}
        if one["id"] == "a11y" else one
        for one in document["competencies"] if one["id"] != "css"
    ]  # fmt: skip
    document["credentials"] = [
        {"id": "html-badge", "title": "HTML badge", "kind": "badge", "requires": {"competency": "html"}}
    ]
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
    return now + timedelta(hours=1)


@pytest.fixture
def facts(cast):
    """Give a function that says what is true of the learner at a moment."""

    def facts(at, name="learner"):
        row = find_enrolment(cast.people[name].enrolment_id)
        return facts_of(row.id, row.version_id, at.date(), at)

    return facts


def version_of(cast, name):
    from cbe.store.programs import get_versions

    row = find_enrolment(cast.people[name].enrolment_id)
    return get_versions([row.version_id])[row.version_id].number


def moved(actor, choices, now):
    key = moving.begin(actor, "web", choices, now=now)
    while moving.carry_on(now):
        pass
    return key


@pytest.mark.usefixtures("second", "mastered")
def test_what_was_earned_stays_earned_through_a_move_and_back(cast, designer, second, facts):
    move = moved(designer, {cast.groups["morning"]: "move"}, second)
    after = facts(second)
    assert version_of(cast, "learner") == 2
    assert (after.mastered, after.held) == ({"html"}, {"html-badge"})
    assert not rebuild_records(SYSTEM, check=True, now=second, tell=print).differences
    moving.take_back(designer, "web", move, now=second)
    while moving.carry_on(second):
        pass
    back = facts(second)
    assert version_of(cast, "learner") == 1
    assert back.mastered == {"html", "css"}
    assert not rebuild_records(SYSTEM, check=True, now=second, tell=print).differences


def test_groups_keep_move_or_are_asked(cast, designer, second):
    choices = {cast.groups["morning"]: "ask", cast.groups["evening"]: "move"}
    move = moved(designer, choices, second)
    assert (version_of(cast, "learner"), version_of(cast, "other_learner")) == (1, 2)
    (found,) = moving.list_moves(designer, "web")
    assert (found.move_id, found.state, found.counts) == (move, "moved", {"asked": 1, "moved": 1})


def test_who_is_asked_moves_when_they_say_yes_and_stays_when_they_say_no(cast, designer, second):
    learner = cast.people["learner"]
    move = moved(designer, {cast.groups["morning"]: "ask"}, second)
    assert moving.asked_of(learner.actor, learner.enrolment_id)[0] == move
    moving.answer(learner.actor, learner.enrolment_id, move, accepts=False, now=second)
    assert version_of(cast, "learner") == 1
    moving.answer(learner.actor, learner.enrolment_id, move, accepts=True, now=second)
    assert version_of(cast, "learner") == 2
    with pytest.raises(Conflict):
        moving.answer(learner.actor, learner.enrolment_id, move, accepts=True, now=second)


def test_who_waits_for_a_decision_that_the_new_version_would_not_know_moves_after_it(cast, designer, second):
    learner, instructor = cast.people["learner"], cast.people["instructor"].actor
    item = handed_in(learner, ["css"], now=second)
    moved(designer, {cast.groups["morning"]: "move"}, second)
    assert (version_of(cast, "learner"), moving.list_moves(designer, "web")[0].state) == (1, "moving")
    review.decide(instructor, item, 1, [Judgement("css", "met")], today=second.date(), now=second)
    moving.carry_on(second)
    moving.carry_on(second)
    assert (version_of(cast, "learner"), moving.list_moves(designer, "web")[0].state) == (2, "moved")


def test_a_later_move_takes_over_who_waits(cast, designer, second):
    moving.begin(designer, "web", {cast.groups["morning"]: "ask"}, now=second)
    moved(designer, {cast.groups["morning"]: "move"}, second)
    counts = [one.counts for one in moving.list_moves(designer, "web")]
    assert sorted(map(str, counts)) == ["{'left': 1}", "{'moved': 1}"]
    assert version_of(cast, "learner") == 2


@pytest.mark.usefixtures("second", "mastered")
def test_a_day_before_the_move_is_seen_by_the_version_of_then(cast, designer, second, facts):
    learner = cast.people["learner"]
    moved(designer, {cast.groups["morning"]: "move"}, second + timedelta(days=3))
    now = find_enrolment(learner.enrolment_id).version_id
    for days, mastered in ((1, {"html", "css"}), (4, {"html"})):
        at = as_of((second + timedelta(days=days)).date(), None, zone=second.tzinfo, now=second + timedelta(days=9))
        assert facts_as_of(learner.enrolment_id, now, at).mastered == mastered


@pytest.mark.parametrize("name", ["instructor", "registrar", "learner"])
def test_only_designers_move(cast, second, name):
    with pytest.raises(Forbidden):
        moving.begin(cast.people[name].actor, "web", {None: "move"}, now=second)


@pytest.mark.parametrize("choices", [{}, {None: "move"}, {None: "push"}])
def test_a_move_of_nobody_or_in_an_unknown_way_is_refused(designer, second, choices):
    with pytest.raises(Invalid):
        moving.begin(designer, "web", choices, now=second)


def test_learners_are_told_what_happens_to_them(cast, designer, second):
    from cbe.services.notices import list_notices

    choices = {cast.groups["morning"]: "ask", cast.groups["evening"]: "move"}
    moved(designer, choices, second)
    kinds = {
        name: [one.kind for one in list_notices(cast.people[name].actor).notices]
        for name in ("learner", "other_learner")
    }
    assert kinds == {"learner": ["move-asked"], "other_learner": ["moved"]}


def test_a_learner_who_moved_by_choice_can_go_back_and_forth_while_it_is_offered(cast, designer, second):
    learner = cast.people["learner"]
    move = moved(designer, {cast.groups["morning"]: "ask"}, second)
    for accepts, version in ((True, 2), (False, 1), (True, 2)):
        moving.answer(learner.actor, learner.enrolment_id, move, accepts=accepts, now=second)
        assert version_of(cast, "learner") == version
    moving.take_back(designer, "web", move, now=second)
    with pytest.raises(Conflict):
        moving.answer(learner.actor, learner.enrolment_id, move, accepts=False, now=second)


def test_who_was_moved_unasked_cannot_go_back_alone(cast, designer, second):
    learner = cast.people["learner"]
    move = moved(designer, {cast.groups["morning"]: "move"}, second)
    with pytest.raises(Conflict):
        moving.answer(learner.actor, learner.enrolment_id, move, accepts=False, now=second)


def test_who_waits_for_a_decision_that_the_older_version_would_not_know_is_returned_after_it(cast, designer, second):
    document = web_document()
    document["competencies"].append({"id": "testing", "title": "Testing", "effort_hours": 3})
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=second)
    move = moved(designer, {cast.groups["morning"]: "move"}, second)
    learner, instructor = cast.people["learner"], cast.people["instructor"].actor
    item = handed_in(learner, ["testing"], now=second)
    moving.take_back(designer, "web", move, now=second)
    assert (moving.carry_on(second), version_of(cast, "learner")) == (0, 3)
    review.decide(instructor, item, 1, [Judgement("testing", "met")], today=second.date(), now=second)
    moving.carry_on(second)
    moving.carry_on(second)
    assert (version_of(cast, "learner"), moving.list_moves(designer, "web")[0].state) == (1, "returned")


def test_who_could_be_moved_is_counted_by_group(cast, designer, second):
    assert moving.count_movable(designer, "web") == {cast.groups["morning"]: 1, cast.groups["evening"]: 1}
