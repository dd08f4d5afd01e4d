"""A learner against a program: the state of every competency, why, and what would unlock one.

Here is what follows from mastered competencies and waiting evidence given as sets of ids. How decisions become mastery
is ``mastery``'s; the way to a credential is ``planner``'s.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from .graph import CompiledProgram

__all__ = [
    "Choices",
    "GroupReason",
    "State",
    "StateReason",
    "explain_state",
    "ready_ids",
    "states",
    "unlocking_choices",
]

SEARCH_BOUND = 20_000
"""The most partial choices `unlocking_choices` looks at; beyond it what was found stands and ``more`` is true."""


class State(StrEnum):
    """What a competency is for one learner; the first that holds, in this order."""

    MASTERED = "mastered"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    EXPIRED = "expired"
    READY = "ready"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class GroupReason:
    """One prerequisite group: who may meet it and who does; an unmet one has an empty ``met_by``."""

    members: tuple[str, ...]
    met_by: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether one of the members is mastered."""
        return bool(self.met_by)


@dataclass(frozen=True, slots=True)
class StateReason:
    """Why a competency is in its state; ``ready`` says whether every group is met, whatever the state shows.

    What is ``archived`` is no longer offered, and so never ready.
    """

    competency: str
    state: State
    groups: tuple[GroupReason, ...]
    archived: bool = False

    @property
    def ready(self) -> bool:
        """Whether every group is met and it is still offered."""
        return not self.archived and all(group.met for group in self.groups)

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """The groups that are not met, as the members one of which is needed."""
        return tuple(group.members for group in self.groups if not group.met)


@dataclass(frozen=True, slots=True)
class Choices:
    """Ways to unlock a competency, the best first; ``more`` when there are others than these."""

    choices: tuple[tuple[str, ...], ...]
    more: bool


def ready_ids(compiled: CompiledProgram, mastered: Set[str]) -> tuple[str, ...]:
    """Return the competencies outside ``mastered`` whose every group is met, in file order.

    >>> from decimal import Decimal
    >>> from .graph import compile_program
    >>> from .program import Competency, Program
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> ready_ids(compile_program(Program("web", "Web", "en", (html, css), ())), {"html"})
    ('css',)
    """
    ready = compiled.ready_mask(compiled.mask(mastered))
    return tuple(compiled.ids[i] for i in ready.nonzero()[0])


def states(
    compiled: CompiledProgram,
    mastered: Set[str],
    *,
    in_review: Set[str] = frozenset(),
    returned: Set[str] = frozenset(),
    expired: Set[str] = frozenset(),
) -> dict[str, State]:
    """Return the state of every competency, in file order; the first of `State` that holds.

    >>> from decimal import Decimal
    >>> from .graph import compile_program
    >>> from .program import Competency, Program
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> [str(s) for s in states(compile_program(Program("web", "Web", "en", (html, css), ())), set()).values()]
    ['ready', 'locked']
    """
    found = dict.fromkeys(compiled.ids, State.LOCKED)
    layers = (
        (State.READY, ready_ids(compiled, mastered)),
        (State.EXPIRED, expired),
        (State.RETURNED, returned),
        (State.IN_REVIEW, in_review),
        (State.MASTERED, mastered),
    )
    for state, keys in layers:
        for key in keys:
            if key in found:
                found[key] = state
    return found


def explain_state(
    compiled: CompiledProgram,
    mastered: Set[str],
    competency_id: str,
    *,
    in_review: Set[str] = frozenset(),
    returned: Set[str] = frozenset(),
    expired: Set[str] = frozenset(),
) -> StateReason:
    """Return the state of one competency and, group by group, by whom it is met or who is missing."""
    competency = compiled.get_competency(competency_id)
    groups = tuple(
        GroupReason(members, tuple(m for m in members if m in mastered)) for members in competency.prerequisites
    )
    layers = (
        (State.MASTERED, mastered),
        (State.IN_REVIEW, in_review),
        (State.RETURNED, returned),
        (State.EXPIRED, expired),
    )
    is_open = not competency.archived and all(group.met for group in groups)
    otherwise = State.READY if is_open else State.LOCKED
    state = next((state for state, keys in layers if competency_id in keys), otherwise)
    return StateReason(competency_id, state, groups, competency.archived)


