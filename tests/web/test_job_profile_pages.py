"""Job profiles, as documents: written by hand, from competencies and from a table, and held against one's record."""

import io

import pytest

from tests.web.test_learner_pages import queries_of

NEW = "/job-profiles/new"
TABLE = b"title,need,uri\nTalking,nice,\nMarkup,must,https://esco.example/skill/html\n"


@pytest.fixture
def browser(sign_in, cast):
    """The learner's browser."""
    return sign_in(cast.people["learner"])


def typed(*titles, **fields):
    """A filled form with these things asked for."""
    return {"title": "Clerk", **{f"items.{number}.title": title for number, title in enumerate(titles)}, **fields}


def test_a_profile_is_written_by_hand_and_shown_beside_the_record(browser):
    answer = browser.post(NEW, data=typed("Talking", "", **{"items.0.need": "nice"}), follow_redirects=True)
    assert "The profile is kept." in answer.text
    assert 'data-item="0" data-match="not_taught"' in answer.text
    assert 'data-item="1"' not in answer.text
    assert "Clerk" in browser.get("/job-profiles").text


def test_competencies_are_found_taken_in_and_lead_to_a_credential(browser):
    found = browser.post(NEW, data=typed("Talking", find="css", do="find")).text
    assert 'value="[&#34;web&#34;, &#34;css&#34;]"' in found
    assert 'value="Talking"' in found
    taken = browser.post(NEW, data=typed("Talking", take=['["web", "css"]', "no pair"], do="add")).text
    assert "1 added below" in taken
    kept = browser.post(NEW, data=typed("Talking", "CSS", **{"items.1.competency": '["web", "css"]'}), follow_redirects=True).text  # fmt: skip
    assert 'data-item="1" data-match="missing"' in kept
    assert "about 14 notional hours" in kept
    assert "/learn/web/credentials/style-badge" in kept


def test_a_table_is_read_into_the_form_and_a_wrong_one_loses_nothing(browser):
    read = browser.post(NEW, data=typed("Counting", do="table", table=(io.BytesIO(TABLE), "job.csv")))
    assert [f'value="{title}"' in read.text for title in ("Counting", "Talking", "Markup")] == [True] * 3
    wrong = browser.post(
        NEW, data=typed("Counting", do="table", table=(io.BytesIO(b"title,need\nX,perhaps\n"), "job.csv"))
    )
    assert wrong.status_code == 422
    assert "/lines/2/need: Write must or nice" in wrong.text
    assert 'value="Counting"' in wrong.text


def test_what_is_wrong_stands_at_its_field_with_what_was_typed(browser):
    answer = browser.post(NEW, data=typed("Counting", title="", **{"items.0.uris": "x" * 501}))
    assert answer.status_code == 422
    assert 'href="#title"' in answer.text
    assert 'aria-describedby="items.0.uris-error"' in answer.text
    assert 'value="Counting"' in answer.text


def test_one_changes_and_removes_ones_own_and_staff_share_theirs(browser, sign_in, cast):
    mine = browser.post(NEW, data=typed("Talking")).location
    assert 'value="Talking"' in browser.get(f"{mine}/edit").text
    assert browser.post(f"{mine}/edit", data=typed("Writing", title="Scribe")).status_code == 303
    assert "Scribe" in browser.get(mine).text
    assert browser.post(f"{mine}/share", data={"shared": "yes"}).status_code == 403
    assert browser.post(f"{mine}/remove").status_code == 303
    assert browser.get(mine).status_code == 404
    designer = sign_in(cast.people["designer"])
    theirs = designer.post(NEW, data=typed("CSS")).location
    assert browser.get(theirs).status_code == 404
    designer.post(f"{theirs}/share", data={"shared": "yes"})
    assert "Everybody can read this profile." in browser.get(theirs).text
    assert browser.get(f"{theirs}/edit").status_code == 404


def test_the_questions_asked_do_not_grow_with_what_is_asked_for(browser, app):
    few = browser.post(NEW, data=typed("One")).location
    many = browser.post(NEW, data=typed(*(f"Thing {number}" for number in range(60)))).location
    browser.get(few)
    counts = [queries_of(app, lambda path=path: browser.get(path)) for path in (few, many)]
    assert counts[0] == counts[1] <= 30
