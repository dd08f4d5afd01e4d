"""Which issuers a program trusts for which of its competencies: rules that a registrar approves and may end.

A rule is never changed, so that a decision by it can name it; another one takes its place. What was recognized by a rule
stays when it ends. Taking credentials over is ``outside.recognizing``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.policy import Actor
from cbe.domain.program import Competency
from cbe.store import outside, people
from cbe.store.outside import TrustedCompetencyRow, TrustedIssuerRow

from .programs import compiled_version, get_program, known_competencies, newest_version
from .transaction import transaction

__all__ = [
    "LONGEST_ISSUER",
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "MOST_NAMED",
    "Trusted",
    "end_trust",
    "list_competencies",
    "list_trusted",
    "trust",
]

LONGEST_ISSUER, LONGEST_NAME, LONGEST_NOTE = 500, 300, 2_000
MOST_NAMED = 200
"""Competencies that one rule names."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """A rule: which issuer is trusted for what, who approved it, and who ended it; ``used`` counts the decisions by it."""

    id: UUID
    number: int
    issuer: str
    name: str
    note: str
    competencies: tuple[str, ...]
    approved_by: str
    approved_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    used: int


def list_trusted(actor: Actor, key: str) -> tuple[list[Trusted], dict[str, Competency]]:
    """List a program's rules, newest first, and the competencies that they name; a handful of queries."""
    program = get_program(actor, key, "issuer:trust")
    rows = outside.list_trusted(program.id)
    named: dict[UUID, list[str]] = {}
    for one in outside.list_trusted_competencies([row.id for row in rows]):
        named.setdefault(one.trusted_id, []).append(one.competency)
    names = people.names_of({key for row in rows for key in (row.approved_by, row.ended_by) if key})
    used = outside.count_recognized(program.id)
    found = [
        Trusted(
            row.id, row.number, row.issuer, row.name, row.note, tuple(named.get(row.id, ())),
            names.get(row.approved_by, "–"), row.approved_at, names.get(row.ended_by, "–") if row.ended_by else None,
            row.ended_at, used.get(row.id, 0),
        )
        for row in rows
    ]  # fmt: skip
    newest = newest_version(program.id, key)
    return found, known_competencies(program.id, newest.id, {one for rule in found for one in rule.competencies})


def list_competencies(actor: Actor, key: str) -> tuple[Sequence[Competency], str]:
    """List the competencies of the newest version that a rule can name, in file order, and the program's language."""
    program = get_program(actor, key, "issuer:trust")
    compiled = compiled_version(newest_version(program.id, key).id)
    return [one for one in compiled.program.competencies if not one.archived], compiled.program.language


def trust(
    actor: Actor, key: str, issuer: str, competencies: Sequence[str], *, name: str, note: str = "", now: datetime
) -> int:
    """Let credentials of an issuer count for competencies of a program from now on; return the rule's number."""
    issuer, name, note = issuer.strip(), name.strip(), note.strip()
    known = {one.id for one in list_competencies(actor, key)[0]}
    chosen = list(dict.fromkeys(competencies))
    problems = _problems(issuer, name, note, chosen, known)
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "issuer:trust")
        assert actor.account_id is not None
        row = TrustedIssuerRow(
            id=uuid4(), program_id=program.id, number=outside.next_number(program.id), issuer=issuer, name=name,
            note=note, approved_by=actor.account_id, approved_at=now,
        )  # fmt: skip
        tx.add(row)
        tx.add(*(TrustedCompetencyRow(trusted_id=row.id, competency=one) for one in chosen))
        tx.record("issuer:trust", program=program.id, rule=row.id, number=row.number, competencies=chosen)
    return row.number


def end_trust(actor: Actor, key: str, trusted_id: UUID, *, now: datetime) -> None:
    """Let a rule hold no longer; what was recognized by it stays."""
    get_program(actor, key, "issuer:trust")
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "issuer:trust")
        row = outside.find_trusted(trusted_id)
        if row is None or row.program_id != program.id:
            raise NotFound("There is nothing here, or nothing that you may see.")
        if row.ended_at is not None:
            raise Conflict("This rule has ended already.")
        row.ended_by, row.ended_at = actor.account_id, now
        tx.record("issuer:end-trust", program=program.id, rule=row.id, number=row.number)


def _problems(issuer: str, name: str, note: str, chosen: Sequence[str], known: set[str]) -> list[Problem]:
    problems: list[Problem] = []
    if not issuer.startswith(("did:", "https://", "http://")) or not issuer.isprintable() or " " in issuer:
        problems.append(
            ("/issuer", N_("Write the issuer's DID (did:…) or address (https://…), as its credentials name it."))
        )
    if not name:
        problems.append(("/name", N_("Write who that is.")))
    if not chosen:
        problems.append(("/competency", N_("Choose at least one competency.")))
    if set(chosen) - known:
        problems.append(("/competency", N_("Choose competencies of the list.")))
    if len(chosen) > MOST_NAMED:
        problems.append(("/competency", Worded("Choose at most %(most)d competencies.", most=MOST_NAMED)))
    for at, text, most in (
        ("issuer", issuer, LONGEST_ISSUER),
        ("name", name, LONGEST_NAME),
        ("note", note, LONGEST_NOTE),
    ):
        if len(text) > most:
            problems.append((f"/{at}", Worded("Write at most %(max)d characters.", max=most)))
    return problems
