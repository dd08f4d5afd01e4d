"""What an external verifier may read: the learners a registrar named, until the last day of the role."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, NotFound
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import enrolments, people, programs
from cbe.store.people import RoleRow, SampleRow
from cbe.store.programs import ProgramRow

from .programs import get_program, program_title
from .transaction import transaction

__all__ = [
    "Sample",
    "SampledLearner",
    "add_to_sample",
    "get_sample",
    "list_my_samples",
    "remove_from_sample",
    "set_sample",
]


@dataclass(frozen=True, slots=True)
class SampledLearner:
    """A learner whose record the verifier may read."""

    enrolment_id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample of one verifier in one program."""

    account_id: UUID
    verifier: str
    program_key: str
    title: Text
    until: date | None
    learners: list[SampledLearner]


def set_sample(
    actor: Actor, program_key: str, account_id: UUID, enrolment_ids: Collection[UUID], *, now: datetime
) -> None:
    """Let a verifier read exactly these learners' records while the role holds."""
    get_program(actor, program_key, "role:grant")
    with transaction(actor, now) as tx:
        role = _verifier(actor, program_key, account_id)
        _require_learners(role.program_id, enrolment_ids)
        people.end_sample(role.id)
        tx.add(*(SampleRow(role_id=role.id, enrolment_id=one) for one in sorted(set(enrolment_ids))))
        tx.record("sample:set", account=account_id, program=role.program_id, learners=sorted(map(str, enrolment_ids)))


def add_to_sample(
    actor: Actor, program_key: str, account_id: UUID, enrolment_ids: Collection[UUID], *, now: datetime
) -> None:
    """Let a verifier read these learners' records too."""
    get_program(actor, program_key, "role:grant")
    if not enrolment_ids:
        raise Invalid([("/learner", N_("Choose at least one learner."))])
    with transaction(actor, now) as tx:
        role = _verifier(actor, program_key, account_id)
        _require_learners(role.program_id, enrolment_ids)
        there = {row.id for row in enrolments.list_sampled(role.id)}
        tx.add(*(SampleRow(role_id=role.id, enrolment_id=one) for one in sorted(set(enrolment_ids) - there)))
        tx.record("sample:add", account=account_id, program=role.program_id, learners=sorted(map(str, enrolment_ids)))


def remove_from_sample(actor: Actor, program_key: str, account_id: UUID, enrolment_id: UUID, *, now: datetime) -> None:
    """Let a verifier read a learner's record no longer."""
    get_program(actor, program_key, "role:grant")
    with transaction(actor, now) as tx:
        role = _verifier(actor, program_key, account_id)
        row = people.find_sampled(role.id, enrolment_id)
        if row is None:
            raise NotFound("This learner is not in the sample.")
        tx.delete(row)
        tx.record("sample:remove", account=account_id, program=role.program_id, enrolment=enrolment_id)


def get_sample(actor: Actor, program_key: str, account_id: UUID) -> Sample:
    """Return a verifier's sample to those who name it."""
    program = get_program(actor, program_key, "role:grant")
    return _sample(_verifier(actor, program_key, account_id), program)


def list_my_samples(actor: Actor, *, today: date) -> list[Sample]:
    """List the samples one may read today, by program."""
    if actor.account_id is None:
        return []
    held = {
        row.program_id: row
        for row in people.list_roles(actor.account_id, today)
        if row.role == "verifier" and policy.may(actor, "sample:read", Subject(row.program_id))
    }
    return [_sample(held[program.id], program) for program in programs.list_programs() if program.id in held]


def _sample(role: RoleRow, program: ProgramRow) -> Sample:
    verifier = people.find_account(role.account_id)
    learners = [
        SampledLearner(row.id, row.account.person.name, row.account.person.email or "")
        for row in enrolments.list_sampled(role.id)
    ]
    name = verifier.person.name if verifier else ""
    return Sample(role.account_id, name, program.key, program_title(program), role.until, learners)


def _verifier(actor: Actor, program_key: str, account_id: UUID) -> RoleRow:
    program = get_program(actor, program_key, "role:grant")
    row = people.find_role(account_id, program.id, "verifier")
    if row is None:
        raise NotFound("This person is not a verifier of this program.")
    return row


def _require_learners(program_id: UUID, enrolment_ids: Collection[UUID]) -> None:
    for enrolment_id in enrolment_ids:
        row = enrolments.find_enrolment(enrolment_id)
        if row is None or row.program_id != program_id:
            raise Invalid([("/learners", N_("Only learners of the program stand in a sample."))])
