"""Which part of a draft the picture shows, as its address says, and what is drawn of it.

A draft that is small stands in the picture whole; of a larger one a section, or what stands around one competency.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from unicodedata import normalize

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from cbe.domain.draft import Draft, Edge, around, back_edges, edges_among, groups_of

from .. import identity
from ..map_layout import layout
from ..map_svg import ZOOMS
from ..texts import Spoken, hours
from .frame import Page
from .picture_svg import Node, Words, draw

__all__ = [
    "MOST_AROUND",
    "MOST_FOUND",
    "MOST_WHOLE",
    "Chosen",
    "Picture",
    "Shown",
    "View",
    "joined",
    "named",
    "shown_in",
]

MOST_WHOLE = 120
"""A draft with so many competencies stands in the picture whole."""
MOST_AROUND = 80
"""So many are shown of a section or around a competency."""
MOST_STEPS = 3
MOST_FOUND = 20
MOST_LISTED = 60
"""So many edges of one competency are listed to each side."""
MOST_SAID = 4
WIDE = 880


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for: a competency that is chosen, and a section or how many steps around it."""

    program: str
    focus: str | None = None
    section: str | None = None
    steps: int | None = None
    part: int = 1
    zoom: int = 1

    @classmethod
    def of(cls, program: str, draft: Draft, asked: Mapping[str, str]) -> View:
        """Read an address; what is not in the draft (any more) is left out. A section that is empty: in none."""
        focus, section = asked.get("focus"), asked.get("section")
        return cls(
            program,
            focus if focus in draft.competencies else None,
            section if section == "" or section in draft.sections else None,
            _number(asked.get("steps"), MOST_STEPS) if focus in draft.competencies else None,
            _number(asked.get("part"), 9999) or 1,
            _number(asked.get("zoom"), max(ZOOMS)) or 1,
        )

    def url(self, endpoint: str = "picture", **changes: Any) -> str:
        """Return the address of this view with some of it changed."""
        now: dict[str, Any] = {"focus": self.focus, "section": self.section, "steps": self.steps}
        now |= {"part": self.part if self.part > 1 else None, "zoom": self.zoom if self.zoom > 1 else None}
        return url_for(f"designer.{endpoint}", program=self.program, **{**now, **changes})


@dataclass(frozen=True, slots=True)
class Shown:
    """The competencies in the picture: the whole draft, a section, or around one; of how many, and how many parts there are."""

    keys: list[str]
    kind: str
    about: str | None
    is_all: bool
    parts: int = 1


