"""Where many learners of a program stand at once: two questions to the database, however many they are.

One learner with everything that follows is ``facts``'s and ``progress``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cbe.domain.mastery import is_judgement
from cbe.domain.progress import State, states
from cbe.store import cohorts

from .programs import compiled_version

__all__ = ["Stands", "stands_of"]


@dataclass(slots=True)
class Stands:
    """What is true of one learner today; the state of a competency, and whether it is ready, follows from it."""

    version_id: UUID
    mastered: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    in_review: set[str] = field(default_factory=set)
    provisional: set[str] = field(default_factory=set)
    entered: dict[str, str] = field(default_factory=dict)
    """What is mastered by a ``transfer`` or an ``exception``, and by which."""

    def states(self) -> dict[str, State]:
        """Return the state of every competency of the learner's version, in file order."""
        return states(
            compiled_version(self.version_id),
            self.mastered,
            in_review=self.in_review,
            returned=self.returned - self.mastered,
            expired=self.expired,
        )


def stands_of(program_id: UUID, learners: Mapping[UUID, UUID], today: date, now: datetime) -> dict[UUID, Stands]:
    """Return where learners of a program (enrolment → version) stand; who may see them is for the caller to ask."""
    found = {enrolment_id: Stands(version_id) for enrolment_id, version_id in learners.items()}
    for row in cohorts.list_stands(program_id, list(learners)):
        one = found.get(row.enrolment_id)
        if one is None:
            continue
        if row.mastered_on is not None and row.mastered_on <= today:
            is_over = row.expires_on is not None and row.expires_on <= today
            (one.expired if is_over else one.mastered).add(row.competency)
            if row.kind is not None and not is_over and not is_judgement(row.kind):
                one.entered[row.competency] = row.kind
        if row.returned_on is not None:
            one.returned.add(row.competency)
        if row.settles_at is not None and row.settles_at > now:
            one.provisional.add(row.competency)
    for enrolment_id, competency in cohorts.list_waiting_for(program_id, list(learners)):
        if enrolment_id in found:
            found[enrolment_id].in_review.add(competency)
    return found
