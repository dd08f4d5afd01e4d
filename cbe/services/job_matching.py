"""A job profile held against a learner's record: what is there, what no longer counts, what is missing and the way to it.

Never a number for a person, nor an order of people. The profiles are ``job_profiles``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from cbe.domain import policy
from cbe.domain.graph import CompiledProgram
from cbe.domain.job_profile import Item, JobProfile, Need, Stack, answers, shortest_stack
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import enrolments, programs

from .equivalences import names_in
from .facts import Facts, facts_of
from .job_profiles import Kept, get_profile
from .programs import compiled_version, list_programs

__all__ = [
    "Comparison",
    "Found",
    "Match",
    "Proof",
    "State",
    "Way",
    "addresses_in",
    "compare",
    "find_competencies",
    "titles_of",
]

LEARNS = ("active", "leave", "completed")
PLAN_BUDGET_S = 0.5
MOST_FOUND = 30
MOST_OTHERS = 10
"""So many programs that one does not learn in are looked at for what is missing."""


class State(StrEnum):
    """How one thing that a job asks for stands on a record."""

    HAVE = "have"
    NOT_CURRENT = "not_current"
    MISSING = "missing"
    NOT_TAUGHT = "not_taught"


@dataclass(frozen=True, slots=True)
class Proof:
    """A competency that stands for something asked for, and how the learner stands in it."""

    program: str
    program_title: Text
    language: str
    competency: str
    title: Text
    state: State
    kind: str | None
    mastered_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that is asked for: how it stands, and the competencies that stand for it, the best first."""

    item: Item
    state: State
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest stack of credentials that closes the gap as far as one program can; ``is_mine``: one learns there."""

    program: str
    compiled: CompiledProgram
    is_mine: bool
    stack: Stack


@dataclass(frozen=True, slots=True)
class Comparison:
    """A profile beside a record."""

    kept: Kept
    matches: tuple[Match, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """What one program says to a profile: which competencies stand for each item; ``facts`` of who learns there."""

    key: str
    compiled: CompiledProgram
    found: list[tuple[str, ...]]
    facts: Facts | None
    has_plan: bool

    def proofs(self, number: int) -> list[Proof]:
        return [_proof(self.key, self.compiled, competency, self.facts) for competency in self.found[number]]


def compare(actor: Actor, profile_id: UUID, *, with_nice: bool = False, today: date, now: datetime) -> Comparison:
    """Return a profile beside one's own record over all programs, and the way to what is missing in each.

    The way is to what must be there, ``with_nice`` also to what would be nice. Queries grow with one's programs, not with
    what is asked for.
    """
    kept = get_profile(actor, profile_id)
    policy.require(actor, "record:export", Subject(account_id=actor.account_id))
    sides = [*_own_sides(actor, kept.profile, today, now), *_other_sides(actor, kept.profile)]
    matches = tuple(_match(item, number, sides) for number, item in enumerate(kept.profile.items))
    missing = [
        number
        for number, one in enumerate(matches)
        if one.state is not State.HAVE and (with_nice or one.item.need is Need.MUST)
    ]
    return Comparison(kept, matches, tuple(_ways(sides, missing)))


def addresses_in(version_id: UUID) -> Mapping[str, frozenset[str]]:
    """Return by which addresses each competency of a version, and all that it is aligned to, goes."""
    names = names_in(version_id)
    return {
        one.id: frozenset({*names.get(one.id, ()), *(link.uri for link in one.alignments)})
        for one in compiled_version(version_id).program.competencies
    }


@dataclass(frozen=True, slots=True)
class Found:
    """A competency that a profile can name."""

    program: str
    program_title: Text
    language: str
    competency: str
    title: Text


def find_competencies(actor: Actor, words: str) -> list[Found]:
    """Return the competencies whose title, code or id holds all the words, out of the programs one may see; a few dozen."""
    wanted = words.casefold().split()
    found: list[Found] = []
    for key, compiled in _newest(actor).items() if wanted else ():
        for one in compiled.program.competencies:
            titles = [one.title] if isinstance(one.title, str) else one.title.values()
            said = " ".join((one.id, one.code or "", *titles)).casefold()
            if all(word in said for word in wanted):
                found.append(Found(key, compiled.program.title, compiled.program.language, one.id, one.title))
    return found[:MOST_FOUND]


def titles_of(actor: Actor, profile: JobProfile) -> dict[tuple[str, str], Found]:
    """Return the titles of the competencies that a profile names, as far as one may see their programs."""
    named = {pair for item in profile.items for pair in item.competencies}
    newest = _newest(actor) if named else {}
    found = {}
    for key, competency in named & {(key, one) for key, compiled in newest.items() for one in compiled.competencies}:
        program, one = newest[key].program, newest[key].competencies[competency]
        found[key, competency] = Found(key, program.title, program.language, competency, one.title)
    return found


def _newest(actor: Actor) -> dict[str, CompiledProgram]:
    """Return the newest versions of the programs that one may see, by key; five queries."""
    keys = {one.id: one.key for one in list_programs(actor) if one.version}
    newest: dict[UUID, UUID] = {}
    for version in programs.list_versions(list(keys)):
        newest.setdefault(version.program_id, version.id)
    return {keys[program_id]: compiled_version(version_id) for program_id, version_id in newest.items()}


def _own_sides(actor: Actor, profile: JobProfile, today: date, now: datetime) -> Iterator[_Side]:
    assert actor.account_id is not None
    for row in enrolments.list_enrolments(actor.account_id):
        if row.status != "applied":
            found = answers(profile, row.program.key, addresses_in(row.version_id))
            facts = facts_of(row.id, row.version_id, today, now)
            yield _Side(row.program.key, facts.compiled, found, facts, row.status in LEARNS)


def _other_sides(actor: Actor, profile: JobProfile) -> Iterator[_Side]:
    """Yield what the open programs say in which one does not learn."""
    keys = {
        row.id: row.key for row, status in enrolments.list_joinable(actor.account_id) if status in (None, "applied")
    }
    newest: dict[UUID, UUID] = {}
    for version in programs.list_versions(list(keys)[:MOST_OTHERS]):
        newest.setdefault(version.program_id, version.id)
    for program_id, version_id in newest.items():
        found = answers(profile, keys[program_id], addresses_in(version_id))
        yield _Side(keys[program_id], compiled_version(version_id), found, None, True)


def _match(item: Item, number: int, sides: list[_Side]) -> Match:
    order = list(State)
    proofs = sorted(
        (proof for one in sides for proof in one.proofs(number)), key=lambda proof: order.index(proof.state)
    )
    return Match(item, proofs[0].state if proofs else State.NOT_TAUGHT, tuple(proofs))


def _proof(key: str, compiled: CompiledProgram, competency: str, facts: Facts | None) -> Proof:
    state, standing = State.MISSING, facts.standing.get(competency) if facts else None
    if facts and competency in facts.mastered:
        state = State.HAVE
    elif facts and competency in facts.expired:
        state = State.NOT_CURRENT
    program = compiled.program
    had = standing if state is not State.MISSING else None
    return Proof(
        key, program.title, program.language, competency, compiled.competencies[competency].title, state,
        had.kind if had else None, had.mastered_on if had else None, had.expires_on if had else None,
    )  # fmt: skip


def _ways(sides: list[_Side], missing: list[int]) -> Iterator[Way]:
    """Yield the stack of each program that brings anything, one's own first, then by how much it brings and its hours."""
    found = []
    for one in sides:
        wanted = {number: one.found[number] for number in missing if one.found[number]}
        if not (wanted and one.has_plan):
            continue
        facts = one.facts
        stack = shortest_stack(
            one.compiled, wanted, mastered=facts.mastered if facts else frozenset(),
            held=facts.held if facts else frozenset(), withheld=facts.withheld if facts else frozenset(),
            expired=facts.expired if facts else frozenset(), budget_s=PLAN_BUDGET_S,
        )  # fmt: skip
        if stack is not None:
            found.append(Way(one.key, one.compiled, facts is not None, stack))
    yield from sorted(found, key=_order)


def _order(way: Way) -> tuple[bool, int, bool, Decimal]:
    hours = way.stack.plan.remaining_hours
    return (not way.is_mine, -len(way.stack.covered), hours is None, hours or Decimal(0))
