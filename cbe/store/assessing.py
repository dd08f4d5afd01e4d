"""What assessors keep beside the record: sessions they observed, phrases they reuse, and when they are away."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row

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
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
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
