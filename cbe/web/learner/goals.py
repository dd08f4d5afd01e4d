"""The learner's own words on where they want to go: goal credentials, target dates, hours a week."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from flask import flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.services import enrolments

from .. import identity
from ..forms import OnceForm
from .cards import cards, pace_words
from .view import View, learner, load, show

__all__ = ["goals", "set_goals"]


@learner.get("/goals")
def goals(program: str) -> str:
    """Show the goals and the pace."""
    return _page(load(program, None), OnceForm())


@learner.post("/goals")
def set_goals(program: str) -> Response | tuple[str, int]:
    """Set them."""
    form = OnceForm()
    actor = identity.actor()
    problems: list[tuple[str, str]] = []
    pace = _pace(problems)
    wanted = [(key, _target(key, problems)) for key in request.form.getlist("goal")]
    try:
        if problems:
            raise Invalid(problems)
        enrolments.set_goals(actor, program, wanted, hours_per_week=pace, now=identity.now())
    except Invalid as error:
        return _page(load(program, None), form, error.problems), 422
    flash(_("Your goals are saved."))
    return redirect(load(program, None).url("home"), 303)


def _page(view: View, form: OnceForm, problems: list[tuple[str, str]] | None = None) -> str:
    plans = view.progress.shown_plans
    pace = view.progress.learner.hours_per_week
    sent = request.method == "POST"
    chosen = set(request.form.getlist("goal")) if sent else set(view.progress.goals)
    rows = []
    for card, plan in zip(cards(view, plans), plans, strict=True):
        target = view.progress.learner.goals.get(card.id)
        text = request.form.get(f"target-{card.id}", "") if sent else (target.isoformat() if target else "")
        rows.append((card, card.id in chosen, text, pace_words(view, plan.remaining_hours, pace_is_shown=True)))
    pace_text = request.form.get("pace", "") if sent else (f"{pace.normalize():f}" if pace else "")
    return show("goals", view, form=form, rows=rows, pace=pace_text, problems=problems or [])


def _pace(problems: list[tuple[str, str]]) -> Decimal | None:
    text = request.form.get("pace", "").strip().replace(",", ".")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        problems.append(("/pace", _("Hours a week are a number from 0.5 to 80, or nothing.")))
        return None


def _target(key: str, problems: list[tuple[str, str]]) -> date | None:
    text = request.form.get(f"target-{key}", "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append((f"/target-{key}", _("A date is written as 2026-12-31.")))
        return None
