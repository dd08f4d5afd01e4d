"""Editing the draft of a program: operations of several designers, one after the other, each of which can be undone.

What an operation is and when it fits is ``domain.draft``'s. Freezing a draft as a version is ``programs``'s.

A draft is kept as a document and the operations since, so that an edit costs the same however large the program is.
Each process keeps drafts under their id and the number of the newest operation; what others did since is put on when it
is looked at (docs/decisions/0010).
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID, uuid5

from cbe.domain.draft import (
    Change,
    Clash,
    Draft,
    Operation,
    insisted,
    inverse,
    new_problems,
    operation_between,
    replayed,
)
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.policy import Actor
from cbe.interop.program_file import write_program_document
from cbe.store import drafts, people, programs
from cbe.store.drafts import OperationRow
from cbe.store.programs import DraftRow, ProgramRow

from .draft_records import record_problems
from .programs import get_program
from .transaction import Transaction, transaction

__all__ = [
    "Clashed",
    "Done",
    "Editing",
    "Seen",
    "digest_of",
    "draft_text",
    "edit",
    "get_editing",
    "list_done",
    "current_document",
    "put_document",
    "redo",
    "seen_document",
    "undo",
]

MOST_KEPT = 16
FOLD_AFTER = 500
"""So many operations are put on a document before it is written anew."""
MOST_UNDONE = 200
"""So many of their newest operations somebody can undo."""
_kept: OrderedDict[UUID, tuple[int, Draft]] = OrderedDict()
_keeping = Lock()

Make = Callable[[Draft], Operation]
"""Makes an operation of the draft that somebody saw."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which draft somebody saw, and after which operation; a form carries it as ``id:number``.

    ``own``: what a form did itself since, that stays open while it saves itself; ``id:number+number…``.
    """

    draft_id: UUID
    revision: int
    own: tuple[int, ...] = ()

    def __str__(self) -> str:
        return "+".join([f"{self.draft_id}:{self.revision}", *map(str, self.own)])

    @classmethod
    def of(cls, text: str) -> Seen:
        """Read what a form carries; raises NotFound for what is none."""
        try:
            key, numbers = text.rsplit(":", 1)
            number, *own = map(int, numbers.split("+"))
            return cls(UUID(key), number, tuple(own))
        except ValueError:
            raise NotFound("This is not the page of a draft. Open the draft again.") from None


@dataclass(frozen=True, slots=True)
class Editing:
    """A draft as somebody sees it: of which program, after which operation, and what they can undo and do again."""

    program_id: UUID
    key: str
    draft: Draft
    seen: Seen
    is_begun: bool
    undoes: int | None
    redoes: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was done: by whom (None: the command line), when, and what it changed."""

    number: int
    what: str
    of: int | None
    by: str | None
    is_own: bool
    changes: Operation
    recorded_at: datetime


class Clashed(Conflict):
    """Somebody changed the same fields since one looked: ``changes`` with what stands there now, and who did it."""

    def __init__(self, clash: Clash, names: dict[tuple[str, str, str], str]) -> None:
        super().__init__("Somebody else changed the same thing meanwhile. Yours was not saved; both are shown.")
        self.changes, self.names = clash.changes, names


def get_editing(actor: Actor, key: str) -> Editing:
    """Return the draft of a program to who may edit it; where none is begun, the newest version, to begin from."""
    program = get_program(actor, key, "program:edit")
    row = programs.find_draft(program.id)
    if row is None:
        draft_id = _beginning(program)
        return Editing(program.id, key, _unbegun(program, draft_id), Seen(draft_id, 0), False, None, None)
    undoes, redoes = _stacks(row.draft_id, actor)
    return Editing(
        program.id, key, _draft_of(row), Seen(row.draft_id, row.revision), True,
        undoes[-1] if undoes else None, redoes[-1] if redoes else None,
    )  # fmt: skip


def edit(
    actor: Actor, key: str, seen: Seen, make: Make, *, over: Seen | None = None,
    settle: Callable[[Operation, Draft], Operation] = insisted, stays: bool = False, what: str = "edit", now: datetime,
) -> Seen:  # fmt: skip
    """Do an operation that is made of the draft somebody saw, on the draft as it is now; return what they see then.

    ``over``: the draft in which they saw what clashed with it; ``settle`` makes of the operation and that draft what they
    want now, theirs all the same or what is left. ``stays``: they stay on the page, which shows nothing new but their own.

    Raises ``Invalid`` with places ``/kind/id/field…`` when it makes something wrong that was not, ``Clashed`` when others
    changed the same fields since, ``Conflict`` when the draft was published since.
    """
    get_program(actor, key, "program:edit")
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "program:edit")
        row = _begun(tx, program, seen)
        current, before = _draft_of(row), row.revision
        operation = make(_draft_at(row, current, seen.revision, seen.own))
        if over is not None and over.draft_id == row.draft_id and seen.revision <= over.revision <= row.revision:
            operation = settle(operation, _draft_at(row, current, over.revision))
        after = _put(tx, row, current, operation, what=what, of=None, since=seen.revision)
    _keep(row.draft_id, row.revision, after)
    if stays:
        return seen if row.revision == before else replace(seen, own=(*seen.own, row.revision))
    return Seen(row.draft_id, row.revision)


