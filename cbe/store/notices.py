"""What people are told: a notice per person and thing, shown behind the bell and gathered into mails.

A notice holds ids and codes; its words and its address are made at the doors. ``key`` makes telling the same twice add
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["NoticeRow"]

WAITS = text("read_at IS NULL AND mailed_at IS NULL")


class NoticeRow(Row):
    """Something one person is told; ``facts`` is JSON with what words and address need."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_notice_account_id_read_at", "account_id", "read_at"),
        Index("ix_notice_waits", "account_id", "created_at", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text, default="{}")
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)


def told(pairs: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return those of these accounts and keys under which something was told already, in one query per 500."""
    wanted = sorted(set(pairs))
    found: set[tuple[UUID, str]] = set()
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        query = select(NoticeRow.account_id, NoticeRow.key).where(
            NoticeRow.account_id.in_({account_id for account_id, _ in chunk}),
            NoticeRow.key.in_({key for _, key in chunk}),
        )
        found.update((account_id, key) for account_id, key in db.session.execute(query))
    return found


def list_notices(account_id: UUID, *, offset: int, limit: int) -> tuple[Sequence[NoticeRow], int]:
    """List one person's notices, newest first, and how many there are in all."""
    query = select(NoticeRow).where(NoticeRow.account_id == account_id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = query.order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).offset(offset).limit(limit)
    return db.session.scalars(newest).all(), total


def find_notice(account_id: UUID, notice_id: UUID) -> NoticeRow | None:
    """Return one of a person's notices, or None when it is nobody's or somebody else's."""
    return db.session.scalar(select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.account_id == account_id))


def mark_read(account_id: UUID, now: datetime) -> None:
    """Mark every notice of a person as read."""
    unread = update(NoticeRow).where(NoticeRow.account_id == account_id, NoticeRow.read_at.is_(None))
    db.session.execute(unread.values(read_at=now))
