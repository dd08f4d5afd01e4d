"""What the audit trail attests of the record, against what is there: laid side by side outside the database.

Both are written into a file of SQLite's own that nobody else sees and that goes by itself, so that a record of millions
of rows needs no more memory than a small one. What the differences mean is said by the services.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

from sqlalchemy import select
from sqlalchemy.engine import Connection

from .audit import BATCH, row_digest
from .database import Row

__all__ = ["RECORD", "WORDS", "Difference", "Ledger", "found_rows", "knows_table", "version_documents"]

RECORD = (
    "program_version", "decision", "decision_evidence", "decision_taken_back", "award", "award_event",
    "disclosure", "correction", "correction_answer",
)  # fmt: skip
"""Tables that are only added to: every row is attested once, and what was attested first holds."""
WORDS = {
    "decision_text": ("feedback", "authority", "reason"),
    "decision_taken_back_text": ("reason",),
    "award_event_text": ("reason",),
    "disclosure_text": ("recipient", "scope", "note"),
    "correction_text": ("statement",),
    "correction_answer_text": ("reason",),
}
"""Tables of words that go with the record, and the columns that erasure empties: what was said last holds."""
CONTENT = {**WORDS, "evidence_version": ("text", "links")}
NOTHING = (None, "", "[]")
LARGE = {"program_version": 1, "evidence_version": 20}
"""Rows read at a time where one may be large."""


class Difference(NamedTuple):
    """One row that is not as attested.

    ``kind``: ``changed``, ``emptied``, ``missing``, ``never`` (attested), ``again`` (words where words were erased).
    ``seq``: the entry that says how it should be, None for ``never``.
    """

    kind: str
    key: str
    seq: int | None


class Ledger:
    """Two columns: what was said of each row, and what was found."""

    def __init__(self) -> None:
        """Open a file that has no name and is deleted when it is closed."""
        self.file = sqlite3.connect("", isolation_level=None)
        self.file.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;"
            "CREATE TABLE said (name, key, digest, seq, PRIMARY KEY (name, key)) WITHOUT ROWID;"
            "CREATE TABLE found (name, key, digest, empty, PRIMARY KEY (name, key)) WITHOUT ROWID;"
        )

    def __enter__(self) -> Self:
        """Collect everything in one go."""
        self.file.execute("BEGIN")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Throw it away."""
        self.file.close()

    def say(self, seq: int, table: str, digests: Iterable[tuple[str, str | None]]) -> None:
        """Note what an entry says of rows: key and digest, or None where their words were erased."""
        first, newest = (
            "INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?)",
            "INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)",
        )
        rows = ((table, key, digest, seq) for key, digest in digests)
        self.file.executemany(first if table in RECORD else newest, rows)

    def find(self, table: str, rows: Iterable[tuple[str, str, bool]]) -> int:
        """Note which rows there are, each with its digest and whether its words are empty; return how many."""
        values = ((table, key, digest, empty) for key, digest, empty in rows)
        return self.file.executemany("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?)", values).rowcount

    def tables(self) -> list[str]:
        """List the tables something was said of."""
        return [name for (name,) in self.file.execute("SELECT DISTINCT name FROM said ORDER BY name")]

    def differences(self, table: str) -> Iterator[Difference]:
        """Yield every row of a table that is not as it was attested."""
        query = """
            SELECT CASE WHEN s.digest IS NULL THEN 'again' WHEN f.key IS NULL THEN 'missing'
                        WHEN f.empty THEN 'emptied' ELSE 'changed' END, s.key, s.seq
            FROM said s LEFT JOIN found f ON f.name = s.name AND f.key = s.key
            WHERE s.name = ? AND CASE WHEN s.digest IS NULL THEN f.empty = 0 ELSE f.digest IS NOT s.digest END
            UNION ALL
            SELECT 'never', f.key, NULL FROM found f LEFT JOIN said s ON f.name = s.name AND f.key = s.key
            WHERE f.name = ? AND s.key IS NULL"""
        for row in self.file.execute(query, (table, table)):
            found = Difference(*row)
            if found.kind != "never" or table in RECORD or table in WORDS:
                yield found


def knows_table(name: str) -> bool:
    """Tell whether there is a table of this name."""
    return name in Row.metadata.tables


def found_rows(connection: Connection, table: str) -> Iterator[tuple[str, str, bool]]:
    """Yield key and digest of every row of a table, and whether it has words and they are empty."""
    source, content = Row.metadata.tables[table], CONTENT.get(table, ())
    query = select(source).execution_options(yield_per=LARGE.get(table, BATCH))
    for row in connection.execute(query).mappings():
        yield *row_digest(table, dict(row)), bool(content) and all(row[name] in NOTHING for name in content)


def version_documents(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Yield id, document and digest of every published version."""
    source = Row.metadata.tables["program_version"]
    query = select(source.c.id, source.c.document, source.c.digest).order_by(source.c.program_id, source.c.number)
    for key, document, digest in connection.execute(query.execution_options(yield_per=1)):
        yield str(key), document, digest
