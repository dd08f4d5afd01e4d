"""What is known of many learners in one program, and its rows: for a competency or credential, which learners.

Rows are made when they are asked for and kept, so whoever asks again after another edit waits for what is new only.
What follows from the facts is ``rows``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import attrgetter, contains

import numpy as np
from numpy.typing import NDArray

from cbe.domain.graph import bits_of

__all__ = ["Cohort", "LearnerFacts", "row_of_flags"]

BLOCK = 256
"""Learners whose mastery is put into rows at a time: few enough to stay near the processor, and a multiple of eight."""


@dataclass(frozen=True, slots=True)
class LearnerFacts:
    """Where one learner stands: ids of competencies by what they show, of credentials in good standing and withheld."""

    id: str
    mastered: frozenset[str]
    in_review: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    expired: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()


class Cohort:
    """Learners, numbered as they were given, and the rows of what holds for them.

    >>> two = Cohort([LearnerFacts("ann", frozenset({"html", "css"})), LearnerFacts("bo", frozenset({"css"}))])
    >>> bin(two.mastered("css")), bin(two.mastered("html")), two.mastered("js")
    ('0b11', '0b1', 0)
    """

    def __init__(self, learners: Sequence[LearnerFacts]) -> None:
        self.learners = learners
        self.everyone = (1 << len(learners)) - 1
        self._masteries: list[frozenset[str]] = list(map(attrgetter("mastered"), learners))
        self._mastered: dict[str, int] = {}
        self._few: dict[str, dict[str, list[int]]] = {}
        self._rows: dict[tuple[str, str], int] = {}

    def mastered(self, competency_id: str) -> int:
        """Return who mastered a competency."""
        row = self._mastered.get(competency_id)
        if row is None:
            flags = np.fromiter(map(contains, self._masteries, repeat(competency_id)), np.bool_, len(self._masteries))
            row = self._mastered[competency_id] = row_of_flags(flags)
        return row

    def in_review(self, competency_id: str) -> int:
        """Return whose evidence for a competency waits for a decision."""
        return self._row("in_review", competency_id)

    def returned(self, competency_id: str) -> int:
        """Return to whom a competency was returned."""
        return self._row("returned", competency_id)

    def expired(self, competency_id: str) -> int:
        """Return whose mastery of a competency is over."""
        return self._row("expired", competency_id)

    def held(self, credential_id: str) -> int:
        """Return who holds a credential in good standing."""
        return self._row("held", credential_id)

    def withheld(self, credential_id: str) -> int:
        """Return from whom a credential is withheld and who does not hold it."""
        return self._row("withheld", credential_id) & ~self._row("held", credential_id)

    def prepare(self, competency_ids: Iterable[str]) -> None:
        """Make many rows of mastery in one walk over the learners, which is sooner than one walk for each."""
        wanted = [key for key in dict.fromkeys(competency_ids) if key not in self._mastered]
        if wanted:
            self._mastered.update(zip(wanted, self._many(wanted), strict=True))

    def _many(self, keys: list[str]) -> list[int]:
        place = {key: i for i, key in enumerate(keys)}
        asked = frozenset(keys)
        packed = []
        for start in range(0, len(self._masteries), BLOCK):
            block = list(map(asked.intersection, self._masteries[start : start + BLOCK]))
            places = np.fromiter(map(place.__getitem__, chain.from_iterable(block)), np.int64)
            table = np.zeros((len(keys), len(block)), np.bool_)
            table[places, np.repeat(np.arange(len(block)), list(map(len, block)))] = True
            packed.append(np.packbits(table, axis=1, bitorder="little"))
        if not packed:
            return [0] * len(keys)
        return [int.from_bytes(row.tobytes(), "little") for row in np.concatenate(packed, axis=1)]

    def _row(self, fact: str, key: str) -> int:
        row = self._rows.get((fact, key))
        if row is None:
            if fact not in self._few:
                self._few[fact] = self._by_key(fact)
            row = self._rows[fact, key] = bits_of(self._few[fact].get(key, ()))
        return row

    def _by_key(self, fact: str) -> dict[str, list[int]]:
        """Return for each id the learners a fact holds for; it holds for a few competencies of a learner, or none."""
        found: dict[str, list[int]] = {}
        for number, keys in enumerate(map(attrgetter(fact), self.learners)):
            if keys:
                for key in keys:
                    found.setdefault(key, []).append(number)
        return found


def row_of_flags(flags: NDArray[np.bool_]) -> int:
    """Return the row of an array of one boolean for each learner.

    >>> row_of_flags(np.array([True, False, True]))
    5
    """
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")
