"""Programs from other formats: looked at first, then all or nothing, and given out again as they came."""

import json
from dataclasses import replace

import pytest

from cbe.domain.draft import disconnect, edges_among
from cbe.domain.errors import Forbidden, Invalid
from cbe.domain.lint import circle_breaking
from cbe.domain.policy import SYSTEM
from cbe.services import exchange, publishing
from cbe.services.awards import give_award
from cbe.services.drafts import edit, get_editing, undo
from cbe.services.exchange import Asked
from tests.programs import web_document
from tests.services.test_decisions import DAY, decide, met

PACKAGE = {
    "CFDocument": {"identifier": "11111111-1111-4111-8111-111111111111", "uri": "urn:x", "title": "Frame", "creator": "C",
                   "lastChangeDateTime": "2026-01-01T00:00:00+00:00"},
    "CFItems": [
        {"identifier": f"{n}" * 8 + f"-1111-4111-8111-{n}" + "1" * 11, "uri": f"urn:{n}", "fullStatement": f"Can do {n}",
         "lastChangeDateTime": "2026-01-01T00:00:00+00:00"}
        for n in "234"
    ],
    "CFAssociations": [],
}  # fmt: skip


def linked(*pairs: str) -> bytes:
    ids = {item["uri"][-1]: item for item in PACKAGE["CFItems"]}

    def end(n: str) -> dict[str, str]:
        return {"title": n, "identifier": ids[n]["identifier"], "uri": ids[n]["uri"]}

    associations = [
        {"identifier": f"55555555-1111-4111-8111-{number:012}", "uri": f"urn:a{number}", "associationType": "precedes",
         "originNodeURI": end(a), "destinationNodeURI": end(b), "lastChangeDateTime": "2026-01-01T00:00:00+00:00"}
        for number, (a, b) in enumerate(pairs)
    ]  # fmt: skip
    return json.dumps({**PACKAGE, "CFAssociations": associations}).encode()


@pytest.fixture
def designer(context, cast):
    return cast.people["designer"].actor


def test_a_preview_says_what_is_new_and_odd_and_changes_nothing(context, cast):
    found = exchange.preview_file(SYSTEM, linked("23"), Asked("case"))
    assert (found.is_new, len(found.program.competencies), found.difference) == (True, 3, None)
    assert any("not estimated" in one.text for one in found.found.remarks)
    from cbe.store.programs import find_program

    assert find_program(PACKAGE["CFDocument"]["identifier"]) is None


def test_an_import_over_a_draft_shows_the_difference(designer, now):
    document = web_document()
    document["competencies"][0]["effort_hours"] = 7
    found = exchange.preview_file(designer, json.dumps(document).encode(), Asked("cbe"))
    assert not found.is_new
    assert [one.id for one in found.difference.competencies.changed] == ["html"]
    exchange.bring_in_file(designer, json.dumps(document).encode(), Asked("cbe"), now=now)
    assert get_editing(designer, "web").draft.get("competency", "html", "effort_hours") == 7


def test_circles_are_refused_with_the_fewest_to_leave_out_and_come_in_without_them(context, now):
    data = linked("23", "34", "42")
    asked = Asked("case", precedes="prerequisite")
    found = exchange.preview_file(SYSTEM, data, asked)
    edges, proven = found.breaking
    assert (found.found.program, len(found.program.competencies), len(edges), proven) == (None, 3, 1, True)
    with pytest.raises(Invalid):
        exchange.bring_in_file(SYSTEM, data, asked, now=now)
    done = exchange.bring_in_file(SYSTEM, data, Asked("case", precedes="prerequisite", without_circles=True), now=now)
    draft = get_editing(SYSTEM, done.key).draft
    assert sum(len(one.get("prerequisites", [])) for one in draft.competencies.values()) == 2


def circular_document() -> dict:
    """Return the shared program with HTML needing the site, which needs it."""
    document = web_document()
    document["competencies"][0] |= {"title": "Markup", "prerequisites": [["site"]]}
    return document


@pytest.mark.parametrize(
    ("key", "data", "asked"),
    [
        ("web", json.dumps(circular_document()).encode(), Asked("cbe")),
        (PACKAGE["CFDocument"]["identifier"], linked("23", "34", "42"), Asked("case", precedes="prerequisite")),
        ("table", b"id,title,prerequisites\na,A,b\nb,B,a\n", Asked("csv", key="table", title="Table")),
    ],
)
def test_with_its_circles_a_file_comes_in_as_a_draft_that_is_mended_there(context, cast, now, key, data, asked):
    asked = replace(asked, with_circles=True)
    assert exchange.bring_in_file(SYSTEM, data, asked, now=now).changed
    editing = get_editing(SYSTEM, key)
    edges, is_proven = circle_breaking(one.pair for one in edges_among(editing.draft, editing.draft.competencies))
    assert (len(edges), is_proven) == (1, True)
    with pytest.raises(Invalid):
        publishing.publish_draft(SYSTEM, key, editing.seen, notes="", now=now)
    edit(SYSTEM, key, editing.seen, lambda draft: disconnect(draft, edges), now=now)
    assert publishing.publish_draft(SYSTEM, key, get_editing(SYSTEM, key).seen, notes="", now=now)


