"""What standing is derived from, as values and for many learners at once, and what was derived and is kept.

Single rows of the record are ``records``'s, writing what was derived is ``batches``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from cbe.domain.mastery import Decision, Standing, TakenBack

from .database import db
from .enrolments import EnrolmentRow
from .evidence import EvidenceCompetencyRow, EvidenceRow, EvidenceVersionRow
from .records import CitedRow, DecisionRow, SettlementRow, StandingRow, TakenBackRow

__all__ = [
    "Founded",
    "ItemPart",
    "Judged",
    "Submitted",
    "batches_of_enrolments",
    "decisions_of",
    "count_enrolments",
    "founded_on",
    "list_item_parts",
    "list_judged",
    "list_stale_settlements",
    "list_submitted",
    "set_decision",
    "set_status",
    "standing_of",
    "taken_back_of",
]

CHUNK = 500
Founded = dict[tuple[UUID, str], dict[UUID, datetime]]
"""By item and competency: decisions with the moment each was recorded."""


class ItemPart(NamedTuple):
    """One competency of an item: the item's status, and the decision that stands on it, None while it has none."""

    evidence_id: UUID
    enrolment_id: UUID
    status: str
    version: int
    competency: str
    decision_id: UUID | None


class Submitted(NamedTuple):
    """One version of an item: when it was handed in, and when its learner took it out of the queue, if they did."""

    evidence_id: UUID
    version: int
    submitted_at: datetime
    left_at: datetime | None


class Judged(NamedTuple):
    """A decision on one version of an item, taken back or not."""

    evidence_id: UUID
    version: int
    competency: str
    decision_id: UUID
    is_met: bool
    decided_on: date
    recorded_at: datetime


def decisions_of(
    enrolment_ids: Sequence[UUID], competencies: Collection[str] | None = None
) -> dict[UUID, list[Decision]]:
    """Return the decisions on each of these enrolments, in no order; on some competencies only when given."""
    row = DecisionRow
    found: dict[UUID, list[Decision]] = {}
    query = select(
        row.enrolment_id, row.id, row.competency, row.kind, row.outcome, row.level, row.assessor_id, row.activity_on,
        row.decided_on, row.recorded_at,
    )  # fmt: skip
    for chunk in _chunks(enrolment_ids):
        for values in db.session.execute(query.where(_among(chunk, competencies))):
            found.setdefault(values[0], []).append(Decision(*values[1:10]))
    return found


def taken_back_of(
    enrolment_ids: Sequence[UUID], competencies: Collection[str] | None = None
) -> dict[UUID, list[TakenBack]]:
    """Return what was taken back of the decisions on each of these enrolments."""
    row = TakenBackRow
    found: dict[UUID, list[TakenBack]] = {}
    query = select(DecisionRow.enrolment_id, row.decision_id, row.how, row.effective_on, row.recorded_at)
    query = query.join(row, row.decision_id == DecisionRow.id)
    for chunk in _chunks(enrolment_ids):
        for values in db.session.execute(query.where(_among(chunk, competencies))):
            found.setdefault(values[0], []).append(TakenBack(*values[1:]))
    return found


def count_enrolments() -> int:
    """Count the enrolments of all programs."""
    return db.session.scalar(select(func.count()).select_from(EnrolmentRow)) or 0


def batches_of_enrolments(size: int) -> Iterator[dict[UUID, UUID]]:
    """Yield all enrolments with their versions, so many at a time, each batch in a look at the database of its own."""
    query = select(EnrolmentRow.id, EnrolmentRow.version_id).order_by(EnrolmentRow.id).limit(size)
    rows = db.session.execute(query).all()
    while rows:
        yield {key: version for key, version in rows}
        db.session.rollback()
        rows = db.session.execute(query.where(EnrolmentRow.id > rows[-1][0])).all()


def standing_of(enrolment_ids: Sequence[UUID]) -> dict[UUID, dict[str, Standing]]:
    """Return the standing that is kept of each of these enrolments."""
    row = StandingRow
    found: dict[UUID, dict[str, Standing]] = {}
    query = select(
        row.enrolment_id, row.competency, row.mastered_on, row.expires_on, row.returned_on, row.settles_at, row.kind
    )
    for chunk in _chunks(enrolment_ids):
        for values in db.session.execute(query.where(row.enrolment_id.in_(chunk))):
            found.setdefault(values[0], {})[values[1]] = Standing(*values[2:])
    return found


