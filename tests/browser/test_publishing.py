"""A change that costs learners a ready state is rehearsed, approved by a second designer, published, and one group moved."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import assert_no_sideways_scroll

PROGRAM = "/programs/data-technician"
CHANGED = "version-control"


@pytest.fixture
def draft(own_server):
    """Have a second person wanted, and let version control come after pivot tables in the draft."""
    from datetime import UTC, datetime

    from cbe.domain.draft import set_fields
    from cbe.domain.policy import SYSTEM
    from cbe.services import drafts, versions

    now, key = datetime.now(UTC), "data-technician"
    with own_server.app.app_context():
        versions.set_needs_approval(SYSTEM, key, True, now=now)
        editing = drafts.get_editing(SYSTEM, key)
        groups = [*editing.draft.get("competency", CHANGED, "prerequisites"), ["sheet-pivot"]]
        fields = {"prerequisites": groups}
        drafts.edit(SYSTEM, key, editing.seen, lambda draft: set_fields(draft, "competency", CHANGED, fields), now=now)


def work(server):
    """Do what the worker does."""
    from cbe import jobs

    jobs.run_sweep(server.app, "move_learners")


@pytest.fixture
def look(open_page, own_server, assert_accessible):
    """Give a function that opens a page as somebody, and fails where it is not accessible."""

    def look(path, sign_in, **options):
        page = open_page(path, sign_in=sign_in, server=own_server, **options)
        if options.get("scripts", True):  # axe is one
            assert_accessible(page)
        return page

    return look


@pytest.mark.usefixtures("draft")
def test_a_costly_change_is_rehearsed_approved_published_and_one_group_moved(look, own_server):
    designer = look(f"{PROGRAM}/draft/rehearsal", "designer")
    row = designer.locator("tr", has_text="Version control with Git").first
    expect(row).to_contain_text("loses")
    designer.locator('[data-what="loses"] a').click()
    expect(designer.get_by_role("heading", level=1)).to_have_text("Who would lose something")
    designer.locator("main ul.card a").first.click()
    expect(designer.locator("main")).to_contain_text("Shortest ways to credentials")

    designer.goto(f"{PROGRAM}/draft/publish")
    designer.fill("#notes", "Pivot tables first.")
    designer.get_by_role("button", name="Ask for approval").click()
    second = look("/notices", "designer2", scripts=False)
    second.get_by_role("link", name="You are asked to approve").click()
    expect(second.locator("main")).to_contain_text("Pivot tables first.")
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_role("status").first).to_be_visible()

    designer.goto(f"{PROGRAM}/draft/publish")
    designer.get_by_role("button", name="Publish version 2").click()
    expect(designer.locator("input[value=keep]:checked")).to_have_count(4)
    expect(designer.locator("fieldset")).to_have_count(4)
    designer.locator("fieldset", has_text="Evening group").get_by_label("are moved").check()
    designer.locator("fieldset", has_text="Day group").get_by_label("are asked").check()
    designer.get_by_role("button", name="Go on with version 2").click()
    expect(designer.locator("[data-moves]")).to_contain_text("going on")
    work(own_server)
    expect(designer.locator("[data-moves]")).to_contain_text("done")  # the page follows by itself
    _each_learner_sees_what_they_should(look)


def _each_learner_sees_what_they_should(look):
    moved = look("/learn/data-technician/changes", "learner")
    expect(moved.locator("main")).to_contain_text("You were in version 1 and learn in version 2 now.")
    moved.goto(f"/learn/data-technician/competencies/{CHANGED}")
    expect(moved.locator("main")).to_contain_text("Pivot tables")
    asked = look("/learn/data-technician", "hana.kim", scripts=False)
    asked.get_by_role("link", name="See what would change for you").click()
    expect(asked.locator("main")).to_contain_text("Pivot tables first.")
    asked.get_by_role("button", name="Move to version 2 now").click()
    asked.get_by_role("button", name="Go back to version 1").click()
    expect(asked.locator("main")).to_contain_text("You said that you stay.")
    kept = look("/learn/data-technician", "samuel.mensah")
    expect(kept.locator("main")).not_to_contain_text("offered to you")
    kept.goto("/learn/data-technician/changes")
    expect(kept.locator("main")).to_contain_text("Nothing changed")


PAGES = (
    "/draft/rehearsal",
    "/draft/rehearsal/people",
    "/draft/publish",
    "/versions",
    "/versions/difference",
    "/moves",
    "/moves/new",
)


@pytest.mark.usefixtures("draft")
def test_every_page_of_versions_is_accessible_and_fits_a_phone_right_to_left(look, assert_accessible):
    page = look(
        f"{PROGRAM}{PAGES[0]}", "designer", locale="ar", color_scheme="dark", viewport={"width": 320, "height": 640}
    )
    for path in PAGES:
        page.goto(f"{PROGRAM}{path}")
        assert_accessible(page)
        assert_no_sideways_scroll(page)
