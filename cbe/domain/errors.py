"""The ways a request can fail, as exceptions; the doors map them to HTTP statuses and exit codes once.

Every error carries its English text. Words with values in them stay apart (``message`` and ``values``), so that a door
can translate the message before the values are put in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["N_", "CbeError", "Conflict", "Forbidden", "Gone", "Invalid", "Named", "NotFound", "Problem", "Worded"]

MOST_TOLD = 20
"""So many problems stand in the text of an ``Invalid``; all of them are in its ``problems``."""

LONGEST_TOLD = 1_000
"""Characters of a place or of what is wrong there in that text: a circle may go through a whole file."""

Problem = tuple[str, str]
"""A place as a JSON pointer (``""`` for the whole) and what is wrong there, in English."""


def N_(message: str) -> str:
    """Mark a message for the catalogues where it is written; a door translates it."""
    return message


class Worded(str):
    """The English text of a problem with values in it; a door translates ``message`` and puts the values in again.

    A value that is a ``Worded`` itself is a word of ours, which the door translates as well.

    >>> Worded("The column %(name)s is missing.", name="email")
    'The column email is missing.'
    """

    __slots__ = ("message", "values")
    message: str
    values: dict[str, Any]

    def __new__(cls, message: str, **values: Any) -> Worded:
        """Return the text with its values in it."""
        return cls.reading(message % values, message, **values)

    @classmethod
    def reading(cls, english: str, message: str, **values: Any) -> Worded:
        """Return a text that was put together already: what is too long to be there twice, or shown in full to people.

        >>> Worded.reading("a -> b -> a is a circle", "%(circle)s is a circle", circle="a…")
        'a -> b -> a is a circle'
        """
        text = super().__new__(cls, english)
        text.message, text.values = message, values
        return text


class Named(str):
    """Parts of a program in the text of a problem, by their ids; a door shows their titles instead.

    >>> Named("competency", "html", "forms"), Named("competency", "html", "forms", between=", ", most=1)
    ('html → forms', 'html, …')
    """

    kind: str
    ids: tuple[str, ...]
    between: str
    is_cut: bool

    def __new__(cls, kind: str, *ids: str, between: str = " → ", most: int | None = None) -> Named:
        """Return the first of the ids, at most ``most``, as a text that knows what they are of."""
        shown = ids[:most]
        text = super().__new__(cls, between.join(shown) + (f"{between}…" if len(shown) < len(ids) else ""))
        text.kind, text.ids, text.between, text.is_cut = kind, shown, between, len(shown) < len(ids)
        return text


class CbeError(Exception):
    """Anything a person did that cbe cannot do; ``str()`` gives the English text."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values

    def worded(self) -> Worded:
        """Return the text with its values apart, to stand in another text or be kept."""
        return Worded(self.message, **self.values)


class NotFound(CbeError):
    """There is no such thing, or none that this actor may know of."""


class Gone(CbeError):
    """There was such a thing, which this actor might know of, and it is not to be seen (any more)."""


class Forbidden(CbeError):
    """The actor may know of the thing but not do this to it."""


class Conflict(CbeError):
    """Somebody or something else came first; the request may be looked at and sent again."""


class Invalid(CbeError):
    """The input has problems: all of them, each with its place.

    >>> str(Invalid([("/program/id", "must not be empty")]))
    '/program/id: must not be empty'
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = problems if isinstance(problems, list) else list(problems)
        told = [f"{_brief(at) or 'the whole file'}: {_brief(text)}" for at, text in self.problems[:MOST_TOLD]]
        more = len(self.problems) - len(told)
        super().__init__("%(problems)s", problems="; ".join([*told, f"and {more} more"] if more else told))


def _brief(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else text[: LONGEST_TOLD - 1] + "…"
