"""Other software that reads a learner's credentials: applications, what was agreed for them, their tokens, and hand-overs.

Secrets are kept as digests only. None of this is on anybody's official record, and it goes when its time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, Text, delete, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .database import Instant, Row, db
from .enrolments import EnrolmentRow
from .issuing import CredentialRow
from .records import AwardRow

__all__ = [
    "AppRow",
    "ConsentRow",
    "HandOverRow",
    "TokenRow",
    "count_owned",
    "delete_old",
    "find_app",
    "find_consent",
    "find_consent_of_code",
    "find_hand_over",
    "find_token",
    "list_consents",
    "list_owned",
]


class AppRow(Row):
    """An application that registered itself; ``secret_digest`` is None for one that can keep no secret."""

    __tablename__ = "connected_app"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text)
    redirects: Mapped[str] = mapped_column(Text)
    """The addresses it may be answered at, one a line."""
    secret_digest: Mapped[str | None] = mapped_column(String(64))
    registered_at: Mapped[datetime] = mapped_column(Instant)


class ConsentRow(Row):
    """What somebody agreed to for an application, and the code that it redeems once for its first tokens."""

    __tablename__ = "app_consent"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    app_id: Mapped[UUID] = mapped_column(ForeignKey("connected_app.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    scopes: Mapped[str] = mapped_column(String(500))
    redirect: Mapped[str] = mapped_column(Text)
    challenge: Mapped[str] = mapped_column(String(128))
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    code_until: Mapped[datetime] = mapped_column(Instant)
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    redeemed_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the application last read something, to the hour."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    app: Mapped[AppRow] = relationship(lazy="joined")


class TokenRow(Row):
    """A token that was given out under a consent. ``kind``: ``access``, or ``refresh``, which is spent once."""

    __tablename__ = "app_token"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("app_consent.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    spent_at: Mapped[datetime | None] = mapped_column(Instant)
    consent: Mapped[ConsentRow] = relationship(lazy="joined")


class HandOverRow(Row):
    """A link that gives one credential once, to a wallet."""

    __tablename__ = "hand_over"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("issued_credential.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


def find_app(app_id: UUID) -> AppRow | None:
    """Return an application, or None."""
    return db.session.get(AppRow, app_id)


def find_consent(consent_id: UUID) -> ConsentRow | None:
    """Return what was agreed to, or None."""
    return db.session.get(ConsentRow, consent_id)


def find_consent_of_code(digest: str) -> ConsentRow | None:
    """Return the consent that a code belongs to, as it is now, or None."""
    query = select(ConsentRow).where(ConsentRow.code_digest == digest)
    return db.session.scalar(query.execution_options(populate_existing=True))


def find_token(digest: str) -> TokenRow | None:
    """Return a token with its consent, as they are now, or None."""
    query = select(TokenRow).where(TokenRow.digest == digest)
    return db.session.scalar(query.execution_options(populate_existing=True))


def find_hand_over(digest: str) -> HandOverRow | None:
    """Return a hand-over as it is now, or None."""
    query = select(HandOverRow).where(HandOverRow.digest == digest)
    return db.session.scalar(query.execution_options(populate_existing=True))


def list_consents(account_id: UUID) -> Sequence[ConsentRow]:
    """List the consents of somebody that an application made use of and that last, newest first."""
    query = select(ConsentRow).where(
        ConsentRow.account_id == account_id, ConsentRow.redeemed_at.is_not(None), ConsentRow.ended_at.is_(None)
    )
    return db.session.scalars(query.order_by(ConsentRow.agreed_at.desc(), ConsentRow.id)).all()


def count_owned(account_id: UUID, since: datetime | None) -> int:
    """Return how many credentials were signed for somebody, after a moment when one is given."""
    owned = _owned(account_id, since).subquery()
    return db.session.scalar(select(func.count()).select_from(owned)) or 0


def list_owned(account_id: UUID, since: datetime | None, offset: int, limit: int) -> list[str]:
    """List the texts of the credentials that were signed for somebody, in the order of signing."""
    query = _owned(account_id, since).order_by(CredentialRow.signed_at, CredentialRow.id)
    ids = query.offset(offset).limit(limit).subquery()
    texts = select(CredentialRow.document).join(ids, ids.c.id == CredentialRow.id)
    return list(db.session.scalars(texts.order_by(CredentialRow.signed_at, CredentialRow.id)))


def delete_old(before: datetime) -> int:
    """Delete what was over before a moment: hand-overs, tokens, consents without a token, applications without a consent.

    Returns how many rows went. It is for a change that is being made.
    """
    unused = ~exists().where(TokenRow.consent_id == ConsentRow.id)
    steps = [
        delete(HandOverRow).where(HandOverRow.expires_at <= before),
        delete(TokenRow).where(TokenRow.expires_at <= before),
        delete(ConsentRow).where(ConsentRow.code_until <= before, unused),
        delete(AppRow).where(AppRow.registered_at <= before, ~exists().where(ConsentRow.app_id == AppRow.id)),
    ]
    options = {"synchronize_session": False}
    return sum(db.session.execute(step, execution_options=options).rowcount for step in steps)  # type: ignore[attr-defined]


def _owned(account_id: UUID, since: datetime | None) -> Select[UUID]:
    query = (
        select(CredentialRow.id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(EnrolmentRow, EnrolmentRow.id == AwardRow.enrolment_id)
        .where(EnrolmentRow.account_id == account_id, CredentialRow.document != "")  # what was erased is empty
    )
    return query if since is None else query.where(CredentialRow.signed_at > since)
