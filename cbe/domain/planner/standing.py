"""One learner in one program as the planner sees it: what is cut away, what must be done, and what is left to choose.

Here are the competencies still to be mastered, numbered anew and cut at what is mastered, with what each of them forces.
What a credential asks for is ``rules``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cbe.domain.graph import CompiledProgram, positions

__all__ = ["Frame", "Group", "Standing", "Weights", "build_frame"]

Group = tuple[int, tuple[int, ...]]
"""An any-of group: its members as bits and as places in the frame."""


class Standing:
    """What a learner has: competencies mastered and current, credentials in good standing, credentials withheld.

    ``units`` are the hours of every competency for this learner: what expired costs its renewal. ``lost`` is what they
    cannot come to any more; it is in no frame.
    """

    def __init__(
        self,
        compiled: CompiledProgram,
        mastered: Set[str],
        held: Set[str],
        withheld: Set[str],
        expired: Set[str] = frozenset(),
    ) -> None:
        self.compiled = compiled
        self.held = frozenset(held)
        self.withheld = frozenset(withheld) - self.held
        self.mastered = frozenset(mastered) & compiled.index.keys()
        self.units = compiled.units(expired)
        self.flags = bytearray(len(compiled.ids))
        for key in self.mastered:
            self.flags[compiled.index[key]] = 1
        self.lost = compiled.out_of_reach(self.flags)

    def offered(self, number: int) -> tuple[tuple[int, ...], ...]:
        """Return the prerequisite groups of a competency within reach, without members that are not."""
        groups = self.compiled.groups[number]
        return tuple(tuple(m for m in group if m not in self.lost) for group in groups) if self.lost else groups

    @cached_property
    def _begun(self) -> bytearray:
        """Whether a competency or anything behind it, through any group, is mastered."""
        begun = bytearray(self.flags)
        groups = self.compiled.groups
        for number in self.compiled.order_index:
            if not begun[number]:
                begun[number] = any(begun[m] for group in groups[number] for m in group)
        return begun

    def has_begun(self, credential_id: str) -> bool:
        """Return whether anything mastered is in the credential's scope."""
        return any(self._begun[number] for number in self.compiled.named_numbers(credential_id))


class Weights:
    """Sums of integer weights over sets given as bits, exactly: a table per byte, or plain integers when they are huge."""

    def __init__(self, weights: list[int]) -> None:
        self._weights = weights
        self._table: NDArray[np.int64] | None = None
        if sum(weights) < 2**62:
            padded = np.zeros((len(weights) + 7) // 8 * 8, np.int64)
            padded[: len(weights)] = weights
            patterns = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").astype(
                np.int64
            )
            self._table = padded.reshape(-1, 8) @ patterns.T
            self._rows = np.arange(len(self._table))

    def total(self, bits: int) -> int:
        """Return the sum of the weights whose bit is set."""
        if self._table is None or bits.bit_count() < 12:
            return sum(self._weights[i] for i in positions(bits))
        size = (bits.bit_length() + 7) // 8
        parts = np.frombuffer(bits.to_bytes(size, "little"), np.uint8)
        return int(self._table[self._rows[:size], parts].sum())


class Frame:
    """Competencies outside *M* that may matter, placed with prerequisites first, and what each of them forces.

    ``must[p]`` has the bits of everything that any plan with ``p`` holds: itself, what single prerequisites force, and
    what all members of an any-of group force alike. ``choices[p]`` are the any-of groups that leave a real choice.
    """

    def __init__(self, standing: Standing, numbers: list[int]) -> None:
        self.standing = standing
        self.numbers = numbers
        self.place = {number: p for p, number in enumerate(numbers)}
        self.must: list[int] = []
        self.depth: list[int] = []
        self.ready_bits = 0
        self.choices: dict[int, tuple[Group, ...]] = {}
        self.choice_bits = 0
        for p, number in enumerate(numbers):
            self._add(p, number)
        units = standing.units
        self._turns = self._order()
        self.hours = Weights([units[number] for number in numbers])

    def _add(self, p: int, number: int) -> None:
        flags, place, must, depths = self.standing.flags, self.place, self.must, self.depth
        bits, depth = 1 << p, -1
        several: list[tuple[int, ...]] = []
        for group in self.standing.offered(number):
            if len(group) == 1:
                if flags[group[0]]:
                    continue
                member = place[group[0]]
                bits |= must[member]
                depth = max(depth, depths[member])
            elif not any(flags[m] for m in group):
                members = tuple(place[m] for m in group)
                several.append(members)
                depth = max(depth, *(depths[m] for m in members))
        depths.append(depth + 1)
        if depth < 0:
            self.ready_bits |= bits
        if several:
            bits |= self._choose(p, bits, several)
        must.append(bits)

    def _choose(self, p: int, bits: int, several: list[tuple[int, ...]]) -> int:
        """Keep the any-of groups that leave a choice; return what all members of a group force alike."""
        for members in several:
            common = -1
            for member in members:
                common &= self.must[member]
            bits |= common
        choices = tuple(g for g in map(self._without_dominated, several) if not g[0] & bits)
        if choices:
            self.choices[p] = choices
            self.choice_bits |= 1 << p
        return bits

    def _without_dominated(self, group: tuple[int, ...]) -> Group:
        """Drop members that force another member: who takes them has met the group without them."""
        bits = 0
        for member in group:
            bits |= 1 << member
        kept = tuple(m for m in group if self.must[m] & bits == 1 << m)
        kept_bits = 0
        for member in kept:
            kept_bits |= 1 << member
        return kept_bits, kept

    def _order(self) -> NDArray[np.int64]:
        """Return for every place its turn: what is ready first, then deeper and deeper, in file order.

        Whatever may meet a group is less deep than what needs it, so any valid plan sorted by turns can be walked.
        """
        turns = np.empty(len(self.numbers), np.int64)
        turns[np.lexsort((self.numbers, self.depth))] = np.arange(len(self.numbers))
        return turns

    def in_order(self, bits: int) -> list[int]:
        """Return the program's numbers of a plan given as bits, each ready when its turn comes."""
        size = (bits.bit_length() + 7) // 8
        places = np.flatnonzero(
            np.unpackbits(np.frombuffer(bits.to_bytes(size, "little"), np.uint8), bitorder="little")
        )
        return [self.numbers[p] for p in places[np.argsort(self._turns[places])].tolist()]


def build_frame(standing: Standing, named: Iterable[int], limit: int | None = None) -> Frame | None:
    """Return the frame that holds these competencies and all that can matter to them; None when over ``limit``."""
    compiled, flags = standing.compiled, standing.flags
    seen = bytearray(len(compiled.ids))
    found = [number for number in dict.fromkeys(named) if not flags[number] and number not in standing.lost]
    for number in found:
        seen[number] = 1
    stack = list(found)
    while stack:
        for group in standing.offered(stack.pop()):
            # most groups have one member: no generator for them
            if flags[group[0]] or (len(group) > 1 and any(flags[m] for m in group)):
                continue
            for member in group:
                if not seen[member]:
                    seen[member] = 1
                    found.append(member)
                    stack.append(member)
    if limit is not None and len(found) > limit:
        return None
    found.sort(key=compiled.rank.__getitem__)
    return Frame(standing, found)
