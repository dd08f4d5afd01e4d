"""What the planner answers with: the status of a credential for one learner and the way to it.

Only values; how they are found is the other modules' of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

__all__ = ["CredentialPlan", "Leverage", "Status", "as_number"]


class Status(StrEnum):
    """Where a learner stands with a credential; the first that holds, in this order."""

    HELD = "held"
    WITHHELD = "withheld"
    CLAIMABLE = "claimable"
    IMPOSSIBLE = "impossible"
    NEXT = "next"
    IN_PROGRESS = "in_progress"
    OPEN = "open"


def as_number(value: Decimal | None) -> int | float | None:
    """Return a decimal as the JSON number people would write: 12, not 12.0.

    >>> as_number(Decimal("12.0")), as_number(Decimal("1.5")), as_number(None)
    (12, 1.5, None)
    """
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass(frozen=True, slots=True)
class CredentialPlan:
    """The shortest way to a credential as far as it was found.

    ``plan`` lists competencies, each ready when its turn comes; None when none was found in time, or none is to be had
    (impossible, withheld). ``proven_optimal`` says that no other way has fewer hours, nor the same hours with fewer
    competencies; of an impossible one, that this is proven. ``lower_bound_hours`` is never above the true smallest
    total; None when there is no plan to be had.
    """

    id: str
    status: Status
    remaining_hours: Decimal | None
    plan: tuple[str, ...] | None
    proven_optimal: bool
    lower_bound_hours: Decimal | None

    def to_json(self) -> dict[str, Any]:
        """Return the answer under the key names of the command line, hours as JSON numbers."""
        return {
            "id": self.id,
            "status": self.status.value,
            "remaining_hours": as_number(self.remaining_hours),
            "plan": None if self.plan is None else list(self.plan),
            "proven_optimal": self.proven_optimal,
            "lower_bound_hours": as_number(self.lower_bound_hours),
        }


@dataclass(frozen=True, slots=True)
class Leverage:
    """What mastering one ready competency does.

    ``credentials`` not yet held have it in their plan, it brings its ``hours`` towards each, and ``opens`` others become
    ready with it.
    """

    competency: str
    credentials: int
    hours: Decimal
    opens: int

    def to_json(self) -> dict[str, Any]:
        """Return the leverage under the key names of the command line."""
        return {
            "competency": self.competency,
            "credentials": self.credentials,
            "hours": as_number(self.hours),
            "opens": self.opens,
        }
