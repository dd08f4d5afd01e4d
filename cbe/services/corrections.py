"""Corrections: a learner says what on their record is not right, staff answer, and the statement stands beside it.

Neither is ever changed. What follows (a decision taken back, another name) is done where such things are done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.policy import Actor, Subject
from cbe.store import enrolments, people, privacy, records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.privacy import AnswerRow, AnswerTextRow, CorrectionRow, CorrectionTextRow

from .disclosures import role_in
from .erasing import get_learner
from .notices import tell
from .transaction import transaction

__all__ = [
    "ABOUT",
    "MOST_WAITING",
    "MOST_WORDS",
    "OUTCOMES",
    "Choice",
    "Correction",
    "answer",
    "ask",
    "corrections_of",
    "list_choices",
    "list_own",
    "statements_beside",
]

ABOUT = ("decision", "award", "enrolment", "name", "other")
OUTCOMES = ("corrected", "refused")
MOST_WORDS = 2_000
MOST_WAITING = 20
"""Requests of one learner that may wait for an answer at a time."""
NOTHING = N_("There is nothing here, or nothing that you may see.")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something on a record that one may ask to be corrected, by program; ``what``: the competency or credential."""

    program_key: str
    about: str
    about_id: UUID | None
    what: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What was asked to be corrected, and the answer; ``what``: the competency or credential it is about."""

    id: UUID
    program_key: str
    about: str
    about_id: UUID | None
    what: str
    statement: str
    is_shown: bool
    asked_at: datetime
    outcome: str | None
    reason: str
    role: str
    answered_at: datetime | None


def list_choices(actor: Actor) -> list[Choice]:
    """List what on one's own records one may ask to be corrected."""
    found: list[Choice] = []
    for row in _own_enrolments(actor):
        key = row.program.key
        found += [Choice(key, about, None, "") for about in ("enrolment", "name", "other")]
        for (about, about_id), what in _things(row.id).items():
            found.append(Choice(key, about, about_id, what))
    return found


def list_own(actor: Actor) -> list[Correction]:
    """List what one asked to be corrected, newest first."""
    return _corrections({row.id: row.program.key for row in _own_enrolments(actor)})


def corrections_of(actor: Actor, enrolment_id: UUID) -> list[Correction]:
    """List what a learner asked to be corrected in this program, for staff who may read it."""
    row = get_learner(actor, enrolment_id, "privacy:read")
    return _corrections({row.id: row.program.key})


def statements_beside(enrolment_id: UUID, program_key: str, *, is_own: bool) -> list[Correction]:
    """List the statements that stand beside a record: for staff all, in one's own record those that one wants there.

    For pages whose service has asked whether one may read the record.
    """
    found = _corrections({enrolment_id: program_key})
    return [one for one in found if one.statement and (one.is_shown or not is_own)]


def ask(
    actor: Actor, program_key: str, about: str, about_id: UUID | None, statement: str, *, is_shown: bool, now: datetime
) -> UUID:
    """Ask that something on one's record be corrected; registrars and coordinators of the program are told."""
    row = _own(actor, program_key)
    problems: list[Problem] = []
    if about not in ABOUT or (about_id is None) != (about not in ("decision", "award")):
        problems.append(("/about", N_("Choose what is not right.")))
    elif about_id is not None and (about, about_id) not in _things(row.id):
        raise NotFound(NOTHING)
    if not 0 < len(statement.strip()) <= MOST_WORDS:
        problems.append(("/statement", Worded("Say what is not right, in at most %(max)d characters.", max=MOST_WORDS)))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        row = _own(actor, program_key)
        if sum(one.outcome is None for one in _corrections({row.id: program_key})) >= MOST_WAITING:
            raise Conflict("So many of your requests wait for an answer that you cannot ask for more now.")
        found = CorrectionRow(
            id=uuid4(), enrolment_id=row.id, about=about, about_id=about_id, is_shown=is_shown, asked_at=now
        )
        tx.enter(found)
        tx.say(CorrectionTextRow(correction_id=found.id, statement=statement.strip()))
        told = {
            who
            for role in ("registrar", "coordinator")
            for who in people.list_holders(row.program_id, role, now.date())
        }
        key = f"correction:{found.id}"
        tell(tx, told - {row.account_id}, "correction-asked", key=key, program=row.program.key, enrolment=row.id)
        tx.record("correction:ask", enrolment=row.id, correction=found.id, about=about, of=about_id)
        return found.id


