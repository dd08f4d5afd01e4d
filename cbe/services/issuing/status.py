"""Status lists: which credentials are revoked or suspended, as signed lists that say nothing of whose they are.

A credential has one entry, in the list for revocation: Open Badges 3.0 allows no second. Its bit is set while the award is
revoked *or suspended*, so that nobody takes what is suspended for good; the list for suspension has the bit at the same
index while it is suspended only, and tells the two apart. See ``docs/decisions/0014``.

A list is signed anew for every quarter of an hour in which somebody asks, always with the same times, and again as soon as
something befalls an award. Nothing is kept of it but in the memory of a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from cbe.domain.awarding import AwardState, award_state
from cbe.domain.errors import NotFound
from cbe.domain.mastery import latest_today
from cbe.interop.openbadges.signing import Signed, SigningKey, sign_list
from cbe.interop.openbadges.status_lists import SIZE, list_document
from cbe.store import issuing, records
from cbe.store.records import AwardRow

from ..addresses import status_url
from .keys import key_of_issuer

__all__ = ["FRESH", "PURPOSES", "StatusList", "get_list", "state_of"]

PURPOSES = ("revocation", "suspension")
SETS = {"revocation": {"revoked", "suspended"}, "suspension": {"suspended"}}
"""By purpose: what befell an award last when its bit is set."""
STEP = timedelta(minutes=15)
VALID = timedelta(days=1)
"""So long a list holds for who keeps it; an older one is no answer."""
FRESH = timedelta(minutes=1)
"""So long a cache may answer with it."""
MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class StatusList:
    """A signed list, and what a page says of it."""

    purpose: str
    address: str
    did: str
    signed: Signed
    since: datetime
    until: datetime
    size: int = SIZE


def get_list(list_id: UUID, purpose: str, *, now: datetime) -> StatusList:
    """Return a list as it is now; raises ``NotFound``, ``Conflict`` when the key that could sign it is gone."""
    row = issuing.find_list(list_id)
    if row is None or purpose not in PURPOSES:
        raise NotFound("There is no such status list.")
    events = issuing.list_events_in(list_id, latest_today(now))
    indexes = tuple(sorted(index for index, event in events.items() if event in SETS[purpose]))
    seconds = int(STEP.total_seconds())
    since = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    key, address = key_of_issuer(row.did), status_url(list_id, purpose)
    signed = _signed(address, purpose, key, indexes, since)
    return StatusList(purpose, address, row.did, signed, since, since + VALID)


def state_of(award: AwardRow, *, now: datetime) -> AwardState:
    """Return what an award is worth now, as lists and pages say it to anybody."""
    today = latest_today(now)
    events = records.list_award_events(award.enrolment_id)
    befell = [one.event for one in events if one.award_id == award.id and one.effective_on <= today]
    return award_state(befell[-1] if befell else None, award.expires_on, now.astimezone(UTC).date())


@lru_cache(MOST_KEPT)
def _signed(address: str, purpose: str, key: SigningKey, indexes: tuple[int, ...], since: datetime) -> Signed:
    ttl = int(FRESH.total_seconds() * 1000)
    document = list_document(address, purpose, key.did, indexes, since=since, until=since + VALID, ttl_ms=ttl)
    return sign_list(document, key, now=since)
