"""A job profile held against what a share shows: what stands for each thing asked for, and with which proof.

What is not there reads "not shown in this share", as nobody can tell whether it is on the record. Never a number for a
person, nor an order of people. One's own record is held against a profile in ``job_matching``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from cbe.domain.awarding import AwardState
from cbe.domain.job_profile import Item, JobProfile, answers
from cbe.domain.program import Competency, Program

from .job_matching import addresses_in
from .learner_record import Award, Mastery
from .sharing import SharedRecord

__all__ = ["Shown", "ShownMatch", "ShownState", "match_share"]


class ShownState(StrEnum):
    """How one thing that a job asks for stands in a share."""

    SHOWN = "shown"
    NOT_CURRENT = "not_current"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """A competency in a share, and what shows it: its own entry (``mastery``), or a credential it was needed for."""

    program: Program
    competency: Competency
    state: ShownState
    mastery: Mastery | None = None
    award: Award | None = None


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """One thing that is asked for, and everything in the share that stands for it, what is current first."""

    item: Item
    state: ShownState
    proofs: tuple[Shown, ...]


def match_share(shared: SharedRecord, profile: JobProfile) -> list[ShownMatch]:
    """Return for each thing a profile asks for what of a share stands for it, in the order of the profile."""
    found: list[list[Shown]] = [[] for _ in profile.items]
    for (key, version_id), of_it in _by_version(shared).items():
        addresses = {name: uris for name, uris in addresses_in(version_id).items() if name in of_it}
        missing = {name: frozenset[str]() for name in of_it.keys() - addresses.keys()}
        for number, names in enumerate(answers(profile, key, {**addresses, **missing})):
            found[number] += [one for name in names for one in of_it[name]]
    return [_match(item, proofs) for item, proofs in zip(profile.items, found, strict=True)]


def _by_version(shared: SharedRecord) -> Mapping[tuple[str, UUID], dict[str, list[Shown]]]:
    """Return what is shown of each version of a program, by competency."""
    found: dict[tuple[str, UUID], dict[str, list[Shown]]] = {}
    for key, version_id, shown in _everything(shared):
        found.setdefault((key, version_id), {}).setdefault(shown.competency.id, []).append(shown)
    return found


def _everything(shared: SharedRecord) -> Iterator[tuple[str, UUID, Shown]]:
    for one in shared.masteries:
        state = ShownState.SHOWN if one.is_current else ShownState.NOT_CURRENT
        yield one.program_key, one.version_id, Shown(one.program, one.competency, state, mastery=one)
    for award in shared.awards:
        state = ShownState.SHOWN if award.state is AwardState.GOOD else ShownState.NOT_CURRENT
        for competency in award.competencies:
            yield award.program_key, award.version_id, Shown(award.program, competency, state, award=award)


def _match(item: Item, proofs: list[Shown]) -> ShownMatch:
    order = list(ShownState)
    proofs = sorted(proofs, key=lambda one: order.index(one.state))
    return ShownMatch(item, proofs[0].state if proofs else ShownState.NOT_SHOWN, tuple(proofs))