def undo(actor: Actor, key: str, *, now: datetime) -> Seen:
    """Undo one's own newest operation. Raises ``Clashed`` where others changed the same since."""
    return _turn(actor, key, "undo", now)


def redo(actor: Actor, key: str, *, now: datetime) -> Seen:
    """Do again what one undid last, unless one did something else since."""
    return _turn(actor, key, "redo", now)


def list_done(actor: Actor, key: str, after: int = 0) -> list[Done]:
    """List what was done on the draft after an operation, newest first, at most two hundred; three queries."""
    program = get_program(actor, key, "program:edit")
    row = programs.find_draft(program.id)
    if row is None:
        return []
    found = drafts.list_operations(row.draft_id, max(after, row.revision - MOST_UNDONE), row.revision)
    names = people.names_of({one.account_id for one in found if one.account_id})
    return [
        Done(
            one.number, one.what, one.of, names.get(one.account_id) if one.account_id else None,
            one.account_id == actor.account_id, _changes(one), one.recorded_at,
        )
        for one in reversed(found)
    ]  # fmt: skip


def _turn(actor: Actor, key: str, what: str, now: datetime) -> Seen:
    get_program(actor, key, "program:edit")
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "program:edit")
        row = programs.find_draft(program.id)
        stack = _stacks(row.draft_id, actor)[what == "redo"] if row else []
        if row is None or not stack:
            raise Conflict(N_("There is nothing to undo.") if what == "undo" else N_("There is nothing to do again."))
        done = drafts.find_operation(row.draft_id, stack[-1])
        assert done is not None
        current = _draft_of(row)
        after = _put(tx, row, current, inverse(_changes(done)), what=what, of=done.number, since=done.number)
    _keep(row.draft_id, row.revision, after)
    return Seen(row.draft_id, row.revision)


def put_document(tx: Transaction, program: ProgramRow, document: dict[str, Any]) -> bool:
    """Make a sound document the draft of a program as part of the caller's change; tell whether that changes anything.

    What was the draft, or what would have begun it, can be had back by undoing.
    """
    row = programs.find_draft(program.id)
    if row is None and programs.find_version(program.id) is None:
        _add(tx, program, uuid5(program.id, "draft"), document)
        return True
    row = row or _add(tx, program, _beginning(program), _first_document(program))
    before, current = row.revision, _draft_of(row)
    operation = operation_between(current, Draft.of_document(document))
    _put(tx, row, current, operation, what="import", of=None, since=row.revision)
    return row.revision != before


def draft_text(program: ProgramRow) -> str | None:
    """Return the text of a program's draft as a file, None where none is begun; for callers who asked whether one may."""
    row = programs.find_draft(program.id)
    if row is None:
        return None
    return row.document if row.folded == row.revision else write_program_document(_draft_of(row).document())


def seen_document(program: ProgramRow, seen: Seen) -> dict[str, Any]:
    """Return the document of the draft that somebody saw; ``Conflict`` when it is another now.

    For callers who asked whether one may.
    """
    row = programs.find_draft(program.id)
    there = Seen(row.draft_id, row.revision) if row else Seen(_beginning(program), 0)
    if seen != there:
        raise Conflict("The draft was changed meanwhile. Look at it again before you go on.")
    return current_document(program)


def current_document(program: ProgramRow) -> dict[str, Any]:
    """Return the document of the draft as it is, of the newest version where none is begun; as ``seen_document``."""
    row = programs.find_draft(program.id)
    return _draft_of(row).document() if row else _first_document(program)


