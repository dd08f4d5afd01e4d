"""Mail that is never lost: written down in the change it tells of, sent by a sweep afterwards.

The words come from the doors (they know the reader's language) as a ``Compose``. A mail may go out twice only when a
crash falls between the server's acceptance and our commit, then with the same Message-ID.
"""

from __future__ import annotations

import fcntl
import logging
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from email import policy
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from cbe.store.database import installation
from cbe.store.mail import MailRow, claim_mail, list_waiting, settle_mail
from cbe.store.people import AccountRow

from .transaction import Transaction

__all__ = ["Compose", "expect_mail", "queue_mail", "send_waiting", "take_queued"]

Compose = Callable[[str, str, str, str | None], tuple[str, str]]
"""Purpose, name of the reader, link and the reader's language → subject and text."""

SMTP_TIMEOUT_S = 20
MOST_TRIES = 13
"""The last one is almost three days after the first: a mail server may be away over a weekend."""


class _Whole(UnstructuredHeader, BaseHeader):
    """A header that is one address: written whole, where the library would cut a long one up into encoded words."""

    def fold(self, *, policy: policy.Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Whole)
HEADERS = policy.default.clone(header_factory=_headers)
log = logging.getLogger(__name__)
_queued: ContextVar[bool] = ContextVar("mail_queued", default=False)


def queue_mail(
    tx: Transaction, account: AccountRow, recipient: str, subject: str, body: str, *, unsubscribe: str | None = None
) -> UUID:
    """Write a mail down as part of a change; it is sent after the change has been committed.

    ``unsubscribe``: the address that ends mails of its kind with one POST (RFC 8058).
    """
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
            unsubscribe=unsubscribe,
        )
    )
    return mail_id


def expect_mail() -> None:
    """Have the worker woken as if mail were written down, where its absence would tell something."""
    _queued.set(True)


def take_queued() -> bool:
    """Tell whether mail was written down since the last time this was asked, so that a door can wake the worker."""
    queued = _queued.get()
    _queued.set(False)
    return queued


def send_waiting(now: datetime, *, limit: int = 100) -> int:
    """Send what waits, oldest first, and return how many went out.

    Without a mail server they go to the log, links and all, so that one can develop; in production they wait for one.
    """
    waiting = list_waiting(now, MOST_TRIES, limit)
    if waiting and installation().mail_url is None and installation().production:
        log.error("mail waits to be sent, and no mail server is set: CBE_MAIL_URL")
        return 0
    with _alone() as is_alone:
        return sum(_send_one(mail_id, now) for mail_id in waiting) if is_alone else 0


@contextmanager
def _alone() -> Iterator[bool]:
    """Tell whether no other sweep on this machine sends mail now, and keep others from it until the end."""
    handle = os.open(installation().folder / "mail.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _is_locked(handle)
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _send_one(mail_id: UUID, now: datetime) -> bool:
    row = claim_mail(mail_id)
    if row is None:
        return False
    sent_at, attempt = None, row.tries + 1
    try:
        _deliver(row)
        sent_at = now
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: what cannot be written as a mail
        log.warning("mail %s could not be sent (try %d of %d): %s", row.message_id, attempt, MOST_TRIES, error)
    settle_mail(row, sent_at)
    return sent_at is not None


def _deliver(row: MailRow) -> None:
    url = installation().mail_url
    if url is None:
        log.warning("no mail server is set; mail to %s: %s\n%s", row.recipient, row.subject, row.body)
        return
    message = EmailMessage(policy=HEADERS)
    message["From"], message["To"] = installation().mail_from, row.recipient
    message["Subject"], message["Message-ID"] = row.subject, row.message_id
    message["Date"] = format_datetime(row.created_at)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: who is away answers to no machine
    if row.unsubscribe:
        message["List-Unsubscribe"] = f"<{row.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.body)
    parts = urlsplit(url)
    with _connected(parts.scheme, parts.hostname or "localhost", parts.port or 0) as server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":  # without a context of its own, smtplib asks nobody for a certificate
        return smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT_S, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT_S)
