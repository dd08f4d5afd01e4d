"""Publishing a draft: sound or not at all, with a second person where a program asks for one, and told apart afterwards."""

import json
from datetime import timedelta

import pytest

from cbe.domain.draft import set_fields
from cbe.domain.errors import Conflict, Forbidden, Invalid
from cbe.domain.policy import SYSTEM
from cbe.services import drafts, publishing, rehearsing, versions
from cbe.services.audit import verify_trail
from tests.programs import web_document

pytestmark = pytest.mark.usefixtures("context", "cast")


@pytest.fixture
def designer(context, cast):
    return cast.people["designer"].actor


@pytest.fixture
def second(context, cast):
    """Give a second person who may publish."""
    return cast.people["administrator"].actor


@pytest.fixture
def edited(designer, now):
    """Edit the draft and return what is seen then."""
    seen = drafts.get_editing(designer, "web").seen
    fields = {"title": "Markup", "prerequisites": [["sql"]]}
    return drafts.edit(designer, "web", seen, lambda draft: set_fields(draft, "competency", "html", fields), now=now)


@pytest.fixture
def guarded(designer, now):
    versions.set_needs_approval(designer, "web", True, now=now)


def publish(actor, seen, now):
    return publishing.publish_draft(actor, "web", seen, notes=" Clearer titles. ", now=now)


def test_a_draft_is_frozen_as_the_next_version_with_who_and_why(designer, edited, now, cast):
    assert publish(designer, edited, now) == 2
    newest, first = versions.list_versions(designer, "web")
    assert (newest.number, newest.notes, newest.published_by) == (2, "Clearer titles.", cast.people["designer"].name)
    assert (newest.learners, first.learners) == (0, 2)
    assert not drafts.get_editing(designer, "web").is_begun
    assert not verify_trail(SYSTEM).problems


def test_a_draft_that_says_the_same_is_not_published(designer, now):
    seen = drafts.get_editing(designer, "web").seen
    with pytest.raises(Conflict, match="nothing to publish"):
        publish(designer, seen, now)


def test_what_was_changed_since_it_was_looked_at_is_not_published(designer, edited, now):
    drafts.undo(designer, "web", now=now)
    with pytest.raises(Conflict, match="changed meanwhile"):
        publish(designer, edited, now)


def test_a_micro_credential_without_its_elements_is_not_published(designer, edited, now):
    make = lambda draft: set_fields(draft, "credential", "web-badge", {"kind": "micro-credential"})  # noqa: E731
    seen = drafts.edit(designer, "web", edited, make, now=now)
    with pytest.raises(Invalid) as error:
        publish(designer, seen, now)
    assert "/credentials/0/quality/country" in {place for place, _ in error.value.problems}


@pytest.mark.usefixtures("guarded")
def test_where_two_are_wanted_one_alone_does_not_publish(designer, edited, now):
    with pytest.raises(Conflict, match="second person"):
        publish(designer, edited, now)
    with pytest.raises(Conflict, match="second person"):
        publishing.import_program(SYSTEM, json.dumps(web_document()).encode(), publish=True, now=now)


@pytest.mark.usefixtures("guarded")
def test_a_second_person_approves_and_the_version_says_so(designer, second, edited, now, cast):
    key = versions.ask_approval(designer, "web", edited, notes="Titles", now=now)
    with pytest.raises(Forbidden):
        versions.decide_approval(designer, "web", key, "approved", "", now=now)
    later = now + timedelta(minutes=5)
    versions.decide_approval(second, "web", key, "approved", "Good.", now=later)
    assert publish(designer, edited, later) == 2
    newest = versions.list_versions(designer, "web")[0]
    assert (newest.approved_by, newest.approved_at) == (cast.people["administrator"].name, later)
    exported = publishing.export_program(SYSTEM, "web")
    said = json.loads(exported)["approval"]
    assert (said["approved_by"], said["approved_at"]) == (newest.approved_by, "2026-11-23T12:05+00:00")
    assert not publishing.import_program(SYSTEM, exported.encode(), publish=False, now=later).changed


