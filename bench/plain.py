"""Plain answers to check the fast ones against: networkx asked each time, and the whole integer program without cutting."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import highspy
import networkx as nx
import numpy as np

from cbe.domain.cohort import LearnerFacts
from cbe.domain.graph import CompiledProgram
from cbe.domain.program import Program
from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, Requirement, is_met

__all__ = ["PlainPlan", "PlainProgram", "assert_valid", "plain_plan", "ready_by_networkx"]


def ready_by_networkx(graph: nx.DiGraph[str], mastered: Set[str]) -> set[str]:
    """Return the ready competencies by looking at every node's edges, as one writes it without compiling."""
    ready = set()
    for node in graph.nodes:
        if node in mastered:
            continue
        groups: dict[int, bool] = {}
        for prerequisite, _, edge in graph.in_edges(node, data=True):
            for group in edge["groups"]:
                groups[group] = groups.get(group, False) or prerequisite in mastered
        if all(groups.values()):
            ready.add(node)
    return ready


class PlainProgram:
    """A program whose learners are looked at one by one: the graph is there, everything else is asked each time."""

    def __init__(self, compiled: CompiledProgram) -> None:
        self.graph = compiled.graph
        self.credentials = compiled.credentials
        self.credits_of = compiled.credits_of

    def stands(self, one: LearnerFacts) -> dict[str, str]:
        """Return the state of every competency and the standing with every credential of one learner."""
        ready = ready_by_networkx(self.graph, one.mastered)
        found = {}
        for key in self.graph.nodes:
            layers = (
                ("mastered", one.mastered),
                ("in_review", one.in_review),
                ("returned", one.returned),
                ("expired", one.expired),
                ("ready", ready),
            )
            found[f"competency {key}"] = next((state for state, keys in layers if key in keys), "locked")
        reached, possible = self._reached(one, one.mastered), self._reached(one, self.graph.nodes)
        for key in self.credentials:
            if key in one.held:
                standing = "held"
            elif key in one.withheld:
                standing = "withheld"
            elif key in reached:
                standing = "claimable"
            else:
                standing = "open" if key in possible else "impossible"
            found[f"credential {key}"] = standing
        return found

    def _reached(self, one: LearnerFacts, mastered: Set[str]) -> set[str]:
        """Return the credentials reached; those here name earlier ones only."""
        reached = set(one.held)
        for key, credential in self.credentials.items():
            if key not in one.withheld and is_met(credential.requires, mastered, reached, self.credits_of):
                reached.add(key)
        return reached


@dataclass(frozen=True, slots=True)
class PlainPlan:
    """Hours of the best plan and whether they are proven."""

    hours: Decimal
    proven: bool


def plain_plan(program: Program, mastered: Set[str], credential_id: str, seconds: float) -> PlainPlan | None:
    """Return the whole program as one integer program: a variable per competency, a row per group, nothing cut.

    For requirements of `all`, `any` and `at_least` over competencies and whole hours, which is what is measured here.
    """
    solver: Any = highspy._core._Highs()
    options = highspy.HighsOptions()
    options.output_flag = False
    options.threads = 1
    options.mip_rel_gap = 0.0
    options.mip_abs_gap = 0.0
    options.time_limit = seconds
    solver.passOptions(options)
    column = {c.id: i for i, c in enumerate(program.competencies)}
    for c in program.competencies:
        solver.addCol(float(c.effort_hours), float(c.id in mastered), 1.0, 0, [], [])
    solver.changeColsIntegrality(len(column), np.arange(len(column)), [highspy.HighsVarType.kInteger] * len(column))
    for c in program.competencies:
        if c.id not in mastered:
            for group in c.prerequisites:
                members = list(dict.fromkeys(group))
                names = [column[m] for m in members] + [column[c.id]]
                solver.addRow(
                    0.0, highspy.kHighsInf, len(names), np.array(names), np.array([1.0] * len(members) + [-1.0])
                )
    requirement = next(c.requires for c in program.credentials if c.id == credential_id)
    _require(solver, column, requirement)
    solver.run()
    if solver.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit):
        return None
    values = solver.getSolution().col_value
    taken = [c for c in program.competencies if values and values[column[c.id]] > 0.5 and c.id not in mastered]
    hours = sum((c.effort_hours for c in taken), Decimal(0))
    return PlainPlan(hours, solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _require(solver: Any, column: dict[str, int], node: Requirement) -> None:
    if isinstance(node, CompetencyLeaf):
        solver.changeColBounds(column[node.competency], 1.0, 1.0)
    elif isinstance(node, All):
        for part in node.parts:
            _require(solver, column, part)
    elif isinstance(node, AtLeast | Any_):
        names = [column[part.competency] for part in node.parts if isinstance(part, CompetencyLeaf)]
        assert len(names) == len(node.parts), "only over competencies"
        need = float(node.count) if isinstance(node, AtLeast) else 1.0
        solver.addRow(need, highspy.kHighsInf, len(names), np.array(names), np.ones(len(names)))
    else:
        raise TypeError(node)


def assert_valid(program: Program, mastered: Set[str], credential_id: str, plan: tuple[str, ...]) -> None:
    """Walk a plan step by step by the definition; raise AssertionError when a step is not ready or it does not arrive."""
    groups = {c.id: c.prerequisites for c in program.competencies}
    have = set(mastered)
    for key in plan:
        assert key not in have, f"{key} twice"
        assert all(any(m in have for m in group) for group in groups[key]), f"{key} is not ready when its turn comes"
        have.add(key)
    requirement = next(c.requires for c in program.credentials if c.id == credential_id)
    assert is_met(requirement, have), f"{credential_id} is not met"
