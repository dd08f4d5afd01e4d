"""The draft as an outline: sections with their competencies, and the credentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template

from cbe.domain.draft import Draft

from ..texts import Spoken
from . import designer
from .frame import page, title_of

MOST_SHOWN = 200
"""So many competencies of one section are listed at once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the outline: a section (how deep, and how many competencies stand in it) with its competencies."""

    key: str | None
    title: Spoken | None
    depth: int
    competencies: list[tuple[str, Spoken]]
    count: int


@designer.get("/programs/<key:program>/draft")
def outline(program: str) -> str:
    """Show the draft by its sections."""
    found = page(program, "outline")
    credentials = [(key, found.title_of("credential", key)) for key in found.draft.order["credential"]]
    return render_template("designer/outline.html", page=found, lines=list(lines(found.draft)), credentials=credentials)


def lines(draft: Draft) -> Iterator[Line]:
    """Yield the sections in order, each under the one it stands in, and last what stands in none."""
    inside: dict[str | None, list[str]] = {}
    for key in draft.order["competency"]:
        section = draft.get("competency", key, "section")
        inside.setdefault(section if section in draft.sections else None, []).append(key)
    under: dict[str | None, list[str]] = {}
    for key in draft.order["section"]:
        parent = draft.get("section", key, "parent")
        under.setdefault(parent if parent in draft.sections else None, []).append(key)
    waiting = [(key, 0) for key in reversed(under.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        yield _line(draft, key, depth, inside.get(key, []))
        waiting += [(one, depth + 1) for one in reversed(under.get(key, []))]
    yield _line(draft, None, 0, inside.get(None, []))


def _line(draft: Draft, key: str | None, depth: int, inside: list[str]) -> Line:
    shown = [(one, title_of(draft, "competency", one)) for one in inside[:MOST_SHOWN]]
    return Line(key, title_of(draft, "section", key) if key else None, depth, shown, len(inside))
