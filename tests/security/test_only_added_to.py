"""What is only added to: the database refuses every change of it, and nothing in cbe asks for one."""

import ast
import re
from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from cbe.domain.policy import SYSTEM
from cbe.services.decisions import put_decisions
from cbe.services.transaction import transaction
from tests.cast import Person
from tests.needs import PROJECT
from tests.services.test_decisions import DAY, met

TABLES = {
    "audit": "AuditRow",
    "award": "AwardRow",
    "award_event": "AwardEventRow",
    "decision": "DecisionRow",
    "decision_evidence": "CitedRow",
    "decision_taken_back": "TakenBackRow",
}


@pytest.fixture
def record(app: Flask, context: None, learner: Person, now: datetime) -> None:
    """Put a row into each of the tables."""
    from cbe.store.enrolments import find_enrolment
    from cbe.store.evidence import EvidenceRow
    from cbe.store.records import AwardEventRow, AwardRow, CitedRow, TakenBackRow

    award, item = uuid4(), uuid4()
    with transaction(SYSTEM, now) as tx:
        row = find_enrolment(learner.enrolment_id)
        mine, said = {"enrolment_id": row.id}, {"effective_on": DAY, "recorded_at": now}
        (decision,) = put_decisions(tx, [(row, met("html"))])
        tx.add(EvidenceRow(id=item, **mine, status="decided", created_at=now))
        tx.enter(CitedRow(decision_id=decision, evidence_id=item, version=1))
        tx.enter(TakenBackRow(id=uuid4(), decision_id=decision, how="void", **said))
        tx.enter(AwardRow(id=award, **mine, version_id=row.version_id, credential="c", awarded_on=DAY, recorded_at=now))
        tx.enter(AwardEventRow(id=uuid4(), award_id=award, event="suspended", **said))
        tx.record("test:record")


@pytest.mark.both_databases
def test_the_database_refuses_to_change_or_delete_what_is_only_added_to(record: None) -> None:
    from cbe.store.copying import tables
    from cbe.store.database import db

    db.session.remove()
    for table in TABLES:
        column = next(iter(tables()[table]))
        verbs = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
        if db.engine.dialect.name == "postgresql":
            verbs.append(f"TRUNCATE {table} CASCADE")
        for statement in verbs:
            with db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="only added to"):
                connection.execution_options(cbe_write=True).execute(sa.text(statement))


def test_nothing_in_cbe_changes_or_deletes_what_is_only_added_to() -> None:
    asked = re.compile(rf"\b(UPDATE|DELETE FROM) ({'|'.join(TABLES)})\b", re.IGNORECASE)
    found = []
    for path in (PROJECT / "cbe").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("update", "delete"):
                said = f"update {dict(map(reversed, TABLES.items())).get(ast.unparse(node.args[0]))}"
            found += [f"{path.name}:{node.lineno} {said}"] if asked.search(said) else []
    assert not found
