"""Giving credentials: one by a registrar or the system, and those that are given by themselves.

What an award must stand on is ``grounds``'s, conferring many ``conferring``'s. Suspending, reinstating and revoking are
records of their own (``award_events``); nothing here changes an award that was given.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, NotFound
from cbe.domain.mastery import add_months, latest_today
from cbe.domain.policy import Actor, Subject
from cbe.store import batches, enrolments
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardRow

from .grounds import Grounds, grounds_of
from .notices import tell
from .programs import compiled_version
from .transaction import Transaction, transaction

__all__ = ["give_award", "give_award_within", "give_what_is_due", "put_awards", "tell_of_awards"]


def give_award(actor: Actor, enrolment_id: UUID, credential: str, *, on: date, now: datetime) -> UUID:
    """Give a learner a credential as of a day on which its requirement was met, and return the award's id.

    What was revoked is given again only by a registrar; what is suspended is reinstated instead. Raises ``NotFound``,
    ``Invalid`` for a day in the future or a requirement that is not met, ``Conflict`` when it is held or withheld.
    """
    _require_give(actor, enrolment_id)
    with transaction(actor, now) as tx:
        return give_award_within(tx, _require_give(actor, enrolment_id), credential, on)


def give_award_within(tx: Transaction, enrolment: EnrolmentRow, credential: str, on: date) -> UUID:
    """Give a credential as part of the caller's change; see ``give_award``."""
    compiled_version(enrolment.version_id).get_credential(credential)
    if on > latest_today(tx.now):
        raise Invalid([("/on", N_("This day is in the future. Choose today or a day before."))])
    batches.hold_enrolments([enrolment.id])
    grounds = grounds_of([enrolment], tx.now)
    refusal = grounds.refusal(enrolment.id, credential, on, again=not tx.actor.is_system)
    if refusal is not None:
        raise refusal
    return put_awards(tx, grounds, [(enrolment, credential)], on, by=tx.actor.account_id)[0].id


def give_what_is_due(
    tx: Transaction, enrolment: EnrolmentRow, on: date, grounds: Grounds | None = None
) -> list[AwardRow]:
    """Give every badge and micro-credential that is awarded by itself and whose requirement is met on a day.

    Part of the caller's change, which may have looked at the ``grounds``. What builds on another is given in the same go;
    what was taken away waits for a person.
    """
    if grounds is None:
        batches.hold_enrolments([enrolment.id])
        grounds = grounds_of([enrolment], tx.now)
    compiled = compiled_version(enrolment.version_id)
    automatic = [key for key, one in compiled.credentials.items() if one.is_automatic]
    given: list[AwardRow] = []
    while due := [key for key in automatic if grounds.refusal(enrolment.id, key, on, again=False) is None]:
        given += put_awards(tx, grounds, [(enrolment, key) for key in due], on, by=None)
    return given


def tell_of_awards(tx: Transaction, enrolment: EnrolmentRow, awards: list[AwardRow]) -> None:
    """Tell a learner which credentials they were given."""
    for award in awards:
        facts = {"program": enrolment.program.key, "credential": award.credential}
        tell(tx, [enrolment.account_id], "award", key=f"award:{award.id}", **facts)


def put_awards(
    tx: Transaction, grounds: Grounds, picks: list[tuple[EnrolmentRow, str]], on: date, *, by: UUID | None
) -> list[AwardRow]:
    """Put awards on records as part of the caller's change, which has looked for refusals; return them, in order.

    ``by``: who conferred them, None when they are given by themselves.
    """
    awards = [_award(tx, enrolment, credential, on, by) for enrolment, credential in picks]
    tx.enter(*awards)
    for award in awards:
        grounds.awards.setdefault(award.enrolment_id, []).append(award)
        tx.record("award:give", award=award.id, enrolment=award.enrolment_id, credential=award.credential, on=on)
    return awards


def _award(tx: Transaction, enrolment: EnrolmentRow, credential: str, on: date, by: UUID | None) -> AwardRow:
    months = compiled_version(enrolment.version_id).credentials[credential].validity_months
    return AwardRow(
        id=uuid4(),
        enrolment_id=enrolment.id,
        version_id=enrolment.version_id,
        credential=credential,
        awarded_on=on,
        expires_on=add_months(on, months) if months is not None else None,
        account_id=by,
        recorded_at=tx.now,
    )


def _require_give(actor: Actor, enrolment_id: UUID) -> EnrolmentRow:
    row = enrolments.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "award:give", Subject(row.program_id, row.account_id))
    return row
