"""Drafts save themselves and lose no word: a line that is cut, a reply that is lost, a sign-in that ended, no scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll
from tests.browser.conftest import fill_in_sign_in

EVIDENCE = "/learn/data-technician/evidence"
NEW = f"{EVIDENCE}/new?competency=version-control"


@pytest.fixture
def draft(open_page, own_server):
    """Open an empty draft of the demo's learner on a server of its own."""
    return open_page(NEW, sign_in="learner", server=own_server)


def kept(page):
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('cbe-draft'))")


def says(page, words):
    expect(page.locator("[data-status]")).to_contain_text(words, timeout=15_000)


def arrives(page):
    """Wait until nothing is kept that has not reached the server."""
    for _ in range(150):
        if not kept(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"still kept: {kept(page)}")


def holds(page, words):
    expect(page.locator("#text")).to_have_value(words)


def test_a_draft_saves_itself_and_a_reload_shows_it(draft):
    draft.fill("#text", "I merged two branches.")
    says(draft, "Saved")
    expect(draft).not_to_have_url(re.compile("/evidence/new"))
    arrives(draft)
    draft.fill("#text", "I merged three branches.")
    draft.click("button[value=save]")
    expect(draft.locator("[role=status]").first).to_be_visible()
    holds(draft, "I merged three branches.")
    arrives(draft)
    draft.goto(EVIDENCE)
    expect(draft.locator("section:has(#h-draft) [data-evidence]")).to_have_count(1)


def test_what_is_written_while_the_line_is_cut_is_kept_and_sent_when_it_is_back(draft):
    draft.context.set_offline(True)
    draft.fill("#text", "Written in a tunnel.")
    says(draft, "kept in this browser")
    assert len(kept(draft)) == 1
    draft.context.set_offline(False)
    says(draft, "Saved")
    arrives(draft)
    draft.reload()
    holds(draft, "Written in a tunnel.")


def test_a_window_closed_without_a_line_offers_its_text_when_it_opens_again(draft, own_server):
    draft.context.set_offline(True)
    draft.fill("#text", "Never sent.")
    says(draft, "kept in this browser")
    other = draft.context.new_page()
    draft.close()
    other.context.set_offline(False)
    other.goto(EVIDENCE)
    other.get_by_role("button", name="Take it over").click()
    other.wait_for_url("**/new")
    other.get_by_role("button", name="Take it over").click()
    holds(other, "Never sent.")
    says(other, "Saved")
    other.reload()
    holds(other, "Never sent.")


def test_a_lost_reply_makes_no_second_draft_and_no_quarrel(draft):
    lost = []

    def lose(route):
        lost.append(route.fetch())  # it arrives there, and nobody hears of it
        route.abort()

    draft.route("**/evidence/*", lose, times=1)
    draft.fill("#text", "First words.")
    says(draft, "kept in this browser")
    draft.fill("#text", "First words, and more.")
    arrives(draft)
    draft.reload()
    holds(draft, "First words, and more.")
    assert len(lost) == 1
    draft.goto(EVIDENCE)
    expect(draft.locator("section:has(#h-draft) [data-evidence]")).to_have_count(1)


def test_a_sign_in_that_ended_costs_no_word(draft):
    elsewhere = draft.context.new_page()
    elsewhere.goto("/help")
    elsewhere.get_by_role("button", name="Sign out").click()
    draft.fill("#text", "Written after it ended.")
    says(draft, "You are signed out")
    draft.get_by_role("link", name="Sign in again").click()
    draft.fill("input[name=email]", "learner@demo.example")
    draft.fill("input[name=password]", "demo")
    draft.press("input[name=password]", "Enter")
    draft.wait_for_url("**/evidence/new*")
    expect(draft.locator("[data-kept] textarea")).to_have_value("Written after it ended.")
    draft.get_by_role("button", name="Take it over").click()
    says(draft, "Saved")
    holds(draft, "Written after it ended.")
    arrives(draft)


def test_signing_in_again_in_another_window_lets_the_first_go_on(draft):
    draft.fill("#text", "Before.")
    says(draft, "Saved")
    elsewhere = draft.context.new_page()
    elsewhere.goto("/help")
    elsewhere.get_by_role("button", name="Sign out").click()
    fill_in_sign_in(elsewhere, "learner@demo.example")
    draft.fill("#text", "After.")
    arrives(draft)
    draft.reload()
    holds(draft, "After.")


def test_evidence_is_handed_in_without_scripts_and_every_page_of_it_is_accessible(
    open_page, own_server, assert_accessible
):
    page = open_page(
        "/learn/data-technician/competencies/version-control", sign_in="learner", scripts=False, server=own_server
    )
    page.get_by_role("link", name="Hand in evidence").click()
    page.fill("#text", "I merged two branches.")
    page.click("button[value=submit]")
    expect(page.locator("main")).to_contain_text("Your draft is saved")
    draft = page.url
    for look in (
        {"locale": "en-GB"},
        {"locale": "ar", "color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
    ):
        seen = open_page(draft, sign_in="learner", server=own_server, **look)
        assert_accessible(seen)
        assert_no_sideways_scroll(seen)
    page.select_option("#setting", "workplace")
    page.select_option("#learning_type", "informal")
    page.fill("#activity_from", "2026-01-05")
    page.check("#is_own_work")
    page.click("button[value=submit]")
    expect(page.locator("main")).to_contain_text("Handed in.")
    for path in (draft, EVIDENCE):
        seen.goto(path)
        assert_accessible(seen)
        assert_no_sideways_scroll(seen)
