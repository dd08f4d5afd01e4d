"""HiGHS on a puzzle: the shortest plan, or the best so far with a bound that holds.

Hours are given as whole numbers, so a bound may be rounded up to the next one and an optimum is exact: the solver's
tolerances are far below one unit, and where they would not be, nothing is called proven.

The greedy plan is not handed over as a MIP start: HiGHS 1.16 forgets the objective offset of its presolve for a start, then
takes it for better than it is and stops early. It stands beside the solver instead, and the better of the two is answered.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from cbe.domain.graph import positions

from .model import YES, Model, build_model
from .reduce import Puzzle

__all__ = ["Outcome", "solve_puzzle"]

SAFE_TOTAL = 10**9
"""Up to this total the solver's doubles tell whole numbers apart with room to spare."""

SAFE_COMBINED = 10**7
"""Up to this total hours and count fit one objective; above it they are minimised one after the other."""

LEAST_TIME = 0.001
"""Seconds below which the solver is not started."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Classes of the best plan, a bound below the units of any plan, and whether hours and count are proven smallest."""

    classes: int
    bound_units: int
    proven: bool


def solve_puzzle(puzzle: Puzzle, start: int, deadline: float) -> Outcome:
    """Return the shortest plan by hours, then count; at the deadline (monotonic seconds) what was found so far."""
    if deadline - time.monotonic() < LEAST_TIME:
        return Outcome(start, 0, False)
    units = [u // puzzle.step for u in puzzle.units]
    runner = _Runner(puzzle, build_model(puzzle))
    if sum(units) > SAFE_TOTAL:
        found = runner.run([u / sum(units) for u in units], start, deadline)
        return Outcome(found.classes, 0, False)
    most = sum(puzzle.counts) + 1
    combined = [u * most + n for u, n in zip(units, puzzle.counts, strict=True)]
    if sum(combined) <= SAFE_COMBINED:
        found = runner.run(combined, start, deadline)
        return Outcome(found.classes, found.bound // most * puzzle.step, found.proven)
    first = runner.run(units, start, deadline)
    if not first.proven or deadline - time.monotonic() < LEAST_TIME:
        return Outcome(first.classes, first.bound * puzzle.step, False)
    total = sum(units[j] for j in positions(first.classes))
    runner.model.rows.append((-total, [(j, -u) for j, u in enumerate(units)]))
    second = runner.run(puzzle.counts, first.classes, deadline)
    return Outcome(second.classes, total * puzzle.step, second.proven)


@dataclass(frozen=True, slots=True)
class _Found:
    classes: int
    bound: int
    proven: bool


class _Runner:
    def __init__(self, puzzle: Puzzle, model: Model) -> None:
        self.puzzle = puzzle
        self.model = model

    def run(self, costs: Any, start: int, deadline: float) -> _Found:
        import highspy  # only where something is left to solve, since it takes a while to load

        # not highspy.Highs: it greets on standard output before it can be told to be silent
        solver = highspy._core._Highs()
        options = highspy.HighsOptions()
        options.output_flag = False
        options.threads = 1
        options.random_seed = 7
        options.mip_rel_gap = 0.0
        options.mip_abs_gap = 0.0
        options.time_limit = max(LEAST_TIME, deadline - time.monotonic())
        solver.passOptions(options)
        solver.passModel(_program(self.model, costs))
        solver.run()
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        dual = solver.getInfo().mip_dual_bound
        bound = max(0, math.ceil(dual - 1e-6 * max(1.0, abs(dual)))) if math.isfinite(dual) else 0
        found = self._read(solver)
        if found is None or not self.puzzle.solved_by(found) or self._cost(found, costs) > self._cost(start, costs):
            return _Found(start, bound, optimal and bound >= self._cost(start, costs))
        return _Found(found, bound, optimal and bound >= self._cost(found, costs))

    def _read(self, solver: Any) -> int | None:
        """Return the plan of the solver's choices; what they bring is taken from the puzzle, not from rounding."""
        import highspy

        if solver.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return None
        values = solver.getSolution().col_value
        classes = 0
        for choice, brought in self.puzzle.brings.items():
            if values[choice] > 0.5:
                classes |= brought
        return classes

    def _cost(self, classes: int, costs: Any) -> int:
        return sum(costs[j] for j in positions(classes))


def _program(model: Model, costs: Any) -> Any:
    import highspy

    program = highspy.HighsLp()
    columns = len(model.integer)
    program.num_col_, program.num_row_ = columns, len(model.rows)
    program.col_cost_ = np.array([*costs, *[0] * (columns - len(costs))], np.float64)
    lower = np.zeros(columns)
    if model.wanted != YES:
        lower[model.wanted] = 1
    program.col_lower_, program.col_upper_ = lower, np.ones(columns)
    program.row_lower_ = np.array([lowest for lowest, _ in model.rows], np.float64)
    program.row_upper_ = np.full(len(model.rows), highspy.kHighsInf)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *(len(items) for _, items in model.rows)], dtype=np.int32)
    program.a_matrix_.index_ = np.array([j for _, items in model.rows for j, _ in items], np.int32)
    program.a_matrix_.value_ = np.array([w for _, items in model.rows for _, w in items], np.float64)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    program.integrality_ = [kinds[whole] for whole in model.integer]
    return program
