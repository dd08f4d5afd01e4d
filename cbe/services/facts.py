"""What decisions, awards and waiting evidence say of one learner today: all that states and plans follow from.

The plans themselves are ``progress``'s; how decisions become standing is ``decisions``'s; other days are ``looking_back``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from cbe.domain.graph import CompiledProgram
from cbe.domain.mastery import Standing, TowardsRule, latest_today, towards_rule
from cbe.domain.progress import State, StateReason, explain_state, states
from cbe.store import deriving, evidence

from .grounds import award_standing
from .programs import compiled_version

__all__ = ["Facts", "facts_from", "facts_of", "towards_mastery"]

PLANNER = 2
"""Raise when the planner's answers change, so that kept ones are made anew."""


@dataclass(frozen=True)
class Facts:
    """One learner on one day; ``provisional`` are the competencies whose newest judgement can still be undone."""

    version_id: UUID
    compiled: CompiledProgram
    standing: dict[str, Standing]
    mastered: frozenset[str]
    expired: frozenset[str]
    returned: frozenset[str]
    in_review: frozenset[str]
    provisional: frozenset[str]
    held: frozenset[str]
    withheld: frozenset[str]

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

    @property
    def key(self) -> str:
        """The digest under which the plans that follow from these facts are kept."""
        sets = (self.mastered, self.expired, self.held, self.withheld)
        facts = [PLANNER, str(self.version_id), *(sorted(keys) for keys in sets)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def facts_of(enrolment_id: UUID, version_id: UUID, today: date, now: datetime) -> Facts:
    """Return what is true of a learner today, from the standing that is kept; four queries."""
    kept = deriving.standing_of([enrolment_id]).get(enrolment_id, {})
    held, withheld = award_standing(enrolment_id, today)
    return facts_from(
        version_id,
        compiled_version(version_id),
        kept,
        in_review=frozenset(evidence.in_review([enrolment_id]).get(enrolment_id, ())),
        held=held,
        withheld=withheld,
        today=today,
        now=now,
    )


def facts_from(
    version_id: UUID,
    compiled: CompiledProgram,
    standing: Mapping[str, Standing],
    *,
    in_review: frozenset[str],
    held: frozenset[str],
    withheld: frozenset[str],
    today: date,
    now: datetime,
) -> Facts:
    """Return what follows on a day and at a moment from standing, evidence that waits and awards."""
    rows = {key: standing[key] for key in sorted(standing) if key in compiled.competencies}
    had = {key for key, row in rows.items() if row.mastered_on is not None}
    expired = frozenset(key for key in had if (end := rows[key].expires_on) is not None and end <= today)
    mastered = frozenset(had - expired)
    return Facts(
        version_id=version_id,
        compiled=compiled,
        standing=rows,
        mastered=mastered,
        expired=expired,
        returned=frozenset(key for key, row in rows.items() if row.returned_on is not None and key not in mastered),
        in_review=in_review,
        provisional=frozenset(key for key, row in rows.items() if row.settles_at is not None and row.settles_at > now),
        held=held,
        withheld=withheld,
    )


def towards_mastery(facts: Facts, enrolment_id: UUID, competency: str, now: datetime) -> TowardsRule | None:
    """Return how far a learner is towards (new) mastery where the rule wants more than one decision, else None."""
    found = facts.compiled.get_competency(competency)
    rule = found.mastery or facts.compiled.program.mastery
    if rule.assessors == rule.days == 1:
        return None
    decided = deriving.decisions_of([enrolment_id], [competency])
    undone = deriving.taken_back_of([enrolment_id], [competency])
    return towards_rule(
        facts.compiled.program,
        found,
        decided.get(enrolment_id, ()),
        undone.get(enrolment_id, ()),
        on=latest_today(now),
    )
