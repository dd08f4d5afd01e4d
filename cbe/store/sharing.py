"""What learners share with whom, until when, and who agreed to be named on learners' records.

A share names what is on the record and copies nothing of it. The record itself is ``records``'s, evidence ``evidence``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, begin_write, db
from .evidence import EvidenceRow, EvidenceVersionRow
from .records import DecisionRow

__all__ = ["ShareItemRow", "ShareRow", "ShownAssessorRow"]


class ShareRow(Row):
    """A link with which somebody sees a part of a record: for whom, for what, until when, and how often it was opened.

    ``digest`` is the SHA-256 of the secret in the link; ``seed`` is random, and the secret follows from it and from the
    installation's own key, so that its learner can be shown the link again and a reader of the database cannot.
    """

    __tablename__ = "share"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    seed: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    recipient: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text)
    with_name: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    opened: Mapped[int] = mapped_column(default=0)


class ShareItemRow(Row):
    """One thing that a share shows: an award, a competency of an enrolment, or one version of an item of evidence."""

    __tablename__ = "share_item"
    __table_args__ = (CheckConstraint("kind in ('credential', 'competency', 'evidence')", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    share_id: Mapped[UUID] = mapped_column(ForeignKey("share.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"))
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"))
    competency: Mapped[str | None] = mapped_column(String(200))
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"))
    version: Mapped[int | None]
    with_files: Mapped[bool] = mapped_column(default=False)


class ShownAssessorRow(Row):
    """Somebody who agreed that their name stands on the records and shares of those they assess."""

    __tablename__ = "shown_assessor"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    agreed_at: Mapped[datetime] = mapped_column(Instant)


def find_share(share_id: UUID) -> ShareRow | None:
    """Return a share, or None."""
    return db.session.get(ShareRow, share_id)


def find_by_digest(digest: str) -> ShareRow | None:
    """Return the share whose secret has this digest, or None."""
    return db.session.scalar(select(ShareRow).where(ShareRow.digest == digest))


def list_shares(account_id: UUID) -> Sequence[ShareRow]:
    """List the shares of somebody, newest first."""
    query = select(ShareRow).where(ShareRow.account_id == account_id)
    return db.session.scalars(query.order_by(ShareRow.made_at.desc(), ShareRow.id)).all()


def list_items(share_ids: Sequence[UUID]) -> Sequence[ShareItemRow]:
    """List what these shares show, in no order."""
    return db.session.scalars(select(ShareItemRow).where(ShareItemRow.share_id.in_(share_ids))).all()


def count_open_shares(account_id: UUID, now: datetime) -> int:
    """Count the shares of somebody that are neither over nor revoked."""
    query = select(func.count()).select_from(ShareRow).where(ShareRow.account_id == account_id)
    return db.session.scalar(query.where(ShareRow.ends_at > now, ShareRow.revoked_at.is_(None))) or 0


def count_opening(share_id: UUID) -> None:
    """Count one opening of a share, in a change of its own.

    The audit trail says nothing of it: it would say when somebody looked, and nothing of who looks is kept.
    """
    db.session.rollback()
    begin_write()
    try:
        db.session.execute(update(ShareRow).where(ShareRow.id == share_id).values(opened=ShareRow.opened + 1))
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def find_shown(account_id: UUID) -> ShownAssessorRow | None:
    """Return that somebody agreed to be named on records, or None."""
    return db.session.get(ShownAssessorRow, account_id)


def shown_assessors(account_ids: Collection[UUID]) -> set[UUID]:
    """Return who of these agreed to be named on records."""
    query = select(ShownAssessorRow.account_id).where(ShownAssessorRow.account_id.in_(account_ids))
    return set(db.session.scalars(query))


def judged_as(enrolment_ids: Sequence[UUID]) -> dict[UUID, tuple[str | None, UUID]]:
    """Return of every decision on these enrolments the role in which it was made and the version it was made by."""
    query = select(DecisionRow.id, DecisionRow.role, DecisionRow.version_id)
    query = query.where(DecisionRow.enrolment_id.in_(enrolment_ids))
    return {key: (role, version_id) for key, role, version_id in db.session.execute(query)}


def list_handed_in(enrolment_ids: Sequence[UUID]) -> list[tuple[EvidenceRow, EvidenceVersionRow]]:
    """List every version of evidence that was handed in for these enrolments, newest first."""
    query = (
        select(EvidenceRow, EvidenceVersionRow)
        .join(EvidenceVersionRow, EvidenceVersionRow.evidence_id == EvidenceRow.id)
        .where(EvidenceRow.enrolment_id.in_(enrolment_ids), EvidenceVersionRow.submitted_at.is_not(None))
        .order_by(EvidenceVersionRow.submitted_at.desc(), EvidenceRow.id)
    )
    return [(item, version) for item, version in db.session.execute(query)]
