"""Programs: bringing documents in, freezing them as versions, giving them out again, and the compiled graph of each.

A published version never changes, so what follows from it is kept by its id for as long as the process lives.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import Invalid, NotFound
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Program, Text, parse_program
from cbe.interop.program_file import load_program, write_program_document
from cbe.store import enrolments, programs
from cbe.store.programs import DraftRow, ProgramRow, VersionRow

from .transaction import Transaction, transaction

__all__ = [
    "Imported",
    "ProgramSummary",
    "check_program",
    "compiled_version",
    "export_program",
    "get_program",
    "import_program",
    "list_programs",
    "may_in",
    "newest_version",
    "program_title",
    "set_open",
]

MOST_COMPILED = 32
_compiled: OrderedDict[UUID, CompiledProgram] = OrderedDict()
_compiling = Lock()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the program's key, the version it now is (None while a draft), and whether anything changed."""

    key: str
    version: int | None
    changed: bool


@dataclass(frozen=True, slots=True)
class ProgramSummary:
    """A line about a program: newest version (None while unpublished), whether a draft differs from it, learners by status."""

    id: UUID
    key: str
    title: Text
    version: int | None
    has_draft: bool
    is_open: bool
    learners: dict[str, int]


def check_program(source: bytes | BinaryIO) -> CompiledProgram:
    """Read a program file and compile it; raises ``Invalid`` with all its problems."""
    _, program = load_program(source)
    return compile_program(program)


def import_program(
    actor: Actor, source: bytes | BinaryIO, *, publish: bool, notes: str = "", now: datetime
) -> Imported:
    """Bring a program file in as the draft, or publish it as the next version; nothing changes on any problem.

    The same content as the newest version makes no second one. The newest version's readers keep theirs.
    """
    document, program = load_program(source)
    existing = programs.find_program(program.id)
    if existing is None:
        policy.require(actor, "program:create")
    else:
        policy.require(actor, "program:import", Subject(program_id=existing.id))
    text = write_program_document(document)
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    with transaction(actor, now) as tx:
        row = programs.find_program(program.id) or _new_program(tx, program)
        newest = programs.find_version(row.id)
        same = newest is not None and newest.digest == digest
        if publish:
            changed = not same
            if changed:
                row.title = json.dumps(document["program"]["title"], ensure_ascii=False)
                newest = _publish(tx, row, newest, text, digest, notes)
            draft = programs.find_draft(row.id)
            if draft is not None:
                tx.delete(draft)
        else:
            changed = _put_draft(tx, row, text, digest)
        action, version = ("program:publish", newest) if publish else ("program:import", None)
        tx.record(action, program=row.id, version=version and version.id, digest=digest, changed=changed)
    return Imported(program.id, version.number if version else None, changed)


def export_program(actor: Actor, key: str, *, version: int | None = None) -> str:
    """Return the text of the newest version (else the draft), or of one version, equal to what was imported."""
    row = get_program(actor, key, "program:export")
    found = programs.find_version(row.id, version)
    if found is not None:
        return found.document
    draft = programs.find_draft(row.id) if version is None else None
    if draft is None:
        raise NotFound("Program %(program)s has no version %(version)s.", program=key, version=version)
    return draft.document


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
            row.id, row.key, program_title(row), numbers.get(row.id), row.id in drafts, row.is_open, counts[row.id]
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


def _new_program(tx: Transaction, program: Program) -> ProgramRow:
    title: Any = program.title if isinstance(program.title, str) else dict(program.title)
    row = ProgramRow(
        id=uuid4(), key=program.id, title=json.dumps(title, ensure_ascii=False), is_open=False, created_at=tx.now
    )
    tx.add(row)
    return row


def _publish(
    tx: Transaction, row: ProgramRow, newest: VersionRow | None, text: str, digest: str, notes: str
) -> VersionRow:
    version = VersionRow(
        id=uuid4(),
        program_id=row.id,
        number=newest.number + 1 if newest else 1,
        document=text,
        digest=digest,
        notes=notes,
        published_at=tx.now,
    )
    tx.enter(version)
    return version


def _put_draft(tx: Transaction, row: ProgramRow, text: str, digest: str) -> bool:
    draft = programs.find_draft(row.id)
    if draft is None:
        tx.add(DraftRow(program_id=row.id, document=text, digest=digest, updated_at=tx.now))
        return True
    changed = draft.digest != digest
    draft.document, draft.digest, draft.updated_at = text, digest, tx.now
    return changed


def require_known(known: set[str] | frozenset[str], ids: list[tuple[str, str]], what: str) -> None:
    """Raise ``Invalid`` with every id, given as (place, id), that the program does not have."""
    problems = [(at, f"there is no {what} {key!r} in this program") for at, key in ids if key not in known]
    if problems:
        raise Invalid(problems)
