"""Circles in what needs what: one shortest for every strongly connected part.

Edges are flat arrays and not a networkx graph: a hostile file holds millions of them, and a graph of dictionaries takes
some hundred bytes for each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

__all__ = ["MOST_STEPS", "shortest_circles"]

MOST_STEPS = 2_000_000
"""How many edges are looked at for shorter circles, less than a second; after that the shortest found so far is shown."""

_SEEN = 2


def shortest_circles(count: int, sources: array[int], targets: array[int], most: int | None = None) -> list[list[int]]:
    """Return one shortest circle of every strongly connected part of a graph of `count` nodes, smallest node first.

    Of no more than `most` parts, when that is given.

    A circle lists its nodes along the edges, the first not repeated; a node that points at itself is a circle of one.
    Finding the parts is linear. Shortest is exact unless a part is so large that `MOST_STEPS` run out; then it is a
    circle all the same, perhaps not the shortest.

    >>> shortest_circles(4, array("i", [0, 1, 2, 2]), array("i", [1, 2, 0, 3]))
    [[0, 1, 2]]
    """
    if not sources:
        return []
    graph = _Graph(count, sources, targets)
    budget = _Budget(MOST_STEPS)
    parts = islice((part for part in graph.parts() if graph.has_circle(part)), most)
    circles = [graph.shortest_circle(part, budget) for part in parts]
    return sorted(circle[(least := circle.index(min(circle))) :] + circle[:least] for circle in circles)


class _Budget:
    def __init__(self, steps: int) -> None:
        self.steps = steps


class _Graph:
    def __init__(self, count: int, sources: array[int], targets: array[int]) -> None:
        self.count = count
        start = np.frombuffer(sources, dtype=np.int32) if sources else np.zeros(0, dtype=np.int32)
        end = np.frombuffer(targets, dtype=np.int32) if targets else np.zeros(0, dtype=np.int32)
        self.after, self.after_at = _by_node(count, start, end)
        self.before, self.before_at = _by_node(count, end, start)
        self.alive = bytearray(count)
        """Nodes that may still be on a circle of the part looked at: one of them before each, one after."""
        self.outward, self.inward = array("i", [0]) * count, array("i", [0]) * count

    def successors(self, node: int) -> array[int]:
        return self.after[self.after_at[node] : self.after_at[node + 1]]

    def predecessors(self, node: int) -> array[int]:
        return self.before[self.before_at[node] : self.before_at[node + 1]]

    def has_circle(self, part: Sequence[int]) -> bool:
        return len(part) > 1 or part[0] in self.successors(part[0])

    def parts(self) -> Iterator[list[int]]:
        """Yield the strongly connected parts (Tarjan 1972, with a stack of its own instead of recursion)."""
        number, lowest = array("i", [0]) * self.count, array("i", [0]) * self.count
        cursor, closed = self.after_at[:-1], bytearray(self.count)
        stack, way = array("i"), array("i")
        counter = 0
        for root in range(self.count):
            if number[root]:
                continue
            way.append(root)
            while way:
                node = way[-1]
                if not number[node]:
                    counter += 1
                    number[node] = lowest[node] = counter
                    stack.append(node)
                at, end = cursor[node], self.after_at[node + 1]
                while at < end:
                    following = self.after[at]
                    if not number[following]:
                        break
                    if not closed[following] and lowest[following] < lowest[node]:
                        lowest[node] = lowest[following]
                    at += 1
                cursor[node] = at
                if at < end:
                    way.append(self.after[at])
                    continue
                way.pop()
                if lowest[node] == number[node]:
                    yield _close(stack, node, closed)

    def shortest_circle(self, part: list[int], budget: _Budget) -> list[int]:
        """Return a shortest circle: through each node in turn, which is then taken out with all that falls dead."""
        for node in part:
            if node in self.successors(node):
                return [node]
        if all(self.after_at[node + 1] - self.after_at[node] == 1 for node in part):
            return self._ring(part[0], len(part))
        best: list[int] = []
        self._enliven(part)
        for node in self._nearby_order(part):
            if len(best) == 2 or (best and budget.steps <= 0):
                break
            if self.alive[node]:
                best = self._circle_through(node, len(best) or len(part) + 1, budget) or best
                self._take_out(node)
        for node in part:
            self.alive[node] = 0
        return best

    def _ring(self, start: int, length: int) -> list[int]:
        """Walk where every node has one successor only."""
        ring = [start]
        while len(ring) < length:
            ring.append(self.after[self.after_at[ring[-1]]])
        return ring

    def _enliven(self, part: list[int]) -> None:
        """Count for every node of a part how many stand before and after it there."""
        for node in part:
            self.alive[node] = 1
        for node in part:
            self.outward[node] = sum(self.alive[other] for other in self.successors(node))
            self.inward[node] = sum(self.alive[other] for other in self.predecessors(node))

    def _nearby_order(self, part: list[int]) -> array[int]:
        """Order nodes outward from the busiest: what stands close by soon leaves no circle behind."""
        busiest = max(part, key=lambda node: (self.outward[node] * self.inward[node], -node))
        order = array("i", [busiest])
        self.alive[busiest] = _SEEN
        for node in order:
            for following in self.successors(node):
                if self.alive[following] == 1:
                    self.alive[following] = _SEEN
                    order.append(following)
        return order

    def _circle_through(self, start: int, below: int, budget: _Budget) -> list[int]:
        """Return a shortest circle through a node that has fewer nodes than `below`; empty when there is none."""
        came_from = {start: start}
        frontier = [start]
        for _ in range(below - 1):
            reached = []
            for node in frontier:
                following_nodes = self.successors(node)
                budget.steps -= len(following_nodes)
                for following in following_nodes:
                    if following == start:
                        return _walk_back(node, came_from)
                    if self.alive[following] and following not in came_from:
                        came_from[following] = node
                        reached.append(following)
            frontier = reached
            if not frontier:
                break
        return []

    def _take_out(self, node: int) -> None:
        """Take a node out, and every node that is left with nothing before it or nothing after it."""
        self.alive[node] = 0
        dead = [node]
        while dead:
            node = dead.pop()
            self._lower(self.successors(node), self.inward, dead)
            self._lower(self.predecessors(node), self.outward, dead)

    def _lower(self, nodes: array[int], degree: array[int], dead: list[int]) -> None:
        for node in nodes:
            if self.alive[node]:
                degree[node] -= 1
                if not degree[node]:
                    self.alive[node] = 0
                    dead.append(node)


def _by_node(
    count: int, key: np.ndarray[tuple[int], np.dtype[np.int32]], value: np.ndarray[tuple[int], np.dtype[np.int32]]
) -> tuple[array[int], array[int]]:
    """Return the values grouped by key, and where the group of each key begins."""
    grouped = array("i", value[np.argsort(key, kind="stable")].tobytes())
    starts = np.concatenate(([0], np.cumsum(np.bincount(key, minlength=count)))).astype(np.int32)
    return grouped, array("i", starts.tobytes())


def _close(stack: array[int], root: int, closed: bytearray) -> list[int]:
    part = []
    while True:
        node = stack.pop()
        closed[node] = 1
        part.append(node)
        if node == root:
            return part


def _walk_back(node: int, came_from: dict[int, int]) -> list[int]:
    path = [node]
    while came_from[node] != node:
        node = came_from[node]
        path.append(node)
    return path[::-1]
