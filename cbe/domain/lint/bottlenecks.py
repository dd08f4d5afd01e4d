"""Competencies that every way to a credential goes through, and how much lies behind each.

A competency is *necessary* for a credential when without it the credential cannot be met, whatever else is mastered that
can be. All competencies are taken away at once, each in a supposition of its own (see ``reduction``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cbe.domain.cohort import CredentialRows
from cbe.domain.graph import CompiledProgram, positions

from .reduction import could_be_mastered

__all__ = ["Bottleneck", "Necessity"]

BLOCK = 40_000
"""Competencies taken away at a time, so that memory stays bounded in the largest programs."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A competency, the credentials it is necessary for, and how many others can only be mastered with it."""

    competency: str
    credentials: tuple[str, ...]
    behind: int


class Necessity:
    """What is necessary for what in a program; worked out once.

    >>> from decimal import Decimal
    >>> from cbe.domain.graph import compile_program
    >>> from cbe.domain.program import Competency, Credential, Program
    >>> from cbe.domain.requirements import CompetencyLeaf
    >>> rows = {"a": (), "b": (("a",),), "c": (("a",),), "d": (("b", "c"),)}
    >>> found = tuple(Competency(key, key, Decimal(1), prerequisites=groups) for key, groups in rows.items())
    >>> badge = Credential("badge", "Badge", "badge", CompetencyLeaf("d"))
    >>> Necessity(compile_program(Program("p", "p", "en", found, (badge,)))).necessary("badge")
    ('a', 'd')
    """

    def __init__(self, compiled: CompiledProgram) -> None:
        self.compiled = compiled

    def necessary(self, credential_id: str) -> tuple[str, ...]:
        """Return the competencies necessary for a credential, in file order; all of them when it cannot be met at all."""
        self.compiled.get_credential(credential_id)
        return tuple(self.compiled.ids_of(self._necessary[credential_id]))

    def bottlenecks(self, least_behind: int, most: int) -> list[Bottleneck]:
        """Return what is necessary for a credential and has so many others behind it: those with most behind them."""
        possible = {key: bits for key, bits in self._necessary.items() if key not in self.impossible}
        union = 0
        for bits in possible.values():
            union |= bits
        numbers = [n for n in positions(union) if self._behind[n] >= least_behind]
        numbers = sorted(numbers, key=lambda number: (-self._behind[number], number))[:most]
        ids = self.compiled.ids
        return [
            Bottleneck(ids[n], tuple(key for key, bits in possible.items() if bits >> n & 1), self._behind[n])
            for n in numbers
        ]

    @cached_property
    def impossible(self) -> frozenset[str]:
        """The credentials that cannot be met by anybody."""
        index, lost = self.compiled.index, self._lost
        every = CredentialRows(self.compiled, lambda key: int(index[key] not in lost), lambda _: 0, lambda _: 0, 1)
        return frozenset(key for key in self.compiled.credentials if not every.met(key))

    @cached_property
    def _necessary(self) -> dict[str, int]:
        return self._worked_out[0]

    @cached_property
    def _behind(self) -> list[int]:
        return self._worked_out[1]

    @cached_property
    def _worked_out(self) -> tuple[dict[str, int], list[int]]:
        necessary = dict.fromkeys(self.compiled.credentials, 0)
        behind: list[int] = []
        count = len(self.compiled.ids)
        for start in range(0, count, BLOCK):
            taken = range(start, min(count, start + BLOCK))
            rows = could_be_mastered(self.compiled, [(number, *self.compiled.archived) for number in taken])
            every = (1 << len(taken)) - 1
            credentials = CredentialRows(
                self.compiled,
                lambda key, rows=rows: rows[self.compiled.index[key]],  # type: ignore[misc]
                lambda _: 0,
                lambda _: 0,
                every,
            )
            for key in necessary:
                necessary[key] |= (every & ~credentials.met(key)) << start
            behind += _zeros(rows, len(taken))
        lost = self._lost
        return necessary, [count - len(lost) + (number in lost) for number, count in enumerate(behind)]

    @cached_property
    def _lost(self) -> frozenset[int]:
        """What nobody who begins now can come to: it lies behind what is archived."""
        return self.compiled.out_of_reach(bytes(len(self.compiled.ids)))


def _zeros(rows: list[int], width: int) -> list[int]:
    """Return for every column in how many rows it is not set, itself not counted."""
    total = np.zeros(width, np.int64)
    for row in rows:
        packed = np.frombuffer(row.to_bytes((width + 7) // 8, "little"), np.uint8)
        total += np.unpackbits(packed, count=width, bitorder="little")
    return [len(rows) - 1 - int(ones) for ones in total]
