"""Charts of one learner: mastery over time, hours by section, a map to explore; each with its figures in a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, current_app, make_response
from flask_babel import gettext as _

from cbe.domain.progress import State

from .. import identity
from ..map_layout import layout
from ..texts import STATES
from .view import View, load, page, show

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["progress_page"]

MOST_EXPLORED = 2_000


@dataclass(frozen=True, slots=True)
class SectionHours:
    """Hours of one section: mastered and open."""

    title: str
    done: Decimal
    left: Decimal


@page("/progress", "progress")
def progress_page(program: str, enrolment_id: UUID | None = None) -> Response:
    """Show the charts; only here plotly loads."""
    from .. import charts

    view = load(program, enrolment_id)
    timeline = _timeline(view)
    by_section = _by_section(view)
    done, left = _("Hours mastered"), _("Hours open")
    figures = {
        "time": charts.mastery_over_time([day for day, _n in timeline], [n for _d, n in timeline], _("Mastered")),
        "hours": charts.hours_by_section(
            [one.title for one in by_section],
            [float(one.done) for one in by_section],
            [float(one.left) for one in by_section],
            (done, left),
        ),
    }
    if len(view.progress.compiled.ids) <= MOST_EXPLORED:
        figures["map"] = _explorable(view)
    response = make_response(
        show(
            "progress",
            view,
            figures={name: charts.as_json(figure) for name, figure in figures.items()},
            timeline=timeline,
            by_section=by_section,
            plotly=current_app.extensions["assets"].plotly_url(),
        )
    )
    response.has_charts = True  # type: ignore[attr-defined]
    return response


def _timeline(view: View) -> list[tuple[date, int]]:
    """How many competencies were mastered by the end of each day on which that changed (those still on record)."""
    standing = view.progress.standing
    days = Counter(
        one.mastered_on for key, one in standing.items() if one.mastered_on and key in view.progress.mastered
    )
    total, found = 0, []
    for day in sorted(days):
        total += days[day]
        found.append((day, total))
    if found and found[-1][0] < view.today:
        found.append((view.today, total))
    return found


def _by_section(view: View) -> list[SectionHours]:
    program = view.progress.compiled.program
    titles = {section.id: view.words(section.title) for section in program.sections}
    done: dict[str, Decimal] = {}
    left: dict[str, Decimal] = {}
    for competency in program.competencies:
        title = titles.get(competency.section or "", _("Without section"))
        into = done if view.progress.states[competency.id] is State.MASTERED else left
        into[title] = into.get(title, Decimal(0)) + view.hours(competency.id)
    return [
        SectionHours(title, done.get(title, Decimal(0)), left.get(title, Decimal(0)))
        for title in dict.fromkeys([*titles.values(), *done, *left])
        if title in done or title in left
    ]


def _explorable(view: View) -> Figure:
    from .. import charts

    compiled = view.progress.compiled
    placed = layout(compiled.ids, list(compiled.graph.edges), mirrored=identity.direction() == "rtl")
    boxes = placed.boxes
    points = [
        (float(boxes[key].x), float(boxes[key].y), view.competency_title(key).text, str(view.progress.states[key]))
        for key in compiled.ids
    ]
    edges = [(boxes[a].x, boxes[a].y, boxes[b].x, boxes[b].y) for a, b in compiled.graph.edges]
    words = {str(state): f"{STATES[state]}" for state in State}
    return charts.explorable_map(points, edges, words)