@pytest.mark.usefixtures("cast")
def test_what_goes_in_circles_is_not_published_by_its_import(context, now):
    data = json.dumps(circular_document()).encode()
    with pytest.raises(Invalid):
        exchange.bring_in_file(SYSTEM, data, Asked("cbe", with_circles=True), publish=True, now=now)
    assert json.loads(publishing.export_program(SYSTEM, "web"))["competencies"] == web_document()["competencies"]


def test_over_a_draft_with_circles_an_import_shows_the_difference_and_is_undone(designer, now):
    data = json.dumps(circular_document()).encode()
    exchange.bring_in_file(designer, data, Asked("cbe", with_circles=True), now=now)
    found = exchange.preview_file(designer, json.dumps(web_document()).encode(), Asked("cbe"))
    assert [one.id for one in found.difference.competencies.changed] == ["html"]
    exchange.bring_in_file(designer, json.dumps(web_document()).encode(), Asked("cbe"), now=now)
    undo(designer, "web", now=now)
    assert get_editing(designer, "web").draft.get("competency", "html", "prerequisites") == [["site"]]


def test_only_circles_come_in_what_else_is_wrong_is_refused(designer, now):
    document = circular_document()
    document["competencies"][1]["effort_hours"] = 0
    with pytest.raises(Invalid):
        exchange.bring_in_file(designer, json.dumps(document).encode(), Asked("cbe", with_circles=True), now=now)


def test_a_package_comes_out_as_it_came_in(context, now):
    data = linked("23", "34")
    done = exchange.bring_in_file(SYSTEM, data, Asked("case"), publish=True, now=now)
    assert json.loads(exchange.export_as(SYSTEM, done.key, "case", now=now)) == json.loads(data)


@pytest.mark.parametrize("form", ["csv", "edges", "graphml", "case", "cbe"])
def test_every_format_is_written(designer, now, form):
    assert b"html" in exchange.export_as(designer, "web", form, now=now)


def test_a_table_comes_in_with_what_it_does_not_say_itself(context, now):
    data = b"id,title,hours,prerequisites\na,A,2,\nb,B,3,a\n"
    done = exchange.bring_in_file(SYSTEM, data, Asked("csv", key="table", title="Table"), now=now)
    assert get_editing(SYSTEM, done.key).draft.get("competency", "b", "prerequisites") == [["a"]]


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("x.json", b'{"CFDocument": {}, "fullStatement": 1}', "case"),
        ("x.json", b'\xef\xbb\xbf {"format": "cbe-program/1"}', "cbe"),
        ("x.csv", b"id,title", "csv"),
        ("x", b"Identifier,Full Statement", "csv"),
        ("x.json.gz", b"\x1f\x8bdamaged", "cbe"),
    ],
)
def test_the_format_is_told_from_the_content(name, data, form):
    assert exchange.guess_format(name, data) == form


def test_who_may_not_import_does_not_preview(cast, context):
    with pytest.raises(Forbidden):
        exchange.preview_file(cast.people["designer"].actor, linked(), Asked("case"))


def lesser_document() -> dict:
    """Return the shared program without the competency and the credential of style."""
    document = web_document()
    document["competencies"] = [
        {**one, "prerequisites": [["html"]]} if one["id"] == "a11y" else one
        for one in document["competencies"]
        if one["id"] != "css"
    ]
    document["credentials"] = []
    return document


@pytest.fixture
def on_record(context, cast, now):
    """Let the learner master CSS and be given the badge."""
    learner = cast.people["learner"]
    decide(learner, now, met("css"))
    give_award(SYSTEM, learner.enrolment_id, "style-badge", on=DAY, now=now)


@pytest.mark.usefixtures("on_record")
def test_an_import_without_what_is_on_a_record_says_so_comes_in_and_is_not_published(designer, now):
    data = json.dumps(lesser_document()).encode()
    wanted = [("/competencies", "css"), ("/credentials", "style-badge")]
    found = exchange.preview_file(designer, data, Asked("cbe"))
    assert [(at, text.values["id"]) for at, text in found.missing] == wanted
    exchange.bring_in_file(designer, data, Asked("cbe"), now=now)
    seen = get_editing(designer, "web").seen
    with pytest.raises(Invalid) as refused:
        publishing.publish_draft(designer, "web", seen, notes="", now=now)
    assert [(at, text.values["id"]) for at, text in refused.value.problems] == wanted
    with pytest.raises(Invalid):
        exchange.bring_in_file(SYSTEM, data, Asked("cbe"), publish=True, now=now)


@pytest.mark.usefixtures("on_record")
def test_archived_it_is_published(designer, now):
    document = web_document()
    document["competencies"][1]["archived"] = True
    data = json.dumps(document).encode()
    assert exchange.preview_file(designer, data, Asked("cbe")).missing == ()
    assert exchange.bring_in_file(SYSTEM, data, Asked("cbe"), publish=True, now=now).version == 2
    assert json.loads(publishing.export_program(SYSTEM, "web"))["competencies"][1]["archived"] is True


def test_what_nobody_has_may_be_left_out(context, cast, now):
    data = json.dumps(lesser_document()).encode()
    assert exchange.bring_in_file(SYSTEM, data, Asked("cbe"), publish=True, now=now).version == 2
