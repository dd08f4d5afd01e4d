"""Believable histories: which decisions a learner's months brought, in the order of the prerequisites.

Pure but for the random numbers handed in: the same numbers give the same history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from cbe.domain.graph import CompiledProgram
from cbe.domain.mastery import add_months
from cbe.domain.program import Competency, MasteryRule, Rubric, leaf_credits
from cbe.domain.progress import ready_ids
from cbe.domain.requirements import is_met

__all__ = ["Event", "History", "Traits", "earned", "live", "walk"]

NOT_YET = (
    "Nearly there. The result is right, but you could not say how you checked it. Show me that part again.",
    "Two of the criteria are met. Look at the third one again and hand it in when you are ready.",
    "Good start. This still needed prompting; practise it twice more on your own first.",
)
MET = (
    "Clear, careful work. You checked your result without being asked.",
    "All criteria met, and your explanation would help a newcomer.",
    "Met. Next time note your assumptions at the top.",
    "Well done under time pressure.",
    "Steady and safe throughout.",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One decision that is going to be recorded; ``day`` is when it was decided."""

    competency: str
    day: date
    kind: str = "assessment"
    outcome: str = "met"
    level: str | None = None
    assessor: UUID | None = None
    feedback: str | None = None
    done_before: int = 0
    """Days between the activity and the decision."""


@dataclass
class History:
    """What happened to one learner, and until when each mastery holds (``date.max`` for ever)."""

    events: list[Event] = field(default_factory=list)
    since: dict[str, date] = field(default_factory=dict)
    until: dict[str, date] = field(default_factory=dict)

    def current(self, on: date) -> frozenset[str]:
        """Return what is mastered and current on a day."""
        return frozenset(key for key, end in self.until.items() if self.since[key] <= on < end)


@dataclass(frozen=True, slots=True)
class Traits:
    """What shapes a history: from when to when, hours of work in that time, what is aimed at, who decides."""

    start: date
    end: date
    hours: float
    aims: tuple[str, ...]
    brings: tuple[str, int] | None
    assessors: Sequence[UUID]


def live(compiled: CompiledProgram, traits: Traits, numbers: Random) -> History:
    """Return the history of a learner who takes what is ready, what they aim at first, until their hours are spent."""
    history = History()
    if traits.brings is not None:
        kind, count = traits.brings
        for _ in range(count):
            key = _choose(compiled, history, traits, numbers)
            back = 1200 if kind == "transfer" and numbers.random() < 0.25 else numbers.randint(120, 700)
            _bring(compiled, history, key, traits, kind, back, numbers)
    days_per_hour = (traits.end - traits.start).days / traits.hours if traits.hours else 0
    spent = 0.0
    while traits.hours and len(history.until) < len(compiled.ids):
        key = _choose(compiled, history, traits, numbers)
        spent += float(compiled.competencies[key].effort_hours) * numbers.uniform(0.8, 1.2)
        day = _possible(compiled, history, key, traits.start + timedelta(days=int(spent * days_per_hour)))
        if day > traits.end:
            late = traits.end - timedelta(days=4)
            if numbers.random() < 0.5 and late > _opened(compiled, history, key):
                history.events.append(_not_yet(compiled, key, late, traits.assessors, numbers))
            break
        _master(compiled, history, key, day, traits.assessors, numbers)
    return history


def walk(
    compiled: CompiledProgram, steps: Sequence[tuple[str, date]], assessors: Sequence[UUID], numbers: Random
) -> History:
    """Return the history of a learner who mastered these, each by a day, in order."""
    history = History()
    for key, day in steps:
        _master(compiled, history, key, day, assessors, numbers)
    return history


def earned(
    compiled: CompiledProgram,
    history: History,
    today: date,
    *,
    left: frozenset[str],
    share_left: float,
    numbers: Random,
) -> list[tuple[str, date]]:
    """Return the credentials given, with their days: a badge at once, what a person confers after twelve days.

    Those in ``left``, and a share of the others, wait to be claimed.
    """
    credits_of = leaf_credits(compiled.program)
    given: dict[str, tuple[date, date]] = {}
    waiting = set(left)

    def is_due(key: str, on: date) -> bool:
        held = {name for name, (start, end) in given.items() if start <= on < end}
        return is_met(compiled.credentials[key].requires, history.current(on), held, credits_of)

    for day in sorted(set(history.since.values())):
        for key, credential in compiled.credentials.items():
            on = day if credential.kind == "badge" else day + timedelta(days=12)
            if key in waiting or key in given or on > today or not (is_due(key, day) and is_due(key, on)):
                continue
            if numbers.random() < share_left:
                waiting.add(key)
            else:
                months = credential.validity_months
                given[key] = on, date.max if months is None else add_months(on, months)
    return sorted(((key, start) for key, (start, _) in given.items()), key=lambda pair: pair[1])


