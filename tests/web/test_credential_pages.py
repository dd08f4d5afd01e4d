"""Credentials of a draft: their list, their form, and a rule that is built by buttons without scripts."""

import json
import re

import pytest

from cbe.store.database import db
from cbe.store.programs import DraftRow
from tests.web.test_learner_pages import queries_of

LIST = "/programs/web/draft/credentials"
BADGE = f"{LIST}/web-badge"
NEW = "/programs/web/draft/new-credential"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


def form_of(page: str) -> dict[str, list[str]]:
    """Return what the page's large form would send, but for its buttons and what is not ticked."""
    form = re.search(r'<form class="form rule".*?</form>', page, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in values and (values.get("type") != "checkbox" or " checked" in tag):
            found.setdefault(values["name"], []).append(values.get("value", "on"))
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = [chosen[1] if chosen else re.search(r'value="([^"]*)"', inside)[1]]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = [text]
    return found


def press(desk, url, page, do, **typed):
    """Send the form of a page as a browser would after some typing, by one of its buttons."""
    return desk.post(url, data={**form_of(page), **typed, "do": do})


def rule_in(app, key):
    from cbe.domain.policy import SYSTEM
    from cbe.services.drafts import get_editing

    with app.app_context():
        return get_editing(SYSTEM, "web").draft.get("credential", key, "requires")


def test_the_list_shows_every_rule_as_a_sentence(desk):
    page = re.sub(r"</?bdi>", "", desk.get(LIST).text)
    assert "all of [Forms, at least 2 of [CSS, JavaScript, Accessibility]]" in page
    assert "the credential Web badge" in page


def test_the_form_says_whether_a_rule_can_be_met_its_hours_and_who_would_hold_it(desk):
    page = desk.get(BADGE).text
    assert "can be met" in page
    assert "at least 35 notional hours" in page
    assert "Of 2 learners enrolled now 0 would hold it today." in page
    assert "Whose record you may see" not in page


def test_saving_a_form_as_it_is_changes_nothing(app, desk):
    for key in ("web-badge", "style-badge", "web-certificate"):
        page = desk.get(f"{LIST}/{key}").text
        assert press(desk, f"{LIST}/{key}", page, "save").status_code == 303
    with app.app_context():
        assert db.session.query(DraftRow).one().revision == 0


def test_a_rule_is_built_by_buttons_and_nothing_typed_is_lost(app, desk):
    page = press(desk, NEW, desk.get(NEW).text, "group r", **{"title.en": "Server badge", "credits": "3"}).text
    assert 'value="Server badge"' in page
    page = press(desk, NEW, page, "find r.0", **{"r.0.wanted": "php"}).text
    assert 'value="r.0 competency:php"' in page
    page = press(desk, NEW, page, "add r.0", pick=["r.0 competency:php", "r.0 competency:sql"]).text
    page = press(desk, NEW, page, "find r", **{"r.wanted": "web badge"}).text
    page = press(desk, NEW, page, "add r", pick="r credential:web-badge").text
    page = press(desk, NEW, page, "up r.1").text
    assert "all of [the credential Web badge, at least one of [PHP, SQL]]" in re.sub(r"</?bdi>", "", page)
    assert press(desk, NEW, page, "save").location.endswith("/credentials/server-badge")
    assert rule_in(app, "server-badge") == {
        "all": [{"credential": "web-badge"}, {"any": [{"competency": "php"}, {"competency": "sql"}]}]
    }


def test_what_is_missing_in_a_rule_is_said_at_its_place_and_nothing_is_saved(app, desk):
    page = press(desk, BADGE, desk.get(BADGE).text, "group r").text
    answer = press(desk, BADGE, page, "save", **{"r.1.number": "7", "credits": "many", "title.en": ""})
    assert answer.status_code == 422
    for spot in ("title.en", "credits", "r.1.number", "r.2.wanted"):
        assert f'href="#{spot}"' in answer.text, spot
    assert 'value="many"' in answer.text
    assert rule_in(app, "web-badge")["all"][1]["at_least"] == 2


def test_a_rule_that_nobody_can_meet_says_why(desk):
    page = desk.get(f"{LIST}/style-badge").text
    page = press(desk, f"{LIST}/style-badge", page, "group r").text
    twice = {"r.kind": "all", "r.apart": "on", "r.1.kind": "all", "pick": "r.1 competency:css"}
    page = press(desk, f"{LIST}/style-badge", page, "add r.1", **twice).text
    assert "cannot be met" in page
    assert "there are too few" in page


def test_a_circle_of_credentials_is_refused_at_the_leaf_that_closes_it(desk):
    page = press(desk, BADGE, desk.get(BADGE).text, "add r", pick="r credential:web-certificate").text
    assert "Credentials would name each other in a circle" in page
    assert press(desk, BADGE, page, "save").status_code == 422


def test_a_text_gets_another_language_and_the_untranslated_is_marked(app, desk):
    page = desk.get(f"{LIST}/style-badge").text
    assert "not translated" in page
    page = press(desk, f"{LIST}/style-badge", page, "look", language="fr").text
    press(desk, f"{LIST}/style-badge", page, "save", **{"title.ar": "شارة", "title.fr": "Badge style"})
    from cbe.domain.policy import SYSTEM
    from cbe.services.drafts import get_editing

    with app.app_context():
        title = get_editing(SYSTEM, "web").draft.get("credential", "style-badge", "title")
    assert title == {"en": "Style badge", "ar": "شارة", "fr": "Badge style"}


def test_credentials_are_moved_duplicated_and_taken_out(desk):
    def send(path, **more):
        seen = re.search(r'name="seen" value="([^"]+)"', desk.get(LIST).text)[1]
        return desk.post(f"{LIST}/{path}", data={"seen": seen, **more})

    send("style-badge/move", to="up")
    assert send("style-badge/duplicate").location.endswith("/style-badge-2")
    refused = send("web-badge/remove")
    assert refused.status_code == 422
    assert "names it: change the rule first" in refused.text
    send("style-badge/remove")
    found = re.findall(r'<tr id="credential-([^"]+)"', desk.get(LIST).text)
    assert found == ["style-badge-2", "web-badge", "web-certificate"]


def test_what_the_program_states_for_all_stands_beside_what_one_leaves_empty(desk):
    page = desk.get("/programs/web/draft/quality").text
    press(
        desk, "/programs/web/draft/quality", page, "", **{"quality.country": "DE", "quality.assessment.en": "Portfolio"}
    )
    page = desk.get(BADGE).text
    assert "The program states: DE" in page
    assert "The program states: Portfolio" in page


def test_saving_mine_all_the_same_leaves_what_others_changed_elsewhere(app, desk, sign_in, cast):
    page, other = desk.get(BADGE).text, sign_in(cast.people["administrator"])
    press(other, BADGE, other.get(BADGE).text, "save", **{"title.en": "Their title", "level": "5"})
    clash = press(desk, BADGE, page, "save", **{"title.en": "My title", "credits": "2"})
    assert clash.status_code == 409
    assert "Administrator" in clash.text
    sent = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clash.text[clash.text.index("What both") :]
    )
    assert desk.post(BADGE, data={name: value for name, value in sent if name != "once"}).status_code == 303
    page = desk.get(BADGE).text
    assert (form_of(page)["title.en"], form_of(page)["level"], form_of(page)["credits"]) == (["My title"], ["5"], ["2"])


