"""The roster as a page: as many queries for a hundred learners as for two, and every filter through the address."""

from tests.web.test_learner_pages import queries_of


def test_queries_do_not_grow_with_the_learners(app, sign_in, coordinator, enrol_many):
    browser = sign_in(coordinator)
    browser.get("/programs/web/roster")  # the program is compiled once
    few = queries_of(app, lambda: browser.get("/programs/web/roster"))
    enrol_many(600)
    pages = []
    many = queries_of(app, lambda: pages.append(browser.get("/programs/web/roster?sort=name").text))
    assert few == many <= 15
    assert "602 of 602 learners" in pages[0]
    assert pages[0].count('<th scope="row">') == 100
    assert "Extra 550" in browser.get("/programs/web/roster?sort=name&page=6").text
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
