"""Thirty observed learners in six clicks, on a phone, without scripts, and kept through a lost page."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll

LEARNERS = 30


@pytest.fixture
def thirty(own_server):
    """Let thirty learners stand in a new group of the demo's instructor."""
    from cbe.domain.policy import SYSTEM
    from cbe.services import enrolments, groups, people

    now = datetime.now(UTC)
    with own_server.app.app_context():
        account = people.get_account_id(SYSTEM, "instructor@demo.example")
        group = groups.add_group(SYSTEM, "data-technician", "Thirty", now=now)
        groups.add_staff(SYSTEM, group, account, "instructor", now=now)
        joined = []
        for number in range(LEARNERS):
            email = f"thirty{number}@demo.example"
            someone = people.add_account(SYSTEM, email, f"Learner {number}", password="correct horse battery", now=now)
            joined.append(enrolments.enrol(SYSTEM, someone, "data-technician", now=now))
        groups.add_members(SYSTEM, group, joined, now=now)
    return own_server


def test_thirty_learners_take_six_clicks_and_one_per_exception(thirty, open_page):
    page = open_page("/home", sign_in="instructor", server=thirty)
    clicks = []

    def click(what) -> None:
        clicks.append(what)
        what.click()

    click(page.get_by_role("link", name=re.compile("Observe a session.*Thirty")))
    click(page.get_by_label("Files and folders", exact=True))
    click(page.get_by_role("button", name="Show the grid"))
    click(page.get_by_role("button", name="Tick everyone"))
    expect(page.get_by_role("checkbox", name="Seen:", checked=True)).to_have_count(LEARNERS)
    click(page.get_by_label("Seen: Learner 7,"))
    click(page.get_by_role("button", name="Record"))
    page.wait_for_url("**/observations/*")
    expect(page.get_by_text(f"{LEARNERS - 1} decisions")).to_be_visible()
    assert len(clicks) <= 6 + 1


@pytest.mark.parametrize(
    "look", [{"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark"}], ids=["english", "arabic"]
)
def test_axe_finds_nothing_on_the_pages_of_a_session(look, open_page, assert_accessible):
    page = open_page("/observe", sign_in="instructor", **look)
    assert_accessible(page)
    for path in ("observe", "observe?competency=files-folders&competency=data-types", "observe/lines",
                 "observe/sheet?competency=files-folders"):  # fmt: skip
        page.goto(f"/programs/data-technician/{path}")
        assert_accessible(page)


def test_the_grid_fits_a_phone_without_scripts(open_page):
    page = open_page("/home", sign_in="instructor", scripts=False, viewport={"width": 320, "height": 640})
    for path in ("", "?competency=files-folders&competency=data-types", "/sheet?competency=files-folders"):
        page.goto(f"/programs/data-technician/observe{path}")
        assert_no_sideways_scroll(page)


def test_what_was_ticked_survives_a_lost_page_and_never_moves_to_another_competency(open_page):
    page = open_page("/home", sign_in="instructor")
    address = "/programs/data-technician/observe?competency="
    page.goto(f"{address}files-folders")
    page.get_by_role("checkbox", name="Seen:").first.check()
    page.get_by_text("Kept in this browser until it is recorded.").wait_for()
    page.goto(f"{address}data-types")
    expect(page.get_by_role("checkbox", name="Seen:").first).not_to_be_checked()
    page.goto(f"{address}files-folders")
    page.get_by_text("What you had entered here is back").wait_for()
    expect(page.get_by_role("checkbox", name="Seen:").first).to_be_checked()
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_text("What you had entered here is back")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("checkbox", name="Seen:").first).not_to_be_checked()


def test_a_level_ticks_its_cell_and_what_is_recorded_is_kept_no_longer(own_server, open_page):
    page = open_page("/home", sign_in="instructor", server=own_server)
    page.goto("/programs/data-technician/observe?competency=files-folders")
    page.get_by_role("combobox", name="Level: ").first.select_option("advanced")
    expect(page.get_by_role("checkbox", name="Seen:", checked=True)).to_have_count(1)
    page.get_by_role("button", name="Record").click()
    page.wait_for_url("**/observations/*")
    page.goto("/programs/data-technician/observe?competency=files-folders")
    expect(page.get_by_role("checkbox", name="Seen:", checked=True)).to_have_count(0)
    expect(page.get_by_text("What you had entered here is back")).to_be_hidden()


def test_a_lost_line_keeps_the_page_and_says_so(open_page):
    page = open_page("/home", sign_in="instructor")
    page.goto("/programs/data-technician/observe?competency=files-folders")
    page.get_by_role("button", name="Tick everyone").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Record").click()
    page.get_by_text("There is no connection now.").wait_for()
    expect(page.get_by_role("checkbox", name="Seen:", checked=True).first).to_be_visible()


@pytest.mark.parametrize(
    "look", [{"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark"}], ids=["english", "arabic"]
)
def test_axe_finds_nothing_on_the_roster_and_a_person_of_it(look, open_page, assert_accessible):
    page = open_page("/programs/data-technician/roster", sign_in="coordinator", **look)
    assert_accessible(page)
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/roster/*")
    assert_accessible(page)


def test_the_roster_fits_a_phone_without_scripts(open_page):
    page = open_page(
        "/programs/data-technician/roster", sign_in="coordinator", scripts=False, viewport={"width": 320, "height": 640}
    )
    assert_no_sideways_scroll(page)
    page.locator("tbody th a").first.click()
    assert_no_sideways_scroll(page)
