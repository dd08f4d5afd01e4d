"""Sharing, as documents: choosing, looking first, the link; what a stranger gets without a cookie, and what nobody gets."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from cbe.services import sharing
from tests.services.shared import set_stall
from tests.services.signed import sign_all
from tests.web.test_learner_pages import queries_of

FORM = {"recipient": "Harbour Ltd", "purpose": "A job", "named": "yes"}


@pytest.fixture
def stall(app, cast):
    """What can be shared, as of now: requests go by the real clock."""
    with app.app_context():
        return set_stall(cast, datetime.now(UTC) - timedelta(minutes=20))


@pytest.fixture
def browser(sign_in, cast):
    """The learner's browser."""
    return sign_in(cast.people["learner"])


@pytest.fixture
def typed(stall):
    """A filled form in which everything is chosen."""
    until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    mastered, item = f"{stall.learner.enrolment_id} css", f"{stall.item} 1"
    return {**FORM, "until": until, "award": stall.award, "competency": mastered, "evidence": item, "files": stall.item}


@pytest.fixture
def path(app, stall):
    """The path of a share of everything."""
    with app.app_context():
        return f"/s/{stall.share()[1]}"


def test_choosing_looking_first_and_the_link(browser, typed):
    looked = browser.post("/shares/new", data={**typed, "do": "preview"}).text
    assert "I built a page and checked it." in looked
    assert 'value="Harbour Ltd"' in looked
    assert looked.count('" checked>') == 5
    made = browser.post("/shares/new", data=typed)
    page = browser.get(made.location).text
    link = re.search(r"http://[^<\"]+/s/([\w-]{22})", page)
    assert "<svg" in page
    assert "Harbour Ltd" in browser.get("/shares").text
    assert browser.get(urlsplit(link[0]).path).status_code == 200
    browser.post(f"{made.location}/revoke")
    assert browser.get(urlsplit(link[0]).path).status_code == 410


def test_what_is_wrong_stands_at_its_field_with_what_was_typed(browser, typed):
    answer = browser.post("/shares/new", data={**typed, "recipient": "", "until": "2020-01-01"})
    assert answer.status_code == 422
    assert 'href="#recipient"' in answer.text
    assert 'aria-describedby="until-error"' in answer.text
    assert 'value="A job"' in answer.text
    nothing = browser.post(
        "/shares/new", data={**FORM, "until": "x", "award": "x", "evidence": "x y", "competency": "-"}
    )
    assert "at least one thing" in nothing.text


def test_a_stranger_lands_first_and_then_sees_the_record_without_a_cookie(client, path, stall):
    landed = client.get(path)
    assert "Harbour Ltd" in landed.text
    assert "CSS" not in landed.text
    seen = client.get(f"{path}/record")
    for words in ("Learner", "CSS", "Style badge", "in good standing", "Instructor", "last shown on", "I built a page"):
        assert words in seen.text
    assert f'href="{path}/files/{stall.file}"' in seen.text
    for answer in (landed, seen, client.get("/s/no-such-secret"), client.post(f"{path}/match")):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in seen.text
    assert not any(answer.headers.getlist("Set-Cookie") for answer in (landed, seen))


def test_files_are_downloads_and_signed_credentials_too(app, client, path, stall):
    with client.get(f"{path}/files/{stall.file}") as file:
        assert (file.data, file.headers["Content-Security-Policy"]) == (b"What I did", "sandbox; default-src 'none'")
        assert file.headers["Content-Disposition"].startswith("attachment")
    signed = f"{path}/credentials/{stall.award}"
    assert client.get(f"{signed}.json").status_code == 409
    with app.app_context():
        sign_all(datetime.now(UTC))
    assert json.loads(client.get(f"{signed}.json").data)["proof"]
    assert client.get(f"{signed}.jwt").text.count(".") == 2
    assert "This credential is valid." in client.get(signed).text
    assert client.get(f"{path}/credentials/{stall.file}.json").status_code == 404


def test_a_link_that_ended_says_so_and_one_that_never_was_is_not_there(app, client, path, stall):
    with app.app_context():
        [share] = sharing.list_shares(stall.learner.actor, now=datetime.now(UTC))
        sharing.revoke_share(stall.learner.actor, share.id, now=datetime.now(UTC))
    for rest in ("", "/record", f"/files/{stall.file}", f"/credentials/{stall.award}.json"):
        answer = client.get(path + rest)
        assert answer.status_code == 410
        assert "Only the link ended." in answer.text
    assert client.get(f"{path[:-3]}AAA").status_code == 404


@pytest.mark.settings(CBE_RATE_LIMITS="1")
def test_guessing_is_slowed_down(client):
    answers = [client.get(f"/s/{number:022}").status_code for number in range(61)]
    assert answers == [404] * 60 + [429]


def test_a_share_is_held_against_a_profile_or_a_table_for_this_look(app, client, path, cast):
    table = b"title,need,uri\nStyle,must,css\nDriving,nice,\n"
    sent = {"table": (io.BytesIO(table), "job.csv")}
    page = client.post(f"{path}/match", data=sent).text
    assert re.findall(r'data-match="(\w+)"', page)[1] == "not_shown"
    assert "not shown in this share" in page
    wrong = client.post(f"{path}/match", data={"table": (io.BytesIO(b"a,b\n"), "job.csv")})
    assert wrong.status_code == 422
    assert client.post(f"{path}/match", data={"profile": "x"}).status_code == 422


def test_ones_record_is_shown_previewed_and_taken_away(browser, stall):
    page, seen = browser.get("/my-record").text, browser.get("/my-record/preview").text
    assert page.count("data-award=") == seen.count("data-award=") == 1
    data = browser.get("/my-record.json").json
    assert (data["competencies"][0]["competency"], data["credentials"][0]["state"]) == ("css", "good")
    assert data["evidence"][0]["files"] == ["notes.txt"]
    lines = browser.get("/my-record.csv").text.splitlines()
    assert lines[1].startswith("web,competency,css,CSS,")
    assert len(lines) == 3


def test_an_assessor_says_in_their_settings_that_they_may_be_named(sign_in, cast, client, path):
    instructor = sign_in(cast.people["instructor"])
    assert "Your name on records" in instructor.get("/settings").text
    assert "Your name on records" not in sign_in(cast.people["learner"]).get("/settings").text
    instructor.post("/settings/named", data={"named": "yes"})
    assert "Instructor (Instructor)" in client.get(f"{path}/record").text


def test_the_questions_asked_do_not_grow_with_what_is_on_the_record(app, browser, client, path, stall):
    from tests.handing_in import handed_in, with_file

    asked = {
        at: queries_of(app, lambda at=at: browser.get(at)) for at in ("/my-record", "/shares/new", f"{path}/record")
    }
    with app.app_context():
        for _ in range(3):
            item = handed_in(stall.learner, ["sql"], now=stall.settled)
            with_file(item, now=stall.settled)
    for at, before in asked.items():
        assert queries_of(app, lambda at=at: browser.get(at)) <= before
        assert before < 40


def test_the_secret_of_a_link_stands_in_no_log(client, path, stall, tmp_path, caplog):
    for kept in (tmp_path / "instance" / "evidence").rglob("*"):
        if kept.is_file():
            kept.unlink()
    assert client.get(f"{path}/files/{stall.file}").status_code >= 500
    assert "unhandled error at /s/<secret>/files" in caplog.text
    assert path not in caplog.text
