"""What a learner's first visit costs on the wire, as the browser counts it: headers and bodies of every request."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import load_cold

HOME = "/learn/data-technician"
MOST_BYTES, MOST_REQUESTS = 15_000, 4


def cost(open_page, live_server, **options):
    """Sign in, then ask for home as if nothing was in the cache."""
    page = open_page("/", sign_in="learner", **options)
    wire = load_cold(page, live_server.url + HOME)
    expect(page.locator(".map a").nth(59)).to_be_attached()
    return wire


def test_home_with_its_map_costs_at_most_fifteen_thousand_bytes(open_page, live_server):
    wire = cost(open_page, live_server)
    assert wire.size <= MOST_BYTES, wire.requests
    assert len(wire.requests) <= MOST_REQUESTS, wire.requests


@pytest.mark.parametrize(
    "setting", [{"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}, {"scripts": False}]
)
def test_nobody_pays_more_for_how_they_look_at_it(open_page, live_server, setting):
    assert cost(open_page, live_server, **setting).size <= MOST_BYTES


def test_home_asks_for_nothing_when_it_is_opened_again(open_page, live_server):
    page = open_page(HOME, sign_in="learner")
    with page.expect_response(lambda response: response.url.endswith(HOME)):
        page.goto(HOME)
    cached = "performance.getEntriesByType('resource').filter(entry => entry.transferSize > 0).map(entry => entry.name)"
    assert page.evaluate(cached) == []


def test_the_icon_costs_no_request(open_page, live_server):
    asked = cost(open_page, live_server).requests
    assert not [address for address in asked if "favicon" in address or address.endswith(".ico")]
