"""Width and height of an image as its header says, in pixels; nothing is decoded, so a flood of pixels costs nothing here.

What an image's size means is ``file_kind``'s.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

__all__ = ["size_of"]

MOST_MARKERS = 1_000
HEIF_HEADER = 1 << 20
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG that carry the size: all frames but tables (C4, CC) and what is reserved (C8)."""


def size_of(file: BinaryIO, media_type: str) -> tuple[int, int] | None:
    """Return width and height, or None when the header does not say them as it must."""
    file.seek(0)
    try:
        return READERS[media_type](file)
    except (struct.error, IndexError, ValueError):
        return None


def _png(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(24)
    return struct.unpack(">II", head[16:24]) if head[12:16] == b"IHDR" else None


def _gif(file: BinaryIO) -> tuple[int, int] | None:
    return struct.unpack("<HH", file.read(10)[6:10])


def _jpeg(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(2)
    for _ in range(MOST_MARKERS):
        if file.read(1) != b"\xff":
            return None
        marker = file.read(1)
        while marker == b"\xff":  # fill bytes
            marker = file.read(1)
        (length,) = struct.unpack(">H", file.read(2))
        if marker[0] in FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
    return None


def _webp(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(30)
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if head[12:16] == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _heif(file: BinaryIO) -> tuple[int, int] | None:
    """Find the largest ``ispe`` property (ISO/IEC 23008-12, 6.5.3): the tiles of a grid have one each, the whole its own."""
    head = file.read(HEIF_HEADER)
    sizes, at = [], head.find(b"ispe")
    while at >= 0:
        sizes.append(struct.unpack(">II", head[at + 8 : at + 16]))
        at = head.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


READERS = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/heic": _heif,
    "image/heif": _heif,
}
