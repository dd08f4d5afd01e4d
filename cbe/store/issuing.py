"""Signed credentials: who issues them, with which keys, what was signed for which award, and lists of their status.

What is signed is kept as the text that it is. Awards themselves are ``records``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db
from .evidence import EvidenceVersionRow
from .records import AwardEventRow, AwardRow, CitedRow

__all__ = [
    "AgreedEvidence",
    "CredentialRow",
    "IssuerRow",
    "KeyRow",
    "NamedRow",
    "ShownEvidenceRow",
    "StatusListRow",
]


class IssuerRow(Row):
    """What the organization says of itself; only ever added to, the newest counts."""

    __tablename__ = "issuer_profile"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    logo_url: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(String(100))
    accreditation: Mapped[str] = mapped_column(Text)
    quality_assurance: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Who said so; None: the system."""
    set_at: Mapped[datetime] = mapped_column(Instant)


class KeyRow(Row):
    """The public half of a key that signs or signed; it stays, so that what it signed goes on to verify."""

    __tablename__ = "signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    multibase: Mapped[str] = mapped_column(String(100), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it signs no credentials any more."""


class StatusListRow(Row):
    """A pair of status lists, one for revocation and one for suspension, in which a credential has the same index."""

    __tablename__ = "status_list"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    did: Mapped[str] = mapped_column(String(300), index=True)
    """The issuer of the lists: that of every credential that points into them."""
    made_at: Mapped[datetime] = mapped_column(Instant)


class CredentialRow(Row):
    """The signed credential of an award; ``id`` is the one in its public address."""

    __tablename__ = "issued_credential"
    __table_args__ = (UniqueConstraint("list_id", "status_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), unique=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_key.id"))
    did: Mapped[str] = mapped_column(String(300))
    """The issuer that it names."""
    list_id: Mapped[UUID] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    document: Mapped[str] = mapped_column(Text, deferred=True)
    """Exactly the text that was signed."""
    jwt: Mapped[str] = mapped_column(Text, deferred=True)
    signed_at: Mapped[datetime] = mapped_column(Instant)
    is_public: Mapped[bool] = mapped_column(default=False)
    """Whether its learner gave it a public address."""


class NamedRow(Row):
    """Somebody who agreed that their name stands in the credentials that are signed for them."""

    __tablename__ = "named_account"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    agreed_at: Mapped[datetime] = mapped_column(Instant)


class ShownEvidenceRow(Row):
    """An item of evidence that its learner agreed to name in the credentials that are signed for them."""

    __tablename__ = "shown_evidence"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    agreed_at: Mapped[datetime] = mapped_column(Instant)


class AgreedEvidence(NamedTuple):
    """What a decision rests on that its learner agreed to show: its words as they were judged, and where it was."""

    decision_id: UUID
    evidence_id: UUID
    text: str
    setting: str | None


def newest_issuer() -> IssuerRow | None:
    """Return what the organization says of itself now, or None."""
    return db.session.scalar(select(IssuerRow).order_by(IssuerRow.number.desc()).limit(1))


def list_issuers(limit: int) -> Sequence[IssuerRow]:
    """List what the organization said of itself, newest first."""
    return db.session.scalars(select(IssuerRow).order_by(IssuerRow.number.desc()).limit(limit)).all()


def current_key() -> KeyRow | None:
    """Return the key that signs now, or None."""
    query = select(KeyRow).where(KeyRow.retired_at.is_(None))
    return db.session.scalar(query.order_by(KeyRow.made_at.desc()).limit(1))


def list_keys() -> Sequence[KeyRow]:
    """List all keys, the one that signs now first."""
    return db.session.scalars(select(KeyRow).order_by(KeyRow.retired_at.is_not(None), KeyRow.made_at.desc())).all()


def find_list(list_id: UUID) -> StatusListRow | None:
    """Return a pair of status lists, or None."""
    return db.session.get(StatusListRow, list_id)


def newest_list(did: str) -> tuple[StatusListRow, int] | None:
    """Return the newest pair of lists of an issuer and how many credentials point into it, or None."""
    query = select(StatusListRow).where(StatusListRow.did == did).order_by(StatusListRow.made_at.desc()).limit(1)
    row = db.session.scalar(query)
    if row is None:
        return None
    count = select(func.count()).select_from(CredentialRow).where(CredentialRow.list_id == row.id)
    return row, db.session.scalar(count) or 0


