"""The difference of two versions in words: what was added, removed, changed and moved, field by field.

As a picture it is ``difference_map``'s; finding it is ``domain.diff``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from markupsafe import Markup, escape

from cbe.domain.diff import Changed, Difference, FieldChange, ListDifference
from cbe.domain.program import MasteryRule, Program, Quality, Rubric

from ..rule_words import Titles, prerequisites_sentence, rule_sentence, titles_of
from ..texts import KINDS, Spoken, hours, in_words, plain
from .frame import FIELDS

__all__ = ["CHANGES", "MOST_LINES", "Chapter", "FieldWords", "Line", "chapters_of", "counts_of", "offer_words"]

MOST_LINES = 200
"""So many lines of one list are shown; the page says how many more there are."""
CHANGES = {"added": _l("added"), "removed": _l("removed"), "changed": _l("changed"), "moved": _l("moved")}
GATES = {
    "recognition": _l("only recognition of prior learning"),
    "strict": _l("nothing can be handed in"),
    "open": _l("advice only"),
}
AWARDS = {"automatic": lazy_pgettext("how a credential is awarded", "by itself"), "approval": _l("by a person")}
QUALITY = {
    "country": _l("Country"),
    "assessment": _l("Assessment"),
    "participation": _l("Participation"),
    "quality_assurance": _l("Quality assurance"),
    "identity_check": _l("Identity check"),
}
OTHER_FIELDS = {"effort_is_estimated": _l("Hours are estimated"), "sections": _l("Sections"),
                "archived": _l("Offered")}  # fmt: skip
TEXTS = frozenset({"title", "description", "statement", "criteria"})
TELLING = ("effort_hours", "prerequisites", "requires")
"""What is told of what was added or removed as a whole."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field before and after, in words; None where there was nothing. ``lang``: of a text in one language."""

    label: str
    old: str | Markup | None
    new: str | Markup | None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that differs: how (a key of ``CHANGES``), what it is called, and its fields before and after."""

    change: str
    key: str
    title: Spoken
    fields: list[FieldWords]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What differs of one kind of thing, and how many lines there are beyond those shown."""

    kind: str
    label: str
    lines: list[Line]
    more: int


def chapters_of(old: Program, new: Program, found: Difference) -> list[Chapter]:
    """Return a difference in words: of the program itself, its sections, competencies and credentials."""
    writer = _Writer(titles_of(new, old), new.language)
    chapters = []
    if found.program:
        title = in_words(new.title, new.language)
        line = Line("changed", new.id, title, list(writer.fields(found.program)))
        chapters.append(Chapter("program", _("Program"), [line], 0))
    lists: list[tuple[str, str, ListDifference[Any]]] = [
        ("section", _("Sections"), found.sections), ("competency", _("Competencies"), found.competencies),
        ("credential", _("Credentials"), found.credentials),
    ]  # fmt: skip
    for kind, label, of_it in lists:
        lines = _count(of_it)
        if lines:
            shown = [line for line, _number in zip(writer.lines(kind, of_it), range(MOST_LINES), strict=False)]
            chapters.append(Chapter(kind, label, shown, max(0, lines - MOST_LINES)))
    return chapters


def counts_of(found: Difference) -> list[tuple[str, int]]:
    """Return how many things were added, removed, changed and moved, in all lists."""
    lists: list[ListDifference[Any]] = [found.sections, found.competencies, found.credentials]
    return [
        ("added", sum(len(one.added) for one in lists)),
        ("removed", sum(len(one.removed) for one in lists)),
        ("changed", sum(len(one.changed) for one in lists) + bool(found.program)),
        ("moved", sum(len(one.moved) for one in lists)),
    ]


def offer_words(was_archived: Any, is_archived: Any) -> FieldWords:
    """Return in words that a competency is offered no more, or again."""
    gone = _("no longer offered")
    old, new = (
        (gone, gone if is_archived else _("offered again")) if was_archived else (None, gone if is_archived else None)
    )
    return FieldWords(str(OTHER_FIELDS["archived"]), old, new)


def _count(of_it: ListDifference[Any]) -> int:
    return len(of_it.added) + len(of_it.removed) + len(of_it.changed) + len(_only_moved(of_it))


def _only_moved(of_it: ListDifference[Any]) -> list[str]:
    changed = {one.id for one in of_it.changed}
    return [key for key in of_it.moved if key not in changed]


