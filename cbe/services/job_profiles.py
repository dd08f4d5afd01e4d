"""Job profiles: kept by anybody for themselves, shared with everybody by those who design or keep programs.

What is in a profile, and how it is held against competencies, is ``domain.job_profile``'s; against a record ``job_matching``'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.job_profile import MOST_ITEMS, Item, JobProfile, Need
from cbe.domain.policy import Actor, Subject
from cbe.interop.csv_table import MOST_BYTES
from cbe.interop.job_profile_csv import read_items
from cbe.store import job_profiles
from cbe.store.job_profiles import ProfileRow

from .transaction import Transaction, transaction

__all__ = [
    "LONGEST_ADDRESS",
    "LONGEST_DESCRIPTION",
    "LONGEST_TITLE",
    "MOST_BYTES",
    "MOST_ADDRESSES",
    "MOST_KEPT",
    "Kept",
    "Line",
    "find_shared",
    "get_own",
    "get_profile",
    "keep_profile",
    "list_profiles",
    "list_shared",
    "may_share",
    "put_within",
    "read_items",
    "remove_profile",
    "share_profile",
]

MOST_KEPT = 50
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 5_000
MOST_ADDRESSES = 10
LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A profile in a list: whether it is one's own and whether everybody sees it."""

    id: UUID
    title: str
    count: int
    is_own: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile as it is kept."""

    id: UUID
    profile: JobProfile
    is_own: bool
    is_shared: bool
    changed_at: datetime


def list_profiles(actor: Actor) -> list[Line]:
    """List one's own profiles and the shared ones by title."""
    policy.require(actor, "profile:read")
    rows = job_profiles.list_profiles(actor.account_id)
    return [Line(row.id, row.title, row.count, row.account_id == actor.account_id, row.is_shared) for row in rows]


def list_shared() -> list[Line]:
    """List the shared profiles by title; they are for everybody."""
    return [Line(row.id, row.title, row.count, False, True) for row in job_profiles.list_profiles(None)]


def find_shared(profile_id: UUID) -> JobProfile | None:
    """Return a shared profile, or None; it is for everybody."""
    row = job_profiles.find_profile(profile_id)
    return _profile(row) if row is not None and row.is_shared else None


def get_profile(actor: Actor, profile_id: UUID) -> Kept:
    """Return a profile that is one's own or shared; ``NotFound`` for any other."""
    policy.require(actor, "profile:read")
    row = job_profiles.find_profile(profile_id)
    if row is None or not (row.is_shared or row.account_id == actor.account_id):
        raise NotFound("There is nothing here, or nothing that you may see.")
    return Kept(row.id, _profile(row), row.account_id == actor.account_id, row.is_shared, row.changed_at)


def get_own(actor: Actor, profile_id: UUID) -> Kept:
    """Return one's own profile, to be written anew."""
    found = get_profile(actor, profile_id)
    policy.require(actor, "profile:keep", Subject(account_id=actor.account_id if found.is_own else UUID(int=0)))
    return found


def keep_profile(actor: Actor, profile: JobProfile, *, profile_id: UUID | None = None, now: datetime) -> UUID:
    """Keep a new profile, or write one's own anew; raises ``Invalid`` with every problem."""
    policy.require(actor, "profile:keep", Subject(account_id=actor.account_id))
    _check(profile)
    with transaction(actor, now) as tx:
        assert actor.account_id is not None
        if profile_id is None:
            if job_profiles.count_profiles(actor.account_id) >= MOST_KEPT:
                raise Conflict("You keep as many profiles as there can be: %(max)d. Remove one first.", max=MOST_KEPT)
            row = ProfileRow(id=uuid4(), account_id=actor.account_id, is_shared=False)
        else:
            row = _own(actor, profile_id)
        put_within(tx, row, profile)
    return row.id


def put_within(tx: Transaction, row: ProfileRow, profile: JobProfile) -> None:
    """Write a profile into its row, within a change that is being made."""
    row.title, row.description, row.changed_at = profile.title, profile.description, tx.now
    row.items, row.count = _written(profile.items), len(profile.items)
    tx.add(row)
    tx.record("profile:keep", profile=row.id, items=row.count)


def remove_profile(actor: Actor, profile_id: UUID, *, now: datetime) -> None:
    """Keep one's own profile no longer."""
    policy.require(actor, "profile:keep", Subject(account_id=actor.account_id))
    with transaction(actor, now) as tx:
        tx.delete(_own(actor, profile_id))
        tx.record("profile:remove", profile=profile_id)


def share_profile(actor: Actor, profile_id: UUID, is_shared: bool, *, now: datetime) -> None:
    """Let everybody read one's own profile, or nobody else any more."""
    policy.require(actor, "profile:keep", Subject(account_id=actor.account_id))
    with transaction(actor, now) as tx:
        row = _own(actor, profile_id)
        if not may_share(actor):
            policy.require(actor, "profile:share")
        row.is_shared = is_shared
        tx.record("profile:share" if is_shared else "profile:unshare", profile=profile_id)


def may_share(actor: Actor) -> bool:
    """Tell whether the actor may let everybody read a profile: who runs the installation, or designs or keeps a program."""
    return policy.may(actor, "profile:share") or policy.may_somewhere(actor, "profile:share")


def _own(actor: Actor, profile_id: UUID) -> ProfileRow:
    row = job_profiles.find_profile(profile_id)
    if row is None or not (row.is_shared or row.account_id == actor.account_id):
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "profile:keep", Subject(account_id=row.account_id))
    return row


def _profile(row: ProfileRow) -> JobProfile:
    items = tuple(
        Item(one["title"], Need(one["need"]), tuple(one["uris"]), tuple(map(tuple, one["competencies"])))
        for one in json.loads(row.items)
    )
    return JobProfile(row.title, items, row.description)


def _written(items: Iterable[Item]) -> str:
    return json.dumps(
        [{"title": one.title, "need": one.need, "uris": one.uris, "competencies": one.competencies} for one in items],
        ensure_ascii=False,
    )


def _check(profile: JobProfile) -> None:
    problems: list[Problem] = []
    if not 1 <= len(profile.title) <= LONGEST_TITLE:
        problems.append(("/title", N_("Write 1 to 200 characters.")))
    if len(profile.description) > LONGEST_DESCRIPTION:
        problems.append(("/description", Worded("Write at most %(max)d characters.", max=LONGEST_DESCRIPTION)))
    if not profile.items:
        problems.append(("/items", N_("Say at least one thing that the job asks for.")))
    if len(profile.items) > MOST_ITEMS:
        problems.append(("/items", Worded("A profile asks for at most %(max)d things.", max=MOST_ITEMS)))
    for number, item in enumerate(profile.items):
        if not 1 <= len(item.title) <= LONGEST_TITLE:
            problems.append((f"/items/{number}/title", N_("Write 1 to 200 characters.")))
        if len(item.uris) > MOST_ADDRESSES or any(len(uri) > LONGEST_ADDRESS for uri in item.uris):
            problems.append((f"/items/{number}/uris", Worded("At most %(most)d addresses of %(longest)d characters each.", most=MOST_ADDRESSES, longest=LONGEST_ADDRESS)))  # fmt: skip
    if problems:
        raise Invalid(problems)
