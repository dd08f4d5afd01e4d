"""The versions of a program: which there are, who published and approved each, until when they are taught, what differs.

Freezing a draft is ``publishing``'s, what an edit would do to learners ``rehearsal``'s, moving them ``moving``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain.diff import Difference, diff
from cbe.domain.errors import N_, Conflict, Forbidden, Invalid, NotFound, Problem
from cbe.domain.policy import Actor
from cbe.domain.program import Program, parse_program
from cbe.store import enrolments, people, programs, publishing
from cbe.store.programs import ProgramRow
from cbe.store.publishing import ApprovalRow, TeachOutRow

from .drafts import Seen, current_document, digest_of, seen_document
from .notices import tell
from .programs import compiled_version, get_program
from .publishing import publishing_problems
from .transaction import transaction

__all__ = [
    "Approval",
    "Version",
    "ask_approval",
    "decide_approval",
    "draft_problems",
    "get_approval",
    "list_versions",
    "needs_approval",
    "set_needs_approval",
    "set_teach_out",
    "version_difference",
]

MOST_NOTES = 5_000


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: who published and approved it and when, until when it is taught, how many learn in it."""

    id: UUID
    number: int
    notes: str
    published_at: datetime
    published_by: str | None
    approved_by: str | None
    approved_at: datetime | None
    taught_until: date | None
    learners: int


@dataclass(frozen=True, slots=True)
class Approval:
    """What was asked about the draft last, and what was said; ``is_current``: about the draft as it is now."""

    id: UUID
    notes: str
    asked_by: str | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    outcome: str | None
    remark: str
    is_own: bool
    is_current: bool


def list_versions(actor: Actor, key: str) -> list[Version]:
    """List the versions of a program, newest first; five queries."""
    row = get_program(actor, key, "program:edit")
    found = programs.list_versions([row.id])
    names = people.names_of({who for one in found for who in (one.published_by, one.approved_by) if who})
    until = publishing.list_teach_outs([one.id for one in found])
    counts = enrolments.count_in_versions(row.id)
    return [
        Version(
            one.id, one.number, one.notes, one.published_at, names.get(one.published_by) if one.published_by else None,
            names.get(one.approved_by) if one.approved_by else None, one.approved_at, until.get(one.id),
            counts.get(one.id, 0),
        )
        for one in found
    ]  # fmt: skip


def version_difference(actor: Actor, key: str, old: int, new: int | None) -> tuple[Program, Program, Difference]:
    """Return two versions of a program (``new`` None: the draft) and what differs; ``Invalid`` for a draft with problems."""
    row = get_program(actor, key, "program:edit")
    first = _version_program(row, old)
    second = parse_program(current_document(row)) if new is None else _version_program(row, new)
    return first, second, diff(first, second)


def set_teach_out(actor: Actor, key: str, number: int, until: date | None, *, now: datetime) -> None:
    """Say until when a version is taught to those who stay in it, or that there is no such day."""
    get_program(actor, key, "program:publish")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:publish")
        newest, version = programs.find_version(row.id), programs.find_version(row.id, number)
        if version is None or newest is None:
            raise NotFound("Program %(program)s has no version %(version)s.", program=key, version=number)
        if version.id == newest.id and until is not None:
            raise Invalid([("/until", N_("The newest version has no last day: learners are moved to it."))])
        kept = publishing.find_teach_out(version.id)
        if until is None and kept is not None:
            tx.delete(kept)
        elif until is not None and kept is not None:
            kept.until, kept.set_at = until, now
        elif until is not None:
            tx.add(TeachOutRow(version_id=version.id, until=until, set_at=now))
        tx.record("version:teach-out", program=row.id, version=version.id, until=until)


def draft_problems(actor: Actor, key: str) -> list[Problem]:
    """Return what keeps the draft of a program from being published: nothing when it is sound."""
    program = get_program(actor, key, "program:edit")
    return publishing_problems(program.id, current_document(program))


