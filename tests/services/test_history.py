"""The history of a record tells who did what, when and why, and of an item only to those who may read it."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cbe.domain.errors import Forbidden, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import enrolments
from cbe.services.decisions import NewDecision, put_decisions
from cbe.services.history import PAGE, Event, Words, item_history, record_history
from cbe.services.progress import get_own_progress
from cbe.services.transaction import transaction
from tests.cast import Cast, Person
from tests.services.evidence_desk import Desk
from tests.services.test_decisions import DAY, decide, met

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def inside(cast: Cast, context: None) -> None:
    """Be inside the application with everybody on stage."""


def history(person: Person, now: datetime, page: int = 1) -> list[Event]:
    progress = get_own_progress(person.actor, "web", today=TODAY, now=now)
    return record_history(progress, page).events


def hand_in(learner: Person, at: datetime, *, item: UUID | None = None, version: int = 1) -> UUID:
    """Put a version of an item there as handed in, for HTML, with a file that came with it."""
    from cbe.store.evidence import EvidenceCompetencyRow, EvidenceFileRow, EvidenceRow, EvidenceVersionRow

    key = item or uuid4()
    with transaction(SYSTEM, at) as tx:
        if item is None:
            moments = {"created_at": at, "submitted_at": at}
            tx.add(EvidenceRow(id=key, enrolment_id=learner.enrolment_id, status="submitted", **moments))
            tx.add(EvidenceCompetencyRow(evidence_id=key, competency="html"))
        tx.add(EvidenceVersionRow(evidence_id=key, version=version, saved_at=at, submitted_at=at, salt="s"))
        tx.add(
            EvidenceFileRow(id=uuid4(), evidence_id=key, digest="0", size=1, media_type="text/plain",
                            name=f"{version}.txt", added_in=version, created_at=at)
        )  # fmt: skip
        tx.record("test:hand-in")
    return key


def judge(learner: Person, instructor: Person, item: UUID, at: datetime, outcome: str, feedback: str) -> UUID:
    """Let the instructor decide on an item."""
    from cbe.store.enrolments import find_enrolment
    from cbe.store.records import CitedRow

    said = {"assessor_id": instructor.account_id, "role": "instructor", "feedback": feedback}
    with transaction(instructor.actor, at) as tx:
        new = NewDecision("html", "assessment", at.date(), DAY, outcome, **said)
        (key,) = put_decisions(tx, [(find_enrolment(learner.enrolment_id), new)])
        tx.enter(CitedRow(decision_id=key, evidence_id=item, version=1))
        tx.record("test:judge")
    return key


def report(item: UUID, by: Person, at: datetime) -> None:
    """Report the texts of an item; nobody has decided yet."""
    from cbe.store.evidence import QuarantineRow

    with transaction(by.actor, at) as tx:
        tx.add(
            QuarantineRow(
                id=uuid4(),
                kind="patient",
                evidence_id=item,
                reason="A patient",
                reported_by=by.account_id,
                reported_at=at,
            )
        )
        tx.record("test:report")


def test_handing_in_and_deciding_are_told_with_who_when_and_why(
    learner: Person, instructor: Person, now: datetime
) -> None:
    item = hand_in(learner, now + timedelta(hours=1))
    judge(learner, instructor, item, now + timedelta(hours=2), "not_yet", "Close your tags")
    decision, handed_in, enrolled = history(learner, now)
    assert (decision.kind, decision.how, decision.new, decision.on) == ("decision", "assessment", "not_yet", TODAY)
    assert (decision.name, decision.role, decision.at) == ("Instructor", "instructor", now + timedelta(hours=2))
    assert decision.words == Words(feedback="Close your tags")
    assert (handed_in.name, handed_in.role, handed_in.competencies) == ("Learner", "learner", ("html",))
    assert (handed_in.evidence_id, handed_in.version, handed_in.files) == (item, 1, ())
    assert (enrolled.kind, enrolled.old, enrolled.new) == ("status", None, "active")


def test_taking_back_tells_what_it_took_and_why(learner: Person, registrar: Person, now: datetime) -> None:
    from cbe.store.records import TakenBackRow, TakenBackTextRow

    _, (decision,) = decide(learner, now, met("html"))
    with transaction(registrar.actor, now + timedelta(hours=1)) as tx:
        mine = {"decision_id": decision, "account_id": registrar.account_id, "recorded_at": tx.now}
        tx.enter(row := TakenBackRow(id=uuid4(), how="overturned", effective_on=DAY, **mine))
        tx.say(TakenBackTextRow(taken_back_id=row.id, reason="An appeal"))
        tx.record("test:take-back")
    event = history(learner, now)[0]
    assert (event.kind, event.old, event.how, event.name) == ("taken_back", "met", "overturned", "Registrar")
    assert (event.competencies, event.words) == (("html",), Words(reason="An appeal"))


def test_an_award_is_told_and_what_befell_it(learner: Person, registrar: Person, cast: Cast, now: datetime) -> None:
    from cbe.store.records import AwardEventRow, AwardEventTextRow, AwardFlagRow, AwardRow

    by = {"account_id": registrar.account_id}
    with transaction(registrar.actor, now + timedelta(hours=1)) as tx:
        mine = {"enrolment_id": learner.enrolment_id, "version_id": cast.version_id, "recorded_at": tx.now}
        tx.enter(award := AwardRow(id=uuid4(), **mine, credential="web-badge", awarded_on=DAY))
        tx.enter(
            event := AwardEventRow(
                id=uuid4(), award_id=award.id, event="suspended", effective_on=TODAY, **by, recorded_at=tx.now
            )
        )
        tx.say(AwardEventTextRow(award_event_id=event.id, reason="To be looked at"))
        later = now + timedelta(hours=2)
        tx.add(
            AwardFlagRow(id=uuid4(), award_id=award.id, flagged_at=now + timedelta(minutes=90), outcome="kept",
                         reason="It was right", decided_by=registrar.account_id, decided_at=later)
        )  # fmt: skip
        tx.record("test:award")
    kept, flagged, suspended, awarded = history(learner, now)[:4]
    assert [one.kind for one in (kept, flagged, suspended, awarded)] == ["flag_decided", "flag", "award_event", "award"]
    assert (kept.new, kept.name, kept.words) == ("kept", "Registrar", Words(reason="It was right"))
    assert (suspended.new, suspended.name, suspended.words) == (
        "suspended",
        "Registrar",
        Words(reason="To be looked at"),
    )
    assert (awarded.credential, awarded.on, awarded.name) == ("web-badge", DAY, None)


def test_a_status_is_told_from_what_to_what_and_by_whom(learner: Person, registrar: Person, now: datetime) -> None:
    then = now + timedelta(days=1)
    enrolments.set_status(registrar.actor, learner.enrolment_id, "leave", since=then.date(), now=then)
    event = history(learner, now)[0]
    assert (event.old, event.new, event.on, event.name) == ("active", "leave", then.date(), "Registrar")


def test_words_that_were_taken_out_show_as_erased(learner: Person, now: datetime) -> None:
    from cbe.store.records import DecisionTextRow

    _, (decision,) = decide(learner, now + timedelta(hours=1), met("html"))
    with transaction(SYSTEM, now) as tx:
        from cbe.store.database import db

        db.session.get(DecisionTextRow, decision).authority = None
        tx.record("record:erase", erased={"decision_text": [decision]})
    assert history(learner, now)[0].words == Words("erased")


def test_feedback_on_evidence_that_is_closed_is_closed_with_it(
    learner: Person, instructor: Person, now: datetime
) -> None:
    item = hand_in(learner, now + timedelta(hours=1))
    judge(learner, instructor, item, now + timedelta(hours=2), "met", "Mrs N. was well cared for")
    report(item, instructor, now + timedelta(hours=3))
    reported, decision, *_ = history(learner, now)
    assert (reported.kind, reported.how, reported.name, reported.words) == ("reported", "text", "Instructor", None)
    assert decision.words == Words("closed")
    found = item_history(instructor.actor, item, today=TODAY)
    assert [one.words for one in found if one.kind == "decision"] == [Words("closed")]
    assert found[-1].files == (None,)


def test_an_item_tells_its_versions_with_their_files(learner: Person, instructor: Person, now: datetime) -> None:
    item = hand_in(learner, now)
    judge(learner, instructor, item, now + timedelta(hours=1), "not_yet", "Again")
    hand_in(learner, now + timedelta(hours=2), item=item, version=2)
    hand_in(learner, now)
    again, decision, first = item_history(learner.actor, item, today=TODAY)
    assert (again.version, again.files) == (2, ("1.txt", "2.txt"))
    assert (decision.words, first.files) == (Words(feedback="Again"), ("1.txt",))


def test_withdrawing_and_editing_are_told_of_the_record_and_of_the_item(learner: Person, now: datetime) -> None:
    desk = Desk(learner.actor, now)
    item = desk.hand_in()
    desk.act("edit", item)
    desk.act("discard", item)
    desk.act("hand_in_again", item)
    desk.save(item, known=desk.now, text="Better")
    desk.act("submit", item)
    desk.act("withdraw", item)
    of_item = item_history(learner.actor, item, today=TODAY)
    told = [(one.kind, one.version) for one in of_item]
    assert told == [("withdrawn", 2), ("handed_in", 2), ("edited", 1), ("handed_in", 1)]
    assert of_item[0].at == desk.now
    assert {(one.name, one.role, one.competencies) for one in of_item} == {("Learner", "learner", ("html",))}
    assert [one for one in history(learner, desk.now) if one.kind != "status"] == of_item


def test_only_who_may_read_an_item_reads_its_history(learner: Person, cast: Cast, now: datetime) -> None:
    item = hand_in(learner, now)
    for name in ("learner", "instructor", "coordinator", "protector"):
        assert item_history(cast.people[name].actor, item, today=TODAY), name
    for name, error in (("adviser", Forbidden), ("other_instructor", Forbidden), ("stranger", NotFound)):
        with pytest.raises(error):
            item_history(cast.people[name].actor, item, today=TODAY)
    with pytest.raises(NotFound):
        item_history(learner.actor, uuid4(), today=TODAY)


def test_a_long_history_is_paged_newest_first(learner: Person, now: datetime) -> None:
    decide(learner, now, *(met("html", DAY + timedelta(days=number)) for number in range(PAGE + 5)))
    progress = get_own_progress(learner.actor, "web", today=TODAY, now=now)
    first, last, beyond = (record_history(progress, page) for page in (1, 2, 99))
    assert (first.pages, first.total, len(first.events), len(last.events)) == (2, PAGE + 6, PAGE, 6)
    assert first.events[0].on >= first.events[-1].on >= last.events[0].on
    assert beyond == last
