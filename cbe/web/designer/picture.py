"""The draft as a picture, and every change that can be made beside it: edges, alternatives, competencies, circles.

What the picture shows is ``picture_view``'s. Changes lead back to the same view; what is refused is said above it, with
what was typed. The script only fills in these forms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from cbe.domain.draft import (
    Draft,
    Operation,
    add_part,
    circle_closed_by,
    connect,
    disconnect,
    goes_in_circles,
    groups_of,
    remove_part,
    set_fields,
    unused_id,
)
from cbe.domain.errors import N_, Invalid

from ..texts import Spoken
from . import designer
from .frame import Page, page, save, told_in
from .outline_changes import ARCHIVED, OFFERED
from .picture_view import MOST_FOUND, MOST_WHOLE, Chosen, Picture, View, named, shown_in
from .typed import Reading

__all__: list[str] = []

Where = tuple[str | None, str | None, str]
"""What was refused: the label and id of the field it is about, and why."""


@dataclass(slots=True)
class Typed:
    """What was typed into the forms, what of it may mean several competencies, and what was refused.

    ``is_kept``: the chosen one cannot be taken out.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Where] = field(default_factory=list)
    circle: Sequence[str] = ()
    is_kept: bool = False


@designer.get("/programs/<key:program>/draft/picture")
def picture(program: str) -> str | Response:
    """Show a part of the draft as a picture; a search that finds one competency leads to it."""
    found = page(program, "picture")
    view = View.of(program, found.draft, request.args)
    search = request.args.get("q", "").strip()
    hits = named(found.draft, search, MOST_FOUND + 1) if search else []
    if len(hits) == 1:
        return redirect(view.url(focus=hits[0], section=None, steps=view.steps, _anchor=f"c-{hits[0]}"), 303)
    return _shown(found, view, Typed(), search=search, hits=hits)


@designer.post("/programs/<key:program>/draft/picture/edges")
def draw_edge(program: str) -> Response | tuple[str, int]:
    """Let one competency need another: in any case, or as an alternative in a group it needs already."""
    found = page(program, "picture")
    view, typed = View.of(program, found.draft, request.args), Typed(request.form)
    needed = _meant(found, typed, "needed", _("What is needed"))
    competency = _meant(found, typed, "competency", _("What needs it"))
    beside = _group_meant(found, typed, competency) if competency else None
    if typed.problems or needed is None or competency is None:
        return _refused(found, view, typed)
    try:
        save(program, lambda draft: _connected(draft, needed, competency, beside))
    except Invalid as error:
        circle = circle_closed_by(found.draft, competency, [needed])
        typed.circle = circle or ()
        typed.problems += [(None, None, _circle_words(found, circle))] if circle else _told(found, error)
        return _refused(found, view, typed)
    flash(_("%(needed)s is needed for %(what)s now.", needed=_title(found, needed), what=_title(found, competency)))
    return _back(view, view.focus or competency)


@designer.post("/programs/<key:program>/draft/picture/edges/removal")
def remove_edge(program: str) -> Response:
    """Take an edge out of its group."""
    found = page(program, "picture")
    needed, competency, group = _edge_of(request.form.get("edge", ""))
    save(program, lambda draft: disconnect(draft, [(needed, competency)], group))
    flash(_("%(needed)s is not needed for %(what)s any more.", needed=_title(found, needed), what=_title(found, competency)))  # fmt: skip
    view = View.of(program, found.draft, request.args)
    return _back(view, view.focus or competency)


@designer.post("/programs/<key:program>/draft/picture/competencies")
def draw_competency(program: str) -> Response | tuple[str, int]:
    """Add a competency, by itself or joined with the one that is chosen."""
    found = page(program, "picture")
    view, typed = View.of(program, found.draft, request.args), Typed(request.form)
    title = request.form.get("title", "").strip()
    effort = Reading(request.form, "", found.language).number("effort_hours")
    if not title:
        typed.problems.append((_("Title"), "title", _("Say what it is called.")))
    if not effort:
        typed.problems.append((_("Notional hours"), "effort_hours", _("Write a number above 0, such as 12 or 1.5.")))
    if typed.problems:
        return _refused(found, view, typed)
    key = unused_id(found.draft, "competency", title)
    fields = {"id": key, "title": title, "effort_hours": effort, "section": view.section or None}
    try:
        save(program, lambda draft: _added(draft, fields, view.focus, request.form.get("join", "")))
    except Invalid as error:
        typed.problems += _told(found, error)
        return _refused(found, view, typed)
    flash(_("%(title)s is added.", title=title))
    return _back(view, key)


@designer.post("/programs/<key:program>/draft/picture/competencies/removal")
def erase_competency(program: str) -> Response | tuple[str, int]:
    """Take a competency out of the draft, with its edges."""
    found = page(program, "picture")
    view, key = View.of(program, found.draft, request.args), request.form.get("competency", "")
    near = next(iter(chain(found.draft.opens.get(key, ()), *groups_of(found.draft, key))), None)
    try:
        save(program, lambda draft: remove_part(draft, "competency", key) if key in draft.competencies else ())
    except Invalid as error:
        return _refused(found, replace(view, focus=key), Typed(problems=_told(found, error), is_kept=True))
    flash(_("%(title)s is taken out. Undo brings it back.", title=_title(found, key)))
    return _back(view, near)


