"""What a new version would do to the learners of the old one, before it is published: states, credentials and hours.

States and what may be claimed are exact for everybody, and only what an edit touches is looked at: who mastered the same
sees no difference elsewhere. Hours are bounds (``cohort.hours``); the exact plan of one person is ``planner``'s. What
differs between the versions themselves is ``diff``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np

from .cohort import Cohort, CredentialRows, HourBounds, LearnerFacts, ever_mastered, hour_bounds, offered_row
from .graph import CompiledProgram, named_competencies, named_credentials, positions
from .program import Competency
from .progress import State

__all__ = ["Claim", "ClaimMove", "HourMove", "Rehearsal", "StateMove", "rehearse"]


class Claim(StrEnum):
    """Where a learner stands with a credential, as far as it can be told without a plan; the first that holds."""

    HELD = "held"
    WITHHELD = "withheld"
    CLAIMABLE = "claimable"
    IMPOSSIBLE = "impossible"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class StateMove:
    """Learners, as a row, whose competency goes from one state to another; None where a version does not have it."""

    competency: str
    before: State | None
    after: State | None
    row: int


@dataclass(frozen=True, slots=True)
class ClaimMove:
    """Learners, as a row, whose credential goes from one standing to another; None where a version does not have it."""

    credential: str
    before: Claim | None
    after: Claim | None
    row: int


@dataclass(frozen=True, slots=True)
class HourMove:
    """Bounds of the hours to a credential in both versions; None where a version does not have it."""

    credential: str
    old: HourBounds | None
    new: HourBounds | None

    @property
    def longer(self) -> int:
        """The row of those for whom it certainly takes longer: the most before is less than the least after."""
        return self._above(self.new, self.old)

    @property
    def shorter(self) -> int:
        """The row of those for whom it certainly takes fewer hours."""
        return self._above(self.old, self.new)

    @staticmethod
    def _above(more: HourBounds | None, less: HourBounds | None) -> int:
        if more is None or less is None:
            return 0
        least, most = more.least, less.most
        if more.scale != less.scale:
            least, most = least.astype(np.object_) * less.scale, most.astype(np.object_) * more.scale
        flags = np.packbits((least > most).astype(np.bool_), bitorder="little")
        return int.from_bytes(flags.tobytes(), "little") & more.plannable & less.plannable


@dataclass(frozen=True)
class Rehearsal:
    """What moving all learners would do; learners are bits of rows, numbered as they were given.

    >>> from decimal import Decimal
    >>> from .graph import compile_program
    >>> from .program import Competency, Program
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4))
    >>> old = compile_program(Program("web", "Web", "en", (html, css), ()))
    >>> after_html = Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> new = compile_program(Program("web", "Web", "en", (html, after_html), ()))
    >>> found = rehearse(old, new, [LearnerFacts("ann", frozenset()), LearnerFacts("bo", frozenset({"html"}))])
    >>> [(move.competency, str(move.before), str(move.after), found.who(move.row)) for move in found.states]
    [('css', 'ready', 'locked', ['ann'])]
    """

    old: CompiledProgram
    new: CompiledProgram
    before: Cohort
    after: Cohort
    states: tuple[StateMove, ...]
    claims: tuple[ClaimMove, ...]
    _hours: dict[str, HourMove] = field(default_factory=dict, compare=False, repr=False)

    def who(self, row: int) -> list[str]:
        """Return the ids of the learners of a row."""
        return [self.before.learners[number].id for number in positions(row)]

    @cached_property
    def touched(self) -> int:
        """The row of those who would see a difference in a state or a standing."""
        row = 0
        for one in [*(move.row for move in self.states), *(move.row for move in self.claims)]:
            row |= one
        return row

    def of(self, number: int) -> tuple[list[StateMove], list[ClaimMove]]:
        """Return the moves of one learner."""
        return (
            [move for move in self.states if move.row >> number & 1],
            [move for move in self.claims if move.row >> number & 1],
        )

    def groups(self) -> list[tuple[int, tuple[StateMove | ClaimMove, ...]]]:
        """Return the learners parted into those who would see the same, as rows with their moves; the largest first."""
        moves: list[StateMove | ClaimMove] = [*self.states, *self.claims]
        seen: dict[int, list[int]] = {}
        for place, move in enumerate(moves):
            for number in positions(move.row):
                seen.setdefault(number, []).append(place)
        rows: dict[tuple[int, ...], int] = {}
        for number in sorted(seen):
            key = tuple(seen[number])
            rows[key] = rows.get(key, 0) | 1 << number
        ordered = sorted(rows.items(), key=lambda item: (-item[1].bit_count(), item[0]))
        return [(row, tuple(moves[place] for place in key)) for key, row in ordered]

    @cached_property
    def longer_or_shorter(self) -> tuple[str, ...]:
        """The credentials whose hours the edit may change for somebody, old ones in file order, then new ones."""
        return tuple(_with_other_hours(self.old, self.new, same=self.before is self.after))

    def hours(self, credential_id: str) -> HourMove:
        """Return the bounds of the hours to a credential in both versions, for everybody; worked out once."""
        if credential_id not in self._hours:
            known = [
                hour_bounds(compiled, cohort, credential_id) if credential_id in compiled.credentials else None
                for compiled, cohort in ((self.old, self.before), (self.new, self.after))
            ]
            self._hours[credential_id] = HourMove(credential_id, *known)
        return self._hours[credential_id]


def rehearse(
    old: CompiledProgram,
    new: CompiledProgram,
    learners: Sequence[LearnerFacts] | Cohort,
    after: Sequence[LearnerFacts] | Cohort | None = None,
) -> Rehearsal:
    """Return what the new version would do to learners of the old one, exactly.

    What is mastered stays so; where the new version's rules of mastery give other facts, hand the same learners with these
    as ``after``. Hand a `Cohort` in again to rehearse another edit sooner.
    """
    before = learners if isinstance(learners, Cohort) else Cohort(learners)
    then = before if after is None else after if isinstance(after, Cohort) else Cohort(after)
    same = then is before
    competencies = list(_touched_competencies(old, new, same=same))
    credentials = list(_touched_credentials(old, new, same=same))
    for cohort in {id(one): one for one in (before, then)}.values():
        cohort.prepare(_asked_about((old, new), competencies, credentials))
        cohort.prepare_marks([*competencies, *_stacked_on((old, new), credentials)])
    return Rehearsal(
        old,
        new,
        before,
        then,
        tuple(_state_moves(old, new, before, then, competencies)),
        tuple(_claim_moves(old, new, before, then, credentials)),
    )


def _asked_about(
    versions: tuple[CompiledProgram, ...], competencies: list[str], credentials: list[str]
) -> Iterator[str]:
    """Yield the competencies whose mastery decides about what is touched."""
    yield from competencies
    for compiled in versions:
        known = (compiled.competencies[key] for key in competencies if key in compiled.competencies)
        yield from (member for one in known for group in one.prerequisites for member in group)
        for key in credentials:
            if key in compiled.credentials:
                yield from (compiled.ids[number] for number in compiled.named_numbers(key))


def _stacked_on(versions: tuple[CompiledProgram, ...], credentials: list[str]) -> list[str]:
    """Return the credentials with all they stand on in either version, each once."""
    found = dict.fromkeys(credentials)
    stack = list(found)
    while stack:
        key = stack.pop()
        for compiled in versions:
            for part in compiled.parts(key) if key in compiled.credentials else ():
                if part not in found:
                    found[part] = None
                    stack.append(part)
    return list(found)


def _touched_competencies(old: CompiledProgram, new: CompiledProgram, *, same: bool) -> Iterator[str]:
    """Yield the competencies whose state may differ: of one version only, or with other prerequisites."""
    was, now = old.competencies, new.competencies
    for key, one in was.items():
        other = now.get(key)
        if not same or other is None or (other is not one and _way_in(other) != _way_in(one)):
            yield key
    yield from (key for key in now if key not in was)


def _way_in(one: Competency) -> tuple[object, ...]:
    """Return what decides whether a competency is ready."""
    return one.prerequisites, one.archived


def _touched_credentials(old: CompiledProgram, new: CompiledProgram, *, same: bool) -> list[str]:
    """Return the credentials whose standing may differ: other rules, other credits in them, or one touched within."""
    was, now = old.credentials, new.credentials
    keys = [*was, *(key for key in now if key not in was)]
    if not same or old.archived or new.archived:  # what is archived may close a credential from far away
        return keys
    worth = _with_other_credits(old, new)
    touched = {key for key in keys if key not in was or key not in now or _differs(old, new, key, worth)}
    naming: dict[str, list[str]] = {}
    for compiled in (old, new):
        for key in compiled.credentials:
            for part in compiled.parts(key):
                naming.setdefault(part, []).append(key)
    stack = list(touched)
    while stack:
        for key in naming.get(stack.pop(), ()):
            if key not in touched:
                touched.add(key)
                stack.append(key)
    return [key for key in keys if key in touched]


def _differs(old: CompiledProgram, new: CompiledProgram, key: str, worth: set[str]) -> bool:
    one, other = old.credentials[key].requires, new.credentials[key].requires
    if one is not other and one != other:
        return True
    return bool(worth) and not worth.isdisjoint([*named_competencies(one), *named_credentials(one)])


def _with_other_credits(old: CompiledProgram, new: CompiledProgram) -> set[str]:
    """Return the ids of competencies and credentials that have other credits than before."""
    pairs = ((old.competencies, new.competencies), (old.credentials, new.credentials))
    return {
        key
        for was, now in pairs
        for key, one in was.items()
        if (other := now.get(key)) is not None and other is not one and other.credits != one.credits
    }


def _state_rows(compiled: CompiledProgram, cohort: Cohort, key: str) -> list[tuple[State | None, int]]:
    """Return for each state of a competency who is in it, nobody twice; without it, everybody under None."""
    one = compiled.competencies.get(key)
    if one is None:
        return [(None, cohort.everyone)]
    rest = cohort.everyone
    found: list[tuple[State | None, int]] = []
    for state, row in (
        (State.MASTERED, cohort.mastered(key)),
        (State.IN_REVIEW, cohort.in_review(key)),
        (State.RETURNED, cohort.returned(key)),
        (State.EXPIRED, cohort.expired(key)),
        (State.READY, offered_row(one, cohort.mastered, cohort.everyone)),
        (State.LOCKED, cohort.everyone),
    ):
        if row & rest:
            found.append((state, row & rest))
            rest &= ~row
    return found


def _state_moves(
    old: CompiledProgram, new: CompiledProgram, before: Cohort, after: Cohort, keys: list[str]
) -> Iterator[StateMove]:
    for key in keys:
        if before is after and key in old.competencies and key in new.competencies:
            yield from _ready_moves(old, new, before, key)
            continue
        now = _state_rows(new, after, key)
        for was, row in _state_rows(old, before, key):
            for then, other in now:
                if was is not then and row & other:
                    yield StateMove(key, was, then, row & other)


def _ready_moves(old: CompiledProgram, new: CompiledProgram, cohort: Cohort, key: str) -> Iterator[StateMove]:
    """Yield the moves of a competency that both versions have, where the same is known of everybody: of readiness only."""
    was, now = (offered_row(c.competencies[key], cohort.mastered, cohort.everyone) for c in (old, new))
    other = was ^ now
    if other:
        other &= ~(cohort.mastered(key) | cohort.in_review(key) | cohort.returned(key) | cohort.expired(key))
        if other & was:
            yield StateMove(key, State.READY, State.LOCKED, other & was)
        if other & now:
            yield StateMove(key, State.LOCKED, State.READY, other & now)


def _claim_moves(
    old: CompiledProgram, new: CompiledProgram, before: Cohort, after: Cohort, keys: list[str]
) -> Iterator[ClaimMove]:
    was, now = _Claims(old, before), _Claims(new, after)
    if before is after:
        now.rows.share(was.rows, new.credentials.keys() - keys)
    for key in keys:
        rows = now.of(key)
        for claim, row in was.of(key):
            for then, other in rows:
                if claim is not then and row & other:
                    yield ClaimMove(key, claim, then, row & other)


class _Claims:
    """Standings, on rows of twice as many bits: above everybody as they are, everybody once they mastered all they can.

    What is not met even then is impossible.
    """

    def __init__(self, compiled: CompiledProgram, cohort: Cohort) -> None:
        self.compiled, self.cohort = compiled, cohort
        self.size, every = len(cohort.learners), cohort.everyone
        self.ever = ever_mastered(compiled, cohort)
        self.rows = CredentialRows(compiled, self._mastered, self._held, self._withheld, every | every << self.size)

    def _mastered(self, key: str) -> int:
        return self.cohort.mastered(key) | self.ever(key) << self.size

    def _held(self, key: str) -> int:
        row = self.cohort.held(key)
        return row | row << self.size

    def _withheld(self, key: str) -> int:
        row = self.cohort.withheld(key)
        return row | row << self.size

    def of(self, key: str) -> list[tuple[Claim | None, int]]:
        """Return for each standing who has it, nobody twice; without the credential, everybody under None."""
        rest = self.cohort.everyone
        if key not in self.compiled.credentials:
            return [(None, rest)]
        met = self.rows.met(key)
        found: list[tuple[Claim | None, int]] = []
        for claim, row in (
            (Claim.HELD, self.cohort.held(key)),
            (Claim.WITHHELD, self.cohort.withheld(key)),
            (Claim.CLAIMABLE, met & rest),
            (Claim.IMPOSSIBLE, rest & ~(met >> self.size)),
            (Claim.OPEN, rest),
        ):
            if row & rest:
                found.append((claim, row & rest))
                rest &= ~row
        return found


def _with_other_hours(old: CompiledProgram, new: CompiledProgram, *, same: bool) -> Iterator[str]:
    """Yield the credentials with other rules, or with a competency in their scope that is reached or costs otherwise."""
    touched = set(_touched_credentials(old, new, same=same))
    other = set(_touched_competencies(old, new, same=same))
    for key, one in old.competencies.items():
        two = new.competencies.get(key)
        if two is not None and (one.effort_hours, one.renewal_hours) != (two.effort_hours, two.renewal_hours):
            other.add(key)
    for key in [*old.credentials, *(key for key in new.credentials if key not in old.credentials)]:
        scopes = ((c, c.scope_bits(key)) for c in (old, new) if key in c.credentials)
        if key in touched or any(not other.isdisjoint(compiled.ids_of(bits)) for compiled, bits in scopes):
            yield key
