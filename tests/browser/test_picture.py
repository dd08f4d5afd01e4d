"""The draft's picture in a browser: drawn by keyboard alone, by pointer, and without scripts; what is refused is said."""

import json

import pytest
from playwright.sync_api import expect

from cbe.domain.policy import SYSTEM
from cbe.services.publishing import import_program
from tests.browser.chromium import assert_no_sideways_scroll
from tests.browser.test_keyboard import focused, tab_until
from tests.databases import NOW

DEMO = "/programs/data-technician/draft/picture"
EMPTY = {
    "format": "cbe-program/1",
    "program": {"id": "new", "title": "New", "language": "en"},
    "competencies": [],
    "credentials": [],
}
CHAIN = [("s0", "s1"), ("s0", "s2"), ("s1", "s4"), ("s3", "s5"), ("s5", "s6"), ("s6", "s7"), ("s4", "s8"), ("s8", "s9")]


@pytest.fixture
def open_new(open_page, own_server):
    """Give a function that opens the picture of a program with some competencies, for who may edit it."""

    def open_new(titles=(), **options):
        items = [{"id": title.lower(), "title": title, "effort_hours": 2} for title in titles]
        document = json.dumps(EMPTY | {"competencies": items}).encode()
        with own_server.app.app_context():
            import_program(SYSTEM, document, publish=False, now=NOW)
        return open_page("/programs/new/draft/picture", sign_in="admin", server=own_server, **options)

    return open_new


def says(page, words):
    expect(page.locator("[data-said]")).to_contain_text(words)


def stands(page, key):
    return page.evaluate("key => { const box = document.getElementById('c-' + key).getBoundingClientRect(); return [box.x, box.y] }", key)  # fmt: skip


def go_to(page, key):
    """Press arrow keys until a competency has the focus."""
    blocked = None
    for _ in range(60):
        here = focused(page)
        if here == key:
            return
        (x, y), (to_x, to_y) = stands(page, here), stands(page, key)
        down = "ArrowDown" if to_y > y else "ArrowUp"
        across = "ArrowRight" if to_x > x else "ArrowLeft"
        wanted = down if abs(to_y - y) > 20 else across
        page.keyboard.press(across if wanted == blocked == down else wanted)
        blocked = wanted if focused(page) == here else None
    raise AssertionError(f"{key} is not reached by arrow keys")


def connect(page, source, target, *, changes=0):
    go_to(page, source)
    page.keyboard.press("c")
    go_to(page, target)
    for _ in range(changes):
        page.keyboard.press("a")
    page.keyboard.press("Enter")


def edges(page):
    return {
        (needed, competency, tuple(group))
        for needed, competency, group in page.eval_on_selector_all(
            ".line", "lines => lines.map(line => JSON.parse(line.dataset.edge))"
        )
    }


def test_ten_competencies_with_an_any_of_group_are_drawn_by_keyboard_alone(open_new):
    page = open_new()
    tab_until(page, "#title")
    for number in range(10):
        page.keyboard.type(f"S{number}")
        page.keyboard.press("Tab")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        says(page, f"S{number} is added.")
        assert focused(page) == f"s{number}"
        page.keyboard.press("n")
    page.keyboard.press("Escape")
    page.locator("#c-s9").focus()
    for source, target in CHAIN:
        connect(page, source, target)
        says(page, f"{source.upper()} is needed for {target.upper()} now.")
        assert focused(page) == source
    connect(page, "s1", "s3")
    says(page, "S1 is needed for S3 now.")
    connect(page, "s2", "s3", changes=1)
    says(page, "S2 is needed for S3 now.")
    group = ("s1", "s2")
    assert edges(page) == {(a, b, (a,)) for a, b in CHAIN} | {("s1", "s3", group), ("s2", "s3", group)}
    expect(page.locator(".line.any")).to_have_count(2)


def test_every_step_is_said_and_can_be_left(open_new):
    page = open_new(["One", "Two"])
    page.locator("#c-one").focus()
    page.keyboard.press("c")
    says(page, "Connecting: One is needed for …")
    page.keyboard.press("ArrowRight")
    says(page, "One is needed for Two. Enter connects.")
    page.keyboard.press("Escape")
    says(page, "Nothing was connected.")
    assert focused(page) == "one"
    expect(page.locator(".line")).to_have_count(0)
    connect(page, "one", "two")
    says(page, "is needed for Two now.")
    page.keyboard.press("e")
    says(page, "One is needed for Two. Delete takes it out")
    page.keyboard.press("Delete")
    says(page, "One is not needed for Two any more.")
    assert focused(page) == "one"
    expect(page.locator(".line")).to_have_count(0)
    page.keyboard.press("e")
    says(page, "One has no edge in the picture.")
    page.keyboard.press("Enter")
    page.wait_for_url("**/draft/competencies/one")


