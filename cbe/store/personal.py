"""What of a person stands in which table: one row of ``PARTS`` per table says how it is theirs and what erasure does.

The archive, erasure and the retention schedule all go by it, so a new table is decided on once. A column that leads to a
person in their role (who decided, who reported) is in ``IN_A_ROLE`` with the reason why it is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from .attested import CONTENT
from .database import Row, db

__all__ = [
    "IN_A_ROLE",
    "PARTS",
    "Part",
    "Rows",
    "delete_rows",
    "empty_rows",
    "end_items",
    "fold",
    "people_columns",
    "rows_about",
    "rows_by",
    "stays_named",
]

BATCH = 500
Rows = dict[str, list[RowMapping]]
"""Rows of a person by table, each table after those that it stands on."""


@dataclass(frozen=True, slots=True)
class Part:
    """How a table's rows belong to a person, and what becomes of them.

    ``by``: the column that leads to the person or to a table above; ``becomes``: ``goes``, ``stays``, or ``last`` (goes
    when nothing else of the person stays); ``empty``: what takes the place of words in rows that stay; ``secret``:
    columns that are not told even to the person (keys, or words about others); ``unless``: a column that keeps the row.
    """

    by: str
    becomes: str = "stays"
    empty: Mapping[str, Any] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    unless: str = ""


def _words(by: str, *columns: str) -> Part:
    return Part(by, empty=dict.fromkeys((*columns, "salt")), secret=frozenset({"salt"}))


PARTS: dict[str, Part] = {
    "account": Part(
        "id", "last", secret=frozenset({"password_hash"}),
        empty={"status": "closed", "password_hash": None, "language": None, "theme": None, "time_zone": None,
               "is_admin": False, "single_keys": True, "mail_rhythm": "off"},
    ),
    "person": Part("account_id", "last", empty={"email": None, "email_key": None}),
    "sign_in_session": Part("account_id", "goes", secret=frozenset({"id"})),
    "single_use_link": Part("account_id", "goes"),
    "role": Part("account_id", "goes"),
    "group_staff": Part("account_id", "goes"),
    "away": Part("account_id", "goes"),
    "phrase": Part("account_id", "goes"),
    "observation": Part("account_id", empty={"note": ""}),
    "notice": Part("account_id", "goes"),
    "mail": Part("account_id", "goes"),
    "job_profile": Part("account_id", "goes", unless="is_shared"),
    "program_import": Part("account_id", "goes"),
    "named_account": Part("account_id", "goes"),
    "erasure": Part("account_id", "last"),
    "legal_hold": Part("account_id", "last", empty={"reason": ""}),
    "disclosure": Part("account_id"),
    "disclosure_text": _words("disclosure_id", "recipient", "scope", "note"),
    "enrolment": Part("account_id", empty={"hours_per_week": None}),
    "enrolment_status": Part("enrolment_id"),
    "goal": Part("enrolment_id", "goes"),
    "group_member": Part("enrolment_id", "goes"),
    "verifier_sample": Part("enrolment_id", "goes"),
    "move_member": Part("enrolment_id"),
    "plans": Part("enrolment_id", "goes"),
    "standing": Part("enrolment_id"),
    "correction": Part("enrolment_id"),
    "correction_text": _words("correction_id", "statement"),
    "correction_answer": Part("correction_id"),
    "correction_answer_text": _words("answer_id", "reason"),
    "decision": Part("enrolment_id"),
    "decision_text": _words("decision_id", "feedback", "authority", "reason"),
    "decision_evidence": Part("decision_id"),
    "decision_taken_back": Part("decision_id"),
    "decision_taken_back_text": _words("taken_back_id", "reason"),
    "settlement": Part("decision_id"),
    "award": Part("enrolment_id"),
    "award_event": Part("award_id"),
    "award_event_text": _words("award_event_id", "reason"),
    "award_flag": Part("award_id", empty={"reason": None}),
    "issued_credential": Part("award_id", empty={"document": "", "jwt": "", "is_public": False}),
    "hand_over": Part("credential_id", "goes", secret=frozenset({"digest"})),
    "app_consent": Part("account_id", "goes", secret=frozenset({"code_digest", "challenge"})),
    "app_token": Part("consent_id", "goes", secret=frozenset({"digest"})),
    "evidence": Part("enrolment_id"),
    "evidence_version": Part(
        "evidence_id", empty={"text": "", "links": "[]", "salt": ""}, secret=frozenset({"salt"})
    ),
    "evidence_competency": Part("evidence_id"),
    "evidence_file": Part("evidence_id", "goes"),
    "upload": Part("evidence_id", "goes"),
    "shown_evidence": Part("evidence_id", "goes"),
    "shown_assessor": Part("account_id", "goes"),
    "signed_record": Part("account_id", "goes"),
    "outside_credential": Part("account_id", "goes"),
    "outside_evidence": Part("outside_id", "goes"),
    "outside_recognition": Part("outside_id", "goes"),
    "share": Part("account_id", "goes", secret=frozenset({"seed", "digest"})),
    "share_item": Part("share_id", "goes"),
    "evidence_message": Part("evidence_id", "goes"),
    "taking": Part("evidence_id", "goes"),
    "quarantine": Part("evidence_id", "goes", secret=frozenset({"reason", "note"})),
}  # fmt: skip
"""Table → how it is a person's."""

