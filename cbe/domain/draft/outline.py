"""A draft as an outline: what stands in which section in what order, moving things about in it, and languages left out.

What an operation is says ``operations``; how the outline looks is the pages'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .operations import add_part, move_part, set_fields, unused_id
from .values import PLACE, Draft, Fields, Operation

__all__ = [
    "Outline",
    "copied",
    "indented",
    "languages_of",
    "outdented",
    "outline_of",
    "put_into",
    "shifted",
    "untranslated",
]

INSIDE = {"section": "parent", "competency": "section"}
"""The field that says in which section a part stands."""
TEXTS = ("title", "statement", "criteria", "description")


@dataclass(frozen=True, slots=True)
class Outline:
    """What stands in each section, in order; under None what stands in none, or in one that is not there."""

    sections: Mapping[str | None, list[str]]
    competencies: Mapping[str | None, list[str]]

    def walk(self) -> Iterator[tuple[str, int]]:
        """Yield every section with how deep it stands, each right after what it stands in.

        Sections that stand in one another in a circle, as a foreign file may have them, come last, as if in none.
        """
        seen: set[str] = set()
        everywhere = [key for inside in self.sections.values() for key in inside]
        for start in (*self.sections.get(None, ()), *everywhere):
            waiting = [(start, 0)]
            while waiting:
                key, depth = waiting.pop()
                if key not in seen:
                    seen.add(key)
                    yield key, depth
                    waiting += [(one, depth + 1) for one in reversed(self.sections.get(key, []))]


def outline_of(draft: Draft) -> Outline:
    """Return what stands where.

    >>> sections = [{"id": "b", "parent": "a"}, {"id": "a"}]
    >>> list(outline_of(Draft.of_document({"program": {"sections": sections}})).walk())
    [('a', 0), ('b', 1)]
    """
    found: dict[str, dict[str | None, list[str]]] = {kind: {} for kind in INSIDE}
    for kind, inside in found.items():
        for key in draft.order[kind]:
            inside.setdefault(_section_of(draft, kind, key), []).append(key)
    return Outline(found["section"], found["competency"])


def shifted(draft: Draft, kind: str, key: str, by: int) -> Operation:
    """Return the operation that puts a part one up (-1) or down (1) among those it stands with; empty at the end."""
    beside = _beside(draft, kind, key)
    place = beside.index(key) + by
    if not 0 <= place < len(beside):
        return ()
    if by < 0:
        return move_part(draft, kind, key, before=beside[place])
    return _after(draft, kind, key, beside[place])


def indented(draft: Draft, section: str) -> Operation:
    """Return the operation that puts a section into the one before it, as the last there; empty for the first."""
    beside = _beside(draft, "section", section)
    place = beside.index(section)
    if place == 0:
        return ()
    into = beside[place - 1]
    last = [into, *outline_of(draft).sections.get(into, [])][-1]
    return (*set_fields(draft, "section", section, {"parent": into}), *_after(draft, "section", section, last))


def outdented(draft: Draft, section: str) -> Operation:
    """Return the operation that puts a section right after the one it stands in; empty where it stands in none."""
    parent = draft.get("section", section, "parent")
    if parent is None:
        return ()
    fields = {"parent": draft.get("section", parent, "parent")}
    moved = _after(draft, "section", section, parent) if parent in draft.sections else ()
    return (*set_fields(draft, "section", section, fields), *moved)


def put_into(draft: Draft, competency: str, section: str | None) -> Operation:
    """Return the operation that puts a competency into another section (None: into none), as the last there."""
    there = [one for one in outline_of(draft).competencies.get(section, []) if one != competency]
    moved = _after(draft, "competency", competency, there[-1]) if there else ()
    return (*set_fields(draft, "competency", competency, {"section": section}), *moved)


def copied(draft: Draft, competency: str) -> Operation:
    """Return the operation that adds a competency like another right after it; its code stays the other's alone."""
    fields = {name: value for name, value in draft.competencies[competency].items() if name not in (PLACE, "code")}
    return add_part(
        draft, "competency", {**fields, "id": unused_id(draft, "competency", competency)}, after=competency
    )  # fmt: skip


def languages_of(draft: Draft) -> list[str]:
    """Return the languages that a program's texts come in, its own first.

    >>> languages_of(Draft.of_document({"program": {"language": "en", "title": {"ar": "b", "en": "a"}}}))
    ['en', 'ar']
    """
    found = dict.fromkeys([str(draft.head.get("language", "en"))])
    for kind in ("program", "section", "competency", "credential"):
        for fields in draft.parts[kind].values():
            for name in TEXTS:
                text = fields.get(name)
                if isinstance(text, Mapping):
                    found |= dict.fromkeys(text)
    return list(found)


def untranslated(fields: Fields, languages: list[str]) -> list[str]:
    """Return those of the program's languages (its own first) that a text of a part lacks.

    >>> untranslated({"title": {"en": "A", "ar": "B"}, "criteria": "C"}, ["en", "ar"])
    ['ar']
    """
    texts: list[Any] = [fields[name] for name in TEXTS if fields.get(name) is not None]
    said = [set(text) if isinstance(text, Mapping) else {languages[0]} for text in texts]
    return [tag for tag in languages if any(tag not in one for one in said)]


def _section_of(draft: Draft, kind: str, key: str) -> str | None:
    section = draft.get(kind, key, INSIDE[kind])
    return section if isinstance(section, str) and section in draft.sections else None


def _beside(draft: Draft, kind: str, key: str) -> list[str]:
    """Return what stands in the same section as a part, with it."""
    section = _section_of(draft, kind, key)
    return [one for one in draft.order[kind] if _section_of(draft, kind, one) == section]


def _after(draft: Draft, kind: str, key: str, other: str) -> Operation:
    """Return the operation that puts a part right after another."""
    order = [one for one in draft.order[kind] if one != key]
    place = order.index(other) + 1
    return move_part(draft, kind, key, before=order[place] if place < len(order) else None)
