"""How the programs one designs or runs stand: what is published, who learns there, and what looks forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cbe.domain import policy
from cbe.domain.graph import positions
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import programs

from .programs import ProgramSummary, compiled_version, get_program, list_programs

__all__ = ["Facts", "ProgramHealth", "get_health", "list_health"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a published version holds. ``loose``: competencies that no credential needs, in file order.

    ``bare``: competencies without criteria. ``language``: the program's own.
    """

    language: str
    competencies: int
    credentials: int
    loose: tuple[tuple[str, Text], ...]
    bare: int


@dataclass(frozen=True, slots=True)
class ProgramHealth:
    """A program with its facts; None while nothing is published."""

    summary: ProgramSummary
    published_at: datetime | None
    facts: Facts | None


def list_health(actor: Actor, role: str) -> list[ProgramHealth]:
    """List the programs in which one has this role (administrators: every one they may look into), with their facts."""
    mine = [summary for summary in list_programs(actor) if role in actor.roles.get(summary.id, ())]
    return _healths(actor, mine)


def get_health(actor: Actor, program_key: str) -> ProgramHealth:
    """Return how one program stands."""
    row = get_program(actor, program_key, "program:health")
    return _healths(actor, [summary for summary in list_programs(actor) if summary.id == row.id])[0]


def _healths(actor: Actor, summaries: list[ProgramSummary]) -> list[ProgramHealth]:
    for summary in summaries:
        policy.require(actor, "program:health", Subject(summary.id))
    versions = {row.program_id: row for row in reversed(programs.list_versions([one.id for one in summaries]))}
    return [
        ProgramHealth(
            one,
            versions[one.id].published_at if one.id in versions else None,
            _facts(versions[one.id].id) if one.id in versions else None,
        )
        for one in summaries
    ]


@lru_cache(64)
def _facts(version_id: UUID) -> Facts:
    compiled = compiled_version(version_id)
    needed = 0
    for key in compiled.credentials:
        needed |= compiled.scope_bits(key)
    found = list(compiled.competencies.values())
    loose = positions(~needed & ((1 << len(found)) - 1))
    return Facts(
        compiled.program.language,
        len(found),
        len(compiled.credentials),
        tuple((compiled.ids[place], compiled.competencies[compiled.ids[place]].title) for place in loose),
        sum(one.criteria is None for one in found),
    )
