"""How quick cbe is, each fast answer checked against a plain one in the same run; `python -m bench` prints the table.

A scenario is a module here with ``run(rounds, quick) -> list[Row]``; `__main__` finds it by its name. Nothing in cbe
imports this package.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

__all__ = ["Row", "paired", "timed"]

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, its value and unit, the bar in words (empty: none), whether it was met, and how."""

    name: str
    figure: float
    unit: str
    bar: str = ""
    passed: bool = True
    detail: str = ""


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return the seconds the work took, and what it gave."""
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def paired(
    rounds: int, fast: Callable[[], object], plain: Callable[[], object], repeat: int = 1
) -> tuple[float, float, float]:
    """Run both in turn, round by round; return their median seconds and the median of the ratios plain : fast.

    ``repeat`` runs the fast one so often in a round and takes the mean, where one run is too short for the clock.
    """
    fasts, plains = [], []
    for _ in range(rounds):
        seconds, _ = timed(lambda: [fast() for _ in range(repeat)])
        fasts.append(seconds / repeat)
        plains.append(timed(plain)[0])
    ratios = [slow / quick for quick, slow in zip(fasts, plains, strict=True)]
    return median(fasts), median(plains), median(ratios)
