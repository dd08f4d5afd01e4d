"""Signed credentials in a browser: one's own, switched to public, what a stranger sees then, and who issues."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll

NARROW = {"width": 320, "height": 640}
LOOKS = [{"locale": "en-GB"}, {"locale": "ar", "color_scheme": "dark"}]


@pytest.fixture
def signed(own_server):
    """Sign one award of the demo; return whose it is and the credential's id."""
    from datetime import UTC, datetime

    from cbe.services.issuing import sweeping
    from cbe.store import awarding, enrolments, issuing
    from cbe.web.credential_words import credential_words

    with own_server.app.app_context():
        waiting = [row.id for row in issuing.list_unsigned(datetime.now(UTC), None, 20)]
        assert sweeping.sign_waiting(credential_words, now=datetime.now(UTC), limit=1) == 1
        [row] = issuing.credentials_of(waiting).values()
        enrolment = enrolments.find_enrolment(awarding.find_award(row.award_id).enrolment_id)
        return enrolment.account.person.email.partition("@")[0], row.id


@pytest.mark.parametrize("look", LOOKS, ids=["english", "arabic-dark"])
def test_a_learner_gives_one_a_public_address_and_a_stranger_reads_it(
    look, signed, open_page, own_server, assert_accessible
):
    page = open_page(
        f"/my/credentials/{signed[1]}", sign_in=signed[0], server=own_server, viewport=NARROW, scripts=False, **look
    )
    assert_no_sideways_scroll(page)
    page.click("form[action$='/public'] button")
    page.locator("[role=status]").first.wait_for()
    address = page.locator("a", has_text="/credentials/").get_attribute("href")
    stranger = open_page(address, server=own_server, viewport=NARROW, **look)
    for where in (address, "#shown + .scroll a", "main dl a[href*=achievements]", "main dl a[href$=issuers]"):
        if where is not address:
            target = stranger.locator(where).first.get_attribute("href")
            stranger.goto("/" + target.split("/", 3)[3] if "://" in target else target)
        assert_accessible(stranger)
        assert_no_sideways_scroll(stranger)
        if "achievements" not in where:
            stranger.goto(address)


def test_with_scripts_it_is_copied_with_a_button(signed, open_page, own_server, assert_accessible):
    page = open_page(f"/my/credentials/{signed[1]}", sign_in=signed[0], server=own_server, scripts=True)
    page.click("summary")
    page.click("[data-copy] button")
    page.locator("[data-copy] span", has_text="Copied").wait_for()
    assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS, ids=["english", "arabic-dark"])
def test_an_administrator_changes_who_issues_and_makes_a_new_key(look, open_page, own_server, assert_accessible):
    page = open_page("/admin/issuer", sign_in="admin", server=own_server, viewport=NARROW, scripts=False, **look)
    page.fill("input[name=name]", "Harbour University")
    page.fill("input[name=url]", "harbour")
    page.click("form.card button.go")
    expect(page.locator("input[name=name]")).to_have_value("Harbour University")
    assert_no_sideways_scroll(page)
    page.fill("input[name=url]", "https://harbour.example")
    page.click("form.card button.go")
    page.click("form[action$='/key'] button")
    expect(page.locator("table tbody tr")).to_have_count(1)
    assert_no_sideways_scroll(page)
    page = open_page("/issuers", server=own_server, **look)
    expect(page.locator("h1")).to_have_text("Harbour University")
    assert_accessible(page)
