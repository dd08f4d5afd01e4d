"""Summing a rehearsal up: how many learners gain, lose and wait longer, by version, by group and by what moves.

Every number here is a row of learners counted, so that ``Sums.people`` gives back who they are. Making a rehearsal is
``rehearsing``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from cbe.domain.graph import bits_of, positions
from cbe.domain.program import Program
from cbe.domain.progress import State
from cbe.domain.rehearsal import Claim, ClaimMove, StateMove
from cbe.store.awarding import ProgramLearner

from .rehearsing import Part

__all__ = ["NO_GROUP", "WHAT", "Among", "HourSum", "MoveKey", "MoveSum", "Sums", "Totals", "effect_of"]

MoveKey = tuple[str, str, str | None, str | None]
"""Kind (``competency`` or ``credential``), id, and from which state or standing to which."""

NO_GROUP = "none"
"""Stands for those in no group, where a group is asked for."""
ORDER = ("loses", "gains", "other")
WHAT = ("gains", "loses", "longer", "shorter", "same")
"""What totals count."""
_STATES: dict[State | None, int] = {State.MASTERED: 3, State.LOCKED: 1, None: 1}
_CLAIMS: dict[Claim | None, int] = {
    Claim.HELD: 4, Claim.CLAIMABLE: 3, Claim.OPEN: 2, None: 2, Claim.WITHHELD: 1, Claim.IMPOSSIBLE: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Among:
    """Of which learners something is asked: of one version, of one group (its id, or ``NO_GROUP``), or of all."""

    version: int | None = None
    group: str | None = None


ALL = Among()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many learners there are, and how many of them gain, lose, certainly need longer or shorter, or see no difference."""

    learners: int
    gains: int
    loses: int
    longer: int
    shorter: int
    same: int


@dataclass(frozen=True, slots=True)
class MoveSum:
    """How many learners go from one state (or standing) of a competency (or credential) to another; None: not there."""

    kind: str
    key: str
    before: str | None
    after: str | None
    effect: str
    count: int


@dataclass(frozen=True, slots=True)
class HourSum:
    """For how many learners a credential certainly takes longer, and for how many fewer hours."""

    credential: str
    longer: int
    shorter: int


def effect_of(move: StateMove | ClaimMove) -> str:
    """Tell whether a move ``gains`` something, ``loses`` something or neither (``other``)."""
    if isinstance(move, StateMove):
        # what a version does not have is worth no more than what is locked
        was, now = _STATES.get(move.before, 2), _STATES.get(move.after, 2)
    else:
        was, now = _CLAIMS[move.before], _CLAIMS[move.after]
    return "gains" if now > was else "loses" if now < was else "other"


class Sums:
    """A rehearsal to be counted; what is counted of all learners is worked out once."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._rows: dict[tuple[int, str], int] = {}
        self._hours: dict[int, list[tuple[str, dict[str, int]]]] = {}
        self._moves = [[(_key(move), effect_of(move), move.row) for move in _all_moves(part)] for part in parts]

    @property
    def programs(self) -> list[Program]:
        """The versions that the rehearsal names things of, the new one first."""
        if not self.parts:
            return []
        return [self.parts[0].rehearsal.new.program, *(part.rehearsal.old.program for part in self.parts)]

    def totals(self, among: Among = ALL) -> Totals:
        """Count the learners and to how many of them what happens."""
        masks = [self._mask(number, among) for number in range(len(self.parts))]
        counts = {
            what: sum((self._row(number, what) & mask).bit_count() for number, mask in enumerate(masks))
            for what in WHAT
        }
        return Totals(sum(mask.bit_count() for mask in masks), **counts)

    def moves(self, among: Among = ALL) -> list[MoveSum]:
        """Count who goes from where to where: what loses first, then what gains, each with the most learners first."""
        counts: dict[tuple[MoveKey, str], int] = {}
        for number, moves in enumerate(self._moves):
            mask = self._mask(number, among)
            for key, effect, row in moves:
                if count := (row & mask).bit_count():
                    counts[key, effect] = counts.get((key, effect), 0) + count
        found = [MoveSum(*key, effect, count) for (key, effect), count in counts.items()]
        return sorted(found, key=lambda one: (ORDER.index(one.effect), -one.count))

    def hours(self, among: Among = ALL) -> list[HourSum]:
        """Count whose way to each credential gets certainly longer or shorter, where it does for anybody."""
        found: dict[str, list[int]] = {}
        for number in range(len(self.parts)):
            mask = self._mask(number, among)
            for credential, rows in self._hour_rows(number):
                sums = found.setdefault(credential, [0, 0])
                sums[0] += (rows["longer"] & mask).bit_count()
                sums[1] += (rows["shorter"] & mask).bit_count()
        return [HourSum(key, *sums) for key, sums in found.items() if any(sums)]

    def people(self, among: Among, what: str, move: MoveKey | None = None) -> list[tuple[ProgramLearner, int]]:
        """Return who a number counts, each with their version, by name: the number of ``what``, or of one move."""
        found = []
        for number, part in enumerate(self.parts):
            row = self._row(number, what) if move is None else self._row_of(number, move, what)
            found += [(part.people[one], part.version) for one in positions(row & self._mask(number, among))]
        return sorted(found, key=lambda one: (one[0].name, str(one[0].enrolment_id)))

    def _mask(self, number: int, among: Among) -> int:
        part = self.parts[number]
        if among.version not in (None, part.version):
            return 0
        if among.group is None:
            return part.rehearsal.before.everyone
        wanted = None if among.group == NO_GROUP else UUID(among.group)
        groups = (part.groups.get(one.enrolment_id, ()) for one in part.people)
        return bits_of(place for place, of_it in enumerate(groups) if (wanted in of_it if wanted else not of_it))

    def _row(self, number: int, what: str) -> int:
        """Return the learners of a part whom a total counts."""
        if (number, what) not in self._rows:
            if what in ("gains", "loses"):
                row = _union(row for _key, effect, row in self._moves[number] if effect == what)
            elif what == "same":
                found = self.parts[number].rehearsal
                row = (
                    found.before.everyone
                    & ~found.touched
                    & ~self._row(number, "longer")
                    & ~self._row(number, "shorter")
                )
            else:
                row = _union(rows[what] for _key, rows in self._hour_rows(number))
            self._rows[number, what] = row
        return self._rows[number, what]

    def _row_of(self, number: int, move: MoveKey, what: str) -> int:
        """Return whom a move counts; of a credential with ``what`` longer or shorter, whose hours change so."""
        if what in ("longer", "shorter"):
            return _union(rows[what] for key, rows in self._hour_rows(number) if key == move[1])
        return _union(row for key, _effect, row in self._moves[number] if key == move)

    def _hour_rows(self, number: int) -> list[tuple[str, dict[str, int]]]:
        if number not in self._hours:
            found = self.parts[number].rehearsal
            moves = [found.hours(key) for key in found.longer_or_shorter]
            self._hours[number] = [(one.credential, {"longer": one.longer, "shorter": one.shorter}) for one in moves]
        return self._hours[number]


def _all_moves(part: Part) -> Iterable[StateMove | ClaimMove]:
    return (*part.rehearsal.states, *part.rehearsal.claims)


def _key(move: StateMove | ClaimMove) -> MoveKey:
    before, after = (None if one is None else str(one) for one in (move.before, move.after))
    if isinstance(move, StateMove):
        return "competency", move.competency, before, after
    return "credential", move.credential, before, after


def _union(rows: Iterable[int]) -> int:
    found = 0
    for row in rows:
        found |= row
    return found