def _choose(compiled: CompiledProgram, history: History, traits: Traits, numbers: Random) -> str:
    """Take one of the first few ready ones, of those that an aim needs when there are any."""
    ready = ready_ids(compiled, set(history.until))
    wanted = {key for aim in traits.aims for key in compiled.ids_of(compiled.scope_bits(aim))}
    first = [key for key in ready if key in wanted] or list(ready)
    return numbers.choice(first[:4])


def _bring(
    compiled: CompiledProgram, history: History, key: str, traits: Traits, kind: str, back: int, numbers: Random
) -> None:
    if kind == "transfer":
        day = _working_day(traits.start - timedelta(days=back))
        history.events.append(Event(key, day, kind))
        _keep(compiled, history, key, day)
    else:
        _master(compiled, history, key, traits.start + timedelta(days=14), traits.assessors, numbers, kind=kind)


def _master(
    compiled: CompiledProgram,
    history: History,
    key: str,
    day: date,
    assessors: Sequence[UUID],
    numbers: Random,
    *,
    kind: str = "assessment",
) -> None:
    """Add the decisions that make mastery by the rule, the last of them on the day, now and then after a ``not_yet``."""
    competency = compiled.competencies[key]
    rule, rubric = _rule(compiled, competency)
    day = _working_day(_possible(compiled, history, key, day))
    needed = max(rule.assessors, rule.days)
    before = day - timedelta(days=7 * needed)
    if kind == "assessment" and numbers.random() < 0.16 and before > _opened(compiled, history, key):
        history.events.append(_not_yet(compiled, key, before, assessors, numbers))
    who = numbers.sample(list(assessors), k=min(needed, len(assessors)))
    for turn in range(needed):
        on = _working_day(day - timedelta(days=(needed - 1 - turn) * 3)) if rule.days > 1 else day
        history.events.append(
            Event(
                key,
                on,
                kind,
                level=numbers.choice(_levels(rule, rubric)),
                assessor=who[turn % len(who)] if rule.assessors > 1 else who[0],
                feedback=numbers.choice(MET) if numbers.random() < 0.4 else None,
                done_before=numbers.randint(0, 5),
            )
        )
    _keep(compiled, history, key, day)


def _opened(compiled: CompiledProgram, history: History, key: str) -> date:
    """Return the day on which every prerequisite group was met for the first time."""
    groups = compiled.competencies[key].prerequisites
    return max((min(history.since[one] for one in group if one in history.since) for group in groups), default=date.min)


def _possible(compiled: CompiledProgram, history: History, key: str, day: date) -> date:
    """Return the day, or the first after it on which all decisions fit behind the prerequisites."""
    rule, _ = _rule(compiled, compiled.competencies[key])
    return max(day, _opened(compiled, history, key) + timedelta(days=5 * (rule.days - 1)))


def _keep(compiled: CompiledProgram, history: History, key: str, day: date) -> None:
    months = compiled.competencies[key].validity_months
    history.since[key] = day
    history.until[key] = date.max if months is None else add_months(day, months)


def _not_yet(compiled: CompiledProgram, key: str, day: date, assessors: Sequence[UUID], numbers: Random) -> Event:
    _, rubric = _rule(compiled, compiled.competencies[key])
    level = rubric.levels[0].id if rubric is not None else None
    return Event(
        key,
        _working_day(day),
        "assessment",
        "not_yet",
        level,
        numbers.choice(list(assessors)),
        numbers.choice(NOT_YET),
        2,
    )


def _rule(compiled: CompiledProgram, competency: Competency) -> tuple[MasteryRule, Rubric | None]:
    return competency.mastery or compiled.program.mastery, competency.rubric or compiled.program.rubric


def _levels(rule: MasteryRule, rubric: Rubric | None) -> list[str | None]:
    if rubric is None:
        return [None]
    ids = [level.id for level in rubric.levels]
    counting = ids[ids.index(rule.level or rubric.counts_from) :]
    return [counting[0], counting[0], *counting]


def _working_day(day: date) -> date:
    """Return the day, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - 4))
