"""A puzzle as an integer program: what is left to choose, in rows and columns.

Columns are 0/1: first the classes of the puzzle, then what the requirement needs to be told linearly (whether a part
holds, what a member is given). Running it is ``solve``'s.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from cbe.domain.graph import named_competencies, positions
from cbe.domain.requirements import All, Any_, CompetencyLeaf, CredentialLeaf, Credits, Requirement

from .reduce import ALWAYS, Puzzle

__all__ = ["Model", "build_model"]

YES, NO = -1, -2
"""What stands for a column when a part holds, or cannot hold, whatever is chosen."""

Given = dict[str, int]
"""The columns of competencies that a member was given apart from others; whatever is not in it is as for everybody."""
Term = tuple[Decimal, int]
"""Credits and the column they depend on."""


@dataclass
class Model:
    """Columns (whether each is integer), rows ``lowest ≤ sum of (column, weight)``, and the column that must be 1."""

    integer: list[bool]
    rows: list[tuple[int, list[tuple[int, int]]]] = field(default_factory=list)
    wanted: int = YES

    def column(self, *, integer: bool) -> int:
        """Add a 0/1 column and return its number."""
        self.integer.append(integer)
        return len(self.integer) - 1


def build_model(puzzle: Puzzle) -> Model:
    """Return the integer program of a puzzle; its costs are the solver's matter."""
    model = Model([j in puzzle.brings for j in range(len(puzzle.masks))])
    for choice, taken in puzzle.implied:
        model.rows.append((0, [(taken, 1), (choice, -1)]))
    for owner, members in puzzle.needs:
        items = [(j, 1) for j in positions(members)]
        model.rows.append((1, items) if owner == ALWAYS else (0, [*items, (owner, -1)]))
    model.wanted = _Encoder(puzzle, model).credential(puzzle.credential)
    return model


class _Encoder:
    """Writes the requirement into the model: a column for every part that is neither certain nor out of reach."""

    def __init__(self, puzzle: Puzzle, model: Model) -> None:
        self.puzzle = puzzle
        self.model = model
        self.rules = puzzle.rules
        self.standing = puzzle.rules.standing
        self.known: dict[str, int] = {}

    def credential(self, key: str) -> int:
        if key not in self.known:
            self.known[key] = self._part(self.rules.compiled.credentials[key].requires, {}, worth=False)[0]
        return self.known[key]

    def _part(self, node: Requirement, given: Given, *, worth: bool) -> tuple[int, list[Term]]:
        """Return the column of whether a part holds by what it is given and, when asked for, its credits."""
        match node:
            case CompetencyLeaf(key):
                holds = given.get(key, self._available(key))
                return holds, self._leaf_credits(node, holds)
            case CredentialLeaf(key):
                holds = YES if key in self.standing.held else NO
                if holds == NO and key not in self.standing.withheld and self.rules.must(key) is not None:
                    holds = self.credential(key)
                return holds, self._leaf_credits(node, holds)
        counts = isinstance(node, Credits)
        shares = self._shares(node, given)
        parts = [self._part(p, own, worth=worth or counts) for p, own in zip(node.parts, shares, strict=True)]
        terms = [term for _, own in parts for term in own]
        if isinstance(node, Credits):
            holds = self._enough(terms, node.credits)
        else:
            count = len(node.parts) if isinstance(node, All) else 1 if isinstance(node, Any_) else node.count
            holds = self._enough([(Decimal(1), column) for column, _ in parts], Decimal(count))
        return holds, self._gated(terms, holds) if worth else []

    def _leaf_credits(self, leaf: CompetencyLeaf | CredentialLeaf, holds: int) -> list[Term]:
        worth = self.rules.credits_of(leaf)
        return [(worth, holds)] if holds != NO and worth else []

    def _available(self, key: str) -> int:
        number = self.rules.compiled.index[key]
        if self.standing.flags[number]:
            return YES
        place = self.rules.frame.place.get(number)
        if place is None:
            return NO
        return YES if self.puzzle.forced >> place & 1 else self.puzzle.choice_of.get(place, NO)

    def _shares(self, node: Requirement, given: Given) -> list[Given]:
        """Return what every member is given: a column each for what several members want and only one may have."""
        assert not isinstance(node, CompetencyLeaf | CredentialLeaf)
        if isinstance(node, Any_) or not node.no_sharing:
            return [given] * len(node.parts)
        wanted = [named_competencies(part) for part in node.parts]
        times = Counter(key for own in wanted for key in own)
        shares = [dict(given) for _ in node.parts]
        for key in times:
            available = given.get(key, self._available(key))
            if times[key] == 1 or available == NO:
                continue
            takers = [i for i, own in enumerate(wanted) if key in own]
            columns = [self.model.column(integer=True) for _ in takers]
            for i, column in zip(takers, columns, strict=True):
                shares[i][key] = column
            items = [(column, -1) for column in columns]
            self.model.rows.append((-1, items) if available == YES else (0, [*items, (available, 1)]))
        return shares

    def _enough(self, terms: list[Term], need: Decimal) -> int:
        """Return the column of whether the terms reach the need; the rows let it be 1 only then."""
        merged: dict[int, Decimal] = {}
        for weight, column in terms:
            if column == YES:
                need -= weight
            elif column != NO:
                merged[column] = merged.get(column, Decimal(0)) + weight
        if need <= 0:
            return YES
        if sum(merged.values(), Decimal(0)) < need:
            return NO
        if len(merged) == 1:
            return next(iter(merged))
        lowest, weights = _whole(need, list(merged.values()))
        # no more than the need counts of any: the same choices, a tighter program
        items = [(column, min(weight, lowest)) for column, weight in zip(merged, weights, strict=True)]
        holds = self.model.column(integer=True)
        spare = sum(weight for _, weight in items) - lowest
        needed = [column for column, weight in items if weight > spare]
        self.model.rows.extend((0, [(column, 1), (holds, -1)]) for column in needed)
        if len(needed) < len(items):
            self.model.rows.append((0, [*items, (holds, -lowest)]))
        return holds

    def _gated(self, terms: list[Term], holds: int) -> list[Term]:
        """Return the credits of a part that count only when the part holds."""
        if holds == YES:
            return terms
        if holds == NO:
            return []
        found: list[Term] = []
        for worth, column in terms:
            if column in (YES, holds):
                found.append((worth, holds))
                continue
            both = self.model.column(integer=False)
            self.model.rows.extend([(0, [(column, 1), (both, -1)]), (0, [(holds, 1), (both, -1)])])
            found.append((worth, both))
        return found


def _whole(need: Decimal, weights: list[Decimal]) -> tuple[int, list[int]]:
    """Return need and weights as the smallest whole numbers in the same proportion."""
    fractions = [Fraction(need), *map(Fraction, weights)]
    scale = lcm(*(f.denominator for f in fractions))
    numbers = [int(f * scale) for f in fractions]
    shared = gcd(*numbers)
    lowest, *rest = [number // shared for number in numbers]
    return lowest, rest
