"""The whole way in a browser: handed in, taken, decided, undone, returned, taken back, reported; each sees what follows."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

PROGRAM, STEP, BADGE = "/learn/data-technician", "describe-data", "badge-data-literacy"
OPENED = "sampling"
LATER = timedelta(minutes=11)


@pytest.fixture
def learner(own_server, open_page) -> Page:
    return open_page(PROGRAM, sign_in="learner", server=own_server)


@pytest.fixture
def instructor(own_server, open_page) -> Page:
    return open_page("/queue", sign_in="instructor", server=own_server)


@pytest.fixture
def ten_minutes_pass(own_server):
    """Give a function that lets what can be undone settle."""
    from cbe.services.settling import settle

    def ten_minutes_pass() -> None:
        with own_server.app.app_context():
            settle(datetime.now(UTC) + LATER)

    return ten_minutes_pass


def hand_in(page: Page, text: str) -> str:
    """Hand in evidence with a file, from the page of the competency, and return its address."""
    page.goto(f"{PROGRAM}/competencies/{STEP}")
    page.get_by_role("link", name="Hand in evidence").first.click()
    page.get_by_label("What you did").fill(text)
    page.get_by_label("Where it happened").select_option("workplace")
    page.get_by_label("How you learned it").select_option("non-formal")
    page.get_by_label("Day, or first day").fill("2026-11-02")
    page.get_by_label("This is my own work").check()
    page.get_by_role("button", name="Save and add files").click()
    page.get_by_label("Add files").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"The median is 4, the mean is 9."}
    )
    page.get_by_role("link", name="notes.txt", exact=True).wait_for()
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_text("waits for a decision").first.wait_for()
    return page.url


def review_newest(page: Page) -> None:
    """Take the newest of what the demo's learner handed in."""
    page.goto("/queue?q=Lindgren")
    page.get_by_role("button", name=re.compile("Review.*Maya Lindgren")).last.click()
    page.wait_for_url("**/review*")


def decide(page: Page, level: str, feedback: str) -> None:
    page.get_by_role("radio", name=level).check()
    page.get_by_label("Feedback").fill(feedback)
    page.get_by_role("button", name="Record and back to the queue").click()
    page.get_by_role("heading", name="Recorded for Maya Lindgren").wait_for()


def state_of(page: Page, competency: str) -> str | None:
    page.goto(f"{PROGRAM}/outline")
    return page.locator(f"tr[data-competency={competency}]").get_attribute("data-state")


def status_of(page: Page, credential: str) -> str | None:
    page.goto(f"{PROGRAM}/credentials/{credential}")
    return page.locator(f".head[data-credential={credential}]").get_attribute("data-status")


def read_notice(page: Page, words: str) -> None:
    page.goto("/notices")
    expect(page.get_by_role("link", name=words).first).to_be_visible()


def test_handed_in_decided_and_the_map_changes(learner, instructor, ten_minutes_pass):
    assert state_of(learner, OPENED) == "locked"
    hand_in(learner, "I **described** four weeks of counts.")
    assert state_of(learner, STEP) == "in_review"
    read_notice(instructor, "waits for a decision")
    review_newest(instructor)
    expect(instructor.get_by_text("described").first).to_be_visible()
    with instructor.expect_download() as download:
        instructor.get_by_role("link", name="notes.txt", exact=True).click()
    assert download.value.suggested_filename == "notes.txt"
    assert "Can be claimed now" not in instructor.content()
    decide(instructor, "Competent", "Clear and complete.")
    expect(instructor.get_by_text("Can be claimed now")).to_be_visible()
    assert state_of(learner, STEP) == "mastered"
    assert state_of(learner, OPENED) == "ready"
    assert status_of(learner, BADGE) == "claimable"
    ten_minutes_pass()
    assert status_of(learner, BADGE) == "held"
    read_notice(learner, "was awarded to you")
    read_notice(learner, "assessed as met")


def test_undone_returned_and_handed_in_again(learner, instructor, ten_minutes_pass):
    address = hand_in(learner, "The first try.")
    review_newest(instructor)
    decide(instructor, "Competent", "Well done.")
    instructor.get_by_role("button", name="Undo").first.click()
    expect(instructor.get_by_label("Feedback")).to_have_value("Well done.")
    assert state_of(learner, STEP) == "in_review"
    decide(instructor, "Developing", "Say how you checked it.")
    ten_minutes_pass()
    assert state_of(learner, STEP) != "mastered"
    read_notice(learner, "not yet")
    learner.goto(address)
    expect(learner.get_by_text("Say how you checked it.").first).to_be_visible()
    expect(learner.get_by_text("Well done.")).to_have_count(0)
    learner.get_by_role("button", name="Hand in again").click()
    learner.get_by_label("What you did").fill("The second try, with the check.")
    learner.get_by_label("This is my own work").check()
    learner.get_by_role("button", name="Hand in", exact=True).click()
    learner.get_by_text("waits for a decision").first.wait_for()
    review_newest(instructor)
    expect(instructor.get_by_text("The second try, with the check.").first).to_be_visible()


def test_a_decision_is_taken_back_with_a_reason(learner, instructor, ten_minutes_pass):
    hand_in(learner, "Not quite mine.")
    review_newest(instructor)
    decide(instructor, "Competent", "Good.")
    ten_minutes_pass()
    instructor.goto("/decisions/mine")
    instructor.get_by_role("link", name=re.compile("Take back")).first.click()
    instructor.get_by_label("Reason").fill("I judged the wrong piece.")
    instructor.get_by_role("button", name="Take the decision back").click()
    instructor.get_by_text("taken back").first.wait_for()
    assert state_of(learner, STEP) != "mastered"
    read_notice(learner, "taken back")


def test_what_is_reported_is_closed_until_data_protection_decides(learner, own_server, open_page):
    address = hand_in(learner, "With a name in the file.")
    learner.get_by_role("link", name=re.compile("Report.*notes.txt")).click()
    learner.get_by_role("radio").first.check()
    learner.get_by_label("Where, and what is wrong").fill("In the second line.")
    learner.get_by_role("button", name="Report and close it").click()
    learner.goto(address)
    expect(learner.get_by_text("A file that was reported")).to_be_visible()
    officer = open_page("/home", sign_in="data-protection", server=own_server)
    officer.goto("/programs/data-technician/quarantine")
    officer.locator("tbody th a").first.click()
    officer.get_by_role("radio", name=re.compile("^Destroy")).check()
    officer.get_by_label("Why").fill("Patient data.")
    officer.get_by_role("button", name="Decide").click()
    learner.goto(address)
    expect(learner.get_by_text("A file that was destroyed")).to_be_visible()