def needs_approval(actor: Actor, key: str) -> bool:
    """Tell whether a second person has to approve a draft before it is published."""
    return get_program(actor, key, "program:edit").needs_approval


def set_needs_approval(actor: Actor, key: str, needs_approval: bool, *, now: datetime) -> None:
    """Ask that a second person approves a draft before it is published, or not."""
    get_program(actor, key, "program:set")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:set")
        row.needs_approval = needs_approval
        tx.record("program:set-approval", program=row.id, needed=needs_approval)


def get_approval(actor: Actor, key: str) -> Approval | None:
    """Return what was asked about the program's draft last, or None."""
    program = get_program(actor, key, "program:edit")
    row = publishing.newest_approval(program.id)
    if row is None:
        return None
    names = people.names_of({one for one in (row.asked_by, row.decided_by) if one})
    return Approval(
        row.id, row.notes, names.get(row.asked_by), row.asked_at, names.get(row.decided_by) if row.decided_by else None,
        row.decided_at, row.outcome, row.remark, row.asked_by == actor.account_id,
        row.digest == digest_of(current_document(program)),
    )  # fmt: skip


def ask_approval(actor: Actor, key: str, seen: Seen, *, notes: str, now: datetime) -> UUID:
    """Ask a second designer to approve the draft as one saw it; those who may are told. Return the request's id."""
    get_program(actor, key, "program:publish")
    if len(notes) > MOST_NOTES:
        raise Invalid([("/notes", N_("Notes have at most 5,000 characters."))])
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "program:publish")
        if actor.account_id is None:
            raise Forbidden("A person asks for approval. Sign in to do so.")
        document = seen_document(program, seen)
        problems = publishing_problems(program.id, document)
        if problems:
            raise Invalid(problems)
        row = ApprovalRow(
            id=uuid4(), program_id=program.id, digest=digest_of(document), notes=notes.strip(), remark="",
            asked_by=actor.account_id, asked_at=now,
        )  # fmt: skip
        tx.add(row)
        others = set(people.list_holders(program.id, "designer", now.date())) - {actor.account_id}
        tell(tx, others, "approval-asked", key=f"approval-asked:{row.id}", program=key)
        tx.record("approval:ask", program=program.id, approval=row.id, digest=row.digest)
    return row.id


def decide_approval(actor: Actor, key: str, approval_id: UUID, outcome: str, remark: str, *, now: datetime) -> None:
    """Approve a draft or decline it, as somebody who did not ask for it; who asked is told."""
    get_program(actor, key, "program:publish")
    if outcome not in ("approved", "declined"):
        raise Invalid([("/outcome", N_("Choose to approve or to decline."))])
    if outcome == "declined" and not remark.strip():
        raise Invalid([("/remark", N_("Say what has to be changed."))])
    if len(remark) > MOST_NOTES:
        raise Invalid([("/remark", N_("Remarks have at most 5,000 characters."))])
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "program:publish")
        row = publishing.newest_approval(program.id)
        if row is None or row.id != approval_id or row.outcome is not None:
            raise Conflict("This was decided already, or asked for anew.")
        if actor.account_id is None or row.asked_by == actor.account_id:
            raise Forbidden("A second person approves: somebody else than who asked.")
        if row.digest != digest_of(current_document(program)):
            raise Conflict("The draft was changed since approval was asked for. It has to be asked for anew.")
        row.outcome, row.remark, row.decided_by, row.decided_at = outcome, remark.strip(), actor.account_id, now
        tell(tx, [row.asked_by], "approval-decided", key=f"approval-decided:{row.id}", program=key)
        tx.record("approval:decide", program=program.id, approval=row.id, outcome=outcome, digest=row.digest)


def _version_program(row: ProgramRow, number: int) -> Program:
    version = programs.find_version(row.id, number)
    if version is None:
        raise NotFound("Program %(program)s has no version %(version)s.", program=row.key, version=number)
    return compiled_version(version.id).program
