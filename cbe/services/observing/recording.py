"""Recording what an assessor saw in a session, all or nothing; looking at it, and undoing it as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem
from cbe.domain.evidence import SETTINGS, open_routes
from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import judgement_problems
from cbe.domain.mastery import latest_today
from cbe.domain.policy import Actor, Subject
from cbe.store import observing, records, settling
from cbe.store.assessing import ObservationRow
from cbe.store.enrolments import EnrolmentRow
from cbe.store.programs import ProgramRow
from cbe.store.records import DecisionRow

from ..cohorts import stands_of
from ..decisions import NewDecision, too_old
from ..programs import compiled_version, newest_version
from ..review import undo
from ..sign_off import sign_off
from ..transaction import transaction
from .grid import MOST_COMPETENCIES, MOST_LEARNERS, Cell, Session, assessable, program_of, scope_of

__all__ = ["MOST_NOTE", "Observed", "RecordedAlready", "get_session", "list_sessions", "record_session", "undo_session"]

MOST_NOTE = 2_000
LONGEST_AGO = timedelta(days=366)
"""So long ago a session may have been."""


class RecordedAlready(Conflict):
    """This session was recorded before, as ``observation_id``."""

    def __init__(self, observation_id: UUID) -> None:
        super().__init__(N_("This session was recorded already. It was not recorded again."))
        self.observation_id = observation_id


@dataclass(frozen=True, slots=True)
class Observed:
    """A recorded session: who saw what, and until when it can be undone by the reader (None: no more, or not by them).

    ``older_than``: decisions that renew nothing, as the session was no later than the day of the mastery.
    ``hidden`` counts the decisions on learners whose record the reader may not see now.
    """

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
    older_than: dict[UUID, date]
    hidden: int
    undo_until: datetime | None


def list_sessions(actor: Actor) -> list[ObservationRow]:
    """List one's newest sessions, at most ten."""
    return list(observing.list_sessions(actor.account_id, 10)) if actor.account_id else []


def record_session(
    actor: Actor, program_key: str, session: Session, cells: Sequence[Cell], *, today: date, now: datetime
) -> UUID:
    """Put a decision for every cell on its learner's record, all or none, and return the session's id.

    Raises ``Invalid`` with places ``/enrolment id/competency id/field`` (or a field of the session), ``NotFound`` for a
    learner whom one may not assess, ``RecordedAlready`` for a session that was recorded under its key.
    """
    program_of(actor, program_key)
    assert actor.account_id is not None
    key = uuid5(actor.account_id, session.key) if session.key else uuid4()
    with transaction(actor, now) as tx:
        program = program_of(actor, program_key)
        if observing.find_observation(key) is not None:
            raise RecordedAlready(key)
        learners = {row.enrolment_id for row in assessable(actor, program, session, today, None)}
        if {cell.enrolment_id for cell in cells} - learners:
            raise NotFound("One of these learners is not active, or is not yours to assess.")
        enrolled = observing.list_enrolled(list({cell.enrolment_id for cell in cells}))
        versions = {key: compiled_version(row.version_id) for key, row in enrolled.items()}
        _check(session, cells, versions, today)
        kinds = _kinds(program, cells, enrolled, today, now)
        row = ObservationRow(
            id=key, program_id=program.id, group_id=session.group_id, account_id=actor.account_id,
            observed_on=session.observed_on, setting=session.setting, note=session.note.strip(), recorded_at=now,
        )  # fmt: skip
        tx.add(row)
        role = "coordinator" if "instructor" not in actor.roles[program.id] else "instructor"
        decided = [_decision(actor, role, row, one, kind, today) for one, kind in zip(cells, kinds, strict=True)]
        ids = sign_off(tx, [(enrolled[cell.enrolment_id], new, ()) for cell, new in zip(cells, decided, strict=True)])
        tx.record("observation:record", observation=row.id, program=program.id, decisions=ids, role=role)
    return row.id


def get_session(actor: Actor, observation_id: UUID, *, today: date, now: datetime) -> Observed:
    """Return a session to who observed it and to those who coordinate its program.

    Who observed it sees of it the learners who are theirs to assess today.
    """
    row = observing.find_observation(observation_id)
    program = observing.find_program_of(row.program_id) if row else None
    if row is None or program is None or not _may_see(actor, row):
        raise NotFound("There is nothing here, or nothing that you may see.")
    sees_all = policy.may(actor, "queue:coordinate", Subject(program.id))
    found = list(observing.list_observed(observation_id, None if sees_all else scope_of(actor, today)))
    hidden = 0 if sees_all else observing.count_observed(observation_id) - len(found)
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
        _older_than([one for one, _ in found], now),
        hidden,
        max(waiting.values()) if waiting and is_own else None,
    )


def _older_than(made: Sequence[DecisionRow], now: datetime) -> dict[UUID, date]:
    enrolled = observing.list_enrolled(list({one.enrolment_id for one in made}))
    versions = {key: row.version_id for key, row in enrolled.items()}
    return too_old(versions, latest_today(now), competencies={one.competency for one in made})


def undo_session(actor: Actor, observation_id: UUID, *, now: datetime) -> int:
    """Undo everything of a session that still stands, within ten minutes; return how many decisions that were."""
    row = observing.find_observation(observation_id)
    if row is None or not _may_see(actor, row):
        raise NotFound("There is nothing here, or nothing that you may see.")
    made = [one.id for one, _ in observing.list_observed(observation_id, None)]
    open_ones = list(settling.list_open_of(made, now)) if row.account_id == actor.account_id else []
    if not open_ones:
        raise Conflict(
            "The ten minutes are over, or it was undone already. Take decisions back one by one, with a reason."
        )
    undo(actor, open_ones, now=now)
    return len(open_ones)


def _check(
    session: Session,
    cells: Sequence[Cell],
    versions: Mapping[UUID, CompiledProgram],
    today: date,
) -> None:
    problems: list[Problem] = []
    if not today - LONGEST_AGO <= session.observed_on <= today:
        problems.append(("/day", N_("Choose today or a day of the last year.")))
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


def _kinds(
    program: ProgramRow, cells: Sequence[Cell], enrolled: Mapping[UUID, EnrolmentRow], today: date, now: datetime
) -> list[str]:
    """Return the kind of each cell's decision: what is locked takes recognition alone, or nothing, by its gate.

    What is met in this session counts: one cell may open another.
    """
    stands = stands_of(program.id, {key: row.version_id for key, row in enrolled.items()}, today, now)
    met: dict[UUID, set[str]] = {key: set() for key in enrolled}
    for cell in cells:
        if cell.judgement.outcome == "met":
            met[cell.enrolment_id].add(cell.judgement.competency)
    kinds, problems = [], list[Problem]()
    for cell in cells:
        one, key = cell.enrolment_id, cell.judgement.competency
        routes = open_routes(compiled_version(enrolled[one].version_id), stands[one].mastered | met[one] - {key}, key)
        kinds.append("assessment" if "program" in routes else "recognition")
        if not routes:
            is_over = compiled_version(enrolled[one].version_id).competencies[key].archived
            why = (
                N_("It is no longer offered.")
                if is_over
                else N_("Its prerequisites come first: nothing counts before them.")
            )
            problems.append((f"/{one}/{key}/outcome", why))
    if problems:
        raise Invalid(problems)
    return kinds


def _decision(actor: Actor, role: str, row: ObservationRow, cell: Cell, kind: str, today: date) -> NewDecision:
    judgement = cell.judgement
    return NewDecision(
        competency=judgement.competency,
        kind=kind,
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
