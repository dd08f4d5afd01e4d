"""JSON files from strangers: packing, encoding, grammar and repeated keys, whatever the document says.

Which top-level lists are large is the format's; their entries are decoded when asked for (``large_json``).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from cbe.domain.document_order import in_document_order
from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.reading import HALF, Problems, TooManyProblems, child, must_be_object, storable

from .large_json import GrammarError, TooMuchError, open_document, repeated_keys, unstorable_strings, whole

__all__ = ["JSON_SAYS", "LARGEST_FILE", "open_json", "problems_of_keys", "read_json"]

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file, unpacked."""

LARGEST_PACKED = LARGEST_FILE + 1024 * 1024
"""Bytes that are taken from a stream: what cannot be packed comes out of gzip a little smaller than it is in it."""

MOST_MEMBERS = 1_000
"""Pieces of one gzip file; programs that pack in pieces make some hundred of such a file."""

_PIECE = 65_536
_TOO_LARGE = Worded(
    "is larger than %(most)s MB unpacked; leave out or split what is large", most=LARGEST_FILE // 1024**2
)

_OTHER_ENCODINGS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


JSON_SAYS = (
    N_("Expecting value"),
    N_("Expecting ',' delimiter"),
    N_("Expecting ':' delimiter"),
    N_("Expecting property name enclosed in double quotes"),
    N_("Illegal trailing comma before end of array"),
    N_("Illegal trailing comma before end of object"),
    N_("Unterminated string starting at"),
    N_("Invalid control character at"),
    N_("Invalid \\escape"),
    N_("Invalid \\uXXXX escape"),
)
"""What the scanner of ``json`` says, for the catalogues."""


def read_json(source: bytes | BinaryIO, large: frozenset[str], what: str) -> dict[str, Any]:
    """Return the object in the bytes of a file without asking what it says.

    Packed with gzip or plain, with or without a BOM. Raises Invalid when the bytes are not UTF-8, not JSON, not an
    object (which is called `what`, a word for the catalogues), hold NUL, repeat a key, or are over ``LARGEST_FILE``.
    """
    problems: list[Problem] = []
    text = _text_of(source, problems)
    opened = _open(text, large, problems, may_be_cut=False)
    problems += _most(problems_of_keys(opened))
    if problems:
        raise Invalid(in_document_order(problems, opened))
    document = whole(opened)
    if not isinstance(document, dict):
        raise Invalid([("", must_be_object(what))])
    if "\\u" in text:
        problems += _most((at, HALF) for at in unstorable_strings(document))
    if problems:
        raise Invalid(in_document_order(problems, document))
    return document


def _most(found: Iterable[Problem]) -> list[Problem]:
    """Return problems until there are more than anybody reads, or their places fill the memory."""
    problems = Problems()
    with suppress(TooManyProblems):
        for at, text in found:
            problems.report(at, text)
    return problems.found


def open_json(source: bytes | BinaryIO, large: frozenset[str], problems: list[Problem]) -> Any:
    """Return the document with its large lists decoded on demand; what had to be mended in its bytes becomes a problem.

    From a stream no more is taken than may be, and the bytes are in memory once. Raises Invalid when it is no JSON.
    """
    return _open(_text_of(source, problems), large, problems)


def problems_of_keys(document: Any) -> Iterator[Problem]:
    """Yield a problem for every key that stands more than once in its object."""
    for at, key in repeated_keys(document):
        yield storable(child(at, key)), N_("stands more than once in its object; keep one")


def _text_of(source: bytes | BinaryIO, problems: list[Problem]) -> str:
    """Return UTF-8 bytes without BOM and NUL, one to one as characters; what had to be mended becomes a problem."""
    data = source if isinstance(source, bytes) else source.read(LARGEST_PACKED + 1)
    data = _unpack(data)
    if len(data) > LARGEST_FILE:
        raise Invalid([("", _TOO_LARGE)])
    for mark, encoding in _OTHER_ENCODINGS.items():
        if data.startswith(mark):
            raise Invalid([("", Worded("is written in %(encoding)s; save it as UTF-8", encoding=encoding))])
    if b"\0" in data[:4] and data[:4].strip(b"\0"):
        raise Invalid([("", N_("seems to be written in UTF-16 or UTF-32; save it as UTF-8"))])
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data:
        place = _place(data[: data.index(0)].decode("latin-1"), data.index(0))
        text = N_("holds a NUL byte in line %(line)s, column %(column)s; take out all NUL bytes")
        problems.append(("", Worded(text, **place)))
        data = data.replace(b"\0", b" ")
    wrong = _first_wrong_byte(data)
    if wrong is not None:
        place = _place(data[:wrong].decode("latin-1"), wrong)
        text = N_("is not UTF-8 in line %(line)s, column %(column)s; save it as UTF-8")
        problems.append(("", Worded(text, **place)))
    return data.decode("latin-1")


def _unpack(data: bytes) -> bytes:
    """Return the bytes, out of gzip when they are packed; stops one byte after what is allowed."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    if len(data) > LARGEST_PACKED:
        raise Invalid([("", _TOO_LARGE)])
    unpacked, packed, position = bytearray(), memoryview(data), 0
    for _ in range(MOST_MEMBERS):
        position = _unpack_member(packed, position, unpacked)
        while position < len(packed) and packed[position] == 0:
            position += 1
        if position == len(packed) or len(unpacked) > LARGEST_FILE:
            return bytes(unpacked)
    raise Invalid([("", Worded("is a gzip file of over %(most)s pieces; pack it again in one", most=MOST_MEMBERS))])


def _unpack_member(packed: memoryview, position: int, unpacked: bytearray) -> int:
    """Unpack one member, a piece at a time, and return where the next one begins."""
    member = zlib.decompressobj(wbits=31)
    while not member.eof and len(unpacked) <= LARGEST_FILE:
        piece = packed[position : position + _PIECE]
        if not piece:
            raise Invalid([("", N_("is a gzip file that ends too early; copy or pack it again"))])
        try:
            unpacked += member.decompress(piece, LARGEST_FILE + 1 - len(unpacked))
        except zlib.error:
            raise Invalid([("", N_("is a damaged gzip file; pack it again"))]) from None
        position += len(piece) - len(member.unused_data)
    return position


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


def _open(text: str, large: frozenset[str], problems: list[Problem], *, may_be_cut: bool = True) -> Any:
    try:
        return open_document(text, large, may_be_cut=may_be_cut)
    except GrammarError as error:
        message = (
            N_("is too large: %(why)s, in line %(line)s, column %(column)s")
            if isinstance(error, TooMuchError)
            else N_("is not JSON: %(why)s, in line %(line)s, column %(column)s")
        )
        why = Worded(message, why=error.message, **_place(text, error.position))
        raise Invalid([*problems, ("", why)]) from None


def _place(text: str, position: int) -> dict[str, int]:
    line_start = text.rfind("\n", 0, position) + 1
    column = len(text[line_start:position].encode("latin-1").decode("utf-8", "replace")) + 1
    line = text.count("\n", 0, position) + 1
    return {"line": line, "column": column}
