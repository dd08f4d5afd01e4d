"""What happened to one learner's record, or to one item of evidence: the rows that tell of it, with their words.

Only reads; what rows are is said where they are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from .database import db
from .evidence import EvidenceCompetencyRow, EvidenceRow, EvidenceVersionRow, QuarantineRow
from .records import (
    AwardEventRow,
    AwardEventTextRow,
    AwardFlagRow,
    AwardRow,
    CitedRow,
    DecisionRow,
    DecisionTextRow,
    TakenBackRow,
    TakenBackTextRow,
)

__all__ = [
    "HandedIn",
    "closed_decisions",
    "list_decided",
    "list_decided_on",
    "list_events_with_words",
    "list_flags",
    "list_handed_in",
    "list_handed_in_for",
    "list_reports",
    "list_reports_on",
    "list_taken_back_of",
    "list_taken_back_on",
]


class HandedIn(NamedTuple):
    """One version of an item when it was handed in, and when it was taken out of the queue, without its texts."""

    evidence_id: UUID
    version: int
    submitted_at: datetime
    route: str
    withdrawn_at: datetime | None
    edited_at: datetime | None


Decided = tuple[DecisionRow, DecisionTextRow | None]
Undone = tuple[TakenBackRow, TakenBackTextRow | None]


def list_decided(enrolment_id: UUID) -> Sequence[Decided]:
    """List the decisions on an enrolment, each with its words."""
    return _pairs(_decided().where(DecisionRow.enrolment_id == enrolment_id))


def list_decided_on(evidence_id: UUID) -> Sequence[Decided]:
    """List the decisions that rest on an item, each with its words."""
    return _pairs(_decided().join(CitedRow).where(CitedRow.evidence_id == evidence_id))


def list_taken_back_of(enrolment_id: UUID) -> Sequence[Undone]:
    """List what was taken back of the decisions on an enrolment, each with its words."""
    return _pairs(_undone().join(DecisionRow).where(DecisionRow.enrolment_id == enrolment_id))


def list_taken_back_on(evidence_id: UUID) -> Sequence[Undone]:
    """List what was taken back of the decisions that rest on an item, each with its words."""
    cited = select(CitedRow.decision_id).where(CitedRow.evidence_id == evidence_id)
    return _pairs(_undone().where(TakenBackRow.decision_id.in_(cited)))


def list_events_with_words(enrolment_id: UUID) -> Sequence[tuple[AwardEventRow, AwardEventTextRow | None]]:
    """List what befell the awards of an enrolment, each with its words."""
    query = select(AwardEventRow, AwardEventTextRow).outerjoin(AwardEventTextRow).join(AwardRow)
    return _pairs(query.where(AwardRow.enrolment_id == enrolment_id))


def list_flags(enrolment_id: UUID) -> Sequence[AwardFlagRow]:
    """List the flags on the awards of an enrolment."""
    query = select(AwardFlagRow).join(AwardRow, AwardRow.id == AwardFlagRow.award_id)
    return db.session.scalars(query.where(AwardRow.enrolment_id == enrolment_id)).all()


def list_handed_in(enrolment_id: UUID) -> list[tuple[HandedIn, list[str]]]:
    """List what was handed in for an enrolment, each with the competencies its item is for; two queries."""
    return _handed_in(EvidenceRow.enrolment_id == enrolment_id)


def list_handed_in_for(evidence_id: UUID) -> list[tuple[HandedIn, list[str]]]:
    """List what was handed in as one item, with the competencies it is for; two queries."""
    return _handed_in(EvidenceRow.id == evidence_id)


def list_reports(enrolment_id: UUID) -> Sequence[QuarantineRow]:
    """List the reports that something in the evidence of an enrolment must not be seen."""
    query = select(QuarantineRow).join(EvidenceRow, EvidenceRow.id == QuarantineRow.evidence_id)
    return db.session.scalars(query.where(EvidenceRow.enrolment_id == enrolment_id)).all()


def list_reports_on(evidence_id: UUID) -> Sequence[QuarantineRow]:
    """List the reports that something of an item must not be seen."""
    return db.session.scalars(select(QuarantineRow).where(QuarantineRow.evidence_id == evidence_id)).all()


def closed_decisions(evidence_ids: Sequence[UUID]) -> set[UUID]:
    """Return the decisions that rest on these items (whose texts are closed now)."""
    return set(db.session.scalars(select(CitedRow.decision_id).where(CitedRow.evidence_id.in_(evidence_ids))))


def _decided() -> Select[DecisionRow, DecisionTextRow]:
    return select(DecisionRow, DecisionTextRow).outerjoin(DecisionTextRow)


def _undone() -> Select[TakenBackRow, TakenBackTextRow]:
    return select(TakenBackRow, TakenBackTextRow).outerjoin(TakenBackTextRow)


def _handed_in(which: ColumnElement[bool]) -> list[tuple[HandedIn, list[str]]]:
    columns = (
        EvidenceVersionRow.evidence_id, EvidenceVersionRow.version, EvidenceVersionRow.submitted_at,
        EvidenceVersionRow.route, EvidenceVersionRow.withdrawn_at, EvidenceVersionRow.edited_at,
    )  # fmt: skip
    versions = select(*columns).join(EvidenceRow).where(which, EvidenceVersionRow.submitted_at.is_not(None))
    names = select(EvidenceCompetencyRow.evidence_id, EvidenceCompetencyRow.competency).join(EvidenceRow).where(which)
    found: dict[UUID, list[str]] = {}
    for evidence_id, competency in db.session.execute(names.order_by(EvidenceCompetencyRow.competency)):
        found.setdefault(evidence_id, []).append(competency)
    rows = [HandedIn._make(row) for row in db.session.execute(versions)]
    return [(row, found.get(row.evidence_id, [])) for row in rows]


def _pairs(query: Any) -> Sequence[Any]:
    return [(row, words) for row, words in db.session.execute(query)]
