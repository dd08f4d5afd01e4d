"""How many hours a credential still takes, as a bound below and a bound above for many learners at once.

Below: what stands in every plan by single prerequisites and by parts that must all hold, and the cheapest of a choice.
Above: a valid plan made by choosing always the same way. The shortest plan of one learner is ``planner``'s; it lies
between the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from cbe.domain.graph import CompiledProgram
from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Requirement, leaves

from .facts import Cohort
from .rows import CredentialRows, Numbers, add, at_least, ever_mastered, met_row

__all__ = ["HourBounds", "hour_bounds"]

Units = NDArray[np.int64] | NDArray[np.object_]
"""Hours of every learner in units of ``1 / hour_scale``; plain integers where 64 bits would not hold them."""


@dataclass(frozen=True, slots=True)
class HourBounds:
    """Bounds of the hours to one credential for every learner of a cohort, in units of ``1 / scale`` hours.

    ``plannable`` is the row of those for whom there is a plan: not withheld and not impossible. Who holds it has 0.
    """

    scale: int
    least: Units
    most: Units
    plannable: int

    def of(self, number: int) -> tuple[Decimal, Decimal] | None:
        """Return the least and the most hours of one learner; None when there is no plan to be had."""
        if not self.plannable >> number & 1:
            return None
        with localcontext(prec=100):
            return Decimal(int(self.least[number])) / self.scale, Decimal(int(self.most[number])) / self.scale


def hour_bounds(compiled: CompiledProgram, cohort: Cohort, credential_id: str) -> HourBounds:
    """Return bounds of the hours that the credential still takes each learner; raise `NotFound` for an unknown one.

    The shortest plan of the planner never takes fewer hours than the bound below, nor more than the bound above.
    """
    compiled.get_credential(credential_id)
    cohort.prepare(compiled.ids_of(compiled.scope_bits(credential_id)))
    every = cohort.everyone
    now = CredentialRows(compiled, cohort.mastered, cohort.held, cohort.withheld, every)
    ever = CredentialRows(compiled, ever_mastered(compiled, cohort), cohort.held, cohort.withheld, every)
    open_row = ever.reached(credential_id) & ~now.reached(credential_id)
    forced, picked = _Forced(compiled, cohort, now), _Picked(compiled, cohort, now, ever)
    for walk in (forced, picked):
        walk.run(credential_id, open_row)
    least = forced.total() + forced.cheapest_choice()
    return HourBounds(compiled.hour_scale, least, picked.total(), ever.reached(credential_id))


class _Walk:
    """Walks from a credential down to competencies, telling each for whom it is wanted; parts before what they need."""

    def __init__(self, compiled: CompiledProgram, cohort: Cohort, now: CredentialRows) -> None:
        self.compiled, self.cohort, self.now = compiled, cohort, now
        self.wanted: dict[int, int] = {}
        self._credentials: dict[str, int] = {}

    def run(self, credential_id: str, row: int) -> None:
        self._credentials[credential_id] = row
        for key in _above_first(self.compiled, credential_id):
            self.credential(key, self._credentials.get(key, 0))
        waiting = self.compiled.behind(self.wanted)
        numbers = [self.compiled.index[key] for key in self.compiled.ids_of(waiting)]
        for number in sorted(numbers, key=self.compiled.rank.__getitem__, reverse=True):
            row = self.wanted.get(number, 0)
            if row:
                for group in self.compiled.groups[number]:
                    self.group(group, row)

    def credential(self, credential_id: str, row: int) -> None:
        if row:
            self.part(self.compiled.credentials[credential_id].requires, row)

    def part(self, node: Requirement, row: int) -> None:
        """Want what a part of a requirement takes for the learners of a row."""
        raise NotImplementedError

    def group(self, members: tuple[int, ...], row: int) -> None:
        """Want what a prerequisite group takes for those of the row."""
        raise NotImplementedError

    def mastered(self, number: int) -> int:
        return self.cohort.mastered(self.compiled.ids[number])

    def want(self, number: int, row: int) -> None:
        row &= ~self.mastered(number)
        if row:
            self.wanted[number] = self.wanted.get(number, 0) | row

    def leaf(self, leaf: CompetencyLeaf | CredentialLeaf, row: int) -> None:
        if isinstance(leaf, CompetencyLeaf):
            self.want(self.compiled.index[leaf.competency], row)
        else:
            row &= ~self.now.reached(leaf.credential)
            self._credentials[leaf.credential] = self._credentials.get(leaf.credential, 0) | row

    def costs(self, number: int, row: int) -> Units:
        """Return the units of a competency for the learners of a row, 0 for the others; renewing may take less."""
        again = row & self.cohort.expired(self.compiled.ids[number])
        first, renewing = self.compiled.hour_units[number], self.compiled.renewal_units[number]
        return self.flags(row & ~again) * first + self.flags(again) * renewing

    def flags(self, row: int) -> Units:
        count = len(self.cohort.learners)
        packed = np.frombuffer(row.to_bytes((count + 7) // 8, "little"), np.uint8)
        total = sum(self.compiled.hour_units) + sum(self.compiled.renewal_units)
        kind: type = np.int64 if total < 2**62 else np.object_
        return np.unpackbits(packed, count=count, bitorder="little").astype(kind)

    def total(self) -> Units:
        found = self.flags(0)
        for number, row in self.wanted.items():
            found = found + self.costs(number, row)
        return found


class _Forced(_Walk):
    """What stands in every plan; the choices met on the way are kept, for the cheapest of each is needed as well."""

    def __init__(self, compiled: CompiledProgram, cohort: Cohort, now: CredentialRows) -> None:
        super().__init__(compiled, cohort, now)
        self.choices: list[tuple[int, int, list[int]]] = []

    def part(self, node: Requirement, row: int) -> None:
        match node:
            case CompetencyLeaf() | CredentialLeaf():
                self.leaf(node, row)
                return
            case Credits():
                return
        count = len(node.parts) if isinstance(node, All) else 1 if isinstance(node, Any_) else node.count
        if count == len(node.parts):
            for part in node.parts:
                self.part(part, row)
            return
        names = [part.competency for part in node.parts if isinstance(part, CompetencyLeaf)]
        if len(set(names)) == len(node.parts):
            self.choices.append((row, count, [self.compiled.index[name] for name in names]))

    def group(self, members: tuple[int, ...], row: int) -> None:
        if len(members) == 1:
            self.want(members[0], row)

    def cheapest_choice(self) -> Units:
        """Return the most that one of the choices adds at least: its cheapest members, those taken anyway for nothing."""
        found = self.flags(0)
        for row, count, members in self.choices:
            free = [self.mastered(m) | self.wanted.get(m, 0) for m in members]
            costs = np.sort([self.costs(m, row & ~own) for m, own in zip(members, free, strict=True)], axis=0)
            found = np.maximum(found, costs[:count].sum(axis=0))
        return found


class _Picked(_Walk):
    """A valid plan: of every choice the members whose whole way is shortest for somebody who mastered nothing."""

    def __init__(self, compiled: CompiledProgram, cohort: Cohort, now: CredentialRows, ever: CredentialRows) -> None:
        super().__init__(compiled, cohort, now)
        self.ever = ever
        self.way = _ways(compiled)

    def credential(self, credential_id: str, row: int) -> None:
        requires = self.compiled.credentials[credential_id].requires
        if credential_id in self.compiled.contested:
            self.all_of([requires], row)  # with everything named it is met if it can be
        elif row:
            self.part(requires, row)

    def part(self, node: Requirement, row: int) -> None:
        match node:
            case CompetencyLeaf() | CredentialLeaf():
                self.leaf(node, row)
            case Credits():
                self._credits(node, row)
            case All():
                for part in node.parts:
                    self.part(part, row)
            case Any_() | AtLeast():
                self._some(node.parts, 1 if isinstance(node, Any_) else node.count, row)

    def group(self, members: tuple[int, ...], row: int) -> None:
        for member in members:
            row &= ~(self.mastered(member) | self.wanted.get(member, 0))
        for member in sorted(members, key=lambda m: (self.way[m], m)) if row else ():
            able = row & self.ever.mastered(self.compiled.ids[member])
            self.want(member, able)
            row &= ~able

    def all_of(self, nodes: Iterable[Requirement], row: int) -> None:
        """Want everything that is named, of credentials where they can be had."""
        for node in nodes:
            for leaf in leaves(node):
                self.leaf(leaf, row & self._row(leaf, self.ever))

    def _some(self, parts: tuple[Requirement, ...], count: int, row: int) -> None:
        taken: Numbers = []
        holds = [self._row(part, self.now) for part in parts]
        for own in holds:
            add(taken, own)
        for part, own in sorted(zip(parts, holds, strict=True), key=lambda pair: self._way(pair[0])):
            left = row & ~at_least(taken, count, self.cohort.everyone) & ~own & self._row(part, self.ever)
            if left:
                self.part(part, left)
                add(taken, left)

    def _credits(self, node: Credits, row: int) -> None:
        """Take leaf by leaf, the most credits for the hours first, until they are enough; trees with all they name."""
        if not all(isinstance(part, CompetencyLeaf | CredentialLeaf) for part in node.parts):
            self.all_of(node.parts, row)
            return
        for part in sorted(node.parts, key=self._way):
            enough = met_row(
                node, self._will_be_mastered, self._will_be_reached, self.cohort.everyone, self.compiled.credits_of
            )
            self.part(part, row & ~enough & self._row(part, self.ever))

    def _will_be_mastered(self, competency_id: str) -> int:
        return self.cohort.mastered(competency_id) | self.wanted.get(self.compiled.index[competency_id], 0)

    def _will_be_reached(self, credential_id: str) -> int:
        return self.now.reached(credential_id) | self._credentials.get(credential_id, 0)

    def _row(self, node: Requirement, rows: CredentialRows) -> int:
        return met_row(node, rows.mastered, rows.reached, rows.everyone, self.compiled.credits_of)

    def _way(self, node: Requirement) -> int:
        """Return a guess of the units a part takes from nothing: all it names."""
        units = 0
        for leaf in leaves(node):
            numbers = (
                (self.compiled.index[leaf.competency],)
                if isinstance(leaf, CompetencyLeaf)
                else self.compiled.named_numbers(leaf.credential)
            )
            units += sum(self.way[number] for number in numbers)
        return units


def _ways(compiled: CompiledProgram) -> list[int]:
    """Return a guess of the units every competency takes with the cheapest of all it needs, each counted by itself."""
    found = [0] * len(compiled.ids)
    for number in compiled.order_index:
        needs = sum(min(found[m] for m in group) for group in compiled.groups[number])
        found[number] = min(compiled.hour_units[number] + needs, 1 << 60)  # counted by themselves they may grow fast
    return found


def _above_first(compiled: CompiledProgram, credential_id: str) -> list[str]:
    """Return the credential and those it stands on, each before those it names."""
    found: list[str] = []
    seen: set[str] = set()
    stack: list[tuple[str, bool]] = [(credential_id, False)]
    while stack:
        key, done = stack.pop()
        if done:
            found.append(key)
        elif key not in seen:
            seen.add(key)
            stack.append((key, True))
            stack.extend((part, False) for part in compiled.parts(key) if part not in seen)
    return found[::-1]
