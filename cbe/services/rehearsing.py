"""Rehearsing the draft: what publishing it and moving everybody would do to each learner of each older version.

States and claims are exact, by the decisions there are and the rules of the draft; hours are bounds. The arithmetic is
``domain.rehearsal``'s, summing it up ``rehearsal_sums``'s; who is moved in the end is ``moving``'s. How many they are is for
whoever edits the program; who they are for its designers alone (docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from cbe.domain.cohort import LearnerFacts
from cbe.domain.errors import NotFound
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.mastery import latest_today, standings
from cbe.domain.planner import CredentialPlan, plan_credential
from cbe.domain.policy import Actor
from cbe.domain.program import parse_program
from cbe.domain.rehearsal import Rehearsal, rehearse
from cbe.store import awarding, deriving, groups, programs
from cbe.store.awarding import ProgramLearner

from .cohorts import stands_of
from .drafts import current_document
from .grounds import standing_of_awards
from .programs import compiled_version, get_program

__all__ = [
    "Part",
    "Plans",
    "facts_under",
    "group_names",
    "plans_of",
    "rehearse_draft",
    "rehearse_people",
    "rehearse_person",
    "rehearse_versions",
]

PLAN_BUDGET_S = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """The learners of one version, and what the draft (or another version) would do to them.

    ``people`` are the rehearsal's learners in its order; ``groups`` their groups, enrolment → ids.
    """

    version: int
    people: Sequence[ProgramLearner]
    groups: dict[UUID, set[UUID]]
    rehearsal: Rehearsal


@dataclass(frozen=True, slots=True)
class Plans:
    """One learner's exact plan to a credential in the version they are in and in the other; None where it is not there."""

    credential: str
    before: CredentialPlan | None
    after: CredentialPlan | None


def rehearse_draft(actor: Actor, key: str, *, today: date, now: datetime) -> list[Part]:
    """Return what the draft would do to the learners of each version, newest first.

    Raises ``Invalid`` while the draft is no sound program. Some ten queries for each version, however many learn there.
    """
    program = get_program(actor, key, "program:edit")
    return _parts(program.id, compile_program(parse_program(current_document(program))), today, now)


def rehearse_people(actor: Actor, key: str, *, today: date, now: datetime) -> list[Part]:
    """Return the same to somebody who may also see who the learners are."""
    get_program(actor, key, "program:rehearse")
    return rehearse_draft(actor, key, today=today, now=now)


def rehearse_person(actor: Actor, key: str, enrolment_id: UUID, *, today: date, now: datetime) -> Part:
    """Return what the draft would do to one learner; ``NotFound`` for who does not learn in the program now."""
    program = get_program(actor, key, "program:rehearse")
    new = compile_program(parse_program(current_document(program)))
    found = _parts(program.id, new, today, now, only=enrolment_id)
    if not found:
        raise NotFound("There is no such learner in this program.")
    return found[0]


def rehearse_versions(actor: Actor, key: str, number: int, *, today: date, now: datetime) -> list[Part]:
    """Return what moving to a published version would do to the learners of all others."""
    program = get_program(actor, key, "program:edit")
    version = programs.find_version(program.id, number)
    if version is None:
        raise NotFound("Program %(program)s has no version %(version)s.", program=key, version=number)
    return _parts(program.id, compiled_version(version.id), today, now, but=version.id)


def group_names(actor: Actor, key: str) -> list[tuple[UUID, str]]:
    """List the groups of a program by name, for whoever edits it."""
    return [(row.id, row.name) for row in groups.list_groups(get_program(actor, key, "program:edit").id)]


def plans_of(part: Part, number: int) -> list[Plans]:
    """Return the exact plans of one learner of a part, to every credential that another plan leads to than before."""
    found = part.rehearsal
    sides = ((found.old, found.before.learners[number]), (found.new, found.after.learners[number]))
    plans = [Plans(one, *(_plan(compiled, facts, one) for compiled, facts in sides)) for one in found.longer_or_shorter]
    return [one for one in plans if _gist(one.before) != _gist(one.after)]


def _gist(plan: CredentialPlan | None) -> tuple[object, ...]:
    """Return what a learner would notice of a plan: where it leads, its hours and what it asks for, in whatever order."""
    return (plan and plan.status, plan and plan.remaining_hours, frozenset((plan and plan.plan) or ()))


def _plan(compiled: CompiledProgram, facts: LearnerFacts, credential: str) -> CredentialPlan | None:
    if credential not in compiled.credentials:
        return None
    return plan_credential(
        compiled, facts.mastered, credential, facts.held, facts.withheld, expired=facts.expired, budget_s=PLAN_BUDGET_S
    )


