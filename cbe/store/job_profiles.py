"""Job profiles that people keep: each a title, a description and what the job asks for as a JSON list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from .database import Instant, Row, db

__all__ = ["ProfileRow", "count_profiles", "find_profile", "list_profiles"]


class ProfileRow(Row):
    """A job profile; ``is_shared``: everybody may read it, and hold a share against it without an account."""

    __tablename__ = "job_profile"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    items: Mapped[str] = mapped_column(Text)
    count: Mapped[int]
    """How many items there are, for lists."""
    is_shared: Mapped[bool] = mapped_column(default=False, index=True)
    changed_at: Mapped[datetime] = mapped_column(Instant)


def find_profile(profile_id: UUID) -> ProfileRow | None:
    """Return a profile, or None."""
    return db.session.get(ProfileRow, profile_id)


def list_profiles(account_id: UUID | None) -> Sequence[ProfileRow]:
    """List the shared profiles and those of an account by title, without what they ask for."""
    shared = ProfileRow.is_shared.is_(True)
    mine = shared if account_id is None else or_(shared, ProfileRow.account_id == account_id)
    query = select(ProfileRow).where(mine).order_by(ProfileRow.title, ProfileRow.id)
    return db.session.scalars(query.options(defer(ProfileRow.items, raiseload=True))).all()


def count_profiles(account_id: UUID) -> int:
    """Return how many profiles an account keeps."""
    query = select(func.count()).select_from(ProfileRow).where(ProfileRow.account_id == account_id)
    return db.session.scalar(query) or 0
