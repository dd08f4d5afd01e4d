"""The learner's pages as of another day: the banner, links that keep the day, and dates that are none."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from cbe.services.decisions import NewDecision, derive_standing, put_decisions
from cbe.services.transaction import transaction

TODAY = datetime.now(UTC).date()
THEN = TODAY - timedelta(days=30)
PAGES = ["", "/map", "/outline?q=s", "/competencies/html", "/credentials/web-badge", "/compare?a=web-badge&b=style-badge",
         "/progress", "/print"]  # fmt: skip
DATED = re.compile(r"/learn/web(/(map|outline|compare|progress|print|competencies/.*|credentials/.*))?(\?|$)")


@pytest.fixture
def mastered_since(app, cast, learner):
    """Let the learner master html ten days ago, which was recorded then."""
    from cbe.domain.policy import SYSTEM
    from cbe.store.enrolments import find_enrolment

    day = TODAY - timedelta(days=10)
    with app.app_context(), transaction(SYSTEM, datetime.now(UTC) - timedelta(days=10)) as tx:
        row = find_enrolment(learner.enrolment_id)
        put_decisions(tx, [(row, NewDecision("html", "exception", day, day, authority="Registrar"))])
        derive_standing([(row, "html")], TODAY)
        tx.record("decision:record")


def state_of(page, key="html"):
    return re.search(rf'data-competency="{key}" data-state="([^"]+)"', page)[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_the_day_and_the_way_back(path, sign_in, learner, instructor, mastered_since):
    for person, base in ((learner, "/learn/web"), (instructor, f"/programs/web/learners/{learner.enrolment_id}")):
        client = sign_in(person)
        address = f"{base}{path}{'&' if '?' in path else '?'}as_of={THEN}"
        page = client.get(address)
        assert page.status_code == 200
        assert "As it was on" in page.text
        back = unescape(re.search(r'<a href="([^"]+)">Back to today', page.text)[1])
        assert back == base + path
        assert "As it was on" not in client.get(back).text.split("On another day")[0]


def test_states_are_those_of_the_day_and_links_keep_it(sign_in, learner, mastered_since):
    client = sign_in(learner)
    assert state_of(client.get("/learn/web/outline").text) == "mastered"
    page = client.get(f"/learn/web/outline?as_of={THEN}&known={TODAY - timedelta(days=1)}").text
    assert state_of(page) == "ready"
    links = [unescape(link) for link in re.findall(r'href="(/learn/web[^"]*)"', page.split("<main")[1])]
    kept = f"as_of={THEN}&known={TODAY - timedelta(days=1)}"
    assert len(links) > 10
    assert [link for link in links if DATED.match(link) and kept not in link] == ["/learn/web/outline"]  # back to today
    assert page.count(f'name="as_of" value="{THEN}"') == 3  # the banner, the filter and the search


def test_what_was_recorded_later_was_not_known(sign_in, learner, mastered_since):
    client, known = sign_in(learner), TODAY - timedelta(days=11)
    assert state_of(client.get(f"/learn/web/outline?as_of={TODAY}&known={known}").text) == "ready"
    assert state_of(client.get(f"/learn/web/outline?as_of={TODAY}").text) == "mastered"
    assert "Registrar" in client.get("/learn/web/competencies/html").text
    assert "Decisions" not in client.get(f"/learn/web/competencies/html?known={known}").text


@pytest.mark.parametrize("wrong", ["as_of=yesterday", "known=1.5.2026", "as_of=2026-13-01", "as_of=2026-W01-1"])
def test_a_date_that_is_none_says_how_to_write_it(wrong, sign_in, learner):
    answer = sign_in(learner).get(f"/learn/web?{wrong}")
    assert answer.status_code == 422
    assert "A date is written as 2026-12-31." in answer.text


def test_nobody_sees_the_future(sign_in, learner):
    answer = sign_in(learner).get(f"/learn/web?as_of={TODAY + timedelta(days=2)}")
    assert answer.status_code == 422
    assert "This day is in the future" in answer.text


def test_the_way_back_stays_on_this_page_whatever_the_address_holds(sign_in, learner):
    page = sign_in(learner).get(f"/learn/web?as_of={TODAY}&_scheme=javascript&_external=1").text
    assert re.search(r'<a href="([^"]+)">Back to today', page)[1].startswith("/learn/web?")
