"""Reading values out of a JSON document one by one, collecting every problem with its place.

Here are the plain kinds (texts, numbers, ids, web addresses) and objects by their shape. What the parts of a program are
is said in ``program`` and ``requirements``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from .errors import N_, Problem, Worded

__all__ = [
    "DEEPEST",
    "HALF",
    "MOST_PROBLEMS",
    "Problems",
    "Read",
    "Shape",
    "TooManyProblems",
    "child",
    "choice",
    "is_list",
    "must_be_object",
    "shown",
]

MOST_PROBLEMS = 100_000
"""Where reading stops: a file with more is not mended from a list, and a list of millions would not fit in memory."""

MOST_MEMORY = 36_000_000
"""Bytes of pointers and texts after which no more problems are taken, for files whose names are very long."""

LARGEST_NUMBER = 1_000_000_000

DEEPEST = 50
"""How many lists and objects may stand in each other where anything may stand."""

HALF = N_("holds a NUL or half a character (a lone surrogate); take it out")
"""What is said of a text that no database keeps."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?|x(?:-[a-z\d]{1,8})+)",
    re.IGNORECASE,
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f<>\"{}|\\^`]+")

Read = Callable[["Problems", Any, str, str | int], Any]
"""Takes the problems, a value, the pointer of what it stands in and its key there; returns the value or None."""


class TooManyProblems(Exception):
    """So many problems were found that reading stopped."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an object may hold: how each key is read, which keys must be there, and what is made of them.

    ``name`` is a word for the catalogues.
    """

    name: str
    reads: Mapping[str, Read]
    required: tuple[str, ...]
    make: Callable[..., Any]


def child(at: str, key: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a key within a place.

    >>> child("/competencies/3", "a/b")
    '/competencies/3/a~1b'
    """
    return f"{at}/{key.replace('~', '~0').replace('/', '~1')}" if isinstance(key, str) else f"{at}/{key}"


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Return whether a value is a JSON list; a reader of large files may hand in a sequence that decodes as it goes."""
    return isinstance(value, list) or (isinstance(value, Sequence) and not isinstance(value, str))


def storable(text: str) -> str:
    """Return a text in which every NUL and half character is replaced, so that it can be printed and kept.

    >>> storable("half \\ud800")
    'half �'
    """
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text) if not text.isascii() or "\0" in text else text


def shown(value: object) -> str:
    """Return a value as it is quoted in a message: short, and printable whatever a file holds."""
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= 60 else text[:57] + "…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def quoted(value: object) -> str:
    """Return a value in quotes, as `shown`.

    >>> quoted("html")
    '"html"'
    """
    return f'"{shown(value)}"'


def must_be_object(name: str) -> Worded:
    """Return what is said of a value that is not the object of that name.

    >>> must_be_object("rubric")
    'must be an object: {…} with the keys of a rubric'
    """
    return Worded("must be an object: {…} with the keys of a %(part)s", part=Worded(name))


