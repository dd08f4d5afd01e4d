"""Mails about notices: each reader's rhythm, one mail for all that waits, and ending them with one click.

A mail says how many notices there are and where; it names nobody, no program and no outcome. What is told to whom is
``notices``'s, sending is ``mail``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.policy import SYSTEM, Actor, Subject
from cbe.domain.rhythm import RHYTHMS, is_due
from cbe.store import notice_sweeps, people
from cbe.store.database import installation
from cbe.store.people import AccountRow

from .mail import queue_mail
from .transaction import transaction

__all__ = ["ComposeNews", "end_mails", "gather", "reads_mails", "set_rhythm", "unsubscribe_token"]

ComposeNews = Callable[[int, str, str, str, str | None], tuple[str, str]]
"""Number of notices, link to them, link that ends such mails, rhythm and the reader's language → subject and text."""


def gather(*, compose: ComposeNews, now: datetime, limit: int = 500) -> int:
    """Put what waits for each reader whose time has come into one mail; return how many mails were written down."""
    due = [one.account_id for one in notice_sweeps.list_unmailed() if is_due(one.rhythm, one.time_zone, one.since, now)]
    return sum(_mail(account_id, compose, now) for account_id in due[:limit])


def set_rhythm(actor: Actor, rhythm: str, *, now: datetime) -> None:
    """Choose how often one gets mail about notices."""
    policy.require(actor, "account:edit", Subject(account_id=actor.account_id))
    if rhythm not in RHYTHMS:
        raise Invalid([("/rhythm", N_("Choose one of the rhythms."))])
    with transaction(actor, now) as tx:
        account = actor.account_id and people.find_account(actor.account_id)
        if not account:
            raise NotFound("There is no such account.")
        account.mail_rhythm = rhythm
        tx.record("account:set-mail-rhythm", account=account.id, rhythm=rhythm)


def unsubscribe_token(account_id: UUID) -> str:
    """Return what an unsubscribe link names an account by; it has no end, as a mail may lie unread for long."""
    return str(_signer().dumps(account_id.hex))


def reads_mails(token: str) -> bool:
    """Tell whether the account of an unsubscribe link still gets mails; ``NotFound`` for a link that is not ours."""
    return _account_of(token).mail_rhythm != "off"


def end_mails(token: str, *, now: datetime) -> None:
    """End the mails about notices to the account of an unsubscribe link; doing it again does nothing more."""
    if not reads_mails(token):
        return
    with transaction(Actor(), now) as tx:
        account = _account_of(token)
        account.mail_rhythm = "off"
        tx.record("account:unsubscribe", account=account.id)


def _mail(account_id: UUID, compose: ComposeNews, now: datetime) -> bool:
    """Write down the mail and that these notices are mailed, in one change; False when somebody else just did."""
    with suppress(Conflict), transaction(SYSTEM, now) as tx:
        account, rows = people.find_account(account_id), notice_sweeps.hold_unmailed(account_id)
        if account is None or not rows or not _is_wanted(account, rows[0].created_at, now):
            raise Conflict("There is nothing to mail any more.")
        base = installation().base_url
        unsubscribe = f"{base}/unsubscribe/{unsubscribe_token(account.id)}"
        subject, body = compose(len(rows), f"{base}/notices", unsubscribe, account.mail_rhythm, account.language)
        queue_mail(tx, account, account.person.email or "", subject, body, unsubscribe=unsubscribe)
        for row in rows:
            row.mailed_at = now
        tx.record("notice:mail", account=account_id, notices=len(rows))
        return True
    return False


def _is_wanted(account: AccountRow, since: datetime, now: datetime) -> bool:
    can_read = account.status == "active" and account.person.email
    return bool(can_read) and is_due(account.mail_rhythm, account.time_zone, since, now)


def _account_of(token: str) -> AccountRow:
    try:
        account_id = UUID(hex=_signer().loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        raise NotFound("This link is not whole. Sign in and choose in your settings what is mailed to you.") from None
    account = people.find_account(account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(installation().secret_key, salt="cbe-unsubscribe")
