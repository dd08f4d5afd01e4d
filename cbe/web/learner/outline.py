"""The outline: every competency of the program in a table by section, sorted, filtered and searched through the URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from cbe.domain.program import Competency
from cbe.domain.progress import State

from ..texts import Spoken, in_words
from .view import Step, View, load, page, show

__all__ = ["Section", "outline", "sections"]

SORTS: dict[str, Callable[[Step, Competency], Any]] = {
    "title": lambda step, competency: step.title.text.casefold(),
    "state": lambda step, competency: list(State).index(step.state),
    "hours": lambda step, competency: step.hours,
    "level": lambda step, competency: competency.level or 0,
}


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A competency in the table."""

    step: Step
    code: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the outline with its rows and how many of them are mastered; no title: the rest."""

    title: Spoken | None
    rows: list[OutlineRow]
    done: int


@page("/outline", "outline")
def outline(program: str, enrolment_id: UUID | None = None) -> str:
    """Show every competency, or those that were asked for."""
    view = load(program, enrolment_id)
    progress = view.progress
    asked = {name: request.args.get(name, "").strip() for name in ("q", "state", "credential", "sort", "order")}
    keys = _filtered(view, asked)
    found = sections(view, keys) if asked["sort"] not in SORTS else [_sorted(view, keys, asked)]
    credentials = [(plan.id, view.credential_title(plan.id).text) for plan in progress.plans]
    return show(
        "outline",
        view,
        sections=found,
        asked=asked,
        count=len(keys),
        credentials=credentials,
        heads=_heads(view, asked),
        total=len(view.offered),
    )


def sections(view: View, keys: Iterable[str]) -> list[Section]:
    """Group competencies under their sections, in the order of the program."""
    program, wanted = view.progress.compiled.program, set(keys)
    rows: dict[str | None, list[OutlineRow]] = {section.id: [] for section in program.sections}
    rows[None] = []
    for competency in program.competencies:
        if competency.id in wanted:
            rows[competency.section].append(_row(view, competency))
    titles: dict[str | None, Spoken | None] = {
        section.id: in_words(section.title, view.language) for section in program.sections
    }
    return [
        Section(titles.get(key), found, sum(row.step.state is State.MASTERED for row in found))
        for key, found in rows.items()
        if found
    ]


def _row(view: View, competency: Competency) -> OutlineRow:
    return OutlineRow(view.step(competency.id), competency.code or "", competency.level)


def _filtered(view: View, asked: dict[str, str]) -> list[str]:
    compiled, states = view.progress.compiled, view.progress.states
    keys: Iterable[str] = view.offered
    if asked["state"] in set(State):
        keys = [key for key in keys if states[key] == asked["state"]]
    if asked["credential"] in compiled.credentials:
        scope = set(compiled.ids_of(compiled.scope_bits(asked["credential"])))
        keys = [key for key in keys if key in scope]
    if asked["q"]:
        keys = [key for key in keys if _mentions(view, key, asked["q"].casefold())]
    return list(keys)


def _mentions(view: View, key: str, wanted: str) -> bool:
    competency = view.progress.compiled.competencies[key]
    texts = [
        view.competency_title(key).text,
        competency.code or "",
        key,
        in_words(competency.statement, view.language).text,
    ]
    return any(wanted in text.casefold() for text in texts)


def _sorted(view: View, keys: list[str], asked: dict[str, str]) -> Section:
    compiled = view.progress.compiled
    rows = [_row(view, compiled.competencies[key]) for key in keys]
    rank = SORTS[asked["sort"]]
    rows.sort(key=lambda row: rank(row.step, compiled.competencies[row.step.id]), reverse=asked["order"] == "down")
    return Section(None, rows, sum(row.step.state is State.MASTERED for row in rows))


def _heads(view: View, asked: dict[str, str]) -> list[tuple[str, str, str | None]]:
    """The columns as (label, address that sorts by it, direction it is sorted in)."""
    labels = {"title": _("Competency"), "state": _("State"), "hours": _("Hours"), "level": _("Level")}
    kept = {name: asked[name] for name in ("q", "state", "credential") if asked[name]}
    heads = []
    for name, label in labels.items():
        current = asked["sort"] == name
        down = current and asked["order"] == "down"
        order = {"order": "down"} if current and not down else {}
        direction = ("descending" if down else "ascending") if current else None
        heads.append((label, view.url("outline", **kept, sort=name, **order), direction))
    return heads
