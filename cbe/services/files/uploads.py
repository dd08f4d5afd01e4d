"""A file that comes in pieces, so that a broken line or a closed browser loses one piece at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Worded
from cbe.domain.policy import Actor
from cbe.interop.file_kind import clean_name
from cbe.store import files
from cbe.store.blobs import incoming_blobs, piece_key
from cbe.store.database import installation
from cbe.store.evidence import EvidenceRow, UploadRow

from ..transaction import transaction
from .adding import NOTHING, own_draft, put_within, room_for
from .keeping import PIECE, keep, release, remove_pieces
from .receiving import look_at, received, steps_of

__all__ = ["Upload", "begin_upload", "cancel_upload", "complete_upload", "get_upload", "take_piece"]

OTHER_PIECE = N_("Another piece of this file is next. Ask how far it is, and go on from there.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way: so many of its bytes are there."""

    id: UUID
    evidence_id: UUID
    name: str
    size: int
    received: int


def begin_upload(actor: Actor, evidence_id: UUID, name: str, size: int, *, now: datetime) -> Upload:
    """Announce a file for one's draft; another one of that name that was on its way is forgotten."""
    own_draft(actor, evidence_id)
    limits, name = installation().files, clean_name(name)
    if not 0 < size <= limits.most_bytes:
        raise Invalid(
            [("/size", Worded("A file has at least one byte and at most %(most)s MB.", most=limits.most_bytes >> 20))]
        )
    with transaction(actor, now) as tx:
        row = own_draft(actor, evidence_id)
        old = [(one.id, one.size) for one in files.list_uploads(row.id, name)]
        files.drop_uploads([upload_id for upload_id, _ in old])
        room_for(row, size)
        upload = UploadRow(
            id=uuid4(), evidence_id=row.id, name=name, size=size, received=0, created_at=now, touched_at=now
        )
        tx.add(upload)
        tx.record("file:announce", evidence=row.id, upload=upload.id, size=size)
    remove_pieces(old)
    return _told(upload)


def get_upload(actor: Actor, upload_id: UUID) -> Upload:
    """Return how far a file of one's draft has come."""
    return _told(_own(actor, upload_id)[0])


def take_piece(actor: Actor, upload_id: UUID, offset: int, steps: Iterable[bytes], *, now: datetime) -> Upload:
    """Put down the piece of a file that begins at a byte; all but the last have ``PIECE`` bytes.

    Raises ``Conflict`` when another piece is the next one: ask for ``received`` and go on there.
    """
    upload, _ = _own(actor, upload_id)
    want = min(PIECE, upload.size - offset)
    if upload.received != offset or want <= 0:
        raise Conflict(OTHER_PIECE)
    with received(steps, want) as piece:
        if piece.size != want:
            raise Invalid([("/piece", Worded("This piece has to have %(size)s bytes.", size=want))])
        with files.receiving(upload_id) as row:
            if row is None or row.received != offset:
                raise Conflict(OTHER_PIECE)
            incoming_blobs().put(piece_key(upload_id, offset), piece.path)
            row.received, row.touched_at = offset + want, now
            return _told(row)


def complete_upload(actor: Actor, upload_id: UUID, *, now: datetime) -> str:
    """Put a file that has come whole into the draft and return its name.

    Raises ``Invalid`` for a kind that is not taken; it is forgotten then.
    """
    upload, _ = _own(actor, upload_id)
    if upload.received != upload.size:
        raise Conflict("This file has not come whole yet.")
    size, name = upload.size, upload.name
    with received(_pieces(upload_id, size), size) as bytes_:
        try:
            seen = look_at(bytes_, name)
            keep(seen.bytes)
            with transaction(actor, now) as tx:
                upload, row = _own(actor, upload_id)
                tx.delete(upload)
                name = put_within(tx, row, seen).name
                tx.record("file:add", evidence=row.id, version=row.version, digests=[seen.bytes.digest])
        except Invalid:
            cancel_upload(actor, upload_id, now=now)
            raise
        finally:
            release([bytes_.digest], now=now)  # when it was not taken after all
    remove_pieces([(upload_id, size)])
    return name


def cancel_upload(actor: Actor, upload_id: UUID, *, now: datetime) -> None:
    """Forget a file on its way."""
    _own(actor, upload_id)
    with transaction(actor, now) as tx:
        upload, row = _own(actor, upload_id)
        size = upload.size
        tx.delete(upload)
        tx.record("file:forget", evidence=row.id, uploads=[upload_id])
    remove_pieces([(upload_id, size)])


def _pieces(upload_id: UUID, size: int) -> Iterator[bytes]:
    for offset in range(0, size, PIECE):
        with incoming_blobs().open(piece_key(upload_id, offset)) as piece:
            yield from steps_of(piece)


def _own(actor: Actor, upload_id: UUID) -> tuple[UploadRow, EvidenceRow]:
    upload = files.find_upload(upload_id)
    if upload is None:
        raise NotFound(NOTHING)
    return upload, own_draft(actor, upload.evidence_id)


def _told(row: UploadRow) -> Upload:
    return Upload(row.id, row.evidence_id, row.name, row.size, row.received)
