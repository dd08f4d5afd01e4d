"""What a program adds to requirements: credits and hours of what leaves name, and credentials reached through others."""

from __future__ import annotations

from collections.abc import Set
from decimal import Decimal
from graphlib import TopologicalSorter

from cbe.domain.requirements import (
    CompetencyLeaf,
    CredentialLeaf,
    CreditsOf,
    HoursOf,
    Leaf,
    explain_requirement,
    is_met,
    leaves,
)

from .values import Program, notional_hours

__all__ = ["leaf_credits", "leaf_hours", "reached_credentials"]


def leaf_credits(program: Program) -> CreditsOf:
    """Return the function that says how many credits the competency or credential of a leaf has in the program."""
    competencies = {competency.id: competency.credits for competency in program.competencies}
    credentials = {credential.id: credential.credits for credential in program.credentials}

    def credits_of(leaf: Leaf) -> Decimal:
        return competencies[leaf.competency] if isinstance(leaf, CompetencyLeaf) else credentials[leaf.credential]

    return credits_of


def leaf_hours(
    program: Program,
    mastered: Set[str],
    held: Set[str] = frozenset(),
    withheld: Set[str] = frozenset(),
    expired: Set[str] = frozenset(),
) -> HoursOf:
    """Return the function that says how many hours a leaf still takes, a credential as much as its own requirement.

    What expired takes its renewal hours. None for a credential that is withheld, or stands on one: a person must decide
    first; and for a competency that is no longer offered.
    """
    hours = {
        one.id: None if one.archived and one.id not in mastered else notional_hours(one, renewing=one.id in expired)
        for one in program.competencies
    }
    credentials = {credential.id: credential for credential in program.credentials}
    credits_of = leaf_credits(program)
    known: dict[str, Decimal | None] = {}

    def hours_of(leaf: Leaf) -> Decimal | None:
        if isinstance(leaf, CompetencyLeaf):
            return hours[leaf.competency]
        name = leaf.credential
        if name in withheld:
            return None
        if name not in known:
            why = explain_requirement(
                credentials[name].requires, mastered, held, credits_of=credits_of, hours_of=hours_of
            )
            known[name] = why.remedy_hours
        return known[name]

    return hours_of


def reached_credentials(
    program: Program, mastered: Set[str], held: Set[str] = frozenset(), withheld: Set[str] = frozenset()
) -> frozenset[str]:
    """Return the credentials held, with those whose own requirement is met by the mastered and by other reached ones.

    For planning only: a credential that is withheld counts as reached only when it is held.
    """
    requires = {credential.id: credential.requires for credential in program.credentials}
    names = {
        name: [leaf.credential for leaf in leaves(requirement) if isinstance(leaf, CredentialLeaf)]
        for name, requirement in requires.items()
    }
    credits_of = leaf_credits(program)
    reached = set(held)
    for name in TopologicalSorter(names).static_order():
        if name not in reached and name not in withheld and is_met(requires[name], mastered, reached, credits_of):
            reached.add(name)
    return frozenset(reached)