def is_taken(list_id: UUID, index: int) -> bool:
    """Tell whether a credential has this place in a list."""
    query = select(exists().where(CredentialRow.list_id == list_id, CredentialRow.status_index == index))
    return bool(db.session.scalar(query))


def list_events_in(list_id: UUID, until: date) -> dict[int, str]:
    """Return by index what befell last, until a day, the awards whose credentials point into a list."""
    query = (
        select(CredentialRow.status_index, AwardEventRow.event)
        .join(AwardEventRow, AwardEventRow.award_id == CredentialRow.award_id)
        .where(CredentialRow.list_id == list_id, AwardEventRow.effective_on <= until)
        .order_by(AwardEventRow.effective_on, AwardEventRow.recorded_at, AwardEventRow.id)
    )
    return {index: event for index, event in db.session.execute(query)}


def find_credential(credential_id: UUID) -> CredentialRow | None:
    """Return a signed credential, or None."""
    return db.session.get(CredentialRow, credential_id)


def credentials_of(award_ids: Collection[UUID]) -> dict[UUID, CredentialRow]:
    """Return by award the credentials that were signed for them, without their texts; one query per 500."""
    found: dict[UUID, CredentialRow] = {}
    ids = list(award_ids)
    for start in range(0, len(ids), 500):
        query = select(CredentialRow).where(CredentialRow.award_id.in_(ids[start : start + 500]))
        found |= {row.award_id: row for row in db.session.scalars(query)}
    return found


def find_named(account_id: UUID) -> NamedRow | None:
    """Return that somebody agreed to be named, or None."""
    return db.session.get(NamedRow, account_id)


def named_accounts(account_ids: Collection[UUID]) -> set[UUID]:
    """Return who of these agreed to be named."""
    return set(db.session.scalars(select(NamedRow.account_id).where(NamedRow.account_id.in_(account_ids))))


def find_shown(evidence_id: UUID) -> ShownEvidenceRow | None:
    """Return that an item may be named, or None."""
    return db.session.get(ShownEvidenceRow, evidence_id)


def agreed_evidence(decision_ids: Collection[UUID]) -> list[AgreedEvidence]:
    """List what these decisions rest on that its learner agreed to show; one query per 500."""
    shown, version = ShownEvidenceRow, EvidenceVersionRow
    query = (
        select(CitedRow.decision_id, CitedRow.evidence_id, version.text, version.setting)
        .join(shown, shown.evidence_id == CitedRow.evidence_id)
        .join(version, (version.evidence_id == CitedRow.evidence_id) & (version.version == CitedRow.version))
        .order_by(CitedRow.evidence_id)
    )
    ids, found = list(decision_ids), []
    for start in range(0, len(ids), 500):
        rows = db.session.execute(query.where(CitedRow.decision_id.in_(ids[start : start + 500])))
        found += [AgreedEvidence(*values) for values in rows]
    return found


def list_unsigned(before: datetime, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[AwardRow]:
    """List awards recorded before a moment for which nothing was signed, oldest first, those ``after`` one only."""
    query = select(AwardRow).where(
        AwardRow.recorded_at <= before, ~exists().where(CredentialRow.award_id == AwardRow.id)
    )
    if after is not None:
        at, key = after
        query = query.where((AwardRow.recorded_at > at) | ((AwardRow.recorded_at == at) & (AwardRow.id > key)))
    return db.session.scalars(query.order_by(AwardRow.recorded_at, AwardRow.id).limit(limit)).all()


def count_signed() -> tuple[int, int]:
    """Return how many credentials are signed, and how many awards there are."""
    counts = [db.session.scalar(select(func.count()).select_from(row)) or 0 for row in (CredentialRow, AwardRow)]
    return counts[0], counts[1]


def is_named(version_id: UUID, credential: str | None = None) -> bool:
    """Tell whether a credential was signed under a version of a program, of one of its credentials when given."""
    query = select(AwardRow.id).join(CredentialRow, CredentialRow.award_id == AwardRow.id)
    query = query.where(AwardRow.version_id == version_id)
    if credential is not None:
        query = query.where(AwardRow.credential == credential)
    return db.session.scalar(query.limit(1)) is not None
