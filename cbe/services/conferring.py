"""Conferring credentials: what exactly would be conferred on whom and why it is due, and doing it for many at once.

For whom which are due is ``due``'s; what giving is, and what is given by itself, ``awards``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.mastery import add_months
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Credential, Program
from cbe.store import awarding, batches, enrolments
from cbe.store.enrolments import EnrolmentRow

from .awards import give_what_is_due, put_awards, tell_of_awards
from .grounds import Grounds, Met, grounds_of
from .programs import compiled_version, get_program
from .transaction import Transaction, transaction

__all__ = [
    "MOST_CONFERRED",
    "NotDue",
    "ToConfer",
    "confer",
    "give_again",
    "look",
]

MOST_CONFERRED = 200
"""Learners on whom a credential is conferred at once."""
NO_DAY: Problem = ("/on", N_("Choose a day: today or one before."))


class NotDue(Conflict):
    """A credential is not due, on that day or any longer, to some of those chosen; nothing was conferred."""

    def __init__(self, learners: list[tuple[str, str]]) -> None:
        super().__init__("Nothing was conferred: it is not due to everybody who was chosen.")
        self.learners = learners
        """The names of those to whom it is not due, each with why."""


@dataclass(frozen=True, slots=True)
class ToConfer:
    """A learner to whom a credential is about to be conferred, and why it is due to them."""

    enrolment_id: UUID
    name: str
    program: Program
    credential: Credential
    expires_on: date | None
    why: Met


def look(
    actor: Actor,
    program_key: str,
    credential: str,
    enrolment_ids: Sequence[UUID],
    on: date | None,
    *,
    today: date,
    now: datetime,
) -> list[ToConfer]:
    """Return exactly what would be conferred on whom on a day and why it is due, by name.

    Raises ``Invalid`` for what was chosen wrongly, ``NotDue`` with everybody to whom it is not due on that day.
    """
    rows, grounds, day = _chosen(actor, program_key, credential, enrolment_ids, on, today, now)
    found = []
    for row in rows:
        compiled = compiled_version(row.version_id)
        wanted = compiled.get_credential(credential)
        months = wanted.validity_months
        ends = None if months is None else add_months(day, months)
        why = grounds.explain(row.id, row.version_id, credential, day)
        found.append(ToConfer(row.id, row.account.person.name, compiled.program, wanted, ends, why))
    return sorted(found, key=lambda one: one.name)


def confer(
    actor: Actor,
    program_key: str,
    credential: str,
    enrolment_ids: Sequence[UUID],
    on: date | None,
    *,
    today: date,
    now: datetime,
) -> int:
    """Confer a credential on learners as of a day: on all of them or, when it is not due to one, on none.

    What is given by itself and builds on it is given in the same go; everybody is told. Returns on how many it was
    conferred. Raises as ``look`` does.
    """
    get_program(actor, program_key, "award:give")
    with transaction(actor, now) as tx:
        batches.hold_enrolments(enrolment_ids)
        rows, grounds, day = _chosen(actor, program_key, credential, enrolment_ids, on, today, now)
        _give(tx, grounds, rows, credential, day, today)
    return len(rows)


def give_again(actor: Actor, award_id: UUID, on: date | None, *, today: date, now: datetime) -> None:
    """Give a credential again whose award was revoked, as of a day since then on which its requirement is met."""
    with transaction(actor, now) as tx:
        award = awarding.find_award(award_id)
        row = enrolments.find_enrolment(award.enrolment_id) if award else None
        if award is None or row is None:
            raise NotFound("There is nothing here, or nothing that you may see.")
        policy.require(actor, "award:give", Subject(row.program_id, row.account_id))
        if on is None or on > today:
            raise Invalid([NO_DAY])
        batches.hold_enrolments([row.id])
        grounds = grounds_of([row], now)
        refusal = grounds.refusal(row.id, award.credential, on, again=True)
        if refusal is not None:
            raise refusal
        _give(tx, grounds, [row], award.credential, on, today)


def _give(
    tx: Transaction, grounds: Grounds, rows: Sequence[EnrolmentRow], credential: str, on: date, today: date
) -> None:
    given = put_awards(tx, grounds, [(row, credential) for row in rows], on, by=tx.actor.account_id)
    for row, award in zip(rows, given, strict=True):
        tell_of_awards(tx, row, [award, *give_what_is_due(tx, row, max(on, today), grounds)])


def _chosen(
    actor: Actor,
    program_key: str,
    credential: str,
    enrolment_ids: Sequence[UUID],
    on: date | None,
    today: date,
    now: datetime,
) -> tuple[list[EnrolmentRow], Grounds, date]:
    """Return the learners a credential is to be conferred on and what it stands on; raise when it is not due to all."""
    program = get_program(actor, program_key, "award:give")
    ids = list(dict.fromkeys(enrolment_ids))
    problems: list[Problem] = []
    if not 0 < len(ids) <= MOST_CONFERRED:
        problems.append(("/learners", Worded(N_("Tick 1 to %(most)s learners."), most=MOST_CONFERRED)))
    if on is None or on > today:
        problems.append(NO_DAY)
    if problems or on is None:
        raise Invalid(problems)
    rows = [row for row in enrolments.list_enrolments_by_id(ids) if row.program_id == program.id]
    if len(rows) < len(ids):
        raise NotFound("There is nothing here, or nothing that you may see.")
    grounds = grounds_of(rows, now)
    not_due = [(row.account.person.name, why) for row in rows if (why := _why_not(actor, grounds, row, credential, on))]
    if not_due:
        raise NotDue(not_due)
    return rows, grounds, on


def _why_not(actor: Actor, grounds: Grounds, row: EnrolmentRow, credential: str, on: date) -> str | None:
    wanted = compiled_version(row.version_id).credentials.get(credential)
    if row.account_id == actor.account_id:
        return N_("Nobody confers anything on themselves.")
    if row.status == "applied":
        return N_("This person is not in the program yet.")
    if wanted is None or wanted.is_automatic:
        return N_("This credential is not conferred by a person in the version this learner learns by.")
    refusal = grounds.refusal(row.id, credential, on, again=False)
    if refusal is None:
        return None
    return refusal.problems[0][1] if isinstance(refusal, Invalid) else refusal.message
