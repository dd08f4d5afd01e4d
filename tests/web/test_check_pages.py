"""The check of a draft, as documents: findings by rule in the reader's words, whom they touch, and what one click mends."""

import re

import pytest

from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import drafts, review
from tests.handing_in import handed_in
from tests.programs import web_document
from tests.web.test_learner_pages import queries_of

PATH = "/programs/web/draft/lint"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def circle(app, now, cast):
    """Put a draft in whose prerequisites go in a circle, as an import of a framework leaves it."""
    from cbe.services.transaction import transaction
    from cbe.store import programs

    document = web_document()
    document["competencies"][0]["prerequisites"] = [["site"]]
    with app.app_context(), transaction(SYSTEM, now) as tx:
        drafts.put_document(tx, programs.find_program("web"), document)


def send(desk, place, **more):
    """Mend what a page of the check offers at a place."""
    seen = re.search(r'name="seen" value="([^"]+)"', desk.get(PATH).text)[1]
    return desk.post(f"{PATH}/mend", data={"seen": seen, "rule": "redundant", "place": place, **more})


def test_findings_stand_by_rule_with_titles_and_the_way_to_their_place(desk):
    page = desk.get(PATH).text
    assert page.index("Prerequisites to spare") < page.index("Bottlenecks") < page.index("Without criteria")
    assert "lead through \u2068HTML\u2069 already" in page
    assert 'href="/programs/web/draft' in page
    assert "Counted for the 2 learners who are active or on leave" in page


def test_a_rule_and_a_severity_may_be_asked_for_alone(desk):
    page = desk.get(f"{PATH}?rule=redundant&severity=advice").text
    assert "Without criteria</h2>" not in page
    assert 'value="redundant" selected' in page
    assert "There is nothing of this kind." in desk.get(f"{PATH}?severity=blocking").text
    assert desk.get(f"{PATH}?rule=nonsense").status_code == 404


def test_what_chains_are_long_is_the_readers_to_say(desk):
    assert "stand in one chain" not in desk.get(PATH).text
    assert "4 competencies stand in one chain, more than 2" in desk.get(f"{PATH}?chain=2").text


def test_one_click_mends_what_is_safe_and_undo_brings_it_back(desk):
    answer = send(desk, "/competencies/4/prerequisites/0")
    assert (answer.status_code, answer.location) == (303, PATH)
    after = desk.get(PATH).text
    assert "Mended. Undo brings it back." in after
    assert "Prerequisites to spare</h2>" not in after
    desk.post("/programs/web/draft/undo")
    assert "Prerequisites to spare <span" in desk.get(PATH).text


def test_a_mend_that_would_change_a_state_wants_a_second_yes(desk, app, cast, now):
    with app.app_context():
        item = handed_in(cast.people["learner"], ["css"], now=now, route="recognition")
        instructor = cast.people["instructor"].actor
        review.decide(instructor, item, 1, [Judgement("css", "met")], today=now.date(), now=now)
    page = desk.get(PATH).text
    assert "1 learner, who skipped what usually comes before it, would see it in another state." in page
    assert send(desk, "/competencies/4/prerequisites/0").status_code == 409
    assert send(desk, "/competencies/4/prerequisites/0", sure="1").status_code == 303


def test_circles_are_named_whole_and_block(desk, circle):
    page = desk.get(PATH).text
    assert "HTML → Forms → A site → HTML" in page.replace("\u2068", "").replace("\u2069", "")
    assert 'href="/programs/web/draft/circles"' in page
    assert 'Check&nbsp;<span class="badge">1<span class="sr"> blocking' in page


def test_questions_to_the_database_do_not_grow_with_learners(desk, app, enrol_many):
    desk.get(PATH)
    few = queries_of(app, lambda: desk.get(PATH))
    enrol_many(60)
    assert queries_of(app, lambda: desk.get(PATH)) == few
    assert "Counted for the 62 learners" in desk.get(PATH).text
