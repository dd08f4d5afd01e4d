"""The first page of one program: next up, credentials, the map and the outline as its equal."""

from __future__ import annotations

from uuid import UUID

from flask import request, url_for

from cbe.services.progress import list_own_programs

from .. import identity
from ..texts import Spoken, in_words
from .cards import cards, next_steps
from .changes import news
from .map import MOST_NODES, map_of
from .outline import sections
from .view import View, load, page, show

__all__ = ["home", "map_page"]

CARDS_FIRST = 6
"""So many credentials stand open above the map; the others unfold."""


@page("", "home")
def home(program: str, enrolment_id: UUID | None = None) -> str:
    """Show where the learner stands and what they can unlock next."""
    view = load(program, enrolment_id)
    progress = view.progress
    fits = len(view.offered) <= MOST_NODES
    shown = view.offered if fits else [step.step.id for step in next_steps(view)]
    listed = cards(view, progress.shown_plans)
    return show(
        "home",
        view,
        shown_first=CARDS_FIRST if len(listed) > CARDS_FIRST + 2 else len(listed),
        next_steps=next_steps(view),
        cards=listed,
        map=map_of(view, _asked_credential(view)),
        fits=fits,
        sections=sections(view, shown),
        others=_others(view),
        news=news(view),
    )


@page("/map", "map")
def map_page(program: str, enrolment_id: UUID | None = None) -> str:
    """Show the map alone: of the whole program where it fits, or of one credential's part."""
    view = load(program, enrolment_id)
    return show("map", view, map=map_of(view, _asked_credential(view)))


def _asked_credential(view: View) -> str | None:
    key = request.args.get("credential")
    return key if key in view.progress.compiled.credentials else None


def _others(view: View) -> list[tuple[Spoken, str]]:
    """The other programs of the reader who looks at their own progress: title and address."""
    if not view.is_own:
        return []
    return [
        (in_words(title, view.language), url_for("learner.home", program=key))
        for key, title in list_own_programs(identity.actor())
        if key != view.progress.learner.program_key
    ]
