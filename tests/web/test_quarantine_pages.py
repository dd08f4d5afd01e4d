"""The pages of files and of what is reported: what they say, without scripts."""

import re
from io import BytesIO

import pytest

from tests.handing_in import handed_in, with_file


@pytest.fixture
def item(app, learner, now):
    with app.app_context():
        key = handed_in(learner, ["html"], now=now, text="Mrs. Miller and I")
        return key, with_file(key, now=now, name="Miller.txt")


def text_of(answer, status=200):
    assert answer.status_code == status, (answer.status_code, answer.text[:2000])
    return answer.text


def test_a_draft_says_what_files_it_takes_and_takes_them_by_a_form(app, sign_in, learner, now):
    from tests.services.evidence_desk import Desk

    with app.app_context():
        draft = Desk(learner.actor, now).save()
    browser, address = sign_in(learner), f"/learn/web/evidence/{draft}"
    page = text_of(browser.get(address))
    assert "At most 10 files of 20 MB each, and 500 MB in all you hand in." in page
    sent = {"file": [(BytesIO(b"a,b\n"), "one.csv"), (BytesIO(b"<svg/>"), "two.svg")], "next": address}
    page = text_of(browser.post(f"/evidence/{draft}/files", data=sent, follow_redirects=True))
    assert "1 file is in the draft now." in page
    assert "two.svg was not taken. This is a web page" in page
    remove = re.search(r'action="(/files/[^"]+/remove)"', page).group(1)
    page = text_of(browser.post(remove, data={"next": address}, follow_redirects=True))
    assert "The file is taken out." in page
    assert "one.csv" not in page
    assert "Choose a file first." in text_of(
        browser.post(f"/evidence/{draft}/files", data={"next": address}, follow_redirects=True)
    )


def test_a_file_is_reported_looked_at_and_destroyed(item, sign_in, learner, protector):
    key, file = item
    browser, officer, page = sign_in(learner), sign_in(protector), f"/learn/web/evidence/{item[0]}"
    form = f"/evidence/{key}/report?file={file}&next={page}"
    assert "Miller.txt" in text_of(browser.get(form))
    assert "Choose what it holds." in text_of(browser.post(form), 422)
    answer = text_of(browser.post(form, data={"kind": "person", "reason": "Her name"}, follow_redirects=True))
    assert "Thank you" in answer
    assert "A file that was reported" in answer
    assert "Miller.txt" not in answer
    assert "This file was reported" in text_of(browser.get(f"/files/{file}"), 410)
    assert "1 report waits for a decision" in text_of(officer.get("/home"))
    listing = text_of(officer.get("/programs/web/quarantine"))
    report = re.search(r'href="(/quarantine/[^"]+)"', listing).group(1)
    assert "Miller.txt" in text_of(officer.get(report))
    with officer.get(f"/files/{file}") as bytes_:
        assert bytes_.data == b"What I did"
    assert "Choose what becomes of it." in text_of(officer.post(report, data={"note": "So"}), 422)
    done = officer.post(report, data={"outcome": "destroyed", "note": "Agreed with the ward"}, follow_redirects=True)
    assert "Agreed with the ward" in text_of(done)
    assert "A file that was destroyed" in text_of(browser.get(page))
    assert "This file was destroyed" in text_of(browser.get(f"/files/{file}"), 410)
    assert "Miller.txt" not in text_of(officer.get(report))
    assert officer.get(f"/files/{file}").status_code == 403


def test_texts_are_redacted_and_nothing_typed_is_lost(item, sign_in, learner, protector):
    key, _ = item
    browser, officer, page = sign_in(learner), sign_in(protector), f"/learn/web/evidence/{item[0]}"
    browser.post(f"/evidence/{key}/report", data={"kind": "patient"})
    assert "Mrs. Miller" not in text_of(browser.get(page))
    report = re.search(r'href="(/quarantine/[^"]+)"', text_of(officer.get("/programs/web/quarantine"))).group(1)
    assert "Mrs. Miller and I" in text_of(officer.get(report))
    left = {"left-text-1": "A patient and I"}
    assert "A patient and I" in text_of(officer.post(report, data=left), 422)
    officer.post(report, data={**left, "outcome": "redacted"})
    answer = text_of(browser.get(page))
    assert "A patient and I" in answer
    assert "Some of what was written here was taken out" in answer
    assert officer.post(report, data={"outcome": "released"}).status_code == 409


def test_a_draft_whose_text_is_closed_is_shown_and_not_to_be_written_on(app, sign_in, learner, now):
    from tests.services.evidence_desk import Desk

    with app.app_context():
        draft = Desk(learner.actor, now).save(text="Mrs. Miller")
    browser = sign_in(learner)
    browser.post(f"/evidence/{draft}/report", data={"kind": "patient"})
    page = text_of(browser.get(f"/learn/web/evidence/{draft}"))
    assert "Something in this text was reported" in page
    assert 'name="text"' not in page
    assert "Mrs. Miller" not in page


def test_the_list_of_reports_asks_as_many_queries_for_many_as_for_one(app, cast, sign_in, now):
    from sqlalchemy import event

    from cbe.services import quarantine
    from cbe.store.database import db

    officer, learner = sign_in(cast.people["protector"]), cast.people["learner"]

    def queries_with(more):
        with app.app_context():
            for _ in range(more):
                key = handed_in(learner, ["html"], now=now)
                quarantine.report(learner.actor, key, None, "patient", "", today=now.date(), now=now)
            seen, engine = [], db.engine
            event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
        text_of(officer.get("/programs/web/quarantine"))
        return len(seen)

    first = queries_with(1)
    assert queries_with(5) == first


def test_a_scanner_that_is_not_there_stops_the_start(settings):
    from cbe.config import BadSetting, Settings

    for name, value, words in (
        ("CBE_SCAN_COMMAND", "no-such-scanner --fast", "not a program"),
        ("CBE_SCAN_COMMAND", "'open", "no command"),
        ("CBE_EVIDENCE_FILE_MB", "0", "from 1 to"),
        ("CBE_EVIDENCE_STORE", "https://bucket", "s3://bucket"),
        ("CBE_S3_ENDPOINT", "bucket.example", "an address"),
        ("CBE_S3_KEY", "alone", "go together"),
    ):
        with pytest.raises(BadSetting, match=words):
            Settings.load({**settings, name: value})
