"""The learner's pages of evidence as documents: drafts, handing in, talk, and that nobody else sees them."""

import io
import json
import re
from datetime import timedelta

import pytest

from cbe.services import review
from tests.handing_in import handed_in
from tests.sample_files import png
from tests.web.test_learner_pages import queries_of

WHOLE = {
    "competencies": "html", "text": "I built **a page**.", "links": "https://example.org/page The page", "setting": "workplace",
    "learning_type": "informal", "route": "program", "activity_from": "2026-11-02", "is_own_work": "y",
}  # fmt: skip


@pytest.fixture
def mine(sign_in, learner):
    return sign_in(learner)


def new_draft(client, **query):
    """Open the page of a new draft and return the address its form is sent to."""
    page = client.get("/learn/web/evidence/new", query_string=query).text
    return re.search(r'id="draft" method="post" action="([^"]+)"', page)[1]


def known_at(page):
    return re.search(r'name="known"[^>]* value="([^"]*)"', page)[1]


def test_a_draft_begins_on_a_competencys_page_and_is_handed_in(mine):
    page = mine.get("/learn/web/competencies/html").text
    assert 'href="/learn/web/evidence/new?competency=html"' in page
    address = new_draft(mine, competency="html")
    answer = mine.post(address, data={**WHOLE, "then": "submit"}, follow_redirects=True)
    assert "Handed in." in answer.text
    assert "<strong>a page</strong>" in answer.text
    assert 'href="https://example.org/page" rel="noopener noreferrer nofollow"' in answer.text
    listed = mine.get("/learn/web/evidence").text
    assert "Place 1 in the queue" in listed
    assert "is not known yet" in listed
    assert "in review" in mine.get("/learn/web/competencies/html").text


def test_what_is_missing_is_listed_and_everything_written_stands_there_and_is_saved(mine):
    address = new_draft(mine)
    answer = mine.post(address, data={"text": "Half a <b>text", "links": "www.example.org", "then": "submit"})
    assert answer.status_code == 422
    assert "Your draft is saved." in answer.text
    assert "Half a &lt;b&gt;text" in answer.text
    assert 'href="#setting"' in answer.text
    assert "write the whole address" in answer.text
    assert "Half a &lt;b&gt;text" in mine.get(address).text


