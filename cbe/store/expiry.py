"""Rows that are of no use after their time: sign-ins, single-use links, keys of requests that were carried out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from .database import begin_write, db
from .people import LinkRow, RequestRow, SessionRow

__all__ = ["delete_expired"]


def delete_expired(now: datetime, before: datetime) -> int:
    """Delete sign-ins that ended, and links and request keys from before a moment; return how many rows went."""
    begin_write()
    gone = 0
    for condition in (SessionRow.expires_at <= now, LinkRow.expires_at <= before, RequestRow.done_at <= before):
        statement = delete(condition.left.table).where(condition)
        gone += cast(CursorResult[Any], db.session.execute(statement)).rowcount
    db.session.commit()
    return gone
