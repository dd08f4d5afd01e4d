"""What verifying a credential finds: rows of checks, the verdict they make, and what the credential shows.

How a check is done is ``interop.openbadges.verifying``'s; how it is worded for people, the doors'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .errors import CbeError

__all__ = ["Check", "Evidence", "Fetch", "Judge", "Result", "Shown", "Unfetched", "Verified"]

Fetch = Callable[[str], bytes]
"""Takes an address and returns what is there, or raises ``Unfetched``."""

RESULTS = ("passed", "failed", "unknown", "not_applicable")


class Unfetched(CbeError):
    """Something at an address could not be had, or may not be asked for, with why."""


@dataclass(frozen=True, slots=True)
class Check:
    """One row: what was checked, how it came out (one of ``RESULTS``), and what that means.

    ``decides`` is false where the row says something that the verdict doesn't hang on. ``detail`` is for technicians, in
    English.
    """

    name: str
    result: str
    message: str
    decides: bool = True
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What was reached in one respect: what it is called, and the level or value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something the credential rests on, with its address where it has one."""

    name: str
    url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judged: an organization, a name; empty where the credential doesn't say."""

    organization: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a credential says, as texts; only what its rows bear out is worth anything."""

    id: str = ""
    name: str = ""
    kind: str = ""
    description: str = ""
    criteria: str = ""
    issuer: str = ""
    issuer_id: str = ""
    subject: str = ""
    subject_id: str = ""
    awarded: str = ""
    valid_from: str = ""
    valid_until: str = ""
    credits: str = ""
    hours: str = ""
    results: tuple[Result, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    alignments: tuple[Evidence, ...] = ()
    judges: tuple[Judge, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """Everything found about one credential; those inside a record are ``members``, each with rows of its own.

    >>> good, open_ = Check("signature", "passed", "Unchanged."), Check("status", "unknown", "Nobody answers.")
    >>> Verified((good,)).verdict, Verified((good, open_)).verdict, Verified((good,), members=(Verified((open_,)),)).verdict
    ('valid', 'unknown', 'unknown')
    >>> Verified((open_, Check("dates", "failed", "Over."))).verdict, Verified(()).verdict
    ('not_valid', 'unknown')
    """

    checks: tuple[Check, ...]
    format: str = ""
    shown: Shown | None = None
    members: tuple[Verified, ...] = ()

    @property
    def verdict(self) -> str:
        """Return ``valid``, ``not_valid`` or ``unknown``: the worst row decides, those of the members included."""
        results = {check.result for check in self.all_checks() if check.decides}
        if "failed" in results:
            return "not_valid"
        return "valid" if "passed" in results and "unknown" not in results else "unknown"

    def all_checks(self) -> Iterator[Check]:
        """Yield the rows, then those of the members."""
        yield from self.checks
        for member in self.members:
            yield from member.all_checks()

    def to_json(self) -> dict[str, Any]:
        """Return the rows as they are kept and printed: names, results and English words, nothing of what was shown."""
        return {
            "verdict": self.verdict,
            "format": self.format,
            "id": self.shown.id if self.shown else "",
            "checks": [
                {
                    "name": check.name, "result": check.result, "message": str(check.message),
                    "decides": check.decides, **({"detail": check.detail} if check.detail else {}),
                }
                for check in self.checks
            ],
            "members": [member.to_json() for member in self.members],
        }  # fmt: skip
