"""Reading files: the list of an item's, and the bytes of one, for those who may read the item or have it shared with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Gone, NotFound
from cbe.domain.policy import Actor
from cbe.interop.file_kind import ACCEPTED
from cbe.store import evidence, files
from cbe.store.blobs import evidence_blobs, key_of
from cbe.store.database import installation
from cbe.store.evidence import EvidenceFileRow

from ..enrolments import record_subject
from .adding import NOTHING

__all__ = ["File", "OpenFile", "Rules", "list_files", "open_file", "open_shared", "rules"]


@dataclass(frozen=True, slots=True)
class File:
    """A file of an item, in every version from ``added_in`` to the one before ``removed_in``.

    ``state``: ``ok``, ``closed`` (reported, until that is decided), ``destroyed`` (its name too). Of a file that is not
    ``ok`` no name is given.
    """

    id: UUID
    name: str
    size: int
    media_type: str
    state: str
    added_in: int
    removed_in: int | None
    added_at: datetime

    def is_in(self, version: int) -> bool:
        """Tell whether a version of the item has this file."""
        return self.added_in <= version and (self.removed_in is None or version < self.removed_in)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file with its bytes; whoever asked for it closes ``content``."""

    name: str
    size: int
    media_type: str
    digest: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Rules:
    """What files may be added, for the page to say."""

    most_mb: int
    most_files: int
    quota_mb: int
    accepted: str


def rules() -> Rules:
    """Return how large files may be and how many."""
    found = installation().files
    return Rules(found.most_bytes >> 20, found.most_files, found.quota >> 20, ACCEPTED)


def list_files(evidence_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
    """Return the files of items that the caller may read, oldest first, in one query."""
    found: dict[UUID, list[File]] = {evidence_id: [] for evidence_id in evidence_ids}
    for row in evidence.list_files_of(evidence_ids):
        name = row.name if row.state == "ok" else ""
        found[row.evidence_id].append(
            File(row.id, name, row.size, row.media_type, row.state, row.added_in, row.removed_in, row.created_at)
        )
    return found


def open_file(actor: Actor, file_id: UUID, *, today: date) -> OpenFile:
    """Open a file for those who may read its item; one that is closed for data protection only.

    Raises ``Gone`` for a file that is closed or destroyed, ``NotFound`` to everybody else.
    """
    file = files.find_file(file_id)
    row = evidence.find_evidence(file.evidence_id) if file else None
    if file is None or row is None:
        raise NotFound(NOTHING)
    subject = record_subject(actor, row.enrolment, today)
    protects = policy.may(actor, "evidence:quarantine", subject)
    if not (protects and files.has_open_report(file.digest)):
        policy.require(actor, "evidence:read", subject)
        if row.enrolment.account_id != actor.account_id and not _was_handed_in(row.status, row.version, file.added_in):
            raise NotFound(NOTHING)
    return _opened(file, protects=protects)


def open_shared(file_id: UUID) -> OpenFile:
    """Open a file for whom its learner shares it with, as the caller found; ``Gone`` when it is closed or destroyed."""
    file = files.find_file(file_id)
    if file is None:
        raise NotFound(NOTHING)
    return _opened(file, protects=False)


def _opened(file: EvidenceFileRow, *, protects: bool) -> OpenFile:
    if file.state == "destroyed":
        raise Gone(N_("This file was destroyed: it held what nobody may keep."))
    if file.state == "closed" and not protects:
        raise Gone(N_("This file was reported, and is closed until those who see to data protection decide on it."))
    content = evidence_blobs().open(key_of(file.digest))
    return OpenFile(file.name, file.size, file.media_type, file.digest, content)


def _was_handed_in(status: str, version: int, added_in: int) -> bool:
    """Tell whether anybody but the learner may know of a file: not while it is in nothing but a draft."""
    return added_in < version or status != "draft"