def unlocking_choices(
    compiled: CompiledProgram,
    mastered: Set[str],
    competency_id: str,
    limit: int = 5,
    *,
    expired: Set[str] = frozenset(),
) -> Choices:
    """Return the ways to meet the unmet groups of one competency: fewest competencies, then least hours, file order.

    A choice names one or more competencies that together meet every unmet group, none of them to spare. Only the
    competency's own groups are looked at, not what its prerequisites need themselves. A competency that is ready has no
    choices, nor has one that is archived or needs what is. Best-first and exact up to `SEARCH_BOUND` partial choices.
    """
    why = explain_state(compiled, mastered, competency_id)
    offered = [[m for m in group if not compiled.competencies[m].archived] for group in why.missing]
    groups = tuple(map(tuple, offered))
    if why.archived or not groups or not all(groups):
        return Choices((), False)
    search = _Hitting(compiled, groups, compiled.units(expired))
    found = search.run(limit + 1)
    return Choices(tuple(found[:limit]), len(found) > limit or search.cut_short)


class _Hitting:
    """Enumerates the minimal hitting sets of groups, best first; ranks are (count, hours, file order)."""

    def __init__(self, compiled: CompiledProgram, groups: tuple[tuple[str, ...], ...], units: Sequence[int]) -> None:
        self.members = sorted({m for group in groups for m in group}, key=compiled.index.__getitem__)
        place = {key: i for i, key in enumerate(self.members)}
        self.hours = [units[compiled.index[key]] for key in self.members]
        self.hit_bits = [0] * len(self.members)
        # the smallest groups first: fewest branches, and the strongest bound
        self.groups = sorted((tuple(sorted(place[m] for m in set(group))) for group in groups), key=len)
        for number, group in enumerate(self.groups):
            for member in group:
                self.hit_bits[member] |= 1 << number
        self.cut_short = False

    def run(self, wanted: int) -> list[tuple[str, ...]]:
        everything = (1 << len(self.groups)) - 1
        # rank with a bound of what is still needed, chosen, hit groups, members that are out
        heap: list[tuple[tuple[int, int, int, tuple[int, ...]], int, frozenset[int]]] = [
            ((0, 0, 0, ()), 0, frozenset())
        ]
        found: list[tuple[str, ...]] = []
        looked_at = 0
        while heap and len(found) < wanted:
            (_, _, _, chosen), hit, out = heapq.heappop(heap)
            if hit == everything:
                found.append(tuple(self.members[m] for m in sorted(chosen)))
                continue
            looked_at += 1
            if looked_at > SEARCH_BOUND:
                self.cut_short = True
                return found or [self._greedy()]
            self._branch(heap, chosen, hit, out)
        return found

    def _branch(
        self,
        heap: list[tuple[tuple[int, int, int, tuple[int, ...]], int, frozenset[int]]],
        chosen: tuple[int, ...],
        hit: int,
        out: frozenset[int],
    ) -> None:
        unhit = next(g for i, g in enumerate(self.groups) if not hit >> i & 1)
        for member in unhit:
            if member in out:
                continue
            now = (*chosen, member)
            if self._none_to_spare(now):
                after = hit | self.hit_bits[member]
                bound = self._bound(after, out)
                if bound is not None:
                    count, hours = len(now) + bound[0], sum(self.hours[m] for m in now) + bound[1]
                    # among equals the deeper first, so that a complete one comes up soon
                    heapq.heappush(heap, ((count, hours, -len(now), now), after, out))
            out |= {member}

    def _none_to_spare(self, chosen: tuple[int, ...]) -> bool:
        """Whether each chosen member hits a group that no other does; once lost this never comes back."""
        once, twice = 0, 0
        for member in chosen:
            twice |= once & self.hit_bits[member]
            once |= self.hit_bits[member]
        return all(self.hit_bits[member] & ~twice for member in chosen)

    def _bound(self, hit: int, out: frozenset[int]) -> tuple[int, int] | None:
        """Return (count, hours) that any completion still needs at least, None if there is none."""
        count = hours = 0
        taken: set[int] = set()
        for number, group in enumerate(self.groups):
            if hit >> number & 1:
                continue
            left = [m for m in group if m not in out]
            if not left:
                return None
            if taken.isdisjoint(left):
                taken.update(left)
                count += 1
                hours += min(self.hours[m] for m in left)
        return count, hours

    def _greedy(self) -> tuple[str, ...]:
        chosen: list[int] = []
        hit, everything = 0, (1 << len(self.groups)) - 1
        while hit != everything:
            best = max(
                range(len(self.members)), key=lambda m: ((self.hit_bits[m] & ~hit).bit_count(), -self.hours[m], -m)
            )
            chosen.append(best)
            hit |= self.hit_bits[best]
        for member in list(chosen):
            rest = [m for m in chosen if m != member]
            if all(any(m in group for m in rest) for group in self.groups):
                chosen = rest
        return tuple(self.members[m] for m in sorted(chosen))
