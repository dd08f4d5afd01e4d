"""Whether the audit trail and all it attests are as they were written: chain, head, checkpoints, record, programs.

Reads one state of the data while others write, and needs no more memory for a large trail than for a small one. How the
entries follow from one another is ``audit_chain``'s, what signatures say ``checkpoints``'s.

An entry's facts may hold ``rows`` (table → key → digest: these rows were put in so) and ``erased`` (table → keys: the
words of these rows were taken out by right). Of one entry, ``erased`` comes first: what it attests is what was left.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cbe.domain import policy
from cbe.domain.errors import Problem
from cbe.domain.policy import Actor
from cbe.store import attested, audit, copying
from cbe.store.attested import RECORD, WORDS, Difference, Ledger

from . import checkpoints
from .audit_chain import Chain
from .checkpoints import Checkpoint

__all__ = ["Verified", "verify_trail"]

MOST_NAMED = 1_000
WORDS_FOR = {
    "changed": "this row was changed: it is not what entry {seq} attests",
    "emptied": "the words of this row were taken out, and no entry says that they may be: entry {seq} attests them",
    "missing": "this row is missing: entry {seq} attests it",
    "never": "this row was put in past the trail: no entry attests it",
    "again": "this row holds words, and entry {seq} says that they were taken out",
}


@dataclass
class Verified:
    """What was looked at, and what is wrong: the first thousand problems, and how many more there are."""

    entries: int = 0
    rows: int = 0
    checkpoints: int = 0
    last: Checkpoint | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    def say(self, at: str, why: str) -> None:
        """Add a problem."""
        if len(self.problems) < MOST_NAMED:
            self.problems.append((at, why))
        else:
            self.more += 1


def verify_trail(actor: Actor) -> Verified:
    """Check everything the audit trail can prove, and name every change, gap, swap, fork and cut."""
    policy.require(actor, "record:keep")
    file, found = checkpoints.where(), Verified()
    until = file.stat().st_size if file.is_file() else 0  # what is signed from here on may be newer than what is read
    with copying.reading() as connection, Ledger() as ledger:
        head = audit.find_head(connection)
        _walk(connection, head, ledger, found)
        known = head.checkpoints if head else 0
        checked = checkpoints.check_file(file, known, partial(audit.digests_at, connection), until, found.say)
        _compare_rows(connection, ledger, found)
        _check_versions(connection, found)
    found.checkpoints, found.last = checked.lines, checked.last
    found.notes = [
        f"The trail went on anew with entry {one.since} at {one.at}: what was signed of later ones before is no more."
        for one in checked.anew
    ]
    return found


def _walk(connection: copying.Reading, head: audit.Head | None, ledger: Ledger, found: Verified) -> None:
    chain = Chain(found.say)
    try:
        for entry in audit.entries(connection):
            chain.add(entry)
            if '"rows"' in entry.facts or '"erased"' in entry.facts:
                _note(entry, ledger, found)
    except (ValueError, TypeError) as error:
        found.say(f"/audit/{chain.seq + 1}", f"this entry cannot be read: {error}")
    found.entries = chain.count
    chain.explain(head)


def _note(entry: audit.Entry, ledger: Ledger, found: Verified) -> None:
    """Put down what an entry says of rows."""
    try:
        facts: dict[str, Any] = json.loads(entry.facts)
        erased = {table: [(str(key), None) for key in keys] for table, keys in facts.get("erased", {}).items()}
        rows = {table: list(digests.items()) for table, digests in facts.get("rows", {}).items()}
    except (ValueError, TypeError, AttributeError):
        found.say(f"/audit/{entry.seq}", f"entry {entry.seq} holds facts that cannot be read")
        return
    for table, said in (*erased.items(), *rows.items()):
        if attested.knows_table(table):
            ledger.say(entry.seq, table, said)
        else:
            found.say(f"/audit/{entry.seq}", f"entry {entry.seq} attests rows of {table!r}, a table that cbe has not")


def _compare_rows(connection: copying.Reading, ledger: Ledger, found: Verified) -> None:
    for table in dict.fromkeys([*RECORD, *WORDS, *ledger.tables()]):
        try:
            found.rows += ledger.find(table, attested.found_rows(connection, table))
        except (ValueError, TypeError) as error:
            found.say(f"/{table}", f"a row of this table cannot be read: {error}")
            continue
        for one in ledger.differences(table):
            found.say(f"/{table}/{one.key}", _in_words(one))


def _in_words(one: Difference) -> str:
    return WORDS_FOR[one.kind].format(seq=one.seq)


def _check_versions(connection: copying.Reading, found: Verified) -> None:
    """Compare every published document with the digest beside it."""
    for key, document, digest in attested.version_documents(connection):
        try:
            made = hashlib.sha256(json.dumps(json.loads(document), sort_keys=True).encode()).hexdigest()
        except ValueError:
            made = ""
        if made != digest:
            found.say(f"/program_version/{key}", "the document is not what its digest was made of: one was changed")
