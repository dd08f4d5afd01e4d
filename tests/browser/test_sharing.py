"""In a browser: a learner shares two credentials and a piece of evidence, a stranger sees it, the learner revokes it."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll
from tests.services.signed import sign_all

ARABIC_DARK = {"locale": "ar", "color_scheme": "dark"}


@pytest.fixture
def share(own_server, open_page):
    """Let the demo's learner share for a week; give their page of the share, and the path of its link."""
    with own_server.app.app_context():
        sign_all(datetime.now(UTC))
    page = open_page("/my-record", sign_in="learner", server=own_server)
    page.get_by_role("link", name="Share a part of it").click()
    page.get_by_label("For whom").fill("Harbour Analytics")
    page.get_by_label("What for").fill("My application")
    page.get_by_label("Until the end of").fill((datetime.now(UTC) + timedelta(days=7)).date().isoformat())
    for name in ("Spreadsheet user", "Digital foundations"):
        page.get_by_role("group", name="Credentials").get_by_label(name).check()
    page.get_by_role("group", name="Evidence").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("region", name="The link").get_by_role("link").get_attribute("href")
    return page, link.removeprefix(own_server.url)


def test_a_stranger_sees_what_is_shared_until_the_learner_ends_it(share, own_server, open_page):
    page, path = share
    stranger = open_page(path, server=own_server)
    expect(stranger.get_by_text("Harbour Analytics")).to_be_visible()
    stranger.get_by_role("button", name="Show the record").click()
    expect(stranger.locator("[data-award-state=good]")).to_have_count(2)
    expect(stranger.locator("[data-evidence-state=there]")).to_have_count(1)
    stranger.get_by_role("link", name="Verify it").first.click()
    expect(stranger.get_by_role("heading", name="This credential is valid.")).to_be_visible()
    stranger.goto(f"{path}/record")
    stranger.get_by_role("button", name="Compare").click()
    expect(stranger.get_by_text("not shown in this share").first).to_be_visible()
    assert stranger.context.cookies() == []
    page.reload()
    expect(page.get_by_text("was pressed 2 times")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    answer = stranger.goto(f"{path}/record")
    assert answer.status == 410
    expect(stranger.get_by_role("heading", name="This link has ended")).to_be_visible()


def test_the_pages_of_a_share_are_for_everybody(share, own_server, open_page, assert_accessible):
    page, path = share
    assert_accessible(page)
    for look in ({"locale": "en-GB"}, ARABIC_DARK):
        stranger = open_page(path, server=own_server, **look)
        assert_accessible(stranger)
        stranger.goto(f"{path}/record")
        assert_accessible(stranger)
        stranger.locator("form button").click()
        assert_accessible(stranger)
        stranger.goto(f"{path}/record")
        stranger.locator("td a:not([download])").first.click()
        assert_accessible(stranger)
    phone = open_page(path, server=own_server, scripts=False, viewport={"width": 320, "height": 640})
    assert_no_sideways_scroll(phone)
    phone.locator("form button").click()
    assert_no_sideways_scroll(phone)


def test_a_stranger_reaches_nothing_but_what_is_shared(share, own_server, open_page):
    _, path = share
    stranger = open_page(f"{path}/record", server=own_server)
    links = stranger.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    inside = {link for link in links if not link.startswith(("#", path))}
    assert inside == {"/", "/help", "/verify"}
    for at in ("/my-record", "/shares", "/learn/data-technician", "/my-record.json", f"{path}/files/{path[3:]}"):
        answer = stranger.context.request.get(own_server.url + at, max_redirects=0)
        assert answer.status in (303, 401, 404), at
