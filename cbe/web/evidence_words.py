"""Evidence in words: settings, learning types and routes, where an item stands, and its body for the pages that show it.

The learner's pages are ``learner.evidence``'s, those of assessors ``instructor``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask_babel import format_timedelta, lazy_pgettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cbe.domain.graph import CompiledProgram
from cbe.domain.program import Competency
from cbe.domain.progress import State
from cbe.services.evidence import Item, ItemCompetency, ItemLine, Version
from cbe.services.files import File, list_files
from cbe.services.outside import Outside, attached
from cbe.services.programs import known_competencies

from . import identity
from .texts import Spoken, in_words, plain

__all__ = ["ITEM_STATES", "LEARNING_TYPES", "ROUTES", "SETTINGS", "Shown", "register", "shown", "wait_words"]

SETTINGS = {
    "classroom": _l("Classroom"),
    "simulation": _l("Simulation"),
    "workplace": _l("Workplace"),
    "placement": _l("Placement"),
    "online": _l("Online"),
    "community": _l("Community"),
}
LEARNING_TYPES = {
    "formal": _l("Formal: in a course that leads to a qualification"),
    "non-formal": _l("Non-formal: in an organized course or training"),
    "informal": _l("Informal: by yourself, at work or in life"),
}
ROUTES = {
    "program": _l("Learned in this program"),
    "recognition": _l("Recognition of prior learning: you could do it before"),
}
ITEM_STATES = {
    "draft": (_l("draft"), "open", "locked"),
    "submitted": (_l("waits for a decision"), "in_review", "in_review"),
    "taken": (_l("being read"), "in_review", "in_review"),
    "returned": (lazy_pgettext("evidence", "returned"), "returned", "returned"),
    "decided": (_l("decided"), "mastered", "mastered"),
    "withdrawn": (lazy_pgettext("evidence", "withdrawn"), "impossible", "expired"),
}
"""Where an item stands → its word, its icon, and the state whose colours it has."""


@dataclass(frozen=True, slots=True)
class ShownCompetency:
    """A competency of an item with its title, where the reader can look it up (or nothing), and its levels in words."""

    id: str
    judged: ItemCompetency
    title: Spoken
    levels: dict[str, str]
    state: State | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What ``evidence/_item.html`` shows: an item, one of its versions with its files, and its competencies in words."""

    item: Item
    version: Version
    competencies: list[ShownCompetency]
    files: list[File]
    where: str
    outside: list[Outside]


def shown(
    item: Item,
    compiled: CompiledProgram,
    *,
    version: int | None = None,
    states: dict[str, State] | None = None,
    url: Callable[[str], str] | None = None,
) -> Shown:
    """Return an item ready to be shown: its newest version, or the one asked for; ``url``: competency → address."""
    found = next((one for one in item.versions if one.version == version), item.newest)
    known = known_competencies(item.program_id, item.version_id, [one.competency for one in item.competencies])
    rows = [_competency(one, compiled, known, (states or {}).get(one.competency), url) for one in item.competencies]
    held = [one for one in list_files([item.id])[item.id] if one.is_in(found.version)]
    outside = attached(identity.actor(), item.id, today=identity.today())
    return Shown(item, found, rows, held, where(item), outside)


def _competency(
    judged: ItemCompetency,
    compiled: CompiledProgram,
    asked: Mapping[str, Competency],
    state: State | None,
    url: Callable[[str], str] | None,
) -> ShownCompetency:
    language, known = compiled.program.language, asked.get(judged.competency)
    if known is None:
        return ShownCompetency(judged.competency, judged, in_words(judged.competency, language), {}, None, None)
    rubric = known.rubric or compiled.program.rubric
    levels = {one.id: plain(one.title, language) for one in rubric.levels} if rubric else {}
    address = url(known.id) if url and known.id in compiled.competencies else None
    return ShownCompetency(known.id, judged, in_words(known.title, language), levels, state, address)


def where(item: Item | ItemLine) -> str:
    """Return where an item stands, a key of ``ITEM_STATES``."""
    if item.status == "submitted" and item.is_taken:
        return "taken"
    return "returned" if item.returned else item.status


def wait_words(usual: timedelta | None) -> str:
    """Say how long items usually wait."""
    if usual is None:
        return _("How long it usually takes is not known yet.")
    return _("Usually decided within %(time)s.", time=format_timedelta(usual, granularity="hour", threshold=1.2))


def register(app: Flask) -> None:
    """Offer all this to templates."""
    app.jinja_env.globals.update(
        SETTINGS=SETTINGS, LEARNING_TYPES=LEARNING_TYPES, EVIDENCE_ROUTES=ROUTES, ITEM_STATES=ITEM_STATES
    )
