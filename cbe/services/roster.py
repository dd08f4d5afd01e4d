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

PAGE = 100
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
    """One learner. ``stuck_since``: the day of the last step while active; the states are of their own version."""

    pace: PaceRow
    stands: Stands
    states: dict[str, State]

    @property
    def enrolment_id(self) -> UUID:
        """Whose it is."""
        return self.pace.enrolment_id

    @property
    def stuck_since(self) -> date | None:
        """The day of the last step, while active."""
        return _stuck_since(self.pace)

    def entered(self, key: str) -> str:
        """Return the kind of what a competency is mastered by when a registrar entered it, else nothing."""
        return self.stands.entered.get(key, "") if self.states.get(key) is State.MASTERED else ""

    def is_provisional(self, key: str) -> bool:
        """Tell whether what a state says can still be undone."""
        return key in self.stands.provisional and self.states.get(key) in (State.MASTERED, State.RETURNED)


SORTS: dict[str, Callable[[PaceRow], Any]] = {
    "name": lambda pace: pace.name.casefold(),
    "mastered": lambda pace: (-pace.mastered, pace.name.casefold()),
    "least": lambda pace: (pace.mastered, pace.name.casefold()),
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
    evidence: list[tuple[EvidenceRow, str, list[str]]] | None
    """Each item with where it stands: ``submitted``, ``returned``, ``decided``, ``draft``, ``withdrawn``."""
    may_assess: bool


def get_roster(actor: Actor, program_key: str, asked: Asked, *, today: date, now: datetime) -> Roster:
    """Return a page of the roster; the queries do not grow with the learners.

    The states of a page are worked out alone, but those of everybody where a state is asked for.
    """
    program = _program(actor, program_key)
    compiled = compiled_version(newest_version(program.id, program.key).id)
    everybody, shown = _paces(actor, program, today), _competencies(compiled, asked)
    found = _found(program, everybody, asked, today)
    if asked.state:
        found = [entry.pace for entry in _entries(program, found, today, now) if _is_in(entry, shown, asked.state)]
    pages = max(1, -(-len(found) // PAGE))
    start = (min(asked.page, pages) - 1) * PAGE
    entries = _entries(program, found[start : start + PAGE], today, now)
    return Roster(
        program.key, program_title(program), compiled, shown, entries,
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
    found = _entries(program, _found(program, _paces(actor, program, today), asked, today), today, now)
    rows = (entry for entry in found if not asked.state or _is_in(entry, shown, asked.state))
    return write_table(head, ([*_line(entry, shown)] for entry in rows))


def get_person(actor: Actor, program_key: str, enrolment_id: UUID, *, today: date, now: datetime) -> Person:
    """Return one learner of a roster to those who may read their record."""
    program = _program(actor, program_key)
    row = enrolments.find_enrolment(enrolment_id)
    if row is None or row.program_id != program.id:
        raise NotFound("There is no such learner in this program.")
    subject = record_subject(actor, row, today)
    policy.require(actor, "record:read", subject)
    pace = next((one for one in _paces(actor, program, today) if one.enrolment_id == enrolment_id), None)
    if pace is None:
        raise NotFound("There is no such learner in this program.")
    items = _items(enrolment_id) if policy.may(actor, "evidence:read", subject) else None
    may_assess = policy.may(actor, "evidence:assess", subject)
    entry = _entries(program, [pace], today, now)[0]
    return Person(program.key, compiled_version(row.version_id), entry, _decisions(enrolment_id), items, may_assess)


def _program(actor: Actor, program_key: str) -> ProgramRow:
    program = get_program(actor, program_key)
    policy.require(actor, "roster:read", Subject(program.id))
    return program


def _paces(actor: Actor, program: ProgramRow, today: date) -> list[PaceRow]:
    assert actor.account_id is not None
    return groups.list_roster_paces(actor.account_id, program.id, actor.roles.get(program.id, ()), today)


def _found(program: ProgramRow, paces: Sequence[PaceRow], asked: Asked, today: date) -> list[PaceRow]:
    members = {key for group, key in groups.list_all_members(program.id) if group == asked.group_id}
    words = asked.search.casefold()
    found = [
        pace
        for pace in paces
        if (asked.group_id is None or pace.enrolment_id in members)
        and words in pace.name.casefold()
        and (not asked.stuck or ((since := _stuck_since(pace)) is not None and (today - since).days >= asked.stuck))
    ]
    return sorted(found, key=SORTS[asked.sort]) if asked.sort in SORTS else found


def _stuck_since(pace: PaceRow) -> date | None:
    return pace.moved_on if pace.status == "active" else None


def _entries(program: ProgramRow, paces: Sequence[PaceRow], today: date, now: datetime) -> list[Entry]:
    stands = stands_of(program.id, {pace.enrolment_id: pace.version_id for pace in paces}, today, now)
    return [Entry(pace, stands[pace.enrolment_id], stands[pace.enrolment_id].states()) for pace in paces]


def _is_in(entry: Entry, shown: Sequence[Competency], state: str) -> bool:
    return any(entry.states.get(one.id) == state for one in shown)


def _competencies(compiled: CompiledProgram, asked: Asked) -> list[Competency]:
    return [one for one in compiled.program.competencies if asked.section in ("", one.section)]


def _line(entry: Entry, shown: Sequence[Competency]) -> Iterator[str]:
    yield from (entry.pace.name, entry.pace.status, str(entry.pace.mastered))
    yield from (day.isoformat() if day else "" for day in (entry.pace.last_on, entry.stuck_since))
    for one in shown:
        kind = entry.entered(one.id)
        yield f"{entry.states[one.id]}:{kind}" if kind else str(entry.states.get(one.id, ""))


def _decisions(enrolment_id: UUID) -> list[tuple[DecisionRow, str | None]]:
    undone = {row.decision_id: row.how for row in records.list_taken_back([enrolment_id])}
    newest = list(reversed(records.list_decisions(enrolment_id)))[:NEWEST]
    return [(row, undone.get(row.id)) for row in newest]


def _items(enrolment_id: UUID) -> list[tuple[EvidenceRow, str, list[str]]]:
    rows = [row for row in evidence.list_evidence(enrolment_id) if row.status != "draft" or row.version > 1]
    outcomes = {one.id: one.outcome for one in records.list_decisions(enrolment_id)}
    keys: dict[UUID, list[str]] = {}
    returned: set[UUID] = set()
    for one in evidence.list_competencies_of([row.id for row in rows]):
        keys.setdefault(one.evidence_id, []).append(one.competency)
        if one.decision_id is not None and outcomes.get(one.decision_id) == "not_yet":
            returned.add(one.evidence_id)
    return [
        (row, "returned" if row.status == "decided" and row.id in returned else row.status, keys.get(row.id, []))
        for row in rows
    ]
