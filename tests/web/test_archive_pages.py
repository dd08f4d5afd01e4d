"""What stands on somebody's record is archived in the draft; learners keep what they have and are offered it no more."""

import json
import re

import pytest

from cbe.domain.judgement import Judgement
from cbe.services import drafts, review
from tests.handing_in import handed_in
from tests.programs import web_document
from tests.web.test_draft_pages import DRAFT, fields_of, seen_in

HTML = f"{DRAFT}/competencies/html"
PICTURE = f"{DRAFT}/picture"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def mastered(app, cast, now):
    """Let the learner master HTML."""
    with app.app_context():
        item = handed_in(cast.people["learner"], ["html"], now=now)
        decider = cast.people["instructor"].actor
        review.decide(decider, item, 1, [Judgement("html", "met")], today=now.date(), now=now)


@pytest.fixture
def field(app, cast):
    """Give a function that reads a field of a competency of the draft."""

    def field(key, name):
        with app.app_context():
            return drafts.get_editing(cast.people["designer"].actor, "web").draft.get("competency", key, name)

    return field


@pytest.fixture
def archived(app, now):
    """Publish the program with HTML archived, and let everybody learn in that version."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.publishing import import_program
    from cbe.store.database import begin_write, db
    from cbe.store.enrolments import EnrolmentRow
    from cbe.store.programs import find_program, find_version

    document = web_document()
    document["competencies"][0]["archived"] = True
    with app.app_context():
        import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
        version = find_version(find_program("web").id)
        begin_write()
        db.session.query(EnrolmentRow).update({"version_id": version.id})
        db.session.commit()


def press(desk, what):
    seen = seen_in(desk.get(DRAFT).text)
    return desk.post(f"{DRAFT}/move", data={"do": what, "seen": seen}, follow_redirects=True)


@pytest.mark.usefixtures("mastered")
def test_what_stands_on_a_record_cannot_be_taken_out_and_is_archived_in_one_click(desk, field):
    page = desk.get(f"{DRAFT}?at=html").text
    assert "Archive it: it is no longer offered then." in page
    assert press(desk, "remove competency html").status_code == 422
    assert "No longer offered: HTML." in press(desk, "archive competency html").text
    assert field("html", "archived") is True
    assert "no longer offered" in desk.get(DRAFT).text
    assert "Offered again: HTML." in press(desk, "offer competency html").text
    assert field("html", "archived") is None


def test_the_form_archives_and_undo_brings_it_back(desk, field):
    page = desk.get(HTML).text
    fields = fields_of(page)
    desk.post(HTML, data={**fields, "archived": "yes", "seen": seen_in(page)})
    assert field("html", "archived") is True
    page = desk.get(HTML).text
    assert 'name="archived" value="yes" aria-describedby="archived-help" checked' in page
    desk.post(HTML, data={**fields_of(page), "seen": seen_in(page)})
    assert field("html", "archived") is None
    desk.post(f"{DRAFT}/undo", data={"seen": seen_in(desk.get(DRAFT).text)})
    assert field("html", "archived") is True


@pytest.mark.usefixtures("mastered", "archived")
def test_learners_keep_what_they_mastered_and_others_are_not_offered_it(sign_in, cast):
    own = sign_in(cast.people["learner"])
    assert "no longer offered" in own.get("/learn/web/competencies/html").text
    assert 'data-competency="css"' in own.get("/learn/web/outline").text
    other = sign_in(cast.people["other_learner"])
    assert 'data-competency="html"' not in other.get("/learn/web/outline").text
    page = other.get("/learn/web/competencies/html").text
    assert "It is no longer offered. Who mastered it keeps it." in page
    assert "Hand in evidence" not in page
    credential = other.get("/learn/web/credentials/style-badge").text
    assert "It rests on what is no longer offered: HTML." in credential


def test_table_and_picture_mark_what_is_no_longer_offered(desk, archived):
    for view in ("table", "picture"):
        assert desk.get(f"{DRAFT}/{view}").text.count("no longer offered") >= 1
    box = re.search(r'<a id="c-html".*?</a>', desk.get(f"{DRAFT}/picture").text, re.DOTALL)[0]
    assert 'class="off"' in box
    assert 'aria-label="HTML, 6 h · no longer offered"' in box


def draw(desk, path, **fields):
    """Send a form of the picture in which HTML is chosen, and show what comes of it."""
    seen = seen_in(desk.get(f"{PICTURE}?focus=html").text)
    data = {"seen": seen, "competency": "html", **fields}
    return desk.post(f"{PICTURE}/competencies/{path}?focus=html", data=data, follow_redirects=True)


@pytest.mark.usefixtures("mastered")
def test_in_the_picture_it_is_archived_where_it_cannot_be_taken_out(desk, field):
    assert "Archive<" in desk.get(f"{PICTURE}?focus=html").text
    refused = draw(desk, "removal")
    assert (refused.status_code, "It cannot be taken out:" in refused.text) == (422, True)
    assert '<button class="go">Archive<' in refused.text
    assert "Take it out of the draft" not in refused.text
    assert "No longer offered: HTML." in draw(desk, "offer", offer="over").text
    assert field("html", "archived") is True
    assert "Offered again: HTML." in draw(desk, "offer", offer="again").text
    assert field("html", "archived") is None


@pytest.mark.usefixtures("mastered")
def test_where_a_removal_is_refused_archiving_is_one_click(desk, field):
    page = press(desk, "remove competency html").text
    button = re.search(r'name="do" value="(archive competency html)"', page)
    desk.post(f"{DRAFT}/move", data={"do": button[1], "seen": seen_in(page)})
    assert field("html", "archived") is True


def test_a_rehearsal_and_the_history_say_that_it_is_no_longer_offered(desk, cast):
    press(desk, "archive competency html")
    page = desk.get(f"{DRAFT}/rehearsal").text
    row = re.search(r"<tr><th[^>]*>HTML.*?</tr>", page, re.DOTALL)[0]
    assert "no longer offered" in row
    assert all(f'data-state="{state}"' in row for state in ("ready", "locked", "removed"))
    assert '<ins dir="auto"><span class="sr">to </span>no longer offered' in desk.get(f"{DRAFT}/history").text
    press(desk, "offer competency html")
    assert "offered again" in desk.get(f"{DRAFT}/history").text


@pytest.mark.usefixtures("archived")
def test_the_difference_and_a_rehearsal_say_that_it_is_offered_again(desk):
    assert "no longer offered" in desk.get("/programs/web/versions/difference?old=1&new=2").text
    press(desk, "offer competency html")
    assert "offered again" in desk.get("/programs/web/versions/difference?old=2").text
    assert '<span class="badge">offered again</span>' in desk.get(f"{DRAFT}/rehearsal").text


@pytest.mark.usefixtures("mastered", "archived")
def test_the_map_of_who_mastered_it_says_that_it_is_no_longer_offered(sign_in, cast):
    page = sign_in(cast.people["learner"]).get("/learn/web").text
    assert 'data-state="mastered" aria-label="HTML, mastered, no longer offered"' in page
    assert 'data-competency="html"' not in sign_in(cast.people["other_learner"]).get("/learn/web").text
