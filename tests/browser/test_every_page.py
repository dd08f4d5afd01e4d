"""Every page that people of the demo can reach: axe, no sideways scroll at 320 px, and all of it without scripts."""

import pytest

from tests.browser.chromium import assert_no_sideways_scroll
from tests.browser.pages import reachable

ROLES = ["learner", "instructor", "designer", "registrar", "admin", "coordinator", "data-protection"]
ENGLISH_LIGHT = {"locale": "en-GB", "color_scheme": "light"}
ARABIC_DARK = {"locale": "ar", "color_scheme": "dark"}
# Language changes words and direction, the scheme changes colours, neither what the other does: two looks see both of each.
LOOKS = [(role, look) for role in ROLES for look in (ENGLISH_LIGHT, ARABIC_DARK)]
LEAST = {
    "learner": 12, "instructor": 8, "designer": 4, "registrar": 6, "admin": 5, "coordinator": 6, "data-protection": 4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "look"), LOOKS, ids=lambda value: value if isinstance(value, str) else "-".join(value.values())
)
def test_axe_finds_nothing(role, look, open_page, live_server, assert_accessible):
    page = open_page("/home", sign_in=role, **look)
    pages = reachable(page, live_server.app.url_map.bind(""), assert_accessible)
    assert len(pages) >= LEAST[role], f"only these pages were found: {pages}"


@pytest.mark.parametrize("role", ROLES)
def test_nothing_scrolls_sideways_at_320_px_without_scripts(role, open_page, live_server):
    page = open_page("/home", sign_in=role, scripts=False, viewport={"width": 320, "height": 640})
    assert reachable(page, live_server.app.url_map.bind(""), assert_no_sideways_scroll)


@pytest.mark.parametrize("look", [ENGLISH_LIGHT, ARABIC_DARK], ids=["english-light", "arabic-dark"])
def test_axe_finds_nothing_before_signing_in(look, open_page, assert_accessible):
    for path in ("/sign-in", "/forgotten", "/links/broken", "/no-such-page", "/verify"):
        page = open_page(path, **look)
        assert_accessible(page)


def test_forced_colours_keep_every_state_apart(open_page):
    page = open_page("/learn/data-technician", sign_in="learner", forced_colors="active")
    borders = page.eval_on_selector_all(
        ".legend .pill",
        "pills => pills.map(pill => getComputedStyle(pill).borderStyle + getComputedStyle(pill).borderWidth + pill.textContent)",
    )
    assert len(set(borders)) == 6
