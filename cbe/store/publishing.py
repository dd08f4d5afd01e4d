"""What is asked before a draft becomes a version, and until when a version is taught."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["ApprovalRow", "TeachOutRow", "find_teach_out", "list_teach_outs", "newest_approval"]


class ApprovalRow(Row):
    """Somebody asked for a draft's content to be approved, and what a second person said."""

    __tablename__ = "draft_approval"
    __table_args__ = (Index("ix_draft_approval_program_id", "program_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    digest: Mapped[str] = mapped_column(String(64))
    """Of the content that is asked about: what is changed afterwards is not approved."""
    notes: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(10))
    """``approved`` or ``declined``; None while nobody has said."""
    remark: Mapped[str] = mapped_column(Text, default="")


class TeachOutRow(Row):
    """Until when a version is taught to those who stayed in it."""

    __tablename__ = "version_teach_out"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("program_version.id"), primary_key=True)
    until: Mapped[date]
    set_at: Mapped[datetime] = mapped_column(Instant)


def newest_approval(program_id: UUID) -> ApprovalRow | None:
    """Return what was asked last about a program's drafts, or None."""
    row = ApprovalRow
    return db.session.scalar(select(row).where(row.program_id == program_id).order_by(row.asked_at.desc()).limit(1))


def find_teach_out(version_id: UUID) -> TeachOutRow | None:
    """Return until when a version is taught, or None."""
    return db.session.get(TeachOutRow, version_id)


def list_teach_outs(version_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return until when these versions are taught; those without such a day are left out."""
    query = select(TeachOutRow.version_id, TeachOutRow.until).where(TeachOutRow.version_id.in_(version_ids))
    return {version_id: until for version_id, until in db.session.execute(query)}
