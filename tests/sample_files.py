"""Small files of every kind, made here: whole ones, broken ones, and those that somebody hostile would send."""

import struct
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO

TEXT = "What I did on the ward, and what I would do differently: ö ة\n".encode()


def png(width: int, height: int) -> bytes:
    """Return a picture that says it has so many pixels, and has none."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """Return the header of a JPEG, with a segment before its frame."""
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\x01\x11\0" * 3
    return b"\xff\xd8\xff\xe1\x00\x08Exif\0\0" + b"\xff" + frame + b"\xff\xd9"


def gif(width: int, height: int) -> bytes:
    """Return an empty GIF."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def webp(width: int, height: int) -> bytes:
    """Return the header of an extended WebP."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + size


def media(brand: bytes, others: Iterable[bytes] = (), rest: bytes = b"") -> bytes:
    """Return the first box of an ISO media file."""
    box = b"ftyp" + brand + b"\0\0\0\0" + b"".join(others)
    return struct.pack(">I", len(box) + 4) + box + rest


def heic(width: int, height: int, brand: bytes = b"heic") -> bytes:
    """Return a HEIF that says its size."""
    return media(brand, [b"mif1", b"heic"], b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", width, height))


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP with these members."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method, compresslevel=9) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def open_document(media_type: str) -> bytes:
    """Return an OpenDocument of a kind, its first member unpacked as the standard wants it."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", "<x/>", zipfile.ZIP_DEFLATED)
    return file.getvalue()


def lying(archive: bytes, size: int) -> bytes:
    """Return an archive whose table of contents says that each member unpacks to so many bytes."""
    at, out = 0, bytearray(archive)
    while (at := archive.find(b"PK\1\2", at)) >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", size)
        at += 4
    return bytes(out)


def locked(archive: bytes) -> bytes:
    """Return an archive whose members say that they are encrypted."""
    at, out = 0, bytearray(archive)
    while (at := archive.find(b"PK\1\2", at)) >= 0:
        out[at + 8] |= 1
        at += 4
    return bytes(out)
