"""The fewest prerequisites to take out of a draft so that no circle is left (a minimum feedback arc set).

Each strongly connected part is looked at by itself. A quick answer comes first (``orders``); then the solver chooses the
fewest edges that break all circles known so far, what circles are left become known, and so on, until none is left
(proven) or time is over: then the quick answer stands, so that it is the same whatever else the machine did. The circles
that parsing refuses are shown by ``program``.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cbe.domain.graph import named_credentials
from cbe.domain.program import Program
from cbe.domain.program.circles import shortest_circles

from .orders import Tangle

__all__ = ["circle_breaking", "circles_in", "credential_edges", "prerequisite_edges"]

Arc = tuple[str, str]
MOST_CIRCLES = 400
"""Circles that are told to the solver at a time."""
MOST_SOLVED = 20_000
"""Edges of a part above which nothing is proven: the solver would only find out that it has no time."""
USED = 0.7
"""Part of the time after which nothing is begun any more, since what is begun looks at the clock but now and then."""


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

    Edges are (prerequisite, competency), any-of groups included. The same edges give the same answer, proven or not, as
    long as there was time for the quick answer.

    >>> circle_breaking([("a", "b"), ("b", "c"), ("c", "a"), ("c", "b"), ("d", "d")])
    ([('b', 'c'), ('d', 'd')], True)
    """
    import networkx as nx  # 10 MB that start-up need not wait for

    start = time.monotonic()
    edges = list(dict.fromkeys(program_edges))
    graph: nx.DiGraph[str] = nx.DiGraph(edges)
    taken = {(a, b) for a, b in edges if a == b}
    graph.remove_edges_from(taken)
    number = {key: i for i, part in enumerate(nx.strongly_connected_components(graph)) for key in part}
    inside: dict[int, list[Arc]] = {}
    for a, b in edges:
        if a != b and number[a] == number[b]:
            inside.setdefault(number[a], []).append((a, b))
    # small parts first: they are proven at once, and the time is left for the large
    parts = [Tangle(part) for part in sorted(inside.values(), key=len)]
    quick = [part.broken(start + USED * seconds) for part in parts]
    proven = True
    for part, found in zip(parts, quick, strict=True):
        fewest = _fewest(part, found, start + USED * seconds)
        taken |= found if fewest is None else fewest
        proven = proven and fewest is not None
    return [edge for edge in edges if edge in taken], proven


def _fewest(part: Tangle, best: set[Arc], deadline: float) -> set[Arc] | None:
    """Return fewest edges that break a part, of which some are known that do; None where time is over before it is proven."""
    circles = list(_circles(part.edges, set(), deadline)) if len(part.edges) <= MOST_SOLVED else []
    program: _Program | None = None
    while circles:
        if len(circles) == len(best):
            return best  # no two of them have an edge in common
        program = program or _Program(part.edges)
        program.learn(circles)
        found = program.fewest(deadline)
        if found is None:
            return None
        chosen, bound = found
        candidate = part.broken(deadline, chosen)
        if len(candidate) < len(best):
            best = candidate
        if len(best) <= bound:
            return best
        circles = list(_circles(part.edges, chosen, deadline))
    return None


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


def _circles(edges: list[Arc], without: set[Arc], deadline: float) -> Iterator[list[Arc]]:
    """Yield short circles of what is left, no two with an edge in common, until what remains has none."""
    after: dict[str, dict[str, None]] = {}
    for a, b in edges:
        if (a, b) not in without:
            after.setdefault(a, {})[b] = None
    told = 0
    for start in list(after):
        while told < MOST_CIRCLES and time.monotonic() < deadline:
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
