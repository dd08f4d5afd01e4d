"""Credentials given to learners: giving one, and which are held or withheld on a day.

Suspending, reinstating and revoking are records of their own (``AwardEventRow``); nothing here changes an award that
was given. What a learner has mastered is ``decisions``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.mastery import add_months, latest_today
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import leaf_credits
from cbe.domain.requirements import is_met
from cbe.store import batches, enrolments, records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardEventRow, AwardFlagRow, AwardRow

from .decisions import mastered_on
from .programs import compiled_version
from .transaction import Transaction, transaction

__all__ = [
    "award_standing",
    "flag_unfounded",
    "give_award",
    "give_award_within",
    "give_what_is_due",
    "standing_of_awards",
]


def award_standing(enrolment_id: UUID, on: date) -> tuple[frozenset[str], frozenset[str]]:
    """Return the credentials held in good standing and those withheld on a day; two queries.

    Withheld is what is not held and whose newest award was revoked or is suspended: neither counts, and neither is given
    by itself, because a person took it away and a person must decide. That stays so when the award would have expired
    meanwhile. An award that simply expired is neither: it can be earned again.
    """
    return standing_of_awards(records.list_awards(enrolment_id), records.list_award_events(enrolment_id), on)


def standing_of_awards(
    awards: Iterable[AwardRow], events: Iterable[AwardEventRow], on: date
) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is held and what is withheld on a day, from awards (oldest first) and events (in their order)."""
    newest_event = {event.award_id: event.event for event in events if event.effective_on <= on}
    held: set[str] = set()
    withheld: set[str] = set()
    for award in awards:
        if award.awarded_on > on:
            continue
        withheld.discard(award.credential)
        if newest_event.get(award.id) in ("revoked", "suspended"):
            withheld.add(award.credential)
        elif award.expires_on is None or award.expires_on > on:
            held.add(award.credential)
    return frozenset(held), frozenset(withheld - held)


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
    compiled = compiled_version(enrolment.version_id)
    wanted = compiled.get_credential(credential)
    if on > latest_today(tx.now):
        raise Invalid([("/on", N_("This day is in the future. Choose today or a day before."))])
    batches.hold_enrolments([enrolment.id])
    awards, events = records.list_awards(enrolment.id), records.list_award_events(enrolment.id)
    held, _ = standing_of_awards(awards, events, on)
    _require_free(tx.actor, credential, awards, events, on)
    if not is_met(wanted.requires, mastered_on(enrolment, on), held, leaf_credits(compiled.program)):
        raise Invalid([("/credential", N_("The requirement of this credential is not met on this day."))])
    months = wanted.validity_months
    award = AwardRow(
        id=uuid4(),
        enrolment_id=enrolment.id,
        version_id=enrolment.version_id,
        credential=credential,
        awarded_on=on,
        expires_on=add_months(on, months) if months is not None else None,
        account_id=tx.actor.account_id,
        recorded_at=tx.now,
    )
    tx.enter(award)
    tx.record("award:give", award=award.id, enrolment=enrolment.id, credential=credential, on=on)
    return award.id


def give_what_is_due(tx: Transaction, enrolment: EnrolmentRow, on: date) -> list[UUID]:
    """Give every badge and micro-credential that is awarded by itself and whose requirement is met on a day.

    Part of the caller's change. What builds on another is given in the same go; what was taken away waits for a person.
    """
    compiled = compiled_version(enrolment.version_id)
    batches.hold_enrolments([enrolment.id])
    mastered, credits_of = mastered_on(enrolment, on), leaf_credits(compiled.program)
    given: list[UUID] = []
    while True:
        held, withheld = award_standing(enrolment.id, on)
        due = [
            key
            for key, one in compiled.credentials.items()
            if one.is_automatic and key not in held | withheld and is_met(one.requires, mastered, held, credits_of)
        ]
        if not due:
            return given
        given += [give_award_within(tx, enrolment, key, on) for key in due]


def flag_unfounded(tx: Transaction, enrolment: EnrolmentRow, taken_back_id: UUID) -> list[UUID]:
    """Flag, for a person to decide, the awards in good standing whose requirement was not met when they were given.

    As known now, after a decision was taken back; what is flagged already stays as it is. Returns the awards flagged.
    """
    compiled = compiled_version(enrolment.version_id)
    awards, events = records.list_awards(enrolment.id), records.list_award_events(enrolment.id)
    open_flags = records.list_open_flags([award.id for award in awards])
    flagged = []
    for award in awards:
        wanted = compiled.credentials.get(award.credential)
        if wanted is None or award.id in open_flags or _is_revoked(award, events):
            continue
        held, _ = standing_of_awards([one for one in awards if one.id != award.id], events, award.awarded_on)
        mastered = mastered_on(enrolment, award.awarded_on)
        if not is_met(wanted.requires, mastered, held, leaf_credits(compiled.program)):
            flag = AwardFlagRow(id=uuid4(), award_id=award.id, taken_back_id=taken_back_id, flagged_at=tx.now)
            tx.add(flag)
            tx.record("award:flag", award=award.id, enrolment=enrolment.id, taken_back=taken_back_id)
            flagged.append(award.id)
    return flagged


def _is_revoked(award: AwardRow, events: Sequence[AwardEventRow]) -> bool:
    return any(event.award_id == award.id and event.event == "revoked" for event in events)


def _require_give(actor: Actor, enrolment_id: UUID) -> EnrolmentRow:
    row = enrolments.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "award:give", Subject(row.program_id))
    return row


def _require_free(
    actor: Actor, credential: str, awards: Sequence[AwardRow], events: Sequence[AwardEventRow], on: date
) -> None:
    """Refuse what is held on the day or later, and what was taken away at any time, unless a registrar gives it again."""
    of_it = [award for award in awards if award.credential == credential]
    for day in {on, *(award.awarded_on for award in of_it if award.awarded_on > on)}:
        if credential in standing_of_awards(of_it, events, day)[0]:
            raise Conflict("This learner holds %(credential)s already.", credential=credential)
    _, withheld = standing_of_awards(of_it, events, date.max)
    if credential not in withheld:
        return
    newest = [event.event for event in events if event.award_id == of_it[-1].id][-1]
    if newest == "suspended":
        raise Conflict("%(credential)s is suspended: reinstate it instead of giving it again.", credential=credential)
    if actor.is_system:
        raise Conflict("%(credential)s was revoked: only a registrar can give it again.", credential=credential)
