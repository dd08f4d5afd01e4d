"""Mail that is to be sent, or was.

SQLite has one lock for all writers, which nobody may hold while a mail server takes its time: there a mail is claimed
without it, and sweeps go one at a time instead (the services see to that). PostgreSQL locks the one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, begin_write, db

__all__ = ["MailRow", "claim_mail", "list_waiting", "settle_mail"]

FIRST_WAIT = timedelta(minutes=1)
"""From the writing of a mail to its second try; every further one waits about twice as long."""


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
    unsubscribe: Mapped[str | None] = mapped_column(String(500))
    """The address that ends mails of this kind with one click."""


def list_waiting(now: datetime, most_tries: int, limit: int) -> Sequence[UUID]:
    """List the mails whose time to be sent has come: the least tried first, then the oldest."""
    due = [MailRow.tries == 0]
    due += [
        and_(MailRow.tries == tries, MailRow.created_at <= now - (2**tries - 1) * FIRST_WAIT)
        for tries in range(1, most_tries)
    ]
    return db.session.scalars(
        select(MailRow.id)
        .where(MailRow.sent_at.is_(None), or_(*due))
        .order_by(MailRow.tries, MailRow.created_at)
        .limit(limit)
    ).all()


def claim_mail(mail_id: UUID) -> MailRow | None:
    """Take a mail that waits, to be sent and settled; None when it was sent meanwhile or somebody else has it."""
    alone = _is_sqlite()
    if alone:
        db.session.rollback()
    else:
        begin_write()
    query = select(MailRow).where(MailRow.id == mail_id, MailRow.sent_at.is_(None))
    row = db.session.scalar(query.with_for_update(skip_locked=True))
    if row is not None and alone:
        db.session.expunge(row)
    if row is None or alone:
        db.session.rollback()
    return row


def settle_mail(row: MailRow, sent_at: datetime | None) -> None:
    """Write down how a try with a claimed mail went; the text and the links of one that was sent are forgotten."""
    if _is_sqlite():
        begin_write()
        row = db.session.merge(row)
    row.tries += 1
    if sent_at is not None:
        row.sent_at, row.body, row.unsubscribe = sent_at, "", None
    db.session.commit()


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
