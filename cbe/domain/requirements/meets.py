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
    match requirement:
        case CompetencyLeaf(competency):
            return competency in mastered
        case CredentialLeaf(credential):
            return credential in held
        case Any_(parts):
            return any(is_met(part, mastered, held, credits_of) for part in parts)
    if not requirement.no_sharing:
        return _enough(requirement, [mastered] * len(requirement.parts), held, credits_of)
    if not _is_met_when_shared(requirement, mastered, held, credits_of):
        return False
    given = split_members(requirement, mastered, held, credits_of, goal=_goal(requirement))
    return _enough(requirement, given, held, credits_of)


def credits_earned(requirement: Requirement, mastered: Set[str], held: Set[str], credits_of: CreditsOf) -> Decimal:
    """Return the credits a requirement has: none unless it holds, and the most that can be given when nothing is shared.

    >>> credits_earned(Any_((CompetencyLeaf("css"), CompetencyLeaf("js"))), {"css", "js"}, set(), lambda leaf: Decimal(2))
    Decimal('4')
    """
    if not is_met(requirement, mastered, held, credits_of):
        return Decimal(0)
    if isinstance(requirement, CompetencyLeaf | CredentialLeaf):
        return credits_of(requirement)
    given: Sequence[Set[str]] = [mastered] * len(requirement.parts)
    if not isinstance(requirement, Any_) and requirement.no_sharing:
        given = split_members(requirement, mastered, held, credits_of, goal=Goal.MOST_CREDITS_AND_HOLD)
    return _sum(requirement.parts, given, held, credits_of)


def _goal(requirement: All | AtLeast | Credits) -> Goal:
    return Goal.MOST_CREDITS if isinstance(requirement, Credits) else Goal.MOST_MEMBERS


def _enough(
    requirement: All | Any_ | AtLeast | Credits, given: Sequence[Set[str]], held: Set[str], credits_of: CreditsOf
) -> bool:
    if isinstance(requirement, Credits):
        return _sum(requirement.parts, given, held, credits_of) >= requirement.credits
    hold = (is_met(part, own, held, credits_of) for part, own in zip(requirement.parts, given, strict=True))
    match requirement:
        case All():
            return all(hold)
        case Any_():
            return any(hold)
        case AtLeast(count):
            return sum(hold) >= count


def _sum(parts: Sequence[Requirement], given: Sequence[Set[str]], held: Set[str], credits_of: CreditsOf) -> Decimal:
    earned = (credits_earned(part, own, held, credits_of) for part, own in zip(parts, given, strict=True))
    return sum(earned, Decimal(0))


def _is_met_when_shared(requirement: Requirement, mastered: Set[str], held: Set[str], credits_of: CreditsOf) -> bool:
    """Return whether the requirement would be met if everything could be shared: the cheap answer for most learners."""
    return is_met(_shared(requirement), mastered, held, credits_of)


def _shared(requirement: Requirement) -> Requirement:
    match requirement:
        case CompetencyLeaf() | CredentialLeaf():
            return requirement
        case All(parts):
            return All(tuple(map(_shared, parts)))
        case Any_(parts):
            return Any_(tuple(map(_shared, parts)))
        case AtLeast(count, parts):
            return AtLeast(count, tuple(map(_shared, parts)))
        case Credits(credits, parts):
            return Credits(credits, tuple(map(_shared, parts)))
