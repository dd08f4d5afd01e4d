"""Rubrics and rules of mastery in a form: a row for every level, and how many assessors on how many days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cbe.domain.draft import Draft
from cbe.domain.errors import N_

from .typed import Reading

__all__ = ["MOST_LEVELS", "levels_of", "mastery_of", "rubric_of", "typed_mastery", "typed_rubric"]

MOST_LEVELS = 20
"""So many levels a form has rows for at most."""
FEWEST_ROWS = 3


def typed_rubric(rubric: Any, language: str) -> Iterator[tuple[str, str]]:
    """Yield the inputs of a rubric; empty rows for further levels are among them."""
    levels = _levels(rubric)
    for number, level in enumerate(levels):
        yield f"rubric.{number}.id", str(level.get("id", ""))
        for key in ("title", "description"):
            yield f"rubric.{number}.{key}", _in(level.get(key), language)
        if level.get("id") == rubric.get("counts_from"):
            yield "rubric.counts_from", str(number)
    yield "rubric.rows", str(max(FEWEST_ROWS, len(levels) + 1))


def typed_mastery(rule: Any) -> Iterator[tuple[str, str]]:
    """Yield the inputs of a rule of mastery."""
    if isinstance(rule, Mapping):
        yield from ((f"mastery.{key}", str(value)) for key, value in rule.items())


def rubric_of(reading: Reading, before: Any) -> dict[str, Any] | None:
    """Return the rubric that a form says; None where it names no level. Titles keep their other languages."""
    old = {level.get("id"): level for level in _levels(before)}
    levels: list[dict[str, Any]] = []
    counts_from = None
    for number in range(MOST_LEVELS):
        said = {key: reading.string(f"rubric.{number}.{key}") for key in ("id", "title", "description")}
        if not said["title"] and not said["description"]:
            continue
        if not said["title"]:
            reading.problems.append((f"{reading.at}/rubric/{number}/title", N_("Write a title.")))
        known = old.get(said["id"], {})
        key = said["id"] or _unused(str(said["title"]), {*old, *(level["id"] for level in levels)})
        level = {**known, "id": key}
        for name in ("title", "description"):
            level[name] = _spoken(known.get(name), said[name], reading.language)
        levels.append({name: value for name, value in level.items() if value is not None})
        if reading.string("rubric.counts_from") == str(number):
            counts_from = key
    if levels and counts_from is None:
        reading.problems.append((f"{reading.at}/rubric", N_("Choose the level from which a judgement counts.")))
    return {"levels": levels, "counts_from": counts_from} if levels else None


def mastery_of(reading: Reading, before: Any) -> dict[str, Any] | None:
    """Return the rule of mastery that a form says; None where it says none, which is the program's."""
    found: dict[str, Any] = {}
    for name, wrong in (
        ("assessors", N_("Assessors are a whole number of at least 1.")),
        ("days", N_("Days are a whole number of at least 1.")),
    ):
        number = reading.number(f"mastery.{name}")
        if number is not None and (number < 1 or number != int(number)):
            reading.problems.append((f"{reading.at}/mastery/{name}", wrong))
        found[name] = number
    found["level"] = reading.string("mastery.level")
    found = {name: value for name, value in found.items() if value is not None}
    return found or (before if before == {} else None)


def levels_of(draft: Draft, rubric: Any) -> list[tuple[str, Any]]:
    """Return the levels that a rule of mastery can ask for: of a rubric, else of the program's; id and title."""
    levels = _levels(rubric) or _levels(draft.head.get("rubric"))
    return [(str(level.get("id")), level.get("title")) for level in levels]


def _levels(rubric: Any) -> list[Mapping[str, Any]]:
    levels = rubric.get("levels") if isinstance(rubric, Mapping) else None
    return [level for level in levels if isinstance(level, Mapping)] if isinstance(levels, list) else []


def _in(text: Any, language: str) -> str:
    if isinstance(text, Mapping):
        return str(text.get(language) or next(iter(text.values()), ""))
    return "" if text is None else str(text)


def _spoken(old: Any, said: str | None, language: str) -> Any:
    """Return a text of which one language was typed."""
    if said == _in(old, language).strip():
        return old
    if isinstance(old, Mapping):
        return {**old, language: said} if said else None
    return said


def _unused(title: str, known: set[Any]) -> str:
    words = "-".join(title.lower().split())[:60] or "level"
    key, number = words, 2
    while key in known:
        key, number = f"{words}-{number}", number + 1
    return key
