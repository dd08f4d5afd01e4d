"""What is left to choose on the way to one credential, as small as it can be told exactly.

A *choice* is a competency that is an option somewhere: in an open any-of group or in the requirement. Everything else
follows from the choices: competencies that are needed by the same choices are always taken together and become one
*class* with their hours summed. Chains, however long, vanish.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cbe.domain.graph import positions

from .rules import Rules

__all__ = ["Puzzle", "build_puzzle"]

ALWAYS = -1
"""The owner of a group that must be met whatever is chosen."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Classes with their costs, what choices bring, and what must be met; ``forced`` is in every plan.

    Sets of classes are bits. ``choice_of[place]`` is the class that stands for a choice; ``brings[class]`` the classes
    that taking this choice takes; ``needs`` pairs an owner class (or `ALWAYS`) with classes one of which it needs.
    """

    rules: Rules
    credential: str
    forced: int
    masks: tuple[int, ...]
    units: tuple[int, ...]
    counts: tuple[int, ...]
    step: int
    choice_of: dict[int, int]
    brings: dict[int, int]
    implied: tuple[tuple[int, int], ...]
    needs: tuple[tuple[int, int], ...]

    def bits(self, classes: int) -> int:
        """Return the competencies of the frame that are in the forced part or in these classes."""
        bits = self.forced
        for j in positions(classes):
            bits |= self.masks[j]
        return bits

    def meets_groups(self, classes: int) -> bool:
        """Return whether every any-of group of what is taken is met."""
        return all(classes & members for owner, members in self.needs if owner == ALWAYS or classes >> owner & 1)

    def solved_by(self, classes: int) -> bool:
        """Return whether these classes make a valid plan: groups met and requirement met, exactly."""
        return self.meets_groups(classes) and self.rules.holds(self.credential, self.bits(classes))


def build_puzzle(rules: Rules, credential_id: str, forced: int) -> Puzzle | None:
    """Return what is left to choose when ``forced`` is taken; None when nothing is."""
    frame = rules.frame
    wanted = [] if rules.holds(credential_id, forced) else sorted(rules.wanted(credential_id, forced))
    choices, groups = _choices(rules, wanted, forced)
    if not choices:
        return None
    order = sorted(choices)
    brought = [frame.must[p] & ~forced for p in order]
    masks, signatures = _classes(brought)
    class_of = {p: next(j for j, mask in enumerate(masks) if mask >> p & 1) for p in order}
    brings = {class_of[p]: 0 for p in order}
    for j, signature in enumerate(signatures):
        for k in positions(signature):
            brings[class_of[order[k]]] |= 1 << j
    units = tuple(frame.hours.total(mask) for mask in masks)
    return Puzzle(
        rules=rules,
        credential=credential_id,
        forced=forced,
        masks=tuple(masks),
        units=units,
        counts=tuple(mask.bit_count() for mask in masks),
        step=math.gcd(*units) or 1,  # renewing may take no time at all
        choice_of=class_of,
        brings=brings,
        implied=tuple(_implied(order, class_of, brought, signatures)),
        needs=tuple(_needs(groups, masks, class_of, forced)),
    )


def _choices(rules: Rules, wanted: list[int], forced: int) -> tuple[set[int], list[tuple[int, tuple[int, ...]]]]:
    """Walk from what is open to all options; return them and the open groups as (owner's place, members)."""
    frame = rules.frame
    found = set(wanted)
    groups: list[tuple[int, tuple[int, ...]]] = []
    seen = 0
    stack = list(wanted)
    fresh = forced & frame.choice_bits
    while True:
        seen |= fresh
        for owner in positions(fresh):
            for bits, members in frame.choices[owner]:
                if not bits & forced:
                    groups.append((owner, members))
                    new = [m for m in members if m not in found]
                    found.update(new)
                    stack.extend(new)
        if not stack:
            return found, groups
        fresh = frame.must[stack.pop()] & frame.choice_bits & ~forced & ~seen


def _classes(brought: list[int]) -> tuple[list[int], list[int]]:
    """Part the union of the sets into classes in the same sets; return each class's bits and the sets it is in."""
    union = 0
    for bits in brought:
        union |= bits
    size = (union.bit_length() + 7) // 8
    rows = np.stack([np.frombuffer(bits.to_bytes(size, "little"), np.uint8) for bits in brought])
    table = np.unpackbits(rows, axis=1, bitorder="little")
    columns = np.flatnonzero(table.any(axis=0))
    keys = np.ascontiguousarray(np.packbits(table[:, columns], axis=0, bitorder="little").T)
    signatures, inverse = np.unique(keys, axis=0, return_inverse=True)
    flags = np.zeros((len(signatures), size * 8), np.uint8)
    flags[inverse.reshape(-1), columns] = 1
    packed = np.packbits(flags, axis=1, bitorder="little")
    return (
        [int.from_bytes(row.tobytes(), "little") for row in packed],
        [int.from_bytes(row.tobytes(), "little") for row in signatures],
    )


def _implied(
    order: list[int], class_of: dict[int, int], brought: list[int], signatures: list[int]
) -> list[tuple[int, int]]:
    """Return pairs (choice's class, class it takes), leaving out what follows through another choice."""
    at = {p: k for k, p in enumerate(order)}
    choice_bits = sum(1 << p for p in order)
    forces = [sum(1 << at[p] for p in positions(bits & choice_bits)) for bits in brought]
    own = {class_of[p]: k for p, k in at.items()}
    pairs: list[tuple[int, int]] = []
    for j, signature in enumerate(signatures):
        if j in own:
            signature &= ~(1 << own[j])
        pairs.extend((class_of[order[k]], j) for k in positions(signature) if forces[k] & signature == 1 << k)
    return pairs


def _needs(
    groups: list[tuple[int, tuple[int, ...]]], masks: list[int], class_of: dict[int, int], forced: int
) -> list[tuple[int, int]]:
    found: dict[tuple[int, int], None] = {}
    for place, members in groups:
        owner = ALWAYS if forced >> place & 1 else next(j for j, mask in enumerate(masks) if mask >> place & 1)
        bits = 0
        for member in members:
            bits |= 1 << class_of[member]
        found[owner, bits] = None
    return list(found)