def list_item_parts(enrolment_ids: Sequence[UUID]) -> list[ItemPart]:
    """List the competencies of the items of these enrolments, item by item."""
    item, part = EvidenceRow, EvidenceCompetencyRow
    query = select(item.id, item.enrolment_id, item.status, item.version, part.competency, part.decision_id)
    query = query.join(part, part.evidence_id == item.id)
    return [
        ItemPart(*values)
        for chunk in _chunks(enrolment_ids)
        for values in db.session.execute(
            query.where(item.enrolment_id.in_(chunk)).order_by(item.enrolment_id, item.id, part.competency)
        )
    ]


def list_submitted(enrolment_id: UUID) -> list[Submitted]:
    """List when each version of the items of an enrolment was handed in, and last taken out of the queue."""
    row = EvidenceVersionRow
    query = select(row.evidence_id, row.version, row.submitted_at, row.withdrawn_at, row.edited_at).join(EvidenceRow)
    rows = db.session.execute(query.where(EvidenceRow.enrolment_id == enrolment_id))
    return [
        Submitted(item, version, at, max((one for one in left if one is not None), default=None))
        for item, version, at, *left in rows
        if at is not None
    ]


def list_judged(enrolment_id: UUID) -> Sequence[Judged]:
    """List the decisions on the items of an enrolment."""
    row = DecisionRow
    query = select(
        CitedRow.evidence_id, CitedRow.version, row.competency, row.id, row.outcome == "met", row.decided_on,
        row.recorded_at,
    )  # fmt: skip
    query = query.join(row, row.id == CitedRow.decision_id).where(row.enrolment_id == enrolment_id)
    return [Judged(*values) for values in db.session.execute(query)]


def founded_on(enrolment_ids: Sequence[UUID]) -> Founded:
    """Return by item and competency the decisions that may stand on it, with the moment each was recorded, oldest first.

    Those on its newest version that nobody voided or overturned; what was met of an earlier version stays met.
    """
    gone = exists().where(TakenBackRow.decision_id == DecisionRow.id, TakenBackRow.how.in_(("void", "overturned")))
    query = (
        select(EvidenceRow.id, DecisionRow.competency, DecisionRow.id, DecisionRow.recorded_at)
        .join(CitedRow, CitedRow.evidence_id == EvidenceRow.id)
        .join(DecisionRow, DecisionRow.id == CitedRow.decision_id)
        .where(or_(CitedRow.version == EvidenceRow.version, DecisionRow.outcome == "met"), ~gone)
        .order_by(DecisionRow.recorded_at, DecisionRow.id)
    )
    found: Founded = {}
    for chunk in _chunks(enrolment_ids):
        for item, name, key, at in db.session.execute(query.where(EvidenceRow.enrolment_id.in_(chunk))):
            found.setdefault((item, name), {})[key] = at
    return found


def list_stale_settlements(enrolment_ids: Sequence[UUID]) -> list[tuple[UUID, str, UUID]]:
    """List what waits for its time to be over though it was taken back: enrolment, competency, decision."""
    query = (
        select(DecisionRow.enrolment_id, DecisionRow.competency, DecisionRow.id)
        .join(SettlementRow, SettlementRow.decision_id == DecisionRow.id)
        .join(TakenBackRow, TakenBackRow.decision_id == DecisionRow.id)
        .distinct()
    )
    return [
        (key, competency, decision_id)
        for chunk in _chunks(enrolment_ids)
        for key, competency, decision_id in db.session.execute(query.where(DecisionRow.enrolment_id.in_(chunk)))
    ]


def set_decision(evidence_id: UUID, competency: str, decision_id: UUID | None) -> None:
    """Say which decision stands on a competency of an item."""
    part = EvidenceCompetencyRow
    where = (part.evidence_id == evidence_id, part.competency == competency)
    db.session.execute(update(part).where(*where).values(decision_id=decision_id))


def set_status(evidence_id: UUID, status: str, decided_at: datetime | None) -> None:
    """Say where an item is, and since when when it is decided."""
    query = update(EvidenceRow).where(EvidenceRow.id == evidence_id)
    db.session.execute(query.values(status=status, decided_at=decided_at))


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _among(enrolment_ids: Sequence[UUID], competencies: Collection[str] | None) -> ColumnElement[bool]:
    on_them = DecisionRow.enrolment_id.in_(enrolment_ids)
    if competencies is None or len(competencies) > CHUNK:  # a long list would not be quicker than reading all
        return on_them
    return and_(on_them, DecisionRow.competency.in_(competencies))
