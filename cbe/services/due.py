"""Which credentials wait for a registrar: due to whom since when, and what is withheld. Reading only.

Conferring what is due is ``conferring``'s. A program's whole list is read at once from the standing that is kept, leaving
out what can still be undone; what is conferred is judged anew from the decisions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cbe.domain.awarding import AwardState, always_needed, award_state, met_since
from cbe.domain.graph import CompiledProgram
from cbe.domain.policy import Actor
from cbe.domain.program import Credential, Program, Text
from cbe.domain.requirements import CompetencyLeaf, is_met
from cbe.store import awarding, records
from cbe.store.awarding import ProgramLearner
from cbe.store.programs import ProgramRow
from cbe.store.records import AwardEventRow, AwardRow

from .facts import Facts
from .grounds import standing_of_awards
from .programs import compiled_version, get_program, program_title

__all__ = ["Conferral", "Due", "DueCredential", "Withheld", "count_due", "due_since", "list_due"]


@dataclass(frozen=True, slots=True)
class Due:
    """A learner for whom a credential is due, since when, by what is mastered and held now."""

    enrolment_id: UUID
    name: str
    status: str
    since: date
    may: bool
    """Whether the reader may confer it: nobody does so to themselves."""


@dataclass(frozen=True, slots=True)
class DueCredential:
    """A credential that a person confers, with those for whom it is due, the longest waiting first."""

    program: Program
    credential: Credential
    learners: list[Due] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Withheld:
    """An award that was taken away, and whether its requirement is met now."""

    award_id: UUID
    enrolment_id: UUID
    name: str
    program: Program
    credential: Credential
    state: AwardState
    since: date
    is_met: bool


@dataclass(frozen=True, slots=True)
class Conferral:
    """What a program's registrars have to confer, and what is withheld."""

    program_key: str
    title: Text
    due: list[DueCredential]
    withheld: list[Withheld]


def list_due(actor: Actor, program_key: str, *, today: date, now: datetime) -> Conferral:
    """List what is due to whom in a program and what is withheld, in six queries however many learners there are."""
    program = get_program(actor, program_key, "award:give")
    due: dict[str, DueCredential] = {}
    withheld: list[Withheld] = []
    for one in _candidates(program, today, now):
        for credential in one.due():
            found = due.setdefault(credential.id, DueCredential(one.compiled.program, credential))
            since = one.since(credential)
            may = one.learner.account_id != actor.account_id
            found.learners.append(Due(one.learner.enrolment_id, one.learner.name, one.learner.status, since, may))
        withheld += one.withheld()
    for found in due.values():
        found.learners.sort(key=lambda learner: (learner.since, learner.name))
    return Conferral(program.key, program_title(program), list(due.values()), withheld)


def count_due(actor: Actor, program_keys: Collection[str], *, today: date, now: datetime) -> dict[str, int]:
    """Count the credentials that wait to be conferred, by program."""
    programs = [get_program(actor, key, "award:give") for key in program_keys]
    return {row.key: sum(1 for one in _candidates(row, today, now) for _ in one.due()) for row in programs}


def due_since(facts: Facts, enrolment_id: UUID, credential: str, now: datetime) -> date | None:
    """Return since when a credential is due to one learner, by what is mastered and held now and cannot be undone."""
    mastered = {
        key: row.mastered_on
        for key in facts.mastered
        if (row := facts.standing[key]).mastered_on is not None and (row.settles_at is None or row.settles_at <= now)
    }
    given = {one.credential: one.awarded_on for one in records.list_awards(enrolment_id)}
    wanted = facts.compiled.get_credential(credential)
    return met_since(wanted.requires, mastered, {key: given[key] for key in facts.held}, facts.compiled.credits_of)


Asked = tuple[Credential, frozenset[str]]
"""A credential that a person confers, and the competencies it cannot do without."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A learner with what is mastered today and the awards they have."""

    learner: ProgramLearner
    compiled: CompiledProgram
    asked: list[Asked]
    mastered: Mapping[str, date]
    awards: Sequence[AwardRow]
    events: Sequence[AwardEventRow]
    today: date

    def due(self) -> Iterator[Credential]:
        """Yield what is due: neither held nor withheld, and its requirement met."""
        held, withheld = standing_of_awards(self.awards, self.events, self.today)
        credits_of = self.compiled.credits_of
        for wanted, needed in self.asked:
            if wanted.id in held or wanted.id in withheld or not self.mastered.keys() >= needed:
                continue
            if is_met(wanted.requires, self.mastered.keys(), held, credits_of):
                yield wanted

    def since(self, due: Credential) -> date:
        """Return since when something is due."""
        held, _ = standing_of_awards(self.awards, self.events, self.today)
        given = {one.credential: one.awarded_on for one in self.awards}
        held_since = {key: given[key] for key in held}
        found = met_since(due.requires, self.mastered, held_since, self.compiled.credits_of)
        return found or self.today

    def withheld(self) -> Iterator[Withheld]:
        newest = {one.credential: one for one in self.awards}
        held, withheld = standing_of_awards(self.awards, self.events, self.today)
        credits_of = self.compiled.credits_of
        for key in sorted(withheld):
            award = newest[key]
            befell = [one for one in self.events if one.award_id == award.id and one.effective_on <= self.today][-1]
            compiled = compiled_version(award.version_id)
            wanted = compiled.get_credential(key)
            state = award_state(befell.event, award.expires_on, self.today)
            met = is_met(wanted.requires, self.mastered.keys(), held, credits_of)
            learner = self.learner
            yield Withheld(
                award.id, learner.enrolment_id, learner.name, compiled.program, wanted, state, befell.effective_on, met
            )


def _candidates(program: ProgramRow, today: date, now: datetime) -> Iterator[_Candidate]:
    mastered = awarding.list_mastered(program.id, today, now)
    awards, events = awarding.list_program_awards(program.id), awarding.list_program_events(program.id)
    asked: dict[UUID, list[Asked]] = {}
    for learner in awarding.list_program_learners(program.id):
        key, version = learner.enrolment_id, learner.version_id
        if key in mastered or key in awards:
            compiled = compiled_version(version)
            if version not in asked:
                asked[version] = _asked(compiled)
            yield _Candidate(
                learner,
                compiled,
                asked[version],
                mastered.get(key, {}),
                awards.get(key, ()),
                events.get(key, ()),
                today,
            )


def _asked(compiled: CompiledProgram) -> list[Asked]:
    """Return the credentials that a person confers, each with the competencies it cannot do without."""
    return [
        (one, frozenset(leaf.competency for leaf in always_needed(one.requires) if isinstance(leaf, CompetencyLeaf)))
        for one in compiled.program.credentials
        if not one.is_automatic
    ]