@pytest.mark.usefixtures("guarded")
def test_what_is_changed_after_the_approval_is_not_approved(designer, second, edited, now):
    key = versions.ask_approval(designer, "web", edited, notes="", now=now)
    versions.decide_approval(second, "web", key, "approved", "", now=now)
    make = lambda draft: set_fields(draft, "competency", "html", {"title": "Marking up"})  # noqa: E731
    seen = drafts.edit(designer, "web", edited, make, now=now)
    assert not versions.get_approval(designer, "web").is_current
    with pytest.raises(Conflict, match="second person"):
        publish(designer, seen, now)


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(("outcome", "remark"), [("declined", " "), ("maybe", "x"), ("approved", "x" * 5_001)])
def test_an_answer_that_says_too_little_or_too_much_is_refused(designer, second, edited, now, outcome, remark):
    key = versions.ask_approval(designer, "web", edited, notes="", now=now)
    with pytest.raises(Invalid):
        versions.decide_approval(second, "web", key, outcome, remark, now=now)


def test_what_differs_between_versions_is_found_and_between_a_version_and_the_draft(designer, edited, now):
    _, _, found = versions.version_difference(designer, "web", 1, None)
    publish(designer, edited, now)
    _, _, published = versions.version_difference(designer, "web", 1, 2)
    assert found == published
    ((changed,),) = ([(one.id, {field.field for field in one.fields}) for one in found.competencies.changed],)
    assert changed == ("html", {"title", "prerequisites"})


def test_an_older_version_has_a_last_day_and_the_newest_none(designer, edited, now):
    publish(designer, edited, now)
    day = now.date() + timedelta(days=200)
    versions.set_teach_out(designer, "web", 1, day, now=now)
    assert [one.taught_until for one in versions.list_versions(designer, "web")] == [None, day]
    versions.set_teach_out(designer, "web", 1, None, now=now)
    assert [one.taught_until for one in versions.list_versions(designer, "web")] == [None, None]
    with pytest.raises(Invalid):
        versions.set_teach_out(designer, "web", 2, day, now=now)


@pytest.mark.usefixtures("edited")
def test_a_rehearsal_says_who_loses_a_ready_state(designer, now, cast):
    (part,) = rehearsing.rehearse_draft(designer, "web", today=now.date(), now=now)
    lost = {
        (move.competency, str(move.before), str(move.after)): part.rehearsal.who(move.row)
        for move in part.rehearsal.states
    }
    learners = sorted(str(cast.people[name].enrolment_id) for name in ("learner", "other_learner"))
    assert sorted(lost["html", "ready", "locked"]) == learners


def test_a_rehearsal_by_stricter_rules_takes_mastery_that_was_made_by_laxer_ones(designer, edited, now, cast):
    from cbe.domain.judgement import Judgement
    from cbe.services import review
    from tests.handing_in import handed_in

    item = handed_in(cast.people["learner"], ["sql"], now=now)
    review.decide(cast.people["instructor"].actor, item, 1, [Judgement("sql", "met")], today=now.date(), now=now)
    make = lambda draft: set_fields(draft, "competency", "sql", {"mastery": {"assessors": 2}})  # noqa: E731
    drafts.edit(designer, "web", edited, make, now=now)
    (part,) = rehearsing.rehearse_draft(designer, "web", today=now.date(), now=now)
    moves = {(move.competency, str(move.before), str(move.after)) for move in part.rehearsal.states}
    assert ("sql", "mastered", "ready") in moves


@pytest.mark.parametrize("name", ["instructor", "registrar", "learner"])
def test_only_designers_publish_and_rehearse(cast, edited, now, name):
    actor = cast.people[name].actor
    with pytest.raises(Forbidden):
        publish(actor, edited, now)
    with pytest.raises(Forbidden):
        rehearsing.rehearse_draft(actor, "web", today=now.date(), now=now)
