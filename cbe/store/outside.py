"""Credentials from elsewhere that learners keep, what stands on them, and the issuers whom programs trust.

A rule of trust is ended, never changed, so that a decision can name it for good.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, exists, func, or_, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from .database import Instant, Row, db

__all__ = [
    "OutsideEvidenceRow",
    "OutsideRow",
    "RecognitionRow",
    "TrustedCompetencyRow",
    "TrustedIssuerRow",
    "count_kept",
    "count_recognized",
    "find_outside",
    "find_outside_of",
    "find_trusted",
    "is_recognized",
    "is_recognized_elsewhere",
    "is_used",
    "list_attached",
    "list_outside",
    "list_recognitions",
    "list_rules",
    "list_trusted",
    "list_trusted_competencies",
    "list_used_in",
    "next_number",
]


class OutsideRow(Row):
    """A credential from elsewhere: its text as it came, and what verifying it found the last time, as JSON."""

    __tablename__ = "outside_credential"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    carrier: Mapped[str] = mapped_column(String(8))
    """The image it was baked into: ``png``, ``svg`` or nothing."""
    source: Mapped[str] = mapped_column(String(2000))
    """The link it was fetched from, or nothing."""
    name: Mapped[str] = mapped_column(String(300))
    issuer: Mapped[str] = mapped_column(String(300))
    found: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(16))
    brought_at: Mapped[datetime] = mapped_column(Instant)
    checked_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when its learner sees and uses it no more, where it stays because something stands on it."""


class OutsideEvidenceRow(Row):
    """An item of evidence that a credential from elsewhere goes with."""

    __tablename__ = "outside_evidence"

    outside_id: Mapped[UUID] = mapped_column(ForeignKey("outside_credential.id"), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True, index=True)


class TrustedIssuerRow(Row):
    """A rule: a program takes credentials of an issuer for competencies of its own (``TrustedCompetencyRow``)."""

    __tablename__ = "trusted_issuer"
    __table_args__ = (UniqueConstraint("program_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    number: Mapped[int]
    issuer: Mapped[str] = mapped_column(String(500), index=True)
    name: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(Text)
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class TrustedCompetencyRow(Row):
    """A competency that a rule of trust names."""

    __tablename__ = "trusted_competency"

    trusted_id: Mapped[UUID] = mapped_column(ForeignKey("trusted_issuer.id"), primary_key=True)
    competency: Mapped[str] = mapped_column(String(200), primary_key=True)


class RecognitionRow(Row):
    """A decision that rests on a credential from elsewhere and a rule: once per credential and competency."""

    __tablename__ = "outside_recognition"
    __table_args__ = (UniqueConstraint("enrolment_id", "competency", "part"),)

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    outside_id: Mapped[UUID] = mapped_column(ForeignKey("outside_credential.id"), index=True)
    trusted_id: Mapped[UUID] = mapped_column(ForeignKey("trusted_issuer.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    competency: Mapped[str] = mapped_column(String(200))
    part: Mapped[str] = mapped_column(String(64), index=True)
    """The digest of issuer and id of the credential, the same wherever it stands."""


def find_outside(outside_id: UUID) -> OutsideRow | None:
    """Return a credential from elsewhere, or None."""
    return db.session.get(OutsideRow, outside_id)


def find_outside_of(account_id: UUID, digest: str) -> OutsideRow | None:
    """Return the credential with this very text that an account brought in, or None."""
    query = select(OutsideRow).where(OutsideRow.account_id == account_id, OutsideRow.digest == digest)
    return db.session.scalar(query)


def list_outside(account_id: UUID) -> Sequence[OutsideRow]:
    """List what an account keeps, newest first, without texts and rows."""
    query = select(OutsideRow).where(OutsideRow.account_id == account_id, OutsideRow.withdrawn_at.is_(None))
    query = query.order_by(OutsideRow.brought_at.desc(), OutsideRow.id)
    long = (defer(OutsideRow.text, raiseload=True), defer(OutsideRow.found, raiseload=True))
    return db.session.scalars(query.options(*long)).all()


def count_kept(account_id: UUID) -> int:
    """Return how many credentials an account keeps."""
    query = select(func.count()).select_from(OutsideRow)
    return db.session.scalar(query.where(OutsideRow.account_id == account_id, OutsideRow.withdrawn_at.is_(None))) or 0


def list_attached(evidence_id: UUID) -> Sequence[OutsideRow]:
    """List the credentials that go with an item of evidence, also those that were withdrawn since."""
    joined = select(OutsideRow).join(OutsideEvidenceRow, OutsideEvidenceRow.outside_id == OutsideRow.id)
    query = joined.where(OutsideEvidenceRow.evidence_id == evidence_id).order_by(OutsideRow.brought_at, OutsideRow.id)
    return db.session.scalars(query).all()


def list_used_in(outside_id: UUID) -> Sequence[UUID]:
    """List the items of evidence that a credential goes with."""
    return db.session.scalars(
        select(OutsideEvidenceRow.evidence_id).where(OutsideEvidenceRow.outside_id == outside_id)
    ).all()


def list_recognitions(outside_id: UUID) -> Sequence[RecognitionRow]:
    """List the decisions that rest on a credential."""
    return db.session.scalars(select(RecognitionRow).where(RecognitionRow.outside_id == outside_id)).all()


def is_used(outside_id: UUID) -> bool:
    """Tell whether an item of evidence or a decision stands on a credential."""
    query = select(
        or_(
            exists().where(OutsideEvidenceRow.outside_id == outside_id),
            exists().where(RecognitionRow.outside_id == outside_id),
        )
    )
    return bool(db.session.scalar(query))


def is_recognized(enrolment_id: UUID, competency: str, part: str) -> bool:
    """Tell whether a decision on a competency rests on this credential already."""
    row = RecognitionRow
    same = exists().where(row.enrolment_id == enrolment_id, row.competency == competency, row.part == part)
    return bool(db.session.scalar(select(same)))


def is_recognized_elsewhere(account_id: UUID, part: str) -> bool:
    """Tell whether a decision on another person's record rests on this credential."""
    joined = select(RecognitionRow.decision_id).join(OutsideRow, OutsideRow.id == RecognitionRow.outside_id)
    query = joined.where(RecognitionRow.part == part, OutsideRow.account_id != account_id).limit(1)
    return db.session.scalar(query) is not None


def find_trusted(trusted_id: UUID) -> TrustedIssuerRow | None:
    """Return a rule of trust, or None."""
    return db.session.get(TrustedIssuerRow, trusted_id)


def list_trusted(program_id: UUID) -> Sequence[TrustedIssuerRow]:
    """List the rules of a program, newest first."""
    query = select(TrustedIssuerRow).where(TrustedIssuerRow.program_id == program_id)
    return db.session.scalars(query.order_by(TrustedIssuerRow.number.desc())).all()


def list_trusted_competencies(trusted_ids: Collection[UUID]) -> Sequence[TrustedCompetencyRow]:
    """List which competencies these rules name."""
    query = select(TrustedCompetencyRow).where(TrustedCompetencyRow.trusted_id.in_(trusted_ids))
    return db.session.scalars(query.order_by(TrustedCompetencyRow.competency)).all()


def count_recognized(program_id: UUID) -> dict[UUID, int]:
    """Count the decisions that rest on each rule of a program."""
    joined = select(TrustedIssuerRow.id, func.count()).join(
        RecognitionRow, RecognitionRow.trusted_id == TrustedIssuerRow.id
    )
    query = joined.where(TrustedIssuerRow.program_id == program_id).group_by(TrustedIssuerRow.id)
    return {key: count for key, count in db.session.execute(query)}


def next_number(program_id: UUID) -> int:
    """Return the number of a program's next rule; called while its change holds the head of the trail."""
    query = select(func.max(TrustedIssuerRow.number)).where(TrustedIssuerRow.program_id == program_id)
    return (db.session.scalar(query) or 0) + 1


def list_rules(program_ids: Collection[UUID], issuers: Collection[str]) -> Sequence[tuple[TrustedIssuerRow, str]]:
    """List the rules in force of these programs for these issuers, each with a competency that it names, oldest first."""
    query = (
        select(TrustedIssuerRow, TrustedCompetencyRow.competency)
        .join(TrustedCompetencyRow, TrustedCompetencyRow.trusted_id == TrustedIssuerRow.id)
        .where(
            TrustedIssuerRow.program_id.in_(program_ids),
            TrustedIssuerRow.issuer.in_(issuers),
            TrustedIssuerRow.ended_at.is_(None),
        )
        .order_by(TrustedIssuerRow.number)
    )
    return [(row, competency) for row, competency in db.session.execute(query)]
