"""Program files as bytes: packing, encoding and JSON grammar around `cbe-program/1` documents.

What a document may say is ``cbe.domain.program``'s; where both find problems they are reported together.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from cbe.domain.errors import Invalid, Problem
from cbe.domain.program import Program, find_problems, parse_program
from cbe.domain.reading import MOST_PROBLEMS, child, in_document_order, storable

from .large_json import GrammarError, open_document, repeated_keys, unstorable_strings, whole

__all__ = ["LARGEST_FILE", "load_program", "read_program_document", "write_program_document"]

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a program file, unpacked."""

_LARGE = frozenset({"competencies", "credentials"})
_OTHER_ENCODINGS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def load_program(data: bytes) -> tuple[dict[str, Any], Program]:
    """Return the document in the bytes of a program file and the program it says.

    Raises Invalid with the problems of bytes and of content together, in document order.
    """
    text, problems = _text_of(data)
    del data
    opened = _open(text, problems)
    del text  # with `data` given away by the caller too, the bytes are in memory once
    _repeated_keys(opened, problems)
    found = find_problems(opened, problems)
    if found:
        raise Invalid(found)
    document: dict[str, Any] = whole(opened)
    return document, parse_program(document)


def read_program_document(data: bytes) -> dict[str, Any]:
    """Return the document in the bytes of a program file without asking what it says.

    Packed with gzip or plain, with or without a BOM. Raises Invalid when the bytes are not UTF-8, not JSON, not an
    object, hold NUL, repeat a key, or are over ``LARGEST_FILE``.
    """
    text, problems = _text_of(data)
    opened = _open(text, problems, may_be_cut=False)
    _repeated_keys(opened, problems)
    if problems:
        raise Invalid(in_document_order(problems, opened))
    document = whole(opened)
    if not isinstance(document, dict):
        raise Invalid([("", "must be an object: {…} with the keys of a program file")])
    if b"\\u" in text:
        strings = unstorable_strings(document)
        problems = [(storable(at), "holds a NUL or half a character (a lone surrogate); take it out") for at in strings]
    if problems:
        raise Invalid(in_document_order(problems, document))
    return document


def write_program_document(document: dict[str, Any]) -> str:
    """Return the text of a program file: the document as it is, its keys in order, no defaults added.

    >>> print(write_program_document({"format": "cbe-program/1", "program": {"title": {"ar": "ويب"}}}), end="")
    {
      "format": "cbe-program/1",
      "program": {
        "title": {
          "ar": "ويب"
        }
      }
    }
    """
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _text_of(data: bytes) -> tuple[bytes, list[Problem]]:
    """Return UTF-8 bytes without BOM and NUL, and what had to be mended to get them."""
    data = _unpack(data)
    if len(data) > LARGEST_FILE:
        raise Invalid([("", f"is larger than {LARGEST_FILE // 1024**2} MB unpacked; leave out or split what is large")])
    for mark, encoding in _OTHER_ENCODINGS.items():
        if data.startswith(mark):
            raise Invalid([("", f"is written in {encoding}; save it as UTF-8")])
    if b"\0" in data[:4] and data[:4].strip(b"\0"):
        raise Invalid([("", "seems to be written in UTF-16 or UTF-32; save it as UTF-8")])
    data = data.removeprefix(b"\xef\xbb\xbf")
    problems: list[Problem] = []
    if b"\0" in data:
        problems.append(("", f"holds a NUL byte in {_place(data, data.index(0))}; take out all NUL bytes"))
        data = data.replace(b"\0", b" ")
    wrong = _first_wrong_byte(data)
    if wrong is not None:
        problems.append(("", f"is not UTF-8 in {_place(data, wrong)}; save it as UTF-8"))
    return data, problems


def _unpack(data: bytes) -> bytes:
    """Return the bytes, out of gzip when they are packed; stops one byte after what is allowed."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacked = bytearray()
    while data and len(unpacked) <= LARGEST_FILE:
        member = zlib.decompressobj(wbits=31)
        try:
            unpacked += member.decompress(data, LARGEST_FILE + 1 - len(unpacked))
        except zlib.error:
            raise Invalid([("", "is a damaged gzip file; pack it again")]) from None
        if not member.eof and len(unpacked) <= LARGEST_FILE:
            raise Invalid([("", "is a gzip file that ends too early; copy or pack it again")])
        data = member.unused_data.lstrip(b"\0")
    return bytes(unpacked)


def _first_wrong_byte(data: bytes) -> int | None:
    """Return the position of the first byte that is not UTF-8, decoding a piece at a time to keep memory low."""
    start, size = 0, 1 << 20
    while start < len(data):
        end = min(start + size, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80 and end - start < size + 4:
            end += 1
        try:
            data[start:end].decode()
        except UnicodeDecodeError as error:
            return start + error.start
        start = end
    return None


def _open(data: bytes, problems: list[Problem], *, may_be_cut: bool = True) -> Any:
    try:
        return open_document(data, _LARGE, may_be_cut=may_be_cut)
    except GrammarError as error:
        text = f"is not JSON: {error.message}, in {_place(data, error.position)}"
        raise Invalid([*problems, ("", text)]) from None


def _place(data: bytes, position: int) -> str:
    line_start = data.rfind(b"\n", 0, position) + 1
    column = len(data[line_start:position].decode("utf-8", "replace")) + 1
    line = data.count(b"\n", 0, position) + 1
    return f"line {line}, column {column}"


def _repeated_keys(document: Any, problems: list[Problem]) -> None:
    for at, key in repeated_keys(document):
        problems.append((storable(child(at, key)), "stands more than once in its object; keep one"))
        if len(problems) >= MOST_PROBLEMS:
            problems.append(
                ("", f"only the first {MOST_PROBLEMS} repeated keys are listed; mend these and check again")
            )
            return
