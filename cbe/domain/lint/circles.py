"""The fewest prerequisites to take out of a draft so that no circle is left (a minimum feedback arc set).

Each strongly connected part is looked at by itself. A quick answer comes first (Eades, Lin, Smyth 1993, then whatever
closes no circle is put back); then the solver chooses the fewest edges that break all circles known so far, what circles
are left become known, and so on, until none is left (proven) or time is over. The circles that parsing refuses are shown
by ``program``.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from cbe.domain.graph import named_credentials
from cbe.domain.program import Program
from cbe.domain.program.circles import shortest_circles

__all__ = ["circle_breaking", "circles_in", "credential_edges", "prerequisite_edges"]

Arc = tuple[str, str]
MOST_CIRCLES = 400
"""Circles that are told to the solver at a time."""


def prerequisite_edges(program: Program) -> list[Arc]:
    """Return every pair (prerequisite, competency) once, those of any-of groups included, in file order."""
    return list(dict.fromkeys((m, c.id) for c in program.competencies for group in c.prerequisites for m in group))


def credential_edges(program: Program) -> list[Arc]:
    """Return every pair (credential that is named, credential that names it) once, in file order."""
    return list(dict.fromkeys((part, c.id) for c in program.credentials for part in named_credentials(c.requires)))


def circles_in(names: Sequence[str], edges: Sequence[Arc]) -> list[list[str]]:
    """Return one shortest circle of every strongly connected part, as names along the edges, its first in order first.

    >>> circles_in("abc", [("a", "b"), ("b", "a"), ("b", "c")])
    [['a', 'b']]
    """
    number = {key: i for i, key in enumerate(names)}
    found = shortest_circles(
        len(names), array("i", [number[a] for a, _ in edges]), array("i", [number[b] for _, b in edges])
    )
    return [[names[i] for i in circle] for circle in found]


def circle_breaking(program_edges: Iterable[Arc], seconds: float = 2.0) -> tuple[list[Arc], bool]:
    """Return edges to take out so that no circle is left, and whether it is proven that no fewer do.

    Edges are (prerequisite, competency), any-of groups included. The same edges give the same answer wherever it is
    proven; when time runs out it is the best found so far.

    >>> circle_breaking([("a", "b"), ("b", "c"), ("c", "a"), ("c", "b"), ("d", "d")])
    ([('b', 'c'), ('d', 'd')], True)
    """
    import networkx as nx  # 10 MB that start-up need not wait for

    deadline = time.monotonic() + seconds
    edges = list(dict.fromkeys(program_edges))
    graph: nx.DiGraph[str] = nx.DiGraph(edges)
    taken = {(a, b) for a, b in edges if a == b}
    graph.remove_edges_from(taken)
    proven = True
    # small parts first: they are proven at once, and the time is left for the large
    for part in sorted(nx.strongly_connected_components(graph), key=len):
        if len(part) > 1:
            inside = [(a, b) for a, b in edges if a in part and b in part and a != b]
            found, is_fewest = _break_part(inside, deadline)
            taken |= found
            proven = proven and is_fewest
    return [edge for edge in edges if edge in taken], proven


def _break_part(edges: list[Arc], deadline: float) -> tuple[set[Arc], bool]:
    best = _completed(edges, _quick(edges))
    program = _Program(edges)
    circles = list(_circles(edges, set()))
    while circles:
        program.learn(circles)
        found = program.fewest(deadline)
        if found is None:
            return best, False
        chosen, bound = found
        candidate = _completed(edges, chosen)
        if len(candidate) < len(best):
            best = candidate
        if len(best) <= bound:
            return best, True
        circles = list(_circles(edges, chosen))
    return best, True


class _Program:
    """The integer program: one 0/1 for every edge, of every known circle at least one is taken, as few as possible."""

    def __init__(self, edges: list[Arc]) -> None:
        import highspy  # only where there are circles, since it takes a while to load

        self.edges = edges
        self.place = {edge: i for i, edge in enumerate(edges)}
        self.solver: Any = highspy._core._Highs()
        self.options: Any = highspy.HighsOptions()
        self.options.output_flag = False
        self.options.threads = 1
        self.options.random_seed = 7
        self.options.mip_rel_gap = 0.0
        self.options.mip_abs_gap = 0.0
        self.solver.passOptions(self.options)
        self.infinity = highspy.kHighsInf
        self.optimal = highspy.HighsModelStatus.kOptimal
        for _ in edges:
            self.solver.addCol(1.0, 0.0, 1.0, 0, [], [])
        places = np.arange(len(edges), dtype=np.int32)
        whole = np.full(len(edges), int(highspy.HighsVarType.kInteger), np.uint8)
        self.solver.changeColsIntegrality(len(edges), places, whole)

    def learn(self, circles: list[list[Arc]]) -> None:
        for circle in circles:
            places = np.array(sorted(self.place[edge] for edge in circle), np.int32)
            self.solver.addRow(1.0, self.infinity, len(places), places, np.ones(len(places)))

    def fewest(self, deadline: float) -> tuple[set[Arc], int] | None:
        """Return the fewest edges that break all known circles, and how many they are; None when time is over."""
        left = deadline - time.monotonic()
        if left <= 0.001:
            return None
        # HiGHS counts its time from when the solver was made
        self.options.time_limit = self.solver.getRunTime() + left
        self.solver.passOptions(self.options)
        self.solver.run()
        if self.solver.getModelStatus() != self.optimal:
            return None
        values = self.solver.getSolution().col_value
        chosen = {edge for edge, value in zip(self.edges, values, strict=True) if value > 0.5}
        return chosen, len(chosen)


def _circles(edges: list[Arc], without: set[Arc]) -> Iterator[list[Arc]]:
    """Yield short circles of what is left, no two with an edge in common, until what remains has none."""
    after: dict[str, dict[str, None]] = {}
    for a, b in edges:
        if (a, b) not in without:
            after.setdefault(a, {})[b] = None
    told = 0
    for start in list(after):
        while told < MOST_CIRCLES:
            circle = _shortest_through(after, start)
            if not circle:
                break
            told += 1
            yield circle
            for a, b in circle:
                del after[a][b]


def _shortest_through(after: dict[str, dict[str, None]], start: str) -> list[Arc]:
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for following in after.get(node, ()):
            if following == start:
                circle = [(node, start)]
                while node != start:
                    circle.append((came_from[node], node))
                    node = came_from[node]
                return circle
            if following not in came_from:
                came_from[following] = node
                waiting.append(following)
    return []


def _quick(edges: list[Arc]) -> set[Arc]:
    """Return edges that point backwards in an order made by taking sinks, sources, and else what has most to give."""
    after: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for a, b in edges:
        after.setdefault(a, set()).add(b)
        after.setdefault(b, set())
        before.setdefault(b, set()).add(a)
        before.setdefault(a, set())
    number = {key: i for i, key in enumerate(after)}

    def rank(key: str) -> tuple[bool, int, int, str]:
        return bool(after[key] and before[key]), len(before[key]) - len(after[key]), number[key], key

    heap = [rank(key) for key in after]
    heapify(heap)
    first, last = list[str](), list[str]()
    while heap:
        *_, node = entry = heappop(heap)
        if node not in after or entry != rank(node):
            continue  # taken, or told anew with what it has become
        (first if after[node] else last).append(node)
        touched = after.pop(node) | before.pop(node)
        for other in touched:
            before[other].discard(node)
            after[other].discard(node)
            heappush(heap, rank(other))
    place = {key: i for i, key in enumerate([*first, *reversed(last)])}
    return {(a, b) for a, b in edges if place[a] > place[b]}


def _completed(edges: list[Arc], taken: set[Arc]) -> set[Arc]:
    """Return edges that leave no circle, made from some: more where they leave any, fewer where some are to spare."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(key for edge in edges for key in edge)
    graph.add_edges_from(edge for edge in edges if edge not in taken)
    more = set[Arc]()
    for part in list(nx.strongly_connected_components(graph)):
        if len(part) > 1:
            more |= _quick([(a, b) for a, b in edges if a in part and b in part and (a, b) not in taken])
    graph.remove_edges_from(more)
    found = set[Arc]()
    for a, b in (edge for edge in edges if edge in taken or edge in more):
        if nx.has_path(graph, b, a):
            found.add((a, b))
        else:
            graph.add_edge(a, b)
    return found
