"""The form of a competency in the draft: its fields and its prerequisites, saved together whichever button is pressed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.draft import Draft, Operation, named_in, outline_of, set_fields
from cbe.domain.errors import Invalid, NotFound

from . import designer
from .difference_words import GATES
from .frame import Page, page
from .outline import address, section_choices, why_kept
from .part_form import PartForm
from .prerequisites_form import acted, find, groups_of
from .rubric_form import levels_of
from .saving import refused_quietly, saved

__all__: list[str] = []


@designer.get("/programs/<key:program>/draft/competencies/<key:competency>")
def competency(program: str, competency: str) -> str:
    """Show the form of a competency."""
    found = _page_of(program, competency)
    return _shown(PartForm.of_draft(found, "competency", competency), request.args.get("find", "").strip())


@designer.post("/programs/<key:program>/draft/competencies/<key:competency>")
def save_competency(program: str, competency: str) -> Response | tuple[str | Response, int]:
    """Save a competency, and do with its prerequisites what a button says."""
    form = PartForm.of_request(_page_of(program, competency), "competency", competency)
    do, words = request.form.get("do", ""), request.form.get("find", "").strip()

    def make(draft: Draft) -> Operation:
        fields = form.fields(draft)
        old = draft.get("competency", competency, "prerequisites")
        fields["prerequisites"] = acted(old, do, request.form.get("into", "")) if do else old
        return set_fields(draft, "competency", competency, fields)

    try:
        answer = saved(program, make)
    except Invalid as error:
        form.problems = error.problems
        return refused_quietly(form.page, error) or (_shown(form, words), 422)
    return answer or _on(program, competency, do, words)


def _on(program: str, competency: str, do: str, words: str) -> Response:
    """Go on with the form: where one was, and with what one asked for."""
    if not words and not do:
        flash(_("Saved."))
    more: dict[str, Any] = {"find": words} if words else {}
    if request.form.get("add_language"):
        more["language"] = request.form["add_language"].strip()
    anchor = "prerequisites" if words or do else None
    return redirect(url_for("designer.competency", program=program, competency=competency, _anchor=anchor, **more), 303)


def _shown(form: PartForm, words: str) -> str:
    draft, key = form.page.draft, form.key
    fields = draft.competencies[key]
    section = fields.get("section") if fields.get("section") in draft.sections else None
    beside = outline_of(draft).competencies[section]
    place = beside.index(key)
    counting = [
        one
        for one in draft.order["credential"]
        if key in named_in(draft.get("credential", one, "requires"), "competency")
    ]
    return render_template(
        "designer/competency.html", page=form.page, form=form, GATES=GATES, groups=groups_of(draft, key),
        finding=find(draft, key, words), sections=section_choices(form.page),
        before=beside[place - 1] if place else None, after=beside[place + 1] if place + 1 < len(beside) else None,
        place=place + 1, count=len(beside), needed_by=sorted(draft.opens.get(key, ()), key=draft.order["competency"].index),
        counting=counting, back=address(form.page, "competency", key), kept=why_kept(form.page, "competency", key),
        levels=[(one, form.page.words(title)) for one, title in levels_of(draft, fields.get("rubric"))],
    )  # fmt: skip


def _page_of(program: str, competency: str) -> Page:
    found = page(program, "outline")
    if competency not in found.draft.competencies:
        raise NotFound("There is no competency %(id)s in this draft.", id=competency)
    return found
