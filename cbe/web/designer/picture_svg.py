"""The picture of a draft as SVG: a link in a box for every competency, and every edge by itself so that it can be taken out.

Here is markup only; what is shown is ``picture_view``'s, where it stands ``map_layout``'s, colours and line styles are the
sheet's. Edges in any-of groups are dashed and meet in a ring before they go on together; what leads back in a circle is
drawn upwards. Edges are hidden from assistive technology until the script makes one the chosen one: what a competency
needs and opens stands in its description.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from cbe.domain.draft import Edge

from ..map_layout import Layout, Route
from ..map_svg import ZOOMS, wrap

__all__ = ["Node", "Words", "draw"]

PADDING, BASELINE, LINE, NOTE = 9, 38, 16, 19
GAP = 68
"""The height between two rows."""
STUB = 16
"""How far before a box the edges of an any-of group meet."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A competency in the picture. ``says``: what it needs and opens; ``groups``: what an alternative may join, in words.

    ``short``: what is shown of the note where there is no room for all of it.
    """

    id: str
    title: str
    language: str | None
    note: str
    says: str
    href: str
    form: str
    groups: Sequence[tuple[str, str]]
    is_chosen: bool = False
    is_marked: bool = False
    is_archived: bool = False
    short: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of the picture, and of each edge."""

    picture: str
    edges: Mapping[Edge, str]


