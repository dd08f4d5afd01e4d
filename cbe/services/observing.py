"""What an assessor saw: a session with one learner or a group, each judgement a decision of its own that names it.

The sheet for the field and the lines typed in from it are read here as well; how decisions get on the record is
``sign_off``'s, undoing them ``review``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Forbidden, Invalid, NotFound, Problem, Worded
from cbe.domain.field_codes import COMPETENCY, LEARNER, codes_of, find_coded, is_whole
from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import Judgement, judgement_problems, outcome_at
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import groups, observing, records, settling
from cbe.store.assessing import ObservationRow
from cbe.store.observing import Assessable
from cbe.store.programs import ProgramRow
from cbe.store.queue import Scope
from cbe.store.records import DecisionRow

from .decisions import NewDecision
from .programs import compiled_version, get_program, newest_version, program_title
from .review import undo
from .sign_off import sign_off
from .transaction import transaction

__all__ = [
    "MOST_COMPETENCIES",
    "MOST_LEARNERS",
    "Cell",
    "Grid",
    "GridLearner",
    "Observed",
    "Session",
    "get_grid",
    "get_session",
    "list_places",
    "list_sessions",
    "read_lines",
    "record_session",
    "undo_session",
]

MOST_LEARNERS, MOST_COMPETENCIES = 200, 12
MOST_NOTE = 2_000
ASSESSORS = frozenset({"instructor", "coordinator"})
SETTINGS = ("classroom", "simulation", "workplace", "placement", "online", "community")


@dataclass(frozen=True, slots=True)
class Cell:
    """What was seen of one learner in one competency."""

    enrolment_id: UUID
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Session:
    """When and where it was, and who was there: a group, one learner, or (both None) any of one's own."""

    observed_on: date
    group_id: UUID | None = None
    enrolment_id: UUID | None = None
    setting: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class GridLearner:
    """A row of the grid; ``mastered`` holds what of the columns is mastered and current already."""

    enrolment_id: UUID
    name: str
    code: str
    mastered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """Learners × competencies. ``codes``: competency → its code on a sheet; ``is_cut``: there are more learners."""

    program_key: str
    title: Text
    compiled: CompiledProgram
    learners: list[GridLearner]
    codes: dict[str, str]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Observed:
    """A recorded session: who saw what, and until when it can be undone by the reader (None: no more, or not by them)."""

    observation_id: UUID
    program_key: str
    compiled: CompiledProgram
    assessor: str
    group: str | None
    observed_on: date
    setting: str | None
    note: str
    recorded_at: datetime
    decisions: list[tuple[DecisionRow, str]]
    taken_back: frozenset[UUID]
    undo_until: datetime | None


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


def list_sessions(actor: Actor) -> list[ObservationRow]:
    """List one's newest sessions, at most ten."""
    return list(observing.list_sessions(actor.account_id, 10)) if actor.account_id else []


def get_grid(actor: Actor, program_key: str, session: Session, competencies: Sequence[str], *, today: date) -> Grid:
    """Return the grid of the active learners one may assess; raises ``Invalid`` for unknown or too many competencies."""
    program = _program(actor, program_key)
    compiled = compiled_version(newest_version(program.id, program.key).id)
    problems: list[Problem] = [
        ("/competency", Worded(N_("There is no competency %(competency)s in this program."), competency=key))
        for key in competencies
        if key not in compiled.competencies
    ]
    if len(competencies) > MOST_COMPETENCIES:
        problems.append(("/competency", N_("Choose at most 12 competencies for one session.")))
    if problems:
        raise Invalid(problems)
    rows = _assessable(actor, program, session, today, MOST_LEARNERS + 1)
    shown = rows[:MOST_LEARNERS]
    mastered = _mastered(shown, competencies, today)
    codes = _learner_codes(shown)
    learners = [
        GridLearner(row.enrolment_id, row.name, codes[row.enrolment_id], mastered.get(row.enrolment_id, frozenset()))
        for row in shown
    ]
    return Grid(
        program.key, program_title(program), compiled, learners, codes_of(compiled.ids, COMPETENCY),
        len(rows) > MOST_LEARNERS,
    )  # fmt: skip


