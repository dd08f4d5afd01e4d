"""What is thrown away by itself because its time is over; nothing of anybody's record is."""

from __future__ import annotations

from datetime import datetime, timedelta

from cbe.store.expiry import delete_expired

from .notices import READ_KEPT_DAYS

__all__ = ["KEPT_DAYS", "forget_expired"]

KEPT_DAYS = 30
"""How long used links and the keys of carried out requests are kept after their time."""


def forget_expired(*, now: datetime) -> int:
    """Delete sign-ins that ended, links, request keys, tokens and the like that did a month ago, notices read long ago.

    Returns how many rows went.
    """
    return delete_expired(now, now - timedelta(days=KEPT_DAYS), now - timedelta(days=READ_KEPT_DAYS))
