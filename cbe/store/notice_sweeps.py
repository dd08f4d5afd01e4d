"""What the sweeps of notices look for: whose notices wait to be mailed, and whose mastery expires soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from .database import db
from .enrolments import EnrolmentRow
from .notices import NoticeRow
from .people import AccountRow
from .programs import ProgramRow
from .records import StandingRow

__all__ = ["Expiring", "Waiting", "hold_unmailed", "list_expiring", "list_unmailed"]


class Waiting(NamedTuple):
    """Somebody who reads mail about notices, and since when the oldest that is neither read nor mailed waits."""

    account_id: UUID
    rhythm: str
    time_zone: str | None
    since: datetime


class Expiring(NamedTuple):
    """A mastery of an active learner that ends by itself; ``expires_on`` is the first day without it."""

    enrolment_id: UUID
    competency: str
    expires_on: date
    account_id: UUID
    program_key: str


def list_unmailed() -> list[Waiting]:
    """List the active accounts that want mail and have notices neither read nor mailed, the longest waiting first."""
    since = func.min(NoticeRow.created_at)
    query = (
        select(AccountRow.id, AccountRow.mail_rhythm, AccountRow.time_zone, since)
        .join(NoticeRow, NoticeRow.account_id == AccountRow.id)
        .where(NoticeRow.read_at.is_(None), NoticeRow.mailed_at.is_(None))
        .where(AccountRow.status == "active", AccountRow.mail_rhythm != "off")
        .group_by(AccountRow.id)
        .order_by(since, AccountRow.id)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


def hold_unmailed(account_id: UUID) -> Sequence[NoticeRow]:
    """Return the notices of an account that are neither read nor mailed, and keep others from them until the change is made."""
    unread = select(NoticeRow).where(NoticeRow.account_id == account_id, NoticeRow.read_at.is_(None))
    waiting = unread.where(NoticeRow.mailed_at.is_(None)).order_by(NoticeRow.created_at, NoticeRow.id)
    return db.session.scalars(waiting.with_for_update()).all()


def list_expiring(
    now: datetime, until: date, *, after: tuple[UUID, str] | None = None, limit: int = 500
) -> list[Expiring]:
    """List what active learners mastered and lose by a day, by enrolment and competency, from behind ``after``.

    A mastery that can still be undone is left out: nobody has been told of it yet.
    """
    place = (StandingRow.enrolment_id, StandingRow.competency)
    query = (
        select(*place, StandingRow.expires_on, EnrolmentRow.account_id, ProgramRow.key)
        .join(EnrolmentRow, EnrolmentRow.id == StandingRow.enrolment_id)
        .join(ProgramRow, ProgramRow.id == EnrolmentRow.program_id)
        .join(AccountRow, AccountRow.id == EnrolmentRow.account_id)
        .where(EnrolmentRow.status == "active", AccountRow.status == "active")
        .where(StandingRow.expires_on > now.date(), StandingRow.expires_on <= until)
        .where(or_(StandingRow.settles_at.is_(None), StandingRow.settles_at <= now))
    )
    if after is not None:
        enrolment_id, competency = after
        later = and_(StandingRow.enrolment_id == enrolment_id, StandingRow.competency > competency)
        query = query.where(or_(StandingRow.enrolment_id > enrolment_id, later))
    found = db.session.execute(query.order_by(*place).limit(limit))
    return [Expiring(key, name, on, account, program) for key, name, on, account, program in found if on is not None]
