"""A plan at once: valid always, short mostly; it stands when the solver finds none or none better in time.

Deterministic and bounded by work, not by time, so that the same learner always gets the same first plan.
"""

from __future__ import annotations

from decimal import Decimal

from cbe.domain.graph import positions
from cbe.domain.requirements import All, Any_, CompetencyLeaf, CredentialLeaf, Credits, Requirement

from .reduce import ALWAYS, Puzzle
from .rules import Rules

__all__ = ["choose_greedily", "without_spare"]

SPARE_CHECKS = 150
"""Choices that are tried for being left out; each try checks the whole plan."""

SPARE_CHECKS_APART = 12
"""The same where sharing must be checked exactly, which costs some milliseconds each."""


def choose_greedily(puzzle: Puzzle) -> int | None:
    """Return classes that make a valid plan; None when what may not be shared defeats it, which is rare."""
    chosen = _Greedy(puzzle).run()
    if not puzzle.solved_by(chosen):
        chosen = 0
        for classes in puzzle.brings.values():
            chosen |= classes
        if not puzzle.solved_by(chosen):
            return None
    return without_spare(puzzle, chosen)


def without_spare(puzzle: Puzzle, classes: int) -> int:
    """Return a part of a valid plan that is still valid: leave out choices that nothing needs, the dearest first."""
    contested = bool(puzzle.rules.compiled.contested.intersection(puzzle.rules.compiled.reach(puzzle.credential)))
    tries = SPARE_CHECKS_APART if contested else SPARE_CHECKS
    taken = [j for j in puzzle.brings if classes >> j & 1]
    for choice in sorted(taken, key=lambda j: (-_units(puzzle, puzzle.brings[j]), j)):
        if not classes >> choice & 1:
            continue
        if tries == 0:
            break
        tries -= 1
        # whatever takes this choice goes with it, and what then nobody takes
        kept = 0
        for j in taken:
            if classes >> j & 1 and not puzzle.brings[j] >> choice & 1:
                kept |= puzzle.brings[j]
        if puzzle.solved_by(kept):
            classes = kept
    return classes


def _units(puzzle: Puzzle, classes: int) -> int:
    return sum(puzzle.units[j] for j in positions(classes))


class _Greedy:
    """Takes, for whatever is open, the option with the smallest estimate of all it would still need."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self.rules: Rules = puzzle.rules
        self.chosen = 0
        self.needs_of: dict[int, list[int]] = {}
        for owner, members in puzzle.needs:
            self.needs_of.setdefault(owner, []).append(members)
        self.estimate: dict[int, int] = {}
        for place in sorted(puzzle.choice_of):
            self._estimate(puzzle.choice_of[place])

    def _estimate(self, choice: int) -> None:
        brought = self.puzzle.brings[choice]
        total = _units(self.puzzle, brought)
        for owner in positions(brought):
            for members in self.needs_of.get(owner, ()):
                if not members & brought:
                    total += min(self.estimate[j] for j in positions(members))
        self.estimate[choice] = total

    def run(self) -> int:
        _, picks = self._cheapest(self.rules.compiled.credentials[self.puzzle.credential].requires)
        for choice in picks:
            self.chosen |= self.puzzle.brings[choice]
        open_owners = [ALWAYS, *positions(self.chosen)]
        while open_owners:
            before = self.chosen
            # groups with few options first: what they force may meet the wider ones
            groups = sorted((g for o in open_owners for g in self.needs_of.get(o, ())), key=int.bit_count)
            for members in groups:
                if not members & self.chosen:
                    self.chosen |= self.puzzle.brings[min(positions(members), key=self._price)]
            open_owners = list(positions(self.chosen & ~before))
        return self.chosen

    def _price(self, choice: int) -> tuple[int, int]:
        return self.estimate[choice] - _units(self.puzzle, self.puzzle.brings[choice] & self.chosen), choice

    def _cheapest(self, node: Requirement) -> tuple[int | None, list[int]]:
        """Return the estimated units of making a part hold and the choices for it; None when it cannot hold."""
        match node:
            case CompetencyLeaf(key):
                return self._leaf(key)
            case CredentialLeaf(key):
                if key in self.rules.standing.held:
                    return 0, []
                if key in self.rules.standing.withheld or self.rules.must(key) is None:
                    return None, []
                return self._cheapest(self.rules.compiled.credentials[key].requires)
            case Credits():
                return self._for_credits(node)
        able = [(units, picks) for units, picks in map(self._cheapest, node.parts) if units is not None]
        count = len(node.parts) if isinstance(node, All) else 1 if isinstance(node, Any_) else node.count
        if len(able) < count:
            return None, []
        best = sorted(able, key=lambda pair: pair[0])[:count]
        return sum(units for units, _ in best), [choice for _, picks in best for choice in picks]

    def _leaf(self, key: str) -> tuple[int | None, list[int]]:
        number = self.rules.compiled.index[key]
        if self.rules.standing.flags[number]:
            return 0, []
        place = self.rules.frame.place.get(number)
        if place is None:
            return None, []
        if self.puzzle.forced >> place & 1:
            return 0, []
        choice = self.puzzle.choice_of.get(place)
        return (None, []) if choice is None else (self.estimate[choice], [choice])

    def _for_credits(self, node: Credits) -> tuple[int | None, list[int]]:
        """Take every leaf in turn by units per credit until the credits are reached; a tree counts as all its leaves."""
        able = []
        for part in node.parts:
            units, picks = self._all_of(part)
            if units is not None and (worth := self.rules.most(part)):
                able.append((Decimal(units) / worth, units, worth, picks))
        total, chosen, left = 0, list[int](), node.credits
        for _, units, worth, picks in sorted(able, key=lambda item: item[0]):
            if left <= 0:
                break
            total += units
            chosen += picks
            left -= worth
        return (None, []) if left > 0 else (total, chosen)

    def _all_of(self, node: Requirement) -> tuple[int | None, list[int]]:
        if isinstance(node, CompetencyLeaf | CredentialLeaf):
            return self._cheapest(node)
        able = [(units, picks) for units, picks in map(self._all_of, node.parts) if units is not None]
        return sum(units for units, _ in able), [choice for _, picks in able for choice in picks]
