"""The roster as a page: as many queries for a hundred learners as for two, and every filter through the address."""

from uuid import uuid4

import pytest

from cbe.store.database import begin_write, db
from cbe.store.enrolments import EnrolmentRow, StatusRow
from cbe.store.people import AccountRow, PersonRow
from tests.web.test_learner_pages import queries_of


@pytest.fixture
def enrol_many(app, cast, now):
    """Give a function that enrols so many more learners."""

    def enrol_many(count):
        with app.app_context():
            begin_write()
            for number in range(count):
                account, key = uuid4(), uuid4()
                db.session.add(AccountRow(id=account, status="active", created_at=now))
                db.session.add(PersonRow(account_id=account, name=f"Extra {number:03}"))
                db.session.flush()
                db.session.add(
                    EnrolmentRow(
                        id=key, account_id=account, program_id=cast.program_id, version_id=cast.version_id,
                        status="active", created_at=now,
                    )
                )  # fmt: skip
                db.session.flush()
                db.session.add(
                    StatusRow(id=uuid4(), enrolment_id=key, status="active", since=now.date(), recorded_at=now)
                )
            db.session.commit()

    return enrol_many


def test_queries_do_not_grow_with_the_learners(app, sign_in, coordinator, enrol_many):
    browser = sign_in(coordinator)
    browser.get("/programs/web/roster")  # the program is compiled once
    few = queries_of(app, lambda: browser.get("/programs/web/roster"))
    enrol_many(600)
    pages = []
    many = queries_of(app, lambda: pages.append(browser.get("/programs/web/roster?sort=name").text))
    assert few == many <= 15
    assert "602 of 602 learners" in pages[0]
    assert pages[0].count('<th scope="row">') == 50
    assert "Extra 550" in browser.get("/programs/web/roster?sort=name&page=12").text
    assert len(browser.get("/programs/web/roster.csv").text.splitlines()) == 603


def test_nonsense_in_the_address_is_passed_over(sign_in, coordinator):
    browser = sign_in(coordinator)
    for asked in ("group=x", "stuck=-1", "state=asleep", "sort=colour", "section=nowhere", "page=99", "q=nobody"):
        assert browser.get(f"/programs/web/roster?{asked}").status_code == 200


def test_one_click_opens_a_person(sign_in, instructor, learner):
    browser = sign_in(instructor)
    address = f"/programs/web/roster/{learner.enrolment_id}"
    assert f'href="{address}"' in browser.get("/programs/web/roster").text
    page = browser.get(address).text
    assert "No step since" in page
    assert "Nothing was handed in yet." in page
