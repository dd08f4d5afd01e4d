"""Taking bytes in: onto the disk in pieces, hashed on the way, then looked at; nothing here asks the database."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from cbe.domain.errors import N_, CbeError, Invalid, Worded
from cbe.interop.file_kind import tell_kind
from cbe.store.blobs import scratch
from cbe.store.database import installation

__all__ = ["STEP", "Received", "ScanFailure", "Seen", "look_at", "received", "steps_of"]

STEP = 1 << 16
SCAN_WITHIN_S = 60
CLEAN, FOUND = 0, 1
log = logging.getLogger(__name__)


class ScanFailure(CbeError):
    """A file could not be scanned, so it is not taken for now."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes on the disk under a name that nobody reads, and their SHA-256."""

    path: Path
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that may be kept: its bytes, what it is, and its name as it will be shown."""

    bytes: Received
    media_type: str
    name: str


def steps_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the bytes of an open file in pieces."""
    while step := file.read(STEP):
        yield step


@contextmanager
def received(steps: Iterable[bytes], most: int) -> Iterator[Received]:
    """Put bytes on the disk for as long as the block lasts; ``Invalid`` as soon as they are more than ``most``."""
    size, digest = 0, hashlib.sha256()
    with NamedTemporaryFile(dir=scratch(), prefix="file-", delete=False) as file:
        path = Path(file.name)
        try:
            for step in steps:
                size += len(step)
                if size > most:
                    raise Invalid([("", Worded("This file is larger than %(most)s MB.", most=max(1, most >> 20)))])
                digest.update(step)
                file.write(step)
            file.flush()
            os.fsync(file.fileno())
            yield Received(path, size, digest.hexdigest())
        finally:
            path.unlink(missing_ok=True)


def look_at(file: Received, name: str) -> Seen:
    """Return what a file is; ``Invalid`` for one that is not taken, ``ScanFailure`` when that cannot be told now."""
    with file.path.open("rb") as content:
        kind, shown = tell_kind(content, file.size, name)
    _scan(file)
    return Seen(file, kind.media_type, shown)


def _scan(file: Received) -> None:
    command = installation().files.scan_command
    if not command:
        return
    try:
        done = subprocess.run(  # noqa: S603 (the command is a setting; the path is ours)
            [*command, str(file.path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SCAN_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        log.exception("the scan of %s did not end", file.digest)
        raise ScanFailure(NOT_SCANNED) from None
    if done.returncode == FOUND:
        log.warning("the scan found something in %s", file.digest)
        raise Invalid([("", N_("The virus scanner found something in this file, so it is not taken."))])
    if done.returncode != CLEAN:
        log.error("the scan of %s ended with %d: %s", file.digest, done.returncode, done.stderr[:500])
        raise ScanFailure(NOT_SCANNED)


NOT_SCANNED = N_("This file could not be scanned for viruses just now, so it was not taken. Try again in some minutes.")
