"""A file with circles in a browser: what becomes of them is chosen before it comes in, and what stays is mended there."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll
from tests.browser.test_picture import LOOKS

TABLE = b"id,title,prerequisites\na,Alpha,b\nb,Beta,a\n"


@pytest.mark.parametrize("look", LOOKS, ids=["light", "arabic-dark-small"])
def test_a_file_comes_in_with_its_circles_and_is_mended(look, open_page, own_server, assert_accessible):
    page = open_page("/programs/import", sign_in="admin", server=own_server, **look)
    page.locator("[name=file]").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": TABLE})
    page.locator("details:has([name=key]) summary").click()
    page.locator("[name=key]").fill("round")
    page.locator("main form:has([name=key]) button").click()
    expect(page.locator("#circles-without")).to_be_checked()
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    page.locator("#circles-with").check()
    page.locator("form:has(#circles-with) button").click()
    page.locator("a[href$='/draft/circles']").click()
    page.locator("form:has([name=edges]) button").click()
    expect(page.locator(".picture a")).to_have_count(2)
    expect(page.locator("a[href$='/draft/circles']")).to_have_count(0)
