"""What a registrar of the demo finds to do: an award suspended, one flagged, and a certificate that is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from cbe.store import records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardEventRow, AwardEventTextRow

from ..award_flags import flag_unfounded
from ..sign_off import take_back_within
from ..transaction import Transaction

__all__ = ["DUE", "FLAGGED", "fill_desk"]

DUE = frozenset({("maryam.hosseini", "certificate-healthcare-assistant")})
"""Earned and not conferred yet: whose, and which credential."""
FLAGGED = ("samuel.mensah", "safe-accounts")
"""Whose decision on what was taken back after a badge was given for it."""


def fill_desk(
    tx: Transaction, suspended: EnrolmentRow, flagged: EnrolmentRow, staff: Mapping[str, UUID], today: date
) -> None:
    """Suspend the first award of one learner, and take back a decision that a badge of another stands on."""
    with _as(tx, staff["registrar"]):
        award = records.list_awards(suspended.id)[0]
        event = AwardEventRow(
            id=uuid4(),
            award_id=award.id,
            event="suspended",
            effective_on=today - timedelta(days=20),
            account_id=staff["registrar"],
            recorded_at=tx.now,
        )
        tx.enter(event)
        reason = "Two workbooks handed in for it are the same as a colleague’s. We are asking both of you."
        tx.say(AwardEventTextRow(award_event_id=event.id, reason=reason))
        decision = next(
            one for one in reversed(records.list_decisions(flagged.id, [FLAGGED[1]])) if one.outcome == "met"
        )
        reason = "The screenshots turned out to be of a shared account, so it was not shown."
        taken_back = take_back_within(tx, [(decision, flagged)], "overturned", reason=reason)
        flag_unfounded(tx, flagged, taken_back[0])


@contextmanager
def _as(tx: Transaction, account_id: UUID) -> Iterator[None]:
    actor = tx.actor
    tx.actor = replace(actor, account_id=account_id, is_system=False)
    yield
    tx.actor = actor
