"""The queue and the pages of deciding as documents: what they say, whom, in how many queries, and what they never lose."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from cbe.domain.policy import SYSTEM
from cbe.services.publishing import import_program
from cbe.services.transaction import transaction
from cbe.store.enrolments import find_enrolment
from cbe.store.programs import find_program, find_version
from tests.handing_in import handed_in
from tests.programs import web_document
from tests.web.test_learner_pages import queries_of

NOT_YET = "Show me the form again."


@pytest.fixture
def item(app, learner):
    """A function that hands in evidence an hour ago and returns its id."""

    def item(person=learner, competencies=("html",), **more):
        ago = more.pop("ago", timedelta(hours=1))
        with app.app_context():
            return handed_in(person, competencies, now=datetime.now(UTC) - ago, **more)

    return item


@pytest.fixture
def desk(sign_in, instructor):
    """The instructor's browser."""
    return sign_in(instructor)


def rows_of(page: str) -> list[str]:
    return re.findall(r'<th scope="row">.*?</tr>', page, re.DOTALL)


def decided(client, key, **more):
    fields = {"version": "1", "competency": "html", "choice-0": "met", "feedback-0": "", "then": "next", **more}
    return client.post(f"/evidence/{key}/review", data=fields)


def test_the_queue_says_what_waits_the_oldest_first(item, desk):
    late = datetime.now(UTC).date() - timedelta(days=2)
    item(ago=timedelta(days=1), competencies=("sql",))
    item(ago=timedelta(days=5), competencies=("html", "css"), due_on=late, route="recognition")
    page = desk.get("/queue").text
    first, second = rows_of(page)
    assert "<title>(2) Queue" in page
    assert all(
        word in first for word in ("Learner", "HTML", "CSS", "5 days ago", "overdue by 2 days", "prior learning")
    )
    assert "SQL" in second


def test_judging_stands_after_the_evidence_and_before_the_conversation(item, desk):
    page = desk.get(desk.post(f"/evidence/{item()}/take").location).text
    places = [page.index(words) for words in ('id="what"', 'aria-label="Your decision"', "Write to the learner")]
    assert places == sorted(places)


def test_two_hundred_rows_take_at_most_fifteen_queries(app, item, desk, learner, coordinator, sign_in):
    item()
    desk.get("/queue")
    few = queries_of(app, lambda: desk.get("/queue"))
    for _ in range(200):
        item()
    page = desk.get("/queue")
    assert len(rows_of(page.text)) == 200
    many = queries_of(app, lambda: desk.get("/queue"))
    ranked = sign_in(coordinator)
    assert many == few <= 15
    assert queries_of(app, lambda: ranked.get("/queue?order=effect")) <= 15


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("competency=sql", 1), ("section=front", 1), ("setting=online", 1), ("route=recognition", 1), ("q=learner", 2),
        ("q=nobody", 0), ("mine=1", 0), ("program=web", 2), ("program=other", 0),
        ("page=x&setting=x&group=x&order=x", 2),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(filters, count, item, desk):
    item(competencies=("sql",), setting="online", route="recognition")
    item()
    assert len(rows_of(desk.get(f"/queue?{filters}").text)) == count


def test_filters_by_group_and_learner(item, sign_in, coordinator, cast, learner, other_learner):
    item()
    item(other_learner)
    client = sign_in(coordinator)
    assert len(rows_of(client.get("/queue").text)) == 2
    assert len(rows_of(client.get(f"/queue?group={cast.groups['evening']}").text)) == 1
    assert len(rows_of(client.get(f"/queue?learner={learner.enrolment_id}").text)) == 1


def test_an_instructor_sees_no_effect_and_a_coordinator_only_in_its_order(item, desk, sign_in, coordinator):
    item(competencies=("sql",))
    item(ago=timedelta(minutes=1))  # html opens css, js and php
    assert "opens" not in desk.get("/queue?order=effect").text
    client = sign_in(coordinator)
    assert "opens 3" not in client.get("/queue").text
    page = client.get("/queue?order=effect").text
    assert "opens 3" in rows_of(page)[0]
    assert "for 1 learner" in page


def test_looking_takes_nothing_and_taking_keeps_others_away(item, desk, sign_in, coordinator):
    key = item()
    other = sign_in(coordinator)
    assert "Take it" in desk.get(f"/evidence/{key}/review").text
    assert desk.post(f"/evidence/{key}/take").status_code == 303
    assert "Record and open the next" in desk.get(f"/evidence/{key}/review").text
    page = other.get(f"/evidence/{key}/review").text
    assert "Instructor has it until" in page
    assert "Record and open the next" not in page
    assert other.post(f"/evidence/{key}/take").status_code == 409


