"""Decisions on learners' records, added and never changed, and the standing that follows from them.

Here is what every way of deciding shares. Importing earlier records is ``mastery_import``'s, awards are ``awards``'s; what can
be unlocked with what is mastered is ``progress``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from uuid import UUID, uuid4

from cbe.domain.mastery import Decision, Standing, TakenBack, standings
from cbe.store import batches, records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import DecisionRow

from .programs import compiled_version
from .transaction import Transaction

__all__ = ["NewDecision", "derive_standing", "mastered_on", "put_decisions"]


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision that is about to stand on a record, with the words that go with it.

    ``source_digest`` is for transfers: with enrolment, competency and day it makes importing twice add nothing.
    """

    competency: str
    kind: str
    decided_on: date
    activity_on: date
    outcome: str = "met"
    level: str | None = None
    assessor_id: UUID | None = None
    feedback: str | None = None
    authority: str | None = None
    reason: str | None = None
    source_digest: str | None = None
    role: str | None = None
    observation_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.kind in ("assessment", "recognition") and self.assessor_id is None:
            raise ValueError("an assessor decides this, and only they")


def put_decisions(tx: Transaction, decisions: Iterable[tuple[EnrolmentRow, NewDecision]]) -> list[UUID]:
    """Put decisions on records as part of the caller's change and return their ids, in order.

    In batches, so that ten thousand take seconds. The caller checks who may decide, records it in the audit trail, and
    calls ``derive_standing`` for what was touched.
    """
    keyed = [(uuid4(), enrolment, new) for enrolment, new in decisions]
    batches.hold_enrolments(enrolment.id for _, enrolment, _ in keyed)
    rows = [_values(tx, key, enrolment, new) for key, enrolment, new in keyed]
    words = [_words(key, new) for key, _, new in keyed if new.feedback or new.authority or new.reason]
    batches.insert_decisions(rows, words)
    for values in rows:
        tx.attest("decision", values)
    for values in words:
        tx.attest("decision_text", values)
    return [key for key, _, _ in keyed]


def derive_standing(touched: Iterable[tuple[EnrolmentRow, str]], on: date) -> None:
    """Make the standing of these enrolments in these competencies anew from their decisions, as true on a day.

    Part of the caller's change: in the same transaction as the decisions.
    """
    wanted: dict[UUID, set[str]] = {}
    rows: dict[UUID, EnrolmentRow] = {}
    for enrolment, competency in touched:
        rows[enrolment.id] = enrolment
        wanted.setdefault(enrolment.id, set()).add(competency)
    decisions = _by_enrolment(records.list_decisions_of(list(rows)))
    undone = [_taken_back(row) for row in records.list_taken_back(list(rows))]
    made = [
        {
            "enrolment_id": key,
            "competency": competency,
            "mastered_on": found.mastered_on,
            "expires_on": found.expires_on,
            "returned_on": found.returned_on,
            "settles_at": found.settles_at,
        }
        for key, names in wanted.items()
        for competency, found in _standings(rows[key], decisions.get(key, []), undone, names, on).items()
    ]
    batches.replace_standing(wanted, made)


def mastered_on(enrolment: EnrolmentRow, on: date) -> frozenset[str]:
    """Return what is mastered and current on a day, from the decisions as known now."""
    decisions = records.list_decisions_of([enrolment.id])
    undone = [_taken_back(row) for row in records.list_taken_back([enrolment.id])]
    found = _standings(enrolment, decisions, undone, None, on)
    return frozenset(
        key
        for key, row in found.items()
        if row.mastered_on is not None and (row.expires_on is None or row.expires_on > on)
    )


def _standings(
    enrolment: EnrolmentRow,
    rows: Sequence[DecisionRow],
    undone: Sequence[TakenBack],
    competencies: set[str] | None,
    on: date,
) -> dict[str, Standing]:
    program = compiled_version(enrolment.version_id).program
    values = [_decision(row) for row in rows if competencies is None or row.competency in competencies]
    ids = {value.id for value in values} if undone else set()
    return standings(program, values, [back for back in undone if back.decision in ids], on=on)


def _by_enrolment(rows: Iterable[DecisionRow]) -> dict[UUID, list[DecisionRow]]:
    found: dict[UUID, list[DecisionRow]] = {}
    for row in rows:
        found.setdefault(row.enrolment_id, []).append(row)
    return found


def _values(tx: Transaction, key: UUID, enrolment: EnrolmentRow, new: NewDecision) -> dict[str, object]:
    return {
        "id": key,
        "enrolment_id": enrolment.id,
        "version_id": enrolment.version_id,
        "competency": new.competency,
        "kind": new.kind,
        "outcome": new.outcome,
        "level": new.level,
        "assessor_id": new.assessor_id,
        "activity_on": new.activity_on,
        "decided_on": new.decided_on,
        "recorded_at": tx.now,
        "source_digest": new.source_digest,
        "role": new.role,
        "observation_id": new.observation_id,
    }


def _words(key: UUID, new: NewDecision) -> dict[str, object]:
    said = {"feedback": new.feedback, "authority": new.authority, "reason": new.reason}
    return {"decision_id": key, **said, "salt": token_hex(16)}


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        row.id, row.competency, row.kind, row.outcome, row.level, row.assessor_id, row.decided_on, row.recorded_at
    )


def _taken_back(row: records.TakenBackRow) -> TakenBack:
    return TakenBack(row.decision_id, row.how, row.effective_on, row.recorded_at)
