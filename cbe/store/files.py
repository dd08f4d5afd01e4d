"""Questions about files of evidence: which rows name which bytes, how much a learner keeps, what is on its way.

The rows are ``evidence``'s, the bytes ``blobs``'s, what was reported ``quarantine``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update

from .database import begin_write, db
from .enrolments import EnrolmentRow
from .evidence import EvidenceFileRow, EvidenceRow, QuarantineRow, UploadRow

__all__ = [
    "close_bytes",
    "destroy_rows",
    "destroyed_digests",
    "drop_uploads",
    "find_file",
    "find_upload",
    "is_reported",
    "kept_digests",
    "known_uploads",
    "list_files_with",
    "has_open_report",
    "list_stale_uploads",
    "list_uploads",
    "open_bytes",
    "receiving",
    "rename_rows",
    "used_bytes",
]

BATCH = 500


def find_file(file_id: UUID) -> EvidenceFileRow | None:
    """Return a file's row, or None."""
    return db.session.get(EvidenceFileRow, file_id)


def find_upload(upload_id: UUID) -> UploadRow | None:
    """Return a file on its way, or None."""
    return db.session.get(UploadRow, upload_id, populate_existing=True)


@contextmanager
def receiving(upload_id: UUID) -> Iterator[UploadRow | None]:
    """Hold the row of a file on its way while a piece of it is put down, and keep what is changed in it.

    The head of the audit trail is not asked for: a piece is nothing that anybody did yet, and others need not wait for it.
    """
    begin_write()
    try:
        query = select(UploadRow).where(UploadRow.id == upload_id).with_for_update()
        yield db.session.scalar(query.execution_options(populate_existing=True))
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def used_bytes(account_id: UUID) -> int:
    """Return how many bytes a learner's files have, in all programs, with what is announced and not whole yet."""
    used = 0
    for row, more in ((EvidenceFileRow, EvidenceFileRow.state != "destroyed"), (UploadRow, UploadRow.size >= 0)):
        query = (
            select(func.coalesce(func.sum(row.size), 0))
            .join(EvidenceRow, EvidenceRow.id == row.evidence_id)
            .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
            .where(EnrolmentRow.account_id == account_id, more)
        )
        used += int(db.session.scalar(query) or 0)
    return used


def list_uploads(evidence_id: UUID, name: str | None = None) -> Sequence[UploadRow]:
    """List the files on their way to an item, or those of one name."""
    query = select(UploadRow).where(UploadRow.evidence_id == evidence_id)
    return db.session.scalars(query if name is None else query.where(UploadRow.name == name)).all()


def drop_uploads(upload_ids: Sequence[UUID]) -> None:
    """Forget these files on their way."""
    db.session.execute(delete(UploadRow).where(UploadRow.id.in_(upload_ids)))


def list_stale_uploads(before: datetime) -> Sequence[UploadRow]:
    """List the files on their way of which nothing came since a moment, a batch of them."""
    return db.session.scalars(select(UploadRow).where(UploadRow.touched_at < before).limit(BATCH)).all()


def known_uploads(upload_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these files are on their way."""
    return set(db.session.scalars(select(UploadRow.id).where(UploadRow.id.in_(upload_ids))))


def list_files_with(digest: str) -> Sequence[EvidenceFileRow]:
    """List every row that names these bytes, whosever it is."""
    return db.session.scalars(select(EvidenceFileRow).where(EvidenceFileRow.digest == digest)).all()


def kept_digests(digests: Sequence[str]) -> set[str]:
    """Return which of these bytes some row still needs."""
    query = select(EvidenceFileRow.digest).where(
        EvidenceFileRow.digest.in_(digests), EvidenceFileRow.state != "destroyed"
    )
    return set(db.session.scalars(query))


def destroyed_digests() -> Sequence[str]:
    """List the bytes that somebody decided to destroy."""
    return db.session.scalars(
        select(EvidenceFileRow.digest).where(EvidenceFileRow.state == "destroyed").distinct()
    ).all()


def close_bytes(digest: str) -> None:
    """Close every file that has these bytes."""
    _set(digest, "ok", state="closed")


def open_bytes(digest: str) -> None:
    """Open every closed file that has these bytes."""
    _set(digest, "closed", state="ok")


def destroy_rows(digest: str) -> int:
    """Let every file that has these bytes be one that was destroyed, its name too; return how many there are."""
    return _set(digest, "closed", state="destroyed", name="")


def rename_rows(digest: str, name: str) -> None:
    """Give every file that has these bytes another name."""
    _set(digest, "closed", name=name)


def is_reported(file_id: UUID) -> bool:
    """Tell whether somebody reported a file, also when that was decided since."""
    return db.session.scalar(select(QuarantineRow.id).where(QuarantineRow.file_id == file_id).limit(1)) is not None


def has_open_report(digest: str) -> bool:
    """Tell whether a file of these bytes was reported and nobody has decided on it yet."""
    query = (
        select(QuarantineRow.id)
        .join(EvidenceFileRow, EvidenceFileRow.id == QuarantineRow.file_id)
        .where(EvidenceFileRow.digest == digest, QuarantineRow.outcome.is_(None))
    )
    return db.session.scalar(query.limit(1)) is not None


def _set(digest: str, was: str, **values: str) -> int:
    statement = (
        update(EvidenceFileRow)
        .where(EvidenceFileRow.digest == digest, EvidenceFileRow.state == was)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount
