"""What is known of many learners of a program at once, as plain values: one question each, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from .database import db
from .enrolments import EnrolmentRow
from .evidence import EvidenceCompetencyRow, EvidenceRow
from .records import StandingRow

__all__ = ["StandsRow"]

NAMED = 500
"""More learners than these are not named in a question: it asks about the whole program instead."""


class StandsRow(NamedTuple):
    """How one learner stands in one competency that decisions touch; see ``records.StandingRow``."""

    enrolment_id: UUID
    competency: str
    mastered_on: date | None
    expires_on: date | None
    returned_on: date | None
    settles_at: datetime | None
    kind: str | None


def list_stands(program_id: UUID, enrolment_ids: Sequence[UUID]) -> list[StandsRow]:
    """List how these learners of a program stand; beyond five hundred, how all of its learners do."""
    query = select(
        StandingRow.enrolment_id, StandingRow.competency, StandingRow.mastered_on, StandingRow.expires_on,
        StandingRow.returned_on, StandingRow.settles_at, StandingRow.kind,
    )  # fmt: skip
    return [StandsRow(*row) for row in db.session.execute(_among(query, StandingRow, program_id, enrolment_ids))]


def list_waiting_for(program_id: UUID, enrolment_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """List the competencies for which evidence waits as (enrolment, competency); for whom: see ``list_stands``."""
    query = (
        select(EvidenceRow.enrolment_id, EvidenceCompetencyRow.competency)
        .join(EvidenceCompetencyRow, EvidenceCompetencyRow.evidence_id == EvidenceRow.id)
        .where(EvidenceRow.status == "submitted", EvidenceCompetencyRow.decision_id.is_(None))
    )
    found = db.session.execute(_among(query, EvidenceRow, program_id, enrolment_ids))
    return [(enrolment_id, competency) for enrolment_id, competency in found]


def _among(query: Any, of: Any, program_id: UUID, enrolment_ids: Sequence[UUID]) -> Any:
    if len(enrolment_ids) <= NAMED:
        return query.where(of.enrolment_id.in_(enrolment_ids))
    return query.where(of.enrolment_id.in_(select(EnrolmentRow.id).where(EnrolmentRow.program_id == program_id)))
