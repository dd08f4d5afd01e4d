"""Sentences that an assessor keeps for feedback; they are nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.policy import Actor, Subject
from cbe.store import assessing
from cbe.store.assessing import PhraseRow

from .transaction import transaction

__all__ = ["LONGEST", "MOST", "Phrase", "add_phrase", "change_phrase", "list_phrases", "remove_phrase"]

MOST = 100
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence one keeps."""

    id: UUID
    text: str


def list_phrases(actor: Actor) -> list[Phrase]:
    """List one's phrases, the oldest first."""
    policy.require(actor, "phrase:keep", Subject(account_id=actor.account_id))
    if actor.account_id is None:
        return []
    return [Phrase(row.id, row.text) for row in assessing.list_phrases(actor.account_id)]


def add_phrase(actor: Actor, text: str, *, now: datetime) -> UUID:
    """Keep a sentence and return its id."""
    policy.require(actor, "phrase:keep", Subject(account_id=actor.account_id))
    text = _checked(text)
    with transaction(actor, now) as tx:
        assert actor.account_id is not None
        if len(assessing.list_phrases(actor.account_id)) >= MOST:
            raise Conflict("You keep as many phrases as there can be: %(max)d. Remove one first.", max=MOST)
        row = PhraseRow(id=uuid4(), account_id=actor.account_id, text=text, created_at=now)
        tx.add(row)
        tx.record("phrase:add", phrase=row.id)
    return row.id


def change_phrase(actor: Actor, phrase_id: UUID, text: str, *, now: datetime) -> None:
    """Write a sentence anew."""
    _own(actor, phrase_id)
    text = _checked(text)
    with transaction(actor, now) as tx:
        _own(actor, phrase_id).text = text
        tx.record("phrase:change", phrase=phrase_id)


def remove_phrase(actor: Actor, phrase_id: UUID, *, now: datetime) -> None:
    """Keep a sentence no longer."""
    _own(actor, phrase_id)
    with transaction(actor, now) as tx:
        tx.delete(_own(actor, phrase_id))
        tx.record("phrase:remove", phrase=phrase_id)


def _own(actor: Actor, phrase_id: UUID) -> PhraseRow:
    row = assessing.find_phrase(phrase_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "phrase:keep", Subject(account_id=row.account_id))
    return row


def _checked(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise Invalid([("/text", N_("Write 1 to 1,000 characters."))])
    return text
