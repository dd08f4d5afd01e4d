"""What a learner agrees to for an application, sees on a page, and ends; tokens under it are ``tokens``'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor, Subject
from cbe.store import connections
from cbe.store.connections import ConsentRow

from ..transaction import transaction
from .apps import App, digest_of, origin_of

__all__ = [
    "CODE_LASTS",
    "CREDENTIALS",
    "OFFLINE",
    "PROFILE",
    "SCOPES",
    "Connection",
    "agree",
    "end",
    "list_connections",
]

CREDENTIALS = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly"
PROFILE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/profile.readonly"
OFFLINE = "offline_access"
SCOPES = (CREDENTIALS, PROFILE, OFFLINE)
"""What may be asked for; the last one is to go on reading without asking anew."""
CODE_LASTS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Connection:
    """An application that reads for a learner."""

    id: UUID
    name: str
    origin: str
    scopes: tuple[str, ...]
    agreed_at: datetime
    used_at: datetime | None


def agree(
    actor: Actor, app: App, redirect: str, scopes: tuple[str, ...], challenge: str, code: str, *, now: datetime
) -> None:
    """Let an application read for one: it redeems the code once, within two minutes, with what the challenge is made of."""
    policy.require(actor, "app:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    row = ConsentRow(
        id=uuid4(), app_id=app.id, account_id=actor.account_id, scopes=" ".join(scopes), redirect=redirect,
        challenge=challenge, code_digest=digest_of(code), code_until=now + CODE_LASTS, agreed_at=now,
    )  # fmt: skip
    with transaction(actor, now) as tx:
        tx.add(row)
        tx.record("app:agree", consent=row.id, app=app.id, account=actor.account_id)


def list_connections(actor: Actor) -> list[Connection]:
    """List the applications that read for one, newest first."""
    policy.require(actor, "app:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    return [
        Connection(row.id, row.app.name, origin_of(row.redirect), tuple(row.scopes.split()), row.agreed_at, row.used_at)
        for row in connections.list_consents(actor.account_id)
    ]


def end(actor: Actor, consent_id: UUID, *, now: datetime) -> None:
    """Let an application read no longer: every token of it is worth nothing from now on."""
    _own(actor, consent_id)
    with transaction(actor, now) as tx:
        row = _own(actor, consent_id)
        row.ended_at = row.ended_at or now
        tx.record("app:end", consent=row.id, app=row.app_id)


def _own(actor: Actor, consent_id: UUID) -> ConsentRow:
    row = connections.find_consent(consent_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "app:keep", Subject(account_id=row.account_id))
    return row
