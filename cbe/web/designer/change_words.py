"""Operations on a draft in words: which fields of which parts, from what to what.

The difference of two versions, which is of sound programs, is ``difference_words``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from cbe.domain.draft import Change, Draft, Operation

from ..rule_words import rule_sentence
from ..texts import KINDS, Spoken, hours, in_words
from .difference_words import AWARDS, GATES, OTHER_FIELDS, QUALITY, FieldWords, offer_words
from .frame import FIELDS
from .rule_form import group_of, sentence_tree

__all__ = ["MOST_PARTS", "PartLine", "lines_of", "titles_in", "words_of"]

MOST_PARTS = 20
"""So many parts of one operation are told; how many more there are is said."""
TEXTS = frozenset({"title", "description", "statement", "criteria"})
CHOICES = {"gate": GATES, "kind": KINDS, "award": AWARDS}


@dataclass
class PartLine:
    """What an operation did to a part: added, removed, changed or moved it, with its fields before and after."""

    kind: str
    key: str
    title: Spoken
    how: str
    fields: list[FieldWords] = field(default_factory=list)


def titles_in(draft: Draft, operation: Operation, most: int = 3) -> tuple[list[Spoken], int]:
    """Return the titles of the parts that an operation is about, and how many more there are."""
    lines, more = lines_of(draft, operation)
    return [line.title for line in lines[:most]], max(0, len(lines) - most) + more


def lines_of(draft: Draft, operation: Operation) -> tuple[list[PartLine], int]:
    """Return what an operation did part by part, and how many parts more than are told.

    Parts that only made room for another are left out; the one that moved comes last in its operation.
    """
    of_part: dict[tuple[str, str], list[Change]] = {}
    for one in operation:
        of_part.setdefault((one.kind, one.id), []).append(one)
    told = {part: changes for part, changes in of_part.items() if any(one.field != "#place" for one in changes)}
    told = told or dict(list(of_part.items())[-1:])
    writer = _Writer(draft, operation)
    lines = [writer.line(kind, key, changes) for (kind, key), changes in list(told.items())[:MOST_PARTS]]
    return lines, max(0, len(told) - MOST_PARTS)


def words_of(draft: Draft, name: str, old: Any, new: Any) -> list[tuple[str, str | Markup | None, str | Markup | None]]:
    """Return a field's two values in words, with what it is called; a text by languages."""
    found = list(_Writer(draft, ()).words(Change("", "", name, old, new)))
    return [(one.label, one.old, one.new) for one in found]


class _Writer:
    """Writes with the titles of the draft, and with those that parts had which are gone."""

    def __init__(self, draft: Draft, operation: Operation) -> None:
        self.draft, self.language = draft, str(draft.head.get("language", "en"))
        self.gone = {
            (one.kind, one.id): text for one in operation if one.field == "title" and (text := one.before or one.after)
        }

    def title(self, kind: str, key: str) -> Spoken:
        text = self.draft.get(kind, key, "title") or self.gone.get((kind, key))
        found = in_words(text, self.language)
        return found if found.text else in_words(key, "en")

    def line(self, kind: str, key: str, changes: list[Change]) -> PartLine:
        born = [one for one in changes if one.field == "id"]
        how = "added" if born and born[0].before is None else "removed" if born else "changed"
        if not born and any(one.field == "#place" for one in changes):
            how = "moved"
        shown = [one for one in changes if one.field not in ("id", "#place")]
        return PartLine(kind, key, self.title(kind, key), how, [words for one in shown for words in self.words(one)])

    def words(self, one: Change) -> Iterator[FieldWords]:
        if one.field == "archived":
            yield offer_words(one.before, one.after)
            return
        label = str(FIELDS.get(one.field) or OTHER_FIELDS.get(one.field, one.field))
        if one.field not in TEXTS:
            yield FieldWords(label, self.value(one.field, one.before), self.value(one.field, one.after))
            return
        old, new = self.by_language(one.before), self.by_language(one.after)
        for tag in dict.fromkeys([*old, *new]):
            if old.get(tag) != new.get(tag):
                named = f"{label} ({tag})" if tag != self.language else label
                yield FieldWords(named, old.get(tag), new.get(tag), tag)

    def by_language(self, text: Any) -> Mapping[str, str]:
        if isinstance(text, Mapping):
            return text
        return {} if text is None else {self.language: str(text)}

    def value(self, name: str, value: Any) -> str | Markup | None:
        if value is None:
            return None
        match name:
            case "prerequisites" if isinstance(value, list):
                return escape(_("; ")).join(self.group(group) for group in value)
            case "requires":
                rule = sentence_tree(group_of(value))
                return rule_sentence(rule, self.title) if rule is not None else None
            case "section" | "parent":
                return escape(self.title("section", str(value)))
            case "gate" | "kind" | "award":
                return str(CHOICES[name].get(value, value))
        return self.plain(value)

    def group(self, group: list[str]) -> Markup:
        return escape(_(" or ")).join(escape(self.title("competency", key)) for key in group)

    def plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, int | float):
            return hours(value)
        if isinstance(value, list):
            return _("; ").join(map(self.plain, value))
        if not isinstance(value, Mapping):
            return str(value)
        if "levels" in value:
            return _(
                "%(levels)s; counts from %(level)s", levels=self.plain(value["levels"]), level=value.get("counts_from")
            )
        if isinstance(value.get("title"), str | Mapping):
            address = value.get("url") or value.get("uri")
            return in_words(value["title"], self.language).text + (f" ({address})" if address else "")
        said = {key: one for key, one in value.items() if key != "id"}
        return _("; ").join(f"{QUALITY.get(key, FIELDS.get(key, key))}: {self.plain(one)}" for key, one in said.items())
