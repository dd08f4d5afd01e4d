"""Where a credential stands in an image: the chunk of a PNG, the element of an SVG. Nothing is drawn or decoded.

Writing credentials into images is not here.
"""

from __future__ import annotations

import struct
import zlib

from cbe.domain.errors import Worded

__all__ = ["PNG", "text_of_png", "text_of_svg"]

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadgecredential", b"openbadges")
"""What Open Badges 3.0 calls its chunk, and 2.0 its own."""
NAMESPACES = ("https://purl.imsglobal.org/ob/v3p0", "http://openbadges.org")
MOST_CHUNKS = 50_000
MOST_ELEMENTS = 200_000


def text_of_png(data: bytes, most: int) -> str | Worded | None:
    """Return the text baked into a PNG, none when there is none, or why it cannot be read."""
    found: dict[bytes, str | Worded] = {}
    at = len(PNG)
    for _ in range(MOST_CHUNKS):
        if at + 12 > len(data):
            return next(iter(found.values()), Worded("This PNG ends too early."))
        (size,) = struct.unpack_from("!I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind == b"IEND":
            return next((found[keyword] for keyword in KEYWORDS if keyword in found), None)
        keyword, _, rest = body.partition(b"\0") if kind in (b"iTXt", b"tEXt") else (b"", b"", b"")
        if keyword in found:
            return Worded("There is more than one credential in this image.")
        if keyword in KEYWORDS:
            found[keyword] = _international(rest, most) if kind == b"iTXt" else _as_text(rest, most)
        at += 12 + size
    return Worded("This PNG has too many parts.")


def _international(rest: bytes, most: int) -> str | Worded:
    """Return the text after the keyword of an ``iTXt`` chunk: a flag, a method, a language, a translated keyword, the text."""
    parts = rest[2:].split(b"\0", 2)
    if len(rest) < 2 or len(parts) != 3:
        return Worded("The part of this PNG that holds the credential is damaged.")
    if not rest[0]:
        return _as_text(parts[2], most)
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(parts[2], most + 1)
    except zlib.error:
        return Worded("The part of this PNG that holds the credential is damaged.")
    return _as_text(text, most)


def _as_text(text: bytes, most: int) -> str | Worded:
    if len(text) > most:
        return Worded("The credential has more than %(most)s kB.", most=most >> 10)
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return Worded("The part of this PNG that holds the credential is damaged.")


class _Refused(Exception):
    """Why an SVG is read no further."""


class _Reader:
    """Collects what the element of a credential holds: its attribute ``verify``, or its text."""

    def __init__(self, most: int) -> None:
        self.most, self.depth, self.inside, self.elements = most, 0, 0, 0
        self.found: list[str] = []
        self.texts: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.elements > MOST_ELEMENTS or self.depth > 256:
            raise _Refused("This SVG has too many parts.")
        namespace, _, local = name.rpartition(" ")
        if namespace in NAMESPACES and local in ("credential", "assertion"):
            if self.found:
                raise _Refused("There is more than one credential in this image.")
            self.inside = self.depth
            self.found.append(attributes.get("verify", ""))

    def end(self, name: str) -> None:
        if self.depth == self.inside:
            self.inside = 0
            self.found[-1] = self.found[-1] or "".join(self.texts).strip()
        self.depth -= 1

    def text(self, text: str) -> None:
        if self.inside:
            self.texts.append(text)
            self.most -= len(text)
            if self.most < 0:
                raise _Refused("The credential in this image is too large.")

    def entity(self, *_: object) -> None:
        raise _Refused("This SVG declares entities or a document type, which an image with a credential never needs.")


def text_of_svg(data: bytes, most: int) -> str | Worded | None:
    """Return the text baked into an SVG, in an attribute, as CDATA or escaped, none when there is none, or why not."""
    reader = _Reader(most)
    from xml.parsers import expat

    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(data, True)
    except _Refused as refused:
        return Worded(str(refused))
    except expat.ExpatError as error:
        return Worded("This SVG is damaged: %(why)s", why=str(error))
    return next(filter(None, reader.found), None)
