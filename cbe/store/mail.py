"""Mail that is to be sent, or was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["MailRow", "claim_mail", "list_waiting"]


class MailRow(Row):
    """A mail to send: the sweep sends what has no ``sent_at``. ``message_id`` stays the same over every try."""

    __tablename__ = "mail"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)


def list_waiting(most_tries: int, limit: int) -> Sequence[UUID]:
    """List the mails that wait to be sent: the least tried first, then the oldest."""
    return db.session.scalars(
        select(MailRow.id)
        .where(MailRow.sent_at.is_(None), MailRow.tries < most_tries)
        .order_by(MailRow.tries, MailRow.created_at)
        .limit(limit)
    ).all()


def claim_mail(mail_id: UUID) -> MailRow | None:
    """Lock a mail that waits, inside a write; None when it was sent meanwhile or somebody else has it."""
    query = select(MailRow).where(MailRow.id == mail_id, MailRow.sent_at.is_(None))
    return db.session.scalar(query.with_for_update(skip_locked=True))