def _parts(
    program_id: UUID,
    new: CompiledProgram,
    today: date,
    now: datetime,
    *,
    but: UUID | None = None,
    only: UUID | None = None,
) -> list[Part]:
    """Rehearse for each version with learners, but for one; for everybody or for one learner only."""
    in_groups: dict[UUID, set[UUID]] = {}
    for group_id, enrolment_id in groups.list_all_members(program_id):
        in_groups.setdefault(enrolment_id, set()).add(group_id)
    found = list(_facts_by_version(program_id, new, today, now, but=but, only=only))
    numbers = programs.get_versions([version_id for version_id, *_ in found])
    parts = [
        Part(numbers[version_id].number, people, in_groups, rehearse(compiled_version(version_id), new, before, after))
        for version_id, people, before, after in found
    ]
    return sorted(parts, key=lambda part: -part.version)


def facts_under(
    program_id: UUID, rules: CompiledProgram, today: date, now: datetime
) -> list[tuple[ProgramLearner, LearnerFacts]]:
    """Return those who learn in a program today with where they stand by other rules, such as a part of the draft's.

    For callers who asked whether one may; some ten queries for each version, however many learn there.
    """
    return [
        pair
        for _version, people, before, after in _facts_by_version(program_id, rules, today, now)
        for pair in zip(people, before if after is None else after, strict=True)
    ]


def _facts_by_version(
    program_id: UUID,
    new: CompiledProgram,
    today: date,
    now: datetime,
    *,
    but: UUID | None = None,
    only: UUID | None = None,
) -> Iterator[tuple[UUID, list[ProgramLearner], list[LearnerFacts], list[LearnerFacts] | None]]:
    """Yield each version with its learners, and where they stand by its rules and by the new ones (None: the same)."""
    people: dict[UUID, list[ProgramLearner]] = {}
    for learner in awarding.list_program_learners(program_id, only):
        if learner.status in ("active", "leave") and learner.version_id != but:
            people.setdefault(learner.version_id, []).append(learner)
    facts = _facts(program_id, [one for of_it in people.values() for one in of_it], today, now)
    for version_id, of_it in people.items():
        before = [facts[one.enrolment_id] for one in of_it]
        after = _by_other_rules(compiled_version(version_id), new, of_it, before, today, now)
        yield version_id, of_it, before, after


def _facts(program_id: UUID, people: Sequence[ProgramLearner], today: date, now: datetime) -> dict[UUID, LearnerFacts]:
    stands = stands_of(program_id, {one.enrolment_id: one.version_id for one in people}, today, now)
    if len(people) == 1:
        ids = [people[0].enrolment_id]
        awards, events = awarding.list_awards_of(ids), awarding.list_events_of(ids)
    else:
        awards, events = awarding.list_program_awards(program_id), awarding.list_program_events(program_id)
    found = {}
    for key, one in stands.items():
        held, withheld = standing_of_awards(awards.get(key, ()), events.get(key, ()), today)
        found[key] = LearnerFacts(
            str(key), frozenset(one.mastered), frozenset(one.in_review), frozenset(one.returned - one.mastered),
            frozenset(one.expired), held, withheld,
        )  # fmt: skip
    return found


def _by_other_rules(
    old: CompiledProgram,
    new: CompiledProgram,
    people: Sequence[ProgramLearner],
    before: list[LearnerFacts],
    today: date,
    now: datetime,
) -> list[LearnerFacts] | None:
    """Return the facts by the new version's rules of mastery, None where they say the same of every competency.

    Also of what the old version did not have: decisions of an earlier version may count again.
    """
    differing = set(_differently_mastered(old, new))
    if not differing:
        return None
    ids = [one.enrolment_id for one in people]
    decided, undone = deriving.decisions_of(ids, differing), deriving.taken_back_of(ids, differing)
    found = []
    for facts, key in zip(before, ids, strict=True):
        stands = standings(new.program, decided.get(key, ()), undone.get(key, ()), on=latest_today(now))
        current = {
            one for one, it in stands.items() if it.mastered_on and (it.expires_on is None or it.expires_on > today)
        }
        over = {one for one, it in stands.items() if it.mastered_on and one not in current}
        returned = {one for one, it in stands.items() if it.returned_on and one not in current}
        found.append(
            replace(
                facts,
                mastered=facts.mastered - differing | current,
                expired=facts.expired - differing | over,
                returned=facts.returned - differing | returned,
            )
        )
    return found


def _differently_mastered(old: CompiledProgram, new: CompiledProgram) -> Collection[str]:
    """Return the competencies of the new version of which the same decisions may make another standing."""

    def rule(compiled: CompiledProgram, key: str) -> object:
        one, program = compiled.competencies[key], compiled.program
        return one.mastery or program.mastery, one.rubric or program.rubric, one.validity_months

    return [key for key in new.competencies if key not in old.competencies or rule(old, key) != rule(new, key)]
