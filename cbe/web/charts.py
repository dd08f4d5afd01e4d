"""Pictures people explore: values in, a plotly figure out. Each page that shows one gives its figures in a table too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

__all__ = ["as_json", "explorable_map", "hours_by_section", "mastery_over_time"]

GOOD, LINK, REST = "#1d8f56", "#5b86f5", "#9aa3b2"


def mastery_over_time(days: Sequence[date], counts: Sequence[int], label: str) -> go.Figure:
    """Draw the number of mastered competencies by day, as steps."""
    line = go.Scatter(
        x=list(days), y=list(counts), mode="lines+markers", line={"shape": "hv", "color": GOOD}, name=label
    )
    return _plain(go.Figure(line), label)


def hours_by_section(
    sections: Sequence[str], done: Sequence[float], left: Sequence[float], labels: tuple[str, str]
) -> go.Figure:
    """Draw the hours mastered and still open of every section, lying side by side."""
    figure = go.Figure(
        [
            go.Bar(y=list(sections), x=list(done), name=labels[0], orientation="h", marker={"color": GOOD}),
            go.Bar(
                y=list(sections), x=list(left), name=labels[1], orientation="h",
                marker={"color": REST, "pattern": {"shape": "/"}},
            ),
        ]
    )  # fmt: skip
    figure.update_layout(barmode="stack", yaxis={"autorange": "reversed", "automargin": True})
    return _plain(figure, None)


def explorable_map(
    points: Sequence[tuple[float, float, str, str]],
    edges: Sequence[tuple[float, float, float, float]],
    symbols: dict[str, str],
) -> go.Figure:
    """Draw competencies as points to zoom into: (x, y, title, state), edges as (x, y, x, y); a mark of its own per state."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x0, y0, x1, y1 in edges:
        xs += [x0, x1, None]
        ys += [-y0, -y1, None]
    figure = go.Figure(
        go.Scatter(x=xs, y=ys, mode="lines", line={"color": REST, "width": 1}, hoverinfo="skip", showlegend=False)
    )
    marks = {"mastered": ("circle", GOOD), "ready": ("diamond", LINK), "locked": ("square-open", REST)}
    for state, word in symbols.items():
        of_it = [point for point in points if point[3] == state]
        if of_it:
            shape, colour = marks.get(state, ("star", "#c98a1b"))
            figure.add_scatter(
                x=[p[0] for p in of_it], y=[-p[1] for p in of_it], text=[p[2] for p in of_it], name=word,
                mode="markers", marker={"symbol": shape, "color": colour, "size": 12}, hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip
    figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False}, dragmode="pan")
    return _plain(figure, None)


def as_json(figure: go.Figure) -> str:
    """Return a figure as the page's script reads it."""
    document: Any = figure.to_plotly_json()
    document["layout"].pop("template", None)
    return json.dumps(document, cls=PlotlyJSONEncoder, separators=(",", ":"))


def _plain(figure: go.Figure, label: str | None) -> go.Figure:
    figure.update_layout(
        margin={"l": 40, "r": 16, "t": 16, "b": 40}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "color": "#7d899c", "size": 13}, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )  # fmt: skip
    figure.update_xaxes(automargin=True)
    if label:
        figure.update_yaxes(title=label, rangemode="tozero")
    return figure
