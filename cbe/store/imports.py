"""Files that somebody sent to be imported as programs: kept until they are in, or for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["ImportRow", "delete_imports", "find_import", "is_there", "list_imports", "list_waiting"]


class ImportRow(Row):
    """One file, how it is to be read, and what came of that so far."""

    __tablename__ = "program_import"
    __table_args__ = (Index("ix_program_import_state", "state"), Index("ix_program_import_account_id", "account_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(200))
    asked: Mapped[str] = mapped_column(Text)
    """As JSON: format and the rest of how to read it."""
    content: Mapped[str] = mapped_column(Text, deferred=True)
    """The file, packed, in base 64 as backups take it."""
    edges: Mapped[str | None] = mapped_column(Text, deferred=True)
    state: Mapped[str] = mapped_column(String(10))
    """``reading``, ``read``, ``writing``, ``done`` or ``failed``."""
    found: Mapped[str] = mapped_column(Text, default="{}")
    """As JSON: what it would do, or did."""
    made_at: Mapped[datetime] = mapped_column(Instant)


def find_import(import_id: UUID) -> ImportRow | None:
    """Return one import, or None."""
    return db.session.get(ImportRow, import_id)


def list_imports(account_id: UUID, most: int) -> Sequence[ImportRow]:
    """List somebody's newest imports."""
    query = select(ImportRow).where(ImportRow.account_id == account_id).order_by(ImportRow.made_at.desc())
    return db.session.scalars(query.limit(most)).all()


def list_waiting() -> list[UUID]:
    """List the imports that are to be read or written, the oldest first."""
    query = select(ImportRow.id).where(ImportRow.state.in_(("reading", "writing"))).order_by(ImportRow.made_at)
    return list(db.session.scalars(query))


def is_there(before: datetime) -> bool:
    """Tell whether anything was sent before a moment."""
    return db.session.scalar(select(ImportRow.id).where(ImportRow.made_at < before).limit(1)) is not None


def delete_imports(before: datetime) -> None:
    """Delete what was sent before a moment."""
    db.session.execute(delete(ImportRow).where(ImportRow.made_at < before))
