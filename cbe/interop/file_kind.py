"""What kind a file is, told from its content; its name and what a browser says of it are never trusted.

Only the kinds in ``KINDS`` are taken. What would run where it is opened (web pages, drawings with scripts, programs, macros)
is refused, and so is what unfolds to far more than it is. How large a file may be is the services'.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from cbe.domain.errors import N_, Invalid, Worded

from .image_size import size_of
from .zip_index import list_members

__all__ = ["ACCEPTED", "KINDS", "MOST_PIXELS", "Kind", "clean_name", "tell_kind"]

MOST_PIXELS = 100_000_000
LONGEST_NAME = 200
HEAD = 4096
PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type and the endings its names have, the first one if they have none of them."""

    media_type: str
    endings: tuple[str, ...]


KINDS: dict[str, Kind] = {
    kind.media_type: kind
    for kind in (
        Kind("image/jpeg", (".jpg", ".jpeg")),
        Kind("image/png", (".png",)),
        Kind("image/gif", (".gif",)),
        Kind("image/webp", (".webp",)),
        Kind("image/heic", (".heic",)),
        Kind("image/heif", (".heif", ".heic")),
        Kind("application/pdf", (".pdf",)),
        Kind("text/plain", (".txt",)),
        Kind("text/csv", (".csv",)),
        Kind("text/markdown", (".md", ".markdown")),
        Kind("video/mp4", (".mp4", ".m4v")),
        Kind("video/quicktime", (".mov", ".qt")),
        Kind("video/webm", (".webm",)),
        Kind("audio/mpeg", (".mp3",)),
        Kind("audio/mp4", (".m4a", ".m4b")),
        Kind("audio/wav", (".wav",)),
        Kind("audio/ogg", (".ogg", ".oga", ".opus", ".ogv")),
        Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
        Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)),
        Kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", (".pptx",)),
        Kind("application/vnd.oasis.opendocument.text", (".odt",)),
        Kind("application/vnd.oasis.opendocument.spreadsheet", (".ods",)),
        Kind("application/vnd.oasis.opendocument.presentation", (".odp",)),
        Kind("application/vnd.oasis.opendocument.graphics", (".odg",)),
        Kind("application/zip", (".zip",)),
    )
}
ACCEPTED = ",".join(ending for kind in KINDS.values() for ending in kind.endings)
"""What a browser may offer to choose from."""
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys((b"isom", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV"), "video/mp4"),
    **{f"iso{number}".encode(): "video/mp4" for number in range(2, 10)},
    b"qt  ": "video/quicktime",
}
SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"PK\3\4": "application/zip",
}
MARKUP = (".htm", ".html", ".xhtml", ".xht", ".mht", ".svg", ".svgz", ".xml", ".xsl")
PROGRAMS = (
    ".js", ".mjs", ".vbs", ".ps1", ".bat", ".cmd", ".com", ".exe", ".dll", ".msi", ".scr", ".hta", ".jar", ".lnk", ".url",
    ".sh", ".php", ".docm", ".xlsm", ".pptm", ".apk", ".app", ".desktop", ".reg",
)  # fmt: skip
"""Endings of what runs or leads elsewhere where it is opened. They, like ``MARKUP``, only ever lead to a refusal."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
WEB_PAGE = N_(
    "This is a web page, a drawing that can hold scripts, or other markup, which could run in the browser of who opens it. "
    "Put it into a ZIP, or hand in a PDF or a picture of it."
)
PROGRAM = N_(
    "This is a program or a script, which could run where it is opened. Put it into a ZIP, or its text into a .txt."
)
MACROS = N_("This document holds macros, which run where it is opened. Save it without them, or as a PDF.")
NOT_TEXT = N_("This is neither a kind of file that is taken here nor text in UTF-8. Save it as UTF-8 or as a PDF.")
EMPTY = N_("This file is empty.")
TOO_MANY_PIXELS = N_(
    "This picture has %(width)s × %(height)s pixels; at most %(most)s million are taken. Make it smaller."
)
BROKEN_IMAGE = N_("This picture is broken: it does not say how large it is. Save it once more.")


def clean_name(name: str) -> str:
    """Return the last part of a name, without what controls, hides or turns text round; at most 200 characters.

    >>> clean_name("../../etc/pass\\u202ewd"), clean_name("C:\\\\Temp\\\\a.txt"), clean_name("..")
    ('passwd', 'a.txt', 'file')
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    name = "".join(
        char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
    )
    name = " ".join(name.split()).strip(". ")
    if len(name) > LONGEST_NAME:
        ending = PurePosixPath(name).suffix[:20]
        name = name[: LONGEST_NAME - len(ending)] + ending
    return name or "file"


