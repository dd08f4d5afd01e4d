"""Decisions afterwards: one's own of today, and one decision with what rests on it and how it is taken back."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from cbe.domain.errors import Conflict, Invalid, Problem
from cbe.services import queue as queues
from cbe.services import review as reviews
from cbe.services.transaction import AlreadyDone

from .. import identity
from ..texts import told
from . import instructor

Page = str | Response | tuple[str, int]
WAYS = {
    "void": (_l("A mistake"), _l("It never was. Its evidence waits again.")),
    "overturned": (
        _l("Overturned"),
        _l("After an appeal or a verification: it never counted. Its evidence waits again."),
    ),
    "revoked": (_l("Revoked"), _l("For cause: it no longer counts from a day on.")),
}


@instructor.get("/decisions/mine")
def my_decisions() -> str:
    """Show what one decided today, and what can still be undone."""
    actor, zone = identity.actor(), ZoneInfo(identity.time_zone())
    since = datetime.combine(identity.today(), time.min, zone)
    made = queues.list_made_today(actor, since, now=identity.now())
    return render_template("instructor/my_decisions.html", made=made)


@instructor.get("/decisions/<uuid:decision_id>")
def decision(decision_id: UUID) -> Page:
    """Show a decision, what it rests on and what rests on it."""
    return _decision(decision_id)


@instructor.post("/decisions/<uuid:decision_id>/take-back")
def take_back(decision_id: UUID) -> Page:
    """Take a decision back with a reason."""
    how, reason = request.form.get("how", ""), request.form.get("reason", "").replace("\r\n", "\n")
    try:
        day = _day(request.form.get("effective_on", "")) if how == "revoked" else None
        reviews.take_back(
            identity.actor(), decision_id, how, reason,
            effective_on=day, today=identity.today(), now=identity.now(),
        )  # fmt: skip
    except Invalid as error:
        return _decision(decision_id, error.problems), 422
    except AlreadyDone:
        raise
    except Conflict as error:
        return _decision(decision_id, [("", error.message)]), 409
    flash(_("The decision is taken back. What rested on it is worked out anew."))
    return redirect(url_for("instructor.decision", decision_id=decision_id), 303)


def _decision(decision_id: UUID, problems: list[Problem] | None = None) -> str:
    found = queues.get_decision(identity.actor(), decision_id, today=identity.today(), now=identity.now())
    return render_template(
        "instructor/decision.html",
        found=found,
        ways=[(way, *WAYS[way]) for way in found.ways],
        problems=[(at.strip("/"), told(text)) for at, text in problems or ()],
        today=identity.today(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid([("/effective_on", _("Write the day as year-month-day."))]) from None
