"""What is kept is what decisions say; where it is not, the rebuild names it and mends it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from cbe.domain.errors import Forbidden
from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import rebuild, review
from cbe.services.rebuild import Difference, Rebuilt, rebuild_records
from cbe.store.audit import AuditRow
from cbe.store.database import begin_write, db
from cbe.store.evidence import EvidenceCompetencyRow, EvidenceRow
from cbe.store.records import SettlementRow, StandingRow
from tests.cast import Cast, Person
from tests.handing_in import handed_in
from tests.services.evidence_desk import Desk
from tests.services.evidence_desk import decide as decide_newest

Change = Callable[[], Any]


@pytest.fixture(autouse=True)
def inside(cast: Cast, context: None) -> None:
    """Be inside the application with everybody on stage."""


def look(now: datetime, *, check: bool = True) -> tuple[Rebuilt, list[Difference]]:
    found: list[Difference] = []
    done = rebuild_records(SYSTEM, check=check, now=now, tell=found.append)
    return done, found


def decide(by: Person, item: UUID, now: datetime, **outcomes: str) -> list[UUID]:
    judgements = [Judgement(key, outcome, feedback="Show it again.") for key, outcome in outcomes.items()]
    return review.decide(by.actor, item, 1, judgements, today=now.date(), now=now)


def put(row: type, key: Any, **values: Any) -> None:
    """Change a row by hand, as nobody should."""
    begin_write()
    found = db.session.get(row, key)
    for name, value in values.items():
        setattr(found, name, value)
    db.session.commit()


def standing(person: Person) -> dict[str, date | None]:
    query = select(StandingRow).where(StandingRow.enrolment_id == person.enrolment_id)
    return {row.competency: row.mastered_on for row in db.session.scalars(query)}


def test_nothing_differs_after_deciding_undoing_and_taking_back(
    learner: Person,
    other_learner: Person,
    instructor: Person,
    other_instructor: Person,
    registrar: Person,
    now: datetime,
) -> None:
    item, other = handed_in(learner, ["html", "css"], now=now), handed_in(other_learner, ["html"], now=now)
    first, second = decide(instructor, item, now, html="met", css="not_yet")
    decide(other_instructor, other, now, html="met")
    assert look(now)[0] == Rebuilt(2, 0)
    review.undo(instructor.actor, [second], now=now)
    assert look(now)[0] == Rebuilt(2, 0)
    later = now + timedelta(days=1)
    review.take_back(registrar.actor, first, "overturned", "Appeal", today=later.date(), now=later)
    assert look(later)[0] == Rebuilt(2, 0)


def test_a_standing_changed_invented_or_lost_is_named_and_mended(
    learner: Person, instructor: Person, now: datetime
) -> None:
    decide(instructor, handed_in(learner, ["html", "css"], now=now), now, html="met", css="met")
    before = standing(learner)
    put(StandingRow, (learner.enrolment_id, "html"), mastered_on=date(2020, 1, 1))
    begin_write()
    db.session.delete(db.session.get(StandingRow, (learner.enrolment_id, "css")))
    db.session.add(StandingRow(enrolment_id=learner.enrolment_id, competency="sql", mastered_on=date(2020, 1, 1)))
    db.session.commit()
    done, found = look(now)
    assert [(one.competency, one.field, one.kept, one.derived) for one in found if one.field == "mastered_on"] == [
        ("css", "mastered_on", None, "2026-11-23"),
        ("html", "mastered_on", "2020-01-01", "2026-11-23"),
        ("sql", "mastered_on", "2020-01-01", None),
    ]
    assert look(now, check=False) == (done, found)
    assert look(now)[0].differences == 0
    assert standing(learner) == before
    newest = db.session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert newest is not None
    assert newest.action == "record:rebuild"


def test_a_check_changes_nothing(learner: Person, now: datetime) -> None:
    begin_write()
    db.session.add(StandingRow(enrolment_id=learner.enrolment_id, competency="sql", mastered_on=date(2020, 1, 1)))
    db.session.commit()
    entries = len(db.session.scalars(select(AuditRow)).all())
    assert look(now)[0].differences == 1
    db.session.expire_all()
    assert standing(learner) == {"sql": date(2020, 1, 1)}
    assert len(db.session.scalars(select(AuditRow)).all()) == entries


def test_evidence_that_waits_or_not_follows_from_the_decisions_on_it(
    learner: Person, instructor: Person, now: datetime
) -> None:
    decided, undone = handed_in(learner, ["html"], now=now), handed_in(learner, ["css"], now=now)
    decide(instructor, decided, now, html="met")
    (gone,) = decide(instructor, undone, now, css="met")
    review.undo(instructor.actor, [gone], now=now)
    put(EvidenceRow, decided, status="submitted", decided_at=None)
    put(EvidenceRow, undone, status="decided")
    put(EvidenceCompetencyRow, (undone, "css"), decision_id=gone)
    begin_write()
    db.session.add(SettlementRow(decision_id=gone, due_at=now))
    db.session.commit()
    found = {(one.field, one.kept, one.derived) for one in look(now, check=False)[1]}
    assert found == {
        (f"status of evidence {decided}", "submitted", "decided"),
        (f"status of evidence {undone}", "decided", "submitted"),
        (f"decision of evidence {undone}", str(gone), None),
        (f"settlement of {gone}", "waits", None),
    }
    db.session.expire_all()
    assert look(now)[0].differences == 0
    mended = db.session.get(EvidenceRow, decided)
    assert mended is not None
    assert (mended.status, mended.decided_at) == ("decided", now)


def test_what_was_met_of_an_earlier_version_stands_until_it_is_overturned(
    learner: Person, instructor: Person, registrar: Person, now: datetime
) -> None:
    desk = Desk(learner.actor, now)
    item = desk.hand_in(competencies=("css", "html"), route="recognition")
    decide_newest(item, instructor, desk.now, html="met", css="not_yet")
    desk.act("hand_in_again", item)
    desk.save(item, desk.item(item).newest.saved_at, competencies=("css", "html"), route="recognition")
    desk.act("submit", item)
    assert look(desk.now)[0].differences == 0
    met = db.session.get(EvidenceCompetencyRow, (item, "html"))
    assert met is not None
    assert met.decision_id is not None
    review.take_back(registrar.actor, met.decision_id, "overturned", "Appeal", today=now.date(), now=desk.now)
    assert {one.competency for one in desk.item(item).competencies if one.outcome is None} == {"css", "html"}
    assert look(desk.now)[0].differences == 0


def test_everybody_is_looked_at_however_small_the_batches(
    learner: Person, other_learner: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 1)
    begin_write()
    for person in (learner, other_learner):
        db.session.add(StandingRow(enrolment_id=person.enrolment_id, competency="sql", returned_on=date(2020, 1, 1)))
    db.session.commit()
    assert look(now, check=False)[0] == Rebuilt(2, 2)
    assert look(now)[0] == Rebuilt(2, 0)


def test_only_the_system_rebuilds(registrar: Person, administrator: Person, now: datetime) -> None:
    for person in (registrar, administrator):
        with pytest.raises(Forbidden):
            rebuild_records(person.actor, check=True, now=now, tell=lambda one: None)
