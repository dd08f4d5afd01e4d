"""What verifying found, as it is kept: rows with their words and values apart, so that any reader's language can tell them.

What a credential says is not kept with them: its text is, and ``interop.openbadges.outside`` reads it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .errors import Worded
from .verification import Check, Verified

__all__ = ["check_from_kept", "from_kept", "kept_check", "to_kept"]


def to_kept(found: Verified) -> dict[str, Any]:
    """Return the rows of a credential, and of those in it, as values for JSON.

    >>> found = Verified((Check("dates", "failed", Worded("It expired on %(day)s.", day=date(2026, 1, 2))),), "json")
    >>> from_kept(to_kept(found)) == found, from_kept(to_kept(found)).checks[0].message.values["day"]
    (True, datetime.date(2026, 1, 2))
    """
    return {
        "format": found.format,
        "checks": [kept_check(check) for check in found.checks],
        "members": [to_kept(member) for member in found.members],
    }


def from_kept(kept: Mapping[str, Any]) -> Verified:
    """Return what was found, without what the credential says."""
    return Verified(
        checks=tuple(check_from_kept(one) for one in kept["checks"]),
        format=kept["format"],
        members=tuple(from_kept(one) for one in kept["members"]),
    )


def kept_check(check: Check) -> dict[str, Any]:
    """Return one row as values for JSON."""
    return {
        "name": check.name, "result": check.result, "message": _kept(check.message), "decides": check.decides,
        "detail": check.detail,
    }  # fmt: skip


def check_from_kept(kept: Mapping[str, Any]) -> Check:
    """Return one row."""
    return Check(kept["name"], kept["result"], _said(kept["message"]), kept["decides"], kept["detail"])


def _kept(value: Any) -> Any:
    if isinstance(value, Worded):
        return {"message": value.message, "values": {name: _kept(one) for name, one in value.values.items()}}
    if isinstance(value, date):
        return {"day": (value.date() if isinstance(value, datetime) else value).isoformat()}
    return value if isinstance(value, str | int | float) else str(value)


def _said(kept: Any) -> Any:
    if isinstance(kept, dict) and "day" in kept:
        return date.fromisoformat(kept["day"])
    if isinstance(kept, dict):
        return Worded(kept["message"], **{name: _said(one) for name, one in kept["values"].items()})
    return kept
