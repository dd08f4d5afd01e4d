"""What a credential asks for, over a frame: what it forces, whether it can hold, whether it does.

Sets are bits over a frame and stand for *M* and these. Finding the best set is the other modules'.
"""

from __future__ import annotations

from decimal import Decimal

from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Requirement, is_met

from .standing import Frame

__all__ = ["Rules"]

COUNT_LIMIT = 4_000
"""Bit operations spent on what `at_least` forces; above it only what every member forces is taken."""


class Rules:
    """The credentials of a program for one learner, over one frame that holds all they name."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.standing = frame.standing
        self.compiled = frame.standing.compiled
        self.everything = (1 << len(frame.numbers)) - 1
        self._must: dict[str, int | None] = {}

    # what a plan cannot do without

    def must(self, credential_id: str) -> int | None:
        """Return the bits that every plan to the credential holds; None when it is proven that there is no plan."""
        if credential_id not in self._must:
            bits = self._forces(self.compiled.credentials[credential_id].requires)
            if bits is not None and credential_id in self.compiled.contested:
                bits = bits if self.holds(credential_id, self.everything) else None
            self._must[credential_id] = bits
        return self._must[credential_id]

    def can_hold(self, node: Requirement) -> bool:
        """Return whether a part can hold when everything is mastered and may be shared within it."""
        return self._forces(node) is not None

    def most(self, node: Requirement) -> Decimal:
        """Return the most credits a part can have, when everything is mastered and may be shared."""
        return self._worth(node)[1]

    def _forces(self, node: Requirement) -> int | None:
        """Return what a part forces, None when it cannot hold; all may be shared."""
        if isinstance(node, CompetencyLeaf):
            number = self.compiled.index[node.competency]
            if number in self.standing.lost:
                return None
            return 0 if self.standing.flags[number] else self.frame.must[self.frame.place[number]]
        if isinstance(node, CredentialLeaf):
            if node.credential in self.standing.held:
                return 0
            return None if node.credential in self.standing.withheld else self.must(node.credential)
        if isinstance(node, Credits):
            return self._worth(node)[0]
        able = [bits for bits in map(self._forces, node.parts) if bits is not None]
        spare = len(able) - _count(node)
        return None if spare < 0 else _in_more_than(spare, able)

    def _worth(self, node: Requirement) -> tuple[int | None, Decimal]:
        """Return what a part forces and the most credits it can have, in one walk."""
        if isinstance(node, CompetencyLeaf | CredentialLeaf):
            bits = self._forces(node)
            return bits, Decimal(0) if bits is None else self.credits_of(node)
        able = [(bits, most) for bits, most in map(self._worth, node.parts) if bits is not None]
        total = sum((most for _, most in able), Decimal(0))
        if isinstance(node, Credits):
            able = [(bits, most) for bits, most in able if most]
            spare = _spare_members(total - node.credits, [most for _, most in able])
        else:
            spare = len(able) - _count(node)
        if spare < 0:
            return None, Decimal(0)
        return _in_more_than(spare, [bits for bits, _ in able]), total

    # whether it holds

    def holds(self, credential_id: str, bits: int, known: dict[str, bool] | None = None) -> bool:
        """Return whether *M* and these meet the credential's own requirement, exactly."""
        known = {} if known is None else known
        if credential_id not in known:
            requirement = self.compiled.credentials[credential_id].requires
            met = self._holds(requirement, bits, known)
            if met and credential_id in self.compiled.contested:
                met = self._holds_apart(requirement, bits, known)
            known[credential_id] = met
        return known[credential_id]

    def _holds_apart(self, requirement: Requirement, bits: int, known: dict[str, bool]) -> bool:
        mastered = self.standing.mastered.union(self.compiled.ids[n] for n in self.frame.in_order(bits))
        reached = self.standing.held.union(
            key for key, met in known.items() if met and key not in self.standing.withheld
        )
        return is_met(requirement, mastered, reached, self.credits_of)

    def credits_of(self, leaf: CompetencyLeaf | CredentialLeaf) -> Decimal:
        """Return the credits of what a leaf names."""
        if isinstance(leaf, CompetencyLeaf):
            return self.compiled.competencies[leaf.competency].credits
        return self.compiled.credentials[leaf.credential].credits

    def _holds(self, node: Requirement, bits: int, known: dict[str, bool]) -> bool:
        """Return whether a part holds if everything may be shared; fills ``known`` for every credential it names."""
        return self._state(node, bits, known)[0]

    def _state(self, node: Requirement, bits: int, known: dict[str, bool]) -> tuple[bool, Decimal]:
        """Return whether a part holds and the credits it then has, in one walk."""
        match node:
            case CompetencyLeaf(key):
                number = self.compiled.index[key]
                place = self.frame.place.get(number)
                met = bool(self.standing.flags[number]) or (place is not None and bool(bits >> place & 1))
                return met, self.compiled.competencies[key].credits if met else Decimal(0)
            case CredentialLeaf(key):
                met = key in self.standing.held
                met = met or (key not in self.standing.withheld and self.holds(key, bits, known))
                return met, self.compiled.credentials[key].credits if met else Decimal(0)
        # a list, not a generator: what is kept apart asks for every credential named
        parts = [self._state(part, bits, known) for part in node.parts]
        worth = sum((each for _, each in parts), Decimal(0))
        met = worth >= node.credits if isinstance(node, Credits) else sum(m for m, _ in parts) >= _count(node)
        return met, worth if met else Decimal(0)

    # what is left to choose from

    def wanted(self, credential_id: str, bits: int) -> set[int]:
        """Return the places of competencies outside ``bits`` whose mastery could help the credential to hold."""
        found: set[int] = set()
        known: dict[str, bool] = {}
        seen = {credential_id}
        stack = [credential_id]
        while stack:
            key = stack.pop()
            inner: list[str] = []
            requirement = self.compiled.credentials[key].requires
            self._wanted(requirement, bits, known, key in self.compiled.contested, found, inner)
            fresh = [k for k in inner if k not in seen]
            seen.update(fresh)
            stack.extend(fresh)
        return found

    def _wanted(
        self, node: Requirement, bits: int, known: dict[str, bool], every: bool, found: set[int], inner: list[str]
    ) -> None:
        match node:
            case CompetencyLeaf(key):
                place = self.frame.place.get(self.compiled.index[key])
                if place is not None and not bits >> place & 1:
                    found.add(place)
                return
            case CredentialLeaf(key):
                if (
                    self.must(key) is not None
                    and not self._holds(node, bits, known)
                    and key not in self.standing.withheld
                ):
                    inner.append(key)
                return
        if not every and self._holds(node, bits, known):
            return
        for part in node.parts:
            # below credits a part that holds may be worth more
            self._wanted(part, bits, known, every or isinstance(node, Credits), found, inner)


def _count(node: All | Any_ | AtLeast) -> int:
    if isinstance(node, All):
        return len(node.parts)
    return 1 if isinstance(node, Any_) else node.count


def _spare_members(spare: Decimal, worths: list[Decimal]) -> int:
    """Return the most members that can be missing when this many credits can; -1 when it is none and not enough."""
    if spare < 0:
        return -1
    missing = 0
    for worth in sorted(worths):
        spare -= worth
        if spare < 0:
            break
        missing += 1
    return missing


def _in_more_than(spare: int, sets: list[int]) -> int:
    """Return the bits that are in more than ``spare`` of the sets: whoever leaves them out misses too many.

    >>> bin(_in_more_than(1, [0b011, 0b110, 0b010]))
    '0b10'
    """
    if spare >= len(sets):
        return 0
    if spare == 0:
        union = 0
        for bits in sets:
            union |= bits
        return union
    if (spare + 1) * len(sets) > COUNT_LIMIT:
        common = -1
        for bits in sets:
            common &= bits
        return common
    at_least = [0] * (spare + 2)
    at_least[0] = -1
    for bits in sets:
        for times in range(spare + 1, 0, -1):
            at_least[times] |= at_least[times - 1] & bits
    return at_least[spare + 1]
