"""Competencies of other programs that are the same, which of them a program accepts, and taking mastery over from there.

That two are the same is what programs say of themselves (``domain.equivalence``); that it counts is a registrar's to
accept. What is taken over is a decision of kind ``transfer`` that names where it comes from, and stays when the other
program's learner record changes later: a person may take it back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from uuid import UUID

from cbe.domain import policy
from cbe.domain.equivalence import matches, names_of
from cbe.domain.errors import Conflict, NotFound
from cbe.domain.mastery import Standing
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Program, Text
from cbe.interop.case import item_uris
from cbe.store import deriving, enrolments, equivalences, people, programs
from cbe.store.database import installation
from cbe.store.enrolments import EnrolmentRow
from cbe.store.equivalences import EquivalenceRow
from cbe.store.programs import ProgramRow

from .decisions import NewDecision
from .programs import compiled_version, get_program, program_title
from .sign_off import sign_off
from .transaction import transaction

__all__ = ["Equal", "Offer", "accept", "list_equal", "names_in", "offers", "take_over", "withdraw"]

NOTHING = Standing(None, None, None)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""A moment for packages of which only the addresses are wanted."""


@dataclass(frozen=True, slots=True)
class Equal:
    """A competency of a program and one of another that is the same; ``uri`` says so, None where it no longer does."""

    competency: str
    title: Text
    language: str
    other_program: str
    other_program_title: Text
    other: str
    other_title: Text
    other_language: str
    uri: str | None
    accepted_by: str | None
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Mastery in another program that a learner can take over: of what, and since when."""

    program: str
    program_title: Text
    competency: str
    title: Text
    language: str
    mastered_on: date


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest version of a program, and by which addresses its competencies go."""

    row: ProgramRow
    version_id: UUID
    number: int

    @property
    def program(self) -> Program:
        return compiled_version(self.version_id).program

    @property
    def names(self) -> Mapping[str, set[str]]:
        return names_in(self.version_id)

    def title(self, competency: str) -> Text:
        found = compiled_version(self.version_id).competencies.get(competency)
        return found.title if found else competency


def list_equal(actor: Actor, key: str) -> list[Equal]:
    """List what is the same in other published programs, and what is accepted, in file order; four queries."""
    row = get_program(actor, key, "program:equate")
    newest = _newest()
    mine = newest.pop(row.id, None)
    if mine is None:
        return []
    accepted = {
        (one.competency, one.from_program_id, one.from_competency): one for one in equivalences.list_accepted(row.id)
    }
    names = people.names_of({one.accepted_by for one in accepted.values()})
    found = [
        _equal(mine, other, match.competency, match.other, match.uri,
               accepted.pop((match.competency, other.row.id, match.other), None), names)
        for other in newest.values()
        for match in matches(mine.names, other.names)
    ]  # fmt: skip
    found += [
        _equal(mine, newest[one.from_program_id], one.competency, one.from_competency, None, one, names)
        for one in accepted.values()
        if one.from_program_id in newest
    ]
    order = compiled_version(mine.version_id).index
    return sorted(found, key=lambda one: (order.get(one.competency, len(order)), one.other_program, one.other))


def accept(actor: Actor, key: str, competency: str, other_program: str, other: str, *, now: datetime) -> None:
    """Let mastery of a competency of another program count for one of this, for all its learners from now on."""
    get_program(actor, key, "program:equate")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:equate")
        known = {(one.competency, one.other_program, one.other) for one in list_equal(actor, key) if one.uri}
        source = programs.find_program(other_program)
        if source is None or actor.account_id is None or (competency, other_program, other) not in known:
            raise NotFound("These are not known to be the same: one must say so of the other as exactMatchOf.")
        if equivalences.find_equivalence(row.id, competency, source.id, other) is None:
            tx.add(
                EquivalenceRow(
                    program_id=row.id, competency=competency, from_program_id=source.id, from_competency=other,
                    accepted_by=actor.account_id, accepted_at=now,
                )
            )  # fmt: skip
        tx.record("equivalence:accept", program=row.id, competency=competency, source=source.id, other=other)


def withdraw(actor: Actor, key: str, competency: str, other_program: str, other: str, *, now: datetime) -> None:
    """Let it count no more from now on; what was taken over stays."""
    get_program(actor, key, "program:equate")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:equate")
        source = programs.find_program(other_program)
        kept = equivalences.find_equivalence(row.id, competency, source.id, other) if source else None
        if kept is None:
            raise Conflict("This was withdrawn already.")
        tx.delete(kept)
        tx.record(
            "equivalence:withdraw", program=row.id, competency=competency, source=kept.from_program_id, other=other
        )


