"""Signing what was awarded and is not signed yet: a sweep over what the database says is still to do.

Every award is signed once, however many workers sweep and wherever they stop: the row that says so goes in after signing,
in a change of its own, and the database takes one per award.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import randbelow
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import Conflict
from cbe.domain.mastery import UNDO
from cbe.domain.policy import SYSTEM, Actor
from cbe.interop.openbadges.building import IssuerFacts, credential_document
from cbe.interop.openbadges.signing import Signed, SigningKey, Unsignable, sign_credential
from cbe.interop.openbadges.status_lists import SIZE, status_entry
from cbe.store import issuing
from cbe.store.issuing import CredentialRow, KeyRow, StatusListRow
from cbe.store.records import AwardRow

from ..addresses import status_url
from ..transaction import transaction
from .facts import AwardFacts, Words, facts_of_awards
from .issuer import issuer_facts
from .keys import signing_key

__all__ = ["Progress", "count_signed", "sign_waiting"]

CHUNK = 20
"""Awards whose facts are looked up at once."""
MOST_IN_LIST = 100_000
"""Credentials that point into one list; more begin another."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the awards are signed."""

    signed: int
    awards: int


@dataclass(frozen=True, slots=True)
class _Issuing:
    """With what is signed: the key, the issuer and the lists."""

    key_id: UUID
    key: SigningKey
    issuer: IssuerFacts
    list_id: UUID


@dataclass(frozen=True, slots=True)
class _Made:
    award_id: UUID
    credential_id: UUID
    index: int
    signed: Signed


def sign_waiting(words: Words, *, now: datetime, limit: int = 500) -> int:
    """Sign the awards whose ten minutes are over, what others are built on first; return how many were signed.

    One that cannot be signed is written into the log and keeps nobody else waiting.
    """
    before, done = now - UNDO, 0
    if not issuing.list_unsigned(before, None, 1):
        return 0
    with_what = _issuing(*signing_key(now=now), now)
    while done < limit and (count := _pass(words, with_what, before, now, limit - done, is_patient=True)):
        done += count
    return done + _pass(words, with_what, before, now, limit - done, is_patient=False)


def count_signed(actor: Actor) -> Progress:
    """Return how far signing is, to those who run the installation."""
    policy.require(actor, "issuer:edit")
    return Progress(*issuing.count_signed())


def _pass(words: Words, with_what: _Issuing, before: datetime, now: datetime, limit: int, *, is_patient: bool) -> int:
    """Go once through what waits; ``is_patient`` leaves out what is built on something that is not signed yet."""
    done, after = 0, None
    while done < limit and (rows := issuing.list_unsigned(before, after, min(CHUNK, limit - done))):
        after = (rows[-1].recorded_at, rows[-1].id)
        made = [_sign(one, with_what, now) for one in _facts(rows, words, now) if one.is_whole or not is_patient]
        done += sum(_keep(one, with_what, now) for one in made if one is not None)
    return done


def _facts(rows: Sequence[AwardRow], words: Words, now: datetime) -> list[AwardFacts]:
    return facts_of_awards(rows, words, now=now)


def _sign(facts: AwardFacts, with_what: _Issuing, now: datetime) -> _Made | None:
    index = randbelow(SIZE)
    while issuing.is_taken(with_what.list_id, index):
        index = randbelow(SIZE)
    entry = status_entry(status_url(with_what.list_id, "revocation"), "revocation", index)
    try:
        signed = sign_credential(credential_document(facts.make(with_what.issuer, entry)), with_what.key, now=now)
    except Unsignable as error:
        log.error("award %s: %s", facts.award_id, error)
        return None
    return _Made(facts.award_id, facts.credential_id, index, signed)


def _keep(made: _Made, with_what: _Issuing, now: datetime) -> bool:
    """Put a signed credential into the database; False when another worker was quicker, or took the place in the list."""
    try:
        with transaction(SYSTEM, now) as tx:
            tx.add(CredentialRow(
                id=made.credential_id, award_id=made.award_id, key_id=with_what.key_id, did=with_what.key.did,
                list_id=with_what.list_id, status_index=made.index, document=made.signed.text, jwt=made.signed.jwt,
                signed_at=now,
            ))  # fmt: skip
            digest = hashlib.sha256(made.signed.text.encode()).hexdigest()
            tx.record("credential:sign", credential=made.credential_id, award=made.award_id, digest=digest)
    except Conflict:
        return False
    return True


def _issuing(row: KeyRow, key: SigningKey, now: datetime) -> _Issuing:
    key_id = row.id
    return _Issuing(key_id, key, issuer_facts(key.did), _list_for(key.did, now))


def _list_for(did: str, now: datetime) -> UUID:
    """Return the pair of status lists into which credentials of an issuer point now; a new one when there is no room."""
    found = issuing.newest_list(did)
    if found is not None and found[1] < MOST_IN_LIST:
        return found[0].id
    with transaction(SYSTEM, now) as tx:
        found = issuing.newest_list(did)  # once more: another worker may just have begun one
        if found is not None and found[1] < MOST_IN_LIST:
            tx.record("status-list:find", list=found[0].id)
            return found[0].id
        row = StatusListRow(id=uuid4(), did=did, made_at=now)
        tx.add(row)
        tx.record("status-list:begin", list=row.id)
        return row.id
