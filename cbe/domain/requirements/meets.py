"""Whether a requirement is met, and by how many credits, exactly as the definitions say.

How members that may not share are given competencies of their own is found in ``sharing``; it only proposes, what each
member holds by is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from decimal import Decimal

from .kinds import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Leaf, Requirement
from .sharing import Goal, split_members

__all__ = ["CreditsOf", "credits_earned", "is_met", "no_credits"]

CreditsOf = Callable[[Leaf], Decimal]
"""The credits of the competency or credential that a leaf names."""


def no_credits(leaf: Leaf) -> Decimal:
    """Refuse to count credits that nobody has told.

    >>> no_credits(CompetencyLeaf("css"))
    Traceback (most recent call last):
    ValueError: credits_of is needed to count the credits of CompetencyLeaf(competency='css')
    """
    raise ValueError(f"credits_of is needed to count the credits of {leaf}")


def is_met(
    requirement: Requirement,
    mastered: Set[str],
    held: Set[str] = frozenset(),
    credits_of: CreditsOf = no_credits,
) -> bool:
    """Return whether the competencies mastered and the credentials held meet the requirement.

    Linear in the size of the tree; where ``no_sharing`` members want the same competency, an exact integer program
    over those competencies decides (``sharing.split_members``).

    >>> two = AtLeast(2, (CompetencyLeaf("css"), CompetencyLeaf("js"), CompetencyLeaf("a11y")))
    >>> is_met(two, {"css"}), is_met(two, {"css", "a11y"})
    (False, True)
    >>> apart = All((CompetencyLeaf("css"), Any_((CompetencyLeaf("css"), CompetencyLeaf("js")))), no_sharing=True)
    >>> is_met(apart, {"css"}), is_met(apart, {"css", "js"})
    (False, True)
    """
    return _Judge(held, credits_of).judge(requirement, frozenset(mastered), counted=False)[0]


def credits_earned(requirement: Requirement, mastered: Set[str], held: Set[str], credits_of: CreditsOf) -> Decimal:
    """Return the credits a requirement has: none unless it holds, and the most that can be given when nothing is shared.

    >>> credits_earned(Any_((CompetencyLeaf("css"), CompetencyLeaf("js"))), {"css", "js"}, set(), lambda leaf: Decimal(2))
    Decimal('4')
    """
    return _Judge(held, credits_of).judge(requirement, frozenset(mastered), counted=True)[1]


Judgement = tuple[bool, Decimal]
"""Whether a node holds, and the credits it has if they were asked for."""


class _Judge:
    """Judges a tree, each node once for the competencies it is given, however deeply credits nest."""

    def __init__(self, held: Set[str], credits_of: CreditsOf) -> None:
        self.held = held
        self.credits_of = credits_of
        self.known: dict[tuple[int, frozenset[str], bool], Judgement] = {}

    def judge(self, requirement: Requirement, mastered: frozenset[str], *, counted: bool) -> Judgement:
        key = (id(requirement), mastered, counted)
        if key not in self.known:
            self.known[key] = self._judge(requirement, mastered, counted)
        return self.known[key]

    def _judge(self, requirement: Requirement, mastered: frozenset[str], counted: bool) -> Judgement:
        match requirement:
            case CompetencyLeaf(competency):
                return self._leaf(requirement, competency in mastered, counted)
            case CredentialLeaf(credential):
                return self._leaf(requirement, credential in self.held, counted)
        if isinstance(requirement, Any_) or not requirement.no_sharing:
            return self._tree(requirement, [mastered] * len(requirement.parts), counted)
        if not self._tree(requirement, [mastered] * len(requirement.parts), False)[0]:
            return False, Decimal(0)  # not even with sharing: the cheap answer for most learners
        goal = Goal.MOST_CREDITS if isinstance(requirement, Credits) else Goal.MOST_MEMBERS
        found = self._tree(requirement, self._split(requirement, mastered, goal), counted)
        if found[0] and counted:
            return self._tree(requirement, self._split(requirement, mastered, Goal.MOST_CREDITS_AND_HOLD), True)
        return found

    def _leaf(self, leaf: Leaf, holds: bool, counted: bool) -> Judgement:
        return holds, self.credits_of(leaf) if holds and counted else Decimal(0)

    def _split(
        self, requirement: All | AtLeast | Credits, mastered: frozenset[str], goal: Goal
    ) -> list[frozenset[str]]:
        return list(split_members(requirement, mastered, self.held, self.credits_of, goal=goal))

    def _tree(
        self, requirement: All | Any_ | AtLeast | Credits, given: Sequence[frozenset[str]], counted: bool
    ) -> Judgement:
        counted = counted or isinstance(requirement, Credits)
        judged = [self.judge(part, own, counted=counted) for part, own in zip(requirement.parts, given, strict=True)]
        holding = sum(holds for holds, _ in judged)
        earned = sum((worth for _, worth in judged), Decimal(0))
        match requirement:
            case All():
                holds = holding == len(judged)
            case Any_():
                holds = holding > 0
            case AtLeast(count):
                holds = holding >= count
            case Credits(credits):
                holds = earned >= credits
        return holds, earned if holds else Decimal(0)
