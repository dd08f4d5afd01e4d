"""Deriving everybody anew: what is kept against what decisions say, and mending it.

What is kept and can be derived: the standing of every learner, which decision stands on an item of evidence and whether
the item waits, and what waits for its ten minutes to be over. How standing follows from decisions is ``decisions``'s
alone. Kept plans need no rebuilding: their key names what they follow from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from cbe.domain import policy
from cbe.domain.mastery import Standing, latest_today
from cbe.domain.policy import Actor
from cbe.store import deriving, settling
from cbe.store.deriving import Founded, ItemPart

from .decisions import keep_standing, standings_of
from .transaction import transaction

__all__ = ["Difference", "Rebuilt", "rebuild_records"]

BATCH = 200
"""Learners looked at together: their decisions are all that is in memory at a time."""
NOTHING = Standing(None, None, None)
"""A standing that says nothing, as good as none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something kept that is not what is derived: of a learner, in a competency (None: an item as a whole)."""

    enrolment_id: UUID
    competency: str | None
    field: str
    kept: str | None
    derived: str | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many learners were looked at, and how many differences there were."""

    learners: int
    differences: int


@dataclass
class Look:
    """What a batch of learners showed: the differences, and what has to be kept instead."""

    differences: list[Difference] = field(default_factory=list)
    standing: dict[UUID, dict[str, Standing | None]] = field(default_factory=dict)
    decisions: list[tuple[UUID, str, UUID | None]] = field(default_factory=list)
    statuses: list[tuple[UUID, str, datetime | None]] = field(default_factory=list)
    stale: list[UUID] = field(default_factory=list)

    def mend(self) -> None:
        """Keep what was derived."""
        keep_standing(self.standing)
        for part in self.decisions:
            deriving.set_decision(*part)
        for status in self.statuses:
            deriving.set_status(*status)
        settling.settle_decisions(self.stale)


def rebuild_records(
    actor: Actor,
    *,
    check: bool,
    now: datetime,
    tell: Callable[[Difference], None],
    progress: Callable[[int, int], None] = lambda learners, total: None,
) -> Rebuilt:
    """Derive everybody anew, ``tell`` every difference, and mend it unless this is only a check.

    In batches; one with differences is looked at once more in the transaction that mends it, so that whoever decides
    meanwhile loses nothing. ``progress`` is told how many learners of how many were looked at.
    """
    policy.require(actor, "record:keep")
    learners, differences, total = 0, 0, deriving.count_enrolments()
    for versions in deriving.batches_of_enrolments(BATCH):
        found = _look(versions, now)
        if found.differences and not check:
            found = _mend(actor, versions, now)
        for difference in found.differences:
            tell(difference)
        learners, differences = learners + len(versions), differences + len(found.differences)
        progress(learners, max(learners, total))
    return Rebuilt(learners, differences)


def _mend(actor: Actor, versions: Mapping[UUID, UUID], now: datetime) -> Look:
    with transaction(actor, now) as tx:
        found = _look(versions, now)
        found.mend()
        tx.record("record:rebuild", learners=len(versions), differences=len(found.differences))
    return found


def _look(versions: Mapping[UUID, UUID], now: datetime) -> Look:
    look = Look()
    _look_at_standing(look, versions, latest_today(now))
    _look_at_items(look, list(versions))
    for enrolment_id, competency, decision_id in deriving.list_stale_settlements(list(versions)):
        look.stale.append(decision_id)
        look.differences.append(Difference(enrolment_id, competency, f"settlement of {decision_id}", "waits", None))
    return look


def _look_at_standing(look: Look, versions: Mapping[UUID, UUID], on: date) -> None:
    kept_of, derived_of = deriving.standing_of(list(versions)), standings_of(versions, on)
    for key in versions:
        kept, derived = kept_of.get(key, {}), derived_of[key]
        if kept == derived:
            continue
        for competency in sorted(kept.keys() | derived.keys()):
            before, after = kept.get(competency, NOTHING), derived.get(competency, NOTHING)
            if before == after:
                continue
            look.standing.setdefault(key, {})[competency] = derived.get(competency)
            look.differences += [
                Difference(key, competency, one.name, _word(was), _word(should))
                for one in fields(Standing)
                if (was := getattr(before, one.name)) != (should := getattr(after, one.name))
            ]


def _look_at_items(look: Look, enrolment_ids: list[UUID]) -> None:
    """Compare which decision stands on each competency of an item, and whether the item waits for one.

    ``deriving.founded_on`` says which decisions may. That none is kept where one could stand is no difference: another
    item may be what it was made of. Drafts and what was withdrawn wait for nothing.
    """
    founded = deriving.founded_on(enrolment_ids)
    for evidence_id, group in groupby(deriving.list_item_parts(enrolment_ids), lambda part: part.evidence_id):
        parts = list(group)
        standing: list[UUID | None] = []
        for part in parts:
            able = founded.get((evidence_id, part.competency), {})
            stands = part.decision_id if part.decision_id in able else None
            if part.decision_id is not None and stands is None:
                stands = next(reversed(able), None)
                look.decisions.append((evidence_id, part.competency, stands))
                should = None if stands is None else str(stands)
                look.differences.append(_of_item(part, part.competency, "decision", str(part.decision_id), should))
            standing.append(stands)
        status = "submitted" if None in standing else "decided"
        if parts[0].status in ("submitted", "decided") and status != parts[0].status:
            look.statuses.append((evidence_id, status, _decided_at(parts, standing, founded)))
            look.differences.append(_of_item(parts[0], None, "status", parts[0].status, status))


def _decided_at(parts: list[ItemPart], standing: list[UUID | None], founded: Founded) -> datetime | None:
    """Return when the last of an item's competencies was decided, None while one waits."""
    recorded = [
        founded[part.evidence_id, part.competency][key]
        for part, key in zip(parts, standing, strict=True)
        if key is not None
    ]
    return max(recorded) if len(recorded) == len(parts) else None


def _of_item(part: ItemPart, competency: str | None, what: str, kept: str, derived: str | None) -> Difference:
    return Difference(part.enrolment_id, competency, f"{what} of evidence {part.evidence_id}", kept, derived)


def _word(value: date | datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
