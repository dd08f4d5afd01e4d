"""Where a learner stands in a program: their states, the way to every credential, and what is worth doing next.

The unlock list follows from the version, what is mastered, held and withheld, and from nothing else; it is solved when
one of these changed and kept beside the enrolment under a key made of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from cbe.domain import policy
from cbe.domain.advice import Advice, choose_next, goal_order, goals_first
from cbe.domain.errors import NotFound
from cbe.domain.planner import CredentialPlan, Leverage, Status, leverage, plan_credential, unlock_list
from cbe.domain.policy import Actor
from cbe.domain.program import Text
from cbe.domain.progress import State, StateReason, explain_state, states
from cbe.store import enrolments, people, programs, records
from cbe.store.database import keep
from cbe.store.records import DecisionTextRow, PlansRow

from .enrolments import record_subject
from .facts import Facts, facts_of
from .programs import program_title

__all__ = [
    "Contact",
    "HistoryEntry",
    "Learner",
    "Progress",
    "get_own_progress",
    "get_progress",
    "list_contacts",
    "list_history",
    "list_own_programs",
    "prove_plans",
    "what_if",
]

PAGE_BUDGET_S = 0.5
JOB_BUDGET_S = 10.0


@dataclass(frozen=True, slots=True)
class Learner:
    """Whose record this is: the enrolment and what the learner said of it."""

    enrolment_id: UUID
    account_id: UUID
    name: str
    program_id: UUID
    program_key: str
    status: str
    hours_per_week: Decimal | None
    goals: dict[str, date | None]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of the learner's groups to ask: their name, address and role."""

    name: str
    email: str | None
    role: str


@dataclass(frozen=True)
class Progress(Facts):
    """A learner against their version on one day; everything pages of one learner are made of."""

    learner: Learner
    plans: list[CredentialPlan]
    leverage: list[Leverage]

    @cached_property
    def states(self) -> dict[str, State]:
        """The state of every competency, in file order."""
        return states(
            self.compiled, self.mastered, in_review=self.in_review, returned=self.returned, expired=self.expired
        )

    def reason(self, competency: str) -> StateReason:
        """Return the state of one competency and, group by group, by whom it is met or who is missing."""
        return explain_state(
            self.compiled,
            self.mastered,
            competency,
            in_review=self.in_review,
            returned=self.returned,
            expired=self.expired,
        )

    @cached_property
    def goals(self) -> list[str]:
        """The goal credentials, those with the nearest date first."""
        return goal_order(self.learner.goals)

    @cached_property
    def shown_plans(self) -> list[CredentialPlan]:
        """The unlock list as pages show it, goals first."""
        return goals_first(self.plans, self.goals)

    @cached_property
    def plan_of(self) -> dict[str, CredentialPlan]:
        """The plan to each credential."""
        return {plan.id: plan for plan in self.plans}

    @cached_property
    def next_up(self) -> list[Advice]:
        """Three to five ready competencies that are worth doing next: not those for which evidence waits."""
        ready = [one for one in self.leverage if one.competency not in self.in_review]
        return choose_next(self.plans, ready, self.goals)


def get_own_progress(actor: Actor, program_key: str, *, today: date, now: datetime) -> Progress:
    """Return one's own progress in a program; ``NotFound`` for those who do not learn there."""
    program = programs.find_program(program_key)
    row = program and actor.account_id and enrolments.find_enrolment_of(actor.account_id, program.id)
    if not row:
        raise NotFound("You do not learn in a program %(program)s.", program=program_key)
    return _progress(actor, row, today, now)


def get_progress(actor: Actor, program_key: str, enrolment_id: UUID, *, today: date, now: datetime) -> Progress:
    """Return a learner's progress to somebody who may read their record."""
    row = enrolments.find_enrolment(enrolment_id)
    if row is None or row.program.key != program_key:
        raise NotFound("There is no such learner in this program.")
    return _progress(actor, row, today, now)


def what_if(progress: Progress, credential: str, assumed: Iterable[str]) -> CredentialPlan:
    """Return the plan to a credential were these competencies mastered too."""
    mastered = progress.mastered | (set(assumed) & progress.compiled.competencies.keys())
    return plan_credential(
        progress.compiled, mastered, credential, progress.held, progress.withheld, budget_s=PAGE_BUDGET_S
    )


