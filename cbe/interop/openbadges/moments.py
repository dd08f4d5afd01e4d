"""Dates of credentials: read strictly, with a time zone, and held against a moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

__all__ = ["SKEW", "bare_dates", "moment_of", "relative_ids"]

SKEW = timedelta(seconds=60)
"""So far two clocks may be apart."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
MEMBERS = ("validFrom", "validUntil", "awardedDate", "activityStartDate", "activityEndDate", "created", "expires")
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def moment_of(value: Any) -> datetime | None:
    """Return a moment that is written with its time zone, None for anything else.

    >>> moment_of("2026-01-02T03:04:05Z").isoformat(), moment_of("2026-01-02T03:04:05"), moment_of("2026-01-02")
    ('2026-01-02T03:04:05+00:00', None, None)
    """
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def bare_dates(document: Any) -> Iterator[str]:
    """Yield the members that should be a moment with a time zone and are none."""
    for key, value in _pairs(document):
        if key in MEMBERS and moment_of(value) is None:
            yield key


def relative_ids(document: Any) -> Iterator[str]:
    """Yield the ids that are not absolute."""
    for key, value in _pairs(document):
        if key == "id" and not (isinstance(value, str) and IRI.fullmatch(value)):
            yield str(value)


def _pairs(document: Any) -> Iterator[tuple[str, Any]]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from value.items()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
