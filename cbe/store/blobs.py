"""The bytes of files: kept under a key, durable when ``put`` returns, in a folder or in an S3-compatible store.

Two places: ``evidence`` holds whole files under their SHA-256, ``incoming`` the pieces of those on their way. Which rows
name them is ``files``'s; nothing here asks the database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from uuid import UUID

from .database import FileRules, installation

__all__ = ["Blobs", "evidence_blobs", "incoming_blobs", "key_of", "piece_key", "scratch"]


class Blobs(Protocol):
    """Bytes by key; a key is a relative path of plain segments."""

    def put(self, key: str, source: Path) -> None:
        """Keep the bytes of a local file, which is on the disk, under a key; the same again makes them newer."""

    def has(self, key: str) -> bool:
        """Tell whether there are bytes under a key."""

    def open(self, key: str) -> BinaryIO:
        """Open the bytes under a key for reading and seeking; ``FileNotFoundError`` when there are none."""

    def remove(self, key: str) -> None:
        """Destroy the bytes under a key; none is as good."""

    def older_than(self, moment: datetime, key: str = "") -> Iterator[str]:
        """Yield the keys (or this one) whose bytes were put before a moment."""


class FolderBlobs:
    """Bytes in a folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, source: Path) -> None:
        """Link the file to its place: it is there whole or not at all, and the name is on the disk."""
        target = self.root / key
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileExistsError:
            os.utime(target)
        for folder in (target.parent, *target.parent.parents):
            _settle(folder)
            if folder == self.root.parent:
                return

    def has(self, key: str) -> bool:
        """Tell whether the file is there."""
        return (self.root / key).is_file()

    def open(self, key: str) -> BinaryIO:
        """Open the file."""
        return (self.root / key).open("rb")

    def remove(self, key: str) -> None:
        """Unlink the file. Folders stay: somebody may be about to put something there."""
        (self.root / key).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            _settle((self.root / key).parent)

    def older_than(self, moment: datetime, key: str = "") -> Iterator[str]:
        """Walk the folder by the times of its files."""
        before = moment.timestamp()
        for path in [self.root / key] if key else self.root.rglob("*"):
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before:
                    yield path.relative_to(self.root).as_posix()


class BucketBlobs:
    """Bytes in a bucket of an S3-compatible store, so that any number of machines share them."""

    def __init__(self, rules: FileRules, place: str) -> None:
        self.root = f"{rules.bucket}/{place}"
        self.files = _file_system(rules, os.getpid())

    def put(self, key: str, source: Path) -> None:
        """Send the file; the store shows it once it has all of it."""
        self.files.put_file(str(source), f"{self.root}/{key}")

    def has(self, key: str) -> bool:
        """Ask the store."""
        return bool(self.files.exists(f"{self.root}/{key}"))

    def open(self, key: str) -> BinaryIO:
        """Open the object; it is fetched in blocks as it is read."""
        return cast(BinaryIO, self.files.open(f"{self.root}/{key}", "rb", block_size=1 << 20, cache_type="readahead"))

    def remove(self, key: str) -> None:
        """Destroy the object."""
        with suppress(FileNotFoundError):
            self.files.rm_file(f"{self.root}/{key}")

    def older_than(self, moment: datetime, key: str = "") -> Iterator[str]:
        """List the bucket by the times of its objects."""
        found = self.files.find(f"{self.root}/{key}".rstrip("/"), detail=True)
        for name, facts in found.items():
            if facts["type"] == "file" and facts["LastModified"].astimezone(UTC) < moment:
                yield name.removeprefix(f"{self.root}/")


def evidence_blobs() -> Blobs:
    """Return where whole files are kept."""
    return _blobs("evidence")


def incoming_blobs() -> Blobs:
    """Return where the pieces of files on their way are kept."""
    return _blobs("incoming")


def scratch() -> Path:
    """Return the folder for files that nobody reads yet, on the same disk as the others."""
    folder = installation().folder / "scratch"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def key_of(digest: str) -> str:
    """Return the key of a whole file: two levels of folders, so that none grows large.

    >>> key_of("abcdef")
    'ab/cd/abcdef'
    """
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def piece_key(upload_id: UUID, offset: int) -> str:
    """Return the key of one piece of a file on its way."""
    return f"{upload_id}-{offset}"


def _blobs(place: str) -> Blobs:
    here = installation()
    return BucketBlobs(here.files, place) if here.files.bucket else FolderBlobs(here.folder / place)


@lru_cache(maxsize=4)
def _file_system(rules: FileRules, _process: int) -> Any:
    """Return the client of a store; a process that was forked makes its own."""
    import s3fs

    login = {"key": rules.s3_login[0], "secret": rules.s3_login[1]} if rules.s3_login else {}
    # No listing is remembered: another machine may have put or removed something since.
    return s3fs.S3FileSystem(endpoint_url=rules.s3_endpoint, use_listings_cache=False, **login)


def _settle(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
