"""The pages of observed sessions: nothing typed is lost, and a sheet filled in by hand becomes the grid."""

import re
from html import unescape

import pytest


@pytest.fixture
def grid(sign_in, instructor, cast):
    """Give the address of the grid of the morning group with two competencies, and the instructor's browser."""
    browser = sign_in(instructor)
    return browser, f"/programs/web/observe?group={cast.groups['morning']}&competency=html&competency=css"


def fields(page: str) -> dict[str, list[str]]:
    """Return what the form of a grid would send as it stands."""
    form = page.split('class="form grid"')[1].split("</form>", maxsplit=1)[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    for name, value, rest in re.findall(r'name="(tick-[^"]+)" value="([^"]*)"([^>]*)>', form):
        if " checked" in rest:
            found[name] = [value]
    for name, options in re.findall(r'<select name="(level-[^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', options)
    return found


def test_a_session_is_filled_and_recorded(grid, learner):
    browser, address = grid
    filled = browser.post("/programs/web/observe", data={**fields(browser.get(address).text), "do": "fill"}).text
    marks = fields(filled)
    assert {name for name in marks if name.startswith("tick-")} == {f"tick-{learner.enrolment_id}-{n}" for n in (0, 1)}
    done = browser.post("/programs/web/observe", data={**marks, "do": "record"})
    assert done.status_code == 303
    page = browser.get(done.headers["Location"]).text
    assert "2 decisions" in page
    assert "Undo the whole session" in page


def test_what_cannot_be_recorded_is_shown_again_as_it_was_typed(grid, learner):
    browser, address = grid
    cell = f"{learner.enrolment_id}-0"
    marks = {**fields(browser.get(address).text), "note": "In the workshop", f"say-{cell}": "Nearly <there>"}
    half = browser.post("/programs/web/observe", data={**marks, "do": "record"})
    assert half.status_code == 422
    assert "Tick it so that it is recorded" in half.text
    for kept in ("Nearly &lt;there&gt;", "In the workshop"):
        assert kept in half.text
    marks |= {f"tick-{cell}": "1", f"level-{cell}": "not_yet", f"say-{cell}": " "}
    again = browser.post("/programs/web/observe", data={**marks, "do": "record"})
    assert again.status_code == 422
    assert "not yet needs feedback" in again.text
    assert f'id="e-{cell}"' in again.text


def test_the_lines_of_a_sheet_become_the_grid(sign_in, instructor, learner, cast):
    browser = sign_in(instructor)
    sheet = browser.get(f"/programs/web/observe/sheet?group={cast.groups['morning']}&competency=html").text
    competency, person = re.findall(r"<code>([0-9A-Z]+)</code>", sheet)[:2]
    wrong = browser.post("/programs/web/observe/lines", data={"lines": f"{person} {competency} 9"})
    assert (wrong.status_code, "Line 1" in wrong.text, f"{person} {competency} 9" in wrong.text) == (422, True, True)
    page = browser.post(
        "/programs/web/observe/lines", data={"lines": f"{person} {competency} x Once more, slowly."}
    ).text
    assert "Once more, slowly." in page
    done = browser.post("/programs/web/observe", data={
        **fields(page), f"say-{learner.enrolment_id}-0": "Once more, slowly.", "do": "record",
    })  # fmt: skip
    assert "not yet" in browser.get(done.headers["Location"]).text


def test_a_session_is_undone_from_its_page(grid):
    browser, address = grid
    marks = fields(browser.post("/programs/web/observe", data={**fields(browser.get(address).text), "do": "fill"}).text)
    page = browser.post("/programs/web/observe", data={**marks, "do": "record"}).headers["Location"]
    assert browser.post(f"{page}/undo").status_code == 303
    assert "2 taken back" in browser.get(page).text
    assert browser.post(f"{page}/undo").status_code == 409


def test_nonsense_in_the_address_is_answered_in_words(grid):
    browser, _ = grid
    assert browser.get("/programs/web/observe?group=x&learner=y&day=never&competency=html&tick-1=1").status_code == 200
    assert browser.get("/programs/web/observe?competency=nonsense").status_code == 422


def test_going_back_and_recording_again_leads_to_the_session_that_is_there(grid):
    browser, address = grid
    marks = fields(browser.post("/programs/web/observe", data={**fields(browser.get(address).text), "do": "fill"}).text)
    first = browser.post("/programs/web/observe", data={**marks, "do": "record"}).headers["Location"]
    again = browser.post("/programs/web/observe", data={**marks, "once": "another key", "do": "record"})
    assert again.headers["Location"] == first
    assert "not recorded again" in browser.get(first).text


def test_a_level_without_a_tick_and_a_day_that_is_none_are_said(grid, learner):
    browser, address = grid
    marks = fields(browser.get(address).text)
    wrong = {f"level-{learner.enrolment_id}-0": "not_yet", f"tick-{learner.enrolment_id}-1": "1", "day": "31.12."}
    page = browser.post("/programs/web/observe", data={**marks, **wrong, "do": "record"})
    assert page.status_code == 422
    assert "choose the usual level again" in page.text
    assert "Write the day as year-month-day." in page.text


def test_who_left_meanwhile_is_said_and_the_others_stay_typed(grid, app, learner, cast, now):
    from cbe.domain.policy import SYSTEM
    from cbe.services import enrolments, groups, people

    browser, address = grid
    with app.app_context():
        account = people.add_account(SYSTEM, "mate@cbe.example", "Mate", password="correct horse battery", now=now)
        mate = enrolments.enrol(SYSTEM, account, "web", now=now)
        groups.add_member(SYSTEM, cast.groups["morning"], mate, now=now)
    marks = fields(browser.post("/programs/web/observe", data={**fields(browser.get(address).text), "do": "fill"}).text)
    with app.app_context():
        enrolments.set_status(SYSTEM, mate, "leave", since=now.date(), now=now)
    page = browser.post("/programs/web/observe", data={**marks, "do": "record"})
    assert (page.status_code, "Their rows are gone" in page.text) == (409, True)
    left = fields(page.text)
    assert {name for name in left if name.startswith("tick-")} == {f"tick-{learner.enrolment_id}-{n}" for n in (0, 1)}
    assert browser.post("/programs/web/observe", data={**left, "do": "record"}).status_code == 303


def test_lines_name_anybody_of_a_large_program_and_too_many_competencies_keep_the_text(
    app, sign_in, coordinator, enrol_many, now
):
    enrol_many(250)
    browser = sign_in(coordinator)
    with app.app_context():
        from cbe.services.observing import list_coded

        grid = list_coded(coordinator.actor, "web", today=now.date(), now=now)
    last = next(one for one in grid.learners if one.name == "Extra 249")
    page = browser.post("/programs/web/observe/lines", data={"lines": f"{last.code} {grid.codes['html']} 1"}).text
    assert re.findall(r'<th scope="row"><bdi>([^<]+)', page) == ["Extra 249"]
    assert fields(page)[f"tick-{last.enrolment_id}-0"] == ["1"]
    many = "\n".join(f"{one.code} {grid.codes['html']} 1" for one in grid.learners[:201])
    refused = browser.post("/programs/web/observe/lines", data={"lines": many})
    assert (refused.status_code, "at most 200 learners" in refused.text, last.code in refused.text) == (
        422,
        True,
        False,
    )