DONE = "what one did in one's role: the archive lists it from the audit trail; the account stays under no name"
THEIRS = "somebody else's record: it stands in theirs; here only the role of who acted counts"
IN_A_ROLE: dict[str, str] = {
    "decision.assessor_id": THEIRS,
    "decision.observation_id": "leads to the assessor's session, which is of many learners",
    "decision_taken_back.account_id": THEIRS,
    "award.account_id": THEIRS,
    "award_event.account_id": THEIRS,
    "award_event.award_id": "the row is the learner's by this very column",
    "award_flag.taken_back_id": "the flag is the learner's by its award",
    "award_flag.award_event_id": "the flag is the learner's by its award",
    "award_flag.decided_by": THEIRS,
    "decision_evidence.evidence_id": "the row is the learner's by its decision",
    "enrolment_status.account_id": THEIRS,
    "evidence_competency.decision_id": "the row is the learner's by its evidence",
    "evidence_message.account_id": "said to a learner about their evidence: it stands in theirs",
    "taking.account_id": THEIRS,
    "quarantine.file_id": "the report is the learner's by its evidence",
    "quarantine.reported_by": THEIRS,
    "quarantine.decided_by": THEIRS,
    "away.deputy_id": "the days are those of who is away",
    "verifier_sample.role_id": "the sample is of learners; the role itself is in the archive",
    "erasure.asked_by": DONE,
    "legal_hold.set_by": DONE,
    "legal_hold.ended_by": DONE,
    "retention_rule.set_by": DONE,
    "disclosure.made_by": THEIRS,
    "correction_answer.answered_by": THEIRS,
    "outside_evidence.evidence_id": "the row is the learner's by its credential from elsewhere",
    "outside_recognition.decision_id": "the row is the learner's by its credential from elsewhere",
    "outside_recognition.enrolment_id": "the row is the learner's by its credential from elsewhere",
    "trusted_issuer.approved_by": DONE,
    "trusted_issuer.ended_by": DONE,
    "share_item.award_id": "the row is the learner's by its share",
    "share_item.enrolment_id": "the row is the learner's by its share",
    "share_item.evidence_id": "the row is the learner's by its share",
    "draft_operation.account_id": DONE,
    "draft_approval.asked_by": DONE,
    "draft_approval.decided_by": DONE,
    "program_version.published_by": DONE,
    "program_version.approved_by": DONE,
    "move.made_by": DONE,
    "equivalence.accepted_by": DONE,
    "issuer_profile.account_id": DONE,
}
"""Column that leads to a person → why its row is not theirs."""


def people_columns(table_name: str) -> set[str]:
    """Return the columns of a table that lead to an account."""
    return {column.name for column in Row.metadata.tables[table_name].columns if _leads_to(column)[0] == "account"}


