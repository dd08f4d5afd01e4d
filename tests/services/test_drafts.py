"""Editing a draft: several designers at once lose nothing, everything can be undone, and nothing wrong gets in."""

import json
from functools import partial

import pytest

from cbe.domain.draft import add_part, remove_part, set_fields
from cbe.domain.errors import Conflict, Forbidden, Invalid
from cbe.domain.policy import SYSTEM
from cbe.services import drafts
from cbe.services.publishing import export_program, import_program
from tests.programs import web_document

pytestmark = pytest.mark.usefixtures("context", "cast")


@pytest.fixture
def designer(cast):
    return cast.people["designer"].actor


@pytest.fixture
def other(cast):
    """Give a second designer: an administrator may edit too."""
    return cast.people["administrator"].actor


@pytest.fixture
def seen(designer):
    return drafts.get_editing(designer, "web").seen


@pytest.fixture
def change(now):
    """Give a function by which somebody sets fields of a competency on what they saw."""

    def change(actor, seen, key="html", **fields):
        return drafts.edit(
            actor, "web", seen, lambda draft: set_fields(draft, "competency", key, fields), now=now
        )  # fmt: skip

    return change


def field(actor, name, key="html"):
    return drafts.get_editing(actor, "web").draft.get("competency", key, name)


def test_a_draft_begins_from_the_newest_version_with_the_first_edit(designer, seen, change):
    assert not drafts.get_editing(designer, "web").is_begun
    change(designer, seen, title="Markup")
    found = drafts.get_editing(designer, "web")
    assert (found.is_begun, found.seen.revision, field(designer, "title")) == (True, 1, "Markup")
    assert json.loads(export_program(SYSTEM, "web"))["competencies"][0]["title"] != "Markup"


def test_two_designers_who_change_different_fields_keep_both(designer, other, seen, change):
    change(designer, seen, title="Markup")
    change(other, seen, effort_hours=9)
    assert (field(designer, "title"), field(other, "effort_hours")) == ("Markup", 9)


def test_a_change_of_the_same_field_is_refused_with_both_and_who_did_the_other(designer, other, seen, change, cast):
    change(designer, seen, title="Markup")
    with pytest.raises(drafts.Clashed) as clash:
        change(other, seen, title="Hypertext", code="H")
    ((mine, theirs),) = clash.value.changes
    assert (mine.after, theirs) == ("Hypertext", "Markup")
    assert clash.value.names == {("competency", "html", "title"): cast.people["designer"].name}
    assert (field(other, "title"), field(other, "code")) == ("Markup", None)


def test_who_saw_an_older_draft_changes_what_they_meant(designer, other, seen, change, now):
    change(designer, seen, key="css", prerequisites=None)
    after = change(other, seen, key="css", title="Style")
    assert (field(other, "title", "css"), field(other, "prerequisites", "css")) == ("Style", None)
    change(designer, after, key="css", title="Styles")
    assert field(designer, "title", "css") == "Styles"


def test_everybody_undoes_what_they_did_themselves_and_does_it_again(designer, other, seen, change, now):
    first = field(designer, "title")
    change(designer, seen, title="Markup")
    change(other, seen, effort_hours=9)
    drafts.undo(designer, "web", now=now)
    assert (field(designer, "title"), field(designer, "effort_hours")) == (first, 9)
    assert drafts.get_editing(designer, "web").undoes is None
    drafts.redo(designer, "web", now=now)
    drafts.undo(other, "web", now=now)
    assert (field(designer, "title"), field(designer, "effort_hours")) == ("Markup", 6)
    with pytest.raises(Conflict):
        drafts.redo(designer, "web", now=now)


def test_what_others_changed_since_is_not_undone(designer, other, seen, change, now):
    later = change(designer, seen, title="Markup")
    change(other, later, title="Hypertext")
    with pytest.raises(drafts.Clashed):
        drafts.undo(designer, "web", now=now)
    assert field(designer, "title") == "Hypertext"


@pytest.mark.parametrize(
    ("key", "fields", "at"),
    [
        ("html", {"prerequisites": [["site"]]}, "/competency/html/prerequisites"),
        ("html", {"effort_hours": -1}, "/competency/html/effort_hours"),
    ],
)
def test_what_makes_the_draft_wrong_is_refused(designer, seen, change, key, fields, at):
    with pytest.raises(Invalid) as error:
        change(designer, seen, key=key, **fields)
    assert [place for place, _ in error.value.problems] == [at]
    assert not drafts.get_editing(designer, "web").is_begun


def test_a_circle_of_two_who_could_not_know_of_each_other_is_refused(designer, other, seen, change):
    change(designer, seen, key="sql", prerequisites=[["html"]])
    with pytest.raises(Invalid, match=r"html → sql → html|sql → html → sql"):
        change(other, seen, key="html", prerequisites=[["sql"]])


def test_what_a_rule_names_does_not_go_before_the_rule_is_changed(designer, seen, now):
    remove = partial(remove_part, kind="competency", key="css")
    with pytest.raises(Invalid) as error:
        drafts.edit(designer, "web", seen, remove, now=now)
    assert {place for place, _ in error.value.problems} == {"/competency/css"}


def test_only_designers_edit(cast, seen, now):
    for name in ("instructor", "registrar", "learner"):
        with pytest.raises(Forbidden):
            drafts.edit(cast.people[name].actor, "web", seen, lambda draft: (), now=now)


def test_importing_replaces_the_draft_and_can_be_undone(designer, seen, change, now):
    change(designer, seen, title="Markup")
    document = web_document()
    document["competencies"] = [*document["competencies"], {"id": "git", "title": "Git", "effort_hours": 2}]
    import_program(designer, json.dumps(document).encode(), publish=False, now=now)
    assert (field(designer, "title", "git"), field(designer, "title")) == (
        "Git",
        web_document()["competencies"][0]["title"],
    )
    drafts.undo(designer, "web", now=now)
    assert (field(designer, "title", "git"), field(designer, "title")) == (None, "Markup")


def test_after_publishing_a_page_of_the_old_draft_is_refused(designer, seen, change, now):
    change(designer, seen, title="Markup")
    document = web_document()
    document["program"]["title"] = "Web, anew"
    import_program(designer, json.dumps(document).encode(), publish=True, now=now)
    assert not drafts.get_editing(designer, "web").is_begun
    with pytest.raises(Conflict, match="published meanwhile"):
        change(designer, seen, title="Markup")


def test_a_long_draft_is_folded_and_nothing_is_lost(designer, seen, now, monkeypatch):
    monkeypatch.setattr(drafts, "FOLD_AFTER", 4)
    for number in range(10):
        part = {"id": f"x{number}", "title": "X", "effort_hours": 1}
        seen = drafts.edit(designer, "web", seen, lambda draft, part=part: add_part(draft, "competency", part), now=now)
        drafts._kept.clear()
    assert {f"x{number}" for number in range(10)} <= set(drafts.get_editing(designer, "web").draft.competencies)
    for _ in range(10):
        drafts.undo(designer, "web", now=now)
    assert drafts.get_editing(designer, "web").draft.document() == web_document()


def test_the_list_of_what_was_done_says_who(designer, other, seen, change, cast):
    change(designer, seen, title="Markup")
    change(other, seen, effort_hours=9)
    found = drafts.list_done(designer, "web")
    assert [(one.number, one.by, one.is_own) for one in found] == [
        (2, cast.people["administrator"].name, False), (1, cast.people["designer"].name, True)
    ]  # fmt: skip
    assert [one.number for one in drafts.list_done(designer, "web", after=1)] == [2]
