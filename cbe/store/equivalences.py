"""Which competencies of other programs a program lets count as its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["EquivalenceRow", "find_equivalence", "list_accepted"]


class EquivalenceRow(Row):
    """A program accepts mastery of a competency of another for one of its own."""

    __tablename__ = "equivalence"

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), primary_key=True)
    competency: Mapped[str] = mapped_column(String(200), primary_key=True)
    from_program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), primary_key=True)
    from_competency: Mapped[str] = mapped_column(String(200), primary_key=True)
    accepted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    accepted_at: Mapped[datetime] = mapped_column(Instant)


def list_accepted(program_id: UUID, competency: str | None = None) -> Sequence[EquivalenceRow]:
    """List what a program accepts, for one competency when given."""
    query = select(EquivalenceRow).where(EquivalenceRow.program_id == program_id)
    if competency is not None:
        query = query.where(EquivalenceRow.competency == competency)
    return db.session.scalars(query.order_by(EquivalenceRow.competency, EquivalenceRow.from_competency)).all()


def find_equivalence(
    program_id: UUID, competency: str, from_program_id: UUID, from_competency: str
) -> EquivalenceRow | None:
    """Return what a program accepts for one of its competencies, or None."""
    return db.session.get(EquivalenceRow, (program_id, competency, from_program_id, from_competency))
