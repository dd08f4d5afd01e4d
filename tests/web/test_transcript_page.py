"""The transcript of a program: what was achieved on which scale, and a code that leads to the same online until revoked."""

import re
from datetime import timedelta

import pytest

from cbe.domain.policy import SYSTEM
from cbe.services.awards import give_award
from tests.services.test_conferring import NEXT
from tests.services.test_decisions import decide, met

SHEET = "/my-record/transcripts/web"


@pytest.fixture
def own(app, sign_in, learner, now):
    """The browser of a learner who was given a badge."""
    with app.app_context():
        decide(learner, now - timedelta(days=2), met("css"))
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=NEXT, now=now)
    return sign_in(learner)


def test_it_says_what_was_achieved_how_when_and_by_which_version(own):
    page = own.get(SHEET).text
    assert "Style badge" in page
    row = re.search(r'<tr data-competency="css">.*?</tr>', page, re.DOTALL)[0]
    assert "by exception" in row
    assert ">1</td>" in row
    assert "How to read it" in page
    assert 'class="qr' not in page


def test_it_is_given_as_pdf_where_that_can_be_set(own):
    own.post(f"{SHEET}/code")
    assert own.get(f"{SHEET}/transcript.pdf").data.startswith(b"%PDF")
    assert own.get(f"{SHEET}/transcript.pdf", headers={"Accept-Language": "ar"}).status_code == 404


def test_one_press_puts_a_code_on_it_that_leads_to_the_same_and_ends_when_it_is_revoked(own, client):
    own.post(f"{SHEET}/code")
    page = own.get(SHEET).text
    link = re.search(r'href="http://[^/"]+(/s/[^"]+)"', page)[1]
    assert 'class="qr' in page
    assert "whoever holds the printed transcript" in client.get(link).text
    share = re.search(r"/shares/([0-9a-f-]+)", page)[1]
    own.post(f"/shares/{share}/revoke")
    assert client.get(link).status_code == 410
    assert 'class="qr' not in own.get(SHEET).text


def test_others_have_none_and_who_has_achieved_nothing_is_told(sign_in, other_learner, stranger):
    assert "nothing of yours to put on it yet" in sign_in(other_learner).get(SHEET).text
    assert sign_in(stranger).get(SHEET).status_code == 404