def test_a_link_that_runs_a_script_is_refused_and_the_text_is_not_lost(mine):
    address = new_draft(mine)
    answer = mine.post(address, data={"text": "My words", "links": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert "Nothing was saved yet" in answer.text
    assert "My words" in answer.text
    assert mine.get(address).status_code == 404


def test_markdown_of_an_item_is_safe(mine):
    text = (
        "<script>alert(1)</script> [x](javascript:alert(2)) ![p](https://example.org/p.png) [ok](https://example.org)"
    )
    page = mine.post(new_draft(mine), data={**WHOLE, "text": text, "then": "submit"}, follow_redirects=True).text.split(
        "What was handed in"
    )[1]
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">ok</a>' in page


def test_the_script_is_told_when_it_saved_and_what_it_may_not(mine):
    address, ask = new_draft(mine), {"Accept": "application/json"}
    first = mine.post(address, data={"text": "One"}, headers=ask).json
    assert first["said"].startswith("Saved ")
    assert mine.post(address, data={"text": "One"}, headers=ask).json == first
    later = mine.post(address, data={"text": "Two", "known": first["saved_at"]}, headers=ask).json
    assert later["saved_at"] > first["saved_at"]
    stale = mine.post(address, data={"text": "Three", "known": first["saved_at"]}, headers=ask)
    assert (stale.status_code, stale.mimetype) == (409, "application/problem+json")
    wrong = mine.post(address, data={"links": "ftp://example.org", "known": later["saved_at"]}, headers=ask)
    assert wrong.status_code == 422
    assert wrong.json["problems"][0]["at"] == "/links"


def test_of_two_windows_the_second_is_shown_both_texts_and_decides(mine):
    address = new_draft(mine)
    mine.post(address, data={"text": "From the phone"})
    answer = mine.post(address, data={"text": "From the desk"})
    assert answer.status_code == 409
    assert "From the phone" in answer.text
    assert "From the desk" in answer.text
    again = {"text": "From both", "known": known_at(answer.text)}
    assert mine.post(address, data=again).status_code == 303
    assert "From both" in mine.get(address).text


def test_handing_in_twice_with_a_double_click_does_it_once(mine):
    address = new_draft(mine)
    data = {**WHOLE, "then": "submit", "once": "a-key", "next": address}
    assert [mine.post(address, data=data).status_code for _ in range(2)] == [303, 303]
    assert mine.get("/learn/web/evidence").text.count("data-evidence=") == 1


def test_what_waits_is_edited_and_thrown_away_again(mine):
    address = new_draft(mine)
    mine.post(address, data={**WHOLE, "then": "submit"})
    page = mine.post(f"{address}/edit", follow_redirects=True).text
    assert "Hand in again" in page
    assert "What you handed in before" in page
    page = mine.post(f"{address}/discard", follow_redirects=True).text
    assert "withdrawn" in page
    assert "Hand in again" in page


def test_a_return_is_read_and_handed_in_again(app, mine, learner, instructor, now):
    from cbe.domain.judgement import Judgement

    with app.app_context():
        key = handed_in(learner, ["html", "sql"], now=now)
        judged = [Judgement("html", "met", None, "Good"), Judgement("sql", "not_yet", None, "Show a **join**")]
        review.decide(instructor.actor, key, 1, judged, today=now.date(), now=now)
    assert "Returned to you" in mine.get("/learn/web/evidence").text
    page = mine.get(f"/learn/web/evidence/{key}").text
    assert "Show a **join**" in page
    page = mine.post(f"/learn/web/evidence/{key}/again", follow_redirects=True).text
    assert "Show a **join**" in page.split("What was missing")[1].split("<form")[0]
    assert "decided: it stays" in page
    assert "I built a page and checked it." in page


def test_messages_are_sent_and_an_empty_one_says_why(mine):
    address = new_draft(mine)
    mine.post(address, data={**WHOLE, "then": "submit"})
    assert (
        "Is it\nenough?"
        in mine.post(f"{address}/messages", data={"message": "Is it\r\nenough?"}, follow_redirects=True).text
    )
    answer = mine.post(f"{address}/messages", data={"message": " "})
    assert answer.status_code == 422
    assert "Write what you want to say." in answer.text


def test_nobody_else_sees_an_item_or_writes_to_it(app, cast, sign_in, learner, now):
    with app.app_context():
        key = handed_in(learner, ["html"], now=now)
    for name in ("other_learner", "stranger", "instructor", "registrar"):
        client = sign_in(cast.people[name])
        assert client.get(f"/learn/web/evidence/{key}").status_code == 404, name
        for act in ("", "/edit", "/withdraw", "/discard", "/messages"):
            assert client.post(f"/learn/web/evidence/{key}{act}", data=WHOLE).status_code in (403, 404), (name, act)


def test_my_data_holds_what_was_handed_in(mine):
    address = new_draft(mine)
    mine.post(address, data=WHOLE)
    picture = (io.BytesIO(png(2, 2)), "sketch.png")
    mine.post(f"/evidence/{address.rsplit('/', 1)[1]}/files", data={"file": picture, "next": address})
    data = json.loads(mine.get("/learn/web/my-data.json").text)
    (item,) = data["evidence"]
    assert item["competencies"] == ["html"]
    assert item["versions"][0]["text"] == "I built **a page**."
    assert (item["files"][0]["name"], item["files"][0]["media_type"]) == ("sketch.png", "image/png")
    assert item["versions"][0]["links"] == [{"url": "https://example.org/page", "title": "The page"}]


def test_the_list_takes_as_many_queries_for_ten_items_as_for_one(app, mine, learner, now):
    with app.app_context():
        handed_in(learner, ["html"], now=now)
    mine.get("/learn/web/evidence")
    one = queries_of(app, lambda: mine.get("/learn/web/evidence"))
    with app.app_context():
        for number in range(9):
            handed_in(learner, ["css", "sql"], now=now + timedelta(minutes=number))
    assert queries_of(app, lambda: mine.get("/learn/web/evidence")) == one
