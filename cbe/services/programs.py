"""Programs: which there are, who may do what in them, and the compiled graph of every version.

Bringing documents in and freezing them as versions is ``publishing``'s, editing a draft ``drafts``'s.

A published version never changes, so what follows from it is kept by its id for as long as the process lives.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import Invalid, NotFound
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Competency, Credential, Text, parse_program
from cbe.store import enrolments, programs
from cbe.store.programs import ProgramRow, VersionRow

from .transaction import transaction

__all__ = [
    "ProgramSummary",
    "compiled_version",
    "get_program",
    "known_competencies",
    "known_credentials",
    "list_programs",
    "may_in",
    "newest_version",
    "program_title",
    "set_open",
]

Thing = TypeVar("Thing", Competency, Credential)
MOST_COMPILED = 32
_compiled: OrderedDict[UUID, CompiledProgram] = OrderedDict()
_compiling = Lock()


@dataclass(frozen=True, slots=True)
class ProgramSummary:
    """A line about a program: newest version (None while unpublished), whether a draft differs from it, learners by status."""

    id: UUID
    key: str
    title: Text
    version: int | None
    has_draft: bool
    is_open: bool
    is_public: bool
    learners: dict[str, int]


def get_program(actor: Actor, key: str, action: str = "program:read") -> ProgramRow:
    """Return the program with this key when the actor may do this to it; ``NotFound`` or ``Forbidden`` otherwise."""
    row = programs.find_program(key)
    if row is None:
        raise NotFound("There is no program %(program)s.", program=key)
    policy.require(actor, action, Subject(program_id=row.id))
    return row


def may_in(actor: Actor, key: str, actions: Sequence[str]) -> set[str]:
    """Return which of these the actor may do in a program."""
    subject = Subject(program_id=get_program(actor, key).id)
    return {action for action in actions if policy.may(actor, action, subject)}


def list_programs(actor: Actor) -> list[ProgramSummary]:
    """List the programs: all for those who run the installation, for others those they are in and the open ones."""
    policy.require(actor, "program:list")
    rows = [
        row for row in programs.list_programs() if row.is_open or policy.may(actor, "program:read", Subject(row.id))
    ]
    numbers, counts = programs.newest_numbers(), enrolments.count_enrolments([row.id for row in rows])
    drafts = programs.drafted([row.id for row in rows])
    return [
        ProgramSummary(
            row.id,
            row.key,
            program_title(row),
            numbers.get(row.id),
            row.id in drafts,
            row.is_open,
            row.is_public,
            counts[row.id],
        )
        for row in rows
    ]


def program_title(row: ProgramRow) -> Text:
    """Return a program's title as its newest version has it: a string or a map of languages."""
    title: Text = json.loads(row.title)
    return title


def set_open(actor: Actor, key: str, is_open: bool, *, now: datetime) -> None:
    """Let anybody signed in ask to join, or not."""
    row = get_program(actor, key, "program:set")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:set")
        row.is_open = is_open
        tx.record("program:set-open", program=row.id, open=is_open)


def newest_version(program_id: UUID, key: str) -> VersionRow:
    """Return the newest version of a program; ``NotFound`` while nothing is published."""
    version = programs.find_version(program_id)
    if version is None:
        raise NotFound("Program %(program)s is not published yet: publish it first.", program=key)
    return version


def compiled_version(version_id: UUID) -> CompiledProgram:
    """Return a version's compiled graph, made once per process and kept (the newest 32 used)."""
    with _compiling:
        found = _compiled.get(version_id)
        if found is None:
            text = programs.version_document(version_id)
            if text is None:
                raise NotFound("There is no such version.")
            found = compile_program(parse_program(json.loads(text)))
            _compiled[version_id] = found
            if len(_compiled) > MOST_COMPILED:
                _compiled.popitem(last=False)
        else:
            _compiled.move_to_end(version_id)
        return found


def known_competencies(program_id: UUID, version_id: UUID, keys: Iterable[str]) -> dict[str, Competency]:
    """Return these competencies as a version has them; what it does not have, as the newest version that has it.

    Records outlive versions: who is moved keeps decisions and evidence on what their version does not know.
    """
    return _known(program_id, version_id, keys, lambda compiled: compiled.competencies)


def known_credentials(program_id: UUID, version_id: UUID, keys: Iterable[str]) -> dict[str, Credential]:
    """Return these credentials in the same way."""
    return _known(program_id, version_id, keys, lambda compiled: compiled.credentials)


def _known(
    program_id: UUID, version_id: UUID, keys: Iterable[str], of: Callable[[CompiledProgram], Mapping[str, Thing]]
) -> dict[str, Thing]:
    here, wanted = of(compiled_version(version_id)), set(keys)
    found = {key: here[key] for key in wanted & here.keys()}
    if len(found) < len(wanted):
        for version in programs.list_versions([program_id]):
            there = of(compiled_version(version.id))
            found |= {key: there[key] for key in wanted & there.keys() - found.keys()}
    return found


def require_known(known: set[str] | frozenset[str], ids: list[tuple[str, str]], what: str) -> None:
    """Raise ``Invalid`` with every id, given as (place, id), that the program does not have."""
    problems = [(at, f"there is no {what} {key!r} in this program") for at, key in ids if key not in known]
    if problems:
        raise Invalid(problems)
