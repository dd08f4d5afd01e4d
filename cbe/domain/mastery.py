"""Assessment decisions become mastery, by the rule of the version and by nothing else.

A decision counts from its day until it is taken back. Decisions of assessors (``assessment``, ``recognition``) must
together satisfy the rule: enough different assessors, on enough different days, at the level that counts. A ``transfer``
or an ``exception`` carries an authority of its own and is enough alone. Mastery that expires is renewed when decisions
made after it satisfy the rule anew; an assessor's counts towards that only when it rests on something done after it
(``too_old_to_renew``).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    "mastering_decision",
    "shown_in",
    "standing_in",
    "standings",
    "too_old_to_renew",
    "towards_rule",
]

UNDO = timedelta(minutes=10)
"""So long an assessor can undo their judgement without a reason; notices and awards wait for it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One assessment decision on one competency: outcome ``met`` or ``not_yet``, at a level of the rubric if any.

    ``activity_on``: when the newest of what it rests on was done.
    """

    id: UUID
    competency: str
    kind: str
    outcome: str
    level: str | None
    assessor: UUID | None
    activity_on: date
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
    by_competency, undone = _by_competency(decisions), list(taken_back)
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
    mastery = _walk(program, competency, counted).mastery
    mastered_on = mastery.decided_on if mastery else None
    expires_on = None
    if mastered_on is not None and competency.validity_months is not None:
        expires_on = add_months(mastered_on, competency.validity_months)
    returned = bool(counted) and counted[-1].outcome == "not_yet"
    judged = [decision.recorded_at for decision in counted if is_judgement(decision.kind)]
    settles_at = max(judged) + UNDO if judged else None
    kind = mastery.kind if mastery else None
    return Standing(mastered_on, expires_on, counted[-1].decided_on if returned else None, settles_at, kind)


def mastering_decision(
    program: Program,
    competency: Competency,
    decisions: Iterable[Decision],
    taken_back: Iterable[TakenBack],
    *,
    on: date,
) -> Decision | None:
    """Return the decision with which a competency was last mastered by a day, or None: it says how and at which level."""
    own = [decision for decision in decisions if decision.competency == competency.id]
    return _walk(program, competency, _counted(own, taken_back, on, None)).mastery


def shown_in(decisions: Iterable[Decision], taken_back: Iterable[TakenBack], *, on: date) -> list[Decision]:
    """Return the decisions that say *met* and count on a day, oldest first: by whom something was judged, and when last."""
    return [one for one in _counted(decisions, taken_back, on, None) if one.outcome == "met"]


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
    found = _walk(program, competency, _counted(decisions, taken_back, on, None))
    return TowardsRule(len(found.assessors), rule.assessors, len(found.days), rule.days)


def too_old_to_renew(
    program: Program,
    decisions: Iterable[Decision],
    taken_back: Iterable[TakenBack],
    *,
    on: date,
    known: datetime | None = None,
) -> dict[UUID, date]:
    """Return which decisions say *met* of what was done before a mastery, each with the day of that mastery.

    They stand on the record and renew nothing. Days and moments as in ``standings``.
    """
    by_competency, undone = _by_competency(decisions), list(taken_back)
    expiring = [one for one in program.competencies if one.validity_months is not None and one.id in by_competency]
    found: dict[UUID, date] = {}
    for one in expiring:
        found |= _walk(program, one, _counted(by_competency[one.id], undone, on, known)).too_old
    return found


def is_judgement(kind: str) -> bool:
    """Tell whether decisions of a kind are an assessor's own judgement; the others rest on an authority."""
    return kind in ("assessment", "recognition")


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


def _by_competency(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.competency, []).append(decision)
    return found


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


@dataclass(slots=True)
class _Walk:
    """The decision with which the last mastery was there, assessors and days since, and what was too old to renew it."""

    mastery: Decision | None = None
    assessors: set[UUID] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    too_old: dict[UUID, date] = field(default_factory=dict)


def _walk(program: Program, competency: Competency, decisions: Iterable[Decision]) -> _Walk:
    """Walk the decisions by day; each time those since the last mastery satisfy the rule, mastery begins anew.

    A transfer or an exception between the decisions of two assessors gives mastery at once, so that what the first of
    them saw is no part of a renewal: it was there before. Without an expiry nothing is lost by that, as there is nothing
    to renew. Nor is it when the transfer is taken back: that is left out before the walk, and the two count together
    again. So do decisions that were too old to renew a mastery that is taken back.
    """
    rule, rubric = competency.mastery or program.mastery, competency.rubric or program.rubric
    found = _Walk()
    for decision in decisions:
        if decision.outcome != "met" or not _level_counts(rule, rubric, decision.level):
            continue
        if not is_judgement(decision.kind):
            satisfied = True
        elif found.mastery and competency.validity_months and decision.activity_on <= found.mastery.decided_on:
            found.too_old[decision.id] = found.mastery.decided_on
            continue
        else:
            found.days.add(decision.decided_on)
            if decision.assessor is not None:
                found.assessors.add(decision.assessor)
            satisfied = len(found.assessors) >= rule.assessors and len(found.days) >= rule.days
        if satisfied:
            found.mastery, found.assessors, found.days = decision, set(), set()
    return found


def _level_counts(rule: MasteryRule, rubric: Rubric | None, level: str | None) -> bool:
    if level is None or rubric is None:
        return True
    order: Mapping[str, int] = {step.id: place for place, step in enumerate(rubric.levels)}
    return level in order and order[level] >= order[rule.level or rubric.counts_from]
