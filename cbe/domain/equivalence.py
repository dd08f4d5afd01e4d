"""Which competencies of two programs are the same, by what both say of themselves and of frameworks elsewhere.

Only ``exactMatchOf`` (CASE) is taken for the same; what is merely related is for people. Whether a program lets mastery
of the one count as the other is its own decision (``services.equivalences``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .program import Program

__all__ = ["Match", "matches", "names_of"]

EXACT = "exactmatchof"


@dataclass(frozen=True, slots=True)
class Match:
    """Two competencies that are the same, and the address that says so, the first of several."""

    competency: str
    other: str
    uri: str


def names_of(program: Program, own: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return by which addresses each competency goes: its ``own`` and those it is an exact match of.

    >>> from decimal import Decimal
    >>> from .program import Alignment, Competency
    >>> html = Competency("html", "HTML", Decimal(6), alignments=(Alignment("https://esco.example/1", type="exactMatchOf"),))
    >>> sorted(names_of(Program("web", "Web", "en", (html,), ()), {"html": {"urn:uuid:1"}})["html"])
    ['https://esco.example/1', 'urn:uuid:1']
    """
    return {
        one.id: {link.uri for link in one.alignments if (link.type or "").lower() == EXACT} | own.get(one.id, set())
        for one in program.competencies
    }


def matches(these: Mapping[str, set[str]], others: Mapping[str, set[str]]) -> Iterator[Match]:
    """Yield the competencies that go by an address together, in the order of these."""
    known: dict[str, list[str]] = {}
    for key, uris in others.items():
        for uri in uris:
            known.setdefault(uri, []).append(key)
    for key, uris in these.items():
        found: dict[str, str] = {}
        for uri in sorted(uris):
            for other in known.get(uri, ()):
                found.setdefault(other, uri)
        yield from (Match(key, other, uri) for other, uri in found.items())
