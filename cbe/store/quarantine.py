"""Questions about what was reported: reports by program, which texts are closed, and the words that may be read or changed.

The row is ``evidence``'s; which files are closed their own rows say.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from .database import db
from .enrolments import EnrolmentRow
from .evidence import EvidenceRow, QuarantineRow
from .records import CitedRow, DecisionTextRow

__all__ = ["count_open", "decision_texts", "find_report", "list_feedback", "list_reports", "text_states"]


def find_report(report_id: UUID) -> QuarantineRow | None:
    """Return a report, or None."""
    return db.session.get(QuarantineRow, report_id)


def list_reports(program_id: UUID, *, is_open: bool, limit: int) -> Sequence[tuple[QuarantineRow, EvidenceRow]]:
    """List the reports of a program with their items: those that wait, oldest first, or those decided, newest first."""
    wanted = QuarantineRow.outcome.is_(None) if is_open else QuarantineRow.outcome.is_not(None)
    order = QuarantineRow.reported_at if is_open else QuarantineRow.decided_at.desc()
    query = (
        select(QuarantineRow, EvidenceRow)
        .join(EvidenceRow, EvidenceRow.id == QuarantineRow.evidence_id)
        .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .where(EnrolmentRow.program_id == program_id, wanted)
        .order_by(order, QuarantineRow.id)
        .limit(limit)
        .options(joinedload(EvidenceRow.enrolment))
    )
    return [(report, row) for report, row in db.session.execute(query)]


def count_open(program_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the reports that wait, by program."""
    query = (
        select(EnrolmentRow.program_id, func.count())
        .select_from(QuarantineRow)
        .join(EvidenceRow, EvidenceRow.id == QuarantineRow.evidence_id)
        .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .where(EnrolmentRow.program_id.in_(program_ids), QuarantineRow.outcome.is_(None))
        .group_by(EnrolmentRow.program_id)
    )
    return {program_id: count for program_id, count in db.session.execute(query)}


def text_states(evidence_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the items whose texts are ``closed`` now, or were ``redacted`` or ``destroyed`` last."""
    query = (
        select(QuarantineRow.evidence_id, QuarantineRow.outcome)
        .where(QuarantineRow.evidence_id.in_(evidence_ids), QuarantineRow.file_id.is_(None))
        .order_by(QuarantineRow.reported_at)
    )
    states: dict[UUID, str] = {}
    for evidence_id, outcome in db.session.execute(query):
        if outcome != "released":
            states[evidence_id] = outcome or "closed"
    return states


def list_feedback(evidence_id: UUID) -> Sequence[DecisionTextRow]:
    """List the words of the decisions that rest on an item."""
    return db.session.scalars(
        select(DecisionTextRow)
        .join(CitedRow, CitedRow.decision_id == DecisionTextRow.decision_id)
        .where(CitedRow.evidence_id == evidence_id)
        .order_by(DecisionTextRow.decision_id)
    ).all()


def decision_texts(decision_ids: Sequence[UUID]) -> dict[UUID, DecisionTextRow]:
    """Return the words of these decisions by decision, without those that rest on an item whose texts are closed now."""
    query = select(DecisionTextRow).where(
        DecisionTextRow.decision_id.in_(decision_ids), DecisionTextRow.decision_id.not_in(_closed_among(decision_ids))
    )
    return {row.decision_id: row for row in db.session.scalars(query)}


def decisions_with_closed_texts(decision_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these decisions have words that nobody sees now, as the item that they rest on was reported."""
    query = select(DecisionTextRow.decision_id).where(DecisionTextRow.decision_id.in_(_closed_among(decision_ids)))
    return set(db.session.scalars(query))


def _closed_among(decision_ids: Sequence[UUID]) -> Select[UUID]:
    return (
        select(CitedRow.decision_id)
        .join(QuarantineRow, QuarantineRow.evidence_id == CitedRow.evidence_id)
        .where(QuarantineRow.file_id.is_(None), QuarantineRow.outcome.is_(None), CitedRow.decision_id.in_(decision_ids))
    )
