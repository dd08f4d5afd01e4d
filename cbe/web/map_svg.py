"""The mastery map as SVG: a link in a box for every competency, the edges as two paths.

Here is markup only, as terse as it can be: colours, fonts and line styles are the style sheet's, by ``data-state``.
Where things stand is ``map_layout``'s. ``data-p`` lists the boxes an edge comes from, by their number in the document;
those after ``~`` are alternatives. Both keep the order of the paths' parts, so that a script can find an edge; a part
begins where its edge leaves what an earlier part of the same source has drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from unicodedata import combining

from flask_babel import gettext as _
from markupsafe import Markup, escape

from .map_layout import GRID, Layout, Route
from .texts import STATES

__all__ = ["ZOOMS", "MapNode", "render_map", "wrap"]

ZOOMS = {1: 1.0, 2: 1.5, 3: 2.0}
"""Factors by zoom level; none is below one, so text never shrinks under its 12 and 13 px."""

PADDING, BASELINE, LINE, EM = 9, 37, 16, 13
NARROW, WIDE = frozenset("iljtfrI.,:;'|!()[]/- "), frozenset("mwMW@%&—")


@dataclass(frozen=True, slots=True)
class MapNode:
    """One competency as the map shows it; ``language`` only when the title isn't in the page's; ``note``: said, not shown."""

    id: str
    title: str
    state: str
    href: str
    language: str | None = None
    note: str = ""


def render_map(
    layout: Layout,
    nodes: Sequence[MapNode],
    *,
    alternatives: Collection[tuple[str, str]] = frozenset(),
    classes: Mapping[tuple[str, str], str] = MappingProxyType({}),
    words: Mapping[str, Any] = STATES,
    rtl: bool = False,
    zoom: int = 1,
) -> Markup:
    """Draw the nodes that have a place in ``layout``; edges in ``alternatives`` (members of any-of groups) are dashed.

    ``classes``: edges that are drawn apart, by their class in the style sheet. ``words``: what each state is called.
    """
    number = {node.id: i for i, node in enumerate(nodes)}
    plain: dict[str, list[Route]] = {node.id: [] for node in nodes}
    dashed: dict[str, list[Route]] = {node.id: [] for node in nodes}
    apart: dict[str, list[Route]] = {}
    for route in layout.routes:
        edge = route.source, route.target
        if edge in classes:
            apart.setdefault(classes[edge], []).append(route)
        (dashed if edge in alternatives else plain)[route.target].append(route)
    factor = ZOOMS.get(zoom, 1.0)
    width, height = layout.width + 16, layout.height + 8
    label = escape(_("Map of competencies"))
    parts = [
        f'<div class="map scroll" role="region" tabindex="0" aria-label="{label}" data-zoom="{zoom}">',
        f'<svg width="{width * factor:g}" height="{height * factor:g}" viewBox="-8 -4 {width} {height}">',
        _box(layout, rtl=rtl),
        _edges(layout, plain.values(), dashed.values(), apart),
        *(_node(layout, node, _origins(plain[node.id], dashed[node.id], number), words, rtl=rtl) for node in nodes),
        "</svg></div>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it went through escape


def _box(layout: Layout, *, rtl: bool) -> str:
    """Draw what all boxes share: the box, and one with the tip of its edges."""
    left = PADDING - layout.node_width if rtl else -PADDING
    return (
        f'<defs><rect id="n" x="{left}" y="{-BASELINE}" width="{layout.node_width}" height="{layout.node_height}" rx="9"/>'
        f'<g id="m"><use href="#n"/><path class="tips" d="M{left + layout.node_width // 2}-{BASELINE}l-4-7h8z"/></g></defs>'
    )


def _edges(
    layout: Layout, plain: Iterable[list[Route]], dashed: Iterable[list[Route]], apart: Mapping[str, list[Route]]
) -> str:
    """Draw all edges in units of the grid: first those that are needed, then what alternatives add, then those apart again."""
    drawn: set[tuple[str, tuple[int, ...]]] = set()
    solid, broken = (
        "".join(_path(layout, route, drawn) for routes in kind for route in routes) for kind in (plain, dashed)
    )
    marked = "".join(
        f'<path class="{name}" d="{"".join(_path(layout, route, set()) for route in routes)}"/>'
        for name, routes in apart.items()
    )
    return (
        f'<g aria-hidden="true" transform="translate({layout.node_width // 2})scale({GRID})">'
        f'<path d="{solid}"/><path class="any" d="{broken}"/>{marked}</g>'
    )


def _path(layout: Layout, route: Route, drawn: set[tuple[str, tuple[int, ...]]]) -> str:
    """Describe what of an edge isn't drawn yet: a curve between two rows, upright through a row."""
    gap, height = layout.row_gap // GRID, layout.node_height // GRID
    xs = [(x - layout.node_width // 2) // GRID for x in route.xs]
    start = 0
    while start + 2 < len(xs) and (route.source, route.xs[: start + 2]) in drawn:
        start += 1
    parts = [f"M{xs[start]} {(layout.top(route.row + start) + layout.node_height) // GRID}"]
    for step in range(start, len(xs) - 1):
        drawn.add((route.source, route.xs[: step + 2]))
        across = xs[step + 1] - xs[step]
        parts.append(f"v{height}" * (step > start))
        parts.append(f"c0 {gap // 2} {across} {gap // 2} {across} {gap}" if across else f"v{gap}")
    return "".join(parts).replace(" -", "-")


def _origins(plain: list[Route], dashed: list[Route], number: dict[str, int]) -> str:
    needed = " ".join(str(number[route.source]) for route in plain)
    return needed + ("~" + " ".join(str(number[route.source]) for route in dashed) if dashed else "")


def _node(layout: Layout, node: MapNode, origins: str, words: Mapping[str, Any], *, rtl: bool) -> str:
    """Draw one box; its origin is where its title starts, so that hardly any part needs a place of its own."""
    box = layout.boxes[node.id]
    lines, is_whole = wrap(node.title, layout.node_width - 2 * PADDING)
    word = words[node.state]
    shape = "m" if origins else "n"
    x = box.x + (layout.node_width - PADDING if rtl else PADDING)
    attributes = [
        f'href="{escape(node.href)}" data-competency="{escape(node.id)}" data-state="{node.state}"',
        f' data-p="{origins}"' if origins else "",
        f' aria-label="{escape(", ".join(filter(None, (node.title, str(word), node.note))))}"'
        if node.note or not is_whole
        else "",
        f' lang="{escape(node.language)}"' if node.language else "",
    ]
    second = f' <tspan x="0" dy="{LINE}">{escape(lines[1])}</tspan>' if len(lines) > 1 else ""
    return (
        f'<a {"".join(attributes)} transform="translate({x} {box.y + BASELINE})"><use href="#{shape}"/><use href="#i-{node.state}"/>'
        f'<text>{escape(lines[0])}{second} <tspan x="{-21 if rtl else 21}" y="-18">{escape(word)}</tspan></text></a>'
    )


def _measure(text: str) -> float:
    """Estimate the width in pixels of a text in semi-bold system type of 13 px, a little too wide rather than too narrow."""
    em = 0.0
    for sign in text:
        if sign in NARROW:
            em += 0.36
        elif "\u0600" <= sign <= "\u06ff":
            em += 0.0 if combining(sign) else 0.52
        elif sign in WIDE or ord(sign) >= 0x2E80:
            em += 1.0
        else:
            em += 0.7 if sign.isupper() or sign.isdigit() else 0.6
    return em * EM


def wrap(title: str, width: float) -> tuple[list[str], bool]:
    """Break a title into at most two lines of ``width`` pixels; say whether all of it is there.

    >>> wrap("Handling medication safely", 122)
    (['Handling', 'medication safely'], True)
    """
    words = title.split()
    first: list[str] = []
    while words and _measure(" ".join([*first, words[0]])) <= width:
        first.append(words.pop(0))
    if not words:
        return [" ".join(first)], True
    if not first:
        head = _cut(words[0], width)
        words[0] = words[0][len(head) :]
        first = [head]
    rest = " ".join(words)
    if _measure(rest) <= width:
        return [" ".join(first), rest], True
    return [" ".join(first), _cut(rest, width - _measure("…")).rstrip() + "…"], False


def _cut(text: str, width: float) -> str:
    end = len(text)
    while end > 1 and _measure(text[:end]) > width:
        end -= 1
    return text[:end]
