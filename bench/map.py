"""Laying out maps of 50 to 5,000 competencies; every map is checked against networkx before its time counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

import networkx as nx

from bench import Row
from bench.programs import structured
from cbe.web.map_layout import Layout, layout

__all__ = ["run"]

SIZES = (50, 200, 500, 1_000, 2_000, 5_000)
BARS_MS = {500: 36, 2_000: 150}


def run(rounds: int, quick: bool) -> list[Row]:
    """Time the layout of structured programs; plain networkx places the same layers without caring for crossings."""
    return [_row(size, rounds, is_judged=not quick) for size in (SIZES[:3] if quick else SIZES)]


def _row(size: int, rounds: int, *, is_judged: bool) -> Row:
    nodes, edges = _graph(size)
    picture = layout(nodes, edges)
    problems = _problems(picture, nodes, edges)
    fast = _cpu_ms(rounds, lambda: layout(nodes, edges))
    plain = _cpu_ms(rounds, lambda: _plain(nodes, edges))
    bar = BARS_MS.get(size) if is_judged else None
    bends = sum(len(route.xs) - 2 for route in picture.routes)
    return Row(
        name=f"map of {size:,}",
        figure=fast,
        unit="CPU ms",
        bar=f"<= {bar} ms, no flaw" if bar else "no flaw",
        passed=not problems and (bar is None or fast <= bar),
        detail=problems
        or f"{len(edges):,} edges, {bends:,} bends, {picture.width} x {picture.height} px; networkx {plain:.1f} ms",
    )


def _cpu_ms(rounds: int, work: Callable[[], object]) -> float:
    """Return the median of processor milliseconds: it is one thread's arithmetic, and other people's load isn't its."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1_000)
    return median(spent)


def _graph(size: int) -> tuple[list[str], list[tuple[str, str]]]:
    program = structured(size, size // 10, seed=size)
    edges = {
        (before, competency.id): None
        for competency in program.competencies
        for group in competency.prerequisites
        for before in group
    }
    return [competency.id for competency in program.competencies], list(edges)


def _plain(nodes: list[str], edges: list[tuple[str, str]]) -> object:
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(nodes)
    for layer, generation in enumerate(nx.topological_generations(graph)):
        for node in generation:
            graph.nodes[node]["subset"] = layer
    return nx.multipartite_layout(graph)


def _problems(picture: Layout, nodes: list[str], edges: list[tuple[str, str]]) -> str:
    """Say what is wrong with a map: layers that aren't longest paths, edges going up, boxes met by boxes or edges."""
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(nodes)
    generations = enumerate(nx.topological_generations(graph))
    if {node: layer for layer, found in generations for node in found} != {
        n: b.layer for n, b in picture.boxes.items()
    }:
        return "layers are not longest paths"
    if any(picture.boxes[source].row >= picture.boxes[target].row for source, target in edges):
        return "an edge goes up"
    rows: dict[int, list[int]] = {}
    for box in picture.boxes.values():
        rows.setdefault(box.row, []).append(box.x)
    if any(right - left < picture.node_width for xs in rows.values() for left, right in pairwise(sorted(xs))):
        return "boxes overlap"
    if any(
        left <= x <= left + picture.node_width
        for route in picture.routes
        for row, x in enumerate(route.xs[1:-1], start=route.row + 1)
        for left in rows[row]
    ):
        return "an edge goes through a box"
    return ""
