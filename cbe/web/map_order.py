"""In which order the boxes and bends of every row of a map stand, so that few edges cross.

Here are rows in, rows out: barycentre sweeps down and up, and swaps of neighbours (Sugiyama, Tagawa & Toda 1981; Gansner
et al. 1993). Which row something is in and where in pixels is ``map_layout``'s.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LITTLE", "Floats", "Ints", "Places", "ordered"]

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

LITTLE = 900
"""Up to so many places (boxes and bends) neighbours are also transposed and more orders are tried."""


@dataclass(slots=True)
class Places:
    """Boxes first, then bends: the row of each, and the segments between neighbouring rows, sorted by row."""

    rows: Ints
    upper: Ints
    lower: Ints
    starts: Ints
    members: list[Ints]
    is_bend: NDArray[np.bool_]
    first_bend: Ints


def ordered(places: Places) -> list[Ints]:
    """Order every row by barycentre sweeps from a few starts; return the order with fewest crossings."""
    size = sum(len(row) for row in places.members)
    joined = _neighbours(places) if size <= LITTLE else None
    best, fewest = [row.copy() for row in places.members], -1
    for start in range(4 if size <= LITTLE // 3 else 1):
        order = [row[::-1].copy() if start in (1, 2) else row.copy() for row in places.members]
        position = np.zeros(len(places.rows))
        for row in order:
            position[row] = np.arange(len(row))
        idle = 0
        for sweep in range(12 if joined else 6):
            _sweep(places, order, position, downward=(sweep + start) % 2 == 0)
            if joined:
                _transpose(joined, order, position)
            elif sweep < 3:
                continue
            crossings = _crossings(places, position)
            idle += 1
            if fewest < 0 or crossings < fewest:
                best, fewest, idle = [row.copy() for row in order], crossings, 0
            if idle == 6:
                break
    return best


def _neighbours(places: Places) -> list[tuple[list[int], list[int]]]:
    """Return for every place what it is joined to in the row above and in the row below."""
    joined: list[tuple[list[int], list[int]]] = [([], []) for _ in places.rows]
    for upper, lower in zip(places.upper.tolist(), places.lower.tolist(), strict=True):
        joined[lower][0].append(upper)
        joined[upper][1].append(lower)
    return joined


def _sweep(places: Places, order: list[Ints], position: Floats, *, downward: bool) -> None:
    numbers = range(1, len(order)) if downward else range(len(order) - 2, -1, -1)
    offset = np.zeros(len(places.rows), dtype=np.int64)
    for number in numbers:
        band = number - 1 if downward else number
        cut = slice(places.starts[band], places.starts[band + 1])
        near, far = (places.lower[cut], places.upper[cut]) if downward else (places.upper[cut], places.lower[cut])
        row = order[number]
        offset[row] = np.arange(len(row))
        slots = offset[near]
        degree = np.bincount(slots, minlength=len(row))
        total = np.bincount(
            slots, weights=position[far] / max(1, len(order[band if downward else band + 1]) - 1), minlength=len(row)
        )
        wanted = np.where(degree > 0, total / np.maximum(degree, 1), position[row] / max(1, len(row) - 1))
        order[number] = row = row[np.argsort(wanted, kind="stable")]
        position[row] = np.arange(len(row))


def _crossings(places: Places, position: Floats) -> int:
    total = 0
    ranked = np.lexsort((position[places.lower], position[places.upper], places.rows[places.upper]))
    ends = position[places.lower][ranked].tolist()
    for start, stop in zip(places.starts[:-1].tolist(), places.starts[1:].tolist(), strict=True):
        seen: list[float] = []
        for end in ends[start:stop]:
            at = bisect_right(seen, end)
            total += len(seen) - at
            seen.insert(at, end)
    return total


def _transpose(joined: list[tuple[list[int], list[int]]], order: list[Ints], position: Floats) -> None:
    """Swap neighbours in a row wherever that alone removes crossings, until nothing changes or four rounds are over."""
    at = position.tolist()
    awake = set(range(len(order)))
    for _ in range(4):
        changed = set()
        for number in sorted(awake):
            members = order[number].tolist()
            for i in range(len(members) - 1):
                left, right = members[i], members[i + 1]
                if _gain(joined[left], joined[right], at) > 0:
                    members[i], members[i + 1] = right, left
                    at[left], at[right] = i + 1, i
                    changed.add(number)
            if number in changed:
                order[number] = np.array(members, dtype=np.int64)
        if not changed:
            break
        awake = {near for number in changed for near in range(max(0, number - 1), min(len(order), number + 2))}
    position[:] = at


def _gain(left: tuple[list[int], list[int]], right: tuple[list[int], list[int]], at: list[float]) -> int:
    """Return how many crossings go when ``left`` and ``right`` change places, by what each is joined to."""
    gain = 0
    for side in (0, 1):
        for a in left[side]:
            here = at[a]
            for b in right[side]:
                gain += (here > at[b]) - (here < at[b])
    return gain
