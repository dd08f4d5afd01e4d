"""What another version means for a learner, as documents: offered, chosen, undone; and pages after things vanished."""

import json

import pytest

from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import moving, review, versions
from cbe.services.publishing import import_program
from tests.handing_in import handed_in
from tests.programs import web_document

PATH = "/learn/web/changes"


@pytest.fixture
def home(sign_in, cast):
    """The learner's browser."""
    return sign_in(cast.people["learner"])


@pytest.fixture
def earned(app, cast, now):
    """Let the learner master HTML and CSS, get the Style badge, hand in PHP, and have goals and a day set for them."""
    from datetime import date

    from cbe.services.enrolments import set_goals

    learner, instructor = cast.people["learner"], cast.people["instructor"].actor
    with app.app_context():
        for key in ("html", "css"):
            item = handed_in(learner, [key], now=now)
            review.decide(instructor, item, 1, [Judgement(key, "met")], today=now.date(), now=now)
        item = handed_in(learner, ["sql"], now=now)
        review.decide(
            instructor, item, 1, [Judgement("sql", "not_yet", None, "More joins.")], today=now.date(), now=now
        )
        goals = [("style-badge", date(2027, 5, 1)), ("web-badge", None)]
        set_goals(learner.actor, "web", goals, hours_per_week=None, now=now)


@pytest.fixture
def second(app, now):
    """Publish a second version without CSS, SQL and all badges but one with another rule."""
    document = web_document()
    document["competencies"] = [
        {**one, "prerequisites": [["js"]] if one["id"] == "a11y" else one.get("prerequisites", [])}
        for one in document["competencies"] if one["id"] not in ("css", "sql", "site")
    ]  # fmt: skip
    document["credentials"] = [
        {**one, "requires": {"competency": "forms"}} for one in document["credentials"] if one["id"] == "web-badge"
    ]
    with app.app_context():
        import_program(SYSTEM, json.dumps(document).encode(), publish=True, notes="Less to learn.", now=now)


@pytest.fixture
def move(app, cast, now):
    """Give a function that moves (or asks) the morning group."""

    def move(how):
        with app.app_context():
            key = moving.begin(cast.people["designer"].actor, "web", {cast.groups["morning"]: how}, now=now)
            while moving.carry_on(now):
                pass
        return key

    return move


def test_without_another_version_nothing_changed(home):
    assert "Nothing changed" in home.get(PATH).text
    assert home.post(PATH, data={"answer": "move"}).status_code == 409
    assert "/changes" not in home.get("/learn/web").text


@pytest.mark.usefixtures("second", "earned")
def test_an_offer_says_what_would_change_and_is_taken_and_undone(home, move):
    move("ask")
    assert "A new version of this program is offered to you." in home.get("/learn/web").text
    page = home.get(PATH).text
    for words in ("Less to learn.", "What would change for you", "CSS", "Style badge", "<bdi>Forms</bdi>"):
        assert words in page
    assert page.index("Move to version 2 now") < page.index("Stay in version 1") < page.index("Your goals")
    page = home.post(PATH, data={"answer": "move"}, follow_redirects=True).text
    assert "You learn in the new version now." in page
    page = home.post(PATH, data={"answer": "stay"}, follow_redirects=True).text
    assert "You said that you stay." in page
    assert "is offered to you" not in home.get("/learn/web").text


@pytest.mark.usefixtures("second", "earned")
def test_who_was_moved_reads_what_changed_and_has_no_choice(home, move):
    move("move")
    page = home.get(PATH).text
    assert "You were in version 1 and learn in version 2 now." in page
    assert "Your choice" not in page


@pytest.mark.usefixtures("second")
def test_the_first_page_says_until_when_ones_version_is_taught(home, app, cast, now):
    with app.app_context():
        versions.set_teach_out(cast.people["designer"].actor, "web", 1, now.date().replace(year=2027), now=now)
    assert "Your version is taught until Nov 23, 2027." in home.get("/learn/web").text
