"""Versions, as documents: which there are, what differs in words and as a map, and what is wrong with a draft."""

import json

import pytest

from cbe.domain.policy import SYSTEM
from cbe.services import drafts, publishing
from tests.programs import web_document


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def second(app, cast, now):
    """Publish a second version without SQL, with Testing, with another rule, and CSS first."""
    document = web_document()
    kept = [one for one in document["competencies"] if one["id"] not in ("sql", "site")]
    css = next(one for one in kept if one["id"] == "css")
    kept.remove(css)
    new = {"id": "testing", "title": "Testing", "effort_hours": 3, "prerequisites": [["js", "php"]]}
    document["competencies"] = [{**css, "title": "Style sheets", "effort_hours": 9}, *kept, new]
    rule = {"at_least": 1, "of": [{"competency": "css"}, {"competency": "testing"}]}
    document["credentials"] = [{**one, "requires": rule} for one in document["credentials"] if one["kind"] == "badge"]
    with app.app_context():
        publishing.import_program(SYSTEM, json.dumps(document).encode(), publish=True, notes="Tests.", now=now)


@pytest.mark.usefixtures("second")
def test_versions_are_listed_with_their_notes_and_learners(desk):
    page = desk.get("/programs/web/versions").text
    assert page.index("Version 2") < page.index("Tests.") < page.index('id="v-1"')
    assert "no last day" in page


@pytest.mark.usefixtures("second")
def test_an_older_version_gets_a_last_day_and_loses_it(desk):
    path = "/programs/web/versions/1/teach-out"
    assert "May 31, 2027" in desk.post(path, data={"until": "2027-05-31"}, follow_redirects=True).text
    assert "May 31, 2027" not in desk.post(path, data={"until": "", "clear": "yes"}, follow_redirects=True).text


@pytest.mark.usefixtures("second")
def test_a_day_that_is_none_is_shown_again_with_why(desk):
    answer = desk.post("/programs/web/versions/1/teach-out", data={"until": "soon"})
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text
    assert "2026-12-31" in answer.text


def test_a_second_person_can_be_wanted(desk):
    page = desk.post("/programs/web/versions/approval", data={"needed": "yes"}, follow_redirects=True).text
    assert 'id="needed-yes" checked' in page


@pytest.mark.usefixtures("second")
def test_a_version_is_given_out_as_it_was_published(desk):
    answer = desk.get("/programs/web/versions/1/export")
    assert json.loads(answer.text) == web_document()
    assert "version-1.json" in answer.headers["Content-Disposition"]
    assert desk.get("/programs/web/versions/9/export").status_code == 404


@pytest.mark.usefixtures("second")
def test_what_differs_is_said_field_by_field_with_rules_as_sentences(desk):
    page = desk.get("/programs/web/versions/difference?old=1&new=2").text
    for words in (
        "Style sheets", "<th scope=\"row\">Notional hours</th>", "one of [<bdi>JavaScript</bdi>, <bdi>PHP</bdi>]",
        "at least 1 of [<bdi>Style sheets</bdi>, <bdi>Testing</bdi>]",
        "all of [<bdi>Forms</bdi>, at least 2 of [<bdi>Style sheets</bdi>, <bdi>JavaScript</bdi>, <bdi>Accessibility</bdi>]]",
    ):  # fmt: skip
        assert words in page


@pytest.mark.usefixtures("second")
def test_what_differs_is_marked_on_the_map_by_more_than_colour(desk):
    page = desk.get("/programs/web/versions/difference?old=1&new=2").text
    for key, state in (("testing", "added"), ("sql", "removed"), ("css", "changed"), ("html", "same")):
        assert f'data-competency="{key}" data-state="{state}"' in page
        assert f'href="#i-{state}"' in page
    assert 'class="new"' in page
    assert 'class="gone"' in page


def test_a_prerequisite_turned_round_is_drawn_without_a_circle(desk, change):
    change("competency", "css", prerequisites=[])
    change("competency", "html", prerequisites=[["css"]])
    answer = desk.get("/programs/web/versions/difference?old=1")
    assert answer.status_code == 200
    assert "to the draft" in answer.text


def test_a_draft_that_differs_in_nothing_says_so(desk):
    assert "Nothing differs" in desk.get("/programs/web/versions/difference").text


def test_an_unknown_version_is_not_found(desk):
    assert desk.get("/programs/web/versions/difference?new=7").status_code == 404


def test_what_is_wrong_in_the_draft_leads_to_where_it_is_mended(desk, app, cast, now):
    from cbe.domain.program import find_problems
    from cbe.services.transaction import transaction
    from cbe.store import programs

    document = web_document()
    document["credentials"][1]["requires"] = {"all": []}
    assert find_problems(document)
    with app.app_context(), transaction(SYSTEM, now) as tx:  # as an import of a framework with faults leaves it
        drafts.put_document(tx, programs.find_program("web"), document)
    answer = desk.get("/programs/web/versions/difference")
    assert answer.status_code == 422
    assert "/programs/web/draft/credentials/style-badge" in answer.text
