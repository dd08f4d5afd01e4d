"""Files that must not be lost: created for their owner alone, and put on the disk with their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["created", "made_private", "settle"]


@contextmanager
def created(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file to write and read, its owner's alone; one that is there already is an error."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        yield file


def made_private(folder: Path) -> Path:
    """Return a folder, made for its owner alone when it is not there, its name on the disk."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settle(folder.parent)
    return folder


def settle(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
