"""The Ed25519 keys that sign credentials: made on first use, changed by rotation, and remembered for ever.

A private key is a file ``keys/credentials-<id>.pem`` in the instance folder, or one that a setting names. Only its public
half is in the database. A retired key signs no credentials any more; behind ``did:key`` it goes on signing the status lists
of what it signed, because nobody else can speak for that issuer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import Conflict
from cbe.domain.policy import SYSTEM, Actor
from cbe.interop.openbadges.keys import did_document, did_key, did_web, multibase_of
from cbe.interop.openbadges.signing import SigningKey
from cbe.store import issuing
from cbe.store.database import installation
from cbe.store.issuing import KeyRow

from ..own_keys import make_key, read_key
from ..transaction import Transaction, transaction

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["PublicKey", "did_of", "key_of_issuer", "list_keys", "public_did_document", "rotate_key", "signing_key"]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signs or signed, as anybody may know it, with the issuer that a credential signed with it names."""

    multibase: str
    did: str
    made_at: datetime
    retired_at: datetime | None


def did_of(multibase: str) -> str:
    """Return the DID under which credentials are issued with a key: the installation's own, or the key itself."""
    return did_web(installation().base_url) or did_key(multibase)


def signing_key(*, now: datetime) -> tuple[KeyRow, SigningKey]:
    """Return the key that signs credentials now; made, or taken over from the setting, when it is not there yet."""
    row, given = issuing.current_key(), _given()
    if row is None or (given and multibase_of(given[0]) != row.multibase):
        row = _take_up(now)
    return row, SigningKey(_private(row), row.multibase, did_of(row.multibase))


def key_of_issuer(did: str) -> SigningKey:
    """Return the key that may sign for an issuer who is this installation, or was one of its keys.

    Raises ``Conflict`` when its file is gone.
    """
    rows = issuing.list_keys()
    row = next((one for one in rows if did_key(one.multibase) == did), rows[0] if rows else None)
    if row is None:
        raise Conflict("There is no key yet with which this could be signed.")
    return SigningKey(_private(row), row.multibase, did)


def rotate_key(actor: Actor, *, now: datetime) -> PublicKey:
    """Make a new key for what is signed from now on; what was signed goes on to verify. Raises ``Conflict`` behind a setting."""
    policy.require(actor, "issuer:edit")
    if installation().signing_keys:
        raise Conflict("CBE_SIGNING_KEY names the key: put another file first in it, and start cbe again.")
    with transaction(actor, now) as tx:
        return _public(_replace(tx, None))


def list_keys() -> list[PublicKey]:
    """List the keys for anybody, the one that signs now first."""
    return [_public(row) for row in issuing.list_keys()]


def public_did_document() -> dict[str, Any] | None:
    """Return the document of the installation's ``did:web`` with every key; None where it has no https address, or no key yet."""
    did, keys = did_web(installation().base_url), issuing.list_keys()
    return did_document(did, [row.multibase for row in keys]) if did and keys else None


def _take_up(now: datetime) -> KeyRow:
    with transaction(SYSTEM, now) as tx:
        row, given = issuing.current_key(), _given()  # once more: another worker may just have done it
        wanted = multibase_of(given[0]) if given else None
        if row is None or (wanted and wanted != row.multibase):
            return _replace(tx, wanted)
        tx.record("key:find", key=row.id)
        return row


def _replace(tx: Transaction, multibase: str | None) -> KeyRow:
    """Let the key of the setting, or a new one, sign from now on as part of the caller's change."""
    old = issuing.current_key()
    if old is not None:
        old.retired_at = tx.now
        tx.record("key:retire", key=old.id)
    known = next((row for row in issuing.list_keys() if row.multibase == multibase), None)
    if known is not None:  # the setting names one again that signed before
        known.retired_at, known.made_at = None, tx.now
        tx.record("key:take-up", key=known.id)
        return known
    key_id = uuid4()
    if multibase is None:
        make_key(_file(key_id))
        multibase = multibase_of(read_key(_file(key_id)))
    row = KeyRow(id=key_id, multibase=multibase, made_at=tx.now)
    tx.add(row)
    tx.record("key:make", key=key_id, public=multibase)
    return row


def _private(row: KeyRow) -> Ed25519PrivateKey:
    found = next((key for key in _given() if multibase_of(key) == row.multibase), None)
    if found is not None:
        return found
    try:
        return read_key(_file(row.id))
    except (OSError, ValueError) as error:
        raise Conflict(
            "The key %(key)s cannot be read: %(why)s. Put it back from a backup, or name it in CBE_SIGNING_KEY.",
            key=row.multibase, why=str(error),
        ) from None  # fmt: skip


def _given() -> list[Ed25519PrivateKey]:
    """Return the keys that the setting names."""
    try:
        return [read_key(path) for path in installation().signing_keys]
    except (OSError, ValueError) as error:
        raise Conflict("A key that CBE_SIGNING_KEY names cannot be read: %(why)s", why=str(error)) from None


def _file(key_id: UUID) -> Path:
    return installation().folder / "keys" / f"credentials-{key_id}.pem"


def _public(row: KeyRow) -> PublicKey:
    return PublicKey(row.multibase, did_of(row.multibase), row.made_at, row.retired_at)
