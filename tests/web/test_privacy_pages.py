"""The pages of one's own data, and those of data protection: what they say and do, without scripts."""

import io
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cbe.domain.policy import SYSTEM
from cbe.store import personal
from cbe.web.privacy.words import ABOUT, CLASSES, DISCLOSURE_GROUNDS, ERASURE_GROUNDS, FIXED_CLASSES, TABLES
from tests.cast import PASSWORD


def text_of(answer, status=200):
    assert answer.status_code == status, (answer.status_code, answer.text[:2000])
    return answer.text


@pytest.fixture
def where(learner):
    return f"/programs/web/learners/{learner.enrolment_id}/privacy"


def test_anybody_downloads_everything_about_themselves(sign_in, learner, instructor):
    for who in (learner, instructor):
        answer = sign_in(who).get("/privacy/archive.zip")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
            page = file.read("index.html").decode()
            assert file.namelist() == ["index.html", "everything.json"]
        assert who.email in page
        assert "Your account" in page


def test_one_asks_to_be_erased_and_takes_it_back(sign_in, learner):
    browser = sign_in(learner)
    page = text_of(browser.post("/privacy/erasure", data={"password": "wrong"}), 422)
    assert "This is not your password." in page
    page = text_of(browser.post("/privacy/erasure", data={"password": PASSWORD}, follow_redirects=True))
    assert page.count("You are going to be erased on") >= 2
    page = text_of(browser.post("/privacy/erasure/take-back", follow_redirects=True))
    assert "You are not going to be erased." in page


def test_a_correction_is_asked_for_answered_and_stands_beside_the_record(sign_in, learner, registrar, where):
    mine, theirs = sign_in(learner), sign_in(registrar)
    asked = {"about": "web|enrolment|", "statement": "I began in May.", "is_shown": "y"}
    page = text_of(mine.post("/privacy/corrections", data={**asked, "statement": ""}), 422)
    assert "Say what is not right" in page
    text_of(mine.post("/privacy/corrections", data=asked, follow_redirects=True))
    page = text_of(theirs.get(where))
    assert "I began in May." in page
    action = page.split('action="/corrections/')[1].split('"')[0]
    page = text_of(theirs.post(f"/corrections/{action}", data={"reason": "Typed words stay"}), 422)
    assert "Typed words stay" in page
    answer = {"outcome": "refused", "reason": "The papers say June."}
    text_of(theirs.post(f"/corrections/{action}", data=answer, follow_redirects=True))
    for page in (mine.get("/privacy").text, mine.get("/learn/web/history").text, theirs.get(where).text):
        assert "I began in May." in page
        assert "The papers say June." in page


def test_a_disclosure_is_written_down_and_read_by_the_learner(sign_in, learner, registrar, where):
    theirs = sign_in(registrar)
    told = {"recipient": "Harbour Ltd.", "scope": "Status and dates", "on": "2026-11-20", "disclosed_ground": "consent"}
    page = text_of(theirs.post(f"{where}/disclosures", data={**told, "recipient": ""}), 422)
    assert "Status and dates" in page
    text_of(theirs.post(f"{where}/disclosures", data=told, follow_redirects=True))
    page = text_of(sign_in(learner).get("/privacy"))
    assert "Harbour Ltd." in page
    assert "registrar" in page.lower()


def test_data_protection_holds_and_erases(sign_in, learner, protector, where):
    theirs, mine = sign_in(protector), sign_in(learner)
    text_of(theirs.post(f"{where}/hold", data={"reason": "A lawsuit"}, follow_redirects=True))
    assert "A lawsuit" in text_of(mine.get("/privacy"))
    text_of(theirs.post(f"{where}/hold/end", follow_redirects=True))
    text_of(theirs.post(f"{where}/erasure", data={"ground": "law"}, follow_redirects=True))
    page = text_of(theirs.get("/programs/web/privacy"))
    assert "due on" in page
    assert "You are going to be erased on" in text_of(mine.get("/privacy"))


def test_the_schedule_is_set_within_its_bounds_and_shown_to_everybody(sign_in, learner, administrator):
    browser = sign_in(administrator)
    months = {"evidence": "24", "conversation": "24", "draft": "24", "mail": "6"}
    page = text_of(browser.post("/programs/web/retention", data={**months, "mail": "99"}), 422)
    assert "Write a whole number of months from 1 to 24." in page
    assert 'value="99"' in page
    text_of(browser.post("/programs/web/retention", data={**months, "mail": "7"}, follow_redirects=True))
    assert "7 months" in text_of(sign_in(learner).get("/privacy"))


def test_everything_that_is_shown_has_words():
    from cbe.services import corrections, disclosures, erasing, retention

    assert set(TABLES) == set(personal.PARTS)
    assert set(ABOUT) == set(corrections.ABOUT)
    assert set(DISCLOSURE_GROUNDS) == set(disclosures.GROUNDS)
    assert set(ERASURE_GROUNDS) == set(erasing.GROUNDS)
    assert (set(CLASSES), set(FIXED_CLASSES)) == (set(retention.BOUNDS), set(retention.DAYS))


def everything(skip: str = "audit") -> str:
    """Return every value of every table but one."""
    from cbe.store.database import Row, db

    db.session.rollback()
    with db.engine.connect() as connection:
        return "\n".join(
            str(value)
            for table in Row.metadata.sorted_tables
            if table.name != skip
            for row in connection.execute(sa.select(table))
            for value in row
        )


def test_of_a_learner_of_the_demo_no_word_is_left(demo_app):
    from cbe.services import accounts, erasing, people, rebuild
    from cbe.services.audit import verify_trail

    with demo_app.app_context():
        account_id = people.get_account_id(SYSTEM, "learner@demo.example")
        found = personal.rows_about(account_id)
        marks = {
            found["person"][0]["name"],
            found["person"][0]["email"],
            *(one["digest"] for one in found["evidence_file"]),
        }
        before, now = everything(), found["account"][0]["created_at"] + timedelta(days=4000)
        texts = [one["text"] for one in found["evidence_version"] if one["text"]]
        marks |= {text for text in texts if before.count(text) == texts.count(text)}  # others of the demo say the same
        assert len(marks) >= 3
        assert all(mark in before for mark in marks)
        erasing.ask(accounts.load_actor(account_id, now=now), "demo", now=now)
        assert erasing.erase_due(now=now + timedelta(days=31)) == 1
        after = everything()
        assert not [mark for mark in marks if mark in after]
        assert verify_trail(SYSTEM).problems == []
        told = []
        assert rebuild.rebuild_records(SYSTEM, check=True, now=now, tell=told.append).differences == 0, told
