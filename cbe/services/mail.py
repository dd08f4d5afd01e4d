"""Mail that is never lost: written down in the change it tells of, sent by a sweep afterwards.

The words come from the doors (they know the reader's language) as a ``Compose``. A mail may go out twice only when a
crash falls between the server's acceptance and our commit, then with the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from cbe.store.database import begin_write, db, installation
from cbe.store.mail import MailRow, claim_mail, list_waiting
from cbe.store.people import AccountRow

from .transaction import Transaction

__all__ = ["Compose", "queue_mail", "send_waiting", "take_queued"]

Compose = Callable[[str, str, str, str | None], tuple[str, str]]
"""Purpose, name of the reader, link and the reader's language → subject and text."""

SMTP_TIMEOUT_S = 20
MOST_TRIES = 50
log = logging.getLogger(__name__)
_queued: ContextVar[bool] = ContextVar("mail_queued", default=False)


def queue_mail(tx: Transaction, account: AccountRow, recipient: str, subject: str, body: str) -> UUID:
    """Write a mail down as part of a change; it is sent after the change has been committed."""
    mail_id = uuid4()
    host = urlsplit(installation().base_url).hostname or "localhost"
    _queued.set(True)
    tx.add(
        MailRow(
            id=mail_id,
            account_id=account.id,
            recipient=recipient,
            subject=" ".join(subject.split()),
            body=body,
            message_id=f"<{mail_id}@{host}>",
            created_at=tx.now,
            tries=0,
        )
    )
    return mail_id


def take_queued() -> bool:
    """Tell whether mail was written down since the last time this was asked, so that a door can wake the worker."""
    queued = _queued.get()
    _queued.set(False)
    return queued


def send_waiting(now: datetime, *, limit: int = 100) -> int:
    """Send what waits, oldest first, and return how many went out; without a mail server they go to the log."""
    return sum(_send_one(mail_id, now) for mail_id in list_waiting(MOST_TRIES, limit))


def _send_one(mail_id: UUID, now: datetime) -> bool:
    begin_write()
    row = claim_mail(mail_id)
    if row is None:
        db.session.rollback()
        return False
    row.tries += 1
    try:
        _deliver(row)
        row.sent_at = now
        row.body = ""
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail %s could not be sent (try %d): %s", row.message_id, row.tries, error)
    sent = row.sent_at is not None
    db.session.commit()
    return sent


def _deliver(row: MailRow) -> None:
    url = installation().mail_url
    if url is None:
        log.warning("no mail server is set; mail to %s: %s\n%s", row.recipient, row.subject, row.body)
        return
    message = EmailMessage()
    message["From"], message["To"] = installation().mail_from, row.recipient
    message["Subject"], message["Message-ID"] = row.subject, row.message_id
    message["Date"] = format_datetime(row.created_at)
    message.set_content(row.body)
    parts = urlsplit(url)
    client = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with client(parts.hostname or "localhost", parts.port or 0, timeout=SMTP_TIMEOUT_S) as server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
