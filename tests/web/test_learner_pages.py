"""The learner's pages as documents: what they say, whose they are, and how few queries they take."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from cbe.store.database import begin_write, db
from cbe.store.enrolments import GroupMemberRow
from cbe.store.records import StandingRow

PAGES = ["", "/map", "/outline", "/competencies/forms", "/credentials/web-badge", "/compare?a=web-badge&b=style-badge",
         "/progress", "/history", "/print", "/goals"]  # fmt: skip


@pytest.fixture
def mastered(app, learner):
    with app.app_context():
        begin_write()
        for key in ("html", "php"):
            db.session.add(
                StandingRow(enrolment_id=learner.enrolment_id, competency=key, mastered_on=date(2026, 10, 1))
            )
        db.session.commit()


def states_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-competency="([^"]+)" data-state="([^"]+)"', page))


def queries_of(app, fetch) -> int:
    seen = []
    with app.app_context():
        engine = db.engine

    def note(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "SET TRANSACTION", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        fetch()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_program_answers(path, sign_in, learner, mastered):
    answer = sign_in(learner).get(f"/learn/web{path}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


def test_every_chart_has_its_figures_in_a_table(sign_in, learner, mastered):
    page = sign_in(learner).get("/learn/web/progress").text
    assert page.count("data-figure=") == 3
    assert page.count("<table>") == 2
    assert "plotly" in page
    assert "plotly" not in sign_in(learner).get("/learn/web").text


def test_the_map_and_the_outline_of_home_say_the_same(sign_in, learner, mastered):
    page = sign_in(learner).get("/learn/web").text
    drawn, listed = page.split('class="map')[1].split("</svg></div>")[0], page.split('<table class="outline')[1]
    assert states_in(drawn) == states_in(listed)
    assert len(states_in(drawn)) == 8


def test_next_up_says_why(sign_in, learner, mastered):
    page = sign_in(learner).get("/learn/web").text
    assert "the last step to Style badge" in page


def test_the_outline_is_filtered_sorted_and_searched_through_the_address(sign_in, learner, mastered):
    client = sign_in(learner)
    ready = states_in(client.get("/learn/web/outline?state=ready").text.split("<table")[1])
    assert set(ready.values()) == {"ready"}
    by_hours = list(states_in(client.get("/learn/web/outline?sort=hours&order=down").text.split("<table")[1]))
    assert by_hours[0] == "js"
    assert list(states_in(client.get("/learn/web/outline?q=access").text.split("<table")[1])) == ["a11y"]


def test_a_locked_competency_says_what_would_unlock_it(sign_in, learner):
    page = sign_in(learner).get("/learn/web/competencies/forms").text
    assert "What would unlock it" in page
    assert re.search(r"JavaScript.*or.*PHP", page, re.DOTALL)


def test_what_can_still_be_undone_is_marked_as_provisional(app, sign_in, learner, mastered):
    with app.app_context():
        begin_write()
        for key in ("html", "php"):
            row = db.session.get(StandingRow, (learner.enrolment_id, key))
            row.settles_at = datetime.now(UTC) + timedelta(minutes=9 if key == "html" else -1)
        db.session.commit()
    client = sign_in(learner)
    assert client.get("/learn/web").text.count("<small>provisional</small>") == 1
    assert "it can still be undone" in client.get("/learn/web/competencies/html").text
    assert "it can still be undone" not in client.get("/learn/web/competencies/php").text


def test_what_if_recomputes_from_a_shareable_address(sign_in, learner):
    client = sign_in(learner)
    page = client.get("/learn/web/credentials/web-badge?assume=css&assume=php").text
    assert "were these mastered too" in page
    assert 'value="css" id="a1" checked' in page or re.search(r'value="css"[^>]*checked', page)


def test_my_data_is_whole_as_json_and_safe_as_csv(sign_in, learner, mastered):
    client = sign_in(learner)
    data = json.loads(client.get("/learn/web/my-data.json").text)
    assert {row["competency"] for row in data["competencies"] if row["state"] == "mastered"} == {"html", "php"}
    table = client.get("/learn/web/my-data.csv").text
    assert table.startswith("\ufeffcompetency,code,title,state")
    assert table.count("\r\n") == 9


def test_goals_and_pace_give_dates(sign_in, learner, mastered):
    client = sign_in(learner)
    answer = client.post("/learn/web/goals", data={"goal": "web-badge", "pace": "6", "target-web-badge": "2027-01-31"})
    assert answer.status_code == 303
    page = client.get("/learn/web/credentials/web-badge").text
    assert "at 6 h a week: around" in page


def test_wrong_goals_keep_what_was_written(sign_in, learner):
    answer = sign_in(learner).post("/learn/web/goals", data={"pace": "many", "target-web-badge": "soon"})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert 'value="soon"' in answer.text


def test_titles_follow_the_readers_language_and_mark_the_fallback(sign_in, learner):
    client = sign_in(learner)
    client.post("/preferences", data={"language": "ar", "next": "/"})
    page = client.get("/learn/web/outline").text
    assert '<html lang="ar" dir="rtl"' in page
    assert "لغة HTML" in page
    assert '<span lang="en" dir="ltr">JavaScript</span>' in page


def test_texts_of_a_program_are_escaped(sign_in, learner):
    page = sign_in(learner).get("/learn/web/outline?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page


def test_home_takes_at_most_twelve_queries_however_many_learners_there_are(
    app, cast, sign_in, learner, mastered, enrol_many
):
    client = sign_in(learner)
    client.get("/learn/web")
    few = queries_of(app, lambda: client.get("/learn/web"))
    enrolled = enrol_many(200)
    with app.app_context():
        begin_write()
        for key in enrolled:
            db.session.add(GroupMemberRow(group_id=cast.groups["morning"], enrolment_id=key))
            db.session.add(StandingRow(enrolment_id=key, competency="html", mastered_on=date(2026, 11, 23)))
        db.session.commit()
    many = queries_of(app, lambda: client.get("/learn/web"))
    assert few == many
    assert few <= 12


@pytest.mark.parametrize("name", ["instructor", "registrar", "adviser", "verifier"])
def test_staff_see_the_same_pages_of_their_learner(name, cast, sign_in, learner, mastered):
    client = sign_in(cast.people[name])
    base = f"/programs/web/learners/{learner.enrolment_id}"
    own = states_in(sign_in(learner).get("/learn/web/outline").text)
    for path in PAGES[:-1]:
        assert client.get(base + path).status_code == 200, path
    assert states_in(client.get(base + "/outline").text) == own


def test_strangers_get_404_and_members_without_the_right_403(cast, sign_in, learner):
    base = f"/programs/web/learners/{learner.enrolment_id}"
    for name, status in (("stranger", 404), ("other_learner", 404), ("other_instructor", 403), ("designer", 403)):
        assert sign_in(cast.people[name]).get(base).status_code == status, name
