"""LEARNERS.json: what learners of one program have, by a name of one's own, for planning without a database.

The packing, encoding and grammar of the file are those of program files.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, BinaryIO

from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.graph import CompiledProgram
from cbe.domain.reading import child

from .program_file import read_program_document

__all__ = ["LearnerFacts", "load_learners"]

KEYS = ("mastered", "expired", "held", "withheld")


@dataclass(frozen=True, slots=True)
class LearnerFacts:
    """Competencies mastered and current, those whose mastery expired, credentials in good standing and those withheld."""

    mastered: frozenset[str] = frozenset()
    expired: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()


def load_learners(source: bytes | BinaryIO, compiled: CompiledProgram) -> dict[str, LearnerFacts]:
    """Return what each learner has, in file order; raises ``Invalid`` with every problem, unknown ids included.

    ``{"learner-1": {"mastered": ["html"], "expired": [], "held": [], "withheld": []}, …}``; a list that is left out is
    empty. What expired costs its renewal hours; nothing is both mastered and expired.
    """
    document = read_program_document(source)
    problems: list[Problem] = []
    learners = {name: _learner(facts, child("", name), compiled, problems) for name, facts in document.items()}
    if problems:
        raise Invalid(problems)
    return learners


def _learner(facts: Any, at: str, compiled: CompiledProgram, problems: list[Problem]) -> LearnerFacts:
    if not isinstance(facts, dict):
        text = N_('must be an object: {"mastered": […], "expired": […], "held": […], "withheld": […]}')
        problems.append((at, text))
        return LearnerFacts()
    text = Worded("is not known here; %(keys)s are", keys=", ".join(KEYS))
    problems += [(child(at, key), text) for key in facts if key not in KEYS]
    competency, credential = Worded("competency"), Worded("credential")
    known: dict[str, tuple[Collection[str], Worded]] = {
        "mastered": (compiled.competencies, competency),
        "expired": (compiled.competencies, competency),
        "held": (compiled.credentials, credential),
        "withheld": (compiled.credentials, credential),
    }
    lists = {key: _ids(facts.get(key, []), child(at, key), *known[key], problems) for key in KEYS}
    problems += [
        (child(at, "expired"), Worded("%(key)s is mastered as well: it is either current or expired", key=repr(key)))
        for key in sorted(lists["mastered"] & lists["expired"])
    ]
    return LearnerFacts(**lists)


def _ids(value: Any, at: str, known: Collection[str], what: Worded, problems: list[Problem]) -> frozenset[str]:
    if not isinstance(value, list):
        problems.append((at, Worded("must be a list of ids: [%(what)s, …]", what=what)))
        return frozenset()
    for place, key in enumerate(value):
        if not isinstance(key, str):
            problems.append((child(at, place), Worded("must be the id of a %(what)s, a text", what=what)))
        elif key not in known:
            text = Worded("there is no %(what)s %(key)s in this program", what=what, key=repr(key))
            problems.append((child(at, place), text))
    return frozenset(key for key in value if isinstance(key, str))