def test_deciding_opens_the_next_one_taken_and_says_what_was_unlocked(item, desk):
    first, second = item(), item(competencies=("sql",), ago=timedelta(minutes=5))
    desk.post(f"/evidence/{first}/take")
    answer = decided(desk, first)
    assert answer.headers["Location"] == f"/evidence/{second}/review?after={first}"
    page = desk.get(answer.headers["Location"]).text
    assert "Recorded for Learner" in page
    assert all(word in page.split("What it unlocked")[1] for word in ("CSS", "JavaScript", "PHP"))
    assert "Record and open the next" in page
    last = decided(desk, second, competency="sql", then="queue")
    assert last.headers["Location"] == f"/queue?after={second}"


def test_the_next_one_is_the_next_of_the_filtered_queue(item, desk):
    first = item(setting="online")
    item(setting="workplace", ago=timedelta(days=3))
    third = item(setting="online", ago=timedelta(minutes=1))
    answer = decided(desk, first, queue="setting=online")
    assert answer.headers["Location"].startswith(f"/evidence/{third}/review?queue=setting%3Donline")


def test_what_is_missing_is_said_at_its_place_with_everything_typed_still_there(item, desk):
    key = item(competencies=("html", "sql"))
    answer = desk.post(
        f"/evidence/{key}/review",
        data={"version": "1", "competency": ["html", "sql"], "choice-0": "not_yet", "feedback-1": "Good <work>."},
    )
    assert answer.status_code == 422
    assert "not yet needs feedback" in answer.text
    assert "Choose a level, or met or not yet." in answer.text
    assert "Good &lt;work&gt;." in answer.text
    assert re.search(r'value="not_yet"[^>]* checked', answer.text)


def test_the_loser_of_a_race_sees_what_happened_and_keeps_their_text(item, desk, sign_in, coordinator):
    key = item(competencies=("html", "sql"))
    other = sign_in(coordinator)
    assert decided(desk, key).status_code == 303
    lost = other.post(
        f"/evidence/{key}/review",
        data={"version": "1", "competency": ["html", "sql"], "choice-0": "not_yet", "feedback-0": NOT_YET,
              "choice-1": "met", "feedback-1": "A fine query."},
    )  # fmt: skip
    assert lost.status_code == 409
    happened, form = lost.text.split("What you wrote, to copy")
    assert "Instructor" in happened.split("This is what stands on it now")[1]
    assert NOT_YET in form
    assert "A fine query." in form.split('name="feedback-0"')[1]


def test_what_was_withdrawn_meanwhile_is_said_and_the_text_kept(app, item, desk):
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store import evidence

    key = item()
    with app.app_context(), transaction(SYSTEM, datetime.now(UTC)) as tx:
        evidence.find_evidence(key).status = "withdrawn"
        tx.record("evidence:withdraw", evidence=key)
    answer = decided(desk, key, **{"choice-0": "not_yet", "feedback-0": NOT_YET})
    assert answer.status_code == 409
    assert "has withdrawn it" in answer.text
    assert NOT_YET in answer.text


def test_whose_time_is_over_is_told_who_has_it_now_and_keeps_the_text(item, desk, sign_in, coordinator):
    key = item()
    sign_in(coordinator).post(f"/evidence/{key}/take")  # the instructor's half hour was over
    answer = decided(desk, key, **{"choice-0": "not_yet", "feedback-0": NOT_YET})
    assert answer.status_code == 409
    assert "Coordinator has it until" in answer.text
    assert f">{NOT_YET}</textarea>" in answer.text


def test_what_was_handed_in_anew_meanwhile_is_shown_with_the_text_in_the_form(app, item, desk, learner):
    from cbe.services import evidence
    from cbe.services.transaction import transaction
    from cbe.store.evidence import find_version

    key, now = item(), datetime.now(UTC)
    with app.app_context():
        evidence.edit(learner.actor, key, today=now.date(), now=now)
        with transaction(learner.actor, now) as tx:
            find_version(key, 2).is_own_work = True
            tx.record("test:tick")
        evidence.submit(learner.actor, key, today=now.date(), now=now)
    answer = decided(desk, key, **{"choice-0": "not_yet", "feedback-0": NOT_YET})
    assert answer.status_code == 409
    assert "handed it in anew: what you see now is version 2" in answer.text
    assert f">{NOT_YET}</textarea>" in answer.text
    again = decided(desk, key, version="2", **{"choice-0": "not_yet", "feedback-0": NOT_YET})
    assert again.status_code == 303


def test_a_double_click_records_once_and_goes_on_to_the_same_item(app, item, desk, learner):
    from cbe.store import records

    first, second = item(), item(competencies=("sql",), ago=timedelta(minutes=5))
    answers = [decided(desk, first, once="one-click") for _ in range(2)]
    assert {one.headers["Location"] for one in answers} == {f"/evidence/{second}/review?after={first}"}
    with app.app_context():
        assert len(records.list_decisions(learner.enrolment_id)) == 1


