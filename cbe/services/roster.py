"""The roster: the learners of a program whose record one may read, and the state each is in, competency by competency.

One learner's own pages are ``progress``'s, what happened on a record is ``history``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.graph import CompiledProgram
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Competency, Text
from cbe.domain.progress import State
from cbe.interop.csv_table import write_table
from cbe.store import enrolments, evidence, groups, records
from cbe.store.evidence import EvidenceRow
from cbe.store.groups import PaceRow
from cbe.store.programs import ProgramRow
from cbe.store.records import DecisionRow

from .cohorts import Stands, stands_of
from .enrolments import record_subject
from .programs import compiled_version, get_program, newest_version, program_title

__all__ = ["PAGE", "SORTS", "Asked", "Entry", "Person", "Roster", "get_person", "get_roster", "roster_table"]

PAGE = 50
NEWEST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a roster is asked for; empty where anything will do. ``stuck`` counts days without a step."""

    group_id: UUID | None = None
    section: str = ""
    state: str = ""
    search: str = ""
    stuck: int = 0
    sort: str = "stuck"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One learner. ``stuck_since``: the day of the last step while active; ``version``: of which the states are."""

    enrolment_id: UUID
    name: str
    status: str
    mastered: int
    last_on: date | None
    stuck_since: date | None
    stands: Stands
    states: dict[str, State]


SORTS: dict[str, Callable[[Entry], Any]] = {
    "name": lambda entry: entry.name.casefold(),
    "mastered": lambda entry: (-entry.mastered, entry.name.casefold()),
    "least": lambda entry: (entry.mastered, entry.name.casefold()),
}
"""What a roster can be sorted by; anything else: who has been without a step for longest comes first."""


@dataclass(frozen=True, slots=True)
class Roster:
    """A page of a roster: learners × the competencies of the newest version (of one section when asked)."""

    program_key: str
    title: Text
    compiled: CompiledProgram
    competencies: list[Competency]
    entries: list[Entry]
    groups: list[tuple[UUID, str]]
    asked: Asked
    pages: int
    total: int
    everybody: int


@dataclass(frozen=True, slots=True)
class Person:
    """One learner of a roster: where they stand by state, what was decided, and their evidence if one may read it.

    Newest first; of the decisions the last twenty, each with how it was taken back (None: it stands).
    """

    program_key: str
    compiled: CompiledProgram
    entry: Entry
    decisions: list[tuple[DecisionRow, str | None]]
    evidence: list[tuple[EvidenceRow, list[str]]] | None
    may_assess: bool


def get_roster(actor: Actor, program_key: str, asked: Asked, *, today: date, now: datetime) -> Roster:
    """Return a page of the roster; the queries do not grow with the learners."""
    program = _program(actor, program_key)
    compiled = compiled_version(newest_version(program.id, program.key).id)
    everybody = _entries(actor, program, today, now)
    shown = _competencies(compiled, asked)
    found = _filtered(program, everybody, shown, asked, today)
    pages = max(1, -(-len(found) // PAGE))
    start = (min(asked.page, pages) - 1) * PAGE
    return Roster(
        program.key, program_title(program), compiled, shown, found[start : start + PAGE],
        [(row.id, row.name) for row in groups.list_groups(program.id)], asked, pages, len(found), len(everybody),
    )  # fmt: skip


def roster_table(actor: Actor, program_key: str, asked: Asked, *, today: date, now: datetime) -> bytes:
    """Return the whole roster that was asked for as CSV: a line per learner, a column per competency, states as codes.

    What is mastered by a transfer or an exception says so: ``mastered:transfer``.
    """
    program = _program(actor, program_key)
    compiled = compiled_version(newest_version(program.id, program.key).id)
    shown = _competencies(compiled, asked)
    head = ["learner", "status", "mastered", "last_progress", "no_step_since", *(one.id for one in shown)]
    found = _filtered(program, _entries(actor, program, today, now), shown, asked, today)
    return write_table(head, ([*_line(entry, shown)] for entry in found))


def get_person(actor: Actor, program_key: str, enrolment_id: UUID, *, today: date, now: datetime) -> Person:
    """Return one learner of a roster to those who may read their record."""
    program = _program(actor, program_key)
    row = enrolments.find_enrolment(enrolment_id)
    if row is None or row.program_id != program.id:
        raise NotFound("There is no such learner in this program.")
    subject = record_subject(actor, row, today)
    policy.require(actor, "record:read", subject)
    entry = next(iter(_entries(actor, program, today, now, only=enrolment_id)), None)
    if entry is None:
        raise NotFound("There is no such learner in this program.")
    items = _items(enrolment_id) if policy.may(actor, "evidence:read", subject) else None
    may_assess = policy.may(actor, "evidence:assess", subject)
    return Person(program.key, compiled_version(row.version_id), entry, _decisions(enrolment_id), items, may_assess)


def _program(actor: Actor, program_key: str) -> ProgramRow:
    program = get_program(actor, program_key)
    policy.require(actor, "roster:read", Subject(program.id))
    return program


def _entries(actor: Actor, program: ProgramRow, today: date, now: datetime, *, only: UUID | None = None) -> list[Entry]:
    assert actor.account_id is not None
    paces = groups.list_roster_paces(actor.account_id, program.id, actor.roles.get(program.id, ()), today)
    paces = [pace for pace in paces if only in (None, pace.enrolment_id)]
    stands = stands_of(program.id, {pace.enrolment_id: pace.version_id for pace in paces}, today, now)
    return [_entry(pace, stands[pace.enrolment_id]) for pace in paces]


def _entry(pace: PaceRow, stands: Stands) -> Entry:
    return Entry(
        pace.enrolment_id,
        pace.name,
        pace.status,
        len(stands.mastered),
        pace.last_on,
        pace.moved_on if pace.status == "active" else None,
        stands,
        stands.states(),
    )


def _competencies(compiled: CompiledProgram, asked: Asked) -> list[Competency]:
    return [one for one in compiled.program.competencies if asked.section in ("", one.section)]


def _filtered(
    program: ProgramRow, entries: Sequence[Entry], shown: Sequence[Competency], asked: Asked, today: date
) -> list[Entry]:
    members = {key for group, key in groups.list_all_members(program.id) if group == asked.group_id}
    keys = [one.id for one in shown]
    words = asked.search.casefold()
    found = [
        entry
        for entry in entries
        if (asked.group_id is None or entry.enrolment_id in members)
        and words in entry.name.casefold()
        and (not asked.state or any(entry.states.get(key) == asked.state for key in keys))
        and (not asked.stuck or (entry.stuck_since is not None and (today - entry.stuck_since).days >= asked.stuck))
    ]
    return sorted(found, key=SORTS[asked.sort]) if asked.sort in SORTS else found


def _line(entry: Entry, shown: Sequence[Competency]) -> Iterator[str]:
    yield from (entry.name, entry.status, str(entry.mastered))
    yield from (day.isoformat() if day else "" for day in (entry.last_on, entry.stuck_since))
    for one in shown:
        kind = entry.stands.entered.get(one.id) if entry.states.get(one.id) is State.MASTERED else None
        yield f"{entry.states[one.id]}:{kind}" if kind else str(entry.states.get(one.id, ""))


def _decisions(enrolment_id: UUID) -> list[tuple[DecisionRow, str | None]]:
    undone = {row.decision_id: row.how for row in records.list_taken_back([enrolment_id])}
    newest = list(reversed(records.list_decisions(enrolment_id)))[:NEWEST]
    return [(row, undone.get(row.id)) for row in newest]


def _items(enrolment_id: UUID) -> list[tuple[EvidenceRow, list[str]]]:
    rows = [row for row in evidence.list_evidence(enrolment_id) if row.status != "draft" or row.version > 1]
    keys: dict[UUID, list[str]] = {}
    for one in evidence.list_competencies_of([row.id for row in rows]):
        keys.setdefault(one.evidence_id, []).append(one.competency)
    return [(row, keys.get(row.id, [])) for row in rows]
