"""The programs one may ask to join, those one learns in, and those one works on."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain import policy
from cbe.domain.policy import Subject
from cbe.services import enrolments, programs

from . import identity

catalogue = Blueprint("catalogue", __name__)


@catalogue.get("/programs")
def listing() -> str:
    """List programs: open ones and one's own; for staff those they work on, with what they may do there."""
    actor = identity.actor()
    work = [
        (summary, [name for name, action in WORK.items() if policy.may(actor, action, Subject(summary.id))])
        for summary in programs.list_programs(actor)
    ]
    return render_template(
        "catalogue/listing.html",
        programs=enrolments.list_open_programs(actor),
        work=[(summary, pages) for summary, pages in work if pages],
        may_import=policy.may(actor, "program:create") or policy.may_somewhere(actor, "program:import"),
    )


WORK = {"people": "enrolment:list", "groups": "group:manage", "settings": "program:set"}
"""Page of a program that staff work on → the rule that opens it."""


@catalogue.post("/programs/<key:program>/join")
def join(program: str) -> Response:
    """Ask to join."""
    enrolments.ask_to_join(identity.actor(), program, now=identity.now())
    flash(_("You asked to join. The registrar answers; you see it here."))
    return redirect(url_for("catalogue.listing"), 303)


@catalogue.post("/programs/<key:program>/leave")
def leave(program: str) -> Response:
    """Leave, or take a request back."""
    was = enrolments.leave(identity.actor(), program, now=identity.now())
    if was == "applied":
        flash(_("Your request is taken back."))
    else:
        flash(_("You left. What you earned stays on your record."))
    return redirect(url_for("catalogue.listing"), 303)
