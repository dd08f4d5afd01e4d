"""What befalls an award: a registrar suspends, reinstates or revokes it, or decides on a flag. Records, never edits.

Giving is ``awards``'s, raising flags ``award_flags``'s, what an award's page shows ``award_pages``'s.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.awarding import MOVES
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem
from cbe.domain.policy import Actor, Subject
from cbe.store import awarding, batches, enrolments
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardEventRow, AwardEventTextRow, AwardFlagRow, AwardRow

from .award_flags import flag_built_on
from .awards import give_what_is_due, tell_of_awards
from .grounds import Grounds, grounds_of
from .notices import tell
from .transaction import Transaction, transaction

__all__ = ["MOST_REASON", "OUTCOMES", "change_award", "decide_flag", "earliest_change"]

MOST_REASON = 2_000
"""Characters of a reason."""
VERBS = {"suspended": "award:suspend", "reinstated": "award:reinstate", "revoked": "award:revoke"}
OUTCOMES = ("kept", "suspended", "revoked")
"""What a person may decide on a flag."""


def change_award(
    actor: Actor, award_id: UUID, event: str, reason: str, *, effective_on: date | None, today: date, now: datetime
) -> None:
    """Suspend, reinstate or revoke an award from a day on, with a reason; its learner is told.

    Only what is in good standing is suspended, only what is suspended reinstated, and anything revoked that is not yet.
    What is built on an award that goes is flagged; a flag on it is decided by this. Raises ``Invalid`` with places,
    ``Conflict`` when it is no longer what it was.
    """
    _require_change(actor, award_id)
    with transaction(actor, now) as tx:
        award, enrolment = _require_change(actor, award_id)
        batches.hold_enrolments([enrolment.id])
        _befall(tx, grounds_of([enrolment], now), award, event, reason.strip(), effective_on, today)


def decide_flag(
    actor: Actor, award_id: UUID, outcome: str, reason: str, *, effective_on: date | None, today: date, now: datetime
) -> None:
    """Decide on the flag of an award, with a reason: it is kept as it is, suspended, or revoked from a day on.

    Raises ``Invalid`` with places, ``Conflict`` when somebody decided already.
    """
    _require_change(actor, award_id)
    with transaction(actor, now) as tx:
        award, enrolment = _require_change(actor, award_id)
        batches.hold_enrolments([enrolment.id])
        flag = awarding.find_open_flag(award_id)
        if flag is None:
            raise Conflict("Somebody decided on this already.")
        reason = reason.strip()
        if outcome == "kept":
            _check(reason, [])
            _close(tx, flag, outcome, reason)
        elif outcome in OUTCOMES:
            _befall(tx, grounds_of([enrolment], now), award, outcome, reason, effective_on, today)
        else:
            _check(reason, [("/change", N_("Choose what is to become of it."))])


def earliest_change(grounds: Grounds, award: AwardRow) -> date:
    """Return the first day from which something may befall an award: that of what befell it last, or of its giving."""
    return max([award.awarded_on, *(event.effective_on for event in grounds.events_of(award))])


def _befall(
    tx: Transaction,
    grounds: Grounds,
    award: AwardRow,
    event: str,
    reason: str,
    effective_on: date | None,
    today: date,
) -> None:
    enrolment, earliest = grounds.rows[award.enrolment_id], earliest_change(grounds, award)
    today = max(today, earliest)  # who gave it may live ahead of who takes it away
    problems: list[Problem] = []
    if event not in VERBS:
        problems.append(("/change", N_("Choose what is to become of it.")))
    elif event not in MOVES[grounds.state(award, today)]:
        raise Conflict("This award has changed meanwhile. Look at it again.")
    if effective_on is None or not earliest <= effective_on <= today:
        problems.append(("/effective_on", N_("Choose a day up to today, not before the last change of the award.")))
    _check(reason, problems)
    assert effective_on is not None
    row = AwardEventRow(
        id=uuid4(), award_id=award.id, event=event, effective_on=effective_on, account_id=tx.actor.account_id,
        recorded_at=tx.now,
    )  # fmt: skip
    tx.enter(row)
    tx.say(AwardEventTextRow(award_event_id=row.id, reason=reason))
    tx.record(VERBS[event], award=award.id, event=row.id, enrolment=enrolment.id, effective=effective_on)
    if event == "reinstated":
        tell_of_awards(tx, enrolment, give_what_is_due(tx, enrolment, today))
    else:
        flag = awarding.find_open_flag(award.id)
        if flag is not None:
            _close(tx, flag, event, reason)
        flag_built_on(tx, enrolment, row, award.credential)
    facts = {"program": enrolment.program.key, "credential": award.credential, "award": award.id}
    tell(tx, [enrolment.account_id], "award-changed", key=f"award-changed:{row.id}", **facts)


def _close(tx: Transaction, flag: AwardFlagRow, outcome: str, reason: str) -> None:
    flag.outcome, flag.reason = outcome, reason
    flag.decided_by, flag.decided_at = tx.actor.account_id, tx.now
    tx.record("award:decide-flag", flag=flag.id, award=flag.award_id, outcome=outcome)


def _check(reason: str, problems: list[Problem]) -> None:
    if not 0 < len(reason) <= MOST_REASON:
        problems.append(("/reason", N_("Give the reason, in 1 to 2,000 characters.")))
    if problems:
        raise Invalid(problems)


def _require_change(actor: Actor, award_id: UUID) -> tuple[AwardRow, EnrolmentRow]:
    award = awarding.find_award(award_id)
    enrolment = enrolments.find_enrolment(award.enrolment_id) if award else None
    if award is None or enrolment is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "award:change", Subject(enrolment.program_id, enrolment.account_id))
    return award, enrolment
