"""Handing in evidence: drafts, what is refused and why, versions that stay, and who sees what."""

import hashlib
import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.services import enrolments, evidence
from cbe.store import evidence as rows
from cbe.store.audit import AuditRow
from cbe.store.database import begin_write, db
from cbe.store.evidence import EvidenceFileRow, QuarantineRow, TakingRow
from cbe.store.notices import NoticeRow
from tests.services.evidence_desk import WHOLE, Desk, decide

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def desk(learner, now):
    return Desk(learner.actor, now)


def put(*new):
    begin_write()
    db.session.add_all(new)
    db.session.commit()


def take(key, person, until):
    put(TakingRow(evidence_id=key, account_id=person.account_id, taken_at=until, expires_at=until))


def problems(act, *args, **more):
    with pytest.raises(Invalid) as error:
        act(*args, **more)
    return dict(error.value.problems)


def notices(person):
    query = select(NoticeRow).where(NoticeRow.account_id == person.account_id).order_by(NoticeRow.created_at)
    return [(row.kind, json.loads(row.facts)) for row in db.session.scalars(query)]


def test_a_draft_keeps_what_is_incomplete_and_is_written_over(desk):
    key = desk.save(competencies=(), text="", setting=None, activity_from=None, is_own_work=False)
    first = desk.item(key)
    desk.save(key, first.newest.saved_at, text="More", competencies=("css", "html"))
    item = desk.item(key)
    assert (item.status, item.newest.text, len(item.versions)) == ("draft", "More", 1)
    assert [one.competency for one in item.competencies] == ["css", "html"]
    assert item.newest.saved_at > first.newest.saved_at


def test_the_same_draft_saved_twice_is_one_and_says_when_it_was_saved(desk):
    key = uuid4()
    saved = desk.act("save_draft", "web", key, WHOLE)
    assert desk.act("save_draft", "web", key, WHOLE) == saved
    assert len(rows.list_evidence(desk.item(key).enrolment_id)) == 1


def test_of_two_windows_the_later_writer_is_shown_both_texts(desk):
    key = desk.save()
    seen = desk.item(key).newest.saved_at
    desk.save(key, seen, text="From the phone")
    with pytest.raises(evidence.StaleDraft) as error:
        desk.save(key, seen, text="From the desk")
    assert error.value.saved.text == "From the phone"
    assert desk.save(key, error.value.saved_at, text="Both") == key
    assert desk.item(key).newest.text == "Both"


def test_a_draft_thrown_away_elsewhere_does_not_come_back_by_itself(desk):
    key = desk.save()
    seen = desk.item(key).newest.saved_at
    desk.act("discard", key)
    with pytest.raises(evidence.StaleDraft) as error:
        desk.save(key, seen, text="Still here")
    assert error.value.saved is None
    assert desk.save(key, text="Still here") == key


IMPOSSIBLE = [
    ("/text", {"text": "x" * 50_001}),
    ("/links", {"links": (("https://example.org", ""),) * 21}),
    ("/links", {"links": (("javascript:alert(1)", ""),)}),
    ("/links", {"links": (("https://me:secret@example.org", ""),)}),
    ("/competencies", {"competencies": ("html", "no-such")}),
    ("/competencies", {"competencies": tuple(f"c{n}" for n in range(21))}),
    ("/setting", {"setting": "moon"}),
    ("/activity_until", {"activity_until": date(2026, 11, 1)}),
]


def test_a_draft_refuses_what_can_never_be_handed_in(desk):
    for place, changes in IMPOSSIBLE:
        assert place in problems(desk.save, **changes), changes
    assert evidence.list_items(desk.actor, "web", now=desk.now)[0] == []


def test_submitting_names_everything_that_is_missing_at_once(desk):
    key = desk.save(
        competencies=(), text=" ", links=(), setting=None, learning_type=None, activity_from=None, is_own_work=False
    )
    assert set(problems(desk.act, "submit", key)) == {
        "/competencies", "/text", "/setting", "/learning_type", "/activity_from", "/is_own_work",
    }  # fmt: skip
    assert desk.item(key).status == "draft"


