"""Putting assessors' decisions on records, and taking them back: what every way of deciding shares.

An assessor can undo for ten minutes; until then the decision waits in ``settlement``, and notices and awards wait with it
(``settling``). Reading evidence and deciding on it is ``review``'s, sessions are ``observing``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    tx: Transaction,
    taken: Sequence[tuple[DecisionRow, EnrolmentRow]],
    how: str,
    *,
    since: date | None = None,
    reason: str | None = None,
) -> list[UUID]:
    """Let decisions no longer count, by a further record each, and derive what follows; return those records' ids.

    ``since``: the day from which a revoked one does not count; the others never counted.
    """
    backs = [
        TakenBackRow(
            id=uuid4(),
            decision_id=row.id,
            how=how,
            effective_on=since or row.decided_on,
            account_id=tx.actor.account_id,
            recorded_at=tx.now,
        )
        for row, _ in taken
    ]
    tx.enter(*backs)
    if reason:
        tx.say(*(TakenBackTextRow(taken_back_id=one.id, reason=reason) for one in backs))
    settling.settle_decisions([row.id for row, _ in taken])
    derive_standing([(enrolment, row.competency) for row, enrolment in taken], latest_today(tx.now))
    return [one.id for one in backs]


def reopen(decision_ids: Sequence[UUID]) -> list[UUID]:
    """Let the evidence that these decisions judged wait again, where it was handed in; return those items.

    Also evidence that has a newer version: what was met of an earlier one is asked again. A draft, or what was
    withdrawn, asks when it is handed in.
    """
    opened = []
    for cited in records.list_cited(decision_ids):
        row = evidence.find_evidence(cited.evidence_id)
        judged = evidence.find_judged(cited.evidence_id, cited.decision_id)
        if row is None or judged is None:
            continue
        judged.decision_id = None
        if row.status in ("submitted", "decided"):
            row.status, row.decided_at = "submitted", None
            opened.append(row.id)
    return opened
