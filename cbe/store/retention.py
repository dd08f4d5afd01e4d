"""Which records have outlived the schedule: those of ended enrolments, drafts nobody went on with, mails that were sent.

A legal hold on their person keeps them, and so does a report that waits for a decision. What goes is ``personal``'s to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Select, delete, exists, func, or_, select

from .database import db
from .enrolments import EnrolmentRow, StatusRow
from .evidence import EvidenceFileRow, EvidenceRow, EvidenceVersionRow, MessageRow, QuarantineRow, UploadRow
from .mail import MailRow
from .privacy import HoldRow

__all__ = ["count_items", "count_mails", "delete_mails", "list_items"]


def list_items(kind: str, before: datetime, limit: int) -> Sequence[UUID]:
    """List the items of evidence of which something (``evidence``, ``conversation``, ``draft``) is past its time."""
    return db.session.scalars(_items(kind, before).order_by(EvidenceRow.id).limit(limit)).all()


def count_items(kind: str, before: datetime) -> int:
    """Count the items of evidence of which something is past its time."""
    return db.session.scalar(select(func.count()).select_from(_items(kind, before).subquery())) or 0


def count_mails(before: datetime) -> int:
    """Count the mails that were sent before a moment and are still there."""
    return db.session.scalar(select(func.count()).select_from(MailRow).where(*_mails(before))) or 0


def delete_mails(before: datetime) -> int:
    """Delete what is left of mails that were sent before a moment; return how many."""
    return cast(CursorResult[Any], db.session.execute(delete(MailRow).where(*_mails(before)))).rowcount


def _mails(before: datetime) -> list[Any]:
    held = exists().where(HoldRow.account_id == MailRow.account_id, HoldRow.ended_at.is_(None))
    return [MailRow.sent_at <= before, ~held]


def _items(kind: str, before: datetime) -> Select[UUID]:
    held = exists().where(HoldRow.account_id == EnrolmentRow.account_id, HoldRow.ended_at.is_(None))
    reported = exists().where(QuarantineRow.evidence_id == EvidenceRow.id, QuarantineRow.outcome.is_(None))
    query = select(EvidenceRow.id).join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
    query = query.where(~held, ~reported, _has_something(kind))
    version = EvidenceVersionRow
    if kind == "draft":
        fresh = exists().where(version.evidence_id == EvidenceRow.id, version.saved_at > before)
        return query.where(EvidenceRow.status == "draft", ~fresh)
    newest = select(func.max(StatusRow.since)).where(StatusRow.enrolment_id == EnrolmentRow.id).scalar_subquery()
    return query.where(EnrolmentRow.status.in_(("withdrawn", "completed")), newest <= before.date())


def _has_something(kind: str) -> Any:
    if kind == "conversation":
        return exists().where(MessageRow.evidence_id == EvidenceRow.id)
    version = EvidenceVersionRow
    words = exists().where(version.evidence_id == EvidenceRow.id, or_(version.text != "", version.links != "[]"))
    files = exists().where(EvidenceFileRow.evidence_id == EvidenceRow.id)
    return or_(words, files, exists().where(UploadRow.evidence_id == EvidenceRow.id))
