"""One use case is one transaction: it commits once, rolls back on any error, and never commits without an audit entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from cbe.domain.errors import Conflict
from cbe.domain.policy import Actor
from cbe.store.audit import append_entry, hold_head, row_digest
from cbe.store.database import Clash, DatabaseFailure, Row, begin_write, db
from cbe.store.people import RequestRow

__all__ = ["AlreadyDone", "DatabaseFailure", "Transaction", "transaction"]


class AlreadyDone(Conflict):
    """This very request was carried out before; nothing was done again."""


@dataclass
class Transaction:
    """A change that is being made; ``record`` says in the audit trail what it is."""

    actor: Actor
    now: datetime
    entries: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    attested: dict[str, dict[str, str]] = field(default_factory=dict)

    def enter(self, *rows: Row) -> None:
        """Put rows on the record that is only added to; the audit trail will tell any later change of them."""
        self.add(*rows)
        for row in rows:
            table = row.__tablename__
            self.attest(table, {column.name: getattr(row, column.name) for column in row.__table__.columns})

    def attest(self, table: str, values: Mapping[str, Any]) -> None:
        """Let the audit trail hold the digest of a row of the record that was put in."""
        key, digest = row_digest(table, values)
        self.attested.setdefault(table, {})[key] = digest

    def say(self, *rows: Row) -> None:
        """Put words that go with the record beside it, each row with a ``salt``; erasure may empty them later."""
        for row in rows:
            row.salt = token_hex(16)  # type: ignore[attr-defined]
        self.enter(*rows)

    def add(self, *rows: object) -> None:
        """Put new rows into the database."""
        db.session.add_all(rows)
        db.session.flush()

    def delete(self, row: object) -> None:
        """Take a row out of the database (never one of a learner's record)."""
        db.session.delete(row)
        db.session.flush()

    def record(self, action: str, **facts: Any) -> None:
        """Say what was done, ``noun:verb`` with ids, codes and dates; never names or free text."""
        self.entries.append((action, facts))


@contextmanager
def transaction(actor: Actor, now: datetime) -> Iterator[Transaction]:
    """Make one change: commit at the end, or roll everything back.

    Changes queue for the head of the audit trail before they read anything, so what one looks at (a link that is unused,
    a status that may move) stays as it is until it is done, on PostgreSQL as behind SQLite's ``BEGIN IMMEDIATE``.

    Raises ``AlreadyDone`` when the actor's request key was carried out before, ``Conflict`` when somebody else's change
    came first (a uniqueness constraint refused ours).
    """
    begin_write()
    change = Transaction(actor, now)
    try:
        hold_head()
        if actor.request_key is not None:
            _claim(actor, actor.request_key, now)
        yield change
        if not change.entries:
            raise RuntimeError("a change must leave an audit entry")
        if change.attested:
            change.entries[-1][1]["rows"] = change.attested
        for action, facts in change.entries:
            append_entry(now, actor.name, action, facts)
        db.session.commit()
    except Clash as error:
        db.session.rollback()
        raise Conflict("Somebody else changed the same thing just now. Load the page again and look.") from error
    except BaseException:
        db.session.rollback()
        raise


def _claim(actor: Actor, key: str, now: datetime) -> None:
    own = hashlib.sha256(f"{actor.name} {key}".encode()).hexdigest()  # nobody's key stands in another's way
    try:
        db.session.add(RequestRow(key=own, actor=actor.name, done_at=now))
        db.session.flush()
    except Clash as error:
        raise AlreadyDone("This was already done; it was not done again.") from error
