"""The difference of two versions as a coloured map: what was added, removed and changed, with what stays around it.

In words it is ``difference_words``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from cbe.domain.diff import Difference
from cbe.domain.program import Program

from .. import identity
from ..map_layout import layout
from ..map_svg import MapNode, render_map
from ..rule_words import titles_of

__all__ = ["MARKS", "MOST_NODES", "DifferenceMap", "difference_map"]

MOST_NODES = 80
MARKS = {"added": _l("added"), "removed": _l("removed"), "changed": _l("changed"), "same": _l("unchanged")}
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DifferenceMap:
    """The picture, whether it shows all competencies or only what differs with its neighbours, and how many it leaves out."""

    svg: Markup
    is_whole: bool
    left_out: int


def difference_map(
    old: Program, new: Program, found: Difference, zoom: int, url: Callable[[str], str]
) -> DifferenceMap:
    """Draw both versions in one map; of a large program what differs, with what it stands on and what stands on it.

    ``url``: where the box of a competency leads. An edge that was removed is left out where it would close a circle with those
    that are there now.
    """
    marks = _marks(old, new, found)
    before, now = _edges(old), _edges(new)
    shown = list(marks) if len(marks) <= MOST_NODES else _with_neighbours(marks, before | now)
    kept = shown[:MOST_NODES]
    edges = _drawn(kept, before, now)
    titles = titles_of(new, old)
    nodes = []
    for key in kept:
        title = titles("competency", key)
        nodes.append(MapNode(key, title.text, marks[key], url(key), title.lang if title.is_fallback else None))
    rtl = identity.direction() == "rtl"
    classes = {edge: "gone" if edge not in now else "new" for edge in edges if (edge in now) != (edge in before)}
    alternatives = {edge for edge in edges if edge not in classes and now.get(edge)}
    placed = layout(kept, edges, mirrored=rtl)
    svg = render_map(placed, nodes, alternatives=alternatives, classes=classes, words=MARKS, rtl=rtl, zoom=zoom)
    return DifferenceMap(svg, len(kept) == len(marks), len(shown) - len(kept))


def _marks(old: Program, new: Program, found: Difference) -> dict[str, str]:
    """Return what became of every competency of either version, the new ones in order, then those removed."""
    changed = {one.id for one in found.competencies.changed}
    before = {one.id for one in old.competencies}
    marks = {
        one.id: "added" if one.id not in before else "changed" if one.id in changed else "same"
        for one in new.competencies
    }
    return marks | {one.id: "removed" for one in found.competencies.removed}


def _edges(program: Program) -> dict[Edge, bool]:
    """Return the prerequisites of a version, each with whether others may stand in for it."""
    return {
        (member, one.id): len(group) > 1 for one in program.competencies for group in one.prerequisites for member in group
    }  # fmt: skip


def _with_neighbours(marks: dict[str, str], edges: Iterable[Edge]) -> list[str]:
    """Return what differs, then what stands beside it."""
    differs = [key for key, mark in marks.items() if mark != "same"]
    touched, near = set(differs), dict[str, None]()
    for source, target in edges:
        if source in touched and target not in touched:
            near[target] = None
        elif target in touched and source not in touched:
            near[source] = None
    return [*differs, *near]


def _drawn(keys: list[str], before: dict[Edge, bool], now: dict[Edge, bool]) -> list[Edge]:
    inside = set(keys)
    import networkx as nx  # 10 MB that start-up need not wait for

    graph = nx.DiGraph(edge for edge in now if inside.issuperset(edge))
    edges = list(graph.edges)
    for source, target in before:
        if (source, target) in now or not inside.issuperset((source, target)):
            continue
        if source in graph and target in graph and nx.has_path(graph, target, source):
            continue
        graph.add_edge(source, target)
        edges.append((source, target))
    return edges
