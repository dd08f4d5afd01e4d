"""Publishing and moving, as documents: what stands in the way, a second person's word, and what becomes of learners."""

import re

import pytest

from cbe.services import moving, versions

PATH = "/programs/web/draft/publish"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def costly(change):
    """Let HTML come after SQL in the draft."""
    change("competency", "html", prerequisites=[["sql"]])


@pytest.fixture
def guarded(app, cast, now):
    """Have the program want a second person's approval."""
    with app.app_context():
        versions.set_needs_approval(cast.people["designer"].actor, "web", True, now=now)


@pytest.fixture
def published(desk, costly):
    desk.post(PATH, data={"seen": seen_on(desk), "notes": "SQL first."})


def seen_on(desk):
    return re.search(r'name="seen" value="([^"]+)"', desk.get(PATH).text)[1]


def way_to(page, part):
    return re.search(rf'action="([^"]*{part}[^"]*)"', page)[1]


@pytest.mark.usefixtures("costly")
def test_the_page_says_what_differs_and_who_loses_before_one_publishes(desk):
    page = desk.get(PATH).text
    assert "What differs from version 1" in page
    assert "<dt>lose something</dt><dd>2</dd>" in page
    assert "Publish version 2" in page


@pytest.mark.usefixtures("costly")
def test_publishing_leads_to_the_choice_what_becomes_of_learners_and_keeps_their_version_at_first(desk):
    answer = desk.post(PATH, data={"seen": seen_on(desk), "notes": "SQL first."}, follow_redirects=True)
    assert "Version 2 was published" in answer.text
    assert answer.text.count('value="keep"') == answer.text.count("checked") == 2
    assert "SQL first." in desk.get("/programs/web/versions").text


def test_a_draft_that_changes_nothing_offers_no_publishing(desk):
    page = desk.get(PATH).text
    assert "There is nothing to publish" in page
    assert "Publish version" not in page


def test_what_blocks_publishing_is_listed_with_the_way_to_it(desk, change):
    change("credential", "style-badge", kind="micro-credential")
    page = desk.get(PATH).text
    assert "/programs/web/draft/credentials/style-badge" in page
    assert "Publish version" not in page


def test_notes_are_not_lost_when_the_draft_was_changed_meanwhile(desk, costly, change):
    seen = seen_on(desk)
    change("competency", "css", effort_hours=9)
    answer = desk.post(PATH, data={"seen": seen, "notes": "Long words."})
    assert answer.status_code == 409
    assert "Long words." in answer.text
    assert "changed meanwhile" in answer.text


@pytest.mark.usefixtures("costly", "guarded")
def test_a_second_person_approves_before_it_is_published(desk, sign_in, cast):
    assert "Publish version" not in desk.get(PATH).text
    page = desk.post(f"{PATH}", data={"seen": seen_on(desk), "notes": ""})
    assert (page.status_code, "second person" in page.text) == (409, True)
    desk.post("/programs/web/draft/approvals", data={"seen": seen_on(desk), "notes": "Please look."})
    assert "You asked for approval." in desk.get(PATH).text
    second = sign_in(cast.people["administrator"])
    page = second.get(PATH).text
    assert "Please look." in page
    action = way_to(page, "/draft/approvals/")
    assert second.post(action, data={"outcome": "declined", "remark": " "}).status_code == 422
    second.post(action, data={"outcome": "approved", "remark": "Good."})
    assert "Good." in desk.get(PATH).text
    assert "Publish version 2" in desk.get(PATH).text


@pytest.mark.usefixtures("published")
def test_one_group_is_moved_and_taken_back_as_a_whole(desk, app, cast, now):
    answer = desk.post(
        "/programs/web/moves/new", data={f"group-{cast.groups['morning']}": "move"}, follow_redirects=True
    )
    assert "0 of 1 learners need nothing more" in answer.text
    assert 'data-going="yes"' in answer.text
    work(app, now)
    page = desk.get("/programs/web/moves").text
    assert "1 of 1 learners need nothing more" in page
    assert 'data-going="no"' in page
    desk.post(way_to(page, "/take-back"))
    work(app, now)
    assert "taken back" in desk.get("/programs/web/moves").text


def work(app, now):
    with app.app_context():
        while moving.carry_on(now):
            pass


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("data", "status"), [({}, 422), ({"group-none": "push"}, 422), ({"group-x": "move"}, 422)])
def test_a_choice_that_moves_nobody_is_shown_again(desk, data, status):
    answer = desk.post("/programs/web/moves/new", data=data)
    assert (answer.status_code, "That was not done" in answer.text) == (status, True)


@pytest.mark.usefixtures("published")
def test_a_move_that_begins_wakes_the_worker(desk, app, cast):
    desk.post("/programs/web/moves/new", data={f"group-{cast.groups['morning']}": "move"})
    queue, _ = app.extensions["cbe-jobs"]
    assert "move_learners" in [task.name for task in queue.pending()]


@pytest.mark.usefixtures("published")
def test_a_move_of_another_program_is_not_found(desk, cast):
    assert desk.post(f"/programs/web/moves/{cast.version_id}/take-back").status_code == 404
