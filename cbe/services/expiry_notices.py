"""Telling learners that a mastery of theirs ends soon: 60, 30 and 7 days before, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cbe.domain.policy import SYSTEM
from cbe.store.notice_sweeps import Expiring, list_expiring

from .notices import tell_each, untold
from .transaction import transaction

__all__ = ["WARNED_DAYS", "warn_of_expiry"]

WARNED_DAYS = (7, 30, 60)
BATCH = 500
Telling = tuple[UUID, str, dict[str, Any]]


def warn_of_expiry(*, now: datetime) -> int:
    """Warn active learners of what expires, with the nearest of the thresholds that were reached; return how many times.

    A key holds the day of expiry, so a mastery that was renewed is warned of anew. Two queries per batch, and a change
    only where something is new.
    """
    until, warned = now.date() + timedelta(days=max(WARNED_DAYS)), 0
    batch = list_expiring(now, until, limit=BATCH)
    while batch:
        warned += _warn(batch, now)
        last = batch[-1]
        batch = list_expiring(now, until, after=(last.enrolment_id, last.competency), limit=BATCH)
    return warned


def _warn(batch: list[Expiring], now: datetime) -> int:
    tellings = [_telling(one, now.date()) for one in batch]
    fresh = untold((account_id, key) for account_id, key, _ in tellings)
    if not fresh:
        return 0
    with transaction(SYSTEM, now) as tx:
        count = tell_each(tx, "expiring", [one for one in tellings if one[:2] in fresh])
        tx.record("notice:warn-of-expiry", notices=count)
    return count


def _telling(one: Expiring, today: date) -> Telling:
    left = (one.expires_on - today).days
    days = next(days for days in WARNED_DAYS if left <= days)
    key = f"expiring:{days}:{one.expires_on}:{one.enrolment_id}:{one.competency}"
    facts = {"program": one.program_key, "competency": one.competency, "on": one.expires_on, "days": days}
    return one.account_id, key, facts