@designer.post("/programs/<key:program>/draft/picture/competencies/offer")
def offer_competency(program: str) -> Response:
    """Offer a competency no longer, or again."""
    found = page(program, "picture")
    view, key = View.of(program, found.draft, request.args), request.form.get("competency", "")
    is_over = request.form.get("offer") != "again"
    fields = {"archived": True if is_over else None}
    save(program, lambda draft: set_fields(draft, "competency", key, fields) if key in draft.competencies else ())
    flash(ARCHIVED % {"title": _title(found, key)} if is_over else OFFERED % {"title": _title(found, key)})
    return _back(view, key)


def _shown(found: Page, view: View, typed: Typed, *, search: str = "", hits: Sequence[str] = ()) -> str:
    """Return the page of a view."""
    shown = shown_in(found.draft, view)
    drawn = Picture(found, view, shown, frozenset(typed.circle))
    chosen = Chosen(found, view.focus) if view.focus else None
    has_circles = bool(drawn.back) or (not view.focus and goes_in_circles(found.draft))
    return render_template(
        "designer/picture.html", page=found, view=view, shown=shown, picture=drawn, chosen=chosen, typed=typed,
        search=search, hits=hits[:MOST_FOUND], has_more=len(hits) > MOST_FOUND, has_circles=has_circles,
        most_whole=MOST_WHOLE, zoomed=lambda zoom: view.url(zoom=zoom), part_url=lambda part: view.url(part=part, focus=None),
    )  # fmt: skip


def _refused(found: Page, view: View, typed: Typed) -> tuple[str, int]:
    return _shown(found, view, typed), 422


def _back(view: View, key: str | None) -> Response:
    """Lead back to the view with a competency chosen, and to its place in the page."""
    return redirect(view.url(focus=key, _anchor=f"c-{key}" if key else None), 303)


def _connected(draft: Draft, needed: str, competency: str, beside: list[str] | None) -> Operation:
    try:
        return connect(draft, needed, competency, beside)
    except ValueError:
        raise Invalid([("", N_("What it should be an alternative to is not needed any more. Choose again."))]) from None


def _added(draft: Draft, fields: dict[str, Any], focus: str | None, join: str) -> Operation:
    """Return the operation that adds a competency; ``join``: it ``needs`` the chosen one, or that one needs it (``opens``)."""
    made = dict(fields)
    more: Operation = ()
    if focus in draft.competencies and focus is not None:
        if join == "needs":
            made["prerequisites"] = [[focus]]
        elif join == "opens":
            wanted = [*groups_of(draft, focus), [fields["id"]]]
            more = set_fields(draft, "competency", focus, {"prerequisites": wanted})
    return (*add_part(draft, "competency", made, after=focus), *more)


def _meant(found: Page, typed: Typed, name: str, label: str) -> str | None:
    """Return the competency that a field names; else say what is wrong, or between which to choose."""
    text = typed.fields.get(name, "").strip()
    hits = named(found.draft, text, MOST_FOUND + 1)
    if len(hits) == 1:
        return hits[0]
    if not text:
        typed.problems.append((label, name, _("Choose a competency.")))
    elif not hits:
        typed.problems.append((label, name, _("No competency is called that. Write its title, code or id.")))
    else:
        typed.choices[name] = hits[:MOST_FOUND]
        more = _(" Only the first %(count)s are listed; write more of the title.", count=MOST_FOUND)
        text = _("Several may be meant: choose one.")
        typed.problems.append((label, f"{name}-0", text + more if len(hits) > MOST_FOUND else text))
    return None


def _group_meant(found: Page, typed: Typed, competency: str) -> list[str] | None:
    """Return the group that an alternative joins: the one carried, or the first that names what was typed."""
    text = typed.fields.get("beside", "").strip()
    groups = groups_of(found.draft, competency)
    if not text:
        return None
    if (carried := _list_of(text)) in groups:
        return carried
    hits = [one for one in named(found.draft, text, len(found.draft.competencies)) if any(one in g for g in groups)]
    if len(hits) != 1:
        problem = _("%(what)s needs nothing that is called that.", what=_title(found, competency))
        typed.problems.append((_("As an alternative to"), "beside", problem))
        return None
    return next(group for group in groups if hits[0] in group)


def _circle_words(found: Page, circle: Sequence[str]) -> Markup:
    """Name all that would go in a circle, and the edge that would close it."""
    titles = [Markup("<bdi>{}</bdi>").format(_title(found, key)) for key in circle]
    named_all = Markup(escape(_(" → "))).join(titles)  # noqa: S704 - it went through escape
    round_words = escape(_("This would go in a circle, each needed by the next: %(circle)s."))
    closing = escape(_("The edge that closes it is the new one: %(needed)s for %(what)s."))
    return Markup(" ").join([round_words % {"circle": named_all}, closing % {"needed": titles[-2], "what": titles[-1]}])


def _told(found: Page, error: Invalid) -> list[Where]:
    return [(None, None, told_in(found.draft, text)) for _at, text in error.problems]


def _title(found: Page, key: str) -> Spoken:
    return found.title_of("competency", key)


def _edge_of(text: str) -> tuple[str, str, list[str]]:
    """Read an edge as forms carry it."""
    try:
        needed, competency, group = json.loads(text)
        return str(needed), str(competency), [str(one) for one in group]
    except (ValueError, TypeError):
        raise Invalid([("", N_("This is not what the page offered. Open it again."))]) from None


def _list_of(text: str) -> list[str]:
    """Read a group as forms carry it; empty for anything else."""
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return value if isinstance(value, list) and all(isinstance(one, str) for one in value) else []
