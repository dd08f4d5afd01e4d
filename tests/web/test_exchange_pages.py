"""Importing on pages: what it would do is seen first, large files are the worker's, and nobody sees another's file."""

import io
import json
from datetime import UTC, datetime

import pytest

from cbe.services import importing
from tests.handing_in import handed_in
from tests.programs import web_document
from tests.web.test_arabic_pages import CATALOGUE


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def send(desk):
    """Send a file in, and return where one is led."""

    def send(data: bytes, name="web.json", **fields):
        sent = {"file": (io.BytesIO(data), name), "precedes": "order", "format": "", "language": "en", **fields}
        return desk.post("/programs/import", data=sent, content_type="multipart/form-data")

    return send


def changed() -> bytes:
    document = web_document()
    document["competencies"][0]["title"] = "Markup"
    document["competencies"].append({"id": "git", "title": "Git", "effort_hours": 2})
    return json.dumps(document).encode()


def test_a_file_is_looked_at_and_then_brought_into_the_draft(desk, send):
    place = send(changed()).location
    page = desk.get(place).text
    assert "It changes the draft of a program that is there" in page
    assert "added: 1" in page
    assert "Git" not in desk.get("/programs/web/draft").text
    assert desk.post(place).status_code == 303
    assert "It is in the draft" in desk.get(place).text
    assert "Git" in desk.get("/programs/web/draft").text
    assert desk.post(place).status_code == 409


def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(desk, send):
    document = web_document()
    document["competencies"][0]["effort_hours"] = 0
    place = send(json.dumps(document).encode()).location
    page = desk.get(place).text
    assert "/competencies/0/effort_hours" in page
    assert "Bring all of it in" not in page


def test_what_would_keep_it_from_being_published_is_said_before_it_comes_in(desk, send, app, cast, now):
    with app.app_context():
        handed_in(cast.people["learner"], ["site"], now=now)
    document = web_document()
    document["competencies"] = [one for one in document["competencies"] if one["id"] != "site"]
    document["credentials"] = document["credentials"][:2]
    place = send(json.dumps(document).encode()).location
    page = desk.get(place).text
    assert "not be published like that" in page
    assert "Competency “site” is missing" in page
    desk.post(place)
    assert "Competency “site” is missing" in desk.get("/programs/web/draft/publish").text


def test_circles_are_offered_to_be_left_out(desk, send, cast):
    table = b"id,title,prerequisites\na,A,b\nb,B,a\n"
    place = send(table, "web.csv", key="web", title="Web").location
    page = desk.get(place).text
    assert "Without 1 prerequisite no circle is left" in page
    assert 'value="without" id="circles-without" checked' in page
    desk.post(place, data={"circles": "without"})
    assert "It is in the draft" in desk.get(place).text


def test_with_its_circles_it_is_mended_in_the_draft_whose_every_page_shows_it(desk, send, cast):
    table = b"id,title,prerequisites\nhtml,A,css\ncss,B,html\n"
    place = send(table, "web.csv", key="web", title="Web").location
    desk.post(place, data={"circles": "with"})
    assert 'href="/programs/web/draft/circles"' in desk.get(place).text
    views = ("", "/table", "/picture", "/lint", "/publish", "/history", "/credentials", "/competencies/html")
    assert {view: desk.get(f"/programs/web/draft{view}").status_code for view in views} == dict.fromkeys(views, 200)
    assert "Take out 1 edge, and no circle is left" in desk.get("/programs/web/draft/circles").text
    assert "go in a circle" in desk.get("/programs/web/draft/rehearsal").text
    assert "go in a circle" in desk.get("/programs/web/draft/publish").text


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"data": b""}, "Choose a file"), ({"data": b"id,title\na,A\n", "name": "x.csv"}, "which program it is")],
)
def test_what_cannot_be_read_at_all_is_said_at_the_form(send, fields, why):
    answer = send(**fields)
    assert answer.status_code == 422
    assert why in answer.text


def test_a_large_file_is_the_workers_and_the_page_says_how_far_it_is(desk, send, app, monkeypatch):
    monkeypatch.setattr(importing, "INLINE_BYTES", 10)
    place = send(changed()).location
    page = desk.get(place).text
    assert "It is being read" in page
    assert "<progress" in page
    with app.app_context():
        importing.carry_on(datetime.now(UTC))
    desk.post(place)
    assert "It is being brought in" in desk.get(place).text
    with app.app_context():
        importing.carry_on(datetime.now(UTC))
    assert "It is in the draft" in desk.get(place).text


def test_nobody_sees_what_another_sent_and_learners_send_nothing(send, sign_in, cast):
    place = send(changed()).location
    assert sign_in(cast.people["administrator"]).get(place).status_code == 404
    assert sign_in(cast.people["learner"]).get("/programs/import").status_code == 403


def test_a_program_that_is_not_there_is_an_administrators_to_make(desk, send):
    document = {**web_document(), "program": {"id": "other", "title": "Other", "language": "en"}}
    document["competencies"], document["credentials"] = [{"id": "a", "title": "A", "effort_hours": 1}], []
    page = desk.get(send(json.dumps(document).encode()).location).text
    assert "You may not do this" in page


@pytest.mark.parametrize("form", ["cbe", "case", "csv", "edges", "graphml"])
def test_a_program_is_taken_away_in_every_format(desk, form):
    answer = desk.get(f"/programs/web/export?format={form}")
    assert (answer.status_code, b"html" in answer.data) == (200, True)
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the texts are not compiled (make test does it)")
def test_in_arabic_a_circle_is_told_with_the_arrow_turned_and_every_name_alone(desk, send):
    table = b"id,title,prerequisites\na,A,b\nb,B,a\n"
    page = desk.get(send(table, "web.csv", key="web", title="Web").location, headers={"Accept-Language": "ar"}).text
    assert "\u2068a\u2069 ← \u2068b\u2069 ← \u2068a\u2069" in page
    assert "</bdi> ← <bdi>" in page
