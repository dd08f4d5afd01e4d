"""Whether the entries of the audit trail follow from one another, and in words what was done where they don't.

The chain alone: what entries say of the record is ``audit``'s, what was signed of them ``checkpoints``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

from cbe.store.audit import FIRST, Entry, Head, entry_digest

__all__ = ["Chain"]

MOST_LOOKED_AT = 200
"""Broken entries among which those that changed places are looked for."""
MOST_SHIFTED = 50
"""Entries put in or taken out in one place, up to which the number is named."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry whose digest is not that of what it says and of the digest before it."""

    entry: Entry
    before: str

    def fits(self, seq: int, before: str) -> bool:
        """Tell whether the entry would fit with another number after another digest."""
        one = self.entry
        return entry_digest(before, seq, one.at, one.actor, one.action, one.facts) == one.digest


@dataclass
class Run:
    """Broken entries with nothing whole between them."""

    first: Broken
    last: Broken


@dataclass
class Chain:
    """The walk along the trail: give it every entry in order, then ask it to explain."""

    say: Callable[[str, str], None]
    count: int = 0
    seq: int = 0
    digest: str = FIRST
    runs: list[Run] = field(default_factory=list)
    kept: list[Broken] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Look at the next entry."""
        self.count += 1
        if entry.seq != self.seq + 1:
            self._gap(self.seq + 1, entry.seq - 1)
        else:
            broken = Broken(entry, self.digest)
            if not broken.fits(entry.seq, self.digest):
                self._keep(broken)
        self.seq, self.digest = entry.seq, entry.digest

    def explain(self, head: Head | None) -> None:
        """Say what is wrong, each thing once, and whether the trail ends where its head says."""
        explained = self._swapped()
        for run in self.runs:
            numbers = set(range(run.first.entry.seq, run.last.entry.seq + 1))
            if not numbers <= explained:
                self._explain(run)
        if head is None:
            self.say("/audit_head", "the head of the trail is gone")
        elif self.seq < head.seq:
            self._gap(self.seq + 1, head.seq, " at the end")
        elif self.seq > head.seq:
            self.say(f"/audit/{head.seq + 1}", f"the trail ends with {self.seq}, but its head says {head.seq}")
        elif self.digest != head.digest:
            self.say("/audit_head", f"the head holds another digest than entry {self.seq}: one of them was changed")

    def _keep(self, broken: Broken) -> None:
        if len(self.kept) < MOST_LOOKED_AT:
            self.kept.append(broken)
        if self.runs and self.runs[-1].last.entry.seq == broken.entry.seq - 1:
            self.runs[-1].last = broken
        else:
            self.runs.append(Run(broken, broken))

    def _gap(self, first: int, last: int, where: str = "") -> None:
        which = f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
        self.say(f"/audit/{first}", f"{which}{where}: cut out of the trail")

    def _swapped(self) -> set[int]:
        """Say which entries changed places, and return the numbers that this explains."""
        explained: set[int] = set()
        for one, other in combinations(self.kept, 2):
            here, there = one.entry.seq, other.entry.seq
            if other.fits(here, one.before):
                self.say(f"/audit/{here}", f"entries {here} and {there} have changed places")
                explained |= {here, here + 1, there, there + 1}
        return explained

    def _explain(self, run: Run) -> None:
        first, last = run.first.entry.seq, run.last.entry.seq
        at = f"/audit/{first}"
        if first == last:
            also = f", or entry {first - 1} was and its digest with it" if first > 1 else ""
            self.say(at, f"entry {first} is not what its digest was made of: it was changed{also}")
            return
        for shift in range(1, MOST_SHIFTED + 1):
            if run.last.fits(last - shift, run.last.before):
                self.say(at, f"{_entries(shift)} put in at or just before {first}: the numbers after it are too high")
                return
            if run.last.fits(last + shift, run.last.before):
                self.say(at, f"{_entries(shift)} taken out before {first}: the numbers after it are too low")
                return
        self.say(at, f"entries {first} to {last} do not follow from one another: they were changed")


def _entries(count: int) -> str:
    return "1 entry was" if count == 1 else f"{count} entries were"
