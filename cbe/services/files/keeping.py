"""When bytes come and go: kept before the row that names them, gone once no row needs them.

Whether a row needs bytes is asked while the head of the audit trail is held, as whoever adds a file does before naming its
bytes. So whichever comes second sees what the first did: bytes that somebody is just about to name are either needed
by then, or put again before they are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from cbe.domain.policy import SYSTEM
from cbe.store import files
from cbe.store.blobs import evidence_blobs, incoming_blobs, key_of, piece_key

from ..transaction import transaction
from .receiving import Received

__all__ = ["PIECE", "keep", "keep_again", "release", "remove_pieces"]

PIECE = 1 << 20
"""Bytes of every piece but the last of a file that comes in pieces."""


def keep(bytes_: Received) -> None:
    """Put bytes into the store before the change that names them: it may take long, and nobody shall wait for it."""
    evidence_blobs().put(key_of(bytes_.digest), bytes_.path)


def keep_again(bytes_: Received) -> None:
    """Put bytes again when they went between being kept and being named; the caller holds the head."""
    if not evidence_blobs().has(key_of(bytes_.digest)):
        keep(bytes_)


def release(digests: Collection[str], *, now: datetime) -> int:
    """Destroy those of these bytes that no row needs (any more); return how many files went."""
    store = evidence_blobs()
    there = [digest for digest in set(digests) - files.kept_digests(list(digests)) if store.has(key_of(digest))]
    if not there:
        return 0
    with transaction(SYSTEM, now) as tx:
        gone = sorted(set(there) - files.kept_digests(there))
        for digest in gone:
            store.remove(key_of(digest))
        tx.record("file:destroy", digests=gone)
    return len(gone)


def remove_pieces(uploads: Iterable[tuple[UUID, int]]) -> None:
    """Remove the pieces of files, given as (id, size), that were on their way and whose rows are gone."""
    for upload_id, size in uploads:
        for offset in range(0, size, PIECE):
            incoming_blobs().remove(piece_key(upload_id, offset))
