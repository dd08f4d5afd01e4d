"""The requirement of a credential as a tree: its kinds, parsing, formatting, whether it is met and why.

The meaning of every kind is in the class that carries it (``kinds``). What must hold of the ids a requirement names (that
they exist, that credentials form no circle) is checked where the whole program is known, in ``program``.
"""

from .explain import Explanation, HoursOf, explain_requirement
from .kinds import (
    All,
    Any_,
    AtLeast,
    CompetencyLeaf,
    CredentialLeaf,
    Credits,
    Leaf,
    Requirement,
    leaves,
    parts_of,
)
from .meets import CreditsOf, credits_earned, is_met
from .parse import format_requirement, parse_requirement, read_requirement
from .sharing import split_members

__all__ = [
    "All",
    "Any_",
    "AtLeast",
    "CompetencyLeaf",
    "CredentialLeaf",
    "Credits",
    "CreditsOf",
    "Explanation",
    "HoursOf",
    "Leaf",
    "Requirement",
    "credits_earned",
    "explain_requirement",
    "format_requirement",
    "is_met",
    "leaves",
    "parse_requirement",
    "parts_of",
    "read_requirement",
    "split_members",
]