def test_a_file_alone_is_evidence_and_a_future_day_is_not(desk, now):
    key = desk.save(text="", links=(), activity_from=now.date() + timedelta(days=1))
    put(EvidenceFileRow(
        id=uuid4(), evidence_id=key, digest="0" * 64, size=1, media_type="image/png", name="a.png", added_in=1,
        created_at=now,
    ))  # fmt: skip
    assert set(problems(desk.act, "submit", key)) == {"/activity_from"}


def test_handing_in_sets_the_day_it_is_due_and_tells_the_groups_instructor(desk, learner, instructor, cast):
    key = desk.hand_in()
    item = desk.item(key)
    assert (item.status, item.due_on) == ("submitted", desk.now.date() + timedelta(days=10))
    assert notices(instructor) == [("waiting", {"evidence": str(key), "program": "web"})]
    assert notices(cast.people["other_instructor"]) == notices(learner) == []
    version = rows.find_version(key, 1)
    told = db.session.scalars(select(AuditRow).where(AuditRow.action == "evidence:submit")).one()
    assert json.loads(told.facts)["digest"] == hashlib.sha256((version.salt + version.text).encode()).hexdigest()
    with pytest.raises(Conflict):
        desk.act("submit", key)


def test_a_goal_that_is_near_makes_it_due_sooner(desk, learner, now):
    soon = now.date() + timedelta(days=3)
    enrolments.set_goals(learner.actor, "web", [("style-badge", soon)], hours_per_week=None, now=now)
    assert desk.item(desk.hand_in()).due_on == soon


def test_a_locked_competency_takes_prior_learning_only(desk):
    key = desk.save(competencies=("css", "sql"))
    found = problems(desk.act, "submit", key)
    assert set(found) == {"/route"}
    assert "HTML" in found["/route"]
    desk.save(key, desk.item(key).newest.saved_at, competencies=("css", "sql"), route="recognition")
    desk.act("submit", key)
    assert desk.item(key).status == "submitted"


def test_only_active_learners_hand_in(desk, learner, registrar, now):
    key = desk.save()
    enrolments.set_status(registrar.actor, learner.enrolment_id, "leave", since=now.date(), now=now)
    for act in (lambda: desk.act("submit", key), lambda: desk.save(text="New")):
        with pytest.raises(Conflict, match="on leave"):
            act()


def test_what_waits_is_withdrawn_or_edited_until_somebody_reads_it(desk, instructor):
    key = desk.hand_in()
    take(key, instructor, desk.now + timedelta(hours=1))
    for act in ("withdraw", "edit"):
        with pytest.raises(Conflict, match="reading it"):
            desk.act(act, key)
    desk.now += timedelta(hours=2)
    desk.act("edit", key)
    assert (desk.item(key).status, desk.item(key).version) == ("draft", 2)
    desk.act("discard", key)
    assert (desk.item(key).status, desk.item(key).version) == ("withdrawn", 1)
    desk.act("hand_in_again", key)
    assert desk.item(key).newest.is_own_work is False


def test_a_return_is_handed_in_again_with_every_version_kept(desk, instructor, now):
    key = desk.hand_in(competencies=("html", "sql"))
    decide(key, instructor, desk.now, html="met", sql="not_yet")
    assert desk.item(key).returned
    desk.act("hand_in_again", key)
    desk.save(key, desk.item(key).newest.saved_at, competencies=("sql",), text="Better")
    desk.act("submit", key)
    item = desk.item(key)
    assert [(one.version, one.text) for one in item.versions] == [(1, WHOLE.text), (2, "Better")]
    assert {one.competency: one.outcome for one in item.competencies} == {"html": "met", "sql": None}
    assert item.due_on == desk.now.date() + timedelta(days=5)


def test_a_second_version_thrown_away_leaves_the_return_as_it_was(desk, instructor):
    key = desk.hand_in(competencies=("html", "sql"))
    decide(key, instructor, desk.now, html="met", sql="not_yet")
    desk.act("hand_in_again", key)
    desk.save(key, desk.item(key).newest.saved_at, competencies=("sql", "php"))
    assert desk.act("discard", key) is True
    item = desk.item(key)
    assert {one.competency: one.outcome for one in item.competencies} == {"html": "met", "sql": "not_yet"}
    assert (item.returned, len(item.versions), item.competencies[1].judged[0].feedback) == (True, 1, "Look")


