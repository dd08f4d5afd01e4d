"""What comes of reading a foreign file as a program: the document it makes, what is odd, and what is refused.

Every reader of a foreign program format answers with it, so that one preview shows them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from cbe.domain.errors import Invalid, Problem, Worded
from cbe.domain.program import CIRCLE, Program

__all__ = ["MOST_PLACES", "ProgramImport", "Remark", "is_circle", "remark"]

MOST_PLACES = 20
"""So many places of one oddity are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd that is no reason to refuse: what, how often, and the first places it stands at."""

    text: str
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgramImport:
    """The program in a foreign file: ``program`` is None when anything is refused.

    ``document`` (`cbe-program/1`) is there also when circles of prerequisites are all that is refused.
    """

    document: dict[str, Any] | None
    program: Program | None
    remarks: tuple[Remark, ...] = ()
    refusals: tuple[Problem, ...] = ()

    def accepted(self) -> tuple[dict[str, Any], Program]:
        """Return the document and its program; raise ``Invalid`` with everything that is refused."""
        if self.document is None or self.program is None:
            raise Invalid(list(self.refusals))
        return self.document, self.program


def is_circle(problem: Problem) -> bool:
    """Return whether a problem of a document is a circle of prerequisites."""
    return isinstance(problem[1], Worded) and problem[1].message == CIRCLE


def remark(message: str, places: Iterable[str], **values: Any) -> list[Remark]:
    """Return the remark that something stands at some places, with its ``%(count)s``; none when there are none."""
    found = iter(places)
    first = tuple(islice(found, MOST_PLACES))
    count = len(first) + sum(1 for _ in found)
    return [Remark(Worded(message, count=count, **values), count, first)] if count else []