def list_contacts(progress: Progress) -> list[Contact]:
    """List whom this learner can ask: the staff of their groups."""
    found = {
        (row.account_id, row.role): Contact(row.account.person.name, row.account.person.email, row.role)
        for row in enrolments.list_staff_of(progress.learner.enrolment_id)
        if row.account.status == "active"
    }
    return sorted(found.values(), key=lambda contact: (contact.role != "instructor", contact.name))


def prove_plans(*, now: datetime, limit: int = 20) -> int:
    """Search longer for the kept lists that hold unproven plans; return how many lists were made anew."""
    waiting = records.list_unsettled(limit)
    for enrolment_id in waiting:
        row = enrolments.find_enrolment(enrolment_id)
        if row is not None:
            facts = facts_of(enrolment_id, row.version_id, now.date(), now)
            _solve(enrolment_id, facts, budget_s=JOB_BUDGET_S, settled=True, now=now)
    return len(waiting)


def _progress(actor: Actor, row: enrolments.EnrolmentRow, today: date, now: datetime) -> Progress:
    policy.require(actor, "record:read", record_subject(actor, row, today))
    learner = Learner(
        enrolment_id=row.id,
        account_id=row.account_id,
        name=row.account.person.name,
        program_id=row.program_id,
        program_key=row.program.key,
        status=row.status,
        hours_per_week=row.hours_per_week,
        goals={goal.credential: goal.target_date for goal in enrolments.list_goals(row.id)},
    )
    facts = facts_of(row.id, row.version_id, today, now)
    kept = records.find_plans(row.id)
    if kept is not None and kept.key == facts.key:
        plans, levers = _read(kept.content)
    else:
        plans, levers = _solve(learner.enrolment_id, facts, budget_s=PAGE_BUDGET_S, settled=False, now=now)
    return Progress(**vars(facts), learner=learner, plans=plans, leverage=levers)


def _solve(
    enrolment_id: UUID, facts: Facts, *, budget_s: float, settled: bool, now: datetime
) -> tuple[list[CredentialPlan], list[Leverage]]:
    plans = unlock_list(facts.compiled, facts.mastered, facts.held, facts.withheld, budget_s=budget_s)
    levers = leverage(facts.compiled, facts.mastered, plans)
    content = json.dumps([[_written(plan) for plan in plans], [_lever(one) for one in levers]], separators=(",", ":"))
    settled = settled or all(plan.proven_optimal or plan.status is Status.WITHHELD for plan in plans)
    keep(PlansRow(enrolment_id=enrolment_id, key=facts.key, content=content, settled=settled, made_at=now))
    return plans, levers


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


def _read(content: str) -> tuple[list[CredentialPlan], list[Leverage]]:
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


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One decision as the learner's page tells it: when, of which kind, with what outcome, by whom, and the words."""

    id: UUID
    competency: str
    decided_on: date
    activity_on: date
    kind: str
    outcome: str
    level: str | None
    assessor: str | None
    feedback: str | None
    authority: str | None
    reason: str | None
    taken_back: str | None


def list_history(progress: Progress, competency: str | None = None) -> list[HistoryEntry]:
    """List the decisions on a learner (on one competency when given), newest first; at most five queries."""
    enrolment_id = progress.learner.enrolment_id
    rows = records.list_decisions(enrolment_id, None if competency is None else [competency])
    texts = records.decision_texts([row.id for row in rows])
    undone = {row.decision_id: row.how for row in records.list_taken_back([enrolment_id])}
    names = people.names_of({row.assessor_id for row in rows if row.assessor_id})
    nothing = DecisionTextRow()
    return [
        HistoryEntry(
            id=row.id,
            competency=row.competency,
            decided_on=row.decided_on,
            activity_on=row.activity_on,
            kind=row.kind,
            outcome=row.outcome,
            level=row.level,
            assessor=names.get(row.assessor_id) if row.assessor_id else None,
            feedback=(text := texts.get(row.id, nothing)).feedback,
            authority=text.authority,
            reason=text.reason,
            taken_back=undone.get(row.id),
        )
        for row in reversed(rows)
    ]


def list_own_programs(actor: Actor) -> list[tuple[str, Text]]:
    """List the programs one learns in as pairs of key and title, those going on first."""
    if actor.account_id is None:
        return []
    rows = [row for row in enrolments.list_enrolments(actor.account_id) if row.status not in ("applied", "withdrawn")]
    rows.sort(key=lambda row: row.status != "active")
    return [(row.program.key, program_title(row.program)) for row in rows]
