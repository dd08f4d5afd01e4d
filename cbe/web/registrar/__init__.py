"""One program for its registrars: who learns and works there, groups, samples of verifiers, awards, entered decisions."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _

from cbe.services.programs import may_in

from .. import identity

registrar = Blueprint("registrar", __name__)

from . import award_pages, equal_pages, group_pages, people_pages, record_pages, sample_pages, trust_pages  # noqa: E402, F401  (their routes register themselves)

__all__ = ["registrar"]


@registrar.app_template_global()
def program_tabs(program: str, current: str) -> list[tuple[str, str, bool]]:
    """Return the pages of a program that the reader may see, beside one another."""
    pages = [
        ("people", _("People"), "registrar.everybody", "enrolment:manage"),
        ("groups", _("Groups"), "registrar.all_groups", "group:manage"),
        ("conferral", _("Conferral"), "registrar.conferral", "award:give"),
        ("flags", _("Flags"), "registrar.flags", "award:change"),
        ("privacy", _("Data protection"), "privacy.desk", "privacy:read"),
        ("equal", _("Equivalences"), "registrar.equal", "program:equate"),
        ("trusted", _("Trusted issuers"), "registrar.trusted", "issuer:trust"),
    ]
    allowed = may_in(identity.actor(), program, [action for *_rest, action in pages])
    return [
        (label, url_for(endpoint, program=program), name == current)
        for name, label, endpoint, action in pages
        if action in allowed
    ]
