"""What people are told: written down in the change it tells of, shown behind the bell, marked as read.

Gathering notices into mails is ``notice_mails``'s; the words and the address of each kind are made at the doors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.graph import CompiledProgram
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.store import enrolments, evidence, notices, programs
from cbe.store.notices import NoticeRow

from .programs import compiled_version
from .transaction import Transaction, transaction

__all__ = [
    "PAGE",
    "READ_KEPT_DAYS",
    "Notice",
    "NoticePage",
    "get_notice",
    "list_notices",
    "mark_all_read",
    "read_notice",
    "tell",
    "tell_each",
]

PAGE = 50
READ_KEPT_DAYS = 90
"""How long a notice is kept after it was read; an unread one stays."""
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """Something one was told: its kind with the ids its words and address are made of, and the titles these ids have.

    ``is_own``: whether the item of evidence it is about is the reader's own; ``language``: the program's.
    """

    id: UUID
    kind: str
    facts: Mapping[str, Any]
    created_at: datetime
    is_read: bool
    is_own: bool
    language: str
    program: Text | None
    title: Text | None
    """Of the competency, else of the credential."""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page of one's notices, newest first."""

    notices: list[Notice]
    page: int
    pages: int
    total: int


def tell(tx: Transaction, account_ids: Iterable[UUID], kind: str, *, key: str, **facts: object) -> None:
    """Tell people something as part of the caller's change; who was told under this key already is told nothing.

    ``facts``: ids and codes that the words and the address are made of; no names, no outcomes, no texts.
    """
    tell_each(tx, kind, [(account_id, key, facts) for account_id in set(account_ids)])


def tell_each(tx: Transaction, kind: str, tellings: Sequence[tuple[UUID, str, Mapping[str, object]]]) -> int:
    """Tell each of these accounts something of its own under its own key, as ``tell`` does; return how many were told."""
    wanted = {(account_id, _short(key)): facts for account_id, key, facts in tellings}
    known = notices.told(wanted)
    rows = [
        NoticeRow(
            id=uuid4(),
            account_id=account_id,
            key=key,
            kind=kind,
            facts=json.dumps(facts, default=str),
            created_at=tx.now,
        )
        for (account_id, key), facts in sorted(wanted.items(), key=lambda one: one[0])
        if (account_id, key) not in known
    ]
    tx.add(*rows)
    return len(rows)


def untold(pairs: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return those of these accounts and keys under which nothing was told yet."""
    short = {(account_id, _short(key)): (account_id, key) for account_id, key in pairs}
    known = notices.told(short)
    return {pair for found, pair in short.items() if found not in known}


def _short(key: str) -> str:
    """Keep a key as its digest where it is longer than the column: ids of a program may have 200 characters."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def list_notices(actor: Actor, page: int = 1) -> NoticePage:
    """Give a page of one's own notices, newest first; queries grow with the programs on it, not with its length."""
    account_id = _own(actor)
    rows, total = notices.list_notices(account_id, offset=(page - 1) * PAGE, limit=PAGE)
    return NoticePage(_notices(account_id, rows), page, max(1, -(-total // PAGE)), total)


def get_notice(actor: Actor, notice_id: UUID) -> Notice:
    """Return one of one's own notices; ``NotFound`` for anybody else's."""
    account_id = _own(actor)
    return _notices(account_id, [_get(account_id, notice_id)])[0]


def read_notice(actor: Actor, notice_id: UUID, *, now: datetime) -> None:
    """Mark one of one's own notices as read; one that is read already stays as it is, with no entry in the trail."""
    account_id = _own(actor)
    if _get(account_id, notice_id).read_at is not None:
        return
    with transaction(actor, now) as tx:
        row = _get(account_id, notice_id)
        row.read_at = row.read_at or now
        tx.record("notice:read", notice=notice_id)


def mark_all_read(actor: Actor, *, now: datetime) -> None:
    """Mark all of one's own notices as read."""
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        notices.mark_read(account_id, now)
        tx.record("notice:read-all", account=account_id)


def _own(actor: Actor) -> UUID:
    policy.require(actor, "notice:read", Subject(account_id=actor.account_id))
    if actor.account_id is None:
        raise NotFound("There is nobody here to tell anything.")
    return actor.account_id


def _get(account_id: UUID, notice_id: UUID) -> NoticeRow:
    row = notices.find_notice(account_id, notice_id)
    if row is None:
        raise NotFound("This notice is gone, or it was never yours.")
    return row


def _notices(account_id: UUID, rows: Sequence[NoticeRow]) -> list[Notice]:
    told = [(row, json.loads(row.facts)) for row in rows]
    known = _programs(account_id, {str(facts["program"]) for _, facts in told if facts.get("program")})
    items = {UUID(facts["evidence"]) for _, facts in told if facts.get("evidence")}
    own = {str(key) for key in evidence.owned_evidence(account_id, items)} if items else set()
    return [
        _notice(row, facts, known.get(str(facts.get("program"))), facts.get("evidence") in own) for row, facts in told
    ]


def _notice(row: NoticeRow, facts: Mapping[str, Any], compiled: CompiledProgram | None, is_own: bool) -> Notice:
    program = title = None
    language = ""
    if compiled is not None:
        program, language = compiled.program.title, compiled.program.language
        subject = compiled.competencies.get(str(facts.get("competency"))) or compiled.credentials.get(
            str(facts.get("credential"))
        )
        title = subject.title if subject else None
    return Notice(row.id, row.kind, facts, row.created_at, row.read_at is not None, is_own, language, program, title)


def _programs(account_id: UUID, keys: set[str]) -> dict[str, CompiledProgram]:
    """Return the programs with these keys in the version that the reader learns in, else in the newest."""
    if not keys:
        return {}
    own = {row.program_id: row.version_id for row in enrolments.list_enrolments(account_id)}
    found = programs.find_programs(keys)
    newest: dict[UUID, UUID] = {}
    for version in programs.list_versions([row.id for row in found if row.id not in own]):
        newest.setdefault(version.program_id, version.id)
    versions = {row.key: own.get(row.id) or newest.get(row.id) for row in found}
    return {key: compiled_version(version_id) for key, version_id in versions.items() if version_id is not None}