def record_session(
    actor: Actor, program_key: str, session: Session, cells: Sequence[Cell], *, today: date, now: datetime
) -> UUID:
    """Put a decision for every cell on its learner's record, all or none, and return the session's id.

    Raises ``Invalid`` with places ``/enrolment id/competency id/field`` (or a field of the session), ``NotFound`` for a
    learner whom one may not assess.
    """
    _program(actor, program_key)
    with transaction(actor, now) as tx:
        program = _program(actor, program_key)
        learners = {row.enrolment_id for row in _assessable(actor, program, session, today, None)}
        if {cell.enrolment_id for cell in cells} - learners:
            raise NotFound("One of these learners is not active, or is not yours to assess.")
        enrolled = observing.list_enrolled(list({cell.enrolment_id for cell in cells}))
        versions = {key: compiled_version(row.version_id) for key, row in enrolled.items()}
        _check(session, cells, versions, today)
        row = ObservationRow(
            id=uuid4(), program_id=program.id, group_id=session.group_id, account_id=actor.account_id,
            observed_on=session.observed_on, setting=session.setting, note=session.note.strip(), recorded_at=now,
        )  # fmt: skip
        tx.add(row)
        role = "coordinator" if "instructor" not in actor.roles[program.id] else "instructor"
        ids = sign_off(
            tx, [(enrolled[cell.enrolment_id], _decision(actor, role, row, cell, today), ()) for cell in cells]
        )
        tx.record("observation:record", observation=row.id, program=program.id, decisions=ids, role=role)
    return row.id


def get_session(actor: Actor, observation_id: UUID, *, now: datetime) -> Observed:
    """Return a session to who observed it and to those who coordinate its program."""
    row = observing.find_observation(observation_id)
    program = observing.find_program_of(row.program_id) if row else None
    if row is None or program is None or not _may_see(actor, row):
        raise NotFound("There is nothing here, or nothing that you may see.")
    found = list(observing.list_observed(observation_id))
    undone = records.list_taken_back(list({one.enrolment_id for one, _ in found}))
    taken_back = frozenset({one.decision_id for one in undone})
    waiting = settling.list_open_of([one.id for one, _ in found], now)
    is_own = row.account_id == actor.account_id
    return Observed(
        row.id,
        program.key,
        compiled_version(newest_version(program.id, program.key).id),
        observing.find_assessor(row.account_id),
        observing.group_name(row.group_id) if row.group_id else None,
        row.observed_on,
        row.setting,
        row.note,
        row.recorded_at,
        found,
        taken_back,
        max(waiting.values()) if waiting and is_own else None,
    )


def undo_session(actor: Actor, observation_id: UUID, *, now: datetime) -> int:
    """Undo everything of a session that still stands, within ten minutes; return how many decisions that were."""
    found = get_session(actor, observation_id, now=now)
    standing = [row.id for row, _ in found.decisions if row.id not in found.taken_back]
    if found.undo_until is None or not standing:
        raise Conflict(
            "The ten minutes are over, or it was undone already. Take decisions back one by one, with a reason."
        )
    undo(actor, standing, now=now)
    return len(standing)


def read_lines(grid: Grid, text: str) -> list[Cell]:
    """Read what was written on a sheet: ``learner code, competency code, level number or x, and words`` a line.

    Raises ``Invalid`` with every problem at ``/lines/3``.
    """
    problems: list[Problem] = []
    cells: dict[tuple[UUID, str], Cell] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _read_line(grid, line.split(None, 3))
        if isinstance(found, Cell):
            key = (found.enrolment_id, found.judgement.competency)
            if key in cells:
                found = N_("This learner and competency stand on an earlier line already.")
            else:
                cells[key] = found
        if isinstance(found, str):
            problems.append((f"/lines/{number}", found))
    if problems:
        raise Invalid(problems)
    return list(cells.values())