def draw(
    layout: Layout,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    groups: Mapping[tuple[str, int], Sequence[str]],
    words: Words,
    *,
    rtl: bool,
    zoom: int,
) -> Markup:
    """Draw the nodes and edges; those without a route lead back. ``groups``: the members of a target's numbered group."""
    place = _Place(layout, edges)
    factor = ZOOMS.get(zoom, 1.0)
    width, height = layout.width + 40, place.height + 24
    lines = [_line(place, edge, list(groups[edge.target, edge.group]), words.edges[edge]) for edge in edges]
    rings = "".join(
        f'<circle cx="{x:g}" cy="{y - STUB:g}" r="5"/><path d="M{x:g} {y - STUB + 5:g}V{y - 6:g}"/>'
        for (x, y), is_any in place.slots.values()
        if is_any
    )
    tips = "".join(f"M{x:g} {y:g}l-4-7h8z" for (x, y), _is_any in place.slots.values())
    opening = (
        f'<svg role="group" aria-label="{escape(words.picture)}" aria-describedby="how" width="{width * factor:g}"'
        f' height="{height * factor:g}" viewBox="-20 -12 {width} {height}">'
    )
    parts = [
        opening,
        f'<g class="lines">{"".join(lines)}</g>',
        f'<g class="rings" aria-hidden="true">{rings}<path class="tip" d="{tips}"/></g>' if place.slots else "",
        *(_node(layout, place, node, rtl=rtl) for node in nodes),
        '<path class="wish" aria-hidden="true"/></svg>',
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it went through escape


class _Place:
    """Where edges leave and arrive: what is needed in any case in one place, every any-of group in one of its own."""

    def __init__(self, layout: Layout, edges: Sequence[Edge]) -> None:
        self.layout = layout
        self.routes: dict[tuple[str, str], Route] = {(one.source, one.target): one for one in layout.routes}
        rows = max((box.row for box in layout.boxes.values()), default=0) + 1
        self.height = rows * (layout.node_height + GAP) - GAP
        arriving: dict[str, dict[int | None, list[int]]] = {}
        for edge in edges:
            if edge.pair in self.routes:
                at = arriving.setdefault(edge.target, {})
                at.setdefault(edge.group if edge.is_any else None, []).append(self.routes[edge.pair].xs[-2])
        self.slots: dict[tuple[str, int | None], tuple[Point, bool]] = {}
        for target, groups in arriving.items():
            box = layout.boxes[target]
            ranked = sorted(groups, key=lambda group: sum(groups[group]) / len(groups[group]))
            for number, group in enumerate(ranked, 1):
                x = box.x + layout.node_width * number / (len(ranked) + 1)
                self.slots[target, group] = (x, self.top(box.row)), group is not None

    def top(self, row: int) -> int:
        """Return the upper edge of a row."""
        return row * (self.layout.node_height + GAP)

    def path(self, edge: Edge) -> str:
        """Describe an edge: a curve between two rows, upright through a row."""
        route = self.routes.get(edge.pair)
        if route is None:
            return self._back(edge)
        (end, _y), is_any = self.slots[edge.target, edge.group if edge.is_any else None]
        xs: list[float] = [*route.xs[:-1], end]
        height = self.layout.node_height
        parts = [f"M{xs[0]:g} {self.top(route.row) + height}"]
        for step, across in enumerate(after - before for before, after in pairwise(xs)):
            gap = GAP - (STUB + 5 if is_any else 6) if step == len(xs) - 2 else GAP
            parts.append(f"v{height}" * (step > 0))
            parts.append(f"c0 {gap / 2:g} {across:g} {gap / 2:g} {across:g} {gap}")
        return "".join(parts).replace(" -", "-")

    def _back(self, edge: Edge) -> str:
        """Describe an edge that leads up again, or into itself, with its tip."""
        source, target = self.layout.boxes[edge.source], self.layout.boxes[edge.target]
        width, height = self.layout.node_width, self.layout.node_height
        if edge.source == edge.target:
            x, y = source.x + width, self.top(source.row)
            return f"M{x - 30} {y}c0-16 44-16 44 20c0 20-6 26-12 26M{x} {y + 46}l7-4v8z"
        x, y = source.x + width - 25, self.top(source.row)
        to, foot = target.x + width - 25, self.top(target.row) + height
        return f"M{x} {y}C{x} {y - 40} {to} {foot + 40} {to} {foot + 6}M{to} {foot}l-4 7h8z"


def _line(place: _Place, edge: Edge, group: list[str], label: str) -> str:
    kind = " back" if edge.pair not in place.routes else " any" if edge.is_any else ""
    return (
        f'<g class="line{kind}" aria-hidden="true" aria-label="{escape(label)}" data-from="{escape(edge.source)}"'
        f' data-to="{escape(edge.target)}" data-edge="{escape(json.dumps([*edge.pair, group], ensure_ascii=False))}">'
        f'<path d="{place.path(edge)}"/></g>'
    )


def _node(layout: Layout, place: _Place, node: Node, *, rtl: bool) -> str:
    """Draw one box; its origin is where its title starts."""
    box = layout.boxes[node.id]
    lines, _is_whole = wrap(node.title, layout.node_width - 2 * PADDING)
    x = box.x + (layout.node_width - PADDING if rtl else PADDING)
    left = PADDING - layout.node_width if rtl else -PADDING
    second = f'<tspan x="0" dy="{LINE}">{escape(lines[1])}</tspan>' if len(lines) > 1 else ""
    classes = [name for name, has in (("circ", node.is_marked), ("off", node.is_archived)) if has]
    name = f"{node.title}, {node.note}" if node.note else node.title
    attributes = [
        f'id="c-{escape(node.id)}" href="{escape(node.href)}" data-competency="{escape(node.id)}"',
        f' data-title="{escape(node.title)}" data-form="{escape(node.form)}" aria-label="{escape(name)}"',
        f' data-groups="{escape(json.dumps(node.groups, ensure_ascii=False))}"' if node.groups else "",
        ' aria-current="true"' if node.is_chosen else "",
        f' class="{" ".join(classes)}"' if classes else "",
        f' lang="{escape(node.language)}"' if node.language else "",
    ]
    return (
        f'<a {"".join(attributes)} transform="translate({x} {place.top(box.row) + BASELINE})"><desc>{escape(node.says)}</desc>'
        f'<rect x="{left}" y="{-BASELINE}" width="{layout.node_width}" height="{layout.node_height}" rx="9"/>'
        f'<text>{escape(lines[0])}{second}<tspan class="note" x="0" y="{NOTE - BASELINE}">{escape(node.short or node.note)}</tspan></text></a>'
    )
