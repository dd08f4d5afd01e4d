"""What follows when a decision can no longer be undone: notice to the learner, and the awards that are due.

A sweep over what the database says still waits; each learner in a change of their own, so it may run twice.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cbe.domain.policy import SYSTEM
from cbe.store import enrolments, records, settling
from cbe.store.records import DecisionRow

from .awards import give_what_is_due, tell_of_awards
from .notices import tell
from .transaction import Transaction, transaction

__all__ = ["settle"]


def settle(now: datetime, *, limit: int = 500) -> int:
    """Settle the decisions whose ten minutes are over; return how many learners that touched."""
    waiting = settling.list_due(now, limit)
    for enrolment_id in waiting:
        _settle(enrolment_id, now)
    return len(waiting)


def _settle(enrolment_id: UUID, now: datetime) -> None:
    with transaction(SYSTEM, now) as tx:
        enrolment = enrolments.find_enrolment(enrolment_id)
        assert enrolment is not None
        due = settling.list_due_of(enrolment_id, now)
        settling.settle_decisions([row.id for row in due])
        cited = {row.decision_id: row.evidence_id for row in records.list_cited([row.id for row in due])}
        for row in due:
            _tell(tx, row, enrolment.account_id, enrolment.program.key, cited.get(row.id))
        tx.record("decision:settle", enrolment=enrolment_id, decisions=[row.id for row in due])
        today_there = max([now.date(), *(row.decided_on for row in due)])  # the assessor may live ahead of UTC
        tell_of_awards(tx, enrolment, give_what_is_due(tx, enrolment, today_there))


def _tell(tx: Transaction, row: DecisionRow, account_id: UUID, program: str, evidence_id: UUID | None) -> None:
    kind = "decided" if row.outcome == "met" else "returned"
    facts = {"program": program, "competency": row.competency, "evidence": evidence_id}
    tell(tx, [account_id], kind, key=f"decision:{row.id}", **facts)
