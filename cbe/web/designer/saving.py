"""Forms that save themselves: what such a form is answered, and with what it goes on.

A form that stays open carries on with what its page showed and the operations that it did itself since (``Seen.own``), so
that what others did meanwhile is not undone by fields that still show the old, and its own is no clash.
"""

from __future__ import annotations

from flask import Response, jsonify
from flask_babel import gettext as _

from cbe.domain.errors import Invalid
from cbe.services.drafts import Make

from .. import identity
from ..guard import wants_json
from ..texts import clock
from .frame import Page, save, told_in

__all__ = ["refused_quietly", "saved"]


def saved(program: str, make: Make) -> Response | None:
    """Save what a form says; answer a form that saved itself, and None to one that was sent."""
    stays = wants_json()
    seen = save(program, make, stays=stays)
    if not stays:
        return None
    return jsonify(said=_("Saved %(time)s", time=clock(identity.now())), seen=str(seen))


def refused_quietly(found: Page, error: Invalid) -> tuple[Response, int] | None:
    """Answer a form that saved itself with what is wrong; None to one that was sent."""
    if not wants_json():
        return None
    return jsonify(problems=[told_in(found.draft, text) for _at, text in error.problems]), 422
