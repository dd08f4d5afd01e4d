"""Learners' records that were asked for as signed documents, until they are forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db
from .enrolments import EnrolmentRow
from .issuing import CredentialRow
from .records import AwardRow

__all__ = [
    "SignedRecordRow",
    "count_signed_records",
    "credentials_of_account",
    "find_signed_record",
    "forget_signed_records",
]


class SignedRecordRow(Row):
    """A record that a learner asked for: which credentials (ids as JSON), and the signed texts (JSON) once they are there."""

    __tablename__ = "signed_record"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    credentials: Mapped[str] = mapped_column(Text)
    is_partial: Mapped[bool]
    is_named: Mapped[bool]
    parts: Mapped[int] = mapped_column(default=0)
    """How many signed documents it takes; 0 while it waits."""
    documents: Mapped[str | None] = mapped_column(Text, deferred=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it could not be signed."""
    asked_at: Mapped[datetime] = mapped_column(Instant, index=True)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)


def find_signed_record(record_id: UUID) -> SignedRecordRow | None:
    """Return a record that was asked for, or None."""
    return db.session.get(SignedRecordRow, record_id)


def list_signed_records(account_id: UUID) -> Sequence[SignedRecordRow]:
    """List what somebody asked for, newest first."""
    query = select(SignedRecordRow).where(SignedRecordRow.account_id == account_id)
    return db.session.scalars(query.order_by(SignedRecordRow.asked_at.desc(), SignedRecordRow.id)).all()


def count_signed_records(account_id: UUID) -> int:
    """Return how many records of somebody are kept."""
    query = select(func.count()).select_from(SignedRecordRow).where(SignedRecordRow.account_id == account_id)
    return db.session.scalar(query) or 0


def list_waiting_records(limit: int) -> Sequence[UUID]:
    """List the records that wait to be signed, oldest first."""
    waiting = select(SignedRecordRow.id).where(SignedRecordRow.parts == 0, SignedRecordRow.problem == "")
    return db.session.scalars(waiting.order_by(SignedRecordRow.asked_at).limit(limit)).all()


def has_signed_records(before: datetime) -> bool:
    """Tell whether any record was asked for before a moment."""
    query = select(SignedRecordRow.id).where(SignedRecordRow.asked_at < before).limit(1)
    return db.session.scalar(query) is not None


def forget_signed_records(before: datetime) -> int:
    """Delete the records that were asked for before a moment; return how many."""
    result = db.session.execute(delete(SignedRecordRow).where(SignedRecordRow.asked_at < before))
    return int(result.rowcount)  # type: ignore[attr-defined]


def credentials_of_account(account_id: UUID) -> Sequence[tuple[CredentialRow, AwardRow]]:
    """List somebody's signed credentials with their awards over all programs, newest award first."""
    query = (
        select(CredentialRow, AwardRow)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(EnrolmentRow, EnrolmentRow.id == AwardRow.enrolment_id)
        .where(EnrolmentRow.account_id == account_id)
        .order_by(AwardRow.awarded_on.desc(), AwardRow.id)
    )
    return [(row, award) for row, award in db.session.execute(query)]


def documents_of(credential_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the texts of these credentials exactly as they were signed."""
    query = select(CredentialRow.id, CredentialRow.document).where(CredentialRow.id.in_(credential_ids))
    return {key: text for key, text in db.session.execute(query)}