class Problems:
    """The problems found so far, and the readers of plain values that add to them."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.texts: dict[str, str] = {}
        self.memory = 0

    def report(self, at: str, text: str) -> None:
        """Add a problem, in words that a door can translate; raises TooManyProblems when no more are taken."""
        if len(self.found) >= MOST_PROBLEMS or self.memory >= MOST_MEMORY:
            raise TooManyProblems
        at = storable(at)
        self.found.append((at, self._once(text)))
        self.memory += sys.getsizeof(at)

    def _once(self, text: str) -> str:
        """Return one and the same string for texts that are said over and over."""
        known = self.texts.get(text)
        if known is not None:
            return known
        self.memory += sys.getsizeof(text)
        if isinstance(text, Worded):
            self.memory += sys.getsizeof(text.values) + sum(map(sys.getsizeof, text.values.values()))
        if len(self.texts) < 1_000:
            self.texts[text] = text
        return text

    def object(self, value: Any, at: str, shape: Shape) -> dict[str, Any] | None:
        """Read the values of an object by its shape; None when it is not an object. Values with problems are None."""
        if not isinstance(value, dict):
            self.report(at, must_be_object(shape.name))
            return None
        reads = shape.reads
        values = {}
        for key, item in value.items():
            read = reads.get(key)
            if read is None:
                text = N_("is not a key of a %(part)s; it may have: %(keys)s")
                self.report(child(at, key), Worded(text, part=Worded(shape.name), keys=", ".join(reads)))
            else:
                values[key] = read(self, item, at, key)
        for key in shape.required:
            if key not in value:
                text = N_("has no %(key)s, which a %(part)s must have")
                self.report(at, Worded(text, key=quoted(key), part=Worded(shape.name)))
        return values

    def made(self, value: Any, at: str, shape: Shape) -> Any:
        """Read an object and make its value; None when it has problems."""
        before = len(self.found)
        values = self.object(value, at, shape)
        return shape.make(**values) if values is not None and len(self.found) == before else None

    def items(self, value: Any, at: str, key: str | int, what: Worded) -> Sequence[Any]:
        """Return the items of a list; none, with a problem, when it is not one."""
        if is_list(value):
            return value
        self.report(child(at, key), Worded("must be a list: […] of %(what)s", what=what))
        return ()

    def string(self, value: Any, at: str, key: str | int) -> str | None:
        """Read a string that says something."""
        if not isinstance(value, str):
            self.report(child(at, key), N_("must be a text in quotes"))
        elif not value or value.isspace():
            self.report(child(at, key), N_("must not be empty; write something or leave it out"))
        elif (not value.isascii() or "\0" in value) and _UNSTORABLE.search(value):
            self.report(child(at, key), HALF)
        else:
            return value
        return None

    def text(self, value: Any, at: str, key: str | int) -> str | dict[str, str] | None:
        """Read a text for people: a string, or a map of language tag to string."""
        if isinstance(value, str):
            return self.string(value, at, key)
        if not isinstance(value, dict):
            text = N_('must be a text in quotes, or texts by language such as {"en": "…", "ar": "…"}')
            self.report(child(at, key), text)
            return None
        at = child(at, key)
        if not value:
            self.report(at, N_("must have a text in at least one language"))
        for tag, said in value.items():
            if not _LANGUAGE.fullmatch(tag):
                self.report(child(at, tag), N_("is not a language tag (BCP 47) such as en, ar or pt-BR"))
            self.string(said, at, tag)
        return dict(value)

    def identifier(self, value: Any, at: str, key: str | int) -> str | None:
        """Read an id: 1 to 200 characters, no control characters, no spaces at its ends."""
        if not isinstance(value, str):
            self.report(child(at, key), N_("must be an id: a text in quotes"))
        elif not value:
            self.report(child(at, key), N_("must not be empty: an id has 1 to 200 characters"))
        elif len(value) > 200:
            text = N_("is too long: an id has at most 200 characters, this one %(count)s")
            self.report(child(at, key), Worded(text, count=len(value)))
        elif value[0].isspace() or value[-1].isspace():
            self.report(child(at, key), N_("must not begin or end with a space"))
        elif not value.isprintable() and (_CONTROL.search(value) or _UNSTORABLE.search(value)):
            text = N_("must not hold control characters (tab, line break, NUL) or half characters")
            self.report(child(at, key), text)
        else:
            return value
        return None

    def number(self, value: Any, at: str, key: str | int) -> Decimal | None:
        """Read a finite number exactly as it is written: Decimal of an integer, of the shortest text of a float."""
        if type(value) is int and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            return Decimal(value)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            text = N_("must be a number, without quotes") if isinstance(value, str) else N_("must be a number")
            self.report(child(at, key), text)
            return None
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            self.report(child(at, key), N_("must be a finite number; NaN and infinity are none"))
        elif number.copy_abs() > LARGEST_NUMBER:
            self.report(child(at, key), Worded("must be at most %(most)s", most=LARGEST_NUMBER))
        else:
            return number
        return None

    def above_zero(self, value: Any, at: str, key: str | int) -> Decimal | None:
        """Read a number greater than zero."""
        number = self.number(value, at, key)
        if number is not None and number <= 0:
            self.report(child(at, key), N_("must be greater than zero"))
            return None
        return number

    def zero_or_more(self, value: Any, at: str, key: str | int) -> Decimal | None:
        """Read a number that is not negative."""
        number = self.number(value, at, key)
        if number is not None and number < 0:
            self.report(child(at, key), N_("must not be negative"))
            return None
        return number

    def whole(self, value: Any, at: str, key: str | int, least: int = 1, most: int = LARGEST_NUMBER) -> int | None:
        """Read a whole number; 3.0 is 3, since JSON knows only one kind of number and many programs write it so."""
        number = self.number(value, at, key)
        if number is None:
            return None
        if number != number.to_integral_value():
            self.report(child(at, key), N_("must be a whole number"))
        elif not least <= number <= most:
            text = (
                N_("must be a whole number from %(least)s to %(most)s")
                if most != LARGEST_NUMBER
                else N_("must be a whole number of at least %(least)s")
            )
            self.report(child(at, key), Worded(text, least=least, most=most))
        else:
            return int(number)
        return None

    def flag(self, value: Any, at: str, key: str | int) -> bool | None:
        """Read true or false."""
        if isinstance(value, bool):
            return value
        self.report(child(at, key), N_("must be true or false"))
        return None

    def anything(self, value: Any, at: str, key: str | int) -> Any:
        """Take any JSON value that can be kept and written again: sound texts, finite numbers, not too deep.

        No pointer is made on the way: keys may be megabytes long and stand before a hundred thousand values.
        """
        way: list[str | int] = []
        levels: list[Iterator[tuple[str | int, Any]]] = [iter([(key, value)])]
        while levels:
            for name, node in levels[-1]:
                wrong = _why_not_kept(name, node, len(levels))
                if wrong is not None:
                    self.report(at + "".join([child("", step) for step in (*way, name)]), wrong)
                elif isinstance(node, dict | list):
                    way.append(name)
                    levels.append(iter(node.items() if isinstance(node, dict) else enumerate(node)))
                    break
            else:
                levels.pop()
                if way:
                    way.pop()
        return value

    def language(self, value: Any, at: str, key: str | int) -> str | None:
        """Read a BCP 47 language tag."""
        if isinstance(value, str) and _LANGUAGE.fullmatch(value):
            return value
        self.report(child(at, key), N_("must be a language tag (BCP 47) such as en, ar or pt-BR"))
        return None

    def web_address(self, value: Any, at: str, key: str | int) -> str | None:
        """Read an http or https address; other schemes could run scripts when followed."""
        if isinstance(value, str) and _URI.fullmatch(value) and not _UNSTORABLE.search(value):
            try:
                parts = urlsplit(value)
            except ValueError:
                parts = urlsplit("")
            if parts.scheme.lower() in {"http", "https"} and parts.hostname:
                return value
        self.report(child(at, key), N_("must be a web address that begins with https:// or http://"))
        return None

    def uri(self, value: Any, at: str, key: str | int) -> str | None:
        """Read an absolute URI (RFC 3986)."""
        if isinstance(value, str) and _URI.fullmatch(value) and not _UNSTORABLE.search(value):
            return value
        self.report(child(at, key), N_("must be an absolute URI such as https://example.org/x or urn:uuid:…"))
        return None


def _why_not_kept(name: str | int, value: Any, depth: int) -> str | None:
    """Return why a value and its key cannot be kept, apart from what stands in it."""
    if isinstance(name, str) and _UNSTORABLE.search(name):
        return N_("is a key with a NUL or half a character (a lone surrogate) in it; take it out")
    if isinstance(value, str) and _UNSTORABLE.search(value):
        return HALF
    if isinstance(value, Decimal) or (isinstance(value, float) and not isfinite(value)):
        return N_("must be a finite number of less than a thousand digits")
    if isinstance(value, dict | list) and depth > DEEPEST:
        return Worded("is nested too deep: at most %(most)s lists and objects may stand in each other", most=DEEPEST)
    return None


def choice(*words: str) -> Read:
    """Return the reader of one of some words."""

    def read(problems: Problems, value: Any, at: str, key: str | int) -> str | None:
        if isinstance(value, str) and value in words:
            return value
        problems.report(child(at, key), Worded("must be one of: %(words)s", words=", ".join(words)))
        return None

    return read
