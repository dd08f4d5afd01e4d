"""What is known of many learners in one program, and its rows: for a competency or credential, which learners.

Rows are made when they are asked for and kept, so whoever asks again after another edit waits for what is new only.
What follows from the facts is ``rows``'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count, repeat
from operator import attrgetter, contains

import numpy as np
from numpy.typing import NDArray

from cbe.domain.graph import bits_of

__all__ = ["Cohort", "LearnerFacts", "row_of_flags"]

BLOCK = 2_048
"""Learners whose mastery is put into rows at a time, which bounds the memory it takes; a multiple of eight."""

MARKS = ("in_review", "returned", "expired", "held", "withheld")
"""The facts that hold for a few competencies or credentials of a learner, or for none."""

Marked = tuple[int, frozenset[str]]
"""A learner's number, and what a fact holds for."""


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
        self._rows: dict[str, dict[str, int]] = {fact: {} for fact in MARKS}

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

    def prepare_marks(self, ids: Iterable[str]) -> None:
        """Make the rows of what else is known of these competencies and credentials, in one walk that passes over others."""
        wanted = frozenset(ids).difference(*self._rows.values())
        if wanted:
            for fact, hits in zip(MARKS, self._marks(wanted), strict=True):
                found: defaultdict[str, list[int]] = defaultdict(list)
                for number, marked in hits:
                    for key in wanted & marked:
                        found[key].append(number)
                rows = self._rows[fact]
                rows.update(dict.fromkeys(wanted, 0))
                rows.update((key, bits_of(numbers)) for key, numbers in found.items())

    def _marks(self, wanted: frozenset[str]) -> tuple[list[Marked], ...]:
        """Return for each of `MARKS` the learners of whom it holds for something wanted, with all it holds for."""
        found: tuple[list[Marked], ...] = ([], [], [], [], [])
        first, second, third, fourth, fifth = found
        disjoint = wanted.isdisjoint
        # written out: a loop over the five takes twice as long, and most are empty
        for number, (in_review, returned, expired, held, withheld) in enumerate(map(attrgetter(*MARKS), self.learners)):
            if in_review and not disjoint(in_review):
                first.append((number, in_review))
            if returned and not disjoint(returned):
                second.append((number, returned))
            if expired and not disjoint(expired):
                third.append((number, expired))
            if held and not disjoint(held):
                fourth.append((number, held))
            if withheld and not disjoint(withheld):
                fifth.append((number, withheld))
        return found

    def _many(self, keys: list[str]) -> list[int]:
        place = {key: i for i, key in enumerate(keys)}
        asked = frozenset(keys)
        packed = []
        for start in range(0, len(self._masteries), BLOCK):
            # learners who mastered the same of what is asked are one kind: each kind is written once, then given out
            kinds: defaultdict[frozenset[str], int] = defaultdict(count().__next__)
            own = list(map(kinds.__getitem__, map(asked.intersection, self._masteries[start : start + BLOCK])))
            places = np.fromiter(map(place.__getitem__, chain.from_iterable(kinds)), np.int64)
            table = np.zeros((len(keys), len(kinds)), np.bool_)
            table[places, np.repeat(np.arange(len(kinds)), list(map(len, kinds)))] = True
            packed.append(np.packbits(table.take(own, axis=1), axis=1, bitorder="little"))
        if not packed:
            return [0] * len(keys)
        joined = packed[0] if len(packed) == 1 else np.concatenate(packed, axis=1)
        width, written = joined.shape[1], joined.tobytes()
        return [int.from_bytes(written[i : i + width], "little") for i in range(0, len(written), width)]

    def _row(self, fact: str, key: str) -> int:
        rows = self._rows[fact]
        row = rows.get(key)
        if row is None:
            if fact not in self._few:
                self._few[fact] = self._by_key(fact)
            row = rows[key] = bits_of(self._few[fact].get(key, ()))
        return row

    def _by_key(self, fact: str) -> dict[str, list[int]]:
        """Return for each id the learners a fact holds for; it holds for a few competencies of a learner, or none."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        sets = list(map(attrgetter(fact), self.learners))
        for number, keys in compress(enumerate(sets), sets):
            for key in keys:
                found[key].append(number)
        return found


def row_of_flags(flags: NDArray[np.bool_]) -> int:
    """Return the row of an array of one boolean for each learner.

    >>> row_of_flags(np.array([True, False, True]))
    5
    """
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")
