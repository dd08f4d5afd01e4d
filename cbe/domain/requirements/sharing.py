"""Giving mastered competencies to members that may not share them, by an exact integer program.

Deciding it is set packing, which is NP-hard for members that are trees, so it is put to the solver and not to a search of
our own. Only competencies that several members want become choices: what one member alone wants is simply its own, and
when nothing is wanted twice nothing is solved. Members that are all leaves need no solver either: one competency can help
only one of them, whichever. Realistic degrees (ten members, forty contested electives) take some milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set
from decimal import Decimal
from enum import Enum
from math import lcm
from typing import Any

from .kinds import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Leaf, Requirement, leaves

__all__ = ["Goal", "split_members"]

Split = tuple[frozenset[str], ...]
Expression = Any
"""A variable or linear expression of highspy, which has no types for them."""


class Goal(Enum):
    """What the giving is best for."""

    MOST_MEMBERS = "as many members as possible hold"
    MOST_CREDITS = "the members have as many credits as possible"
    MOST_CREDITS_AND_HOLD = "the same, and the whole holds, which must be possible"


def split_members(
    requirement: All | AtLeast | Credits,
    mastered: Set[str],
    held: Set[str],
    credits_of: Callable[[Leaf], Decimal],
    *,
    goal: Goal,
) -> Split:
    """Return what each member is given so that no competency is given twice and the goal is reached best.

    >>> css, js = CompetencyLeaf("css"), CompetencyLeaf("js")
    >>> given = split_members(All((Any_((css, js)), css), True), {"css", "js"}, set(), len, goal=Goal.MOST_MEMBERS)
    >>> [sorted(own) for own in given]
    [['js'], ['css']]
    """
    wanted = [_wanted(part) & mastered for part in requirement.parts]
    times = Counter(competency for own in wanted for competency in own)
    if max(times.values(), default=0) <= 1:
        return tuple(wanted)
    if all(isinstance(part, CompetencyLeaf | CredentialLeaf) for part in requirement.parts):
        return _first_come(wanted)
    return _Model(held, credits_of).split(requirement, wanted, goal)


def _wanted(requirement: Requirement) -> frozenset[str]:
    return frozenset(leaf.competency for leaf in leaves(requirement) if isinstance(leaf, CompetencyLeaf))


def _first_come(wanted: Sequence[frozenset[str]]) -> Split:
    given: list[frozenset[str]] = []
    taken: set[str] = set()
    for own in wanted:
        given.append(own - taken)
        taken |= own
    return tuple(given)


def _quiet_solver() -> Any:
    """Return a solver; the stock one greets on standard output while it is made, before it can be told to be silent."""
    import highspy  # only where something is left to solve, since it takes a while to load

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    return Quiet()  # type: ignore[no-untyped-call]


class _Model:
    """The integer program: a 0/1 variable for every choice and every node, each allowed only what its members allow."""

    def __init__(self, held: Set[str], credits_of: Callable[[Leaf], Decimal]) -> None:
        self.held = held
        self.solver = _quiet_solver()
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.no, self.yes = self.solver.addVariable(0, 0), self.solver.addVariable(1, 1)
        self.credits_of = credits_of
        self.scale = 1

    def split(self, requirement: All | AtLeast | Credits, wanted: list[frozenset[str]], goal: Goal) -> Split:
        by_credits = goal is not Goal.MOST_MEMBERS
        if by_credits or _thresholds(requirement):
            self.scale = _scale([self.credits_of(leaf) for leaf in leaves(requirement)] + _thresholds(requirement))
        available = {competency: self.yes for own in wanted for competency in own}
        given = self._give(requirement.parts, available)
        members = [self._node(part, own, by_credits) for part, own in zip(requirement.parts, given, strict=True)]
        if goal is Goal.MOST_CREDITS_AND_HOLD:
            self.solver.addConstr(self._allowed(requirement, members) >= self._need(requirement))
        self.solver.maximize(self.solver.qsum([value if by_credits else holds for holds, value in members]))
        status = self.solver.modelStatusToString(self.solver.getModelStatus())
        if status != "Optimal":
            raise RuntimeError(f"the solver could not say how to share: {status}")
        return tuple(frozenset(name for name, var in own.items() if self.solver.val(var) > 0.5) for own in given)

    def _give(self, parts: Sequence[Requirement], available: dict[str, Expression]) -> list[dict[str, Expression]]:
        wanted = [_wanted(part) & available.keys() for part in parts]
        times = Counter(competency for own in wanted for competency in own)
        given = [
            {name: available[name] if times[name] == 1 else self.solver.addBinary() for name in sorted(own)}
            for own in wanted
        ]
        for name in sorted(times):
            if times[name] > 1:
                self.solver.addConstr(self.solver.qsum([own[name] for own in given if name in own]) <= available[name])
        return given

    def _node(self, node: Requirement, given: dict[str, Expression], by_credits: bool) -> tuple[Expression, Expression]:
        """Return whether the node holds by what it is given, and (only when asked for) its credits."""
        match node:
            case CompetencyLeaf(competency):
                holds = given.get(competency, self.no)
                return holds, self._value(node) * holds if by_credits else self.no
            case CredentialLeaf(credential):
                holds = self.yes if credential in self.held else self.no
                return holds, self._value(node) * holds if by_credits else self.no
        inner = by_credits or isinstance(node, Credits)
        apart = not isinstance(node, Any_) and node.no_sharing
        shares = self._give(node.parts, given) if apart else [given] * len(node.parts)
        members = [self._node(part, own, inner) for part, own in zip(node.parts, shares, strict=True)]
        holds = self.solver.addBinary()
        self.solver.addConstr(self._need(node) * holds <= self._allowed(node, members))
        return holds, self._node_credits(node, holds, members) if by_credits else self.no

    def _node_credits(self, node: Requirement, holds: Expression, members: list[tuple[Expression, Expression]]) -> Any:
        most = sum(self._value(leaf) for leaf in leaves(node))
        earned = self.solver.addVariable(0, most)
        self.solver.addConstr(earned <= self.solver.qsum([value for _, value in members]))
        self.solver.addConstr(earned <= most * holds)
        return earned

    def _allowed(self, node: Requirement, members: list[tuple[Expression, Expression]]) -> Expression:
        return self.solver.qsum([value if isinstance(node, Credits) else holds for holds, value in members])

    def _need(self, node: All | Any_ | AtLeast | Credits) -> int:
        match node:
            case All(parts):
                return len(parts)
            case Any_():
                return 1
            case AtLeast(count):
                return count
            case Credits(credits):
                return int(credits * self.scale)

    def _value(self, leaf: Leaf) -> int:
        return int(self.credits_of(leaf) * self.scale)


def _thresholds(requirement: Requirement) -> list[Decimal]:
    match requirement:
        case CompetencyLeaf() | CredentialLeaf():
            return []
        case _:
            own = [requirement.credits] if isinstance(requirement, Credits) else []
            return own + [below for part in requirement.parts for below in _thresholds(part)]


def _scale(values: list[Decimal]) -> int:
    """Return what turns all credits into whole numbers, which the solver adds without rounding."""
    return lcm(*(value.as_integer_ratio()[1] for value in values))
