"""Bringing programs in as documents, freezing drafts as versions, and giving both out again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import Conflict, Invalid, NotFound, Problem
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.lint import micro_credential_findings
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Program, find_problems, parse_program
from cbe.interop.program_file import load_program, write_program_document
from cbe.store import drafts, programs
from cbe.store.people import names_of
from cbe.store.programs import ProgramRow, VersionRow
from cbe.store.publishing import ApprovalRow, newest_approval

from .draft_records import missing_problems
from .drafts import Seen, digest_of, draft_text, put_document, seen_document
from .programs import get_program
from .transaction import Transaction, transaction

__all__ = [
    "Imported",
    "bring_in",
    "check_program",
    "require_import",
    "export_program",
    "import_program",
    "publish_draft",
    "publishing_problems",
]


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

    What the draft was can be had back by undoing; ``Invalid`` where it would be published without what is on somebody's
    record. The same content as the newest version makes no second one. The newest
    version's readers keep theirs.
    """
    document, program = load_program(source)
    return bring_in(actor, document, program, publish=publish, notes=notes, now=now)


def bring_in(
    actor: Actor, document: dict[str, Any], program: Program, *, publish: bool, notes: str = "", now: datetime
) -> Imported:
    """Bring a sound document and the program that it says in, as ``import_program`` does."""
    document.pop("approval", None)  # of another version: what is imported is not approved by that
    require_import(actor, program.id)
    with transaction(actor, now) as tx:
        row = programs.find_program(program.id) or _new_program(tx, program)
        if publish:
            if row.needs_approval:
                raise Conflict(
                    "This program wants a second person's approval. Import it as the draft, and ask for it there."
                )
            missing = missing_problems(row.id, document)
            if missing:
                raise Invalid(missing)
            version, changed = _publish(tx, row, document, notes)
            tx.record("program:publish", program=row.id, version=version.id, digest=version.digest, changed=changed)
        else:
            version, changed = None, put_document(tx, row, document)
            tx.record("program:import", program=row.id, changed=changed)
    return Imported(program.id, version.number if version else None, changed)


def require_import(actor: Actor, key: str) -> ProgramRow | None:
    """Return the program that an import would change, None for a new one; raise when the actor may not do that."""
    existing = programs.find_program(key)
    if existing is None:
        policy.require(actor, "program:create")
    else:
        policy.require(actor, "program:import", Subject(program_id=existing.id))
    return existing


def publish_draft(actor: Actor, key: str, seen: Seen, *, notes: str, now: datetime) -> int:
    """Freeze the draft, as somebody saw it, as the next version; return its number.

    Raises ``Invalid`` with all problems of the draft as a program file, and with what its micro-credentials lack;
    ``Conflict`` when it was changed since it was seen, says the same as the newest version, or wants an approval that it
    does not have.
    """
    get_program(actor, key, "program:publish")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:publish")
        document = seen_document(row, seen)
        problems = publishing_problems(row.id, document)
        if problems:
            raise Invalid(problems)
        digest, newest = digest_of(document), programs.find_version(row.id)
        if newest is not None and newest.digest == digest:
            raise Conflict("The draft says the same as the newest version: there is nothing to publish.")
        asked = newest_approval(row.id)
        approved = asked if asked and (asked.outcome, asked.digest) == ("approved", digest) else None
        if row.needs_approval and approved is None:
            raise Conflict("This program wants a second person's approval before it is published. Ask for it first.")
        version, _ = _publish(tx, row, document, notes.strip(), approved)
        approval = approved.id if approved else None
        tx.record("program:publish", program=row.id, version=version.id, digest=digest, approval=approval)
    return version.number


def publishing_problems(program_id: UUID, document: dict[str, Any]) -> list[Problem]:
    """Return what keeps a draft from being published: problems of the file, else what is missing in it.

    That is what stands on somebody's record, then what its micro-credentials lack.
    """
    problems = find_problems(document)
    if problems:
        return problems
    compiled = compile_program(parse_program(document))
    lacking = [(found.place, found.text) for found in micro_credential_findings(compiled)]
    return [*missing_problems(program_id, document), *lacking]


def export_program(actor: Actor, key: str, *, version: int | None = None) -> str:
    """Return the text of the newest version (else the draft), or of one version, equal to what was imported.

    A version that a second person approved says beside that who did and when, under ``approval``.
    """
    row = get_program(actor, key, "program:export")
    found = programs.find_version(row.id, version)
    if found is not None:
        return found.document if found.approved_at is None else _with_approval(found)
    text = draft_text(row) if version is None else None
    if text is None:
        raise NotFound("Program %(program)s has no version %(version)s.", program=key, version=version)
    return text


def _with_approval(version: VersionRow) -> str:
    people = names_of({one for one in (version.published_by, version.approved_by) if one})
    assert version.approved_at is not None
    approval = {
        "version": version.number,
        "published_by": people.get(version.published_by) if version.published_by else None,
        "published_at": version.published_at.isoformat(timespec="minutes"),
        "approved_by": people.get(version.approved_by) if version.approved_by else None,
        "approved_at": version.approved_at.isoformat(timespec="minutes"),
        "notes": version.notes,
    }
    return write_program_document({**json.loads(version.document), "approval": approval})


def _new_program(tx: Transaction, program: Program) -> ProgramRow:
    title: Any = program.title if isinstance(program.title, str) else dict(program.title)
    row = ProgramRow(
        id=uuid4(), key=program.id, title=json.dumps(title, ensure_ascii=False), is_open=False, created_at=tx.now
    )
    tx.add(row)
    return row


def _publish(
    tx: Transaction, row: ProgramRow, document: dict[str, Any], notes: str, approved: ApprovalRow | None = None
) -> tuple[VersionRow, bool]:
    """Freeze a document as the next version, unless the newest says the same; the draft ends.

    Return the version, and whether it is new.
    """
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
        published_by=tx.actor.account_id,
        approved_by=approved.decided_by if approved else None,
        approved_at=approved.decided_at if approved else None,
    )
    tx.enter(version)
    return version, True
