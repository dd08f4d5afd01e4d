"""Why a requirement is met or not: the tree again, every node with what it has, what it needs and what is nearest.

Hours here order remedies; they look at the requirement alone. The shortest way through prerequisites is the planner's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from .kinds import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Leaf, Requirement
from .meets import CreditsOf, credits_earned, is_met, no_credits
from .sharing import Goal, split_members

__all__ = ["Explanation", "HoursOf", "explain_requirement"]

HoursOf = Callable[[Leaf], Decimal | None]
"""The hours still to do for a leaf that does not hold; None when learning alone cannot bring it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One node of a requirement with why it holds or does not.

    ``have`` of ``need``: members that hold, or credits of a credits node; a leaf has 0 or 1 of 1. ``missing`` are the
    ``parts`` that do not hold, nearest remedy first, those without remedy last. ``remedy_hours``: hours that would meet
    the node, every part counted by itself; 0 when met, None when learning alone cannot. ``used_elsewhere``: the
    competency is mastered but counts for another member, which may not share it.
    """

    kind: str
    requirement: Requirement
    met: bool
    have: int | Decimal
    need: int | Decimal
    remedy_hours: Decimal | None
    parts: tuple[Explanation, ...] = ()
    missing: tuple[Explanation, ...] = ()
    used_elsewhere: bool = False

    @property
    def id(self) -> str | None:
        """The competency or credential a leaf names; None for a tree."""
        match self.requirement:
            case CompetencyLeaf(name) | CredentialLeaf(name):
                return name
            case _:
                return None

    @property
    def no_sharing(self) -> bool:
        """Whether every member must hold by competencies of its own."""
        return isinstance(self.requirement, All | AtLeast | Credits) and self.requirement.no_sharing


def explain_requirement(
    requirement: Requirement,
    mastered: Set[str],
    held: Set[str] = frozenset(),
    *,
    credits_of: CreditsOf = no_credits,
    hours_of: HoursOf = lambda _: Decimal(0),
) -> Explanation:
    """Return the requirement as a tree that says of every node whether it is met, by how much, and what is nearest.

    >>> two = AtLeast(2, (CompetencyLeaf("css"), CompetencyLeaf("js"), CompetencyLeaf("a11y")))
    >>> hours = {"css": Decimal(3), "js": Decimal(9), "a11y": Decimal(4)}
    >>> why = explain_requirement(two, {"css"}, hours_of=lambda leaf: hours[leaf.competency])
    >>> why.met, why.have, why.need, why.remedy_hours, [part.id for part in why.missing]
    (False, 1, 2, Decimal('4'), ['a11y', 'js'])
    """
    return _Explainer(mastered, held, credits_of, hours_of).node(requirement, mastered)


class _Explainer:
    def __init__(self, mastered: Set[str], held: Set[str], credits_of: CreditsOf, hours_of: HoursOf) -> None:
        self.mastered = mastered
        self.held = held
        self.credits_of = credits_of
        self.hours_of = hours_of

    def node(self, requirement: Requirement, given: Set[str]) -> Explanation:
        """Explain a node by the competencies given to it alone."""
        if isinstance(requirement, CompetencyLeaf | CredentialLeaf):
            return self._leaf(requirement, given)
        shares = self._shares(requirement, given)
        parts = tuple(self.node(part, own) for part, own in zip(requirement.parts, shares, strict=True))
        have, need = self._have_and_need(requirement, parts, shares)
        met = have >= need
        missing = tuple(sorted((part for part in parts if not part.met), key=_nearness))
        return Explanation(
            kind=_kind(requirement),
            requirement=requirement,
            met=met,
            have=have,
            need=need,
            remedy_hours=Decimal(0) if met else self._remedy(requirement, need - have, missing),
            parts=parts,
            missing=missing,
        )

    def _leaf(self, leaf: Leaf, given: Set[str]) -> Explanation:
        met = is_met(leaf, given, self.held)
        elsewhere = isinstance(leaf, CompetencyLeaf) and not met and leaf.competency in self.mastered
        hours = Decimal(0) if met else None if elsewhere else self.hours_of(leaf)
        return Explanation(_kind(leaf), leaf, met, int(met), 1, hours, used_elsewhere=elsewhere)

    def _shares(self, requirement: All | Any_ | AtLeast | Credits, given: Set[str]) -> Sequence[Set[str]]:
        if isinstance(requirement, Any_) or not requirement.no_sharing:
            return [given] * len(requirement.parts)
        goal = Goal.MOST_CREDITS if isinstance(requirement, Credits) else Goal.MOST_MEMBERS
        return split_members(requirement, given, self.held, self.credits_of, goal=goal)

    def _have_and_need(
        self, requirement: Requirement, parts: tuple[Explanation, ...], shares: Sequence[Set[str]]
    ) -> tuple[int | Decimal, int | Decimal]:
        holding = sum(part.met for part in parts)
        match requirement:
            case Any_():
                return holding, 1
            case AtLeast(count):
                return holding, count
            case Credits(credits, members):
                own = zip(members, shares, strict=True)
                earned = (credits_earned(part, share, self.held, self.credits_of) for part, share in own)
                return sum(earned, Decimal(0)), credits
            case _:
                return holding, len(parts)

    def _remedy(
        self, requirement: Requirement, lacking: int | Decimal, missing: tuple[Explanation, ...]
    ) -> Decimal | None:
        hours = [part.remedy_hours for part in missing if part.remedy_hours is not None]
        if isinstance(requirement, Credits):
            return self._remedy_in_credits(Decimal(lacking), missing)
        return sum(hours[: int(lacking)], Decimal(0)) if len(hours) >= lacking else None

    def _remedy_in_credits(self, lacking: Decimal, missing: tuple[Explanation, ...]) -> Decimal | None:
        """Take the members with the fewest hours a credit until the credits are there."""
        offers = [(part.remedy_hours, self._worth(part.requirement)) for part in missing]
        useful = [(hours, worth) for hours, worth in offers if hours is not None and worth > 0]
        total = Decimal(0)
        for hours, worth in sorted(useful, key=lambda offer: offer[0] / offer[1]):
            total += hours
            lacking -= worth
            if lacking <= 0:
                return total
        return None

    def _worth(self, requirement: Requirement) -> Decimal:
        if isinstance(requirement, CompetencyLeaf | CredentialLeaf):
            return self.credits_of(requirement)
        return sum((self._worth(part) for part in requirement.parts), Decimal(0))


def _nearness(part: Explanation) -> tuple[bool, Decimal]:
    return part.remedy_hours is None, part.remedy_hours or Decimal(0)


def _kind(requirement: Requirement) -> str:
    match requirement:
        case CompetencyLeaf():
            return "competency"
        case CredentialLeaf():
            return "credential"
        case All():
            return "all"
        case Any_():
            return "any"
        case AtLeast():
            return "at_least"
        case Credits():
            return "credits"
