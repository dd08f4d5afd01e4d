"""What people are told: a notice per person and thing, shown behind the bell and gathered into mails.

A notice holds ids and codes; its words are made at the doors. ``key`` makes telling the same twice add nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row

__all__ = ["NoticeRow"]


class NoticeRow(Row):
    """Something one person is told; ``facts`` is JSON with what the words need, ``link`` a path of ours."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_notice_account_id_read_at", "account_id", "read_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    link: Mapped[str] = mapped_column(String(500))
    facts: Mapped[str] = mapped_column(Text, default="{}")
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)
