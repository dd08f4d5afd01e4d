"""The bell and the pages behind it in a browser: narrow, dark, right-to-left, without scripts; and the last click."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_accessible, assert_no_sideways_scroll
from tests.telling import FACTS, tell

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def told(own_server):
    """Tell the demo's learner something of every kind, and give the server."""
    from cbe.store.people import find_account_by_email

    with own_server.app.app_context():
        learner = find_account_by_email("learner@demo.example").id
        for minute, kind in enumerate(FACTS):
            tell(learner, kind, now=datetime.now(UTC) - timedelta(hours=minute))
    return own_server


def test_the_bell_and_its_page_fit_a_narrow_window_in_both_directions(open_page, told):
    for look in ({"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark"}):
        page = open_page("/notices", sign_in="learner", server=told, viewport=NARROW, **look)
        assert_no_sideways_scroll(page)
        assert_accessible(page)
        bell = page.locator("header a[href='/notices']")
        box = bell.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        expect(bell).to_have_attribute("aria-current", "true")


def test_a_notice_is_opened_and_the_rest_marked_by_keyboard_without_scripts(open_page, told):
    page = open_page("/learn/data-technician", sign_in="learner", scripts=False, server=told)
    bell = page.locator("header a[href='/notices']")
    assert bell.inner_text().split() == [str(len(FACTS)), "unread", "notices"]
    bell.press("Enter")
    page.locator(".notices a").first.press("Enter")
    expect(page).not_to_have_url(re.compile("/notices$"))
    page.goto("/notices")
    expect(page.locator(".head p").first).to_have_text(re.compile(rf"^\s*{len(FACTS) - 1} unread"))
    page.get_by_role("button", name="Mark all as read").press("Enter")
    expect(page.locator("main")).to_contain_text("All notices are marked as read.")
    expect(page.locator(".badge")).to_have_count(0)


def test_mails_are_chosen_and_ended_with_a_press(open_page, own_server):
    from cbe.services import notice_mails
    from cbe.store.people import find_account_by_email

    page = open_page("/settings#mails", sign_in="learner", scripts=False, server=own_server)
    page.get_by_label("Once a week").check()
    page.locator("section:has(#mails) button").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.get_by_label("Once a week")).to_be_checked()
    with own_server.app.app_context():
        token = notice_mails.unsubscribe_token(find_account_by_email("learner@demo.example").id)
    mail = open_page(f"/unsubscribe/{token}", server=own_server, viewport=NARROW)
    assert_accessible(mail)
    mail.get_by_role("button", name="Send me no more of it").click()
    assert_accessible(mail)
    assert_no_sideways_scroll(mail)
    page.reload()
    expect(page.get_by_label("Never")).to_be_checked()
