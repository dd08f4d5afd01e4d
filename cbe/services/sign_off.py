"""Putting assessors' decisions on records, and taking them back: what every way of deciding shares.

An assessor can undo for ten minutes; until then the decision waits in ``settlement``, and notices and awards wait with it
(``settling``). Reading evidence and deciding on it is ``review``'s, sessions are ``observing``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID, uuid4

from cbe.domain.mastery import UNDO, is_judgement, latest_today
from cbe.store import evidence, records, settling
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import CitedRow, DecisionRow, SettlementRow, TakenBackRow, TakenBackTextRow

from .decisions import NewDecision, derive_standing, put_decisions
from .transaction import Transaction

__all__ = ["Cited", "reopen", "sign_off", "take_back_within"]

Cited = Sequence[tuple[UUID, int]]
"""Which versions of which evidence a decision rests on."""


def sign_off(tx: Transaction, decisions: Sequence[tuple[EnrolmentRow, NewDecision, Cited]]) -> list[UUID]:
    """Put decisions on records with what they rest on, derive what follows, and return their ids, in order.

    Part of the caller's change, which has checked who may decide and records it. Assessors' decisions can be undone for
    ten minutes; a transfer or an exception settles at once.
    """
    ids = put_decisions(tx, [(enrolment, new) for enrolment, new, _ in decisions])
    citing = [
        CitedRow(decision_id=decision_id, evidence_id=key, version=version)
        for decision_id, (_, _, cited) in zip(ids, decisions, strict=True)
        for key, version in cited
    ]
    tx.enter(*citing)
    tx.add(
        *(
            SettlementRow(decision_id=decision_id, due_at=tx.now + UNDO if is_judgement(new.kind) else tx.now)
            for decision_id, (_, new, _) in zip(ids, decisions, strict=True)
        )
    )
    derive_standing(((enrolment, new.competency) for enrolment, new, _ in decisions), latest_today(tx.now))
    return ids


def take_back_within(
    tx: Transaction, row: DecisionRow, enrolment: EnrolmentRow, how: str, effective_on: date, reason: str | None
) -> UUID:
    """Let a decision no longer count, by a further record, and derive what follows; return that record's id."""
    taken_back = TakenBackRow(
        id=uuid4(),
        decision_id=row.id,
        how=how,
        effective_on=effective_on,
        account_id=tx.actor.account_id,
        recorded_at=tx.now,
    )
    tx.enter(taken_back)
    if reason:
        tx.say(TakenBackTextRow(taken_back_id=taken_back.id, reason=reason))
    settling.settle_decisions([row.id])
    derive_standing([(enrolment, row.competency)], latest_today(tx.now))
    return taken_back.id


def reopen(decision_ids: Iterable[UUID]) -> list[UUID]:
    """Let the evidence that these decisions judged wait again, where it is still the newest; return those items."""
    opened = []
    for decision_id in decision_ids:
        for cited in records.list_cited([decision_id]):
            row = evidence.find_evidence(cited.evidence_id)
            judged = evidence.find_judged(cited.evidence_id, decision_id)
            if (
                row is None
                or judged is None
                or row.version != cited.version
                or row.status not in ("submitted", "decided")
            ):
                continue
            judged.decision_id = None
            row.status, row.decided_at = "submitted", None
            opened.append(row.id)
    return opened
