"""The learner's pages of evidence as documents: drafts, handing in, talk, and that nobody else sees them."""

import re

import pytest

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
