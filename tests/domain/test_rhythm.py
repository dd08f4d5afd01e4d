"""When daily and weekly news is due: at seven in the reader's morning, through the changes of the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from cbe.domain.rhythm import is_due

MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_due_from(rhythm, zone, told, moment) -> bool:
    """Tell whether it is not due a minute before the moment, and due from then on."""
    before = is_due(rhythm, zone, at(told), at(moment) - MINUTE)
    return (
        not before and is_due(rhythm, zone, at(told), at(moment)) and is_due(rhythm, zone, at(told), at("2027-01-01"))
    )


@pytest.mark.parametrize(
    ("zone", "told", "morning"),
    [
        (None, "2026-11-23 07:00", "2026-11-24 07:00"),
        (None, "2026-11-23 06:59", "2026-11-23 07:00"),
        ("Europe/Berlin", "2026-03-28 12:00", "2026-03-29 05:00"),  # summer time began in that night
        ("Europe/Berlin", "2026-10-24 12:00", "2026-10-25 06:00"),  # and ended in that one
        ("Africa/Cairo", "2026-04-23 12:00", "2026-04-24 04:00"),
        ("America/Los_Angeles", "2026-11-23 12:00", "2026-11-23 15:00"),
        ("Pacific/Auckland", "2026-11-23 12:00", "2026-11-23 18:00"),
        ("Asia/Kolkata", "2026-11-23 12:00", "2026-11-24 01:30"),
        ("No/Such", "2026-11-23 12:00", "2026-11-24 07:00"),
    ],
)
def test_daily_news_is_due_at_seven_in_the_readers_morning(zone, told, morning):
    assert is_due_from("daily", zone, told, morning)


@pytest.mark.parametrize(
    ("zone", "told", "monday"),
    [
        (None, "2026-11-23 07:01", "2026-11-30 07:00"),
        (None, "2026-11-23 06:59", "2026-11-23 07:00"),
        ("Europe/Berlin", "2026-03-24 12:00", "2026-03-30 05:00"),
        ("Pacific/Auckland", "2026-11-21 12:00", "2026-11-22 18:00"),
    ],
)
def test_weekly_news_is_due_on_monday_at_seven(zone, told, monday):
    assert is_due_from("weekly", zone, told, monday)


def test_some_want_it_at_once_and_some_never():
    told = at("2026-11-23 12:00")
    assert is_due("once", None, told, told)
    assert not is_due("off", None, told, told + timedelta(days=30))
