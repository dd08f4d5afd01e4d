"""The mastery map of one learner: which competencies it shows, where they stand, and the picture.

Where things stand depends on the graph alone and is kept; only colours and words are made for each page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from cbe.services.progress import Progress

from .. import identity
from ..map_layout import Layout, layout
from ..map_svg import ZOOMS, MapNode, render_map
from .view import View

__all__ = ["MOST_NODES", "MapOf", "map_of", "part_of"]

MOST_NODES = 80
"""Up to this many competencies stand in one map; above it, one credential's part is shown at a time."""


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map: the picture, its zoom, and the credential whose part it shows (None: the whole program)."""

    svg: Markup
    zoom: int
    credential: str | None
    count: int


def map_of(view: View, credential: str | None = None) -> MapOf:
    """Return the map of the whole program when it fits, else of one credential's part."""
    progress = view.progress
    if credential is None and len(view.offered) > MOST_NODES and progress.shown_plans:
        credential = next((plan.id for plan in progress.shown_plans if plan.plan), progress.shown_plans[0].id)
    keys = view.offered if credential is None else tuple(part_of(progress, credential))
    return MapOf(draw(view, keys), zoom_level(), credential, len(keys))


def zoom_level() -> int:
    """Return the zoom asked for in the address."""
    level = request.args.get("zoom", "1")
    return next((zoom for zoom in ZOOMS if str(zoom) == level), 1)


def draw(view: View, keys: tuple[str, ...]) -> Markup:
    """Draw these competencies and the prerequisites between them."""
    rtl = identity.direction() == "rtl"
    placed, alternatives = _placed(view.progress, keys, rtl)
    nodes = []
    for key in keys:
        title = view.competency_title(key)
        language = title.lang if title.is_fallback else None
        url = view.url("competency", competency=key)
        note = _("no longer offered") if view.progress.compiled.competencies[key].archived else ""
        nodes.append(MapNode(key, title.text, str(view.progress.states[key]), url, language, note))
    return render_map(placed, nodes, alternatives=alternatives, rtl=rtl, zoom=zoom_level())


def part_of(progress: Progress, credential: str) -> list[str]:
    """Return one credential's part of the program, in file order: its scope when that is small.

    Of a larger scope: the plan, what the requirement names, and what these stand on directly, as far as mastered; never
    more than a map holds.
    """
    compiled = progress.compiled
    scope = compiled.ids_of(compiled.scope_bits(credential))
    if len(scope) <= MOST_NODES:
        return scope
    plan = progress.plan_of[credential].plan or ()
    named = [compiled.ids[number] for number in compiled.named_numbers(credential)]
    wanted = dict.fromkeys([*plan, *(key for key in named if key in progress.mastered)])
    for key in list(wanted):
        for group in compiled.competencies[key].prerequisites:
            wanted.update(dict.fromkeys(member for member in group if member in progress.mastered))
    wanted.update(dict.fromkeys(named))
    kept = set(list(wanted)[:MOST_NODES])
    return [key for key in compiled.ids if key in kept]


def _placed(progress: Progress, keys: tuple[str, ...], rtl: bool) -> tuple[Layout, frozenset[tuple[str, str]]]:
    """Return where these competencies stand and which edges are alternatives."""
    compiled, shown = progress.compiled, set(keys)
    edges: dict[tuple[str, str], None] = {}
    alternatives = set()
    for key in keys:
        for group in compiled.competencies[key].prerequisites:
            for member in group:
                if member in shown:
                    edges[member, key] = None
                    if len(group) > 1:
                        alternatives.add((member, key))
    return _layout(keys, tuple(edges), rtl), frozenset(alternatives)


@lru_cache(maxsize=256)
def _layout(keys: tuple[str, ...], edges: tuple[tuple[str, str], ...], rtl: bool) -> Layout:
    return layout(keys, edges, mirrored=rtl)
