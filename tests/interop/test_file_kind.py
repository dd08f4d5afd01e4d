"""What a file is, told from its content: what is taken, what is refused and why, and which name it gets."""

import struct
import zipfile
from io import BytesIO

import pytest

from cbe.domain.errors import Invalid
from cbe.interop.file_kind import KINDS, clean_name, tell_kind
from tests.sample_files import (
    TEXT,
    gif,
    heic,
    jpeg,
    locked,
    lying,
    media,
    open_document,
    packed,
    png,
    webp,
)

DOCX = packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
FRAME = b"\xff\xfb\x90\x64" + b"\0" * 413
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
TAKEN = {
    "photo.jpg": (jpeg(4000, 3000), "image/jpeg"),
    "a.png": (png(10, 10), "image/png"),
    "a.gif": (gif(10, 10), "image/gif"),
    "a.webp": (webp(10, 10), "image/webp"),
    "IMG_1.HEIC": (heic(4032, 3024), "image/heic"),
    "a.heif": (heic(40, 30, b"mif1"), "image/heif"),
    "a.pdf": (b"%PDF-1.7\n%\xe2\xe3\n", "application/pdf"),
    "a.txt": (TEXT, "text/plain"),
    "utf16.txt": ("Wörter".encode("utf-16"), "text/plain"),
    "a.csv": (b"\xef\xbb\xbfa,b\n1,<2\n", "text/csv"),
    "a.md": (b"# Title\n\n<script>alert(1)</script> is an example.\n", "text/markdown"),
    "a.mp4": (media(b"isom", [b"mp42"]), "video/mp4"),
    "a.mov": (media(b"qt  "), "video/quicktime"),
    "a.m4a": (media(b"M4A "), "audio/mp4"),
    "a.webm": (WEBM, "video/webm"),
    "tagged.mp3": (b"ID3\4\0\0\0\0\0\x0f", "audio/mpeg"),
    "a.mp3": (FRAME * 2, "audio/mpeg"),
    "a.wav": (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
    "a.ogg": (b"OggS\0\2", "audio/ogg"),
    "a.docx": (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "a.odt": (open_document("application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    "a.zip": (packed({"site/index.html": b"<html>"}), "application/zip"),
}
MARKUP, PROGRAM, UNKNOWN = "web page", "program or a script", "neither"
REFUSED = {
    "page.html": (b"<!doctype html><script>alert(1)</script>", MARKUP),
    "spaced.txt": (b"\xef\xbb\xbf \n\t<HTML>", MARKUP),
    "commented.txt": (b"<!-- --><svg onload=alert(1)>", MARKUP),
    "late.png": (b" " * 70_000 + b"<svg/>", MARKUP),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", MARKUP),
    "utf16.txt.": ("<svg/>".encode("utf-16"), MARKUP),
    "xml.txt": (b"<?xml version='1.0'?><a/>", MARKUP),
    "picture.html": (png(10, 10), MARKUP),
    "run.txt": (b"#!/bin/sh\nrm -rf ~\n", PROGRAM),
    "shell.php": (b"<?php system($_GET[0]);", PROGRAM),
    "letter.pdf": (b"MZ\x90\0" + b"\0" * 100, PROGRAM),
    "elf": (b"\x7fELF\2\1\1" + b"\0" * 100, PROGRAM),
    "script.js": (b"alert(1)", PROGRAM),
    "a.jar": (packed({"META-INF/MANIFEST.MF": b""}), PROGRAM),
    "macro.docx": (
        packed({"[Content_Types].xml": b"", "word/document.xml": b"", "word/vbaProject.bin": b""}),
        "macros",
    ),
    "a.rar": (b"Rar!\x1a\x07\0" + b"\0" * 50, ".rar"),
    "a.avif": (media(b"avif", [b"mif1", b"avif"], b"\0" * 40), ".avif"),
    "a.mkv": (WEBM.replace(b"\x84webm", b"\x88matroska"), "looks like"),
    "latin.txt": ("Größe".encode("latin-1"), UNKNOWN),
    "nul.txt": (b"a\0b", UNKNOWN),
    "empty.txt": (b"", "empty"),
    "broken.png": (b"\x89PNG\r\n\x1a\n", "broken"),
    "broken.jpg": (b"\xff\xd8\xff\xe0\0\2", "broken"),
    "broken.zip": (packed({"a": b"a"})[:-5], "broken"),
}


def told(content: bytes, name: str) -> tuple[str, str]:
    kind, shown = tell_kind(BytesIO(content), len(content), name)
    return kind.media_type, shown


def why_not(content: bytes, name: str = "file") -> str:
    with pytest.raises(Invalid) as error:
        told(content, name)
    return error.value.problems[0][1]


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_of_a_kind_we_know_is_taken_under_its_name(name):
    content, media_type = TAKEN[name]
    assert told(content, name) == (media_type, name)
    assert media_type in KINDS


@pytest.mark.parametrize("name", REFUSED)
def test_what_runs_hides_or_is_not_known_is_refused_with_its_reason(name):
    content, words = REFUSED[name]
    assert words in why_not(content, name)


@pytest.mark.parametrize(("make", "name"), [(png, "png"), (jpeg, "jpeg"), (gif, "gif"), (webp, "webp"), (heic, "heic")])
def test_a_flood_of_pixels_is_refused_by_what_the_header_says(make, name):
    assert "pixels" in why_not(make(16_000, 16_000))


def test_a_file_that_says_it_is_something_else_is_named_after_what_it_is():
    assert told(png(1, 1), "letter.pdf")[1] == "letter.pdf.png"
    assert told(TEXT, "code.py") == ("text/plain", "code.py.txt")
    assert told(DOCX, "no ending")[1] == "no ending.docx"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("..", "file"),
        ("a\r\nSet-Cookie: b.txt", "aSet-Cookie b.txt".replace("Cookie b", "Cookie: b")),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("تقرير ١.pdf", "تقرير ١.pdf"),
        ("  .hidden", "hidden"),
    ],
)
def test_names_are_cleaned(name, clean):
    assert clean_name(name) == clean


def test_a_long_name_is_cut_and_keeps_its_ending():
    assert clean_name("n" * 500 + ".jpeg") == "n" * 195 + ".jpeg"
    assert len(told(png(1, 1), "n" * 500)[1]) == 200


BOMBS = {
    "one that unfolds a thousandfold": packed({"a": b"\0" * (24 << 20)}),
    "one that says it is huge": lying(packed({"a": b"a"}), 0xFFFF_FFF0),
    "a document that unfolds": packed({"[Content_Types].xml": b"", "word/document.xml": b"a" * (24 << 20)}),
    "one of too many members": packed({f"{number}": b"" for number in range(5_001)}, zipfile.ZIP_STORED),
    "one of many others": packed({f"{number}.zip": b"" for number in range(11)}),
    "one that is locked": locked(packed({"a": b"a"})),
    "one that writes elsewhere": packed({"../../.bashrc": b"a"}),
    "one that writes to the root": packed({"/etc/passwd": b"a"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_archives_that_nobody_should_unpack_are_refused(name):
    assert "rchive" in why_not(BOMBS[name])


def test_members_that_share_their_bytes_are_a_bomb():
    archive = bytearray(packed({"a": b"x" * 500, "b": b"x"}, zipfile.ZIP_STORED))
    entry = archive.find(b"PK\1\2", archive.find(b"PK\1\2") + 1)
    archive[entry + 20 : entry + 24] = struct.pack("<I", 100_000)
    assert "larger" in why_not(bytes(archive))
