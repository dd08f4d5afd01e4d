"""The definitions by brute force, independent of cbe's own code: every subset, every giving; for some ten competencies."""

from __future__ import annotations

from itertools import chain, combinations, product

from cbe.domain.requirements import Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits


class Reference:
    def __init__(self, program, held, withheld, expired=frozenset()):
        self.competencies = {c.id: c for c in program.competencies}
        self.expired = expired
        self.credentials = {c.id: c for c in program.credentials}
        self.held, self.withheld = held, withheld

    def reached(self, key, have):
        if key in self.held:
            return True
        return key not in self.withheld and self.meets(key, have)

    def meets(self, key, have):
        return bool(self.worths(self.credentials[key].requires, frozenset(have), frozenset(have)))

    def worths(self, node, given, have):
        """Every total of credits the node can have by what it is given; none when it doesn't hold."""
        if isinstance(node, CompetencyLeaf):
            return {self.competencies[node.competency].credits} if node.competency in given else set()
        if isinstance(node, CredentialLeaf):
            return {self.credentials[node.credential].credits} if self.reached(node.credential, have) else set()
        found = set()
        for shares in self.givings(node, given):
            parts = [self.worths(part, own, have) for part, own in zip(node.parts, shares, strict=True)]
            total = sum(max(p) for p in parts if p)
            if self.enough(node, parts, total):
                found.add(total)
        return found

    def enough(self, node, parts, total):
        if isinstance(node, Credits):
            return total >= node.credits
        count = 1 if isinstance(node, Any_) else node.count if isinstance(node, AtLeast) else len(parts)
        return sum(bool(p) for p in parts) >= count

    def givings(self, node, given):
        if isinstance(node, Any_) or not node.no_sharing:
            yield [given] * len(node.parts)
            return
        own = [k for k in sorted(given) if any(k in self.names(part) for part in node.parts)]
        takers = [[i for i, part in enumerate(node.parts) if k in self.names(part)] for k in own]
        for taken in product(*takers):
            yield [frozenset(k for k, t in zip(own, taken, strict=True) if t == i) for i in range(len(node.parts))]

    def names(self, node):
        if isinstance(node, CompetencyLeaf):
            return {node.competency}
        return set() if isinstance(node, CredentialLeaf) else set().union(*map(self.names, node.parts))

    def is_ready(self, key, have):
        one = self.competencies[key]
        return not one.archived and all(any(m in have for m in group) for group in one.prerequisites)

    def hours(self, key):
        """What a competency costs: once mastered and expired, its renewal where the program says how long that takes."""
        one = self.competencies[key]
        return one.effort_hours if key not in self.expired or one.renewal_hours is None else one.renewal_hours

    def best(self, key, mastered):
        """The smallest (hours, count) of a plan, or None."""
        outside = [k for k in self.competencies if k not in mastered]
        found = []
        for extra in chain.from_iterable(combinations(outside, n) for n in range(len(outside) + 1)):
            have = mastered | set(extra)
            cost = (sum(self.hours(k) for k in extra), len(extra))
            if (
                (not found or cost < min(found))
                and all(self.is_ready(k, have) for k in extra)
                and self.meets(key, have)
            ):
                found.append(cost)
        return min(found, default=None)
