"""Many rows at once: decisions with their words, and the standing derived from them, in a statement per batch.

What single rows are and how they are read is ``records``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from .database import db
from .enrolments import EnrolmentRow
from .records import DecisionRow, DecisionTextRow, StandingRow

__all__ = ["hold_enrolments", "insert_decisions", "list_transfers", "replace_standing"]

CHUNK = 500


def hold_enrolments(enrolment_ids: Iterable[UUID]) -> None:
    """Let nobody else decide on these enrolments until this change is made: what is derived sees every decision."""
    ids = sorted(set(enrolment_ids))  # in one order for all, so that two changes never wait for each other
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        query = select(EnrolmentRow.id).where(EnrolmentRow.id.in_(chunk)).order_by(EnrolmentRow.id)
        db.session.execute(query.with_for_update()).all()


def insert_decisions(decisions: Sequence[Mapping[str, Any]], texts: Sequence[Mapping[str, Any]]) -> None:
    """Add decisions and the words that go with some of them, each as a map of column to value."""
    for row, values in ((DecisionRow, decisions), (DecisionTextRow, texts)):
        if values:
            db.session.execute(insert(row), list(values))


def list_transfers(enrolment_ids: Sequence[UUID]) -> set[tuple[UUID, str, date, str | None]]:
    """Return what was transferred to these enrolments: enrolment, competency, day and digest of the source."""
    found: set[tuple[UUID, str, date, str | None]] = set()
    for start in range(0, len(enrolment_ids), CHUNK):
        query = select(
            DecisionRow.enrolment_id, DecisionRow.competency, DecisionRow.activity_on, DecisionRow.source_digest
        ).where(DecisionRow.kind == "transfer", DecisionRow.enrolment_id.in_(enrolment_ids[start : start + CHUNK]))
        found.update((key, name, day, digest) for key, name, day, digest in db.session.execute(query))
    return found


def replace_standing(touched: Mapping[UUID, set[str]], made: Sequence[Mapping[str, Any]]) -> None:
    """Put the standing made anew in the place of what was there, for the enrolments and competencies touched."""
    for enrolment_id, competencies in touched.items():
        names = sorted(competencies)
        for start in range(0, len(names), CHUNK):
            db.session.execute(
                delete(StandingRow)
                .where(
                    StandingRow.enrolment_id == enrolment_id,
                    StandingRow.competency.in_(names[start : start + CHUNK]),
                )
                .execution_options(synchronize_session=False)
            )
    if made:
        db.session.execute(insert(StandingRow), list(made))
