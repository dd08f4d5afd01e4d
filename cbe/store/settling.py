"""Which decisions wait for their ten minutes to be over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from .database import db
from .records import DecisionRow, SettlementRow

__all__ = ["list_due", "list_due_of", "list_open", "list_open_of", "settle_decisions"]

CHUNK = 500


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


def list_open(account_id: UUID, decision_ids: Sequence[UUID], now: datetime) -> list[DecisionRow]:
    """List those of these decisions that are an assessor's own and can still be undone."""
    waiting = list_open_of(decision_ids, now)
    rows: list[DecisionRow] = []
    for start in range(0, len(decision_ids), CHUNK):
        chunk = decision_ids[start : start + CHUNK]
        rows += db.session.scalars(
            select(DecisionRow).where(DecisionRow.id.in_(chunk), DecisionRow.assessor_id == account_id)
        )
    return [row for row in rows if row.id in waiting]


def list_open_of(decision_ids: Sequence[UUID], now: datetime) -> dict[UUID, datetime]:
    """Return until when those of these decisions can be undone that still can."""
    found: dict[UUID, datetime] = {}
    for start in range(0, len(decision_ids), CHUNK):
        query = select(SettlementRow.decision_id, SettlementRow.due_at).where(
            SettlementRow.decision_id.in_(decision_ids[start : start + CHUNK]), SettlementRow.due_at > now
        )
        found |= {decision_id: due_at for decision_id, due_at in db.session.execute(query)}
    return found


def settle_decisions(decision_ids: Sequence[UUID]) -> None:
    """Let these decisions wait no longer."""
    for start in range(0, len(decision_ids), CHUNK):
        chunk = decision_ids[start : start + CHUNK]
        db.session.execute(delete(SettlementRow).where(SettlementRow.decision_id.in_(chunk)))
