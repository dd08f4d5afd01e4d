"""How often somebody wants to be told of what is new, and when the time for it has come in their time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["RHYTHMS", "is_due"]

RHYTHMS = ("once", "daily", "weekly", "off")
"""At once, every morning, on Monday mornings, never."""
MORNING = time(7)


def is_due(rhythm: str, time_zone: str | None, since: datetime, now: datetime) -> bool:
    """Tell whether something that waits since a moment is due: at once, or as soon as a morning has come since.

    The time zone is UTC where none is given, or one that is no more.

    >>> since, seven = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)
    >>> is_due("daily", "Europe/Berlin", since, seven), is_due("daily", "UTC", since, seven)
    (True, False)
    """
    if rhythm in ("once", "off"):
        return rhythm == "once"
    return since < _last_morning(7 if rhythm == "weekly" else 1, _zone(time_zone), now)


def _last_morning(days: int, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the newest morning up to now of those that come every day, or every Monday."""
    day = now.astimezone(zone).date()
    day -= timedelta(days=day.weekday() % days)
    morning = datetime.combine(day, MORNING, zone).astimezone(UTC)
    if morning > now:
        morning = datetime.combine(day - timedelta(days=days), MORNING, zone).astimezone(UTC)
    return morning


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