def shown_in(draft: Draft, view: View) -> Shown:
    """Choose what the picture shows."""
    if view.section is None and view.steps is None and len(draft.competencies) <= MOST_WHOLE:
        return Shown(list(draft.order["competency"]), "whole", None, True)
    focus, section = view.focus, view.section
    if focus is None and section is None:
        section = next((key for key in draft.order["section"] if _in_section(draft, key)), None)
        focus = next(iter(draft.order["competency"]))
    if section is not None:
        inside = _in_section(draft, section)
        parts = max(1, -(-len(inside) // MOST_AROUND))
        first = (min(view.part, parts) - 1) * MOST_AROUND
        return Shown(inside[first : first + MOST_AROUND], "section", section, parts == 1, parts)
    assert focus is not None
    keys, is_all = around(draft, focus, view.steps or (1 if view.focus else MOST_STEPS), MOST_AROUND)
    return Shown(keys, "around", focus, is_all)


@dataclass(frozen=True, slots=True)
class Member:
    """A competency at the other end of an edge: ``edge`` as a form carries it, and whether others are as good."""

    id: str
    title: Spoken
    edge: str
    is_any: bool


@dataclass(frozen=True)
class Chosen:
    """The chosen competency with its edges, as far as they are listed."""

    page: Page
    key: str

    @property
    def title(self) -> Spoken:
        """What it is called."""
        return self.page.title_of("competency", self.key)

    def field(self, name: str) -> Any:
        """Return what stands in one of its fields."""
        return self.page.draft.get("competency", self.key, name)

    @property
    def section(self) -> Spoken | None:
        """The section in which it stands."""
        key = self.field("section")
        return self.page.title_of("section", key) if key in self.page.draft.sections else None

    @cached_property
    def needs(self) -> list[list[Member]]:
        """What it needs, by group."""
        found, room = [], MOST_LISTED
        for group in groups_of(self.page.draft, self.key):
            found.append([self._member(one, (one, self.key), group) for one in group[:room]])
            room -= len(found[-1])
        return [group for group in found if group]

    @cached_property
    def opens(self) -> list[Member]:
        """What needs it, once for each group in which it is named."""
        draft = self.page.draft
        others = sorted(draft.opens.get(self.key, ()), key=lambda one: draft.place("competency", one))[:MOST_LISTED]
        return [
            self._member(one, (self.key, one), group)
            for one in others
            for group in groups_of(draft, one)
            if self.key in group
        ]

    @property
    def unlisted(self) -> int:
        """How many edges are not listed."""
        draft = self.page.draft
        needs = sum(len(group) for group in groups_of(draft, self.key)) - sum(map(len, self.needs))
        return needs + max(0, len(draft.opens.get(self.key, ())) - MOST_LISTED)

    def _member(self, key: str, pair: tuple[str, str], group: Sequence[str]) -> Member:
        title = self.page.title_of("competency", key)
        return Member(key, title, json.dumps([*pair, group], ensure_ascii=False), len(group) > 1)


@dataclass(frozen=True)
class Picture:
    """The picture of what a view shows. ``marked``: competencies to show as those of a circle that was refused."""

    page: Page
    view: View
    shown: Shown
    marked: Collection[str] = ()

    @cached_property
    def edges(self) -> list[Edge]:
        """The edges in it."""
        return edges_among(self.page.draft, self.shown.keys)

    @cached_property
    def back(self) -> set[tuple[str, str]]:
        """The edges that lead back in a circle."""
        return back_edges(self.shown.keys, [edge.pair for edge in self.edges])

    @property
    def has_archived(self) -> bool:
        """Tell whether anything in it is no longer offered."""
        return any(self.page.draft.get("competency", key, "archived") is True for key in self.shown.keys)

    @cached_property
    def svg(self) -> Markup:
        """Draw it."""
        rtl = identity.direction() == "rtl"
        pairs = [pair for pair in dict.fromkeys(edge.pair for edge in self.edges) if pair not in self.back]
        placed = layout(self.shown.keys, pairs, max_width=WIDE, mirrored=rtl)
        groups = {(edge.target, edge.group): groups_of(self.page.draft, edge.target)[edge.group] for edge in self.edges}
        words = Words(_("Picture of the draft"), {edge: self._edge_words(edge) for edge in self.edges})
        nodes = [self._node(key) for key in self.shown.keys]
        return draw(placed, nodes, self.edges, groups, words, rtl=rtl, zoom=self.view.zoom)

    @cached_property
    def _among(self) -> dict[str, set[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, set()).add(edge.pair)
            found.setdefault(edge.target, set()).add(edge.pair)
        return found

    def _node(self, key: str) -> Node:
        draft, title = self.page.draft, self._title(key)
        groups = groups_of(draft, key)
        needed = {one for group in groups for one in group}
        away = len(needed) + len(draft.opens.get(key, ())) - len(self._among.get(key, ()))
        away -= 1 if key in needed else 0  # an edge into itself is counted at both ends
        note = [_("%(hours)s h", hours=hours(value))] if (value := _hours(draft, key)) is not None else []
        is_archived = draft.get("competency", key, "archived") is True
        note += [_("no longer offered")] if is_archived else []
        short = _("no longer offered") + (f" · \u2066+{away}\u2069" if away > 0 else "") if is_archived else ""
        note += [ngettext("+%(num)d edge", "+%(num)d edges", away)] if away > 0 else []
        return Node(
            key, title.text, title.lang if title.is_fallback else None, " · ".join(note), self._says(key, groups),
            self.view.url(focus=key), self.page.form_of("competency", key) or "",
            [(json.dumps(group, ensure_ascii=False), self._instead(group)) for group in groups[:MOST_SAID]],
            key == self.view.focus, key in self.marked, is_archived,
            short,
        )  # fmt: skip

    def _says(self, key: str, groups: list[list[str]]) -> str:
        opens = sorted(self.page.draft.opens.get(key, ()))
        needs = joined(_("; "), [self._or(group) for group in groups[:MOST_SAID]], len(groups) - MOST_SAID)
        needed_for = joined(_(", "), self._titles(opens[:MOST_SAID]), len(opens) - MOST_SAID)
        said = [_("Needs %(what)s.", what=needs)] if groups else [_("Needs nothing.")]
        return " ".join([*said, *([_("Is needed for %(what)s.", what=needed_for)] if opens else [])])

    def _instead(self, group: Sequence[str]) -> str:
        return _("as an alternative to %(what)s", what=self._or(group))

    def _or(self, group: Sequence[str]) -> str:
        return joined(_(" or "), self._titles(group[:MOST_SAID]), len(group) - MOST_SAID)

    def _edge_words(self, edge: Edge) -> str:
        needed, competency = self._titles([edge.source, edge.target])
        if edge.pair in self.back:
            return _("%(needed)s is needed for %(what)s; this closes a circle", needed=needed, what=competency)
        if edge.is_any:
            return _(
                "%(needed)s is one of several, one of which is needed for %(what)s", needed=needed, what=competency
            )
        return _("%(needed)s is needed for %(what)s", needed=needed, what=competency)

    def _titles(self, keys: Iterable[str]) -> list[str]:
        return [self._title(key).text for key in keys]

    def _title(self, key: str) -> Spoken:
        if key not in self._known:
            self._known[key] = self.page.title_of("competency", key)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[str, Spoken]:
        return {}


def joined(between: str, texts: list[str], more: int) -> str:
    """Return texts in one line, and how many more there are."""
    said = between.join(texts)
    return ngettext("%(names)s and %(num)d more", "%(names)s and %(num)d more", more, names=said) if more > 0 else said


def named(draft: Draft, text: str, most: int = MOST_FOUND) -> list[str]:
    """Return which competencies somebody may mean: the one with that id, else those with that title or code, else that hold it."""
    if text in draft.competencies:
        return [text]
    wanted = _folded(text)
    if not wanted:
        return []
    whole, parts = [], []
    for key, fields in draft.competencies.items():
        names = [_folded(one) for one in _names(fields)]
        if wanted in names:
            whole.append(key)
        elif wanted in _folded(key) or any(wanted in one for one in names):
            parts.append(key)
    return sorted(whole or parts, key=lambda key: draft.place("competency", key))[:most]


def _names(fields: Mapping[str, Any]) -> Iterable[str]:
    title, code = fields.get("title"), fields.get("code")
    texts = title.values() if isinstance(title, Mapping) else [title]
    return [text for text in (*texts, code) if isinstance(text, str)]


def _folded(text: str) -> str:
    return " ".join(normalize("NFKC", text).casefold().split())


def _in_section(draft: Draft, section: str) -> list[str]:
    """Return what stands in a section and in those inside it; in none, for an empty one."""
    inside, waiting = {section}, [section] if section else []
    under: dict[Any, list[str]] = {}
    for key, fields in draft.sections.items():
        under.setdefault(fields.get("parent"), []).append(key)
    while waiting:
        below = [key for key in under.get(waiting.pop(), ()) if key not in inside]
        inside.update(below)
        waiting += below
    found = []
    for key, fields in draft.competencies.items():
        stands = fields.get("section")
        if (stands if stands in draft.sections else "") in inside:
            found.append(key)
    return sorted(found, key=lambda key: draft.place("competency", key))


def _hours(draft: Draft, key: str) -> Decimal | None:
    value = draft.get("competency", key, "effort_hours")
    return Decimal(str(value)) if isinstance(value, int | float) else None


def _number(text: str | None, most: int) -> int | None:
    return min(int(text), most) if text and text.isascii() and text.isdigit() and int(text[:6]) > 0 else None
