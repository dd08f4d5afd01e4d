"""`program diff` and `program rehearse`: on standard output what differs, and 0 unless there is a problem."""

import json

import pytest

from cbe.domain.draft import set_fields
from cbe.services import drafts


@pytest.fixture
def costly(app, cast, now):
    """Let HTML come after SQL in the draft, under another name, and let CSS be gone from a rule."""
    actor = cast.people["designer"].actor
    with app.app_context():
        seen = drafts.get_editing(actor, "web").seen
        fields = {"title": "Markup", "prerequisites": [["sql"]]}
        seen = drafts.edit(actor, "web", seen, lambda draft: set_fields(draft, "competency", "html", fields), now=now)
        rule = {"requires": {"competency": "js"}}
        drafts.edit(actor, "web", seen, lambda draft: set_fields(draft, "credential", "style-badge", rule), now=now)


def run(app, *words):
    return app.test_cli_runner().invoke(args=["program", *words])


@pytest.mark.usefixtures("costly")
def test_diff_prints_each_field_before_and_after(app):
    done = run(app, "diff", "web", "1", "draft")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("web: version 1 → draft\n~ competency html\n")
    assert '    prerequisites: [] → [["sql"]]\n' in done.stdout
    assert '    requires: {"all": [{"competency": "css"}]} → {"competency": "js"}\n' in done.stdout


@pytest.mark.usefixtures("costly")
def test_diff_prints_json(app):
    found = json.loads(run(app, "diff", "web", "1", "draft", "--json").stdout)
    assert (found["from"], found["to"]) == (1, "draft")
    assert [(one["change"], one["kind"], one["id"]) for one in found["differences"]] == [
        ("changed", "competency", "html"),
        ("changed", "credential", "style-badge"),
    ]


@pytest.mark.usefixtures("cast")
def test_that_nothing_differs_is_no_failure(app):
    done = run(app, "diff", "web", "1", "draft")
    assert (done.exit_code, done.stdout) == (0, "web: version 1 → draft\nnothing differs\n")


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("words", "code"), [(("web", "1", "7"), 1), (("none", "1", "draft"), 1), (("web", "draft", "1"), 2)]
)
def test_what_there_is_not_ends_with_its_own_code(app, words, code):
    assert run(app, "diff", *words).exit_code == code


@pytest.mark.usefixtures("costly")
def test_rehearse_prints_numbers_and_no_names(app, cast):
    done = run(app, "rehearse", "web")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "loses   competency  html  ready → locked  2\n" in done.stdout
    assert cast.people["learner"].name not in done.stdout
    found = json.loads(run(app, "rehearse", "web", "--json").stdout)
    assert (found["versions"]["1"]["learners"], found["versions"]["1"]["loses"]) == (2, 2)
