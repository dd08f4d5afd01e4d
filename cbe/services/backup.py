"""Everything of this installation in one file, and back: database, evidence, checkpoints, keys and the secret key.

The file is a ZIP: ``manifest.json`` says what is in it with the SHA-256 of every member, tables are JSON lines, and the
archive's comment ends with the SHA-256 of all bytes before it, so that not one bit can change unnoticed. It fits both
databases and every later schema. Making an archive reads one state of the data while others write.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cbe.domain import policy
from cbe.domain.errors import CbeError, Conflict
from cbe.domain.policy import Actor
from cbe.store import copying
from cbe.store.database import DatabaseFailure, installation

from . import checkpoints
from .backup_check import COMMENT, DIGEST, FORMAT, MANIFEST, Archive, open_archive
from .on_disk import created, settle

__all__ = ["Kept", "make_backup", "restore_backup"]

FOLDERS = ("audit", "evidence", "keys")
FILES = ("secret-key",)
NOT_RESTORED = frozenset({"sign_in_session"})
"""Sign-ins that were ended since the copy was made, for a lost device say, must not come back: everybody signs in anew."""
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What an archive holds: rows, files besides the database, and when it was made."""

    rows: int
    files: int
    made_at: datetime


def make_backup(actor: Actor, target: Path, *, now: datetime) -> Kept:
    """Write an archive to ``target``, whole or not at all, readable by its owner only. It replaces an older one."""
    policy.require(actor, "installation:keep")
    draft = target.with_name(f".{target.name}-{secrets.token_hex(8)}")
    try:
        with created(draft) as file:
            kept = _write_archive(file, now)
            _sign(file)
        draft.replace(target)
        settle(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def restore_backup(actor: Actor, source: Path, *, replace: bool, now: datetime) -> Kept:
    """Put an archive in the place of everything there is but sign-ins; checks all of it before anything changes.

    Checkpoints that were signed since the copy was made stay, when they are of the same trail: the restored trail says
    in an entry, and its file in a signed line, that it goes on from here.
    Raises ``Invalid`` with everything that is wrong with the file, ``Conflict`` when there are people in the database and
    ``replace`` does not say that they may go.
    """
    policy.require(actor, "installation:keep")
    with open_archive(source, copying.knows_revision, copying.KINDS.keys()) as archive:
        if not replace and copying.holds_people():
            raise Conflict("There are people in this database. Say --replace when this copy may take its place.")
        drafts = [(_copied_out(archive, name), _place(name)) for name in archive.files]
        try:
            _rebuild(archive)
            signed = None
            for draft, place in drafts:
                if place == checkpoints.where():
                    signed = draft
                else:
                    draft.replace(place)
            for folder in {place.parent for _, place in drafts}:
                settle(folder)
            facts = {"made_at": archive.made_at.isoformat(), "revision": archive.revision}
            checkpoints.begin_anew(actor, "installation:restore", facts, copy=signed, now=now)
        finally:
            for draft, _ in drafts:
                draft.unlink(missing_ok=True)
        return Kept(sum(archive.counts.values()), len(archive.files), archive.made_at)


def _write_archive(file: IO[bytes], now: datetime) -> Kept:
    digests: dict[str, str] = {}
    counts: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.comment = COMMENT + b"0" * DIGEST
        with copying.reading() as connection:
            revision = copying.revision_of(connection)
            if revision != copying.newest_revision():
                raise Conflict("The database is not up to date. Run `flask --app app db upgrade` first.")
            for table in copying.tables():
                name = f"database/{table}.jsonl"
                counts[table], digests[name] = _put_rows(archive, name, copying.rows_of(connection, table))
        # Files after rows: a file is there before the row that names it.
        names = sorted(_files(installation().folder))
        for name in names:
            digests[name] = _put(archive, name, _pieces(installation().folder / name))
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "revision": revision,
            "tables": copying.tables(),
            "rows": counts,
            "sha256": digests,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return Kept(sum(counts.values()), len(names), now)


def _put_rows(archive: zipfile.ZipFile, name: str, rows: Iterable[list[Any]]) -> tuple[int, str]:
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in rows:
            count += 1
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    digest = _put(archive, name, lines())
    return count, digest


def _put(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        for piece in pieces:
            digest.update(piece)
            member.write(piece)
    return digest.hexdigest()


def _sign(file: IO[bytes]) -> None:
    """Put the digest of everything before it into the last bytes of the comment, and the whole on the disk."""
    file.flush()
    end = file.seek(0, os.SEEK_END) - DIGEST
    file.seek(0)
    digest = hashlib.sha256()
    left = end
    while left:
        piece = file.read(min(PIECE, left))
        digest.update(piece)
        left -= len(piece)
    file.seek(end)
    file.write(digest.hexdigest().encode())
    file.flush()
    os.fsync(file.fileno())


def _files(folder: Path) -> Iterator[str]:
    for name in FILES:
        if (folder / name).is_file():
            yield name
    for name in FOLDERS:
        for path in (folder / name).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _rebuild(archive: Archive) -> None:
    content = (
        (table, columns, () if table in NOT_RESTORED else archive.rows(table))
        for table, columns in archive.tables.items()
    )
    try:
        copying.rebuild(archive.revision, content)
    except (ValueError, TypeError, DatabaseFailure) as error:
        why = str(error).splitlines()[0]
        raise CbeError("This copy could not be put in place: %(why)s. Nothing was changed.", why=why) from error


def _place(name: str) -> Path:
    return installation().folder / PurePosixPath(name)


def _copied_out(archive: Archive, name: str) -> Path:
    """Put a member beside its place, on the disk and under a name that nobody reads."""
    place = _place(name)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_name(f".{place.name}-{secrets.token_hex(8)}")
    with created(draft) as file:
        for piece in archive.pieces(name):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
