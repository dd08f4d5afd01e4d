"""Rows that are of no use after their time: sign-ins, single-use links, keys of carried out requests, notices, tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from .connections import delete_old
from .database import begin_write, db
from .notices import NoticeRow
from .people import LinkRow, RequestRow, SessionRow

__all__ = ["delete_expired"]


def delete_expired(now: datetime, before: datetime, read_before: datetime) -> int:
    """Delete sign-ins that ended, links, request keys, tokens and the like from before a moment, notices read before another.

    Returns how many rows went.
    """
    begin_write()
    gone = 0
    over = (SessionRow.expires_at <= now, LinkRow.expires_at <= before, RequestRow.done_at <= before)
    for condition in (*over, NoticeRow.read_at <= read_before):
        statement = delete(condition.left.table).where(condition)
        gone += cast(CursorResult[Any], db.session.execute(statement)).rowcount
    gone += delete_old(before)
    db.session.commit()
    return gone
