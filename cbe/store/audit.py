"""The audit trail: entries chained by hashes, with the head in one row that every writer locks.

An entry holds ids, codes, dates and digests, never names or free text, so erasure leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = ["AuditHeadRow", "AuditRow", "append_entry", "hold_head", "row_digest"]

FIRST = "0" * 64


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


def hold_head() -> AuditHeadRow:
    """Lock the newest entry's number and digest until the transaction ends, and return them as they are now."""
    query = select(AuditHeadRow).where(AuditHeadRow.id == 1).with_for_update()
    head = db.session.scalar(query.execution_options(populate_existing=True))
    if head is None:
        raise LookupError("the audit trail has no head: run `flask --app app db upgrade`")
    return head


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
    """
    columns = Row.metadata.tables[table].columns
    plain = {column.name: _plain(values.get(column.name)) for column in columns}
    if unknown := values.keys() - plain.keys():
        raise KeyError(f"{table} has no {sorted(unknown)}")
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
