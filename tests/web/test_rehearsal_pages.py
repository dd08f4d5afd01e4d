"""The rehearsal, as documents: its numbers, who is behind each, one person's plans, and a draft that is not sound."""

import pytest

from cbe.domain.draft import set_fields
from cbe.domain.policy import SYSTEM
from cbe.services import drafts
from tests.programs import web_document

PATH = "/programs/web/draft/rehearsal"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def costly(app, cast, now):
    """Let HTML come after SQL in the draft, which costs everybody a ready state."""
    actor = cast.people["designer"].actor
    with app.app_context():
        seen = drafts.get_editing(actor, "web").seen
        make = lambda draft: set_fields(draft, "competency", "html", {"prerequisites": [["sql"]]})  # noqa: E731
        drafts.edit(actor, "web", seen, make, now=now)


@pytest.mark.usefixtures("costly")
def test_the_numbers_say_who_loses_and_who_takes_longer(desk):
    page = desk.get(PATH).text
    assert "2 learners, active or on leave" in page
    assert 'data-what="loses"' in page
    assert "what=loses" in page
    assert "key=html&amp;before=ready&amp;after=locked" in page
    assert "Morning" not in page
    for label in ("Version 1", "morning", "evening"):
        assert f"<bdi>{label}</bdi>" in page


@pytest.mark.usefixtures("costly")
def test_behind_a_number_stand_the_people_it_counts(desk, cast):
    page = desk.get(f"{PATH}/people?kind=competency&key=html&before=ready&after=locked").text
    assert "HTML: from ready to locked" in page
    assert page.count("/rehearsal/learners/") == 2
    group = cast.groups["morning"]
    alone = desk.get(f"{PATH}/people?what=loses&group={group}").text
    assert cast.people["learner"].name in alone
    assert cast.people["other_learner"].name not in alone
    assert "Nobody" in desk.get(f"{PATH}/people?what=gains").text


@pytest.mark.usefixtures("costly")
def test_one_person_is_shown_with_their_plans_before_and_after(desk, cast):
    page = desk.get(f"{PATH}/learners/{cast.people['learner'].enrolment_id}").text
    assert page.index("What moves") < page.index("Style badge") < page.index("about 14 notional hours")
    assert page.index("about 14 notional hours") < page.index("about 24 notional hours")
    assert "Web certificate" not in page.partition("Shortest ways")[2]  # it takes SQL either way
    assert desk.get(f"{PATH}/learners/{cast.version_id}").status_code == 404


def test_a_draft_that_changes_nothing_moves_nobody(desk):
    assert "No state and no credential moves for anybody." in desk.get(PATH).text


@pytest.mark.parametrize("query", ["people?what=everything", "people?what=loses&group=x"])
def test_a_number_that_there_is_not_is_not_found(desk, query):
    assert desk.get(f"{PATH}/{query}").status_code == 404


def test_a_draft_that_is_not_sound_says_what_is_wrong(desk, app, now):
    from cbe.services.transaction import transaction
    from cbe.store import programs

    document = web_document()
    document["competencies"][0]["prerequisites"] = [["site"]]
    with app.app_context(), transaction(SYSTEM, now) as tx:  # as an import of a framework with circles leaves it
        drafts.put_document(tx, programs.find_program("web"), document)
    answer = desk.get(PATH)
    assert answer.status_code == 422
    assert "Mend this first" in answer.text


@pytest.mark.usefixtures("costly")
def test_who_runs_the_installation_sees_numbers_and_no_names(sign_in, cast):
    desk = sign_in(cast.people["administrator"])
    page = desk.get(PATH).text
    assert "Only designers of the program see who the learners are." in page
    assert "/rehearsal/people" not in page
    assert desk.get(f"{PATH}/people?what=loses").status_code == 403
