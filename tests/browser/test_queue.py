"""What an assessor does in a browser: reads one after the other in few clicks, by keyboard, without scripts, and undoes."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_accessible, assert_no_sideways_scroll
from tests.handing_in import handed_in

ENGLISH_LIGHT = {"locale": "en-GB", "color_scheme": "light"}
ARABIC_DARK = {"locale": "ar", "color_scheme": "dark"}
NEXT, BACK = "button[value=next]", "button[value=queue]"
MET, NOT_YET = "[data-met]", "[data-not-yet]"
MANY = 30


class Clicker:
    """A hand that counts."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, selector):
        """Click the first of what is meant."""
        self.clicks += 1
        self.page.locator(selector).first.click()


def hand_in_many(app) -> list[str]:
    """Put thirty items before all others, of learners whom the demo's instructor has; return their ids in order."""
    from cbe.store import enrolments, people, programs

    with app.app_context():
        program = programs.find_program("data-technician").id
        rows = []
        for name in ("learner", "oliver.bennett", "zeynep.yilmaz"):
            account = people.find_account_by_email(f"{name}@demo.example")
            rows.append(SimpleNamespace(enrolment_id=enrolments.find_enrolment_of(account.id, program).id))
        start = datetime.now(UTC) - timedelta(days=60)
        return [
            str(handed_in(rows[number % 3], ["data-types"], now=start + timedelta(hours=number)))
            for number in range(MANY)
        ]


def withdraw_all(app) -> None:
    """Let every learner withdraw what waits, as it is read."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store.database import db
    from cbe.store.evidence import EvidenceRow

    with app.app_context(), transaction(SYSTEM, datetime.now(UTC)) as tx:
        for row in db.session.query(EvidenceRow).where(EvidenceRow.status == "submitted"):
            row.status = "withdrawn"
        tx.record("test:withdraw")


def item_of(page) -> str:
    return page.url.split("/evidence/")[1].split("/")[0]


def test_thirty_are_read_in_two_clicks_each_and_none_is_skipped(open_page, own_server):
    waiting = hand_in_many(own_server.app)
    page = open_page("/queue", sign_in="instructor", server=own_server)
    hand, read = Clicker(page), []
    hand.click("[data-row]")
    for number in range(MANY):
        read.append(item_of(page))
        hand.click(MET)
        hand.click(NEXT)
        if number == 0:
            assert hand.clicks == 3
        page.wait_for_url(f"**after={read[-1]}")
    assert read == waiting
    assert hand.clicks == 3 + 2 * (MANY - 1)
    page.goto("/queue")
    assert not set(page.locator("tbody form").evaluate_all("all => all.map(o => o.action.split('/')[4])")) & set(
        waiting
    )


def test_keys_move_choose_and_write(open_page, own_server):
    page = open_page("/queue", sign_in="instructor", server=own_server)
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    page.keyboard.press("a")
    expect(page.locator(MET)).to_be_checked()
    page.keyboard.press("r")
    expect(page.locator(NOT_YET)).to_be_checked()
    page.keyboard.type("a jar of keys")
    expect(page.locator("[data-judge] textarea")).to_have_value("a jar of keys")


def test_single_keys_do_nothing_when_they_are_switched_off(open_page, own_server):
    page = open_page("/settings", sign_in="instructor", server=own_server)
    page.check("#keys-off")
    page.locator("form:has(#keys-off) button").click()
    page.goto("/queue")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")


def test_feedback_is_kept_in_the_browser_until_it_is_recorded(open_page, own_server):
    page = open_page("/queue", sign_in="instructor", server=own_server)
    page.locator("[data-row]").first.click()
    page.locator("[data-judge] textarea").fill("Half a sentence")
    page.reload()
    expect(page.locator("[data-judge] textarea")).to_have_value("Half a sentence")
    page.locator(NOT_YET).check()
    page.locator(BACK).click()
    page.wait_for_url("**/queue?after=**")
    page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('cbe-feedback'))")


@pytest.mark.parametrize("look", [ENGLISH_LIGHT, ARABIC_DARK], ids=["english-light", "arabic-dark"])
def test_axe_finds_nothing_while_deciding(look, open_page, own_server):
    page = open_page("/queue", sign_in="instructor", server=own_server, **look)
    page.locator("[data-row]").first.click()
    page.locator(MET).check()
    page.locator(NEXT).click()  # the next item, with what was recorded
    expect(page.locator("[data-recorded]")).to_have_count(1)
    assert_accessible(page)
    page.locator(NEXT).click()  # nothing chosen
    expect(page.locator("[role=alert]")).to_have_count(1)
    assert_accessible(page)
    page.locator(NOT_YET).check()
    page.locator("[data-judge] textarea").fill("My words.")
    withdraw_all(own_server.app)
    page.locator(BACK).click()
    expect(page.locator("textarea[readonly]")).to_have_value("My words.")
    assert_accessible(page)


def test_all_of_it_goes_without_scripts_at_320_px(open_page, own_server):
    narrow = {"width": 320, "height": 640}
    page = open_page("/queue", sign_in="instructor", server=own_server, scripts=False, viewport=narrow)
    for step in ("[data-row]", NEXT, NOT_YET, NEXT):
        page.locator(step).first.click()
        assert_no_sideways_scroll(page)
    first = item_of(page)
    page.locator("[data-judge] textarea").fill("Say how you checked it.")
    page.locator(NEXT).click()
    assert_no_sideways_scroll(page)
    expect(page).not_to_have_url(re.compile(f"/evidence/{first}"))
    page.locator("[data-recorded] button").click()
    expect(page).to_have_url(re.compile(f"/evidence/{first}"))
    expect(page.locator("[data-judge] textarea")).to_have_value("Say how you checked it.")
    assert_no_sideways_scroll(page)


def test_a_decision_is_taken_back_from_the_learners_page(open_page, own_server):
    page = open_page("/queue", sign_in="instructor", server=own_server)
    page.locator("tr:has-text('Oliver') [data-row]").click()
    page.locator(MET).check()
    page.locator(BACK).click()
    other = open_page("/decisions/mine", sign_in="instructor", server=own_server)
    decision = other.locator("[name=decision]").get_attribute("value")
    page = open_page(f"/decisions/{decision}", sign_in="coordinator", server=own_server)
    expect(page.locator("section:has(#rests)")).to_contain_text("Personal data protection · no longer mastered")
    page.locator("[name=how][value=overturned]").check()
    page.locator("#reason").fill("Another person's work.")
    page.locator("button.risk").click()
    expect(page.locator(".head")).to_contain_text("overturned")
    page.locator(".crumbs a").nth(1).click()
    expect(page.locator("section:has(#his)")).to_contain_text("overturned")