def rows_about(account_id: UUID) -> Rows:
    """Return every row that is a person's, by table, in an order in which each stands on those before."""
    found: Rows = {}
    for table in _tables():
        column = table.c[PARTS[table.name].by]
        if table.name == "account":
            found[table.name] = _read(table, column, [account_id])
            continue
        parent, key = _leads_to(column)
        found[table.name] = _read(table, column, [row[key] for row in found[parent]])
    return found


def rows_by(table_names: Sequence[str], keys: Sequence[UUID]) -> Rows:
    """Return the rows of some tables that one step leads from to these keys."""
    tables = [Row.metadata.tables[name] for name in table_names]
    return {table.name: _read(table, table.c[PARTS[table.name].by], keys) for table in tables}


def empty_rows(table_name: str, rows: Sequence[RowMapping], more: Mapping[str, Any] | None = None) -> list[str]:
    """Take the words out of rows that stay; return the keys of those whose words the audit trail attests."""
    table, values = Row.metadata.tables[table_name], {**PARTS[table_name].empty, **(more or {})}
    if not values or not rows:
        return []
    for where in _chunks(table, rows):
        db.session.execute(sa.update(table).where(where).values(values))
    if table_name not in CONTENT:
        return []
    return ["/".join(str(row[key.name]) for key in table.primary_key) for row in rows if _is_attested(table_name, row)]


def delete_rows(table_name: str, rows: Sequence[RowMapping]) -> None:
    """Delete these rows, but for those that a column of theirs keeps (what was shared with everybody)."""
    table, unless = Row.metadata.tables[table_name], PARTS[table_name].unless
    rows = [row for row in rows if not (unless and row[unless])]
    for where in _chunks(table, rows):
        db.session.execute(sa.delete(table).where(where))


def end_items(evidence_ids: Sequence[UUID]) -> None:
    """Let nobody wait for a decision on these items of evidence, or for the rest of a draft, any more."""
    table = Row.metadata.tables["evidence"]
    for start in range(0, len(evidence_ids), BATCH):
        these = table.c.id.in_(evidence_ids[start : start + BATCH])
        going_on = table.c.status.in_(("draft", "submitted"))
        db.session.execute(sa.update(table).where(these, going_on).values(status="withdrawn"))


def stays_named(account_id: UUID) -> bool:
    """Tell whether anything that stays leads to an account: what is theirs, or what they did in a role."""
    for table in Row.metadata.sorted_tables:
        if table.name in PARTS and PARTS[table.name].becomes == "last":
            continue
        for column in table.columns:
            if _leads_to(column)[0] == "account":
                query = sa.select(sa.literal(1)).select_from(table).where(column == account_id).limit(1)
                if db.session.execute(query).first() is not None:
                    return True
    return False


def fold() -> None:
    """Write SQLite's log of changes into its file and cut it, so that no old page keeps what was erased."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()
        with db.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                connection.rollback()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _tables() -> list[sa.Table]:
    """Return the tables of ``PARTS`` in an order in which each follows the one its ``by`` leads to."""
    placed: dict[str, sa.Table] = {"account": Row.metadata.tables["account"]}
    while len(placed) < len(PARTS):
        for name, part in PARTS.items():
            table = Row.metadata.tables[name]
            if name not in placed and _leads_to(table.c[part.by])[0] in placed:
                placed[name] = table
    return list(placed.values())


def _leads_to(column: sa.Column[Any]) -> tuple[str, str]:
    for key in column.foreign_keys:
        return key.column.table.name, key.column.name
    return "", ""


def _read(table: sa.Table, column: sa.Column[Any], values: Sequence[Any]) -> list[RowMapping]:
    found: list[RowMapping] = []
    for start in range(0, len(values), BATCH):
        query = sa.select(table).where(column.in_(values[start : start + BATCH])).order_by(*table.primary_key)
        found += db.session.execute(query).mappings()
    return found


def _chunks(table: sa.Table, rows: Sequence[RowMapping]) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that together hold for these rows alone."""
    keys = list(table.primary_key)
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        if len(keys) == 1:
            yield keys[0].in_([row[keys[0].name] for row in some])
        else:
            yield sa.tuple_(*keys).in_([tuple(row[key.name] for key in keys) for row in some])


def _is_attested(table_name: str, row: RowMapping) -> bool:
    return table_name != "evidence_version" or row["submitted_at"] is not None
