"""Tokens of applications: a code is redeemed once, a refresh token spent once, and what comes a second time ends the consent.

A code or refresh token that is shown twice was copied by somebody; who of the two is the application cannot be told.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cbe.domain.errors import Conflict, NotFound
from cbe.domain.policy import Actor
from cbe.store import connections
from cbe.store.connections import ConsentRow, TokenRow

from .. import accounts
from ..transaction import Transaction, transaction
from .apps import digest_of

__all__ = [
    "ACCESS_LASTS",
    "REFRESH_LASTS",
    "Grant",
    "find_access",
    "find_code",
    "find_refresh",
    "new_token",
    "redeem",
    "revoke",
    "rotate",
    "touch",
]

ACCESS_LASTS = timedelta(hours=1)
REFRESH_LASTS = timedelta(days=90)
TOUCHED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or a token stands for."""

    consent_id: UUID
    app_id: UUID
    account_id: UUID
    scopes: tuple[str, ...]
    redirect: str
    challenge: str
    secret: str
    """The code or token itself, as it was shown."""


def new_token() -> str:
    """Draw a token."""
    return secrets.token_urlsafe(32)


def find_code(app_id: UUID, code: str, *, now: datetime) -> Grant | None:
    """Return what an application may redeem a code for, or None; a code that was redeemed ends its consent."""
    row = connections.find_consent_of_code(digest_of(code))
    if row is None or row.app_id != app_id:
        return None
    if row.redeemed_at is not None:
        _end(row.id, "app:end-copied", now)
        return None
    return _grant(row, code) if row.code_until > now and _lasts(row, now) else None


def redeem(grant: Grant, access: str, refresh: str | None, *, now: datetime) -> None:
    """Give the first tokens for a code; raises ``Conflict`` when another request was quicker."""
    with transaction(Actor(account_id=grant.account_id), now) as tx:
        row = connections.find_consent_of_code(digest_of(grant.secret))
        if row is None or row.redeemed_at is not None or row.ended_at is not None:
            raise Conflict("This was already done; it was not done again.")
        row.redeemed_at = now
        _give(tx, row, access, refresh)
        tx.record("app:redeem", consent=row.id, app=row.app_id)


def find_refresh(token: str, *, now: datetime) -> Grant | None:
    """Return what a refresh token stands for, or None; one that was spent ends its consent."""
    row = _find(token, "refresh", now)
    if row is not None and row.spent_at is not None:
        _end(row.consent_id, "app:end-copied", now)
        return None
    return _grant(row.consent, token) if row else None


def rotate(grant: Grant, access: str, refresh: str | None, *, now: datetime) -> None:
    """Spend a refresh token for new tokens; raises ``Conflict`` when another request was quicker."""
    with transaction(Actor(account_id=grant.account_id), now) as tx:
        old = connections.find_token(digest_of(grant.secret))
        if old is None or old.spent_at is not None or old.consent.ended_at is not None:
            raise Conflict("This was already done; it was not done again.")
        old.spent_at = now
        _give(tx, old.consent, access, refresh)
        tx.record("app:refresh", consent=old.consent_id, app=old.consent.app_id)


def find_access(token: str, *, now: datetime) -> Grant | None:
    """Return what an access token stands for while it lasts, its consent does and the account is active; or None."""
    row = _find(token, "access", now)
    return _grant(row.consent, token) if row else None


def touch(grant: Grant, *, now: datetime) -> None:
    """Note for the learner that an application read something, to the hour."""
    row = connections.find_consent(grant.consent_id)
    if row is None or (row.used_at is not None and row.used_at > now - TOUCHED_EVERY):
        return
    with transaction(Actor(account_id=grant.account_id), now) as tx:
        row = connections.find_consent(grant.consent_id)
        assert row is not None
        row.used_at = now
        tx.record("app:read", consent=row.id, app=row.app_id)


def revoke(app_id: UUID, token: str, *, now: datetime) -> None:
    """Let an application give up what a token stands for: the whole consent. An unknown token is none to complain of."""
    row = connections.find_token(digest_of(token))
    if row is None or row.consent.app_id != app_id or row.consent.ended_at is not None:
        return
    _end(row.consent_id, "app:give-up", now)


def _find(token: str, kind: str, now: datetime) -> TokenRow | None:
    row = connections.find_token(digest_of(token))
    if row is None or row.kind != kind or row.expires_at <= now or not _lasts(row.consent, now):
        return None
    return row


def _lasts(row: ConsentRow, now: datetime) -> bool:
    """Tell whether a consent goes on, and whose it is may sign in."""
    if row.ended_at is not None:
        return False
    try:
        accounts.load_actor(row.account_id, now=now)
    except NotFound:
        return False
    return True


def _give(tx: Transaction, row: ConsentRow, access: str, refresh: str | None) -> None:
    given = [(access, "access", ACCESS_LASTS), *([(refresh, "refresh", REFRESH_LASTS)] if refresh else [])]
    for token, kind, lasts in given:
        tx.add(TokenRow(digest=digest_of(token), consent_id=row.id, kind=kind, expires_at=tx.now + lasts))


def _end(consent_id: UUID, action: str, now: datetime) -> None:
    with transaction(Actor(), now) as tx:
        row = connections.find_consent(consent_id)
        assert row is not None
        row.ended_at = row.ended_at or now
        tx.record(action, consent=row.id, app=row.app_id)


def _grant(row: ConsentRow, secret: str) -> Grant:
    scopes = tuple(row.scopes.split())
    return Grant(row.id, row.app_id, row.account_id, scopes, row.redirect, row.challenge, secret)
