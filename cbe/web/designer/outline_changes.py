"""What is changed in the outline: sections and competencies added, moved, copied and taken out, each one operation."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from cbe.domain.draft import (
    Draft,
    Operation,
    add_part,
    copied,
    indented,
    outdented,
    outline_of,
    put_into,
    remove_part,
    set_fields,
    shifted,
    unused_id,
)
from cbe.domain.errors import NotFound

from ..texts import told
from . import designer
from .frame import page, save
from .outline import address, shown
from .typed import Reading, Typed

__all__ = ["ARCHIVED", "OFFERED"]

ARCHIVED = _l("No longer offered: %(title)s. Who mastered it keeps it.")
OFFERED = _l("Offered again: %(title)s.")


@designer.post("/programs/<key:program>/draft/move")
def change_outline(program: str) -> Response:
    """Move, copy, archive or take out what a button of the outline names: ``do`` is what to do, the kind of a part, and its id."""
    verb, kind, key = [*request.form.get("do", "").split(" ", 2), "", ""][:3]
    before = page(program, "outline")
    made: dict[str, Any] = {}

    def make(draft: Draft) -> Operation:
        made["operation"] = changed(draft, verb, kind, key)
        return made["operation"]

    save(program, make)
    after = page(program, "outline")
    if verb == "remove":
        flash(_("Taken out: %(title)s. “Undo” brings it back.", title=before.title_of(kind, key)))
        section = before.draft.get(kind, key, "section" if kind == "competency" else "parent")
        return redirect(address(after, "section", section), 303)
    if verb == "copy":
        key = next(one.id for one in made["operation"] if one.field == "id")
        flash(_("Copied. This is the second one: give it a title of its own."))
        return redirect(url_for("designer.competency", program=program, competency=key), 303)
    said = {"archive": ARCHIVED, "offer": OFFERED}
    flash(said.get(verb, _l("Moved: %(title)s.")) % {"title": after.title_of(kind, key)})
    return redirect(address(after, kind, key, at=request.form.get("at")), 303)


def changed(draft: Draft, verb: str, kind: str, key: str) -> Operation:
    """Return the operation that a button of the outline asks for."""
    if kind not in ("section", "competency") or key not in draft.parts[kind]:
        raise NotFound("It is not in this draft any more. Open the draft again.")
    match verb, kind:
        case "up", _:
            return shifted(draft, kind, key, -1)
        case "down", _:
            return shifted(draft, kind, key, 1)
        case "in", "section":
            return indented(draft, key)
        case "out", "section":
            return outdented(draft, key)
        case "to", "competency":
            return put_into(draft, key, _section_sent(draft))
        case "copy", "competency":
            return copied(draft, key)
        case (("archive" | "offer"), "competency"):
            return set_fields(draft, "competency", key, {"archived": True if verb == "archive" else None})
        case "remove", _:
            return remove_part(draft, kind, key)
    raise NotFound("There is no such button.")


@designer.post("/programs/<key:program>/draft/sections")
def add_section(program: str) -> Response | tuple[str, int]:
    """Add a section, in another one or in none."""
    found = page(program, "outline")
    title = request.form.get("title", "").strip()
    made: list[str] = []

    def make(draft: Draft) -> Operation:
        made.append(unused_id(draft, "section", title))
        return add_part(draft, "section", {"id": made[-1], "title": title, "parent": _section_sent(draft)})

    if not title:
        return shown(found, refused={"section": [_("Write a title.")]}), 422
    save(program, make)
    flash(_("Added: %(title)s.", title=title))
    return redirect(address(page(program, "outline"), "section", made[-1]), 303)


@designer.post("/programs/<key:program>/draft/competencies")
def add_competency(program: str) -> Response | tuple[str, int]:
    """Add a competency with a title and hours at the end of a section, or after another."""
    found = page(program, "outline")
    title, hours, refused = _typed(found.language)
    made: list[str] = []

    def make(draft: Draft) -> Operation:
        section, after = _section_sent(draft), request.form.get("after")
        made.append(unused_id(draft, "competency", title))
        there = outline_of(draft).competencies.get(section, [])
        if after not in there:
            after = there[-1] if there else None
        fields = {"id": made[-1], "title": title, "effort_hours": hours, "section": section}
        return add_part(draft, "competency", fields, after=after)

    if refused:
        return shown(found, refused=refused), 422
    save(program, make)
    flash(_("Added: %(title)s.", title=title))
    return redirect(address(page(program, "outline"), "competency", made[-1]), 303)


def _typed(language: str) -> tuple[str, int | float | None, dict[str, list[str]]]:
    """Return title and hours of a new competency, and what is wrong with them by field."""
    title = request.form.get("title", "").strip()
    reading = Reading(Typed(request.form), "", language)
    hours = reading.number("effort_hours")
    refused = {at.strip("/"): [told(text)] for at, text in reading.problems}
    if not hours and not refused:
        refused["effort_hours"] = [_("Hours are more than 0, such as 6 or 1.5.")]
    if not title:
        refused["title"] = [_("Write a title.")]
    return title, hours, refused


def _section_sent(draft: Draft) -> str | None:
    section = request.form.get("section") or None
    if section is not None and section not in draft.sections:
        raise NotFound("It is not in this draft any more. Open the draft again.")
    return section
