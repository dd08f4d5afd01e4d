"""Entering what was decided elsewhere or by rule: transfers from another record, and exceptions, on one learner's record.

A registrar enters them with authority and reason; they are enough alone and settle at once. Many transfers at once are
``mastery_import``'s, assessors' decisions ``review``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, NotFound, Problem, Worded
from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import outcome_at
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Competency, Level
from cbe.store import batches, deriving, enrolments
from cbe.store.enrolments import EnrolmentRow

from .decisions import NewDecision
from .programs import compiled_version
from .sign_off import sign_off
from .transaction import transaction

__all__ = [
    "KINDS",
    "MOST_AUTHORITY",
    "MOST_COMPETENCIES",
    "MOST_REASON",
    "Entry",
    "Opened",
    "check_entry",
    "enter_decisions",
    "open_entry",
]

KINDS = ("transfer", "exception")
MOST_COMPETENCIES = 200
MOST_AUTHORITY = 500
MOST_REASON = 2_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be entered: of which kind, for which competencies, as of which day, by whose authority and why.

    ``reason``: of a transfer, which record it is taken from; of an exception, what is waived or substituted, and why.
    """

    kind: str
    competencies: tuple[str, ...]
    on: date | None
    authority: str
    reason: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The learner on whose record something may be entered, the levels there are, and what is mastered since when."""

    enrolment_id: UUID
    program_key: str
    learner: str
    compiled: CompiledProgram
    levels: tuple[Level, ...]
    mastered: Mapping[str, date]


def open_entry(actor: Actor, program_key: str, enrolment_id: UUID) -> Opened:
    """Return on whose record a registrar may enter decisions; nobody does so on their own."""
    row = _require_enter(actor, enrolment_id)
    if row.program.key != program_key:
        raise NotFound("There is no such learner in this program.")
    compiled = compiled_version(row.version_id)
    levels: dict[str, Level] = {}
    for rubric in (compiled.program.rubric, *(one.rubric for one in compiled.competencies.values())):
        for level in rubric.levels if rubric else ():
            levels.setdefault(level.id, level)
    standing = deriving.standing_of([row.id]).get(row.id, {})
    mastered = {key: one.mastered_on for key, one in standing.items() if one.mastered_on}
    return Opened(row.id, row.program.key, row.account.person.name, compiled, tuple(levels.values()), mastered)


def check_entry(actor: Actor, enrolment_id: UUID, entry: Entry, *, today: date) -> None:
    """Raise ``Invalid`` with every problem of an entry at its field (``/on``, ``/authority`` and so on)."""
    _check(_require_enter(actor, enrolment_id), entry, today)


def enter_decisions(actor: Actor, enrolment_id: UUID, entry: Entry, *, today: date, now: datetime) -> list[UUID]:
    """Enter a transfer or an exception for each competency; return the decisions' ids. All of them or none.

    Raises ``Invalid`` as ``check_entry`` does.
    """
    _require_enter(actor, enrolment_id)
    with transaction(actor, now) as tx:
        row = _require_enter(actor, enrolment_id)
        day = _check(row, entry, today)
        ids = sign_off(tx, [(row, _decision(actor, entry, key, day), ()) for key in entry.competencies])
        tx.record("decision:enter", enrolment=row.id, kind=entry.kind, decisions=ids, role="registrar")
    return ids


def _decision(actor: Actor, entry: Entry, competency: str, day: date) -> NewDecision:
    return NewDecision(
        competency,
        entry.kind,
        day,
        day,
        level=entry.level,
        assessor_id=actor.account_id,
        authority=entry.authority.strip(),
        reason=entry.reason.strip(),
        source_digest=_digest(entry),
        role="registrar",
    )


def _digest(entry: Entry) -> str | None:
    """Return what tells one source from another, so that the same transfer is not entered twice."""
    if entry.kind != "transfer":
        return None
    return hashlib.sha256(f"{entry.authority.strip()}\n{entry.reason.strip()}".encode()).hexdigest()


def _check(row: EnrolmentRow, entry: Entry, today: date) -> date:
    """Return the day, or raise with every problem."""
    compiled, problems = compiled_version(row.version_id), list[Problem]()
    if entry.kind not in KINDS:
        problems.append(("/kind", N_("Choose a transfer or an exception.")))
    if not 0 < len(entry.authority.strip()) <= MOST_AUTHORITY:
        problems.append(("/authority", N_("Say on whose authority, in 1 to 500 characters.")))
    if not 0 < len(entry.reason.strip()) <= MOST_REASON:
        problems.append(("/reason", N_("Say from which record, or why, in 1 to 2,000 characters.")))
    if entry.on is None or entry.on > today:
        problems.append(("/on", N_("Choose the day from which it counts: today or a day before.")))
    if not 0 < len(entry.competencies) <= MOST_COMPETENCIES or set(entry.competencies) - compiled.competencies.keys():
        problems.append(("/competency", Worded(N_("Tick 1 to %(most)s competencies."), most=MOST_COMPETENCIES)))
    else:
        problems += _level_problems(compiled, [compiled.competencies[key] for key in entry.competencies], entry.level)
    if row.status in ("applied", "withdrawn"):
        problems.append(("", N_("This person does not learn in the program now.")))
    if not problems:
        problems = _known(row, entry)
    if problems or entry.on is None:
        raise Invalid(problems)
    return entry.on


def _level_problems(compiled: CompiledProgram, competencies: list[Competency], level: str | None) -> list[Problem]:
    if level is None:
        return []
    for one in competencies:
        rubric = one.rubric or compiled.program.rubric
        if rubric is None or level not in {step.id for step in rubric.levels}:
            return [("/level", Worded(N_("There is no such level for %(competency)s."), competency=one.code or one.id))]
        if outcome_at(compiled.program, one, level) != "met":
            return [
                ("/level", Worded(N_("This level does not count for %(competency)s."), competency=one.code or one.id))
            ]
    return []


def _known(row: EnrolmentRow, entry: Entry) -> list[Problem]:
    known = batches.list_transfers([row.id]) if entry.kind == "transfer" else set()
    if any((row.id, key, entry.on, _digest(entry)) in known for key in entry.competencies):
        return [
            ("/reason", N_("This very record has been entered already: same competency, day, authority and source."))
        ]
    return []


def _require_enter(actor: Actor, enrolment_id: UUID) -> EnrolmentRow:
    row = enrolments.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "decision:enter", Subject(row.program_id, row.account_id))
    return row
