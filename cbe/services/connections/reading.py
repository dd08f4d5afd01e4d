"""What an application reads for a learner: their signed credentials, all and only theirs, and who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cbe.domain import policy
from cbe.domain.policy import Actor, Subject
from cbe.interop.openbadges.shapes import CONTEXTS
from cbe.store import connections, people

from .tokens import Grant, touch

__all__ = ["MOST", "Page", "read_credentials", "read_profile"]

MOST = 100
"""So many credentials are given at once."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the credentials of a learner, each exactly as it was signed, and how many there are."""

    documents: list[str]
    total: int


def read_credentials(grant: Grant, *, since: datetime | None, offset: int, limit: int, now: datetime) -> Page:
    """Return credentials in the order of signing, those signed after a moment when one is given.

    What is suspended, revoked or expired is among them: its own status and date say so, and a copy without that is worse.
    """
    _require(grant)
    touch(grant, now=now)
    total = connections.count_owned(grant.account_id, since)
    return Page(connections.list_owned(grant.account_id, since, offset, min(limit, MOST)), total)


def read_profile(grant: Grant, *, now: datetime) -> dict[str, Any]:
    """Return who agreed: the name, under an id that no other application is given."""
    _require(grant)
    touch(grant, now=now)
    name = people.names_of([grant.account_id])[grant.account_id]
    return {"@context": list(CONTEXTS), "id": f"urn:uuid:{grant.consent_id}", "type": ["Profile"], "name": name}


def _require(grant: Grant) -> None:
    policy.require(Actor(account_id=grant.account_id), "credential:keep", Subject(account_id=grant.account_id))
