"""What an assessor keeps for themselves: the phrases they reuse, and when they are away."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Conflict, Invalid, Problem
from cbe.services import away as aways
from cbe.services import phrases as kept
from cbe.services.transaction import AlreadyDone

from .. import identity
from ..texts import told
from . import instructor

Page = str | Response | tuple[str, int]


@instructor.get("/phrases")
def phrases() -> Page:
    """Show one's phrases."""
    return _phrases()


@instructor.post("/phrases")
def add_phrase() -> Page:
    """Keep one more."""
    try:
        kept.add_phrase(identity.actor(), _text(), now=identity.now())
    except Invalid as error:
        return _phrases(error.problems), 422
    except AlreadyDone:
        raise
    except Conflict as error:
        return _phrases([("", _(error.message) % error.values)]), 409
    flash(_("The phrase is kept."))
    return redirect(url_for("instructor.phrases"), 303)


@instructor.post("/phrases/<uuid:phrase_id>")
def change_phrase(phrase_id: UUID) -> Page:
    """Write one anew."""
    try:
        kept.change_phrase(identity.actor(), phrase_id, _text(), now=identity.now())
    except Invalid as error:
        return _phrases(error.problems, phrase_id), 422
    flash(_("The phrase is changed."))
    return redirect(url_for("instructor.phrases"), 303)


@instructor.post("/phrases/<uuid:phrase_id>/remove")
def remove_phrase(phrase_id: UUID) -> Response:
    """Keep one no longer."""
    kept.remove_phrase(identity.actor(), phrase_id, now=identity.now())
    flash(_("The phrase is gone."))
    return redirect(url_for("instructor.phrases"), 303)


@instructor.get("/away")
def away() -> Page:
    """Show when one is away and who stands in."""
    return _away()


@instructor.post("/away")
def set_away() -> Page:
    """Say when one is away."""
    actor, today = identity.actor(), identity.today()
    try:
        deputy = _deputy()
        aways.set_away(actor, _day("since"), _day("until"), deputy, today=today, now=identity.now())
    except Invalid as error:
        return _away(error.problems), 422
    if deputy:
        flash(_("It is noted. On these days what waits for you waits for your deputy as well."))
    else:
        flash(_("It is noted. On these days what waits for you waits for every instructor of the program."))
    return redirect(url_for("instructor.away"), 303)


@instructor.post("/away/end")
def end_away() -> Response:
    """Say that one is there."""
    aways.clear_away(identity.actor(), now=identity.now())
    flash(_("Welcome back: what your learners hand in is yours again."))
    return redirect(url_for("instructor.away"), 303)


def _phrases(problems: list[Problem] | None = None, changed: UUID | None = None) -> str:
    return render_template(
        "instructor/phrases.html",
        phrases=kept.list_phrases(identity.actor()),
        most=kept.MOST,
        longest=kept.LONGEST,
        problems=[told(text) for _, text in problems or ()],
        changed=changed,
        typed=request.form.get("text", "") if problems else "",
    )


def _away(problems: list[Problem] | None = None) -> str:
    actor, today = identity.actor(), identity.today()
    return render_template(
        "instructor/away.html",
        away=aways.get_away(actor, today=today),
        deputies=aways.list_deputies(actor, today=today),
        problems={at.strip("/"): told(text) for at, text in problems or ()},
        today=today,
        typed=request.form if problems else None,
    )


def _text() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _deputy() -> UUID | None:
    text = request.form.get("deputy", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid([("/deputy", _("Choose an instructor of one of your programs."))]) from None
