"""Competencies of other programs that are the same: which of them count here is a registrar's to say."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.services import equivalences
from cbe.services.programs import get_program, program_title

from .. import identity
from ..texts import in_words
from . import registrar

MOST_SHOWN = 200


@registrar.get("/programs/<key:program>/equivalences")
def equal(program: str) -> str:
    """List them, those that are searched for when a search is on."""
    actor, search = identity.actor(), request.args.get("q", "").strip()
    found = [one for one in equivalences.list_equal(actor, program) if _has(one, search.casefold())]
    return render_template(
        "registrar/equal.html",
        program_key=program,
        title=in_words(program_title(get_program(actor, program)), ""),
        found=found[:MOST_SHOWN],
        count=len(found),
        search=search,
    )


@registrar.post("/programs/<key:program>/equivalences")
def accept_equal(program: str) -> Response:
    """Let mastery of the other competency count here."""
    equivalences.accept(identity.actor(), program, *_pair(), now=identity.now())
    flash(_("It counts here now: learners who mastered it there can let it count."))
    return redirect(url_for("registrar.equal", program=program), 303)


@registrar.post("/programs/<key:program>/equivalences/withdraw")
def withdraw_equal(program: str) -> Response:
    """Let it count no more."""
    equivalences.withdraw(identity.actor(), program, *_pair(), now=identity.now())
    flash(_("It counts no more from now on. What was taken over stays."))
    return redirect(url_for("registrar.equal", program=program), 303)


def _pair() -> tuple[str, str, str]:
    return request.form.get("competency", ""), request.form.get("program", ""), request.form.get("other", "")


def _has(one: equivalences.Equal, search: str) -> bool:
    texts = (one.competency, one.other, one.uri or "", *_all(one.title), *_all(one.other_title))
    return any(search in text.casefold() for text in texts)


def _all(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values()) if isinstance(text, dict) else []
