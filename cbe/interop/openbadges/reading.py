"""Reading what somebody pastes or uploads: the credential in JSON, in a VC-JWT, or baked into a PNG or SVG.

Only what it is and whether it can be read; whether it is true is ``verifying``'s. Images are never decoded: their parts
are walked through, and what would unfold to more than a credential may have is refused.
"""

from __future__ import annotations

import json
import math
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cbe.domain.errors import CbeError, Worded

from .baked import PNG, text_of_png, text_of_svg

__all__ = ["DEEPEST", "MOST_BYTES", "MOST_NODES", "MOST_UPLOAD", "Presented", "Unreadable", "parse_json", "read"]

MOST_UPLOAD = 5 * 1024 * 1024
"""Bytes of a file with a credential in it."""
MOST_BYTES = 256 * 1024
"""Bytes of a credential: what the library that checks signatures takes."""
MOST_NODES = 8_000
"""Objects and lists of a credential."""
DEEPEST = 36
JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)


class Unreadable(CbeError):
    """What was handed in is no credential, or none that may be looked at, with why."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential as it was handed in: ``json`` or ``jwt``, what it was baked into, its document, and a token as it was.

    ``text`` is the credential as it came, out of the image it was baked into.

    >>> read(b'{"type": "VerifiableCredential"}').form
    'json'
    """

    form: str
    carrier: str
    document: dict[str, Any]
    token: str = ""
    header: dict[str, Any] | None = None
    text: str = ""


def read(data: bytes) -> Presented:
    """Return the credential in bytes that were pasted or uploaded; raises ``Unreadable``."""
    if len(data) > MOST_UPLOAD:
        raise Unreadable("This has more than %(most)s MB.", most=MOST_UPLOAD >> 20)
    carrier, found = "", data
    if data.startswith(PNG):
        carrier, found = "png", _baked(text_of_png(data, MOST_BYTES), "PNG")
    elif _is_svg(data):
        carrier, found = "svg", _baked(text_of_svg(data, MOST_BYTES), "SVG")
    if len(found) > MOST_BYTES:
        raise Unreadable("The credential has more than %(most)s kB.", most=MOST_BYTES >> 10)
    try:
        text = found.decode("utf-8").removeprefix("\ufeff").strip()
    except UnicodeDecodeError:
        raise Unreadable("This is neither a text in UTF-8 nor a PNG or SVG with a credential in it.") from None
    if JWT.fullmatch(text):
        return _read_jwt(text, carrier)
    if not text.startswith("{"):
        raise Unreadable("This is neither JSON nor a VC-JWT.")
    return Presented("json", carrier, parse_json(text), text=text)


def parse_json(text: str) -> dict[str, Any]:
    """Return an object whose every member is read by everybody alike; raises ``Unreadable``.

    >>> parse_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    cbe.interop.openbadges.reading.Unreadable: The member “a” stands twice in one object.
    """
    try:
        document = json.loads(text, object_pairs_hook=_members, parse_constant=_no_number)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Unreadable("This is not JSON: %(why)s", why=str(error)[:200]) from None
    if not isinstance(document, dict):
        raise Unreadable("This is JSON, but not an object.")
    _measure(document)
    return document


def _members(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable("The member “%(key)s” stands twice in one object.", key=key[:100])
        found[key] = value
    return found


def _no_number(text: str) -> Any:
    raise Unreadable("%(text)s is no number that JSON knows.", text=text)


def _measure(document: Any) -> None:
    """Refuse what is nested too deeply, has too many parts, or holds texts and numbers that cannot be written again."""
    waiting, nodes = [(document, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise Unreadable("A number in it is too large.")
        elif isinstance(value, dict | list):
            nodes += 1
            if depth > DEEPEST:
                raise _too_deep()
            if nodes > MOST_NODES:
                raise Unreadable("It has more than %(most)s parts.", most=MOST_NODES)
            if isinstance(value, dict):
                waiting += ((key, depth) for key in value)
            waiting += ((one, depth + 1) for one in (value.values() if isinstance(value, dict) else value))


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise Unreadable("A text in it holds half a character.")


def _too_deep() -> Unreadable:
    return Unreadable("Its parts stand in each other more than %(most)s deep.", most=DEEPEST)


def _read_jwt(token: str, carrier: str) -> Presented:
    header, payload = (parse_json(_decoded(part)) for part in token.split(".")[:2])
    return Presented("jwt", carrier, payload, token, header, token)


def _decoded(part: str) -> str:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8")
    except ValueError:
        raise Unreadable("This looks like a VC-JWT, but is not encoded as one.") from None


def _is_svg(data: bytes) -> bool:
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<")


def _baked(text: str | Worded | None, kind: str) -> bytes:
    if text is None:
        raise Unreadable("There is no Open Badges 3.0 credential in this %(kind)s.", kind=kind)
    if isinstance(text, Worded):
        raise Unreadable(text.message, **text.values)
    return text.encode("utf-8", "surrogatepass")
