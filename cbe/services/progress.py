"""Where a learner stands in a program: their states, the way to every credential, and what is worth doing next.

What states follow from is ``facts``'s, of another day than today ``looking_back``'s; finding and keeping plans is ``plans``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from cbe.domain import policy
from cbe.domain.advice import Advice, choose_next, goal_order, goals_first
from cbe.domain.errors import NotFound
from cbe.domain.planner import CredentialPlan, Leverage, plan_credential
from cbe.domain.policy import Actor
from cbe.domain.program import Text
from cbe.store import enrolments, people, quarantine, records
from cbe.store.records import DecisionTextRow

from .decisions import too_old
from .enrolments import record_subject
from .facts import Facts, facts_of
from .looking_back import AsOf, facts_as_of, status_as_of
from .plans import PAGE_BUDGET_S, find_plans, kept_plans
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
    "what_if",
]


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
    """A learner against their version today or as of another day; everything pages of one learner are made of."""

    learner: Learner
    plans: list[CredentialPlan]
    leverage: list[Leverage]
    as_of: AsOf | None = None

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


def get_own_progress(actor: Actor, program_key: str, *, today: date, now: datetime, at: AsOf | None = None) -> Progress:
    """Return one's own progress in a program; ``NotFound`` for those who do not learn there."""
    row = enrolments.find_enrolment_in(actor.account_id, program_key) if actor.account_id else None
    if row is None:
        raise NotFound("You do not learn in a program %(program)s.", program=program_key)
    return _progress(actor, row, today, now, at)


def get_progress(
    actor: Actor, program_key: str, enrolment_id: UUID, *, today: date, now: datetime, at: AsOf | None = None
) -> Progress:
    """Return a learner's progress to somebody who may read their record today."""
    row = enrolments.find_enrolment(enrolment_id)
    if row is None or row.program.key != program_key:
        raise NotFound("There is no such learner in this program.")
    return _progress(actor, row, today, now, at)


def what_if(progress: Progress, credential: str, assumed: Iterable[str]) -> CredentialPlan:
    """Return the plan to a credential were these competencies mastered too."""
    mastered = progress.mastered | (set(assumed) & progress.compiled.competencies.keys())
    return plan_credential(
        progress.compiled,
        mastered,
        credential,
        progress.held,
        progress.withheld,
        expired=progress.expired,
        budget_s=PAGE_BUDGET_S,
    )


def list_contacts(progress: Progress) -> list[Contact]:
    """List whom this learner can ask: the staff of their groups."""
    found = {
        (row.account_id, row.role): Contact(row.account.person.name, row.account.person.email, row.role)
        for row in enrolments.list_staff_of(progress.learner.enrolment_id)
        if row.account.status == "active"
    }
    return sorted(found.values(), key=lambda contact: (contact.role != "instructor", contact.name))


def _progress(actor: Actor, row: enrolments.EnrolmentRow, today: date, now: datetime, at: AsOf | None) -> Progress:
    policy.require(actor, "record:read", record_subject(actor, row, today))
    learner = Learner(
        enrolment_id=row.id,
        account_id=row.account_id,
        name=row.account.person.name,
        program_id=row.program_id,
        program_key=row.program.key,
        status=row.status if at is None else status_as_of(row.id, at),
        hours_per_week=row.hours_per_week,
        goals={goal.credential: goal.target_date for goal in enrolments.list_goals(row.id)},
    )
    if at is None:
        facts = facts_of(row.id, row.version_id, today, now)
        plans, levers = kept_plans(row.id, facts, now)
    else:
        facts = facts_as_of(row.id, row.version_id, at)
        plans, levers = find_plans(facts)
    values = {field.name: getattr(facts, field.name) for field in fields(Facts)}
    return Progress(**values, learner=learner, plans=plans, leverage=levers, as_of=at)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One decision as the learner's page tells it: when, of which kind, with what outcome, by whom, and the words.

    ``older_than``: the day of the mastery that it does not renew, as what it rests on was done by then. ``is_closed``: it
    has words that nobody sees now, as what it rests on was reported.
    """

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
    older_than: date | None
    is_closed: bool


def list_history(progress: Progress, competency: str | None = None) -> list[HistoryEntry]:
    """List the decisions on a learner (on one competency when given), newest first; at most eight queries.

    As of another day: those made by then and known then, and what was taken back by then.
    """
    enrolment_id, at = progress.learner.enrolment_id, progress.as_of
    rows = list(records.list_decisions(enrolment_id, None if competency is None else [competency]))
    back = list(records.list_taken_back([enrolment_id]))
    if at is not None:
        rows = [row for row in rows if row.decided_on <= at.on and row.recorded_at <= at.known]
        back = [row for row in back if row.effective_on <= at.on and row.recorded_at <= at.known]
    undone = {row.decision_id: row.how for row in back}
    old = too_old(
        {enrolment_id: progress.version_id},
        date.max if at is None else at.on,
        known=None if at is None else at.known,
        competencies={row.competency for row in rows},
    )
    texts = quarantine.decision_texts([row.id for row in rows])
    closed = quarantine.decisions_with_closed_texts([row.id for row in rows])
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
            older_than=old.get(row.id),
            is_closed=row.id in closed,
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
