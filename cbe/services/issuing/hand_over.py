"""Handing a credential over to a wallet: a link that gives it once, within ten minutes, to whoever has the link."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from cbe.domain.errors import Gone, NotFound
from cbe.domain.policy import Actor
from cbe.store import connections, issuing
from cbe.store.connections import HandOverRow

from ..transaction import transaction
from .credentials import get_own

__all__ = ["LASTS", "look_at", "offer", "take"]

LASTS = timedelta(minutes=10)
BYTES = 16


def offer(actor: Actor, credential_id: UUID, *, now: datetime) -> str:
    """Make the secret of a link to one's own credential."""
    get_own(actor, credential_id, now=now)
    secret = secrets.token_urlsafe(BYTES)
    with transaction(actor, now) as tx:
        tx.add(HandOverRow(digest=_digest(secret), credential_id=credential_id, expires_at=now + LASTS))
        tx.record("credential:offer", credential=credential_id)
    return secret


def look_at(secret: str, *, now: datetime) -> None:
    """Use nothing up; raises ``NotFound`` for a link that never was, ``Gone`` for one that was used or is over."""
    row = connections.find_hand_over(_digest(secret))
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    if row.used_at is not None or row.expires_at <= now:
        raise Gone("This link gave its credential already, or its ten minutes are over. Make a new one.")


def take(secret: str, *, now: datetime) -> str:
    """Return the text of the credential and use the link up; raises as ``look_at`` does."""
    look_at(secret, now=now)
    with transaction(Actor(), now) as tx:
        look_at(secret, now=now)
        row = connections.find_hand_over(_digest(secret))
        assert row is not None
        row.used_at = now
        tx.record("credential:hand-over", credential=row.credential_id)
        credential = issuing.find_credential(row.credential_id)
        assert credential is not None
        return credential.document


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
