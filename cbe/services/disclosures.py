"""What staff told others outside about a person: written down once, for ever, where the person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, NotFound, Problem, Worded
from cbe.domain.mastery import latest_today
from cbe.domain.policy import Actor, Subject
from cbe.store import privacy
from cbe.store.privacy import DisclosureRow, DisclosureTextRow

from .erasing import get_learner
from .notices import tell
from .transaction import transaction

__all__ = ["GROUNDS", "MOST_NAME", "MOST_WORDS", "Disclosure", "disclosures_to", "list_own", "log"]

GROUNDS = ("consent", "contract", "law", "vital", "interest")
ROLES = ("data_protection", "registrar", "coordinator")
MOST_NAME, MOST_WORDS = 200, 2_000


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Who was told what, when and on which ground, by somebody in which role; empty where the words were erased."""

    recipient: str
    scope: str
    note: str
    on: date
    ground: str
    role: str


def list_own(actor: Actor) -> list[Disclosure]:
    """List what others were told about oneself, newest first."""
    policy.require(actor, "archive:take", Subject(account_id=actor.account_id))
    return _of(actor.account_id) if actor.account_id else []


def disclosures_to(actor: Actor, enrolment_id: UUID) -> list[Disclosure]:
    """List what was written down of a learner in this program, for staff who may read it."""
    row = get_learner(actor, enrolment_id, "privacy:read")
    return _of(row.account_id, row.program_id)


def log(
    actor: Actor,
    enrolment_id: UUID,
    recipient: str,
    scope: str,
    note: str,
    ground: str,
    on: date | None,
    *,
    now: datetime,
) -> UUID:
    """Write down that somebody outside was told something; the learner is told so."""
    row = get_learner(actor, enrolment_id, "disclosure:log")
    if problems := _problems(recipient, scope, note, ground, on, now):
        raise Invalid(problems)
    if on is None:
        raise NotFound("There is no day.")
    with transaction(actor, now) as tx:
        row = get_learner(actor, enrolment_id, "disclosure:log")
        found = DisclosureRow(
            id=uuid4(), account_id=row.account_id, program_id=row.program_id, disclosed_on=on, ground=ground,
            made_by=actor.account_id, role=role_in(actor, row.program_id), recorded_at=now,
        )  # fmt: skip
        tx.enter(found)
        tx.say(
            DisclosureTextRow(
                disclosure_id=found.id, recipient=recipient.strip(), scope=scope.strip(), note=note.strip()
            )
        )
        tell(tx, [row.account_id], "disclosed", key=f"disclosure:{found.id}")
        tx.record("disclosure:log", account=row.account_id, disclosure=found.id, ground=ground)
        return found.id


def role_in(actor: Actor, program_id: UUID) -> str:
    """Return the role in which somebody acts here: the first of those that may."""
    return next((role for role in ROLES if role in actor.roles.get(program_id, ())), "")


def _problems(recipient: str, scope: str, note: str, ground: str, on: date | None, now: datetime) -> list[Problem]:
    problems: list[Problem] = []
    if not 0 < len(recipient.strip()) <= MOST_NAME:
        problems.append(("/recipient", Worded("Say who received it, in at most %(max)d characters.", max=MOST_NAME)))
    if not 0 < len(scope.strip()) <= MOST_WORDS:
        problems.append(("/scope", Worded("Say what they received, in at most %(max)d characters.", max=MOST_WORDS)))
    if len(note) > MOST_WORDS:
        problems.append(("/note", Worded("Write at most %(max)d characters.", max=MOST_WORDS)))
    if ground not in GROUNDS:
        problems.append(("/ground", N_("Choose the ground.")))
    if on is None or on > latest_today(now):
        problems.append(("/on", N_("Choose today or a day before.")))
    return problems


def _of(account_id: UUID, program_id: UUID | None = None) -> list[Disclosure]:
    return [
        Disclosure(text.recipient or "", text.scope or "", text.note or "", row.disclosed_on, row.ground, row.role)
        for row, text in privacy.list_disclosures(account_id, program_id)
    ]
