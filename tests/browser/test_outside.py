"""In a browser: a credential from elsewhere, brought in and made evidence; axe, 320 px, Arabic and dark on its pages."""

import pytest

from tests.browser.chromium import assert_no_sideways_scroll
from tests.outside_credentials import signed

ARABIC_DARK = {"locale": "ar", "color_scheme": "dark"}


@pytest.fixture
def addresses(own_server, open_page, tmp_path):
    """Let the demo's learner bring a credential in and make it evidence; give the addresses of both."""
    file = tmp_path / "credential.json"
    file.write_bytes(signed())
    page = open_page("/my/elsewhere", sign_in="learner", server=own_server)
    page.get_by_label("A file").set_input_files(file)
    page.get_by_label("It was issued to me").check()
    page.get_by_role("button", name="Verify and keep").click()
    page.get_by_role("heading", name="This credential is valid.").wait_for()
    kept = page.url
    page.get_by_role("button", name="Make it evidence").first.click()
    page.get_by_role("heading", name="Credentials from elsewhere").wait_for()
    return [address.removeprefix(own_server.url) for address in (kept, page.url)]


def test_its_pages_are_for_everybody(addresses, own_server, open_page, assert_accessible):
    for look in ({}, ARABIC_DARK):
        page = open_page(addresses[0], sign_in="learner", server=own_server, **look)
        for address in (*addresses, "/my/elsewhere", "/my-record"):
            page.goto(own_server.url + address)
            assert_accessible(page)
    page = open_page(
        addresses[0], sign_in="learner", server=own_server, scripts=False, viewport={"width": 320, "height": 640}
    )
    for address in (*addresses, "/my/elsewhere", "/my-record"):
        page.goto(own_server.url + address)
        assert_no_sideways_scroll(page)