def test_dragging_connects_and_a_circle_is_refused_and_said(open_new, assert_accessible):
    page = open_new(["One", "Two"])
    page.evaluate("window.live = document.querySelector('[data-live]')")
    page.drag_and_drop("#c-one", "#c-two")
    says(page, "One is needed for Two now.")
    assert page.evaluate("live.isConnected && live.dataset.seen") == page.input_value("[data-cut] [name=seen]")
    assert edges(page) == {("one", "two", ("one",))}
    page.drag_and_drop("#c-two", "#c-one")
    alert = page.locator("main [role=alert]")
    expect(alert).to_contain_text("One → Two → One")
    expect(alert).to_contain_text("The edge that closes it is the new one: Two for One.")
    assert focused(page) == "two"
    assert len(edges(page)) == 1
    assert_accessible(page)
    page.click("#c-two")
    expect(page.locator("#chosen")).to_have_text("Two")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(page.locator("#chosen")).to_have_text("One")
    assert focused(page) == "one"
    page.click("main .head button:has-text('Undo')")
    expect(page.locator(".line")).to_have_count(0)


def test_single_keys_can_be_switched_off(open_page, own_server):
    page = open_page("/settings", sign_in="designer", server=own_server)
    page.check("#keys-off")
    page.locator("form:has(#keys-off) button").click()
    page.goto(DEMO)
    page.locator(".picture a").first.focus()
    first = focused(page)
    page.keyboard.press("c")
    expect(page.locator("[data-said]")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    assert focused(page) not in (None, first)


def test_everything_is_drawn_without_scripts(open_new):
    page = open_new(["One", "Two", "Three"], scripts=False, viewport={"width": 320, "height": 640})
    for needed, beside in (("One", ""), ("Two", "One")):
        page.fill("#needed", needed)
        page.fill("#competency", "Three")
        page.fill("#beside", beside)
        page.click("[data-edge] button")
    assert edges(page) == {(key, "three", ("one", "two")) for key in ("one", "two")}
    page.click("#c-three")
    expect(page.locator("#chosen")).to_have_text("Three")
    page.locator(".edges button").first.click()
    assert edges(page) == {("two", "three", ("two",))}
    assert_no_sideways_scroll(page)


@pytest.mark.parametrize(
    "look",
    [
        {"locale": "en-GB", "color_scheme": "light"},
        {"locale": "ar", "color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
    ],
    ids=["light", "arabic-dark-small"],
)
def test_the_picture_is_accessible(look, open_page, assert_accessible):
    page = open_page(f"{DEMO}?focus=version-control", sign_in="designer", **look)
    assert_accessible(page)
    assert_no_sideways_scroll(page)


LOOKS = [
    {"locale": "en-GB", "color_scheme": "light"},
    {"locale": "ar", "color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "arabic-dark-small"])
def test_what_cannot_be_taken_out_is_archived_beside(look, open_page, own_server, assert_accessible):
    page = open_page(f"{DEMO}?focus=chart-choice", sign_in="designer", server=own_server, **look)
    chosen = page.locator("[aria-labelledby=chosen]")
    chosen.locator(".risk").click()
    expect(chosen.locator(".risk")).to_have_count(0)
    assert_accessible(page)
    chosen.locator("form:has([name=offer]) button").click()
    expect(page.locator("#c-chart-choice")).to_have_class("off")
    expect(chosen.locator(".i use")).to_have_attribute("href", "#i-withheld")
    assert_accessible(page)
    assert_no_sideways_scroll(page)


def test_the_page_of_a_refused_removal_offers_to_archive(open_page, own_server, assert_accessible):
    page = open_page("/programs/data-technician/draft?open=workplace&at=tickets", sign_in="designer", server=own_server)
    archive = "button[value='archive competency tickets']"  # it removes as if nobody had had it when the page came
    page.locator(archive).evaluate("button => { button.value = 'remove competency tickets'; button.click() }")
    expect(page.get_by_role("heading", name="Not saved")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Archive").click()
    expect(page.locator("#competency-tickets")).to_contain_text("no longer offered")
