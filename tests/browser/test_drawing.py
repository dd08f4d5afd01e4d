"""Designers drawing a program: adding, a prerequisite, a circle refused, undo; forms that save themselves; two at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll

DRAFT = "/programs/data-technician/draft"
FORM = f"{DRAFT}/competencies/version-control"


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def add(page, title, hours):
    form = page.locator("section.part").first.locator("form.bar").last
    form.get_by_label("New competency").fill(title)
    form.get_by_label("Notional hours").fill(hours)
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").filter(has_text=f"Added: {title}")).to_be_visible()


def need(page, title):
    page.get_by_label("Find a competency that it needs").fill(title)
    press(page, "Find")
    page.locator(f'button[value="need {title.lower()}"]').click()


@pytest.mark.parametrize("scripts", [False, True])
def test_three_competencies_are_drawn_a_circle_is_refused_and_undone(scripts, open_page, own_server, assert_accessible):
    page = open_page(f"{DRAFT}", sign_in="designer", server=own_server, scripts=scripts)
    for title in ("Kites", "Lines", "Reels"):
        add(page, title, "2")
    page.get_by_role("link", name="Lines", exact=True).click()
    need(page, "Kites")
    page.goto(f"{DRAFT}/competencies/reels")
    need(page, "Lines")
    page.goto(f"{DRAFT}/competencies/kites")
    need(page, "Reels")
    expect(page.get_by_role("alert")).to_contain_text("It closes where")
    expect(page.get_by_role("alert")).to_contain_text(
        "Kites\u2069 → \u2068Lines\u2069 → \u2068Reels\u2069 → \u2068Kites"
    )
    if scripts:
        assert_accessible(page)
    page.goto(f"{DRAFT}/competencies/reels")
    expect(page.locator("#prerequisites")).to_contain_text("Lines")
    press(page, "Undo")
    expect(page.locator("#prerequisites")).to_contain_text("None: it can be learned at once.")


def test_a_form_saves_itself_and_finds_as_one_types(open_page, own_server):
    page = open_page(FORM, sign_in="designer", server=own_server)
    page.fill("#code", "GIT")
    expect(page.locator("[data-said]")).to_contain_text("Saved")
    page.get_by_label("Find a competency that it needs").type("pivot")
    expect(page.locator("[data-found]")).to_contain_text("Pivot tables")
    page.fill("#level", "9")
    expect(page.locator("[data-said]")).to_contain_text("A level is a whole number from 1 to 8.")
    page.fill("#level", "5")
    page.locator("#level").blur()
    expect(page.locator("[data-said]")).to_contain_text("Saved")
    page.reload()
    expect(page.locator("#code")).to_have_value("GIT")
    expect(page.locator("#level")).to_have_value("5")


def test_what_is_written_without_a_line_is_kept_and_sent_when_it_is_back(open_page, own_server):
    page = open_page(FORM, sign_in="designer", server=own_server)
    page.context.set_offline(True)
    page.fill("#code", "TUNNEL")
    expect(page.locator("[data-said]")).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    expect(page.locator("[data-said]")).to_contain_text("Saved")
    page.reload()
    expect(page.locator("#code")).to_have_value("TUNNEL")


def test_two_who_edit_at_once_lose_nothing(open_page, own_server):
    one = open_page(FORM, sign_in="designer", server=own_server)
    other = open_page(FORM, sign_in="admin", server=own_server)
    one.fill("#code", "ONE")
    other.fill("#credits", "1.5")
    for page in (one, other):
        expect(page.locator("[data-said]")).to_contain_text("Saved")
    one.fill("#credits", "2")
    expect(one.locator("[data-said]")).to_contain_text("Somebody else changed the same")
    press(one, "Save")
    row = one.get_by_role("row", name="Credits")
    expect(row).to_contain_text("2")
    expect(row).to_contain_text("1.5")
    press(one, "Save mine all the same")
    expect(one.locator("#credits")).to_have_value("2")
    expect(one.locator("#code")).to_have_value("ONE")
    expect(other.locator("[data-live]")).to_contain_text("Version control with Git", timeout=30_000)
    other.locator("[data-live] a").click()
    expect(other.locator("table.history")).to_contain_text("ONE")


@pytest.mark.parametrize(
    "path", [DRAFT + "?at=version-control", FORM + "?find=a", f"{DRAFT}/program", f"{DRAFT}/lint", f"{DRAFT}/history"]
)
def test_every_page_of_it_is_accessible_and_narrow(path, open_page, live_server, assert_accessible):
    page = open_page(path, sign_in="designer", locale="ar", color_scheme="dark", viewport={"width": 320, "height": 640})
    assert_accessible(page)
    assert_no_sideways_scroll(page)
