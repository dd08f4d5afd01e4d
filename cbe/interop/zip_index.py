"""What the table of contents of a ZIP says of its members; nothing is ever unpacked.

An archive is refused that would become far larger than it is, that hides what is in it, or that would write outside of
where it is unpacked. A table that lies does no harm here: those who unpack it have been told its size.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from cbe.domain.errors import N_, Invalid, Worded

__all__ = ["MOST_MEMBERS", "MOST_RATIO", "MOST_UNPACKED", "list_members"]

MOST_MEMBERS = 5_000
MOST_INDEX = 2 << 20
MOST_UNPACKED = 500 << 20
MOST_RATIO = 100
SMALL = 20 << 20
"""Below this what comes out does no harm, however small it was packed."""
MOST_NESTED = 10
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar", ".jar", ".iso", ".cab"})
END, LOCATOR = b"PK\5\6", b"PK\6\7"
BROKEN = N_("This archive is broken. Pack it once more.")


def list_members(file: BinaryIO, size: int) -> list[str]:
    """Return the names in an archive of ``size`` bytes; raise ``Invalid`` when it is one that nobody should unpack."""
    _check_end(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError):
        raise Invalid([("", BROKEN)]) from None
    for problem in (_hidden(members), _too_large(members, size), _outside(members)):
        if problem:
            raise Invalid([("", problem)])
    return [member.filename for member in members]


def _check_end(file: BinaryIO, size: int) -> None:
    """Bound how many members will be read, before they are: each costs a kilobyte of memory."""
    length = min(size, 22 + 0xFFFF)
    file.seek(size - length)
    tail = file.read(length)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise Invalid([("", BROKEN)])
    disk, first, here, count, index, offset, comment = struct.unpack("<4xHHHHIIH", tail[at : at + 22])
    if disk or first or here != count or at + 22 + comment != len(tail) or index + offset > size:
        raise Invalid([("", BROKEN)])
    if count > MOST_MEMBERS or index > MOST_INDEX or (at >= 20 and tail[at - 20 : at - 16] == LOCATOR):
        raise Invalid([("", Worded("This archive holds more than %(most)s files.", most=MOST_MEMBERS))])


def _hidden(members: list[zipfile.ZipInfo]) -> str | None:
    if any(member.flag_bits & 1 for member in members):
        return N_("This archive is locked with a password, so nobody could look into it. Pack it without.")
    nested = sum(PurePosixPath(member.filename.lower()).suffix in ARCHIVES for member in members)
    if nested > MOST_NESTED:
        return Worded("This archive holds more than %(most)s other archives. Unpack them first.", most=MOST_NESTED)
    return None


def _too_large(members: list[zipfile.ZipInfo], size: int) -> str | None:
    unpacked = sum(member.file_size for member in members)
    # Members that share their bytes would be packed larger than the file itself.
    shared = sum(member.compress_size for member in members) > size
    if shared or unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * size):
        return Worded(
            "Unpacked this archive would be far larger than it is. At most %(most)s MB may come out of one.",
            most=MOST_UNPACKED >> 20,
        )
    return None


def _outside(members: list[zipfile.ZipInfo]) -> str | None:
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
            return N_("This archive would write outside of its own folder when it is unpacked. Pack it once more.")
    return None
