"""The bell, the pages behind it, and the choice of how often mail comes; a word and an address for every kind."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import url_for
from werkzeug.routing import BuildError

from cbe.services.notices import Notice
from cbe.web.notice_words import KINDS
from tests.telling import FACTS, tell
from tests.web.test_learner_pages import queries_of


@pytest.fixture
def told(app, learner, now):
    """Tell the learner so many things, each a minute later, of every kind in turn."""

    def told(count: int) -> None:
        with app.app_context():
            for minute, kind in zip(range(count), sorted(FACTS) * count, strict=False):
                tell(learner.account_id, kind, now=now + timedelta(minutes=minute))

    return told


def links(page: str) -> list[str]:
    return re.findall(r'href="(/notices/[0-9a-f-]{36})"', page)


def test_the_bell_says_how_many_notices_are_unread(sign_in, learner, told):
    browser = sign_in(learner)
    assert '<span class="sr">Notices</span>' in browser.get("/learn/web").text
    told(3)
    assert '3 <span class="sr">unread notices</span>' in browser.get("/learn/web").text


def test_who_is_not_signed_in_sees_no_bell(client):
    assert "/notices" not in client.get("/sign-in").text


def test_opening_a_notice_leads_on_and_marks_it_as_read(app, sign_in, learner, now):
    with app.app_context():
        tell(learner.account_id, "expiring", now=now)
    browser = sign_in(learner)
    page = browser.get("/notices").text
    assert "HTML: this mastery ends on Jan 22, 2027." in page
    assert "unread</span>" in page
    answer = browser.get(links(page)[0])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/learn/web/competencies/html")
    assert "unread</span>" not in browser.get("/notices").text


def test_a_look_ahead_marks_nothing(sign_in, learner, told):
    told(1)
    browser = sign_in(learner)
    (link,) = links(browser.get("/notices").text)
    browser.get(link, headers={"Sec-Purpose": "prefetch"})
    browser.head(link)
    assert '1 <span class="sr">unread notice</span>' in browser.get("/notices").text


def test_all_are_marked_as_read_with_a_press(sign_in, learner, told):
    told(2)
    browser = sign_in(learner)
    page = browser.post("/notices/read", data={"once": "k"}, follow_redirects=True).text
    assert "All notices are marked as read." in page
    assert "Mark all as read" not in page


def test_the_notice_of_another_is_nowhere(sign_in, learner, other_learner, administrator, told):
    told(1)
    (link,) = links(sign_in(learner).get("/notices").text)
    for person in (other_learner, administrator):
        assert sign_in(person).get(link).status_code == 404
        assert "Nothing new yet" in sign_in(person).get("/notices").text


def test_a_page_of_fifty_takes_no_more_queries_than_one_of_few(app, sign_in, learner, told):
    told(len(FACTS))
    browser = sign_in(learner)
    browser.get("/notices")  # the program is compiled once per process
    few = queries_of(app, lambda: browser.get("/notices"))
    told(60)
    assert few <= 10
    assert queries_of(app, lambda: browser.get("/notices")) == few
    assert len(links(browser.get("/notices").text)) == 50
    assert len(links(browser.get("/notices?page=2").text)) == 60 + len(FACTS) - 50 - len(FACTS)


def test_every_kind_has_words_of_its_own_without_a_gap(sign_in, learner, told):
    told(len(FACTS))
    page = sign_in(learner).get("/notices").text
    said = re.findall(r'<p><a href="/notices/[^>]+><svg.*?</svg>(.*?)</a></p>', page)
    assert len(set(said)) == len(FACTS) == len(KINDS)
    assert not [text for text in said if "%(" in text or text.startswith(":") or "  " in text]


def test_an_unknown_kind_gets_neutral_words_and_leads_home(app, sign_in, learner, now, monkeypatch):
    monkeypatch.setitem(FACTS, "of-tomorrow", {})
    with app.app_context():
        tell(learner.account_id, "of-tomorrow", now=now)
    browser = sign_in(learner)
    page = browser.get("/notices").text
    assert "There is something new for you." in page
    assert browser.get(links(page)[0]).headers["Location"] == "/home"


def places(kind: str) -> list[tuple[str, dict]]:
    """Give where a notice leads the learner whose evidence it is about, and anybody else."""
    facts = {"program": "web", **FACTS[kind]}
    return [
        KINDS[kind].place(Notice(UUID(int=1), kind, facts, datetime.now(UTC), False, is_own, "en", None, None))
        for is_own in (True, False)
    ]


def test_every_kind_leads_to_a_page_that_is_there(app):
    missing = set()
    with app.test_request_context():
        for endpoint, values in (place for kind in KINDS for place in places(kind)):
            try:
                url_for(endpoint, **values)
            except BuildError:
                missing.add(endpoint)
    assert not missing


def test_the_rhythm_of_mails_is_chosen_in_the_settings(sign_in, learner):
    browser = sign_in(learner)
    assert re.search(r'value="daily"[^>]* checked', browser.get("/settings").text)
    answer = browser.post("/settings/mails", data={"rhythm": "weekly", "once": "k"})
    assert answer.headers["Location"] == "/settings#mails"
    assert re.search(r'value="weekly"[^>]* checked', browser.get("/settings").text)
    assert "on Mondays" in browser.get("/notices").text
    assert browser.post("/settings/mails", data={"rhythm": "hourly"}).status_code == 422
