"""Fields of a part as a form holds them, and what is typed there as fields again.

A text in several languages is an input for each (``title.en``), a list has numbered rows (``alignments.0.uri``). What is
wrong with a value the domain says (``domain.draft.part_problems``); here is only what cannot be made a value at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from cbe.domain.draft import Draft
from cbe.domain.errors import N_, Problem

from .. import identity

__all__ = ["Reading", "Typed", "languages_of", "plain_number", "typed_list", "typed_text", "with_empty_rows"]

Typed = MultiDict[str, str]
ALIGNMENT = ("uri", "title", "type")
SPARE_ROWS = 1
NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")


def languages_of(draft: Draft, typed: Typed, *texts: Any) -> list[str]:
    """Return the languages in which a form asks for its texts: the program's, those of its title and of these texts,
    what was asked for (``language``), and the ones that pages come in.
    """
    found = dict.fromkeys([str(draft.head.get("language", "en"))])
    for text in (draft.head.get("title"), *texts):
        if isinstance(text, Mapping):
            found |= dict.fromkeys(text)
    found |= dict.fromkeys(tag.strip() for tag in typed.getlist("language") if tag.strip())
    return list(found | dict.fromkeys(identity.LANGUAGES))


def plain_number(value: Any) -> str:
    """Return a number as it is typed; nothing for none."""
    return "" if value is None else str(value)


def typed_text(name: str, value: Any, language: str) -> Iterator[tuple[str, str]]:
    """Yield the inputs of a text in one language or several."""
    if isinstance(value, Mapping):
        yield from ((f"{name}.{tag}", str(text)) for tag, text in value.items())
    elif value is not None:
        yield f"{name}.{language}", str(value)


def typed_list(name: str, items: Any, language: str) -> Iterator[tuple[str, str]]:
    """Yield the inputs of alignments or resources; ``was`` says which of the list a row was."""
    for number, item in enumerate(items or ()):
        yield f"{name}.{number}.was", str(number)
        for key, value in item.items():
            text = value.get(language) or next(iter(value.values()), "") if isinstance(value, Mapping) else value
            yield f"{name}.{number}.{key}", str(text)


def with_empty_rows(typed: Typed, name: str, keys: Sequence[str] = ALIGNMENT) -> Typed:
    """Return what was typed with the empty rows of a list taken out and the others numbered without a gap."""
    found = Typed((key, value) for key, value in typed.items(multi=True) if not key.startswith(f"{name}."))
    count = 0
    for number in _rows(typed, name):
        if any(typed.get(f"{name}.{number}.{key}", "").strip() for key in keys):
            for key in (*keys, "was"):
                found.add(f"{name}.{count}.{key}", typed.get(f"{name}.{number}.{key}", ""))
            count += 1
    found[f"{name}.rows"] = str(count + SPARE_ROWS)
    return found


class Reading:
    """What a form says about a part at a place, and what of it says nothing."""

    def __init__(self, typed: Typed, at: str, language: str) -> None:
        self.typed, self.at, self.language = typed, at, language
        self.problems: list[Problem] = []

    def string(self, name: str) -> str | None:
        """Read a line of text; None for an empty one."""
        return self.typed.get(name, "").replace("\r\n", "\n").strip() or None

    def text(self, name: str, before: Any) -> Any:
        """Read a text in several languages: a string where only the program's own is there and it was one before.

        None when nothing is typed. What is as it was keeps its spaces.
        """
        old = before if isinstance(before, Mapping) else {} if before is None else {self.language: before}
        found: dict[str, str] = {}
        for tag in dict.fromkeys([*old, *self._tags(name)]):
            said = self.typed.get(f"{name}.{tag}", "").replace("\r\n", "\n")
            kept = str(old.get(tag, "")).replace("\r\n", "\n") == said
            text = old.get(tag, "") if kept else said.strip()
            if text:
                found[tag] = text
        if list(found) == [self.language] and not isinstance(before, Mapping):
            return found[self.language]
        return found or None

    def number(self, name: str, before: Any = None) -> int | float | None:
        """Read a number, written as 12, 1.5 or 1,5; None for an empty one."""
        said = self.string(name)
        if said is None:
            return None
        if not NUMBER.fullmatch(said):
            self.problems.append((f"{self.at}/{name}", N_("This is not a number: write it as 12 or 1.5.")))
            return None
        number = Decimal(said.replace(",", "."))
        return int(number) if number == int(number) else float(number)

    def rows(self, name: str, before: Any, keys: Sequence[str] = ALIGNMENT) -> list[dict[str, Any]] | None:
        """Read a list of alignments or resources, in which a title keeps its other languages; None for an empty one."""
        old = list(before or ())
        found: list[dict[str, Any]] = []
        for number in _rows(self.typed, name):
            said = {key: text for key in keys if (text := self.string(f"{name}.{number}.{key}"))}
            if said:
                was = self.typed.get(f"{name}.{number}.was", "")
                kept = old[int(was)] if was.isascii() and was.isdigit() and int(was) < len(old) else {}
                found.append(self._merged(kept, said))
        return found or None

    def _merged(self, kept: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
        """Return a row with what was typed, its keys in the order they had."""
        found: dict[str, Any] = {}
        shown = dict(typed_list("", [kept], self.language))
        for key in dict.fromkeys([*kept, *said]):
            if key not in said:
                continue
            old = kept.get(key)
            if shown.get(f".0.{key}", "").strip() == said[key]:
                found[key] = old
            else:
                found[key] = {**old, self.language: said[key]} if isinstance(old, Mapping) else said[key]
        return found

    def _tags(self, name: str) -> Iterator[str]:
        yield from (key.removeprefix(f"{name}.") for key in self.typed if key.startswith(f"{name}."))


def _rows(typed: Typed, name: str) -> list[int]:
    """Return the numbers of a list's rows that a form holds."""
    found = re.compile(rf"{re.escape(name)}\.(\d{{1,4}})\.").match
    return sorted({int(match[1]) for key in typed if (match := found(key))})
