"""Who is behind the request, what time it is, and how they want their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from flask import g, request
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user

from cbe.domain.policy import Actor
from cbe.services import accounts
from cbe.services.accounts import SignedIn

__all__ = ["LANGUAGES", "User", "actor", "locale", "login_manager", "now", "signed_in", "time_zone", "today"]

LANGUAGES = {"en": "English", "ar": "العربية"}
THEMES = ("system", "light", "dark")
TIME_ZONES = (
    "UTC", "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
    "America/Bogota", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City",
    "America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Amman", "Asia/Baghdad", "Asia/Beirut",
    "Asia/Dhaka", "Asia/Dubai", "Asia/Jakarta", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh",
    "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo", "Australia/Sydney", "Europe/Berlin", "Europe/Istanbul",
    "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Pacific/Auckland",
)  # fmt: skip
"""The ones every page offers to who isn't signed in; one's own, if another, is added."""
COMMON_TIME_ZONES = (
    "UTC", "Africa/Cairo", "Africa/Lagos", "America/Chicago", "America/Los_Angeles", "America/New_York",
    "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Europe/Berlin", "Europe/London",
)  # fmt: skip
"""The ones every page offers to the others, who find all in their settings."""

PLACE = re.compile("(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/")

login_manager = LoginManager()


@dataclass(frozen=True)
class User(UserMixin):
    """What the login manager holds: the person signed in, under the token of this sign-in."""

    person: SignedIn
    token: str

    def get_id(self) -> str:
        """Return the token that stands in the cookie."""
        return self.token


@login_manager.user_loader
def load_user(token: str) -> User | None:
    """Return the person of a session token, or None when it has ended."""
    person = accounts.load_session(token, now=now())
    return User(person, token) if person else None


def now() -> datetime:
    """Return the moment of this request, the same all through it."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return cast(datetime, g.now)


def today() -> date:
    """Return the reader's date."""
    return now().astimezone(ZoneInfo(time_zone())).date()


def signed_in() -> SignedIn | None:
    """Return who is signed in, or None."""
    return current_user.person if current_user.is_authenticated else None


def ask_no_more() -> None:
    """Take who isn't known by now for nobody: the database may be what broke, and an error page asks it for nothing."""
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()


def actor() -> Actor:
    """Return the actor of this request with its idempotency key, if the form carried one."""
    person = signed_in()
    who = person.actor if person else Actor()
    key = request.form.get("once") if request.method == "POST" else None
    return replace(who, request_key=key[:80]) if key and who.account_id else who


def locale() -> str:
    """Return the language of the page: the reader's choice, else the first the browser asks for that we have."""
    person = signed_in()
    chosen = (person.language if person else None) or request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def direction() -> str:
    """Return ``ltr`` or ``rtl``."""
    return Locale.parse(locale().replace("-", "_")).text_direction


def theme() -> str:
    """Return ``system``, ``light`` or ``dark``."""
    person = signed_in()
    chosen = (person.theme if person else None) or request.cookies.get("theme")
    return chosen if chosen in THEMES else "system"


def time_zones() -> list[str]:
    """Return the time zones a page offers, the reader's among them."""
    return sorted({time_zone(), *(COMMON_TIME_ZONES if signed_in() else TIME_ZONES)})


@cache
def known_time_zones() -> frozenset[str]:
    """Return the names of every time zone of this machine, read once: it walks hundreds of files, 10 ms of every page."""
    return frozenset(available_timezones())


def all_time_zones() -> list[str]:
    """Return every time zone that is named after a place, and UTC."""
    return sorted({time_zone(), "UTC", *(zone for zone in known_time_zones() if PLACE.match(zone))})


def time_zone() -> str:
    """Return the reader's time zone, UTC unless they chose one."""
    person = signed_in()
    chosen = (person.time_zone if person else None) or request.cookies.get("time_zone")
    return chosen if chosen in known_time_zones() else "UTC"
