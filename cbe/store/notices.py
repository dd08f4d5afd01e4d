"""What people are told: a notice per person and thing, shown behind the bell and gathered into mails.

A notice holds ids and codes; its words and its address are made at the doors. ``key`` makes telling the same twice add
nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["NoticeRow"]


class NoticeRow(Row):
    """Something one person is told; ``facts`` is JSON with what words and address need."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_notice_account_id_read_at", "account_id", "read_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text, default="{}")
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)


def told(account_ids: Collection[UUID], key: str) -> set[UUID]:
    """Return those of these accounts that were told this already."""
    query = select(NoticeRow.account_id).where(NoticeRow.account_id.in_(account_ids), NoticeRow.key == key)
    return set(db.session.scalars(query))
