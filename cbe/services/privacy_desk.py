"""What those who see to data protection, and those who keep the record, look at: a program's and one learner's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import privacy

from .erasing import NOTHING, Standing, standing_of
from .erasing import get_learner as _learner
from .programs import get_program, program_title

__all__ = ["PAGE", "Desk", "Learner", "get_desk", "get_learner"]

PAGE = 100
RIGHTS = ("erasure:carry-out", "hold:set", "disclosure:log", "correction:answer")


@dataclass(frozen=True, slots=True)
class Desk:
    """What goes on in a program, at most a hundred of each; each learner as (enrolment, name, …)."""

    title: Text
    corrections: list[tuple[UUID, str, str, datetime]]
    erasures: list[tuple[UUID, str, datetime]]
    holds: list[tuple[UUID, str, datetime]]
    learners: list[tuple[UUID, str]]
    total: int
    may_set_retention: bool


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner of a program, where they stand, and what one may do."""

    enrolment_id: UUID
    program_key: str
    title: Text
    name: str
    standing: Standing
    rights: frozenset[str]


def get_desk(actor: Actor, program_key: str, search: str) -> Desk:
    """Return what goes on in a program, and its learners whose name holds some words."""
    program = get_program(actor, program_key, "privacy:read")
    learners, total = privacy.find_learners(program.id, search, PAGE)
    return Desk(
        program_title(program),
        privacy.list_open_corrections(program.id, PAGE),
        privacy.list_erasures_in(program.id, PAGE),
        privacy.list_holds_in(program.id, PAGE),
        learners,
        total,
        policy.may(actor, "retention:set", Subject(program.id)),
    )


def get_learner(actor: Actor, enrolment_id: UUID, program_key: str | None = None) -> Learner:
    """Return a learner for data protection, of this program when one is given."""
    row = _learner(actor, enrolment_id, "privacy:read")
    if program_key not in (None, row.program.key):
        raise NotFound(NOTHING)
    subject = Subject(row.program_id, row.account_id)
    rights = frozenset(action for action in RIGHTS if policy.may(actor, action, subject))
    name = row.account.person.name
    return Learner(row.id, row.program.key, program_title(row.program), name, standing_of(row.account_id), rights)
