"""The operations of designers on a draft, in their order. What they mean is ``domain.draft``'s.

They go when the draft is published: the version is what came of them, and the audit trail says who changed it when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db
from .enrolments import EnrolmentRow
from .evidence import EvidenceCompetencyRow, EvidenceRow
from .programs import DraftRow
from .records import AwardRow, DecisionRow

__all__ = [
    "OperationRow",
    "awarded_in",
    "end_draft",
    "find_operation",
    "list_operations",
    "list_own_operations",
    "on_record",
]


class OperationRow(Row):
    """One operation on a draft; ``number`` counts from 1."""

    __tablename__ = "draft_operation"
    __table_args__ = (Index("ix_draft_operation_draft_id_account_id", "draft_id", "account_id"),)

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("program_draft.draft_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Who did it; None: the command line."""
    what: Mapped[str] = mapped_column(String(10))
    """``edit``, ``import``, ``undo`` or ``redo``."""
    of: Mapped[int | None]
    """The number of the operation that is undone, or whose undoing is."""
    changes: Mapped[str] = mapped_column(Text)
    """As JSON: a list of kind, id, field, before, after."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)


def list_operations(draft_id: UUID, after: int, until: int) -> Sequence[OperationRow]:
    """List the operations with numbers above one and up to another, in order."""
    return db.session.scalars(
        select(OperationRow)
        .where(OperationRow.draft_id == draft_id, OperationRow.number > after, OperationRow.number <= until)
        .order_by(OperationRow.number)
    ).all()


def list_own_operations(draft_id: UUID, account_id: UUID | None, most: int) -> list[tuple[int, str]]:
    """List number and kind of somebody's newest operations on a draft, in order."""
    row = OperationRow
    query = select(row.number, row.what).where(row.draft_id == draft_id, row.account_id == account_id)
    return [(number, what) for number, what in db.session.execute(query.order_by(row.number.desc()).limit(most))][::-1]


def find_operation(draft_id: UUID, number: int) -> OperationRow | None:
    """Return one operation, or None."""
    return db.session.get(OperationRow, (draft_id, number))


def on_record(program_id: UUID, competencies: Sequence[str]) -> set[str]:
    """Return those of some competencies for which anybody in a program has a decision or evidence, in any version."""
    decided = (
        select(DecisionRow.competency)
        .join(EnrolmentRow, EnrolmentRow.id == DecisionRow.enrolment_id)
        .where(EnrolmentRow.program_id == program_id, DecisionRow.competency.in_(competencies))
    )
    shown = (
        select(EvidenceCompetencyRow.competency)
        .join(EvidenceRow, EvidenceRow.id == EvidenceCompetencyRow.evidence_id)
        .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .where(EnrolmentRow.program_id == program_id, EvidenceCompetencyRow.competency.in_(competencies))
    )
    return set(db.session.scalars(decided.union(shown)))


def awarded_in(program_id: UUID, credentials: Sequence[str]) -> set[str]:
    """Return those of some credentials that anybody in a program was awarded, in any version, in good standing or not."""
    awarded = (
        select(AwardRow.credential)
        .join(EnrolmentRow, EnrolmentRow.id == AwardRow.enrolment_id)
        .where(EnrolmentRow.program_id == program_id, AwardRow.credential.in_(credentials))
    )
    return set(db.session.scalars(awarded))


def end_draft(row: DraftRow) -> None:
    """Take a draft out with its operations: it was published."""
    db.session.execute(delete(OperationRow).where(OperationRow.draft_id == row.draft_id))
    db.session.delete(row)
    db.session.flush()