def digest_of(document: dict[str, Any]) -> str:
    """Return the digest of what a document says, however it is written."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _begun(tx: Transaction, program: ProgramRow, seen: Seen) -> DraftRow:
    """Return the draft that somebody saw, begun from the newest version when it is not yet."""
    row = programs.find_draft(program.id)
    if row is None:
        row = _add(tx, program, _beginning(program), _first_document(program))
    if seen.draft_id != row.draft_id or not 0 <= seen.revision <= row.revision:
        raise Conflict("The draft was published meanwhile. Open it again: what you typed is below, to copy.")
    return row


def _add(tx: Transaction, program: ProgramRow, draft_id: UUID, document: dict[str, Any]) -> DraftRow:
    row = DraftRow(
        program_id=program.id, draft_id=draft_id, document=write_program_document(document),
        digest=digest_of(document), folded=0, revision=0, updated_at=tx.now,
    )  # fmt: skip
    tx.add(row)
    return row


def _beginning(program: ProgramRow) -> UUID:
    """Return the id of the draft that begins from the newest version."""
    versions = programs.list_versions([program.id])
    return uuid5(versions[0].id if versions else program.id, "draft")


def _first_document(program: ProgramRow) -> dict[str, Any]:
    """Return the document that a draft begins with: the newest version, or a program with nothing in it."""
    version = programs.find_version(program.id)
    if version is not None:
        document: dict[str, Any] = json.loads(version.document)
        return document
    head = {"id": program.key, "title": json.loads(program.title), "language": "en"}
    return {"format": "cbe-program/1", "program": head, "competencies": [], "credentials": []}


def _put(
    tx: Transaction, row: DraftRow, current: Draft, operation: Operation, *, what: str, of: int | None, since: int
) -> Draft:
    """Put an operation on the draft as part of the caller's change, and return the draft after it."""
    try:
        after, changes = replayed(current, operation)
    except Clash as clash:
        raise Clashed(clash, _who(row, clash, since)) from clash
    problems = [] if what == "import" else new_problems(current, after, changes)
    problems += [] if what == "import" else record_problems(row.program_id, changes)
    if of is not None:  # what was wrong before may come back
        did = _draft_at(row, current, of)
        problems = [one for one in problems if one not in new_problems(did, did.after(operation), operation)]
    if problems:
        raise Invalid(problems)
    if changes:
        row.revision, row.updated_at = row.revision + 1, tx.now
        tx.add(
            OperationRow(
                draft_id=row.draft_id, number=row.revision, account_id=tx.actor.account_id, what=what, of=of,
                changes=json.dumps([astuple(one) for one in changes], ensure_ascii=False), recorded_at=tx.now,
            )
        )  # fmt: skip
    if row.revision - row.folded >= FOLD_AFTER:
        document = after.document()
        row.document, row.digest, row.folded = write_program_document(document), digest_of(document), row.revision
    tx.record(f"draft:{what}", program=row.program_id, draft=row.draft_id, number=row.revision, changes=len(changes))
    return after


def _who(row: DraftRow, clash: Clash, since: int) -> dict[tuple[str, str, str], str]:
    """Return who changed each field that does not fit, of those whose name is known."""
    wanted = {(one.kind, one.id, one.field) for one, _ in clash.changes}
    by: dict[tuple[str, str, str], UUID] = {}
    for done in drafts.list_operations(row.draft_id, since, row.revision):
        for one in _changes(done):
            if done.account_id and (one.kind, one.id, one.field) in wanted:
                by[one.kind, one.id, one.field] = done.account_id
    names = people.names_of(set(by.values())) if by else {}
    return {place: names[account] for place, account in by.items() if account in names}


def _stacks(draft_id: UUID, actor: Actor) -> tuple[list[int], list[int]]:
    """Return the numbers of somebody's operations that can be undone, and of those undone that can be done again."""
    undoes: list[int] = []
    redoes: list[int] = []
    for number, what in drafts.list_own_operations(draft_id, actor.account_id, MOST_UNDONE):
        if what == "undo":
            if undoes:
                undoes.pop()
            redoes.append(number)
        else:
            if what == "redo":
                redoes.pop()
            else:
                redoes.clear()
            undoes.append(number)
    return undoes, redoes


def _draft_of(row: DraftRow) -> Draft:
    """Return the draft after its newest operation."""
    with _keeping:
        number, draft = _kept.get(row.draft_id, (-1, None))
    if draft is None or not row.folded <= number <= row.revision:
        number, draft = row.folded, Draft.of_document(json.loads(row.document))
    for done in drafts.list_operations(row.draft_id, number, row.revision):
        draft = draft.after(_changes(done))
    _keep(row.draft_id, row.revision, draft)
    return draft


def _draft_at(row: DraftRow, draft: Draft, revision: int, own: Sequence[int] = ()) -> Draft:
    """Return the draft as it was after an earlier operation, from the draft as it is; with some of those since."""
    since = drafts.list_operations(row.draft_id, revision, row.revision)
    for done in reversed(since):
        draft = draft.after(inverse(_changes(done)))
    for done in since:
        if done.number in own:
            draft = draft.after(_changes(done))
    return draft


def _unbegun(program: ProgramRow, draft_id: UUID) -> Draft:
    """Return the draft that nobody has begun yet."""
    with _keeping:
        number, draft = _kept.get(draft_id, (-1, None))
    if draft is None or number != 0:
        draft = Draft.of_document(_first_document(program))
        _keep(draft_id, 0, draft)
    return draft


def _keep(draft_id: UUID, number: int, draft: Draft) -> None:
    with _keeping:
        _kept[draft_id] = number, draft
        _kept.move_to_end(draft_id)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def _changes(row: OperationRow) -> Operation:
    return tuple(Change(*one) for one in json.loads(row.changes))
