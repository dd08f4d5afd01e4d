"""Circles in a draft that came with them: each named, and the fewest prerequisites to take out, as one operation."""

from __future__ import annotations

import json

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.draft import disconnect, edges_among, goes_in_circles
from cbe.domain.errors import N_, Invalid
from cbe.domain.lint import circle_breaking
from cbe.domain.lint.circles import circles_in

from . import designer
from .frame import page, save

__all__: list[str] = []

SECONDS = 2.0
"""How long is looked for the fewest."""
MOST_NAMED = 20
"""So many circles are named."""
MOST_LISTED = 200
"""So many of the edges to take out are listed."""


@designer.get("/programs/<key:program>/draft/circles")
def circles(program: str) -> str:
    """Name the circles and offer the fewest edges whose removal leaves none."""
    found = page(program, "picture")
    order = found.draft.order["competency"]
    edges = list(dict.fromkeys(edge.pair for edge in edges_among(found.draft, order)))
    named = circles_in(order, edges) if goes_in_circles(found.draft) else []
    fewest, is_proven = circle_breaking(edges, SECONDS) if named else ([], True)
    return render_template(
        "designer/circles.html", page=found, circles=named[:MOST_NAMED], more=len(named) - MOST_NAMED, fewest=fewest,
        listed=fewest[:MOST_LISTED], is_proven=is_proven, seconds=SECONDS, carried=json.dumps(fewest, ensure_ascii=False),
    )  # fmt: skip


@designer.post("/programs/<key:program>/draft/circles")
def break_circles(program: str) -> Response:
    """Take out the edges that were offered, all at once."""
    page(program, "picture")
    pairs = _pairs(request.form.get("edges", ""))
    save(program, lambda draft: disconnect(draft, pairs))
    flash(ngettext("%(num)d edge is taken out. Undo brings it back.", "%(num)d edges are taken out. Undo brings them back.", len(pairs)))  # fmt: skip
    return redirect(url_for("designer.picture", program=program), 303)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Read what the page offered."""
    try:
        value = json.loads(text)
        return [(str(needed), str(competency)) for needed, competency in value]
    except (ValueError, TypeError):
        raise Invalid([("", N_("This is not what the page offered. Open it again."))]) from None