def tell_kind(file: BinaryIO, size: int, name: str) -> tuple[Kind, str]:
    """Return what a file of ``size`` bytes is, and its name cleaned and with an ending of that kind.

    ``name`` only tells a table or Markdown from other text, and may be a reason to refuse. Raises ``Invalid``.
    """
    if not size:
        raise Invalid([("", EMPTY)])
    name = clean_name(name)
    file.seek(0)
    head = file.read(HEAD)
    media_type = _binary(head) or _text(file, head, name)
    if media_type == "application/zip":
        media_type = _packed(file, size, head)
    ending = PurePosixPath(name.lower()).suffix
    if ending in MARKUP + PROGRAMS:
        raise Invalid([("", WEB_PAGE if ending in MARKUP else PROGRAM)])
    if media_type.startswith("image/"):
        _check_pixels(file, media_type)
    kind = KINDS[media_type]
    if ending not in kind.endings:
        name = name[: LONGEST_NAME - len(kind.endings[0])] + kind.endings[0]
    return kind, name


def _binary(head: bytes) -> str | None:
    for signature, media_type in SIGNATURES.items():
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"\x42\x82\x84webm" in head[:64] else None
    return "audio/mpeg" if _is_mp3(head) else None


def _brand(head: bytes) -> str | None:
    """Read the brand of ISO media (ISO/IEC 14496-12, 4.3); a HEIF of no coding of its own names it among the others."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major, others = head[8:12], {head[at : at + 4] for at in range(16, end, 4)}
    if major in (b"mif1", b"msf1"):
        return "image/heif" if others & {b"heic", b"heix", b"hevc", b"hevx"} else None
    return BRANDS.get(major)


def _is_mp3(head: bytes) -> bool:
    """Tell whether two frames of MPEG-1 or 2, layer III, follow each other: two bytes alone may be anything."""
    length = _frame(head[:4])
    return bool(length and _frame(head[length : length + 4]))


def _frame(head: bytes) -> int:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    old = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    new = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    hertz = (44_100, 48_000, 32_000)[sampling] >> {3: 0, 2: 1, 0: 2}[version]
    kilobits = (new if version == 3 else old)[rate - 1]
    return (144 if version == 3 else 72) * kilobits * 1000 // hertz + (head[2] >> 1 & 1)


def _check_pixels(file: BinaryIO, media_type: str) -> None:
    size = size_of(file, media_type)
    if size is None or not size[0] or not size[1]:
        raise Invalid([("", BROKEN_IMAGE)])
    if size[0] * size[1] > MOST_PIXELS:
        raise Invalid([("", Worded(TOO_MANY_PIXELS, width=size[0], height=size[1], most=MOST_PIXELS // 1_000_000))])


def _packed(file: BinaryIO, size: int, head: bytes) -> str:
    members = list_members(file, size)
    names = set(members)
    if any(name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names):
        raise Invalid([("", MACROS)])
    if names & {"META-INF/MANIFEST.MF", "AndroidManifest.xml"}:
        raise Invalid([("", PROGRAM)])
    if "[Content_Types].xml" in names:
        return next((media_type for part, media_type in OFFICE.items() if part in names), "application/zip")
    if head[30:38] == b"mimetype" and head[8:10] == b"\0\0":  # the first member of OpenDocument stands there unpacked
        length = int.from_bytes(head[18:22], "little")
        media_type = head[38 : 38 + min(length, 100)].decode("ascii", "replace")
        return media_type if media_type in KINDS else "application/zip"
    return "application/zip"


def _text(file: BinaryIO, head: bytes, name: str) -> str:
    if head[:2] in (b"MZ", b"#!") or head[:4] in (
        b"\x7fELF",
        b"\xca\xfe\xba\xbe",
        b"\xcf\xfa\xed\xfe",
        b"\xfe\xed\xfa\xcf",
    ):
        raise Invalid([("", PROGRAM)])
    encoding = "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    begins, is_last = "", False
    while not is_last:
        piece = file.read(PIECE)
        is_last = not piece
        try:
            text = decoder.decode(piece, final=is_last)
        except UnicodeDecodeError:
            raise Invalid([("", _refusal(head))]) from None
        if CONTROLS.search(text):
            raise Invalid([("", _refusal(head))])
        begins = begins or text.lstrip("\ufeff \t\n\r\f")[:100]
    if begins.startswith("#!") or begins.lower().startswith("<?php"):
        raise Invalid([("", PROGRAM)])
    if begins.startswith("<") and (begins[1:2].isalpha() or begins[1:2] in "!?/"):
        raise Invalid([("", WEB_PAGE)])
    ending = PurePosixPath(name.lower()).suffix
    return {".csv": "text/csv", ".md": "text/markdown", ".markdown": "text/markdown"}.get(ending, "text/plain")


def _refusal(head: bytes) -> str:
    """Say what a file looks like that is none of ours, where that can be told."""
    import puremagic

    try:
        found = puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        return NOT_TEXT
    if not found:
        return NOT_TEXT
    return Worded(
        "This looks like %(ending)s, which is not taken here. Save it as a PDF, or put it into a ZIP.", ending=found
    )
