"""The draft as an outline: sections with their competencies, folded and paged where there are many, and searched.

What is changed in it is ``outline_changes``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cbe.domain.draft import Draft, Outline, languages_of, new_problems, outline_of, remove_part, untranslated
from cbe.domain.draft.values import members
from cbe.services.draft_records import removal_problems

from .. import identity
from ..limits import page_number
from ..texts import Spoken
from . import designer
from .frame import Page, page, told_in

__all__ = ["address", "found_in", "section_choices", "shown", "why_kept"]

WHOLE = 300
"""A draft of so many competencies and sections is shown whole; of a larger one, one section at a time."""
PAGE = 100
"""So many competencies of a section of a larger draft are shown at once."""
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A competency in the outline; ``lacks``: the languages in which it lacks a text."""

    key: str
    title: Spoken
    code: str
    hours: Any
    is_estimated: bool
    is_archived: bool
    needs: int
    lacks: list[str]
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section in the outline (key and title None: what stands in none) with those of its competencies that are shown.

    ``within``: how many sections stand in it that are not shown.
    """

    key: str | None
    title: Spoken | None
    depth: int
    count: int
    is_open: bool
    rows: list[Row] = field(default_factory=list)
    number: int = 1
    pages: int = 1
    within: int = 0


@designer.get("/programs/<key:program>/draft")
def outline(program: str) -> str | Response:
    """Show the draft by its sections, or what is searched in it."""
    found = page(program, "outline")
    words = request.args.get("q", "").strip()
    matches = found_in(found.draft, words) if words else []
    if len(matches) == 1:
        return redirect(address(found, "competency", matches[0], at=matches[0]), 303)
    return shown(found, words, matches)


def shown(
    found: Page, words: str = "", matches: Sequence[str] = (), refused: Mapping[str, list[str]] | None = None
) -> str:
    """Return the page; ``refused``: what is wrong with what the reader wants to add, by field."""
    at = request.args.get("at", "")
    return render_template(
        "designer/outline.html", page=found, parts=parts_of(found), address=address, refused=refused or {},
        at=at if at in found.draft.competencies else None, kept=why_kept(found, "competency", at),
        sections=section_choices(found), words=words, matches=matches[:MOST_FOUND], more=len(matches) - MOST_FOUND,
        is_whole=is_whole(found.draft), total=sum(_number(one.get("effort_hours")) for one in found.draft.competencies.values()),
    )  # fmt: skip


def parts_of(found: Page) -> list[Part]:
    """Return the sections, each under the one it stands in, and last what stands in none."""
    draft, outline = found.draft, outline_of(found.draft)
    languages = languages_of(draft)
    opened, whole = request.args.get("open", request.form.get("section")), is_whole(draft)
    way = set(_way_to(draft, opened))
    parts = []
    for key, depth in [*outline.walk(), (None, 0)]:
        if not whole and depth and draft.get("section", key or "", "parent") not in way:
            continue
        inside = outline.competencies.get(key, [])
        title = found.title_of("section", key) if key is not None else None
        if not whole and opened != (key or ""):
            within = 0 if key in way else len(outline.sections.get(key, [])) if key is not None else 0
            parts.append(Part(key, title, depth, len(inside), is_open=False, within=within))
            continue
        pages = 1 if whole else max(1, -(-len(inside) // PAGE))
        number = min(page_number(), pages)
        shown = range(len(inside))[slice(None) if whole else slice((number - 1) * PAGE, number * PAGE)]
        rows = [_row(found, inside, place, languages) for place in shown]
        parts.append(Part(key, title, depth, len(inside), True, rows, number, pages))
    return parts


def section_choices(found: Page) -> list[tuple[str, Spoken, int]]:
    """Return the sections to choose from: key, title, and how deep each stands."""
    return [(key, found.title_of("section", key), depth) for key, depth in outline_of(found.draft).walk()]


def is_whole(draft: Draft) -> bool:
    """Tell whether the outline shows the whole draft at once."""
    return len(draft.competencies) + len(draft.sections) <= WHOLE


def address(found: Page, kind: str, key: str | None, at: str | None = None) -> str:
    """Return where in the outline a part stands, a section opened and the page turned to; ``at``: with what moves it."""
    draft = found.draft
    wanted: dict[str, Any] = {"at": at} if at else {}
    anchor = f"{kind}-{key or ''}"
    if not is_whole(draft):
        wanted |= _opened(outline_of(draft), kind, key)
    return url_for("designer.outline", program=found.program, _anchor=anchor, **wanted)


def _way_to(draft: Draft, section: str | None) -> list[str]:
    """Return a section and all in which it stands."""
    way: list[str] = []
    while section is not None and section in draft.sections and section not in way:
        way.append(section)
        section = draft.get("section", section, "parent")
    return way


def _opened(outline: Outline, kind: str, key: str | None) -> dict[str, str]:
    if kind == "section":
        return {"open": key or ""}
    for section, inside in outline.competencies.items():
        if key in inside:
            number = inside.index(key) // PAGE + 1
            return {"open": section or ""} | ({"page": str(number)} if number > 1 else {})
    return {}


def found_in(draft: Draft, words: str) -> list[str]:
    """Return the competencies with all of these words in their titles, code or id, in order."""
    wanted = words.casefold().split()
    return [key for key in draft.order["competency"] if all(word in _said(draft, key) for word in wanted)]


def why_kept(found: Page, kind: str, key: str) -> list[str]:
    """Return why a part cannot be taken out of the draft; nothing where it can."""
    if key not in found.draft.parts[kind]:
        return []
    removal = remove_part(found.draft, kind, key)
    problems = new_problems(found.draft, found.draft.after(removal), removal)
    if kind == "competency":
        problems += removal_problems(identity.actor(), found.program, [key])
    return [told_in(found.draft, text) for _at, text in problems]


def _row(found: Page, inside: list[str], place: int, languages: list[str]) -> Row:
    key = inside[place]
    fields = found.draft.competencies[key]
    return Row(
        key, found.title_of("competency", key), str(fields.get("code") or ""), fields.get("effort_hours"),
        fields.get("effort_is_estimated") is not False, fields.get("archived") is True, len(list(members(fields.get("prerequisites")))),
        untranslated(fields, languages), place == 0, place == len(inside) - 1,
    )  # fmt: skip


def _said(draft: Draft, key: str) -> str:
    fields = draft.competencies[key]
    title = fields.get("title")
    titles = title.values() if isinstance(title, dict) else [title]
    return " ".join(map(str, (key, fields.get("code") or "", *titles))).casefold()


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
