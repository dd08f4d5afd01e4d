"""A registrar in a browser: pages that no link leads to, without scripts, on a narrow screen and in Arabic."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll

NARROW = {"width": 320, "height": 640}
LOOKS = [{"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark"}]


@pytest.mark.parametrize("look", LOOKS, ids=["english", "arabic-dark"])
def test_a_certificate_is_looked_at_and_conferred(look, open_page, own_server, assert_accessible):
    page = open_page(
        "/programs/nursing-associate/conferral", sign_in="registrar", server=own_server, viewport=NARROW, **look
    )
    card = page.locator("form", has=page.locator("input[value=certificate-healthcare-assistant]"))
    card.locator("input[type=checkbox]").first.check()
    card.locator("button").click()
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    page.click("form[action$=confer] button.go")
    expect(page.locator("[role=status]").first).to_be_visible()
    expect(page.locator("input[value=certificate-healthcare-assistant]")).to_have_count(0)
    assert_accessible(page)


def test_an_exception_is_looked_at_and_entered_without_scripts(open_page, own_server):
    page = open_page("/programs/data-technician/people", sign_in="registrar", server=own_server, scripts=False)
    page.goto("/programs/data-technician/conferral")
    page.click("a[href*='/learners/']")
    page.click("nav.crumbs a >> nth=0")
    page.click("a[href$='/enter']")
    page.select_option("select[name=kind]", "exception")
    page.fill("input[name=authority]", "Examination board")
    page.fill("textarea[name=reason]", "Waived by rule 7.")
    page.check("input[name=competency] >> nth=3")
    page.set_viewport_size(NARROW)
    assert_no_sideways_scroll(page)
    page.click("button[value=look]")
    assert_no_sideways_scroll(page)
    page.click("button[value=enter]")
    expect(page).to_have_url(re.compile("/outline$"))
    expect(page.locator("small", has_text="by exception")).to_have_count(1)
