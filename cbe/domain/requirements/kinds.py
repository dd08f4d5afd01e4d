"""The kinds of requirement as frozen values, and what a tree of them names.

What they mean is said here and decided in ``meets``; how they are written in a program file is ``parse``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

__all__ = [
    "All",
    "Any_",
    "AtLeast",
    "CompetencyLeaf",
    "CredentialLeaf",
    "Credits",
    "Leaf",
    "Requirement",
    "leaves",
    "parts_of",
]


@dataclass(frozen=True, slots=True)
class CompetencyLeaf:
    """Holds when the competency is mastered and current."""

    competency: str


@dataclass(frozen=True, slots=True)
class CredentialLeaf:
    """Holds when the credential is held; for planning also when its own requirement is met and it is not withheld."""

    credential: str


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds; with ``no_sharing`` each by competencies of its own."""

    parts: tuple[Requirement, ...]
    no_sharing: bool = False


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - stands beside All and AtLeast, and `Any` is typing's
    """Holds when at least one part holds."""

    parts: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Holds when ``count`` of the parts hold; with ``no_sharing`` each by competencies of its own."""

    count: int
    parts: tuple[Requirement, ...]
    no_sharing: bool = False


@dataclass(frozen=True, slots=True)
class Credits:
    """Holds when the credits of the parts that hold add up to ``credits``.

    A leaf that holds has the credits of the competency or credential it names; a tree that holds has the sum of what its
    parts that hold have. What does not hold has none.
    """

    credits: Decimal
    parts: tuple[Requirement, ...]
    no_sharing: bool = False


Leaf = CompetencyLeaf | CredentialLeaf
Requirement = CompetencyLeaf | CredentialLeaf | All | Any_ | AtLeast | Credits


def parts_of(requirement: Requirement) -> tuple[Requirement, ...]:
    """Return the members of a requirement in order; a leaf has none.

    >>> parts_of(Any_((CompetencyLeaf("css"),)))
    (CompetencyLeaf(competency='css'),)
    >>> parts_of(CompetencyLeaf("css"))
    ()
    """
    match requirement:
        case CompetencyLeaf() | CredentialLeaf():
            return ()
        case _:
            return requirement.parts


def leaves(requirement: Requirement) -> Iterator[Leaf]:
    """Yield every leaf from left to right, as often as it stands in the tree.

    >>> [leaf.competency for leaf in leaves(All((CompetencyLeaf("css"), Any_((CompetencyLeaf("js"),)))))]
    ['css', 'js']
    """
    match requirement:
        case CompetencyLeaf() | CredentialLeaf():
            yield requirement
        case _:
            for part in requirement.parts:
                yield from leaves(part)
