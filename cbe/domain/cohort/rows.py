"""Groups, requirements and credentials worked out for many learners at once, on rows of one bit for each.

Counts and credits are numbers written in rows: the first row has everybody's ones, the next everybody's twos, and so
on; adding is done on all learners together. Exact, also where members may not share: what cannot be told from rows is
asked of ``requirements`` once for all learners who are alike in what the requirement names.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from decimal import Decimal
from functools import cached_property, reduce
from math import lcm
from operator import and_, or_

from cbe.domain.graph import CompiledProgram, is_contested, named_competencies, named_credentials
from cbe.domain.program import Competency
from cbe.domain.requirements import (
    All,
    Any_,
    AtLeast,
    CompetencyLeaf,
    CredentialLeaf,
    Credits,
    CreditsOf,
    Requirement,
    is_met,
    leaves,
    parts_of,
)

from .facts import Cohort

__all__ = [
    "CredentialRows",
    "Numbers",
    "RowOf",
    "add",
    "at_least",
    "ever_mastered",
    "met_row",
    "offered_row",
    "ready_row",
]

RowOf = Callable[[str], int]
"""The row of a competency or credential: for which learners it is mastered, or reached."""

LEAVES = (CompetencyLeaf, CredentialLeaf)

Numbers = list[int]
"""A whole number for every learner: the rows of its binary digits, lowest first."""


def ready_row(groups: Iterable[Iterable[str]], mastered: RowOf, everyone: int) -> int:
    """Return for whom every prerequisite group is met.

    >>> bin(ready_row([["html"], ["js", "php"]], {"html": 0b111, "js": 0b001, "php": 0b100}.__getitem__, 0b111))
    '0b101'
    """
    row = everyone
    for group in groups:
        met = 0
        for member in group:
            met |= mastered(member)
        row &= met
    return row


def add(numbers: Numbers, row: int, times: int = 1) -> None:
    """Add `times` to the numbers of the learners in the row.

    >>> numbers = [0b01]
    >>> add(numbers, 0b11, 3)
    >>> [bin(digit) for digit in numbers]  # 1 + 3 and 0 + 3
    ['0b10', '0b10', '0b1']
    """
    place = 0
    while times:
        if times & 1:
            carry, at = row, place
            while carry:
                if at >= len(numbers):
                    numbers.extend([0] * (at + 1 - len(numbers)))
                numbers[at], carry = numbers[at] ^ carry, numbers[at] & carry
                at += 1
        times >>= 1
        place += 1


def _counted(rows: Iterable[int]) -> Numbers:
    """Return in how many of the rows everybody is."""
    numbers: Numbers = []
    for carry in rows:
        for at, digit in enumerate(numbers):
            numbers[at] = digit ^ carry
            carry &= digit
            if not carry:
                break
        else:
            numbers.append(carry)
    return numbers


def at_least(numbers: Numbers, need: int, everyone: int) -> int:
    """Return whose number is at least `need`.

    >>> bin(at_least([0b110, 0b011], 2, 0b111))  # the numbers 2, 3 and 1
    '0b11'
    """
    row = everyone
    for place in range(max(len(numbers), need.bit_length())):
        digit = numbers[place] if place < len(numbers) else 0
        row = digit & row if need >> place & 1 else digit | row
    return row


def met_row(requirement: Requirement, mastered: RowOf, reached: RowOf, everyone: int, credits_of: CreditsOf) -> int:
    """Return for whom a requirement is met by what they mastered and the credentials they reached, exactly.

    >>> from cbe.domain.requirements import Any_
    >>> rows = {"css": 0b011, "js": 0b110}
    >>> two = AtLeast(2, (CompetencyLeaf("css"), CompetencyLeaf("js")))
    >>> bin(met_row(two, rows.__getitem__, rows.__getitem__, 0b111, len))
    '0b10'
    """
    contested = is_contested(requirement)
    return _met(_Judge(requirement, mastered, reached, everyone, credits_of), contested=contested)


def _met(judge: _Judge, *, contested: bool) -> int:
    row = judge.holds(judge.requirement)
    return judge.apart(row) if row and contested else row


class _Judge:
    def __init__(
        self, requirement: Requirement, mastered: RowOf, reached: RowOf, everyone: int, credits_of: CreditsOf
    ) -> None:
        self.requirement = requirement
        self.mastered, self.reached, self.everyone = mastered, reached, everyone
        self.credits_of = credits_of

    @cached_property
    def scale(self) -> int:
        """What turns all credits of the requirement into whole numbers."""
        worths = [self.credits_of(leaf) for leaf in leaves(self.requirement)]
        return lcm(*(worth.as_integer_ratio()[1] for worth in (*_credits_asked(self.requirement), *worths)))

    def holds(self, node: Requirement) -> int:
        """Return for whom a part holds when everything may be shared."""
        if isinstance(node, CompetencyLeaf):
            return self.mastered(node.competency)
        if isinstance(node, CredentialLeaf):
            return self.reached(node.credential)
        if isinstance(node, Credits):
            return self._earned(node)[0]
        return self._joined(node, list(map(self.holds, node.parts)))

    def _earned(self, node: Requirement) -> tuple[int, Numbers]:
        """Return for whom a part holds, and the credits it then has."""
        if isinstance(node, LEAVES):
            row = self.holds(node)
            worth: Numbers = []
            add(worth, row, self._whole(self.credits_of(node)))
            return row, worth
        parts = [self._earned(part) for part in node.parts]
        total: Numbers = []
        for _, earned in parts:
            for place, digit in enumerate(earned):
                add(total, digit, 1 << place)
        if isinstance(node, Credits):
            row = at_least(total, self._whole(node.credits), self.everyone)
        else:
            row = self._joined(node, [holds for holds, _ in parts])
        return row, [digit & row for digit in total]

    def _joined(self, node: All | Any_ | AtLeast, rows: list[int]) -> int:
        if isinstance(node, All):
            return reduce(and_, rows, self.everyone)
        if isinstance(node, AtLeast):
            return at_least(_counted(rows), node.count, self.everyone)
        return reduce(or_, rows, 0)

    def _whole(self, worth: Decimal) -> int:
        return int(worth * self.scale)

    def apart(self, row: int) -> int:
        """Return whom of the row it is met for when what may not be shared is not: each kind of learner asked once."""
        names, credentials = named_competencies(self.requirement), named_credentials(self.requirement)
        alike: list[tuple[int, frozenset[str], frozenset[str]]] = [(row, frozenset(), frozenset())]
        for key in names:
            own = self.mastered(key)
            alike = [kind for r, m, h in alike for kind in ((r & own, m | {key}, h), (r & ~own, m, h)) if kind[0]]
        for key in credentials:
            own = self.reached(key)
            alike = [kind for r, m, h in alike for kind in ((r & own, m, h | {key}), (r & ~own, m, h)) if kind[0]]
        found = 0
        for some, mastered, held in alike:
            if is_met(self.requirement, mastered, held, self.credits_of):
                found |= some
        return found


def _credits_asked(node: Requirement) -> Iterable[Decimal]:
    if isinstance(node, Credits):
        yield node.credits
    for part in parts_of(node):
        yield from _credits_asked(part)


def offered_row(one: Competency, mastered: RowOf, everyone: int) -> int:
    """Return for whom a competency is offered and every prerequisite group is met."""
    return 0 if one.archived else ready_row(one.prerequisites, mastered, everyone)


def ever_mastered(compiled: CompiledProgram, cohort: Cohort) -> RowOf:
    """Return the function that says who can come to a competency some day: everybody, unless it is no longer offered.

    Prerequisites form no circle, so in the end everything can be mastered but what is archived and what needs it.
    """
    if not compiled.archived:
        return lambda _: cohort.everyone
    rows: list[int] = [0] * len(compiled.ids)
    for number in compiled.order_index:
        row = 0 if number in compiled.archived else cohort.everyone
        for group in compiled.groups[number] if row else ():
            met = 0
            for member in group:
                met |= rows[member]
            row &= met
        rows[number] = row | cohort.mastered(compiled.ids[number])
    return lambda key: rows[compiled.index[key]]


class CredentialRows:
    """The credentials of a program for many learners, each worked out once, when it is asked for.

    A credential is *reached* as in planning: it is held, or it is not withheld and its own requirement is met by what is
    mastered and by the credentials reached.
    """

    def __init__(self, compiled: CompiledProgram, mastered: RowOf, held: RowOf, withheld: RowOf, everyone: int) -> None:
        self.compiled = compiled
        self.mastered, self.held, self.withheld, self.everyone = mastered, held, withheld, everyone
        self._met: dict[str, int] = {}
        self._other: CredentialRows | None = None
        self._alike: Container[str] = ()

    def share(self, other: CredentialRows, alike: Container[str]) -> None:
        """Take credentials that are the same in another version, and all they stand on, from its rows."""
        self._other, self._alike = other, alike

    def met(self, credential_id: str) -> int:
        """Return for whom the credential's own requirement is met."""
        stack = [credential_id]
        while stack:
            key = stack[-1]
            if self._other is not None and key not in self._met and key in self._alike:
                self._met[key] = self._other.met(key)
            if key not in self._met:
                # a loop, not a call for each step: credentials may stand on one another thousands deep
                below = [part for part in self.compiled.parts(key) if part not in self._met]
                if below:
                    stack.extend(below)
                    continue
                requires = self.compiled.credentials[key].requires
                judge = _Judge(requires, self.mastered, self.reached, self.everyone, self.compiled.credits_of)
                self._met[key] = _met(judge, contested=key in self.compiled.contested)
            stack.pop()
        return self._met[credential_id]

    def reached(self, credential_id: str) -> int:
        """Return who holds the credential or, where it is not withheld, meets it."""
        return self.held(credential_id) | (self.met(credential_id) & ~self.withheld(credential_id))

    def claimable(self, credential_id: str) -> int:
        """Return who could claim the credential: neither held nor withheld, and met."""
        return self.met(credential_id) & ~self.held(credential_id) & ~self.withheld(credential_id)
