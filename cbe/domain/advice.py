"""What to do next, out of what the planner found: a few ready competencies with why, and when a credential may be done.

Here is only the choosing; plans and leverage are ``planner``'s, words for people are made at the doors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .planner import CredentialPlan, Leverage, Status

__all__ = ["Advice", "choose_next", "expected_date", "goals_first"]

MOST, LEAST = 5, 3
FARTHEST_WEEKS = 52 * 50


@dataclass(frozen=True, slots=True)
class Advice:
    """One competency worth doing next: the credentials it is the last step to, of which goals, and its leverage."""

    competency: str
    last_step_to: tuple[str, ...]
    towards_goals: tuple[str, ...]
    credentials: int
    opens: int


def goals_first(plans: Sequence[CredentialPlan], goals: Sequence[str]) -> list[CredentialPlan]:
    """Return the unlock list as pages show it: the learner's goals first, in its own order otherwise."""
    wanted = set(goals)
    return sorted(plans, key=lambda plan: plan.id not in wanted)


def choose_next(plans: Sequence[CredentialPlan], leverage: Sequence[Leverage], goals: Sequence[str]) -> list[Advice]:
    """Choose up to five ready competencies (at least three where there are): towards a goal, then the last step to a
    credential, then early in the unlock list, then the most leverage.
    """
    wanted = set(goals)
    open_plans = [plan for plan in plans if plan.plan and plan.status is not Status.HELD]
    finishing: dict[str, list[str]] = {}
    goal_of: dict[str, list[str]] = {}
    first_in: dict[str, int] = {}
    for place, plan in enumerate(open_plans):
        steps = plan.plan or ()
        for key in steps:
            first_in.setdefault(key, place)
            if plan.id in wanted:
                goal_of.setdefault(key, []).append(plan.id)
        if len(steps) == 1:
            finishing.setdefault(steps[0], []).append(plan.id)
    ranked = sorted(
        leverage,
        key=lambda one: (
            one.competency not in goal_of,
            one.competency not in finishing,
            first_in.get(one.competency, len(open_plans)),
            -one.credentials,
            -one.opens,
        ),
    )
    useful = [one for one in ranked if one.credentials] or ranked
    chosen = useful[:MOST] if len(useful) >= LEAST else [*useful, *(one for one in ranked if one not in useful)][:LEAST]
    return [
        Advice(
            one.competency,
            tuple(finishing.get(one.competency, ())),
            tuple(goal_of.get(one.competency, ())),
            one.credentials,
            one.opens,
        )
        for one in chosen
    ]


def expected_date(today: date, remaining_hours: Decimal | None, hours_per_week: Decimal | None) -> date | None:
    """Return around when so many hours are done at a pace; None without a plan or a pace.

    >>> expected_date(date(2026, 3, 1), Decimal(12), Decimal(6))
    datetime.date(2026, 3, 15)
    """
    if remaining_hours is None or not hours_per_week:
        return None
    weeks = remaining_hours / hours_per_week
    if weeks > FARTHEST_WEEKS:
        return None
    return today + timedelta(days=math.ceil(weeks * 7))


def goal_order(goals: Mapping[str, date | None]) -> list[str]:
    """Return goals as the learner would name them: those with the nearest date first."""
    return sorted(goals, key=lambda key: (goals[key] is None, goals[key] or date.max))
