"""What assessors keep beside the record: sessions they observed, phrases they reuse, and when they are away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db
from .enrolments import GroupStaffRow
from .people import AccountRow, PersonRow, RoleRow, names_of

__all__ = ["AwayRow", "ObservationRow", "PhraseRow"]


class ObservationRow(Row):
    """A session in which an assessor saw learners do something; each decision made of it names it."""

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint(
            "setting in ('classroom', 'simulation', 'workplace', 'placement', 'online', 'community')", name="setting"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), index=True)
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("learner_group.id", ondelete="SET NULL"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    observed_on: Mapped[date]
    setting: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class PhraseRow(Row):
    """A sentence an assessor keeps for feedback."""

    __tablename__ = "phrase"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(Instant)


class AwayRow(Row):
    """Days (both included) on which an assessor is away; meanwhile their learners are the deputy's, or everybody's."""

    __tablename__ = "away"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    since: Mapped[date]
    until: Mapped[date]
    deputy_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


def list_phrases(account_id: UUID) -> Sequence[PhraseRow]:
    """List the phrases somebody keeps, oldest first."""
    query = select(PhraseRow).where(PhraseRow.account_id == account_id)
    return db.session.scalars(query.order_by(PhraseRow.created_at, PhraseRow.id)).all()


def find_phrase(phrase_id: UUID) -> PhraseRow | None:
    """Return a phrase, or None."""
    return db.session.get(PhraseRow, phrase_id)


def find_away(account_id: UUID) -> AwayRow | None:
    """Return when somebody said they are away, or None."""
    return db.session.get(AwayRow, account_id)


def list_away_in(group_id: UUID, today: date) -> Sequence[AwayRow]:
    """List who of a group's instructors is away today."""
    query = (
        select(AwayRow)
        .join(GroupStaffRow, GroupStaffRow.account_id == AwayRow.account_id)
        .where(
            GroupStaffRow.group_id == group_id,
            GroupStaffRow.role == "instructor",
            AwayRow.since <= today,
            AwayRow.until >= today,
        )
    )
    return db.session.scalars(query).all()


def names_around(rows: Iterable[AwayRow]) -> dict[UUID, str]:
    """Return the names of who is away and of who stands in."""
    rows = list(rows)
    ids = {row.account_id for row in rows} | {row.deputy_id for row in rows if row.deputy_id}
    return names_of(ids) if ids else {}


def list_fellows(program_ids: Collection[UUID], today: date) -> Sequence[tuple[UUID, str, int]]:
    """List who instructs in any of these programs today as (account, name, how many of them), by name."""
    query = (
        select(PersonRow.account_id, PersonRow.name, func.count())
        .join(AccountRow, AccountRow.id == PersonRow.account_id)
        .join(RoleRow, RoleRow.account_id == AccountRow.id)
        .where(
            RoleRow.program_id.in_(program_ids),
            RoleRow.role == "instructor",
            or_(RoleRow.until.is_(None), RoleRow.until >= today),
            AccountRow.status == "active",
        )
        .group_by(PersonRow.account_id, PersonRow.name)
        .order_by(PersonRow.name, PersonRow.account_id)
    )
    return [(account_id, name, count) for account_id, name, count in db.session.execute(query)]
