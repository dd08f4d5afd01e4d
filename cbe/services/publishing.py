"""Bringing programs in as documents, freezing drafts as versions, and giving both out again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import uuid4

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Program
from cbe.interop.program_file import load_program, write_program_document
from cbe.store import drafts, programs
from cbe.store.programs import ProgramRow, VersionRow

from .drafts import digest_of, draft_text, put_document
from .programs import get_program
from .transaction import Transaction, transaction

__all__ = ["Imported", "check_program", "export_program", "import_program"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the program's key, the version it now is (None while a draft), and whether anything changed."""

    key: str
    version: int | None
    changed: bool


def check_program(source: bytes | BinaryIO) -> CompiledProgram:
    """Read a program file and compile it; raises ``Invalid`` with all its problems."""
    _, program = load_program(source)
    return compile_program(program)


def import_program(
    actor: Actor, source: bytes | BinaryIO, *, publish: bool, notes: str = "", now: datetime
) -> Imported:
    """Bring a program file in as the draft, or publish it as the next version; nothing changes on any problem.

    What the draft was can be had back by undoing. The same content as the newest version makes no second one. The newest
    version's readers keep theirs.
    """
    document, program = load_program(source)
    existing = programs.find_program(program.id)
    if existing is None:
        policy.require(actor, "program:create")
    else:
        policy.require(actor, "program:import", Subject(program_id=existing.id))
    with transaction(actor, now) as tx:
        row = programs.find_program(program.id) or _new_program(tx, program)
        if publish:
            version, changed = _publish(tx, row, document, notes)
            tx.record("program:publish", program=row.id, version=version.id, digest=version.digest, changed=changed)
        else:
            version, changed = None, put_document(tx, row, document)
            tx.record("program:import", program=row.id, changed=changed)
    return Imported(program.id, version.number if version else None, changed)


def export_program(actor: Actor, key: str, *, version: int | None = None) -> str:
    """Return the text of the newest version (else the draft), or of one version, equal to what was imported."""
    row = get_program(actor, key, "program:export")
    found = programs.find_version(row.id, version)
    if found is not None:
        return found.document
    text = draft_text(row) if version is None else None
    if text is None:
        raise NotFound("Program %(program)s has no version %(version)s.", program=key, version=version)
    return text


def _new_program(tx: Transaction, program: Program) -> ProgramRow:
    title: Any = program.title if isinstance(program.title, str) else dict(program.title)
    row = ProgramRow(
        id=uuid4(), key=program.id, title=json.dumps(title, ensure_ascii=False), is_open=False, created_at=tx.now
    )
    tx.add(row)
    return row


def _publish(tx: Transaction, row: ProgramRow, document: dict[str, Any], notes: str) -> tuple[VersionRow, bool]:
    """Freeze a document as the next version, unless the newest says the same; the draft ends. Return it, and whether it is new."""
    digest, newest = digest_of(document), programs.find_version(row.id)
    draft = programs.find_draft(row.id)
    if draft is not None:
        drafts.end_draft(draft)
    if newest is not None and newest.digest == digest:
        return newest, False
    row.title = json.dumps(document["program"]["title"], ensure_ascii=False)
    version = VersionRow(
        id=uuid4(),
        program_id=row.id,
        number=newest.number + 1 if newest else 1,
        document=write_program_document(document),
        digest=digest,
        notes=notes,
        published_at=tx.now,
    )
    tx.enter(version)
    return version, True
