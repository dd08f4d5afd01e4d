"""Questions of handing in: what a learner has open, where items stand in the queue, how long items waited, what decided them.

The rows are ``evidence``'s; what assessors ask of the queue is ``queue``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from .database import db
from .enrolments import EnrolmentRow
from .evidence import (
    EvidenceCompetencyRow,
    EvidenceFileRow,
    EvidenceRow,
    EvidenceVersionRow,
    MessageRow,
    QuarantineRow,
    TakingRow,
    UploadRow,
)
from .outside import OutsideEvidenceRow
from .records import CitedRow, DecisionRow, TakenBackRow

__all__ = ["STATISTIC"]

STATISTIC = 30
"""So many decided items say how long items usually wait."""


def count_open(account_id: UUID) -> int:
    """Count the drafts and waiting items of a learner, in all programs."""
    query = (
        select(func.count())
        .select_from(EvidenceRow)
        .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .where(EnrolmentRow.account_id == account_id, EvidenceRow.status.in_(("draft", "submitted")))
    )
    return db.session.scalar(query) or 0


def list_all_versions(evidence_ids: Sequence[UUID]) -> Sequence[EvidenceVersionRow]:
    """List every version of these items, oldest first."""
    return db.session.scalars(
        select(EvidenceVersionRow)
        .where(EvidenceVersionRow.evidence_id.in_(evidence_ids))
        .order_by(EvidenceVersionRow.evidence_id, EvidenceVersionRow.version)
    ).all()


def list_all_messages(evidence_ids: Sequence[UUID]) -> Sequence[MessageRow]:
    """List what was said about these items, oldest first."""
    return db.session.scalars(
        select(MessageRow)
        .where(MessageRow.evidence_id.in_(evidence_ids))
        .order_by(MessageRow.created_at, MessageRow.id)
    ).all()


def list_closed(evidence_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these items have their texts in quarantine."""
    query = select(QuarantineRow.evidence_id).where(
        QuarantineRow.evidence_id.in_(evidence_ids), QuarantineRow.file_id.is_(None), QuarantineRow.outcome.is_(None)
    )
    return set(db.session.scalars(query))


def takings(evidence_ids: Sequence[UUID], now: datetime) -> dict[UUID, TakingRow]:
    """Return who has these items now."""
    query = select(TakingRow).where(TakingRow.evidence_id.in_(evidence_ids), TakingRow.expires_at > now)
    return {row.evidence_id: row for row in db.session.scalars(query)}


def is_reported(evidence_id: UUID, version: int) -> bool:
    """Tell whether something that came in with a version of an item was ever reported."""
    query = (
        select(QuarantineRow.id)
        .outerjoin(EvidenceFileRow, EvidenceFileRow.id == QuarantineRow.file_id)
        .where(QuarantineRow.evidence_id == evidence_id)
    )
    if version > 1:
        query = query.where(EvidenceFileRow.added_in == version)
    return db.session.scalar(query.limit(1)) is not None


def list_citing(evidence_ids: Sequence[UUID]) -> list[tuple[CitedRow, DecisionRow, str | None]]:
    """List the decisions that rest on these items, oldest first: what each cites, itself, and how it was taken back."""
    query = (
        select(CitedRow, DecisionRow, TakenBackRow.how)
        .join(DecisionRow, DecisionRow.id == CitedRow.decision_id)
        .outerjoin(TakenBackRow, TakenBackRow.decision_id == DecisionRow.id)
        .where(CitedRow.evidence_id.in_(evidence_ids))
        .order_by(DecisionRow.recorded_at, DecisionRow.id)
    )
    return [(cited, decision, how) for cited, decision, how in db.session.execute(query)]


def places(program_id: UUID, evidence_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the place of these waiting items among all that wait in a program, the first being 1."""
    other, theirs = aliased(EvidenceRow), aliased(EnrolmentRow)
    ahead = (
        select(func.count())
        .select_from(other)
        .join(theirs, theirs.id == other.enrolment_id)
        .where(
            theirs.program_id == program_id,
            other.status == "submitted",
            or_(
                other.submitted_at < EvidenceRow.submitted_at,
                and_(other.submitted_at == EvidenceRow.submitted_at, other.id < EvidenceRow.id),
            ),
        )
        .correlate(EvidenceRow)
        .scalar_subquery()
    )
    query = select(EvidenceRow.id, ahead).where(EvidenceRow.id.in_(evidence_ids), EvidenceRow.status == "submitted")
    return {key: count + 1 for key, count in db.session.execute(query)}


def newest_waits(program_id: UUID) -> list[timedelta]:
    """Return how long the items waited that were decided last in a program."""
    query = (
        select(EvidenceRow.submitted_at, EvidenceRow.decided_at)
        .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .where(
            EnrolmentRow.program_id == program_id,
            EvidenceRow.status == "decided",
            EvidenceRow.submitted_at.is_not(None),
            EvidenceRow.decided_at.is_not(None),
        )
        .order_by(EvidenceRow.decided_at.desc())
        .limit(STATISTIC)
    )
    return [decided - submitted for submitted, decided in db.session.execute(query) if decided and submitted]


def drop_item(evidence_id: UUID) -> None:
    """Take an item that was never handed in out of the database, with all that hangs on it."""
    for row in (OutsideEvidenceRow, MessageRow, UploadRow, EvidenceFileRow, EvidenceCompetencyRow, EvidenceVersionRow):
        db.session.execute(delete(row).where(row.evidence_id == evidence_id))
    db.session.execute(delete(EvidenceRow).where(EvidenceRow.id == evidence_id))


def drop_version(evidence_id: UUID, version: int) -> None:
    """Take a version that was never handed in out of the database: its files go, those it left out are back."""
    files = EvidenceFileRow.evidence_id == evidence_id
    db.session.execute(delete(UploadRow).where(UploadRow.evidence_id == evidence_id))
    db.session.execute(delete(EvidenceFileRow).where(files, EvidenceFileRow.added_in == version))
    db.session.execute(
        update(EvidenceFileRow).where(files, EvidenceFileRow.removed_in == version).values(removed_in=None)
    )
    ours = EvidenceVersionRow.evidence_id == evidence_id
    db.session.execute(delete(EvidenceVersionRow).where(ours, EvidenceVersionRow.version == version))
