"""What waits behind each item of the queue: what would open and become claimable if all of it were met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cbe.domain.effects import effect_of
from cbe.store import awarding, records
from cbe.store.queue import WaitingRow

from ..grounds import standing_of_awards
from ..programs import compiled_version

__all__ = ["Weight", "weigh"]


@dataclass(frozen=True, slots=True)
class Weight:
    """How many competencies become ready, and how many credentials claimable, once an item's competencies are mastered."""

    opens: int
    claimable: int


def weigh(rows: Sequence[WaitingRow], judged: Mapping[UUID, Sequence[str]], today: date) -> dict[UUID, Weight]:
    """Return what waits behind each of these items; three queries for every 500 learners."""
    enrolment_ids = list(dict.fromkeys(row.enrolment_id for row in rows))
    mastered = _mastered(enrolment_ids, today)
    held = _held(enrolment_ids, today)
    found = {}
    for row in rows:
        before = mastered[row.enrolment_id]
        compiled = compiled_version(row.version_id)
        effect = effect_of(compiled, before, before | set(judged.get(row.evidence_id, ())), *held[row.enrolment_id])
        found[row.evidence_id] = Weight(len(effect.opens), len(effect.claimable))
    return found


def _mastered(enrolment_ids: Sequence[UUID], today: date) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {key: set() for key in enrolment_ids}
    for row in records.list_standing_of(enrolment_ids):
        if row.mastered_on and row.mastered_on <= today and (row.expires_on is None or row.expires_on > today):
            found[row.enrolment_id].add(row.competency)
    return found


def _held(enrolment_ids: Sequence[UUID], today: date) -> dict[UUID, tuple[frozenset[str], frozenset[str]]]:
    awards, events = awarding.list_awards_of(enrolment_ids), awarding.list_events_of(enrolment_ids)
    return {key: standing_of_awards(awards.get(key, ()), events.get(key, ()), today) for key in enrolment_ids}
