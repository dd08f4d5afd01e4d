"""A designer in a browser without scripts: a rule with a choice in it on a stacked credential, and ten rows pasted."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll

DRAFT = "/programs/data-technician/draft"
CREDENTIALS = f"{DRAFT}/credentials"


@pytest.fixture
def open_draft(open_page, own_server):
    """Give a function that opens a page of the draft as the demo's designer."""

    def open_draft(path, **options):
        return open_page(path, sign_in="designer", server=own_server, **options)

    return open_draft


def add(page, path, words, title):
    """Look for something in a group and add it."""
    page.fill(f'[id="{path}.wanted"]', words)
    page.press(f'[id="{path}.wanted"]', "Enter")
    page.get_by_label(title, exact=True).check()
    page.click(f'button[value="add {path}"]')


def test_a_rule_with_a_choice_and_a_stacked_credential_is_built_and_saved(open_draft):
    page = open_draft(CREDENTIALS, scripts=False)
    page.get_by_role("link", name="Add a credential").click()
    page.fill('[id="title.en"]', "Tables and queries")
    page.select_option("#kind", "certificate")
    add(page, "r", "badge-sql", "credential SQL querying")
    page.click('button[value="group r"]')
    expect(page.locator('[id="r.1.kind"]')).to_be_focused()
    add(page, "r.1", "windows", "Window functions")
    add(page, "r.1", "sql-indexes", "Indexes and query plans")
    for words in (
        "all of [the credential SQL querying, at least one of [Window functions, Indexes and query plans]]",
        "can be met",
        "would hold it today",
    ):
        expect(page.locator(".means")).to_contain_text(words, use_inner_text=True)
    page.click('button[value="save"]')
    expect(page.locator("main")).to_contain_text("Saved.")
    page.goto(CREDENTIALS)
    expect(page.locator("tbody tr").last).to_have_text(re.compile(r"^\s*Tables and queries"))


def test_the_form_of_a_credential_saves_itself_and_what_a_button_did_to_its_rule(open_draft):
    form = f"{CREDENTIALS}/badge-sql"
    page = open_draft(form)
    page.fill("#credits", "2.5")
    expect(page.locator("[data-said]")).to_contain_text("Saved")
    page.click('button[value="group r"]')
    expect(page.locator('[id="r.1.kind"], [id="r.2.kind"], [id="r.3.kind"], [id="r.4.kind"]').first).to_be_visible()
    page.fill("#level", "99")
    expect(page.locator("[data-said]")).to_contain_text("Not saved:")
    page.goto(form)
    assert page.input_value("#credits") == "2.5"


def test_rows_of_the_table_save_themselves_and_new_ones_wait_for_the_button(open_draft):
    page = open_draft(f"{DRAFT}/table?q=window")
    page.fill('[id="0.code"]', "WIN-1")
    page.fill('[id="1.title"]', "Not yet")
    expect(page.locator("[data-said]")).to_contain_text("Saved")
    page.goto(f"{DRAFT}/table?q=window")
    assert page.input_value('[id="0.code"]') == "WIN-1"
    assert page.input_value('[id="1.title"]') == ""
    page.fill('[id="0.level"]', "99")
    expect(page.locator("[data-said]")).to_contain_text("Not saved:")


def test_ten_competencies_are_pasted_looked_at_and_added_at_once(open_draft):
    page = open_draft(f"{DRAFT}/table", scripts=False)
    page.get_by_role("link", name="Paste from a spreadsheet").click()
    rows = [f"Maps {number}\tM-{number}\tMaps\t{number}\t\t\t{f'M-{number - 1}' if number > 1 else ''}" for number in range(1, 11)]  # fmt: skip
    page.fill("#rows", "\n".join(rows))
    page.click("button[value=preview]")
    expect(page.locator("main")).to_contain_text("10 competencies added")
    page.click("button[value=apply]")
    expect(page.locator("main")).to_contain_text("10 added at the end")
    page.goto(f"{DRAFT}/table?q=maps")
    expect(page.locator('[id="9.prerequisites"]')).to_have_value("maps-9")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody bdi")).to_have_count(0)


LOOKS = ({"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark", "viewport": {"width": 320, "height": 640}})


@pytest.mark.parametrize("look", LOOKS, ids=["desk", "dark Arabic phone"])
def test_the_pages_are_accessible_also_with_what_is_wrong_in_them(open_draft, assert_accessible, look):
    page = open_draft(f"{CREDENTIALS}/mc-reporting", **look)
    assert_accessible(page)
    page.click('button[value="group r"]')
    page.click('button[value="find r"]')
    page.fill("#credits", "many")
    page.click('button[value="save"]')
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    page.goto(f"{DRAFT}/table")
    page.fill('[id="0.hours"]', "many")
    page.click("form.cells button.go")
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    page.goto(f"{DRAFT}/table/paste")
    page.fill("#rows", "id,hours\nfiles-folders,3")
    page.click("button[value=preview]")
    assert_accessible(page)
    assert_no_sideways_scroll(page)
