"""Issuers whom a program trusts: a registrar approves a rule, and ends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.services import trusted_issuers as service
from cbe.services.programs import get_program, program_title

from .. import identity
from ..texts import in_words, told
from . import registrar

Page = str | Response | tuple[str, int]


@dataclass
class Asked:
    """What stands in the form, and what is wrong with it by the name of the field."""

    issuer: str = ""
    name: str = ""
    note: str = ""
    competencies: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


@registrar.get("/programs/<key:program>/trusted-issuers")
def trusted(program: str) -> str:
    """List the rules, and the form for another."""
    return _page(program, Asked())


@registrar.post("/programs/<key:program>/trusted-issuers")
def trust_issuer(program: str) -> Page:
    """Approve a rule."""
    form = request.form
    asked = Asked(form.get("issuer", ""), form.get("name", ""), form.get("note", ""), form.getlist("competency"))
    try:
        number = service.trust(
            identity.actor(), program, asked.issuer, asked.competencies, name=asked.name, note=asked.note,
            now=identity.now(),
        )  # fmt: skip
    except Invalid as error:
        asked.errors = {at.strip("/"): told(text) for at, text in reversed(error.problems)}
        return _page(program, asked), 422
    flash(_("Rule %(number)s holds from now on.", number=number))
    return redirect(url_for("registrar.trusted", program=program), 303)


@registrar.post("/programs/<key:program>/trusted-issuers/<uuid:trusted_id>/end")
def end_trust(program: str, trusted_id: UUID) -> Response:
    """End a rule."""
    service.end_trust(identity.actor(), program, trusted_id, now=identity.now())
    flash(_("The rule has ended. What was recognized by it stays."))
    return redirect(url_for("registrar.trusted", program=program), 303)


def _page(program: str, asked: Asked) -> str:
    actor = identity.actor()
    rules, known = service.list_trusted(actor, program)
    competencies, language = service.list_competencies(actor, program)
    return render_template(
        "registrar/trusted.html",
        program_key=program,
        title=in_words(program_title(get_program(actor, program)), ""),
        rules=rules,
        titles={key: in_words(one.title, language) for key, one in known.items()},
        competencies=[(one.id, one.code or one.id, in_words(one.title, language)) for one in competencies],
        asked=asked,
        limits=service,
    )
