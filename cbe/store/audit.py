"""The audit trail: entries chained by hashes, with the head in one row that every writer locks.

An entry holds ids, codes, dates and digests, never names or free text, so erasure leaves the chain whole. What the
trail attests of the record is compared with what is there by ``attested``; signatures are the services'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import String, Text, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, begin_write, db

__all__ = [
    "FIRST",
    "AuditHeadRow",
    "AuditRow",
    "Entry",
    "Head",
    "append_entry",
    "digests_at",
    "done_by",
    "entries",
    "entry_digest",
    "find_head",
    "hold_head",
    "held_head",
    "newest_seq",
    "row_digest",
]

FIRST = "0" * 64
"""What stands before the first entry."""
BATCH = 1_000


class Entry(NamedTuple):
    """One entry as it stands in the database."""

    seq: int
    at: datetime
    actor: str
    action: str
    facts: str
    digest: str


class Head(NamedTuple):
    """What the head says: the newest entry's number and digest, and how many checkpoints are on the disk."""

    seq: int
    digest: str
    checkpoints: int


class AuditRow(Row):
    """One thing that was done; ``facts`` is canonical JSON, ``digest`` covers everything and the digest before."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Row):
    """The newest entry's number and digest; the one row every writer locks before appending."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    checkpoints: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many lines of the file of checkpoints are known to be on the disk: a shorter file was cut."""


def hold_head() -> AuditHeadRow:
    """Lock the newest entry's number and digest until the transaction ends, and return them as they are now."""
    query = select(AuditHeadRow).where(AuditHeadRow.id == 1).with_for_update()
    head = db.session.scalar(query.execution_options(populate_existing=True))
    if head is None:
        raise LookupError("the audit trail has no head: run `flask --app app db upgrade`")
    return head


@contextmanager
def held_head() -> Iterator[AuditHeadRow]:
    """Hold the head without adding to the trail; what is set on it is committed at the end."""
    begin_write()
    try:
        yield hold_head()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def newest_seq() -> int:
    """Return the number of the newest entry, 0 when there is none."""
    return db.session.scalar(select(AuditHeadRow.seq).where(AuditHeadRow.id == 1)) or 0


def append_entry(at: datetime, actor: str, action: str, facts: Mapping[str, Any]) -> AuditRow:
    """Add one entry to the chain; the caller's transaction commits it with the change it tells of."""
    head, at = hold_head(), at.astimezone(UTC)
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=True)
    seq = head.seq + 1
    digest = entry_digest(head.digest, seq, at, actor, action, text)
    row = AuditRow(seq=seq, at=at, actor=actor, action=action, facts=text, digest=digest)
    db.session.add(row)
    head.seq, head.digest = seq, digest
    db.session.flush()
    return row


def row_digest(table: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the key of a row of the record (its primary key as text) and the SHA-256 of all its columns.

    ``values``: column → value, as Python has them or as a query gives them back; columns the table does not have fail.
    Empty columns don't count, so that a column which a later release adds changes no digest of before.
    """
    columns = Row.metadata.tables[table].columns
    if unknown := set(values) - set(columns.keys()):
        raise KeyError(f"{table} has no {sorted(unknown)}")
    plain = {name: _plain(value) for name, value in values.items() if value is not None}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    key = "/".join(str(plain[column.name]) for column in Row.metadata.tables[table].primary_key)
    return key, hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def entry_digest(before: str, seq: int, at: datetime, actor: str, action: str, facts: str) -> str:
    """Return the SHA-256 that ties an entry to the one before it."""
    line = "\n".join((before, str(seq), at.isoformat(), actor, action, facts))
    return hashlib.sha256(line.encode()).hexdigest()


def entries(connection: Connection) -> Iterator[Entry]:
    """Yield every entry in order, some at a time, as one state of the data has them."""
    table = AuditRow.__table__
    query = select(table).order_by(table.c.seq).execution_options(yield_per=BATCH)
    for row in connection.execute(query):
        yield Entry(*row)


def done_by(connection: Connection, actor: str) -> Iterator[tuple[datetime, str]]:
    """Return when somebody did what, in order."""
    table = AuditRow.__table__
    query = select(table.c.at, table.c.action).where(table.c.actor == actor).order_by(table.c.seq)
    return ((at, action) for at, action in connection.execute(query.execution_options(yield_per=BATCH)))


def find_head(connection: Connection) -> Head | None:
    """Return what the head says in this state of the data, or None when it is gone."""
    table = AuditHeadRow.__table__
    row = connection.execute(select(table.c.seq, table.c.digest, table.c.checkpoints).where(table.c.id == 1)).first()
    return row and Head(*row)


def digests_at(connection: Connection, seqs: Sequence[int]) -> dict[int, str]:
    """Return the digests of these entries (some hundred), of those that are there."""
    table = AuditRow.__table__
    query = select(table.c.seq, table.c.digest).where(table.c.seq.in_(seqs))
    return {seq: digest for seq, digest in connection.execute(query)}
