"""The pages of equivalences: a registrar accepts, a learner lets it count, and the record says where it comes from."""

import json
from datetime import timedelta

import pytest

from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import review
from cbe.services.enrolments import enrol
from cbe.services.people import grant_role
from cbe.services.publishing import import_program
from tests.handing_in import handed_in
from tests.programs import web_document
from tests.services.test_equivalences import ESCO, SITES


@pytest.fixture
def both(app, cast, now):
    """Publish both programs with the same competency, and enrol the learner in both, who mastered it in one."""
    document = web_document()
    document["competencies"][0]["alignments"] = [{"uri": ESCO, "type": "exactMatchOf"}]
    learner = cast.people["learner"]
    with app.app_context():
        for one in (document, SITES):
            import_program(SYSTEM, json.dumps(one).encode(), publish=True, now=now)
        enrol(SYSTEM, learner.account_id, "sites", now=now)
        grant_role(SYSTEM, cast.people["registrar"].account_id, "sites", "registrar", now=now)
        ago = now - timedelta(hours=1)
        item = handed_in(learner, ["html"], now=ago)
        review.decide(cast.people["instructor"].actor, item, 1, [Judgement("html", "met")], today=ago.date(), now=ago)


@pytest.mark.usefixtures("both")
def test_a_registrar_accepts_and_a_learner_lets_it_count(sign_in, cast):
    registrar, learner = sign_in(cast.people["registrar"]), sign_in(cast.people["learner"])
    address = "/learn/sites/competencies/markup"
    assert "Let it count here" not in learner.get(address).text
    page = registrar.get("/programs/sites/equivalences").text
    assert ESCO in page
    pair = {"competency": "markup", "program": "web", "other": "html"}
    assert registrar.post("/programs/sites/equivalences", data=pair).status_code == 303
    assert "Let it count here" in learner.get(address).text
    assert learner.post(f"{address}/take-over", data={"program": "web", "competency": "html"}).status_code == 303
    page = learner.get(address).text
    assert "Transfer from another record: met" in page
    assert "HTML (web: html)" in page
    assert registrar.post("/programs/sites/equivalences/withdraw", data=pair).status_code == 303


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(("search", "count"), [("esco", 1), ("MARK", 1), ("nothing", 0)])
def test_equivalences_are_searched_by_title_id_and_address(sign_in, cast, search, count):
    page = sign_in(cast.people["registrar"]).get(f"/programs/sites/equivalences?q={search}").text
    assert page.count('<th scope="row">') == count