class _Writer:
    def __init__(self, titles: Titles, language: str) -> None:
        self.titles, self.language = titles, language

    def lines(self, kind: str, of_it: ListDifference[Any]) -> Iterator[Line]:
        for one in of_it.added:
            yield Line("added", one.id, self.titles(kind, one.id), self._whole(one, is_new=True))
        for one in of_it.removed:
            yield Line("removed", one.id, self.titles(kind, one.id), self._whole(one, is_new=False))
        moved = set(of_it.moved)
        for changed in of_it.changed:
            yield self._changed(kind, changed, is_moved=changed.id in moved)
        for key in _only_moved(of_it):
            yield Line("moved", key, self.titles(kind, key), [])

    def fields(self, changes: tuple[FieldChange, ...]) -> Iterator[FieldWords]:
        for one in changes:
            yield from self._field(one)

    def _changed(self, kind: str, changed: Changed, *, is_moved: bool) -> Line:
        found = list(self.fields(changed.fields))
        if is_moved:
            found.append(FieldWords(str(FIELDS["#place"]), None, _("moved")))
        return Line("changed", changed.id, self.titles(kind, changed.id), found)

    def _whole(self, item: Any, *, is_new: bool) -> list[FieldWords]:
        told = [one.name for one in fields(item) if one.name in TELLING and getattr(item, one.name) not in (None, ())]
        words = [(self._label(name), self._value(name, getattr(item, name))) for name in told]
        return [FieldWords(label, None, text) if is_new else FieldWords(label, text, None) for label, text in words]

    def _label(self, field: str) -> str:
        return str(FIELDS.get(field) or OTHER_FIELDS.get(field, field))

    def _field(self, one: FieldChange) -> Iterator[FieldWords]:
        if one.field == "archived":
            yield offer_words(one.old, one.new)
        elif one.field not in TEXTS:
            yield FieldWords(self._label(one.field), self._value(one.field, one.old), self._value(one.field, one.new))
        else:
            yield from self._texts(one)

    def _texts(self, one: FieldChange) -> Iterator[FieldWords]:
        old, new = self._by_language(one.old), self._by_language(one.new)
        for lang in dict.fromkeys([*old, *new]):
            if old.get(lang) != new.get(lang):
                label = f"{self._label(one.field)} ({lang})" if len({*old, *new}) > 1 else self._label(one.field)
                yield FieldWords(label, old.get(lang), new.get(lang), lang)

    def _by_language(self, text: Any) -> Mapping[str, str]:
        if text is None:
            return {}
        return dict(text) if isinstance(text, Mapping) else {self.language: text}

    def _value(self, field: str, value: Any) -> str | Markup | None:
        if value is None:
            return None
        match field:
            case "prerequisites":
                return prerequisites_sentence(value, self.titles)
            case "requires":
                return rule_sentence(value, self.titles)
            case "section" | "parent":
                return escape(self.titles("section", value))
            case "gate":
                return str(GATES.get(value, value))
            case "kind":
                return str(KINDS.get(value, value))
            case "award":
                return str(AWARDS.get(value, value))
            case "resources" | "alignments":
                return _("; ").join(self._link(one) for one in value)
        return self._plain(value)

    def _plain(self, value: Any) -> str:
        match value:
            case bool():
                return _("yes") if value else _("no")
            case Decimal() | int():
                return hours(Decimal(value))
            case Rubric(levels, counts_from):
                named = " < ".join(plain(one.title, self.language) for one in levels)
                counts = next((plain(one.title, self.language) for one in levels if one.id == counts_from), counts_from)
                return _("%(levels)s; counts from %(level)s", levels=named, level=counts)
            case MasteryRule(assessors, days, level):
                text = _("assessors: %(assessors)s, days: %(days)s", assessors=assessors, days=days)
                return text + (_(", level: %(level)s", level=level) if level else "")
            case Quality():
                known = [(label, getattr(value, name)) for name, label in QUALITY.items()]
                return _("; ").join(f"{label}: {plain(text, self.language)}" for label, text in known if text)
        return str(value)

    def _link(self, one: Any) -> str:
        title = plain(one.title, self.language) if one.title else ""
        address = getattr(one, "url", None) or getattr(one, "uri", "")
        return f"{title} ({address})" if title else str(address)
