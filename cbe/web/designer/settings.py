"""How a program stands, and whether it is open to join."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.services import case_provider, program_health, programs

from .. import identity
from . import designer


@designer.get("/programs/<key:program>/settings")
def settings(program: str) -> str:
    """Show how the program stands and what can be set."""
    actor = identity.actor()
    programs.get_program(actor, program, "program:set")
    return render_template("designer/settings.html", health=program_health.get_health(actor, program))


@designer.post("/programs/<key:program>/settings")
def set_open(program: str) -> Response:
    """Open the program to requests, or close it."""
    is_open = request.form.get("open") == "yes"
    programs.set_open(identity.actor(), program, is_open, now=identity.now())
    flash(_("Anybody signed in may now ask to join.") if is_open else _("Nobody can ask to join now."))
    return redirect(url_for("designer.settings", program=program), 303)


@designer.post("/programs/<key:program>/settings/public")
def set_public(program: str) -> Response:
    """Let anybody read what is published, or nobody."""
    is_public = request.form.get("public") == "yes"
    case_provider.set_public(identity.actor(), program, is_public, now=identity.now())
    flash(_("What is published can be read by anybody now.") if is_public else _("Nobody outside can read it now."))
    return redirect(url_for("designer.settings", program=program), 303)
