"""A learner moved to a version that knows less: every page of theirs, for whoever reads it, still stands.

Followed are all links from where each person begins, so that no page is forgotten.
"""

import json
import re
from datetime import date
from html import unescape

import pytest

from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import evidence, moving, review
from cbe.services.enrolments import set_goals
from cbe.services.publishing import import_program
from tests.handing_in import handed_in
from tests.programs import web_document

GONE = ("css", "sql", "site", "a11y")
STARTS = {
    "learner": ["/learn/web", "/learn/web/changes", "/learn/web/evidence", "/learn/web/goals", "/notices", "/home"],
    "instructor": ["/queue", "/programs/web/roster", "/decisions/mine", "/notices", "/home", "/programs/web/observe"],
    "registrar": ["/programs/web/people", "/programs/web/roster", "/programs/web/conferral", "/home"],
    "coordinator": ["/queue", "/programs/web/roster", "/home"],
}
MOST_PAGES = 250


@pytest.fixture
def lesser(app, cast, now):
    """Publish a version without four competencies and two credentials, while nobody has anything in them."""
    document = web_document()
    document["competencies"] = [one for one in document["competencies"] if one["id"] not in GONE]
    rule = {"competency": "forms"}
    document["credentials"] = [{**one, "requires": rule} for one in document["credentials"] if one["id"] == "web-badge"]
    with app.app_context():
        import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)


@pytest.fixture
def record(app, cast, lesser, now):
    """Give the learner decisions, evidence in every state, an award and goals on things that will be gone."""
    learner, instructor, items = cast.people["learner"], cast.people["instructor"].actor, {}
    with app.app_context():
        for keys, outcome in ((["html"], "met"), (["css"], "met"), (["sql", "php"], "not_yet"), (["site"], "not_yet")):
            item = items[keys[0]] = handed_in(learner, keys, now=now)
            judged = [Judgement(key, outcome, None, "Look again.") for key in keys]
            review.decide(instructor, item, 1, judged, today=now.date(), now=now)
        item = items["draft"] = handed_in(learner, ["site", "html"], now=now)
        evidence.edit(learner.actor, item, today=now.date(), now=now)  # a draft again, for what will be gone
        goals = [("style-badge", date(2027, 5, 1)), ("web-certificate", None), ("web-badge", None)]
        set_goals(learner.actor, "web", goals, hours_per_week=None, now=now)
    return items


@pytest.fixture
def moved(app, cast, record, now):
    """Move the learner to the version without what they have."""
    with app.app_context():
        moving.begin(cast.people["designer"].actor, "web", {cast.groups["morning"]: "move"}, now=now)
        while moving.carry_on(now):
            pass
    return record


def followed(browser, starts):
    """Yield address and status of every page that is reached by links."""
    waiting, seen = list(starts), set(starts)
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.pop(0)
        answer = browser.get(url)
        yield url, answer.status_code
        if answer.status_code in (302, 303):
            waiting += [one for one in [answer.headers["Location"]] if one not in seen]
            seen.add(answer.headers["Location"])
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        for link in map(unescape, re.findall(r'<a [^>]*href="(/[^"#]*)', answer.text)):
            if link not in seen and not link.startswith("/static"):
                seen.add(link)
                waiting.append(link)


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize("name", sorted(STARTS))
def test_no_page_breaks_and_no_link_leads_nowhere(sign_in, cast, name):
    starts = list(STARTS[name])
    if name != "learner":
        starts.append(f"/programs/web/learners/{cast.people['learner'].enrolment_id}")
    wrong = {
        url: status for url, status in followed(sign_in(cast.people[name]), starts) if status not in (200, 302, 303)
    }
    assert not wrong


@pytest.mark.usefixtures("moved")
def test_what_is_gone_is_still_on_the_record(sign_in, cast):
    browser = sign_in(cast.people["learner"])
    history = browser.get("/learn/web/history").text
    assert "CSS" in history
    data = json.loads(browser.get("/learn/web/my-data.json").text)
    assert "css" in {one["competency"] for one in data["decisions"]}


def test_a_decision_on_what_is_gone_can_be_overturned_and_made_again(moved, app, sign_in, cast, now):
    from cbe.store import records

    learner = cast.people["learner"]
    with app.app_context():
        (row,) = [one for one in records.list_decisions(learner.enrolment_id) if one.competency == "css"]
        how = {"today": now.date(), "now": now}
        review.take_back(cast.people["registrar"].actor, row.id, "overturned", "Seen anew.", **how)
    browser = sign_in(cast.people["instructor"])
    path = f"/evidence/{moved['css']}/review"
    assert "CSS" in browser.get(path).text
    browser.post(path.replace("/review", "/take"))
    form = {"version": "1", "competency": "css", "choice-0": "met", "feedback-0": "Good."}
    assert browser.post(path, data=form).status_code == 303
    assert "Good." in sign_in(learner).get("/learn/web/history").text


def test_a_draft_for_what_is_gone_is_not_handed_in_and_says_so(moved, sign_in, cast):
    browser = sign_in(cast.people["learner"])
    path = f"/learn/web/evidence/{moved['draft']}"
    form = {"text": "A site", "competencies": ["site"], "action": "submit", "setting": "workplace"}
    assert browser.post(path, data=form).status_code == 422
