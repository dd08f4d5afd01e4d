"""Moving learners to the newest version: choosing for each group, following how far it is, taking it back as a whole.

What a learner sees of it is ``learner.changes``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from cbe.domain.errors import Conflict, Invalid
from cbe.services import moving, rehearsing, versions
from cbe.services.rehearsal_sums import NO_GROUP, Among, Sums, Totals

from .. import identity
from ..texts import told
from . import designer
from .frame import page
from .rehearsal import EFFECTS, labels_of

__all__ = ["list_moves"]

CHOICES = {
    "keep": _l("keep their version"),
    "ask": _l("are asked"),
    "move": _l("are moved"),
}
STATES = {
    "moved": _l("moved"),
    "waiting": _l("still to move"),
    "asked": _l("asked"),
    "declined": _l("said they stay"),
    "returned": _l("returned"),
    "left": _l("left this move otherwise"),
}
GOING = {
    "moving": _l("going on"),
    "moved": _l("done"),
    "returning": _l("being taken back"),
    "returned": _l("taken back"),
}


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group with learners in older versions: its id (``NO_GROUP``: in none), how many, and what a move would do to them."""

    key: str
    name: str
    learners: int
    totals: Totals


@designer.get("/programs/<key:program>/moves", endpoint="moves")
def list_moves(program: str) -> str:
    """Show how far each move is."""
    found = page(program, "versions")
    moves = moving.list_moves(identity.actor(), program)
    return render_template("designer/moves.html", page=found, moves=moves, states=STATES, going=GOING)


@designer.get("/programs/<key:program>/moves/new")
def new_move(program: str) -> str:
    """Show the groups with what moving to the newest version would do to their learners."""
    return _form(program)


@designer.post("/programs/<key:program>/moves/new")
def begin_move(program: str) -> Response | tuple[str, int]:
    """Begin to move and to ask learners as it was chosen for each group."""
    choices: dict[UUID | None, str] = {}
    try:
        for name, how in request.form.items():
            if name.startswith("group-"):
                key = name.removeprefix("group-")
                choices[None if key == NO_GROUP else UUID(key)] = how
        moving.begin(identity.actor(), program, choices, now=identity.now())
    except ValueError:
        return _form(program, [_("There is no such group.")]), 422
    except Invalid as error:
        return _form(program, [told(text) for _at, text in error.problems]), 422
    except Conflict as error:
        return _form(program, [_(error.message)]), 409
    flash(_("It has begun. Learners are told as they are moved or asked."))
    return redirect(url_for("designer.moves", program=program), 303)


@designer.post("/programs/<key:program>/moves/<uuid:move_id>/take-back")
def take_back_move(program: str, move_id: UUID) -> Response:
    """Return everybody whom a move moved to the version of before."""
    moving.take_back(identity.actor(), program, move_id, now=identity.now())
    flash(_("It is being taken back. Learners are told as they are returned."))
    return redirect(url_for("designer.moves", program=program), 303)


def _form(program: str, refused: list[str] | None = None) -> str:
    found, actor = page(program, "versions"), identity.actor()
    counts = moving.count_movable(actor, program)
    newest = versions.list_versions(actor, program)[0].number if counts else 0
    lines: list[GroupLine] = []
    if counts:
        parts = rehearsing.rehearse_versions(actor, program, newest, today=identity.today(), now=identity.now())
        sums, names = Sums(parts), labels_of(program).groups
        lines = [
            GroupLine(key, name, count, sums.totals(Among(group=key)))
            for key, name in names.items()
            if (count := counts.get(None if key == NO_GROUP else UUID(key), 0))
        ]
    return render_template(
        "designer/new_move.html", page=found, lines=lines, newest=newest, choices=CHOICES, refused=refused or [],
        chosen=request.form, effects={what: EFFECTS[what] for what in ("loses", "gains", "longer")},
    )  # fmt: skip
