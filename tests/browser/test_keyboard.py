"""Everything by keyboard alone: signing in, the links of the map, search, help."""

from playwright.sync_api import expect

PROGRAM = "/learn/data-technician"


def focused(page, attribute="data-competency"):
    return page.evaluate(f"document.activeElement.getAttribute('{attribute}')")


def tab_until(page, wanted, most=120):
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{wanted}')"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_signing_in_and_opening_a_competency_wants_no_mouse(open_page):
    page = open_page("/sign-in")
    tab_until(page, "[name=email]")
    page.keyboard.type("learner@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/**")
    tab_until(page, ".next a")
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/competencies/**")
    expect(page.locator("h1")).to_have_text(title)


def test_the_first_tab_leads_past_the_header(open_page):
    page = open_page(PROGRAM, sign_in="learner")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_arrow_keys_move_through_the_map(open_page):
    page = open_page(PROGRAM, sign_in="learner")
    page.locator(".map a").first.focus()
    first = focused(page)
    page.keyboard.press("ArrowDown")
    second = focused(page)
    page.keyboard.press("ArrowUp")
    assert first
    assert second
    assert first != second
    page.keyboard.press("Enter")
    page.wait_for_url("**/competencies/**")


def test_slash_searches_unless_single_keys_are_off(open_page, own_server):
    page = open_page(PROGRAM, sign_in="learner", server=own_server)
    page.keyboard.press("/")
    expect(page.locator("[name=q]").first).to_be_focused()
    page.goto("/settings")
    page.check("#keys-off")
    page.locator("form:has(#keys-off) button").click()
    page.goto(PROGRAM)
    page.locator(".map a").first.focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") != "q"