def offers(actor: Actor, program_id: UUID, competency: str, today: date, now: datetime) -> list[Offer]:
    """List what one can take over for a competency: accepted, mastered in the other program, current and settled.

    One query where nothing is accepted for it, six otherwise.
    """
    accepted = equivalences.list_accepted(program_id, competency)
    if actor.account_id is None or not accepted:
        return []
    enrolled = {row.program_id: row for row in enrolments.list_enrolments(actor.account_id)}
    sources = [enrolled[one.from_program_id] for one in accepted if one.from_program_id in enrolled]
    stands = deriving.standing_of([row.id for row in sources])
    found = []
    for one in accepted:
        row = enrolled.get(one.from_program_id)
        standing = stands.get(row.id, {}).get(one.from_competency, NOTHING) if row else NOTHING
        is_settled = standing.settles_at is None or standing.settles_at <= now
        if row is None or standing.mastered_on is None or not is_settled:
            continue
        if standing.expires_on is None or standing.expires_on > today:
            compiled = compiled_version(row.version_id)
            known = compiled.competencies.get(one.from_competency)
            title = known.title if known else one.from_competency
            found.append(
                Offer(
                    row.program.key, program_title(row.program), one.from_competency, title,
                    compiled.program.language, standing.mastered_on,
                )
            )  # fmt: skip
    return found


def take_over(
    actor: Actor, key: str, competency: str, other_program: str, other: str, *, today: date, now: datetime
) -> UUID:
    """Let one's mastery in another program count here too, as a transfer that names it; return the decision's id."""
    _own(actor, key)
    with transaction(actor, now) as tx:
        row = _own(actor, key)
        wanted = (other_program, other)
        offer = next(
            (
                one
                for one in offers(actor, row.program_id, competency, today, now)
                if (one.program, one.competency) == wanted
            ),
            None,
        )
        if offer is None or competency not in compiled_version(row.version_id).competencies:
            raise Conflict("This can no longer be taken over: look at both programs again.")
        if _is_current(row.id, competency, today):
            raise Conflict("You have mastered this here already.")
        source = f"{offer.program}\n{offer.competency}\n{offer.mastered_on}"
        decision = NewDecision(
            competency, "transfer", offer.mastered_on, offer.mastered_on,
            authority=_plain(offer.program_title, offer.language),
            reason=f"{_plain(offer.title, offer.language)} ({offer.program}: {offer.competency}), {offer.mastered_on}",
            source_digest=hashlib.sha256(source.encode()).hexdigest(),
        )  # fmt: skip
        (decision_id,) = sign_off(tx, [(row, decision, ())])
        tx.record(
            "decision:take-over", enrolment=row.id, decisions=[decision_id], program=other_program, competency=other
        )
    return decision_id


def _own(actor: Actor, key: str) -> EnrolmentRow:
    program = programs.find_program(key)
    row = enrolments.find_enrolment_of(actor.account_id, program.id) if program and actor.account_id else None
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "enrolment:edit", Subject(row.program_id, row.account_id))
    return row


def _is_current(enrolment_id: UUID, competency: str, today: date) -> bool:
    standing = deriving.standing_of([enrolment_id]).get(enrolment_id, {}).get(competency, NOTHING)
    return standing.mastered_on is not None and (standing.expires_on is None or standing.expires_on > today)


def _newest() -> dict[UUID, _Newest]:
    """Return the newest version of every published program; two queries."""
    rows = {row.id: row for row in programs.list_programs()}
    found: dict[UUID, _Newest] = {}
    for version in programs.list_versions(list(rows)):
        found.setdefault(version.program_id, _Newest(rows[version.program_id], version.id, version.number))
    return found


def _equal(
    mine: _Newest,
    other: _Newest,
    competency: str,
    other_competency: str,
    uri: str | None,
    accepted: EquivalenceRow | None,
    names: Mapping[UUID, str],
) -> Equal:
    return Equal(
        competency, mine.title(competency), mine.program.language, other.row.key, program_title(other.row),
        other_competency, other.title(other_competency), other.program.language, uri,
        names.get(accepted.accepted_by) if accepted else None, accepted.accepted_at if accepted else None,
    )  # fmt: skip


def names_in(version_id: UUID) -> Mapping[str, set[str]]:
    """Return by which addresses the competencies of a version go."""
    return _names(version_id, installation().base_url)


@lru_cache(64)
def _names(version_id: UUID, address: str) -> dict[str, set[str]]:
    """Return by which addresses the competencies of a version go; a version never changes."""
    text = programs.version_document(version_id)
    assert text is not None
    return names_of(compiled_version(version_id).program, item_uris(json.loads(text), now=BEGINNING, address=address))


def _plain(text: Text, language: str) -> str:
    return text if isinstance(text, str) else text.get(language) or next(iter(text.values()))
