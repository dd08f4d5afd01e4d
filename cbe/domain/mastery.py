"""Assessment decisions become mastery, by the rule of the version and by nothing else.

A decision counts from its day until it is taken back. Decisions of assessors (``assessment``, ``recognition``) must
together satisfy the rule: enough different assessors, on enough different days, at the level that counts. A ``transfer``
or an ``exception`` carries an authority of its own and is enough alone. Mastery that expires is renewed when decisions
made after it satisfy the rule anew; those of assessors must rest on something done after it (``renews``).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from .program import Competency, MasteryRule, Program, Rubric

__all__ = [
    "UNDO",
    "Decision",
    "Standing",
    "TakenBack",
    "TowardsRule",
    "add_months",
    "is_judgement",
    "latest_today",
    "renews",
    "standing_in",
    "standings",
    "towards_rule",
]

UNDO = timedelta(minutes=10)
"""So long an assessor can undo their judgement without a reason; notices and awards wait for it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One assessment decision on one competency: outcome ``met`` or ``not_yet``, at a level of the rubric if any."""

    id: UUID
    competency: str
    kind: str
    outcome: str
    level: str | None
    assessor: UUID | None
    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A further record about a decision: ``void``, ``overturned`` and ``superseded`` ones never counted; ``revoked`` ones not from the day on."""

    decision: UUID
    how: str
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How decisions leave a learner in one competency: mastered since, expiring on, returned on (each or None).

    Until ``settles_at`` the newest judgement of an assessor can still be undone: what it says is provisional. ``kind`` is
    that of the decision with which mastery was there: a transfer or an exception is shown as what it is.
    """

    mastered_on: date | None
    expires_on: date | None
    returned_on: date | None
    settles_at: datetime | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class TowardsRule:
    """What a rule wants that is content with no single decision, and how much of it is there since the last mastery."""

    assessors: int
    assessors_wanted: int
    days: int
    days_wanted: int


def standings(
    program: Program,
    decisions: Iterable[Decision],
    taken_back: Iterable[TakenBack],
    *,
    on: date,
    known: datetime | None = None,
) -> dict[str, Standing]:
    """Return the standing in every competency that has decisions, as true on a day and known at a moment.

    ``known`` leaves out what was recorded later; None knows everything.
    """
    by_competency: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_competency.setdefault(decision.competency, []).append(decision)
    undone = list(taken_back)
    competencies = {competency.id: competency for competency in program.competencies}
    return {
        key: standing_in(program, competencies[key], of_it, undone, on=on, known=known)
        for key, of_it in by_competency.items()
        if key in competencies
    }


def standing_in(
    program: Program,
    competency: Competency,
    decisions: Iterable[Decision],
    taken_back: Iterable[TakenBack],
    *,
    on: date,
    known: datetime | None = None,
) -> Standing:
    """Return the standing in one competency from the decisions on it; see ``standings``."""
    counted = _counted(decisions, taken_back, on, known)
    mastery, _, _ = _walk(program, competency, counted)
    mastered_on = mastery.decided_on if mastery else None
    expires_on = None
    if mastered_on is not None and competency.validity_months is not None:
        expires_on = add_months(mastered_on, competency.validity_months)
    returned = bool(counted) and counted[-1].outcome == "not_yet"
    judged = [decision.recorded_at for decision in counted if is_judgement(decision.kind)]
    settles_at = max(judged) + UNDO if judged else None
    kind = mastery.kind if mastery else None
    return Standing(mastered_on, expires_on, counted[-1].decided_on if returned else None, settles_at, kind)


def towards_rule(
    program: Program,
    competency: Competency,
    decisions: Iterable[Decision],
    taken_back: Iterable[TakenBack],
    *,
    on: date,
) -> TowardsRule | None:
    """Return how far decisions since the last mastery are towards the next; None where one decision is enough."""
    rule = competency.mastery or program.mastery
    if rule.assessors == rule.days == 1:
        return None
    _, assessors, days = _walk(program, competency, _counted(decisions, taken_back, on, None))
    return TowardsRule(len(assessors), rule.assessors, len(days), rule.days)


def is_judgement(kind: str) -> bool:
    """Tell whether decisions of a kind are an assessor's own judgement; the others rest on an authority."""
    return kind in ("assessment", "recognition")


def renews(standing: Standing | None, done_on: date) -> bool:
    """Tell whether what was done on a day is new enough to be judged as met: after the mastery, where that expires.

    >>> first_aid = Standing(mastered_on=date(2026, 3, 2), expires_on=date(2027, 3, 2), returned_on=None)
    >>> renews(first_aid, date(2026, 3, 2)), renews(first_aid, date(2026, 3, 3)), renews(None, date(2020, 1, 1))
    (False, True, True)
    """
    if standing is None or standing.mastered_on is None or standing.expires_on is None:
        return True
    return done_on > standing.mastered_on


def latest_today(now: datetime) -> date:
    """Return the latest date that is today somewhere on earth: 14 hours ahead of UTC.

    >>> from datetime import UTC
    >>> latest_today(datetime(2026, 11, 23, 12, tzinfo=UTC))
    datetime.date(2026, 11, 24)
    """
    return (now.astimezone(UTC) + timedelta(hours=14)).date()


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _not_counting(taken_back: Iterable[TakenBack], on: date, known: datetime | None) -> set[UUID]:
    return {
        back.decision
        for back in taken_back
        if (back.how != "revoked" or back.effective_on <= on) and (known is None or back.recorded_at <= known)
    }


def _counted(
    decisions: Iterable[Decision], taken_back: Iterable[TakenBack], on: date, known: datetime | None
) -> list[Decision]:
    """Return the decisions that count on a day as known at a moment, oldest first."""
    gone = _not_counting(taken_back, on, known)
    return sorted(
        (
            decision
            for decision in decisions
            if decision.id not in gone
            and decision.decided_on <= on
            and (known is None or decision.recorded_at <= known)
        ),
        key=lambda decision: (decision.decided_on, decision.recorded_at, str(decision.id)),
    )


def _walk(
    program: Program, competency: Competency, decisions: Iterable[Decision]
) -> tuple[Decision | None, set[UUID], set[date]]:
    """Walk the decisions by day; each time those since the last mastery satisfy the rule, mastery begins anew.

    Returns the decision with which the last mastery was there, and the assessors and days since. A transfer or an
    exception between the decisions of two assessors gives mastery at once, so that what the first of them saw is no part
    of a renewal: it was there before. Without an expiry nothing is lost by that, as there is nothing to renew. Nor is it
    when the transfer is taken back: that is left out before the walk, and the two count together again.
    """
    rule, rubric = competency.mastery or program.mastery, competency.rubric or program.rubric
    mastery: Decision | None = None
    assessors: set[UUID] = set()
    days: set[date] = set()
    for decision in decisions:
        if decision.outcome != "met" or not _level_counts(rule, rubric, decision.level):
            continue
        if not is_judgement(decision.kind):
            satisfied = True
        else:
            days.add(decision.decided_on)
            if decision.assessor is not None:
                assessors.add(decision.assessor)
            satisfied = len(assessors) >= rule.assessors and len(days) >= rule.days
        if satisfied:
            mastery = decision
            assessors, days = set(), set()
    return mastery, assessors, days


def _level_counts(rule: MasteryRule, rubric: Rubric | None, level: str | None) -> bool:
    if level is None or rubric is None:
        return True
    order: Mapping[str, int] = {step.id: place for place, step in enumerate(rubric.levels)}
    return level in order and order[level] >= order[rule.level or rubric.counts_from]
