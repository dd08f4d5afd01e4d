"""What another version means for the learner who reads: to choose while it is offered, or after they were moved.

What it means for everybody is ``designer.rehearsal``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from cbe.domain.rehearsal import ClaimMove, StateMove
from cbe.services import changes
from cbe.services.changes import Changes
from cbe.services.rehearsal_sums import ORDER, effect_of

from .. import identity
from ..rule_words import Titles, rule_sentence, titles_of
from ..texts import Spoken
from .view import View, learner, load, show

__all__ = ["news", "show_changes"]

MOST_LINES = 100
"""So many moves are listed; the page says how many more there are."""
EFFECTS = {"loses": ("returned", _l("lost")), "gains": ("mastered", _l("gained")), "other": ("open", _l("other"))}


@dataclass(frozen=True, slots=True)
class Line:
    """A competency or credential that stands otherwise: from which state to which (None: not there), and where it is."""

    title: Spoken
    is_credential: bool
    before: str | None
    after: str | None
    effect: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal whose rule is another: both as sentences (None: not there), and the hours both take."""

    title: Spoken
    old: Markup | None
    new: Markup | None
    hours: tuple[Decimal, Decimal] | None


@learner.get("/changes", endpoint="changes")
def show_changes(program: str) -> str:
    """Show what a new version would change for the reader, or what it changed."""
    return _page(load(program, None), _found(program))


@learner.post("/changes")
def answer_move(program: str) -> Response:
    """Move to the version that is offered, or stay."""
    accepts = request.form.get("answer") == "move"
    changes.answer_own(identity.actor(), program, accepts=accepts, now=identity.now())
    flash(_("You learn in the new version now.") if accepts else _("You stay in your version."))
    return redirect(url_for("learner.changes", program=program), 303)


def _found(program: str) -> Changes | None:
    return changes.get_changes(identity.actor(), program, today=identity.today(), now=identity.now())


def _page(view: View, found: Changes | None) -> str:
    if found is None:
        return show("changes", view, found=None)
    rehearsal = found.rehearsal
    titles = titles_of(rehearsal.new.program, rehearsal.old.program)
    moves: list[StateMove | ClaimMove] = [*rehearsal.states, *rehearsal.claims]
    lines = sorted((_line(view, one, titles) for one in moves), key=lambda one: ORDER.index(one.effect))
    goals = [goal for key in found.goals if (goal := _goal(found, key, titles)) is not None]
    return show("changes", view, found=found, lines=lines, goals=goals, most=MOST_LINES, effects=EFFECTS)


def _line(view: View, move: StateMove | ClaimMove, titles: Titles) -> Line:
    before, after = (None if one is None else str(one) for one in (move.before, move.after))
    progress = view.progress
    if isinstance(move, StateMove):
        is_there = move.competency in progress.compiled.competencies
        url = view.url("competency", competency=move.competency) if is_there else None
        return Line(titles("competency", move.competency), False, before, after, effect_of(move), url)
    is_there = move.credential in progress.compiled.credentials
    url = view.url("credential", credential=move.credential) if is_there else None
    return Line(titles("credential", move.credential), True, before, after, effect_of(move), url)


def _goal(found: Changes, key: str, titles: Titles) -> Goal | None:
    """Return a goal when its rule, or the hours it takes the reader, are others in the other version."""
    sides = [compiled.credentials.get(key) for compiled in (found.rehearsal.old, found.rehearsal.new)]
    rules = [one.requires if one else None for one in sides]
    hours = found.hours.get(key)
    if rules[0] == rules[1] and (hours is None or hours[0] == hours[1]):
        return None
    old, new = (None if rule is None else rule_sentence(rule, titles) for rule in rules)
    return Goal(titles("credential", key), old, new, hours)


def news(view: View) -> str:
    """Return what the reader shall know on their own first page today: a move that is offered, the end of teaching."""
    if not view.is_own or view.at is not None:
        return ""
    progress = view.progress
    pending = changes.pending_of(progress.learner.enrolment_id, progress.version_id)
    if not pending.is_asked and pending.taught_until is None:
        return ""
    return Markup(render_template("learner/_news.html", view=view, pending=pending))  # noqa: S704 - a template
