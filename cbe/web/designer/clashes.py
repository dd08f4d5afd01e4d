"""The pages of what was not saved: what two changed at once, both shown, and what a view does not show beside its fields."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from markupsafe import Markup

from cbe.domain.errors import Invalid
from cbe.domain.reading import child
from cbe.services.draft_records import KEPT
from cbe.services.drafts import Clashed

from ..texts import Spoken
from . import designer
from .change_words import words_of
from .frame import Page, page, told_in

__all__: list[str] = []


@dataclass(frozen=True, slots=True)
class Refused:
    """A field that was not saved: of which part, what the reader wrote, what stands there, and who wrote that."""

    part: Spoken
    field: str
    mine: str | Markup
    theirs: str | Markup
    by: str | None


@designer.errorhandler(Clashed)
def clashed(error: Clashed) -> tuple[str, int]:
    """Show both of what two wrote, with the reader's form to send again as it is; undoing is not insisted on."""
    found = _page()
    return render_template(
        "designer/clashed.html", page=found, lines=_lines(found, error), typed=_typed(), over=str(found.editing.seen),
        is_form="seen" in request.form,
    ), 409  # fmt: skip


@designer.errorhandler(Invalid)
def refused(error: Invalid) -> tuple[str, int]:
    """List what was refused, with what was typed."""
    found = _page()
    problems = [told_in(found.draft, text) for _at, text in error.problems]
    return render_template(
        "designer/refused.html", page=found, problems=problems, typed=_typed(), kept=_kept(found, error)
    ), 422


def _kept(found: Page, error: Invalid) -> list[tuple[str, Spoken]]:
    """Return the competencies that were to be taken out but stand on somebody's record, each with its title."""
    places = {at for at, text in error.problems if text == KEPT}
    keys = [key for key in found.draft.competencies if child("/competency", key) in places] if places else []
    return [(key, found.title_of("competency", key)) for key in keys]


def _lines(found: Page, error: Clashed) -> list[Refused]:
    return [
        Refused(
            found.title_of(one.kind, one.id), label, mine or "–", theirs or "–", error.names.get((one.kind, one.id, one.field))
        )
        for one, now in error.changes
        for label, theirs, mine in words_of(found.draft, one.field, now, one.after)
    ]  # fmt: skip


def _page() -> Page:
    assert request.view_args is not None
    return page(request.view_args["program"], "")


def _typed() -> list[tuple[str, str]]:
    """Return what the form held, but for what belongs to the page it was on."""
    ours = ("csrf_token", "once", "seen", "over", "keep")
    return [pair for pair in request.form.items(multi=True) if pair[0] not in ours]