def test_nobody_else_sees_a_draft_and_assessors_never_the_one_being_written(desk, cast, instructor, now):
    key = desk.save()
    theirs = Desk(instructor.actor, now)
    for name, error in (("instructor", NotFound), ("other_learner", NotFound), ("other_instructor", Forbidden)):
        with pytest.raises(error):
            theirs.act("get_item", key) if name == "instructor" else Desk(cast.people[name].actor, now).item(key)
    desk.act("submit", key)
    desk.act("edit", key)
    assert [one.version for one in theirs.item(key).versions] == [1]
    assert [one.version for one in desk.item(key).versions] == [1, 2]


def test_others_can_do_nothing_with_an_item(desk, cast, now):
    key = desk.hand_in()
    for name in ("other_learner", "instructor", "stranger", "registrar"):
        other = Desk(cast.people[name].actor, now)
        for act in ("submit", "withdraw", "edit", "hand_in_again", "discard"):
            with pytest.raises((NotFound, Forbidden)):
                other.act(act, key)
    with pytest.raises(NotFound):
        Desk(cast.people["other_learner"].actor, now).save(key, text="Mine now")


def test_learner_and_assessor_talk_on_the_item_and_are_told(desk, instructor, learner, now):
    draft, key, theirs = desk.save(text="Unseen"), desk.hand_in(), Desk(instructor.actor, now)
    with pytest.raises(Conflict):
        desk.act("say", draft, "Hello?")
    desk.act("say", key, "Is it enough?")
    theirs.now = desk.now
    theirs.act("say", key, " Yes. ")
    assert [(one.author, one.text, one.is_own) for one in desk.item(key).messages] == [
        ("Learner", "Is it enough?", True), ("Instructor", "Yes.", False),
    ]  # fmt: skip
    assert [kind for kind, _ in notices(instructor)] == ["waiting", "message"]
    assert [kind for kind, _ in notices(learner)] == ["message"]
    assert set(problems(desk.act, "say", key, "x" * 5_001)) == {"/message"}


def test_a_reported_text_is_closed_to_learner_and_assessor(desk, instructor, learner, now):
    key = desk.hand_in()
    desk.act("say", key, "Look")
    put(QuarantineRow(
        id=uuid4(), evidence_id=key, kind="other", reason="Names a patient", reported_by=instructor.account_id, reported_at=now
    ))  # fmt: skip
    for reader in (desk, Desk(instructor.actor, desk.now)):
        item = reader.item(key)
        assert (item.is_closed, item.newest.text, item.newest.links, item.messages) == (True, "", (), ())


def test_the_place_in_the_queue_counts_who_came_before_in_the_program(desk, other_learner, now):
    other = Desk(other_learner.actor, now)
    desk.now += timedelta(hours=1)
    first, second = other.hand_in(), desk.hand_in()
    items, usual = evidence.list_items(desk.actor, "web", now=desk.now)
    assert [(one.id, one.place) for one in items] == [(second, 2)]
    assert usual is None
    other.act("withdraw", first)
    assert evidence.list_items(desk.actor, "web", now=desk.now)[0][0].place == 1


def test_the_usual_waiting_time_is_said_from_five_decisions_on(desk, instructor):
    for days in (1, 2, 3, 4, 30):
        key = desk.hand_in()
        decide(key, instructor, desk.now + timedelta(days=days), html="met")
    assert evidence.list_items(desk.actor, "web", now=desk.now)[1] == timedelta(days=3)


def test_a_learner_has_at_most_a_hundred_open_items(desk, monkeypatch):
    monkeypatch.setattr("cbe.services.evidence.handing_in.MOST_OPEN", 2)
    desk.save(), desk.hand_in()
    with pytest.raises(Conflict, match="2 drafts"):
        desk.save()
