"""The page of a record's history: what it says in words, and how few queries it takes."""

import re
from datetime import timedelta

import pytest

from tests.services.evidence_desk import Desk
from tests.services.test_decisions import DAY, decide, met
from tests.services.test_history import hand_in, judge
from tests.web.test_learner_pages import queries_of


@pytest.fixture
def judged(app, learner, instructor, now):
    with app.app_context():
        item = hand_in(learner, now + timedelta(hours=1))
        judge(learner, instructor, item, now + timedelta(hours=2), "not_yet", "Close <b>your</b> tags")
    return item


def test_the_page_says_who_did_what_and_why(sign_in, learner, judged):
    page = sign_in(learner).get("/learn/web/history").text
    rows = re.findall(r'<tr data-kind="(\w+)">(.*?)</tr>', page, re.DOTALL)
    assert [kind for kind, _ in rows] == ["decision", "handed_in", "status"]
    decision = rows[0][1]
    for words in ("Assessment: not yet", "<bdi>Instructor</bdi>", "Close &lt;b&gt;your&lt;/b&gt; tags", "Nov 23, 2026"):
        assert words in decision
    assert 'href="/learn/web/competencies/html"' in decision
    assert f'href="/learn/web/evidence/{judged}">Evidence handed in' in rows[1][1]
    assert "Enrolment: active" in rows[2][1]


def test_an_item_shows_its_own_history_to_its_learner_and_to_who_reads_it(sign_in, learner, instructor, judged):
    for person, path in ((learner, f"/learn/web/evidence/{judged}"), (instructor, f"/evidence/{judged}/review")):
        page = sign_in(person).get(path).text
        assert re.findall(r'<tr data-kind="(\w+)">', page) == ["decision", "handed_in"]
        assert "<bdi>1.txt</bdi>" in page


def test_what_was_taken_out_of_the_queue_is_told_in_words(app, sign_in, learner, now):
    with app.app_context():
        desk = Desk(learner.actor, now)
        item = desk.hand_in()
        desk.act("edit", item)
        desk.save(item, known=desk.now, is_own_work=True)
        desk.act("submit", item)
        desk.act("withdraw", item)
    page = sign_in(learner).get("/learn/web/history").text
    rows = dict(re.findall(r'<tr data-kind="(\w+)">(.*?)</tr>', page, re.DOTALL))
    assert f'href="/learn/web/evidence/{item}">Evidence withdrawn</a>' in rows["withdrawn"]
    assert "Evidence taken back to edit it" in rows["edited"]


def test_staff_read_the_same_history_with_addresses_of_theirs(sign_in, learner, instructor, judged):
    base = f"/programs/web/learners/{learner.enrolment_id}"
    page = sign_in(instructor).get(f"{base}/history").text
    assert f'href="{base}/competencies/html"' in page
    assert page.count("<tr data-kind=") == 3


def test_the_queries_do_not_grow_with_the_history_and_it_is_paged(app, sign_in, learner, judged, now):
    client = sign_in(learner)
    client.get("/learn/web/history")
    few = queries_of(app, lambda: client.get("/learn/web/history"))
    with app.app_context():
        decide(learner, now, *(met("html", DAY + timedelta(days=number)) for number in range(60)))
    client.get("/learn/web")  # its plans are made anew once
    many = queries_of(app, lambda: client.get("/learn/web/history?page=2"))
    assert few == many
    assert many - queries_of(app, lambda: client.get("/learn/web/progress")) <= 12
    page = client.get("/learn/web/history?page=2").text
    assert page.count("<tr data-kind=") == 13
    assert '<span aria-current="page">2</span>' in page
