"""Throwing away what nobody needs: uploads nobody goes on with, bytes without a row, bytes that were to be destroyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from cbe.domain.policy import SYSTEM
from cbe.store import files
from cbe.store.blobs import evidence_blobs, incoming_blobs, scratch

from ..transaction import transaction
from .keeping import release, remove_pieces

__all__ = ["finish_destroying", "forget_uploads", "remove_orphans"]

DAY = timedelta(days=1)
"""Bytes this young may belong to somebody who is about to name them; it is long only to be sure."""
UPLOAD_KEPT = timedelta(days=2)
BATCH = 200
DIGEST = re.compile("[0-9a-f]{64}")
PIECE_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d+")


def forget_uploads(*, now: datetime) -> int:
    """Forget the files on their way of which nothing came for two days; return how many."""
    if not files.list_stale_uploads(now - UPLOAD_KEPT):
        return 0
    with transaction(SYSTEM, now) as tx:
        stale = files.list_stale_uploads(now - UPLOAD_KEPT)
        gone = [(row.id, row.size) for row in stale]
        for row in stale:
            tx.delete(row)
        tx.record("file:forget", uploads=[upload_id for upload_id, _ in gone])
    remove_pieces(gone)
    return len(gone)


def remove_orphans(*, now: datetime) -> int:
    """Remove bytes that are older than a day and that no row needs; return how many files and pieces went."""
    gone = 0
    for keys in _batches(evidence_blobs().older_than(now - DAY)):
        names = (key.rsplit("/", 1)[-1] for key in keys)
        gone += release([name for name in names if DIGEST.fullmatch(name)], now=now)
    gone += sum(_remove_orphaned_pieces(keys) for keys in _batches(incoming_blobs().older_than(now - DAY)))
    for path in scratch().iterdir():
        if path.stat().st_mtime < (now - DAY).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def finish_destroying(*, now: datetime) -> int:
    """Destroy what was decided to be destroyed and is still there, after a crash say; return how many files went."""
    return release(files.destroyed_digests(), now=now)


def _remove_orphaned_pieces(keys: list[str]) -> int:
    """Remove pieces whose upload is gone; an id is never used again, so nobody need be kept from anything."""
    ids = {key: UUID(found[1]) for key in keys if (found := PIECE_NAME.fullmatch(key))}
    known = files.known_uploads(list(set(ids.values())))
    orphans = [key for key, upload_id in ids.items() if upload_id not in known]
    for key in orphans:
        incoming_blobs().remove(key)
    return len(orphans)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    keys = iter(keys)
    while batch := list(islice(keys, BATCH)):
        yield batch
