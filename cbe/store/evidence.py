"""What learners hand in: items with their versions, competencies, files and talk, and who has taken which to read.

An item has one version per handing in; what was handed in before stays as it was until retention or erasure. The
questions of the queue are ``queue``'s, decisions are ``records``'s, the bytes of files ``blobs``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from .database import Instant, Row, db
from .enrolments import EnrolmentRow
from .people import AccountRow

__all__ = [
    "EvidenceCompetencyRow",
    "EvidenceFileRow",
    "EvidenceRow",
    "EvidenceVersionRow",
    "MessageRow",
    "QuarantineRow",
    "TakingRow",
    "UploadRow",
]


class EvidenceRow(Row):
    """One item; ``status`` says where it is: ``draft``, ``submitted`` (waits), ``decided``, ``withdrawn``."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("status in ('draft', 'submitted', 'decided', 'withdrawn')", name="status"),
        Index("ix_evidence_enrolment_id_status", "enrolment_id", "status"),
        Index("ix_evidence_status_submitted_at", "status", "submitted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)
    """The newest version: the one that is written, waits or was decided."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the newest version was handed in; the place in the queue follows from it."""
    due_on: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    enrolment: Mapped[EnrolmentRow] = relationship(lazy="raise")


class EvidenceVersionRow(Row):
    """What is handed in, once per handing in; ``text`` is Markdown, ``links`` a JSON list of [address, title]."""

    __tablename__ = "evidence_version"
    __table_args__ = (
        CheckConstraint(
            "setting in ('classroom', 'simulation', 'workplace', 'placement', 'online', 'community')", name="setting"
        ),
        CheckConstraint("learning_type in ('formal', 'non-formal', 'informal')", name="learning_type"),
        CheckConstraint("route in ('program', 'recognition')", name="route"),
    )

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text, default="")
    links: Mapped[str] = mapped_column(Text, default="[]")
    setting: Mapped[str | None] = mapped_column(String(16))
    learning_type: Mapped[str | None] = mapped_column(String(16))
    route: Mapped[str] = mapped_column(String(16), default="program")
    activity_from: Mapped[date | None]
    activity_until: Mapped[date | None]
    is_own_work: Mapped[bool] = mapped_column(default=False)
    """Whether the learner said: this is my own work, and nobody else can be identified in it."""
    saved_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    edited_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its learner took it out of the queue undecided: to withdraw it, or to edit it as the next version."""
    salt: Mapped[str] = mapped_column(String(32))
    """Random; the audit trail holds the digest of salt and text, which tells a change and not the text."""


class EvidenceCompetencyRow(Row):
    """One competency that an item is for; ``decision_id`` is the standing decision on its newest version, None while it waits."""

    __tablename__ = "evidence_competency"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    competency: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))


class EvidenceFileRow(Row):
    """A file of an item: in every version from ``added_in`` up to the one before ``removed_in``.

    ``state``: ``ok``, ``closed`` (in quarantine), ``destroyed``. ``digest`` is the SHA-256 under which its bytes are kept.
    """

    __tablename__ = "evidence_file"
    __table_args__ = (CheckConstraint("state in ('ok', 'closed', 'destroyed')", name="state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    added_in: Mapped[int]
    removed_in: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16), default="ok")
    created_at: Mapped[datetime] = mapped_column(Instant)


class UploadRow(Row):
    """A file on its way, in pieces; ``received`` bytes of ``size`` are on the disk."""

    __tablename__ = "upload"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    touched_at: Mapped[datetime] = mapped_column(Instant)


class MessageRow(Row):
    """What learner and assessor say to each other about an item."""

    __tablename__ = "evidence_message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class TakingRow(Row):
    """Who is reading an item now, until when; nobody else decides on it meanwhile."""

    __tablename__ = "taking"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    account: Mapped[AccountRow] = relationship(lazy="raise")


class QuarantineRow(Row):
    """A report that a text or file of an item must not be seen: closed at once, until somebody decided what becomes of it.

    ``kind``: what it holds: ``patient`` (data of one), ``person`` (somebody else can be identified), ``other``.
    ``file_id`` None: the texts of the item. ``outcome``: ``released``, ``redacted``, ``destroyed``; None while it is open.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        CheckConstraint("kind in ('patient', 'person', 'other')", name="kind"),
        CheckConstraint("outcome in ('released', 'redacted', 'destroyed')", name="outcome"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_file.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reported_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


def find_evidence(evidence_id: UUID) -> EvidenceRow | None:
    """Return an item with its enrolment, program and person, or None."""
    enrolment = joinedload(EvidenceRow.enrolment)
    query = select(EvidenceRow).where(EvidenceRow.id == evidence_id)
    return db.session.scalar(
        query.options(
            enrolment.joinedload(EnrolmentRow.program),
            enrolment.joinedload(EnrolmentRow.account).joinedload(AccountRow.person),
        )
    )


def find_version(evidence_id: UUID, version: int) -> EvidenceVersionRow | None:
    """Return what was handed in as one version, or None."""
    return db.session.get(EvidenceVersionRow, (evidence_id, version))


def list_evidence(enrolment_id: UUID) -> Sequence[EvidenceRow]:
    """List the items of an enrolment, newest first."""
    return db.session.scalars(
        select(EvidenceRow)
        .where(EvidenceRow.enrolment_id == enrolment_id)
        .order_by(EvidenceRow.created_at.desc(), EvidenceRow.id)
    ).all()


def owned_evidence(account_id: UUID, evidence_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these items are of somebody's own making."""
    query = select(EvidenceRow.id).join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
    return set(db.session.scalars(query.where(EvidenceRow.id.in_(evidence_ids), EnrolmentRow.account_id == account_id)))


def list_versions(evidence_id: UUID) -> Sequence[EvidenceVersionRow]:
    """List the versions of an item, oldest first."""
    return db.session.scalars(
        select(EvidenceVersionRow)
        .where(EvidenceVersionRow.evidence_id == evidence_id)
        .order_by(EvidenceVersionRow.version)
    ).all()


def list_competencies_of(evidence_ids: Sequence[UUID]) -> Sequence[EvidenceCompetencyRow]:
    """List the competencies these items (a page of them) are for."""
    return db.session.scalars(
        select(EvidenceCompetencyRow)
        .where(EvidenceCompetencyRow.evidence_id.in_(evidence_ids))
        .order_by(EvidenceCompetencyRow.competency)
    ).all()


def find_judged(evidence_id: UUID, decision_id: UUID) -> EvidenceCompetencyRow | None:
    """Return the competency of an item on which this decision stands, or None."""
    return db.session.scalar(
        select(EvidenceCompetencyRow).where(
            EvidenceCompetencyRow.evidence_id == evidence_id, EvidenceCompetencyRow.decision_id == decision_id
        )
    )


def list_files_of(evidence_ids: Sequence[UUID]) -> Sequence[EvidenceFileRow]:
    """List the files of these items, oldest first."""
    return db.session.scalars(
        select(EvidenceFileRow)
        .where(EvidenceFileRow.evidence_id.in_(evidence_ids))
        .order_by(EvidenceFileRow.created_at, EvidenceFileRow.id)
    ).all()


def list_messages(evidence_id: UUID) -> Sequence[MessageRow]:
    """List what was said about an item, oldest first."""
    return db.session.scalars(
        select(MessageRow).where(MessageRow.evidence_id == evidence_id).order_by(MessageRow.created_at, MessageRow.id)
    ).all()


def find_taking(evidence_id: UUID, now: datetime) -> TakingRow | None:
    """Return who has an item now, or None when nobody does or their time is over."""
    return db.session.scalar(select(TakingRow).where(TakingRow.evidence_id == evidence_id, TakingRow.expires_at > now))


def end_taking(evidence_id: UUID) -> None:
    """Let an item be anybody's to take."""
    db.session.execute(delete(TakingRow).where(TakingRow.evidence_id == evidence_id))


def in_review(enrolment_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """Return the competencies of these enrolments for which evidence waits, in one query per 500."""
    found: dict[UUID, set[str]] = {}
    for start in range(0, len(enrolment_ids), 500):
        query = (
            select(EvidenceRow.enrolment_id, EvidenceCompetencyRow.competency)
            .join(EvidenceCompetencyRow, EvidenceCompetencyRow.evidence_id == EvidenceRow.id)
            .where(
                EvidenceRow.enrolment_id.in_(enrolment_ids[start : start + 500]),
                EvidenceRow.status == "submitted",
                EvidenceCompetencyRow.decision_id.is_(None),
            )
        )
        for enrolment_id, competency in db.session.execute(query):
            found.setdefault(enrolment_id, set()).add(competency)
    return found
