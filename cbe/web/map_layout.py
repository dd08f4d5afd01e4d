"""Where everything on a map of prerequisites stands: boxes in rows, edges that only go down and never through a box.

Here are numbers only. Layers are longest paths from the roots; a layer that is too wide is split into rows; an edge that
passes rows gets a place in each of them (a *bend*), shared by all long edges of one source; a bounded isotonic
regression sets the places of a row beside each other. The order within rows is ``map_order``'s, drawing ``map_svg``'s.
(Sugiyama, Tagawa & Toda 1981; Gansner et al. 1993.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .map_order import LITTLE, Floats, Ints, Places, ordered

__all__ = ["GRID", "Box", "Layout", "Route", "layout"]


GAP_X, GAP_BEND, GAP_Y = 10, 10, 40
GRID = 5
"""Every place and size is a multiple of it, so that a drawing says them in few digits."""


@dataclass(frozen=True, slots=True)
class Box:
    """The left upper corner of a competency, its layer (longest path from a root) and the row it stands in."""

    x: int
    y: int
    layer: int
    row: int


@dataclass(frozen=True, slots=True)
class Route:
    """An edge: it leaves row ``row`` at ``xs[0]``, crosses the next rows upright at the next ``xs``, arrives at ``xs[-1]``."""

    source: str
    target: str
    row: int
    xs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished map in pixels; routes are in the order of the edges given."""

    width: int
    height: int
    node_width: int
    node_height: int
    boxes: dict[str, Box]
    routes: list[Route]

    @property
    def row_gap(self) -> int:
        """The height of the band between two rows, where edges curve."""
        return GAP_Y

    def top(self, row: int) -> int:
        """Return the upper edge of a row."""
        return row * (self.node_height + GAP_Y)


