"""A quick answer to which edges break all circles: those that point backwards in a good order.

The order begins by taking sinks, sources, and else what has most to give (Eades, Lin, Smyth 1993); then each node goes
where fewest of its own edges point backwards, until none moves; then whatever closes no circle is put back, and that may
be had in a better order again. The same edges give the same answer, unless time runs out. Whether fewer would do is
``circles``'s to prove.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from heapq import heapify, heappop, heappush

import numpy as np

__all__ = ["Tangle"]

Arc = tuple[str, str]
ROUNDS, PASSES = 4, 6
MOST_CLOSED = 20_000
"""Nodes above which nothing is put back: what reaches what is a table of as many rows and columns, of one bit each."""


class Tangle:
    """A strongly connected part: its nodes as numbers in the order of its edges, each of which is there once.

    >>> tangle = Tangle([("a", "b"), ("b", "c"), ("c", "a"), ("c", "b")])
    >>> sorted(tangle.broken(float("inf")))
    [('b', 'c')]
    """

    def __init__(self, edges: list[Arc]) -> None:
        self.edges = edges
        number: dict[str, int] = {}
        for edge in edges:
            for key in edge:
                number.setdefault(key, len(number))
        self.size = len(number)
        self.pairs = [(number[a], number[b]) for a, b in edges]
        self.after: list[list[int]] = [[] for _ in number]
        self.before: list[list[int]] = [[] for _ in number]
        for a, b in self.pairs:
            self.after[a].append(b)
            self.before[b].append(a)

    def broken(self, deadline: float, first: Collection[Arc] = ()) -> set[Arc]:
        """Return edges without which there is no circle, few of them; begin by taking some out, enough or not."""
        gone = {i for i, edge in enumerate(self.edges) if edge in first} if first else set[int]()
        best = self._backwards(self._taken_apart(gone))
        for _ in range(ROUNDS):
            if time.monotonic() > deadline:
                break
            found = self._backwards(self._moved(self._sorted(best), deadline))
            if self.size <= MOST_CLOSED:
                found = self._put_back(found, deadline)
            if len(found) >= len(best):
                break
            best = found
        return {self.edges[i] for i in best}

    def _backwards(self, place: list[float]) -> list[int]:
        return [i for i, (a, b) in enumerate(self.pairs) if place[a] > place[b]]

    def _taken_apart(self, gone: Collection[int]) -> list[float]:
        """Return a first order: take sinks from the end, sources from the beginning, else what opens most."""
        kept = [pair for i, pair in enumerate(self.pairs) if i not in gone]
        after, before = self._neighbours(kept)
        heap = [self._rank(after, before, node) for node in range(self.size)]
        heapify(heap)
        taken = [False] * self.size
        first, last = list[int](), list[int]()
        while heap:
            *_, node = entry = heappop(heap)
            if taken[node] or entry != self._rank(after, before, node):
                continue  # taken, or told anew with what it has become
            (first if after[node] else last).append(node)
            taken[node] = True
            for other in after[node] | before[node]:
                before[other].discard(node)
                after[other].discard(node)
                heappush(heap, self._rank(after, before, other))
        return _places([*first, *reversed(last)])

    def _neighbours(self, pairs: Iterable[tuple[int, int]]) -> tuple[list[set[int]], list[set[int]]]:
        after: list[set[int]] = [set() for _ in range(self.size)]
        before: list[set[int]] = [set() for _ in range(self.size)]
        for a, b in pairs:
            after[a].add(b)
            before[b].add(a)
        return after, before

    @staticmethod
    def _rank(after: list[set[int]], before: list[set[int]], node: int) -> tuple[bool, int, int]:
        return bool(after[node] and before[node]), len(before[node]) - len(after[node]), node

    def _moved(self, order: list[int], deadline: float) -> list[float]:
        """Return an order in which no node, moved alone, has fewer edges that point backwards."""
        place = _places(order)
        for _ in range(PASSES):
            if time.monotonic() > deadline:
                break
            moved = [self._move(place, node) for node in order]
            if not any(moved):
                break
            order = sorted(range(self.size), key=place.__getitem__)
            place = _places(order)
        return place

    def _move(self, place: list[float], node: int) -> bool:
        """Move a node where fewest of its edges point backwards; tell whether it moved."""
        steps = [(place[other], -1) for other in self.before[node]] + [(place[other], 1) for other in self.after[node]]
        steps.sort()
        cost = best = here = 0
        at, own = -1, place[node]
        for number, (where, step) in enumerate(steps):
            cost += step
            if where < own:
                here = cost
            if cost < best:
                best, at = cost, number
        low = steps[at][0] if at >= 0 else steps[0][0] - 2
        high = steps[at + 1][0] if at + 1 < len(steps) else steps[-1][0] + 2
        between = (low + high) / 2
        if best < here and low < between < high:
            place[node] = between
            return True
        return False

    def _sorted(self, taken: Collection[int]) -> list[int]:
        """Return an order in which every edge that is left points forwards."""
        out = set(taken)
        waits = [0] * self.size
        after: list[list[int]] = [[] for _ in range(self.size)]
        for i, (a, b) in enumerate(self.pairs):
            if i not in out:
                after[a].append(b)
                waits[b] += 1
        free = [node for node in reversed(range(self.size)) if not waits[node]]
        order = list[int]()
        while free:
            node = free.pop()
            order.append(node)
            for other in after[node]:
                waits[other] -= 1
                if not waits[other]:
                    free.append(other)
        return order

    def _put_back(self, taken: list[int], deadline: float) -> list[int]:
        """Return what of the edges taken out has to stay out, when they are put back one by one."""
        out = set(taken)
        reaches = np.zeros((self.size, (self.size + 7) // 8), np.uint8)
        rows, bits = np.arange(self.size), np.uint8(1) << (np.arange(self.size) & 7).astype(np.uint8)
        reaches[rows, rows >> 3] = bits
        kept: list[list[int]] = [[] for _ in range(self.size)]
        for i, (a, b) in enumerate(self.pairs):
            if i not in out:
                kept[a].append(b)
        for node in reversed(self._sorted(taken)):
            if kept[node]:
                reaches[node] |= np.bitwise_or.reduce(reaches[kept[node]], axis=0)
        left = list[int]()
        for i in taken:
            a, b = self.pairs[i]
            if reaches[b, a >> 3] & bits[a] or time.monotonic() > deadline:
                left.append(i)
            elif not reaches[a, b >> 3] & bits[b]:
                new = (reaches[:, a >> 3] & bits[a] != 0) & (reaches[:, b >> 3] & bits[b] == 0)
                reaches[new] |= reaches[b]
        return left


def _places(order: Iterable[int]) -> list[float]:
    found = [(node, float(number)) for number, node in enumerate(order)]
    return [place for _, place in sorted(found)]
