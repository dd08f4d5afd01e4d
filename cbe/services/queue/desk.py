"""One item on the desk of whoever decides on it: what was handed in, what was decided before, what is still asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.graph import CompiledProgram
from cbe.domain.mastery import latest_today
from cbe.domain.policy import Actor
from cbe.domain.program import Competency
from cbe.store import deriving, evidence, people, quarantine, records, reviewing
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import DecisionRow
from cbe.store.reviewing import CitableRow

from ..decisions import too_old
from ..evidence import Item, get_item, subject_of
from ..phrases import Phrase, list_phrases
from ..programs import compiled_version, known_competencies

__all__ = ["Desk", "PastDecision", "get_desk", "past_decisions"]


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that stands or stood: who said what of which competency, and when.

    ``older_than``: the day of the mastery that it does not renew, as what it rests on was done by then.
    """

    id: UUID
    competency: str
    kind: str
    outcome: str
    level: str | None
    assessor: str | None
    decided_on: date
    recorded_at: datetime
    feedback: str | None
    taken_back: str | None
    older_than: date | None


@dataclass(frozen=True, slots=True)
class Desk:
    """An item with all that deciding on it wants.

    ``waiting``: competencies without a decision; ``asked``: all that the item is for, also what the learner's version has no
    more. ``judged``: the decisions that stand on the item. ``past``: the others
    on its competencies, newest first. ``undone``: the feedback of decisions on it that the reader undid, by competency.
    ``renews_after``: competencies with a mastery that expires, each with the day after which something must have been
    done to renew it.
    """

    item: Item
    compiled: CompiledProgram
    waiting: tuple[str, ...]
    asked: Mapping[str, Competency]
    judged: list[PastDecision]
    past: list[PastDecision]
    citable: Sequence[CitableRow]
    phrases: list[Phrase]
    undone: dict[str, str]
    renews_after: dict[str, date]
    is_mine: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.item.status == "submitted" and bool(self.waiting)


def get_desk(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> Desk:
    """Return an item to somebody who may decide on it; looking takes nothing."""
    row = evidence.find_evidence(evidence_id)
    if row is None or actor.account_id is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "evidence:assess", subject_of(actor, row, today))
    item = get_item(actor, evidence_id, today=today, now=now)
    asked = [one.competency for one in item.competencies]
    standing = {one.decision_id for one in item.competencies}
    rows = records.list_decisions(item.enrolment_id, asked)
    past = past_decisions(row.enrolment, rows, now)
    undone = reviewing.list_undone(actor.account_id, item.id, item.version)
    words = quarantine.decision_texts([one.id for one in undone]) if undone else {}
    return Desk(
        item=item,
        compiled=compiled_version(item.version_id),
        waiting=tuple(one.competency for one in item.competencies if one.decision_id is None),
        asked=known_competencies(row.enrolment.program_id, item.version_id, asked),
        judged=[one for one in past if one.id in standing],
        past=[one for one in reversed(past) if one.id not in standing],
        citable=reviewing.list_citable(item.enrolment_id, item.id),
        phrases=list_phrases(actor),
        undone={one.competency: words[one.id].feedback or "" for one in undone if one.id in words},
        renews_after=_renews_after(item.enrolment_id, asked),
        is_mine=item.taken_by is not None and item.taken_by.account_id == actor.account_id,
    )


def past_decisions(enrolment: EnrolmentRow, rows: Sequence[DecisionRow], now: datetime) -> list[PastDecision]:
    """Return decisions on one learner with their words and names, in the order given; at most five queries."""
    texts = quarantine.decision_texts([row.id for row in rows])
    names = people.names_of({row.assessor_id for row in rows if row.assessor_id})
    taken_back = {one.decision_id: one.how for one in records.list_taken_back([enrolment.id])}
    old = too_old(
        {enrolment.id: enrolment.version_id}, latest_today(now), competencies={row.competency for row in rows}
    )
    return [
        PastDecision(
            id=row.id,
            competency=row.competency,
            kind=row.kind,
            outcome=row.outcome,
            level=row.level,
            assessor=names.get(row.assessor_id) if row.assessor_id else None,
            decided_on=row.decided_on,
            recorded_at=row.recorded_at,
            feedback=texts[row.id].feedback if row.id in texts else None,
            taken_back=taken_back.get(row.id),
            older_than=old.get(row.id),
        )
        for row in rows
    ]


def _renews_after(enrolment_id: UUID, competencies: Sequence[str]) -> dict[str, date]:
    found = deriving.standing_of([enrolment_id]).get(enrolment_id, {})
    return {
        key: standing.mastered_on
        for key, standing in found.items()
        if key in competencies and standing.mastered_on and standing.expires_on
    }
