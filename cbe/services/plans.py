"""The unlock list of a learner: found, and kept beside the enrolment until something it follows from changes.

It follows from the version, what is mastered, expired, held and withheld, and from nothing else: it is kept under a key
made of them. What these are is ``facts``'s; how plans are found is the domain's ``planner``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cbe.domain.planner import CredentialPlan, Leverage, Status, leverage, unlock_list
from cbe.store import enrolments, records
from cbe.store.database import keep
from cbe.store.records import PlansRow

from .facts import Facts, facts_of

__all__ = ["PAGE_BUDGET_S", "Plans", "find_plans", "kept_plans", "prove_plans"]

PAGE_BUDGET_S = 0.5
JOB_BUDGET_S = 10.0

Plans = tuple[list[CredentialPlan], list[Leverage]]
"""The unlock list and what each ready competency counts for."""


def kept_plans(enrolment_id: UUID, facts: Facts, now: datetime) -> Plans:
    """Return the kept unlock list when it follows from these facts, else find it and keep it."""
    kept = records.find_plans(enrolment_id)
    if kept is not None and kept.key == facts.key:
        return _read(kept.content)
    found = find_plans(facts)
    _keep(enrolment_id, facts, found, settled=False, now=now)
    return found


def find_plans(facts: Facts, budget_s: float = PAGE_BUDGET_S) -> Plans:
    """Find the unlock list that follows from these facts, within a budget of seconds."""
    plans = unlock_list(
        facts.compiled, facts.mastered, facts.held, facts.withheld, expired=facts.expired, budget_s=budget_s
    )
    return plans, leverage(facts.compiled, facts.mastered, plans, facts.expired)


def prove_plans(*, now: datetime, limit: int = 20) -> int:
    """Search longer for the kept lists that hold unproven plans; return how many lists were made anew."""
    waiting = records.list_unsettled(limit)
    for enrolment_id in waiting:
        row = enrolments.find_enrolment(enrolment_id)
        if row is not None:
            facts = facts_of(enrolment_id, row.version_id, now.date(), now)
            _keep(enrolment_id, facts, find_plans(facts, JOB_BUDGET_S), settled=True, now=now)
    return len(waiting)


def _keep(enrolment_id: UUID, facts: Facts, found: Plans, *, settled: bool, now: datetime) -> None:
    plans, levers = found
    content = json.dumps([[_written(plan) for plan in plans], [_lever(one) for one in levers]], separators=(",", ":"))
    settled = settled or all(plan.proven_optimal or plan.status is Status.WITHHELD for plan in plans)
    keep(PlansRow(enrolment_id=enrolment_id, key=facts.key, content=content, settled=settled, made_at=now))


def _written(plan: CredentialPlan) -> list[Any]:
    return [
        plan.id,
        plan.status.value,
        _text(plan.remaining_hours),
        plan.plan,
        plan.proven_optimal,
        _text(plan.lower_bound_hours),
    ]


def _lever(one: Leverage) -> list[Any]:
    return [one.competency, one.credentials, _text(one.hours), one.opens]


def _read(content: str) -> Plans:
    plans, levers = json.loads(content)
    return (
        [
            CredentialPlan(key, Status(status), _number(left), _tuple(steps), proven, _number(bound))
            for key, status, left, steps, proven, bound in plans
        ],
        [Leverage(key, count, Decimal(hours), opens) for key, count, hours, opens in levers],
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _tuple(steps: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if steps is None else tuple(steps)
