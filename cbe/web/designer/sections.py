"""The forms of a section and of the program itself: its words, its gate, its rubric and its rule of mastery."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.draft import Draft, Operation, set_fields
from cbe.domain.errors import Invalid, NotFound

from . import designer
from .difference_words import GATES
from .frame import Page, page
from .outline import address, section_choices, why_kept
from .part_form import PartForm
from .rubric_form import levels_of
from .saving import refused_quietly, saved

CREDIT_SCHEMES = ("ECTS", "US semester", "US quarter", "hours")

Answer = Response | tuple[str | Response, int]


@designer.get("/programs/<key:program>/draft/sections/<key:section>")
def section(program: str, section: str) -> str:
    """Show the form of a section."""
    return _shown(PartForm.of_draft(_page_of(program, section), "section", section))


@designer.post("/programs/<key:program>/draft/sections/<key:section>")
def save_section(program: str, section: str) -> Answer:
    """Save a section."""
    found = _page_of(program, section)
    return _save(PartForm.of_request(found, "section", section)) or redirect(address(found, "section", section), 303)


@designer.get("/programs/<key:program>/draft/program")
def head(program: str) -> str:
    """Show the form of the program itself."""
    return _shown(PartForm.of_draft(page(program, "head"), "program", ""))


@designer.post("/programs/<key:program>/draft/program")
def save_head(program: str) -> Answer:
    """Save the program itself."""
    added = request.form.get("add_language", "").strip() or None
    there = url_for("designer.head", program=program, language=added)
    return _save(PartForm.of_request(page(program, "head"), "program", "")) or redirect(there, 303)


def _save(form: PartForm) -> Answer | None:
    """Save what a form says; None: it is saved, and the reader goes on."""

    def make(draft: Draft) -> Operation:
        return set_fields(draft, form.kind, form.key, form.fields(draft))

    try:
        answer = saved(form.page.program, make)
    except Invalid as error:
        form.problems = error.problems
        return refused_quietly(form.page, error) or (_shown(form), 422)
    if answer is None:
        flash(_("Saved."))
    return answer


def _shown(form: PartForm) -> str:
    draft, key = form.page.draft, form.key
    is_section = form.kind == "section"
    return render_template(
        "designer/section.html" if is_section else "designer/program.html", page=form.page, form=form, GATES=GATES,
        sections=[one for one in section_choices(form.page) if one[0] != key], schemes=CREDIT_SCHEMES,
        kept=why_kept(form.page, "section", key) if is_section else [],
        back=address(form.page, "section", key) if is_section else None,
        levels=[(one, form.page.words(title)) for one, title in levels_of(draft, None)],
    )  # fmt: skip


def _page_of(program: str, section: str) -> Page:
    found = page(program, "outline")
    if section not in found.draft.sections:
        raise NotFound("There is no section %(id)s in this draft.", id=section)
    return found
