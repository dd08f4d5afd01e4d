"""A program, its competencies and its credentials as frozen values; how they are written in a file is ``parse``'s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cbe.domain.requirements import Requirement

__all__ = [
    "Alignment",
    "Competency",
    "Credential",
    "Level",
    "MasteryRule",
    "Program",
    "Quality",
    "Resource",
    "Rubric",
    "Section",
    "Text",
    "notional_hours",
]

Text = str | Mapping[str, str]
"""A text for people: one string in the program's language, or a map of BCP 47 language tag to string."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a rubric."""

    id: str
    title: Text
    description: Text | None = None


@dataclass(frozen=True, slots=True)
class Rubric:
    """Ordered levels, lowest first; ``counts_from`` is the lowest level that counts as met."""

    levels: tuple[Level, ...]
    counts_from: str


@dataclass(frozen=True, slots=True)
class MasteryRule:
    """What makes mastery out of decisions: different assessors, different days, the level that counts."""

    assessors: int = 1
    days: int = 1
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that competencies stand under; sections may stand in sections."""

    id: str
    title: Text
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """Where something can be learned."""

    title: Text
    url: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """A link to the same or a related thing in another framework; ``type`` as in CASE, or a free word."""

    uri: str
    title: Text | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """Mandatory elements of a micro-credential that a program states once and a credential may override."""

    country: str | None = None
    assessment: Text | None = None
    participation: Text | None = None
    quality_assurance: Text | None = None
    identity_check: Text | None = None


@dataclass(frozen=True, slots=True)
class Competency:
    """Something a learner can show they can do. ``prerequisites``: every group needs one mastered member.

    Hours that are not estimated stand in for ones nobody has thought about yet, as after an import of a framework. What
    is archived is no longer offered: who mastered it keeps it, and nobody else comes to it.
    """

    id: str
    title: Text
    effort_hours: Decimal
    code: str | None = None
    statement: Text | None = None
    criteria: Text | None = None
    section: str | None = None
    credits: Decimal = Decimal(0)
    level: int | None = None
    validity_months: int | None = None
    renewal_hours: Decimal | None = None
    prerequisites: tuple[tuple[str, ...], ...] = ()
    gate: str | None = None
    rubric: Rubric | None = None
    mastery: MasteryRule | None = None
    resources: tuple[Resource, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    effort_is_estimated: bool = True
    archived: bool = False


def notional_hours(competency: Competency, *, renewing: bool) -> Decimal:
    """Return the notional hours of learning a competency, or of renewing it (the same when it says nothing else).

    >>> first_aid = Competency("first-aid", "First aid", Decimal(16), renewal_hours=Decimal(4))
    >>> notional_hours(first_aid, renewing=False), notional_hours(first_aid, renewing=True)
    (Decimal('16'), Decimal('4'))
    """
    if renewing and competency.renewal_hours is not None:
        return competency.renewal_hours
    return competency.effort_hours


@dataclass(frozen=True, slots=True)
class Credential:
    """An achievement of the program with the requirement that must be met."""

    id: str
    title: Text
    kind: str
    requires: Requirement
    description: Text | None = None
    credits: Decimal = Decimal(0)
    level: int | None = None
    validity_months: int | None = None
    award: str | None = None
    quality: Quality | None = None
    alignments: tuple[Alignment, ...] = ()

    @property
    def is_automatic(self) -> bool:
        """Whether it is awarded by itself when its requirement is met; certificates and above never are."""
        return self.award != "approval" and self.kind in ("badge", "micro-credential")


@dataclass(frozen=True, slots=True)
class Program:
    """One version of a program; lists are in file order, ids are unique per list."""

    id: str
    title: Text
    language: str
    competencies: tuple[Competency, ...]
    credentials: tuple[Credential, ...]
    description: Text | None = None
    gate: str = "recognition"
    rubric: Rubric | None = None
    mastery: MasteryRule = MasteryRule()
    sections: tuple[Section, ...] = ()
    credit_scheme: str | None = None
    level_framework: str | None = None
    quality: Quality = Quality()