def answer(actor: Actor, correction_id: UUID, outcome: str, reason: str, *, now: datetime) -> UUID:
    """Answer a request for correction: what was corrected, or why not. Returns whose enrolment it is about."""
    _to_answer(actor, correction_id)
    problems: list[Problem] = []
    if outcome not in OUTCOMES:
        problems.append(("/outcome", N_("Choose the answer.")))
    if not 0 < len(reason.strip()) <= MOST_WORDS:
        text = Worded("Say what was corrected or why not, in at most %(max)d characters.", max=MOST_WORDS)
        problems.append(("/reason", text))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        row, is_answered = _to_answer(actor, correction_id)
        if is_answered:
            raise Conflict("Somebody answered this already. Load the page again and look.")
        found = AnswerRow(
            id=uuid4(), correction_id=correction_id, outcome=outcome, answered_by=actor.account_id,
            role=role_in(actor, row.program_id), answered_at=now,
        )  # fmt: skip
        tx.enter(found)
        tx.say(AnswerTextRow(answer_id=found.id, reason=reason.strip()))
        tell(tx, [row.account_id], "correction-answered", key=f"answer:{found.id}")
        tx.record("correction:answer", correction=correction_id, answer=found.id, outcome=outcome)
        return row.id


def enrolment_of(actor: Actor, correction_id: UUID) -> UUID:
    """Return whose enrolment a request is about, to somebody who may answer it."""
    return _to_answer(actor, correction_id)[0].id


def _to_answer(actor: Actor, correction_id: UUID) -> tuple[EnrolmentRow, bool]:
    found = privacy.find_correction(correction_id)
    if found is None:
        raise NotFound(NOTHING)
    return get_learner(actor, found[0].enrolment_id, "correction:answer"), found[2] is not None


def _own_enrolments(actor: Actor) -> list[EnrolmentRow]:
    policy.require(actor, "correction:ask", Subject(account_id=actor.account_id))
    return list(enrolments.list_enrolments(actor.account_id)) if actor.account_id else []


def _own(actor: Actor, program_key: str) -> EnrolmentRow:
    for row in _own_enrolments(actor):
        if row.program.key == program_key:
            return row
    raise NotFound(NOTHING)


def _things(enrolment_id: UUID) -> dict[tuple[str, UUID], str]:
    """Return the decisions and awards of a record with the competency or credential of each."""
    found = {("decision", row.id): row.competency for row in records.list_decisions(enrolment_id)}
    return found | {("award", row.id): row.credential for row in records.list_awards(enrolment_id)}


def _corrections(keys: Mapping[UUID, str]) -> list[Correction]:
    """Return what was asked in these enrolments, each given with the key of its program."""
    asked = privacy.list_corrections(list(keys))
    things: dict[tuple[str, UUID], str] = {}
    for enrolment_id in {one.enrolment_id for one, *_ in asked if one.about_id}:
        things |= _things(enrolment_id)
    return [
        Correction(
            one.id, keys[one.enrolment_id], one.about, one.about_id,
            things.get((one.about, one.about_id), "") if one.about_id else "",
            words.statement or "", one.is_shown, one.asked_at, found.outcome if found else None,
            (reason.reason or "") if reason else "", found.role if found else "", found.answered_at if found else None,
        )
        for one, words, found, reason in asked
    ]  # fmt: skip