def layout(
    nodes: Sequence[str],
    edges: Sequence[tuple[str, str]],
    *,
    node_width: int = 140,
    node_height: int = 60,
    max_width: int = 1184,
    mirrored: bool = False,
) -> Layout:
    """Lay out an acyclic graph, sources above targets; deterministic. ``mirrored`` is the form for right-to-left pages.

    >>> picture = layout(["a", "b", "c"], [("a", "b"), ("a", "c")])
    >>> [(box.layer, box.x) for box in picture.boxes.values()]
    [(0, 75), (1, 0), (1, 150)]
    """
    index = {node: i for i, node in enumerate(nodes)}
    pairs = [(index[source], index[target]) for source, target in edges]
    sources = np.array([source for source, _ in pairs], dtype=np.int64)
    targets = np.array([target for _, target in pairs], dtype=np.int64)
    layers = _longest_paths(len(nodes), pairs)
    linked = np.zeros(len(nodes), dtype=bool)
    linked[sources] = linked[targets] = True
    fit = max(1, (max_width + GAP_X) // (node_width + GAP_X))
    rows = _rows(layers, linked, sources, targets, per_row=max(fit, round(0.85 * int(linked.sum()) ** 0.5)))
    places = _places(rows, linked, sources, targets, _depth_first(len(nodes), pairs))
    order = ordered(places)
    middles, width = _positions(places, order, node_width, max_width)
    width, depth = _place_alone(linked, middles, rows, width, node_width, fit, len(order))
    if mirrored:
        middles = width - middles
    height = max(0, depth * (node_height + GAP_Y) - GAP_Y)
    boxes = {
        node: Box(int(middles[i]) - node_width // 2, int(rows[i]) * (node_height + GAP_Y), layers[i], int(rows[i]))
        for node, i in index.items()
    }
    return Layout(width, height, node_width, node_height, boxes, _routes(edges, pairs, rows, places, middles))


def _longest_paths(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    import networkx as nx  # 10 MB that start-up need not wait for

    graph = nx.DiGraph(pairs)
    layers = [0] * count
    for node in nx.topological_sort(graph):
        for after in graph.successors(node):
            layers[after] = max(layers[after], layers[node] + 1)
    return layers


def _rows(layers: list[int], linked: NDArray[np.bool_], sources: Ints, targets: Ints, *, per_row: int) -> Ints:
    """Give every node its row: layers in turn, each split evenly; what has many edges down stands lowest, so few pass through."""
    level = np.array(layers, dtype=np.int64)
    pull = np.bincount(sources, minlength=len(level)) - np.bincount(targets, minlength=len(level))
    rows = np.zeros(len(level), dtype=np.int64)
    row = 0
    for layer in range(int(level[linked].max(initial=-1)) + 1):
        members = np.flatnonzero(linked & (level == layer))
        parts = -(-len(members) // per_row)
        for part in np.array_split(members[np.argsort(pull[members], kind="stable")], parts):
            rows[part] = row
            row += 1
    return rows


def _depth_first(count: int, pairs: list[tuple[int, int]]) -> Ints:
    """Rank the nodes by when a walk down from the roots meets them, so that what belongs together starts together."""
    after: list[list[int]] = [[] for _ in range(count)]
    is_root = [True] * count
    for source, target in pairs:
        after[source].append(target)
        is_root[target] = False
    rank = np.full(count, -1, dtype=np.int64)
    stack = [node for node in range(count - 1, -1, -1) if is_root[node]]
    met = 0
    while stack:
        node = stack.pop()
        if rank[node] < 0:
            rank[node] = met
            met += 1
            stack.extend(reversed(after[node]))
    return rank


def _places(rows: Ints, linked: NDArray[np.bool_], sources: Ints, targets: Ints, rank: Ints) -> Places:
    """Give every source of long edges one bend in each row its longest edge passes, and cut the edges into segments."""
    count = len(rows)
    last = rows.copy()
    np.maximum.at(last, sources, rows[targets])
    bends = np.maximum(last - rows - 1, 0)
    first_bend = count + np.cumsum(bends) - bends
    owner = np.repeat(np.arange(count), bends)
    ids = count + np.arange(len(owner))
    step = ids - first_bend[owner]
    upper = np.concatenate([np.where(step == 0, owner, ids - 1), _before(sources, targets, rows, first_bend)])
    lower = np.concatenate([ids, targets])
    all_rows = np.concatenate([rows, rows[owner] + step + 1])
    segments = (
        np.unique(np.stack([all_rows[upper], upper, lower], axis=1), axis=0)
        if len(upper)
        else np.zeros((0, 3), dtype=np.int64)
    )
    depth = int(rows[linked].max(initial=-1)) + 1
    key = np.concatenate([rank, rank[owner]])
    present = np.flatnonzero(np.concatenate([linked, np.ones(len(owner), dtype=bool)]))
    present = present[np.lexsort((key[present], all_rows[present]))]
    cuts = np.searchsorted(all_rows[present], np.arange(1, depth))
    return Places(
        rows=all_rows,
        upper=segments[:, 1],
        lower=segments[:, 2],
        starts=np.searchsorted(segments[:, 0], np.arange(depth + 1)),
        members=np.split(present, cuts) if depth else [],
        is_bend=np.arange(len(all_rows)) >= count,
        first_bend=first_bend,
    )


def _before(sources: Ints, targets: Ints, rows: Ints, first_bend: Ints) -> Ints:
    """Return for every edge the place in the row above its target: the source itself or the source's bend there."""
    passed = rows[targets] - rows[sources] - 1
    return np.where(passed == 0, sources, first_bend[sources] + passed - 1)


def _positions(places: Places, order: list[Ints], node_width: int, max_width: int) -> tuple[Ints, int]:
    """Place every row near its neighbours without changing the order, none wider than allowed or than the fullest must be."""
    half = np.where(places.is_bend, GAP_BEND // 2, (node_width + GAP_X) // 2)
    offsets = [np.cumsum(2 * half[row]) - half[row] for row in order]
    widths = [int(2 * half[row].sum()) for row in order]
    width = max(max_width + GAP_X, *widths) if widths else 0
    x = np.zeros(len(places.rows))
    slot = np.zeros(len(places.rows), dtype=np.int64)
    for row, offset, used in zip(order, offsets, widths, strict=True):
        slot[row] = np.arange(len(row))
        x[row] = offset + (width - used) / 2
    weight = 1.0 + 3.0 * (places.is_bend[places.upper] & places.is_bend[places.lower])
    rounds = 8 if len(places.rows) <= LITTLE else 2
    for sweep in range(rounds):
        is_last = sweep >= rounds - 2
        ways = (sweep % 2 == 0 or is_last, sweep % 2 == 1 or is_last)
        for number in range(len(order)) if sweep % 2 == 0 else range(len(order) - 1, -1, -1):
            row = order[number]
            wanted, pull = _wanted(places, number, row, slot, x, weight, ways)
            free = _isotonic((wanted - offsets[number]).tolist(), pull.tolist())
            x[row] = np.clip(free, 0, width - widths[number]) + offsets[number]
    present = np.concatenate(order) if order else np.zeros(0, dtype=np.int64)
    left = (x - half)[present].min(initial=width)
    middles = GRID * np.floor((x - left) / GRID + 0.5).astype(np.int64) - GAP_X // 2
    return middles, max(0, int((middles + half)[present].max(initial=0)) - GAP_X // 2)


def _wanted(
    places: Places, number: int, row: Ints, slot: Ints, x: Floats, weight: Floats, ways: tuple[bool, bool]
) -> tuple[Floats, Floats]:
    """Return where each place of a row wants to stand (the mean of its neighbours) and how strongly."""
    total, pull = np.zeros(len(row)), np.zeros(len(row))
    for wanted, band, near, far in (
        (ways[0] and number > 0, number - 1, places.lower, places.upper),
        (ways[1], number, places.upper, places.lower),
    ):
        if wanted:
            cut = slice(places.starts[band], places.starts[band + 1])
            slots = slot[near[cut]]
            total += np.bincount(slots, weights=weight[cut] * x[far[cut]], minlength=len(row))
            pull += np.bincount(slots, weights=weight[cut], minlength=len(row))
    idle = pull == 0
    return np.where(idle, x[row], total / np.where(idle, 1, pull)), np.where(idle, 0.2, pull)


def _isotonic(wanted: list[float], weights: list[float]) -> Floats:
    """Return the rising sequence nearest to ``wanted`` in weighted squares (pool adjacent violators)."""
    values: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for value, mass in zip(wanted, weights, strict=True):
        count = 1
        while values and values[-1] > value:
            value = (value * mass + values[-1] * masses[-1]) / (mass + masses[-1])
            mass += masses.pop()
            count += counts.pop()
            values.pop()
        values.append(value)
        masses.append(mass)
        counts.append(count)
    return np.repeat(values, counts)


def _place_alone(
    linked: NDArray[np.bool_], middles: Ints, rows: Ints, width: int, node_width: int, fit: int, depth: int
) -> tuple[int, int]:
    """Put the nodes without any edge in rows of their own at the foot; return the width and number of rows of all."""
    alone = np.flatnonzero(~linked)
    pitch = node_width + GAP_X
    columns = max(fit, (width + GAP_X) // pitch)
    if len(alone):
        width = max(width, min(columns, len(alone)) * pitch - GAP_X)
        rows[alone] = depth + np.arange(len(alone)) // columns
        middles[alone] = node_width // 2 + np.arange(len(alone)) % columns * pitch
    return width, depth - (-len(alone) // columns)


def _routes(
    edges: Sequence[tuple[str, str]], pairs: list[tuple[int, int]], rows: Ints, places: Places, middles: Ints
) -> list[Route]:
    row_of, x, first = rows.tolist(), middles.tolist(), places.first_bend.tolist()
    routes = []
    for (source, target), (i, j) in zip(edges, pairs, strict=True):
        bends = x[first[i] : first[i] + row_of[j] - row_of[i] - 1]
        routes.append(Route(source, target, row_of[i], (x[i], *bends, x[j])))
    return routes
