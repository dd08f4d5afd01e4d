"""Putting files into a draft and taking them out: by its learner, while it is a draft."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.policy import Actor, Subject
from cbe.interop.file_kind import clean_name
from cbe.store import evidence, files
from cbe.store.database import installation
from cbe.store.evidence import EvidenceFileRow, EvidenceRow

from ..transaction import Transaction, transaction
from .keeping import keep, keep_again, release
from .receiving import ScanFailure, Seen, look_at, received, steps_of

__all__ = ["Added", "add_files", "own_draft", "put_within", "remove_file", "room_for"]

NOTHING = N_("There is nothing here, or nothing that you may see.")
REPORTED = N_("This very file was reported. It stays closed until that is decided, and cannot be added again.")


@dataclass(frozen=True, slots=True)
class Added:
    """The names of files that are in the draft now, and of those that were not taken, each with the reason."""

    names: list[str]
    refused: list[Problem]


def add_files(actor: Actor, evidence_id: UUID, sent: Iterable[tuple[str, IO[bytes]]], *, now: datetime) -> Added:
    """Put files, given as (name, content), into one's draft. What can be taken is; the others are told with their reason.

    Raises ``Conflict`` for what is no draft (any more).
    """
    row = own_draft(actor, evidence_id)
    found = Added([], [])
    with ExitStack() as stack:
        seen = []
        for name, content in sent:
            try:
                room_for(row, 0)
                bytes_ = stack.enter_context(received(steps_of(content), installation().files.most_bytes))
                seen.append(look_at(bytes_, name))
            except (Invalid, ScanFailure) as error:
                found.refused.append((clean_name(name), _reason(error)))
        if seen:
            _add(actor, evidence_id, seen, found, now)
    return found


def _add(actor: Actor, evidence_id: UUID, seen: list[Seen], found: Added, now: datetime) -> None:
    digests = [one.bytes.digest for one in seen]
    try:
        for one in seen:
            keep(one.bytes)
        with transaction(actor, now) as tx:
            row = own_draft(actor, evidence_id)
            for one in seen:
                try:
                    put_within(tx, row, one)
                    found.names.append(one.name)
                except Invalid as error:
                    found.refused.append((one.name, _reason(error)))
            tx.record("file:add", evidence=row.id, version=row.version, digests=digests)
    finally:
        release(digests, now=now)  # what was not taken after all


def remove_file(actor: Actor, file_id: UUID, *, now: datetime) -> UUID:
    """Take a file out of one's draft and return the item's id; in versions handed in before it stays."""
    _own_file(actor, file_id)
    with transaction(actor, now) as tx:
        file, row = _own_file(actor, file_id)
        if file.state == "closed":
            raise Conflict("This file was reported. It stays as it is until that is decided.")
        if file.added_in == row.version and not files.is_reported(file.id):
            tx.delete(file)
        else:
            file.removed_in = row.version
        digest = file.digest
        tx.record("file:remove", evidence=row.id, version=row.version, file=file_id, digest=digest)
    release([digest], now=now)
    return row.id


def own_draft(actor: Actor, evidence_id: UUID) -> EvidenceRow:
    """Return a draft to its learner while they learn; ``Conflict`` when it is not one that changes any more."""
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound(NOTHING)
    policy.require(actor, "evidence:hand-in", Subject(row.enrolment.program_id, row.enrolment.account_id))
    if row.status != "draft":
        raise Conflict("This was handed in already, so its files stay as they are.")
    if row.enrolment.status != "active":
        raise Conflict("Evidence can only be changed while you are active in the program.")
    return row


def put_within(tx: Transaction, row: EvidenceRow, seen: Seen) -> EvidenceFileRow:
    """Put a file that was looked at, and whose bytes are kept, into a draft as part of the caller's change."""
    digest = seen.bytes.digest
    same = files.list_files_with(digest)
    if any(one.state == "closed" for one in same):
        raise Invalid([("", REPORTED)])
    mine = [one for one in same if one.evidence_id == row.id and one.removed_in is None and one.state == "ok"]
    if mine:
        return mine[0]
    room_for(row, seen.bytes.size)
    keep_again(seen.bytes)
    file = EvidenceFileRow(
        id=uuid4(), evidence_id=row.id, digest=digest, size=seen.bytes.size, media_type=seen.media_type, name=seen.name,
        added_in=row.version, state="ok", created_at=tx.now,
    )  # fmt: skip
    tx.add(file)
    return file


def room_for(row: EvidenceRow, size: int) -> None:
    """Raise ``Invalid`` when an item has all the files it may have, or a learner all the bytes."""
    limits = installation().files
    if sum(one.removed_in is None for one in evidence.list_files_of([row.id])) >= limits.most_files:
        raise Invalid([("", Worded("An item has at most %(most)s files.", most=limits.most_files))])
    if files.used_bytes(row.enrolment.account_id) + size > limits.quota:
        raise Invalid(
            [
                (
                    "",
                    Worded(
                        "All your files together may have %(most)s MB, and that is used up.", most=limits.quota >> 20
                    ),
                )
            ]
        )


def _own_file(actor: Actor, file_id: UUID) -> tuple[EvidenceFileRow, EvidenceRow]:
    file = files.find_file(file_id)
    if file is None:
        raise NotFound(NOTHING)
    row = own_draft(actor, file.evidence_id)
    if file.removed_in is not None:
        raise Conflict("This file was taken out already.")
    return file, row


def _reason(error: Invalid | ScanFailure) -> str:
    return error.problems[0][1] if isinstance(error, Invalid) else error.message
