"""Whom somebody may observe on what: the grid of a session before anything is ticked, and the codes on its sheet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Forbidden, Invalid, Problem, Worded
from cbe.domain.field_codes import COMPETENCY, LEARNER, codes_of
from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import Judgement
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.domain.progress import State
from cbe.store import groups, observing
from cbe.store.observing import Assessable
from cbe.store.programs import ProgramRow
from cbe.store.queue import Scope

from ..cohorts import stands_of
from ..programs import compiled_version, get_program, newest_version, program_title

__all__ = [
    "MOST_COMPETENCIES",
    "MOST_LEARNERS",
    "Cell",
    "Grid",
    "GridLearner",
    "Session",
    "assessable",
    "get_grid",
    "list_coded",
    "list_places",
    "program_of",
    "scope_of",
]

MOST_LEARNERS, MOST_COMPETENCIES = 200, 12
ASSESSORS = frozenset({"instructor", "coordinator"})


@dataclass(frozen=True, slots=True)
class Cell:
    """What was seen of one learner in one competency."""

    enrolment_id: UUID
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Session:
    """When and where it was, and who was there: a group, one learner, or (both None) any of one's own.

    ``key`` is the caller's own: what is recorded under it once is not recorded again.
    """

    observed_on: date
    group_id: UUID | None = None
    enrolment_id: UUID | None = None
    setting: str | None = None
    note: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class GridLearner:
    """A row of the grid: their version, and what of the columns they have mastered or find locked."""

    enrolment_id: UUID
    name: str
    code: str
    compiled: CompiledProgram
    mastered: frozenset[str]
    locked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """Learners × competencies. ``codes``: competency → its code on a sheet; ``is_cut``: there are more learners."""

    program_key: str
    title: Text
    compiled: CompiledProgram
    learners: list[GridLearner]
    codes: dict[str, str]
    is_cut: bool


def list_places(actor: Actor, *, today: date) -> list[tuple[str, Text, list[tuple[UUID, str]]]]:
    """List where one observes: the programs one assesses in, each with the groups one has there (a coordinator: all)."""
    if not policy.may_somewhere(actor, "queue:read"):
        raise Forbidden("You assess in no program. Ask the registrar for the role that may.")
    mine: dict[UUID, list[tuple[UUID, str]]] = {}
    if actor.account_id is not None:
        for row, _, role in groups.list_staffed_groups(actor.account_id, today):
            if role == "instructor":
                mine.setdefault(row.program_id, []).append((row.id, row.name))
    found = []
    for program in observing.list_programs_of([key for key, roles in actor.roles.items() if roles & ASSESSORS]):
        if "coordinator" in actor.roles[program.id]:
            mine[program.id] = [(row.id, row.name) for row in groups.list_groups(program.id)]
        found.append((program.key, program_title(program), mine.get(program.id, [])))
    return found


def get_grid(
    actor: Actor,
    program_key: str,
    session: Session,
    competencies: Sequence[str],
    *,
    enrolment_ids: Collection[UUID] | None = None,
    today: date,
    now: datetime,
) -> Grid:
    """Return the grid of the active learners one may assess, or of those of them that are named.

    Raises ``Invalid`` for unknown competencies, and for too many of them or of named learners.
    """
    program = program_of(actor, program_key)
    compiled = compiled_version(newest_version(program.id, program.key).id)
    problems: list[Problem] = [
        ("/competency", Worded(N_("There is no competency %(competency)s in this program."), competency=key))
        for key in competencies
        if key not in compiled.competencies
    ]
    if len(competencies) > MOST_COMPETENCIES:
        problems.append(("/competency", N_("Choose at most 12 competencies for one session.")))
    if enrolment_ids is not None and len(enrolment_ids) > MOST_LEARNERS:
        problems.append(("/learner", N_("A session has at most 200 learners. Record it in parts.")))
    if problems:
        raise Invalid(problems)
    rows = assessable(actor, program, session, today, MOST_LEARNERS + 1, enrolment_ids)
    shown = rows[:MOST_LEARNERS]
    learners = _grid_learners(program, shown, competencies, today, now)
    return Grid(
        program.key, program_title(program), compiled, learners, codes_of(compiled.ids, COMPETENCY),
        len(rows) > MOST_LEARNERS,
    )  # fmt: skip


def list_coded(actor: Actor, program_key: str, *, today: date, now: datetime) -> Grid:
    """Return everybody one may assess in a program with their codes, however many they are, for reading a sheet."""
    program = program_of(actor, program_key)
    compiled = compiled_version(newest_version(program.id, program.key).id)
    rows = assessable(actor, program, Session(today), today, None)
    learners = _grid_learners(program, rows, (), today, now)
    return Grid(program.key, program_title(program), compiled, learners, codes_of(compiled.ids, COMPETENCY), False)


def program_of(actor: Actor, program_key: str) -> ProgramRow:
    """Return a program in which the actor assesses, or raise."""
    program = get_program(actor, program_key)
    policy.require(actor, "queue:read", Subject(program.id))
    return program


def scope_of(actor: Actor, today: date) -> Scope:
    """Say whose evidence the actor may assess, for questions to the store."""
    assert actor.account_id is not None
    return Scope(
        actor.account_id,
        [key for key, roles in actor.roles.items() if "instructor" in roles],
        [key for key, roles in actor.roles.items() if "coordinator" in roles],
        today,
    )


def assessable(
    actor: Actor,
    program: ProgramRow,
    session: Session,
    today: date,
    limit: int | None,
    enrolment_ids: Collection[UUID] | None = None,
) -> list[Assessable]:
    """List the active learners of a session whom the actor may assess, or those of them that are named."""
    one = session.enrolment_id
    ids = enrolment_ids if one is None else [one]
    return observing.list_assessable(
        scope_of(actor, today), program.id, group_id=session.group_id, enrolment_ids=ids, limit=limit
    )


def _grid_learners(
    program: ProgramRow, rows: Sequence[Assessable], competencies: Sequence[str], today: date, now: datetime
) -> list[GridLearner]:
    codes = _learner_codes(rows)
    stands = (
        stands_of(program.id, {row.enrolment_id: row.version_id for row in rows}, today, now) if competencies else {}
    )
    found = []
    for row in rows:
        states = stands[row.enrolment_id].states() if competencies else {}
        mastered, locked = (
            frozenset(key for key in competencies if states.get(key) is state)
            for state in (State.MASTERED, State.LOCKED)
        )
        compiled = compiled_version(row.version_id)
        found.append(GridLearner(row.enrolment_id, row.name, codes[row.enrolment_id], compiled, mastered, locked))
    return found


def _learner_codes(rows: Sequence[Assessable]) -> dict[UUID, str]:
    codes = codes_of([str(row.enrolment_id) for row in rows], LEARNER)
    return {row.enrolment_id: codes[str(row.enrolment_id)] for row in rows}
