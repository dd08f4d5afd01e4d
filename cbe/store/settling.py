"""Which decisions wait for their ten minutes to be over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from .database import db
from .records import DecisionRow, SettlementRow

__all__ = ["list_due", "list_open", "settle_decisions"]


def list_due(now: datetime, limit: int) -> Sequence[UUID]:
    """List the enrolments with decisions whose time is over, the longest waiting first."""
    query = (
        select(DecisionRow.enrolment_id)
        .join(SettlementRow, SettlementRow.decision_id == DecisionRow.id)
        .where(SettlementRow.due_at <= now)
        .order_by(SettlementRow.due_at)
        .limit(limit)
    )
    return list(dict.fromkeys(db.session.scalars(query)))


def list_due_of(enrolment_id: UUID, now: datetime) -> Sequence[DecisionRow]:
    """List the decisions on one enrolment whose time is over."""
    query = (
        select(DecisionRow)
        .join(SettlementRow, SettlementRow.decision_id == DecisionRow.id)
        .where(DecisionRow.enrolment_id == enrolment_id, SettlementRow.due_at <= now)
        .order_by(DecisionRow.recorded_at, DecisionRow.id)
    )
    return db.session.scalars(query).all()


def list_open(account_id: UUID, now: datetime, limit: int = 200) -> Sequence[DecisionRow]:
    """List the decisions of an assessor that they can still undo, newest first."""
    query = (
        select(DecisionRow)
        .join(SettlementRow, SettlementRow.decision_id == DecisionRow.id)
        .where(DecisionRow.assessor_id == account_id, SettlementRow.due_at > now)
        .order_by(DecisionRow.recorded_at.desc(), DecisionRow.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def settle_decisions(decision_ids: Sequence[UUID]) -> None:
    """Let these decisions wait no longer."""
    db.session.execute(delete(SettlementRow).where(SettlementRow.decision_id.in_(decision_ids)))
