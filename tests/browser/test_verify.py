"""Verifying in a browser: what is found is read by everybody, in both directions, on a phone, without scripts."""

import json

import pytest

from tests.browser.chromium import assert_no_sideways_scroll
from tests.interop.openbadges.world import bare, changed, record


def verify(page, document):
    page.fill("#credential", json.dumps(document))
    page.click("button.go:not([name])")
    page.wait_for_selector("#found")


@pytest.mark.parametrize(
    "look", [{"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark"}], ids=["english-light", "arabic-dark"]
)
def test_what_is_found_has_no_fault_that_axe_finds(look, open_page, assert_accessible):
    page = open_page("/verify", **look)
    verify(page, record(bare(), changed("name", "Wed", bare(id="urn:x:2"))))
    assert page.locator("table").count() == 3
    assert_accessible(page)


def test_a_phone_without_scripts_shows_all_of_it(open_page):
    page = open_page("/verify?link=https://college.example/1", scripts=False, viewport={"width": 320, "height": 640})
    assert "college.example" in page.inner_text("#link-help")
    verify(page, bare())
    assert_no_sideways_scroll(page)
    assert "valid" in page.inner_text("#found")