def test_the_queries_do_not_grow_with_the_learners(app, desk, enrol_many):
    desk.get(BADGE)
    few = queries_of(app, lambda: desk.get(BADGE))
    enrol_many(100)
    assert queries_of(app, lambda: desk.get(BADGE)) == few


def test_who_may_see_records_sees_the_names(app, cast, now, desk):
    from cbe.domain.policy import SYSTEM
    from cbe.services import people
    from cbe.store.database import begin_write
    from cbe.store.records import StandingRow

    with app.app_context():
        people.grant_role(SYSTEM, cast.people["designer"].account_id, "web", "registrar", now=now)
        begin_write()
        key = cast.people["learner"].enrolment_id
        db.session.add(StandingRow(enrolment_id=key, competency="css", mastered_on=now.date()))
        db.session.commit()
    page = desk.get(f"{LIST}/style-badge").text
    assert "Of 2 learners enrolled now 1 would hold it today." in page
    assert "<bdi>Learner</bdi>" in page


def test_the_draft_document_has_the_rule_that_was_built(app, desk):
    page = press(desk, BADGE, desk.get(BADGE).text, "out r.1").text
    press(desk, BADGE, page, "save", **{"r.kind": "credits", "r.number": "0,5", "r.apart": "on"})
    assert json.dumps(rule_in(app, "web-badge")) == json.dumps(
        {"credits": 0.5, "of": [{"competency": "forms"}], "no_sharing": True}
    )
