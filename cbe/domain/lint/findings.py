"""What lint says: a finding with its place, its reason and, where there is one, the click that mends it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cbe.domain.cohort import Cohort, LearnerFacts
from cbe.domain.errors import Worded

__all__ = ["Change", "Finding", "Mend", "People", "Rule", "Severity", "apply_mend"]


class Severity(StrEnum):
    """How much a finding matters; what is blocking must be mended before the program is published."""

    BLOCKING = "blocking"
    WARNING = "warning"
    ADVICE = "advice"


class Rule(StrEnum):
    """What lint looks for, in the order in which it tells."""

    CIRCLE = "circle"
    MICRO_CREDENTIAL = "micro_credential"
    UNMEETABLE = "unmeetable"
    DOUBLE_COUNTING = "double_counting"
    ASKS_NOTHING = "asks_nothing"
    AT_LEAST_ALL = "at_least_all"
    NO_CREDENTIAL = "no_credential"
    REDUNDANT = "redundant"
    OUT_OF_REACH = "out_of_reach"
    BOTTLENECK = "bottleneck"
    LONG_CHAIN = "long_chain"
    NO_ASSESSOR = "no_assessor"
    HOURS = "hours"
    CRITERIA = "criteria"
    RUBRIC = "rubric"
    LEVEL = "level"
    SIMILAR_TITLES = "similar_titles"
    ALIGNMENT = "alignment"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a program document as JSON Patch says it (RFC 6902): `remove` or `replace` at a pointer."""

    op: str
    path: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Mend:
    """Changes, to be made in their order, that take a finding away.

    A *safe* mend leaves the state of every learner known to lint as it is, and that of anybody whose masteries are closed
    under prerequisites. One that is not safe may be offered, but never in one click with others.
    """

    changes: tuple[Change, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: where (a JSON pointer, and the id of the competency or credential there), why, how to mend.

    ``others`` names further competencies that the text speaks of. ``learners`` counts whom it touches, where that was asked.
    """

    rule: Rule
    severity: Severity
    place: str
    text: Worded
    competency: str | None = None
    credential: str | None = None
    others: tuple[str, ...] = ()
    learners: int | None = None
    mend: Mend | None = None


@dataclass(frozen=True, slots=True)
class People:
    """What is known of those who learn and assess in the program now.

    ``assessors`` are so many who may decide; None where they were not counted. Who decides depends on the learner and
    never on the competency: an instructor decides all of a program for their learners.
    """

    learners: Sequence[LearnerFacts] = ()
    assessors: int | None = None
    cohort: Cohort = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cohort", Cohort(self.learners))


def apply_mend(document: Any, mend: Mend) -> Any:
    """Return a copy of a program document with the changes of a mend made.

    >>> apply_mend({"of": ["a", "b"]}, Mend((Change("remove", "/of/0"), Change("replace", "/of/0", "c"))))
    {'of': ['c']}
    """
    document = copy.deepcopy(document)
    for change in mend.changes:
        *above, last = (step.replace("~1", "/").replace("~0", "~") for step in change.path.split("/")[1:])
        node = document
        for step in above:
            node = node[int(step)] if isinstance(node, list) else node[step]
        key: Any = int(last) if isinstance(node, list) else last
        if change.op == "remove":
            del node[key]
        else:
            node[key] = change.value
    return document