def _read_line(grid: Grid, words: list[str]) -> Cell | str:
    if len(words) < 3:
        return N_("Write the learner's code, the competency's code, and the number of the level or x.")
    by_id = {str(one.enrolment_id): one.enrolment_id for one in grid.learners}
    learner, competency = _coded(words[0], by_id), _coded(words[1], grid.compiled.ids)
    if learner is None:
        return Worded(N_("%(code)s is no learner's code on this sheet."), code=words[0][:20])
    if competency is None:
        return Worded(N_("%(code)s is no competency's code of this program."), code=words[1][:20])
    wanted = grid.compiled.competencies[competency]
    rubric = wanted.rubric or grid.compiled.program.rubric
    level, comment = words[2].lower(), words[3].strip() if len(words) > 3 else ""
    if level == "x":
        return Cell(by_id[learner], Judgement(competency, "not_yet", None, comment))
    levels = [one.id for one in rubric.levels] if rubric else [None]
    if not level.isascii() or not level.isdigit() or not 1 <= int(level[:3]) <= len(levels):
        return Worded(N_("%(level)s is no level: write a number from 1 to %(most)s, or x for not yet."), level=level[:20], most=len(levels))  # fmt: skip
    chosen = levels[int(level) - 1]
    outcome = "met" if chosen is None else outcome_at(grid.compiled.program, wanted, chosen)
    return Cell(by_id[learner], Judgement(competency, outcome, chosen, comment))


def _coded(code: str, ids: Iterable[str]) -> str | None:
    found = find_coded(code, ids) if is_whole(code) else []
    return found[0] if len(found) == 1 else None


def _program(actor: Actor, program_key: str) -> ProgramRow:
    program = get_program(actor, program_key)
    policy.require(actor, "queue:read", Subject(program.id))
    return program


def _scope(actor: Actor, today: date) -> Scope:
    assert actor.account_id is not None
    return Scope(
        actor.account_id,
        [key for key, roles in actor.roles.items() if "instructor" in roles],
        [key for key, roles in actor.roles.items() if "coordinator" in roles],
        today,
    )


def _assessable(
    actor: Actor, program: ProgramRow, session: Session, today: date, limit: int | None
) -> list[Assessable]:
    return observing.list_assessable(
        _scope(actor, today), program.id, group_id=session.group_id, enrolment_id=session.enrolment_id, limit=limit
    )


def _learner_codes(rows: Sequence[Assessable]) -> dict[UUID, str]:
    codes = codes_of([str(row.enrolment_id) for row in rows], LEARNER)
    return {row.enrolment_id: codes[str(row.enrolment_id)] for row in rows}


def _mastered(rows: Sequence[Assessable], competencies: Sequence[str], today: date) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {}
    for row in records.list_standing_of([one.enrolment_id for one in rows]):
        is_current = row.mastered_on is not None and (row.expires_on is None or row.expires_on > today)
        if is_current and row.competency in competencies:
            found.setdefault(row.enrolment_id, set()).add(row.competency)
    return {key: frozenset(keys) for key, keys in found.items()}


def _check(session: Session, cells: Sequence[Cell], versions: Mapping[UUID, CompiledProgram], today: date) -> None:
    problems: list[Problem] = []
    if session.observed_on > today:
        problems.append(("/day", N_("This day is in the future. Choose today or a day before.")))
    if session.setting not in (None, *SETTINGS):
        problems.append(("/setting", N_("Choose one of the settings.")))
    if len(session.note) > MOST_NOTE:
        problems.append(("/note", N_("A note has at most 2,000 characters.")))
    if not cells:
        problems.append(("", N_("Tick what you saw: nothing is ticked yet.")))
    if len(cells) > MOST_LEARNERS * MOST_COMPETENCIES:
        problems.append(("", N_("Record at most 200 learners and 12 competencies at once.")))
    for cell in cells:
        compiled, key = versions[cell.enrolment_id], cell.judgement.competency
        at = f"/{cell.enrolment_id}"
        if key not in compiled.competencies:
            problems.append((f"{at}/{key}/outcome", N_("The learner's version of the program does not have it.")))
        else:
            found = judgement_problems(compiled.program, compiled.competencies[key], cell.judgement)
            problems += [(f"{at}{place}", text) for place, text in found]
    if problems:
        raise Invalid(problems)


def _decision(actor: Actor, role: str, row: ObservationRow, cell: Cell, today: date) -> NewDecision:
    judgement = cell.judgement
    return NewDecision(
        competency=judgement.competency,
        kind="assessment",
        decided_on=today,
        activity_on=row.observed_on,
        outcome=judgement.outcome,
        level=judgement.level,
        assessor_id=actor.account_id,
        feedback=judgement.feedback.strip() or None,
        role=role,
        observation_id=row.id,
    )


def _may_see(actor: Actor, row: ObservationRow) -> bool:
    return row.account_id == actor.account_id or policy.may(actor, "queue:coordinate", Subject(row.program_id))
