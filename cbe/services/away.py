"""When an assessor is away, and who stands in for them meanwhile; one says so only of oneself.

What follows (whose the learners are) is ``store.groups``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.policy import Actor, Subject
from cbe.store import assessing
from cbe.store.assessing import AwayRow

from .transaction import transaction

__all__ = ["LONGEST", "Away", "Deputy", "clear_away", "get_away", "list_away_in", "list_deputies", "set_away"]

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away on these days (both included); ``deputy`` None: every instructor of the program stands in."""

    name: str
    since: date
    until: date
    deputy_id: UUID | None
    deputy: str | None


@dataclass(frozen=True, slots=True)
class Deputy:
    """A colleague who could stand in: an instructor of the same programs (of how many of them)."""

    account_id: UUID
    name: str
    programs: int


def get_away(actor: Actor, *, today: date) -> Away | None:
    """Return when one is or will be away, None when that is over or was never said."""
    policy.require(actor, "away:set", Subject(account_id=actor.account_id))
    row = assessing.find_away(actor.account_id) if actor.account_id else None
    return _away(row, assessing.names_around([row])) if row is not None and row.until >= today else None


def list_deputies(actor: Actor, *, today: date) -> list[Deputy]:
    """List who could stand in for one: the other instructors of one's programs, by name."""
    found = assessing.list_fellows(_programs(actor), today)
    return [Deputy(*one) for one in found if one[0] != actor.account_id]


def set_away(
    actor: Actor, since: date | None, until: date | None, deputy_id: UUID | None, *, today: date, now: datetime
) -> None:
    """Say that one is away on these days and who stands in; without a deputy every instructor of the program does."""
    policy.require(actor, "away:set", Subject(account_id=actor.account_id))
    with transaction(actor, now) as tx:
        assert actor.account_id is not None
        first, last = _checked(since, until, today)
        if deputy_id is not None and deputy_id not in {one.account_id for one in list_deputies(actor, today=today)}:
            raise Invalid([("/deputy", N_("Choose an instructor of one of your programs."))])
        row = assessing.find_away(actor.account_id)
        if row is None:
            row = AwayRow(account_id=actor.account_id, since=first, until=last)
            tx.add(row)
        row.since, row.until, row.deputy_id = first, last, deputy_id
        tx.record("away:set", account=actor.account_id, since=first, until=last, deputy=deputy_id)


def clear_away(actor: Actor, *, now: datetime) -> None:
    """Say that one is there (again)."""
    policy.require(actor, "away:set", Subject(account_id=actor.account_id))
    with transaction(actor, now) as tx:
        row = assessing.find_away(actor.account_id) if actor.account_id else None
        if row is not None:
            tx.delete(row)
        tx.record("away:clear", account=actor.account_id)


def list_away_in(group_id: UUID, *, today: date) -> list[Away]:
    """List who of a group's instructors is away today, by name; the caller asks who may know."""
    rows = assessing.list_away_in(group_id, today)
    names = assessing.names_around(rows)
    return sorted((_away(row, names) for row in rows), key=lambda one: one.name)


def _away(row: AwayRow, names: dict[UUID, str]) -> Away:
    deputy = names.get(row.deputy_id) if row.deputy_id else None
    return Away(names.get(row.account_id, ""), row.since, row.until, row.deputy_id, deputy)


def _programs(actor: Actor) -> Sequence[UUID]:
    return [program_id for program_id, roles in actor.roles.items() if "instructor" in roles]


def _checked(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    problems: list[Problem] = []
    if since is None:
        problems.append(("/since", N_("Choose the first day.")))
    if until is None or until < max(today, since or today):
        problems.append(("/until", N_("Choose a last day that is today or later, and not before the first.")))
    elif since is not None and until - since > LONGEST:
        problems.append(("/until", N_("Choose at most a year.")))
    if problems or since is None or until is None:
        raise Invalid(problems)
    return since, until