def test_undoing_opens_the_item_again_with_what_was_written(item, desk):
    key = item()
    page = desk.get(decided(desk, key, **{"choice-0": "not_yet", "feedback-0": NOT_YET}).headers["Location"]).text
    decision = re.search(r'name="decision" value="([^"]+)"', page).group(1)
    answer = desk.post("/decisions/undo", data={"decision": decision})
    assert answer.headers["Location"] == f"/evidence/{key}/review"
    again = desk.get(answer.headers["Location"]).text
    assert f">{NOT_YET}</textarea>" in again
    assert "Record and open the next" in again
    assert "Recorded for" not in desk.get(f"/queue?after={key}").text


def test_further_evidence_is_cited_and_shown_with_the_decision(item, desk):
    key, other = item(), item(competencies=("sql",), text="An earlier page of mine.")
    desk.post(f"/evidence/{key}/take")
    assert "An earlier page of mine." in desk.get(f"/evidence/{key}/review").text
    decided(desk, key, cite=f"{other}:1")
    page = desk.get("/decisions/mine").text
    decision = re.search(r'name="decision" value="([^"]+)"', page).group(1)
    assert desk.get(f"/decisions/{decision}").text.count("Handed in") == 2


def test_taking_back_shows_what_rests_on_it_and_wants_a_reason(item, desk, sign_in, registrar):
    decided(desk, item(), then="queue")
    decision = re.search(r'name="decision" value="([^"]+)"', desk.get("/decisions/mine").text).group(1)
    client = sign_in(registrar)
    page = client.get(f"/decisions/{decision}").text
    rests = page.split("What rests on it")[1]
    assert "HTML · no longer mastered" in re.sub(r"<[^>]+>", "", rests)
    assert client.post(f"/decisions/{decision}/take-back", data={"how": "revoked"}).status_code == 422
    done = client.post(f"/decisions/{decision}/take-back", data={"how": "overturned", "reason": "Not their work."})
    assert done.status_code == 303
    assert "taken back: overturned" in client.get(f"/decisions/{decision}").text


def test_an_assessor_may_only_take_back_a_mistake_of_their_own(item, desk, sign_in, coordinator):
    decided(desk, item(), then="queue")
    decision = re.search(r'name="decision" value="([^"]+)"', desk.get("/decisions/mine").text).group(1)
    assert re.findall(r'name="how" value="(\w+)"', desk.get(f"/decisions/{decision}").text) == ["void"]
    theirs = sign_in(coordinator).get(f"/decisions/{decision}").text
    assert re.findall(r'name="how" value="(\w+)"', theirs) == ["void", "overturned", "revoked"]
    assert desk.post(f"/decisions/{decision}/take-back", data={"how": "revoked", "reason": "x"}).status_code == 403


def test_what_one_has_is_handed_over_to_a_colleague(item, desk, coordinator):
    key = item()
    desk.post(f"/evidence/{key}/take")
    form = {"item": str(key), "to": str(coordinator.account_id), "queue": "mine=1"}
    assert desk.post("/queue/hand-over", data={**form, "item": []}).status_code == 422
    assert desk.post("/queue/hand-over", data=form).status_code == 303
    assert "Coordinator" in rows_of(desk.get("/queue").text)[0]


def test_the_home_says_how_much_waits_and_begins(item, desk):
    assert "Nothing waits for you." in desk.get("/home").text
    key = item()
    assert "1 piece of evidence waits for you" in desk.get("/home").text
    assert desk.post("/queue/next").headers["Location"] == f"/evidence/{key}/review"


def test_messages_go_to_the_learner_and_nothing_typed_is_lost(item, desk):
    key = item()
    assert desk.post(f"/evidence/{key}/messages", data={"message": "Which browser?"}).status_code == 303
    assert "Which browser?" in desk.get(f"/evidence/{key}/review").text
    long = desk.post(f"/evidence/{key}/messages", data={"message": "x" * 5001})
    assert long.status_code == 422
    assert "x" * 5001 in long.text


@pytest.fixture
def html_expires(app, learner, now):
    """Move the learner to a version in which HTML expires after a year."""
    with app.app_context():
        document = web_document()
        document["competencies"][0]["validity_months"] = 12
        import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
        newest = find_version(find_program("web").id).id
        with transaction(SYSTEM, now) as tx:
            find_enrolment(learner.enrolment_id).version_id = newest
            tx.record("test:move", enrolment=learner.enrolment_id)


@pytest.mark.usefixtures("html_expires")
def test_that_an_old_piece_renews_nothing_is_said_before_and_after_deciding(item, desk, learner, sign_in):
    old, first = item(ago=timedelta(hours=2)), item()
    for key, hint in ((first, False), (old, True)):
        page = desk.get(desk.post(f"/evidence/{key}/take").location).text
        assert ("Only what was done after that day renews it." in page) == hint
        decided(desk, key, then="queue")
    assert "It renews nothing: the mastery of" in desk.get(f"/queue?after={old}").text
    hers = sign_in(learner)
    assert hers.get("/learn/web/competencies/html").text.count("It renews nothing: the mastery of") == 1
    assert "renewed by what was done after" in hers.get("/learn/web/evidence/new").text
