"""What somebody who reviews wants to see beside an item: what else there is of the learner, colleagues, one's own decisions.

Which items wait is ``queue``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from .database import db
from .enrolments import EnrolmentRow
from .evidence import EvidenceRow, EvidenceVersionRow, QuarantineRow
from .people import AccountRow, PersonRow, RoleRow
from .programs import ProgramRow
from .records import CitedRow, DecisionRow, SettlementRow, TakenBackRow, TakenBackTextRow

__all__ = ["CitableRow", "MadeRow"]

OPENING = 120


class CitableRow(NamedTuple):
    """The newest version of an item that was handed in, with how its text begins (nothing while it is in quarantine)."""

    evidence_id: UUID
    version: int
    submitted_at: datetime
    opening: str


class MadeRow(NamedTuple):
    """A decision somebody made, whose learner and program it concerns, and until when it can be undone."""

    decision: DecisionRow
    learner: str
    program: str
    due_at: datetime | None
    taken_back: str | None


def list_citable(enrolment_id: UUID, but: UUID, limit: int = 50) -> Sequence[CitableRow]:
    """List what else a learner handed in, newest first."""
    newest = (
        select(EvidenceVersionRow.evidence_id, func.max(EvidenceVersionRow.version).label("version"))
        .join(EvidenceRow, EvidenceRow.id == EvidenceVersionRow.evidence_id)
        .where(
            EvidenceRow.enrolment_id == enrolment_id,
            EvidenceRow.id != but,
            EvidenceVersionRow.submitted_at.is_not(None),
        )
        .group_by(EvidenceVersionRow.evidence_id)
        .subquery()
    )
    is_closed = (
        select(QuarantineRow.id)
        .where(
            QuarantineRow.evidence_id == EvidenceVersionRow.evidence_id,
            QuarantineRow.file_id.is_(None),
            QuarantineRow.outcome.is_(None),
        )
        .exists()
    )
    same = and_(EvidenceVersionRow.evidence_id == newest.c.evidence_id, EvidenceVersionRow.version == newest.c.version)
    query = (
        select(
            EvidenceVersionRow.evidence_id,
            EvidenceVersionRow.version,
            EvidenceVersionRow.submitted_at,
            func.substr(EvidenceVersionRow.text, 1, OPENING),
            is_closed,
        )
        .join(newest, same)
        .order_by(EvidenceVersionRow.submitted_at.desc(), EvidenceVersionRow.evidence_id)
        .limit(limit)
    )
    return [
        CitableRow(key, version, at, "" if closed else text)
        for key, version, at, text, closed in db.session.execute(query)
    ]


def list_assessors(program_ids: Collection[UUID], today: date) -> Sequence[tuple[UUID, str]]:
    """List who assesses in any of these programs today as pairs of account and name, by name."""
    query = (
        select(PersonRow.account_id, PersonRow.name)
        .join(AccountRow, AccountRow.id == PersonRow.account_id)
        .join(RoleRow, RoleRow.account_id == AccountRow.id)
        .where(
            RoleRow.program_id.in_(program_ids),
            RoleRow.role.in_(("instructor", "coordinator")),
            or_(RoleRow.until.is_(None), RoleRow.until >= today),
            AccountRow.status == "active",
        )
        .distinct()
        .order_by(PersonRow.name, PersonRow.account_id)
    )
    return [(account_id, name) for account_id, name in db.session.execute(query)]


def list_made(
    account_id: UUID, since: datetime, now: datetime, *, evidence_id: UUID | None = None, limit: int = 200
) -> Sequence[MadeRow]:
    """List the decisions somebody made since a moment, newest first; those resting on one item only when it is given."""
    query = (
        select(DecisionRow, PersonRow.name, ProgramRow.key, SettlementRow.due_at, TakenBackRow.how)
        .join(EnrolmentRow, EnrolmentRow.id == DecisionRow.enrolment_id)
        .join(ProgramRow, ProgramRow.id == EnrolmentRow.program_id)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .outerjoin(SettlementRow, and_(SettlementRow.decision_id == DecisionRow.id, SettlementRow.due_at > now))
        .outerjoin(TakenBackRow, TakenBackRow.decision_id == DecisionRow.id)
        .where(
            DecisionRow.assessor_id == account_id,
            DecisionRow.kind.in_(("assessment", "recognition")),
            DecisionRow.recorded_at >= since,
        )
    )
    if evidence_id is not None:
        cited = select(CitedRow.decision_id).where(CitedRow.evidence_id == evidence_id)
        query = query.where(DecisionRow.id.in_(cited))
    found = db.session.execute(query.order_by(DecisionRow.recorded_at.desc(), DecisionRow.id).limit(limit))
    return [MadeRow(*row) for row in found]


def list_undone(account_id: UUID, evidence_id: UUID, version: int) -> Sequence[DecisionRow]:
    """List the decisions on a version of an item that somebody made and undid (took back without a reason), oldest first."""
    query = (
        select(DecisionRow)
        .join(CitedRow, CitedRow.decision_id == DecisionRow.id)
        .join(TakenBackRow, TakenBackRow.decision_id == DecisionRow.id)
        .outerjoin(TakenBackTextRow, TakenBackTextRow.taken_back_id == TakenBackRow.id)
        .where(
            CitedRow.evidence_id == evidence_id,
            CitedRow.version == version,
            DecisionRow.assessor_id == account_id,
            TakenBackRow.how == "void",
            TakenBackTextRow.taken_back_id.is_(None),
        )
        .order_by(DecisionRow.recorded_at, DecisionRow.id)
    )
    return db.session.scalars(query).all()
