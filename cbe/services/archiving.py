"""Everything about a person as one archive: every row that is theirs in plain values, their files, what they did.

Others stand in it by what they were to the person, never by name. What is the person's is ``store.personal``'s to say; the
readable page of the archive is made at the doors.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import RawIOBase
from typing import Any
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor, Subject
from cbe.store import audit, copying, enrolments, personal
from cbe.store.blobs import evidence_blobs, key_of

from .transaction import transaction

__all__ = ["Archive", "collect", "stream"]

STEP = 1 << 16
JSON_COLUMNS = {"links", "facts", "items"}
YOU, SOMEBODY = "you", "somebody of the organization"


@dataclass(frozen=True, slots=True)
class Archive:
    """What is known of a person. ``tables``: table → rows; ``done``: what they did here; ``files``: path → digest."""

    name: str
    made_at: datetime
    tables: dict[str, list[dict[str, Any]]]
    done: list[dict[str, str]]
    files: dict[str, str]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        head = {"format": "cbe-personal-archive/1", "made_at": self.made_at.isoformat()}
        return {**head, **self.tables, "what_you_did": self.done, "files": sorted(self.files)}


def collect(actor: Actor, *, now: datetime) -> Archive:
    """Collect everything about oneself; that it was taken is written into the trail."""
    policy.require(actor, "archive:take", Subject(account_id=actor.account_id))
    account_id = actor.account_id
    if account_id is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    with transaction(actor, now) as tx:
        found = personal.rows_about(account_id)
        programs = {row.program_id: row.program.key for row in enrolments.list_enrolments(account_id)}
        tx.record("archive:take", account=account_id)
    tables = {table: [_plain(table, row, account_id) for row in rows] for table, rows in found.items()}
    for row in tables["enrolment"]:
        row["program"] = programs.get(UUID(row.pop("program_id")))
    files = {
        f"files/{number}-{row['name']}": row["digest"]
        for number, row in enumerate(found["evidence_file"], start=1)
        if row["state"] == "ok"
    }
    return Archive(found["person"][0]["name"], now, tables, _done(account_id), files)


def stream(archive: Archive, page: str) -> Iterator[bytes]:
    """Yield a ZIP with the archive as JSON, as a page to read, and the files; never more than a piece of it at a time."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        text = json.dumps(archive.document(), ensure_ascii=False, indent=1)
        for name, words in (("index.html", page), ("everything.json", text)):
            with file.open(_entry(name, archive.made_at), "w") as entry:
                entry.write(words.encode())
            yield sink.take()
        for name, digest in archive.files.items():
            with file.open(_entry(name, archive.made_at), "w") as entry:
                for piece in _pieces(digest):
                    entry.write(piece)
                    yield sink.take()
    yield sink.take()


class _Sink(RawIOBase):
    """Where a ZIP is written to that somebody takes away as it grows."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep a piece until it is taken."""
        self.pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _pieces(digest: str) -> Iterable[bytes]:
    with evidence_blobs().open(key_of(digest)) as content:
        yield from iter(lambda: content.read(STEP), b"")


def _plain(table: str, row: Any, account_id: UUID) -> dict[str, Any]:
    """Return a row in plain values, other people by what they were."""
    people, secret = personal.people_columns(table), personal.PARTS[table].secret
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in secret:
            continue
        if name in people:
            found[name.removesuffix("_id")] = None if value is None else YOU if value == account_id else SOMEBODY
        elif name in JSON_COLUMNS and value:
            found[name] = json.loads(value)
        else:
            found[name] = _value(value)
    return found


def _value(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _done(account_id: UUID) -> list[dict[str, str]]:
    with copying.reading() as connection:
        return [{"at": at.isoformat(), "what": action} for at, action in audit.done_by(connection, str(account_id))]
