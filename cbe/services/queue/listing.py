"""The queue as a list: what of it is asked for, in which order, and which item comes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import Conflict, Forbidden
from cbe.domain.graph import CompiledProgram
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import evidence, groups, programs, queue, reviewing
from cbe.store.programs import ProgramRow
from cbe.store.queue import Scope, WaitingRow, Wanted

from ..programs import compiled_version, program_title
from ..review import take
from .weights import Weight, weigh

__all__ = ["Line", "QueuePage", "View", "get_summary", "list_queue", "open_next"]

PAGE = 200
MOST_RANKED = 1_000
"""Items whose effect is worked out: those that wait longest."""
TRIES = 20
"""Items that are tried for the next one, when colleagues take them in the same moment."""


@dataclass(frozen=True, slots=True)
class View:
    """What of the queue somebody looks at, and in which order: ``oldest``, ``due``, or ``effect`` for coordinators."""

    program: str = ""
    section: str = ""
    competency: str = ""
    search: str = ""
    learner: UUID | None = None
    group: UUID | None = None
    setting: str = ""
    route: str = ""
    mine: bool = False
    order: str = "oldest"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """An item that waits: what it asks decisions on, since when, until when, and who has it.

    ``weight`` is told to coordinators alone, in the order of effects alone: nobody decides with it before their eyes.
    """

    id: UUID
    enrolment_id: UUID
    learner: str
    program: str
    compiled: CompiledProgram
    competencies: tuple[str, ...]
    submitted_at: datetime
    due_on: date | None
    setting: str | None
    route: str
    taken_by: UUID | None
    taker: str | None
    taken_until: datetime | None
    weight: Weight | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue with what it can be filtered by."""

    view: View
    lines: list[Line]
    total: int
    pages: int
    programs: list[tuple[str, Text]]
    chosen: CompiledProgram | None
    """The program looked at, when it is one: its sections and competencies can be chosen."""
    groups: list[tuple[UUID, str]]
    colleagues: list[tuple[UUID, str]]
    """Whom items can be handed over to; found where that is offered."""
    may_rank: bool
    reached: int = 0
    """In the order of effects: how many learners something would open for."""
    is_cut: bool = False
    """Whether more waits than the effect is worked out for: the rest is in the other orders only."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How much waits for somebody, and since when."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A view against what the actor may see: whose queue it is and what of it is wanted."""

    scope: Scope
    wanted: Wanted
    programs: list[ProgramRow]
    chosen: CompiledProgram | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page with their weights (none but in the order of effects), how many wait and how many are listed."""

    rows: Sequence[WaitingRow]
    total: int
    listed: int
    weights: dict[UUID, Weight] = field(default_factory=dict)
    reached: int = 0


def list_queue(actor: Actor, view: View, *, today: date, now: datetime) -> QueuePage:
    """List what waits for somebody to decide; the number of queries does not grow with it."""
    asked = _ask(actor, view, today)
    may_rank = bool(asked.scope.coordinates)
    view = replace(view, order="oldest") if view.order == "effect" and not may_rank else view
    found = _find(asked, view, now)
    ids = [row.id for row in asked.programs]
    offers = view.mine or may_rank
    return QueuePage(
        view=view,
        lines=_lines(found),
        total=found.total,
        pages=max(1, -(-found.listed // PAGE)),
        programs=[(row.key, program_title(row)) for row in asked.programs],
        chosen=asked.chosen,
        groups=[(row.id, row.name) for row in groups.list_groups_in(ids)],
        colleagues=[one for one in reviewing.list_assessors(ids, today) if one[0] != actor.account_id]
        if offers
        else [],
        may_rank=may_rank,
        reached=found.reached,
        is_cut=view.order == "effect" and found.total > MOST_RANKED,
    )


def get_summary(actor: Actor, *, today: date, now: datetime) -> Summary | None:
    """Return how much waits for somebody and since when, None for those who have no queue; two queries."""
    if not policy.may_somewhere(actor, "queue:read"):
        return None
    scope, wanted = _scope(actor, today), Wanted()
    first = queue.list_waiting(scope, wanted, now, limit=1)
    return Summary(queue.count_waiting(scope, wanted, now) if first else 0, first[0].submitted_at if first else None)


def open_next(actor: Actor, view: View, *, but: Collection[UUID] = (), today: date, now: datetime) -> UUID | None:
    """Take the first item of a view that nobody else has, and return it; None when there is none left."""
    asked = _ask(actor, view, today)
    asked = replace(asked, wanted=replace(asked.wanted, free=True))
    if view.order == "effect" and not asked.scope.coordinates:
        view = replace(view, order="oldest")
    found = _find(asked, replace(view, page=1), now, limit=TRIES + len(but))
    taker = replace(actor, request_key=None)  # the key of the request was used up by what was decided with it
    for row in found.rows:
        if row.evidence_id in but:
            continue
        try:
            take(taker, row.evidence_id, today=today, now=now)
        except Conflict:  # a colleague was quicker
            continue
        return row.evidence_id
    return None


def _ask(actor: Actor, view: View, today: date) -> Asked:
    if not policy.may_somewhere(actor, "queue:read"):
        raise Forbidden("You may not do this. Ask the registrar or an administrator for the role that may.")
    scope = _scope(actor, today)
    if view.order == "effect" and scope.coordinates:
        scope = replace(scope, instructs=())
    mine = {*scope.instructs, *scope.coordinates}
    rows = [row for row in programs.list_programs() if row.id in mine]
    looked_at = [row for row in rows if row.key == view.program] if view.program else rows
    chosen = _newest(looked_at[0]) if len(looked_at) == 1 else None
    return Asked(scope, _wanted(view, chosen), rows, chosen)


def _scope(actor: Actor, today: date) -> Scope:
    assert actor.account_id is not None
    instructs = [key for key, roles in actor.roles.items() if "instructor" in roles]
    coordinates = [key for key in actor.roles if policy.may(actor, "queue:coordinate", Subject(key))]
    return Scope(actor.account_id, instructs, coordinates, today)


def _newest(row: ProgramRow) -> CompiledProgram | None:
    version = programs.find_version(row.id)
    return compiled_version(version.id) if version else None


def _wanted(view: View, chosen: CompiledProgram | None) -> Wanted:
    competencies: set[str] | None = None
    if view.competency:
        competencies = {view.competency}
    elif view.section and chosen is not None:
        competencies = {one.id for one in chosen.program.competencies if one.section == view.section}
    return Wanted(
        program=view.program or None,
        competencies=competencies,
        search=view.search,
        enrolment_id=view.learner,
        group_id=view.group,
        setting=view.setting or None,
        route=view.route or None,
        mine=view.mine,
    )


def _find(asked: Asked, view: View, now: datetime, *, limit: int = PAGE) -> Found:
    start = (view.page - 1) * PAGE
    total = queue.count_waiting(asked.scope, asked.wanted, now)
    if view.order != "effect":
        by_due = view.order == "due"
        page = queue.list_waiting(asked.scope, asked.wanted, now, by_due=by_due, offset=start, limit=limit)
        return Found(page, total, total)
    rows = queue.list_waiting(asked.scope, asked.wanted, now, limit=MOST_RANKED)
    weights = weigh(rows, _judged([row.evidence_id for row in rows]), asked.scope.today)
    reached = {row.enrolment_id for row in rows if any(astuple(weights[row.evidence_id]))}
    ranked = sorted(rows, key=lambda row: (-weights[row.evidence_id].claimable, -weights[row.evidence_id].opens))
    return Found(ranked[start : start + limit], total, len(rows), weights, len(reached))


def _judged(evidence_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return which competencies of these items wait for a decision."""
    found: dict[UUID, list[str]] = {}
    for start in range(0, len(evidence_ids), 500):
        for row in evidence.list_competencies_of(evidence_ids[start : start + 500]):
            if row.decision_id is None:
                found.setdefault(row.evidence_id, []).append(row.competency)
    return found


def _lines(found: Found) -> list[Line]:
    judged = _judged([row.evidence_id for row in found.rows])
    return [
        Line(
            id=row.evidence_id,
            enrolment_id=row.enrolment_id,
            learner=row.learner,
            program=row.program,
            compiled=compiled_version(row.version_id),
            competencies=tuple(judged.get(row.evidence_id, ())),
            submitted_at=row.submitted_at,
            due_on=row.due_on,
            setting=row.setting,
            route=row.route,
            taken_by=row.taken_by,
            taker=row.taker,
            taken_until=row.taken_until,
            weight=found.weights.get(row.evidence_id),
        )
        for row in found.rows
    ]
