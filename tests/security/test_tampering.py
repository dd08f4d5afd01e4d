"""Whoever has every right on the database changes the trail or the record by hand: `audit verify` names it.

What somebody does who may also write in the instance folder stands in `test_checkpoints.py`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from cbe.domain.policy import SYSTEM
from cbe.services.audit import verify_trail
from cbe.services.checkpoints import sign_checkpoint
from cbe.services.transaction import transaction
from cbe.store.audit import FIRST, AuditRow, entry_digest
from cbe.store.database import db
from tests.cast import Cast, Person
from tests.services.test_decisions import DAY, decide, met, not_yet

both_databases = pytest.mark.both_databases
Sql = Callable[..., Any]


@pytest.fixture
def trail(app: Flask, cast: Cast, context: None, learner: Person, now: datetime) -> SimpleNamespace:
    """Write nine entries: the stage (two), decisions, an award, a taking back; the fifth and the last are signed."""
    from cbe.store.records import AwardEventRow, AwardEventTextRow, AwardRow, TakenBackRow, TakenBackTextRow

    ids = SimpleNamespace(award=uuid4(), event=uuid4(), back=uuid4())
    mine = {"enrolment_id": learner.enrolment_id, "version_id": cast.version_id}
    _, (ids.decision,) = decide(learner, now, met("html"))
    _, (ids.other,) = decide(learner, now, not_yet("css", DAY))
    decide(learner, now, met("js"))
    sign_checkpoint(now=now)
    with transaction(SYSTEM, now) as tx:
        tx.enter(AwardRow(id=ids.award, **mine, credential="web-badge", awarded_on=DAY, recorded_at=now))
        tx.record("award:give")
    with transaction(SYSTEM, now) as tx:
        tx.enter(TakenBackRow(id=ids.back, decision_id=ids.decision, how="void", effective_on=DAY, recorded_at=now))
        tx.say(TakenBackTextRow(taken_back_id=ids.back, reason="The wrong person"))
        tx.record("decision:take-back")
    with transaction(SYSTEM, now) as tx:
        tx.enter(AwardEventRow(id=ids.event, award_id=ids.award, event="revoked", effective_on=DAY, recorded_at=now))
        tx.say(AwardEventTextRow(award_event_id=ids.event, reason="It rested on it"))
        tx.record("award:revoke")
    decide(learner, now, met("php"))
    sign_checkpoint(now=now + timedelta(minutes=1))
    assert (found := verify_trail(SYSTEM)).problems == []
    assert (found.entries, found.rows, found.checkpoints, found.last.seq) == (9, 14, 2, 9)
    return ids


@pytest.fixture
def sql(trail: SimpleNamespace) -> Sql:
    """Give a function that runs a statement as somebody whom no trigger and no reference stops."""
    db.session.remove()
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")

        def run(statement: str | sa.Executable, **values: Any) -> Any:
            query = sa.text(statement) if isinstance(statement, str) else statement
            ids = [sa.bindparam(name, type_=sa.Uuid()) for name in values if isinstance(values[name], UUID)]
            done = connection.execute(query.bindparams(*ids) if ids else query, values)
            found = done.all() if done.returns_rows else done.rowcount
            connection.commit()
            return found

        yield run


def told(at: str, words: str) -> None:
    """Assert that the trail does not hold and says this of that place."""
    db.session.remove()
    problems = verify_trail(SYSTEM).problems
    assert [why for place, why in problems if place == at and words in why], problems


@both_databases
def test_a_changed_entry(sql: Sql) -> None:
    sql("UPDATE audit SET actor = 'somebody' WHERE seq = 4")
    told("/audit/4", "it was changed")
    assert len(verify_trail(SYSTEM).problems) == 1


@both_databases
def test_a_deleted_entry(sql: Sql) -> None:
    sql("DELETE FROM audit WHERE seq = 4")
    told("/audit/4", "entry 4 is missing")


@pytest.mark.parametrize(("one", "other"), [(3, 6), (4, 5)])
def test_two_swapped_entries(sql: Sql, one: int, other: int) -> None:
    for before, after in ((one, -1), (other, one), (-1, other)):
        sql("UPDATE audit SET seq = :after WHERE seq = :before", before=before, after=after)
    told(f"/audit/{one}", f"entries {one} and {other} have changed places")


def test_the_end_cut_off(sql: Sql) -> None:
    sql("DELETE FROM audit WHERE seq > 7")
    told("/audit/8", "entries 8 to 9 are missing at the end")


@both_databases
def test_the_end_cut_off_and_the_head_with_it(sql: Sql) -> None:
    sql("DELETE FROM audit WHERE seq > 7")
    sql("UPDATE audit_head SET seq = 7, digest = (SELECT digest FROM audit WHERE seq = 7)")
    told("/audit/9", "was signed at 2026-11-23T12:01:00+00:00 and is not in the trail")


def shift(sql: Sql, first: int, by: int) -> None:
    """Give entries from `first` on other numbers, and the head with them."""
    sql("UPDATE audit SET seq = -seq WHERE seq >= :first", first=first)
    sql("UPDATE audit SET seq = -seq + :step WHERE seq < 0", step=by)
    sql("UPDATE audit_head SET seq = seq + :step", step=by)


def test_an_entry_put_in(sql: Sql) -> None:
    shift(sql, 5, 1)
    sql("INSERT INTO audit SELECT 5, at, actor, 'role:grant', facts, digest FROM audit WHERE seq = 4")
    told("/audit/5", "1 entry was put in")


def test_an_entry_taken_out_and_the_gap_closed(sql: Sql) -> None:
    sql("DELETE FROM audit WHERE seq = 4")
    shift(sql, 5, -1)
    told("/audit/4", "1 entry was taken out")


@both_databases
def test_the_whole_chain_computed_anew(sql: Sql) -> None:
    sql("UPDATE audit SET actor = 'somebody' WHERE seq = 7")
    compute_anew(sql)
    told("/audit/9", "changed or computed anew after entry 5")
    assert len(verify_trail(SYSTEM).problems) == 1


def compute_anew(sql: Sql) -> None:
    """Make every digest fit, as somebody who knows how."""
    digest = FIRST
    for seq, at, actor, action, facts, _ in sql(sa.select(AuditRow.__table__).order_by("seq")):
        digest = entry_digest(digest, seq, at, actor, action, facts)
        sql("UPDATE audit SET digest = :digest WHERE seq = :seq", digest=digest, seq=seq)
    sql("UPDATE audit_head SET digest = :digest", digest=digest)


def test_a_changed_head(sql: Sql) -> None:
    sql("UPDATE audit_head SET digest = :digest", digest=FIRST)
    told("/audit_head", "another digest")


CHANGES = [
    (
        "decision",
        "UPDATE decision SET outcome = 'met' WHERE id = :other",
        "other",
        "was changed: it is not what entry 4",
    ),
    ("decision", "DELETE FROM decision WHERE id = :other", "other", "is missing: entry 4"),
    ("decision_taken_back", "DELETE FROM decision_taken_back", "back", "is missing: entry 7"),
    ("award", "UPDATE award SET awarded_on = '2020-01-01'", "award", "was changed"),
    ("award_event", "UPDATE award_event SET event = 'reinstated'", "event", "was changed"),
    ("decision_text", "UPDATE decision_text SET authority = 'Me' WHERE decision_id = :other", "other", "was changed"),
    ("decision_text", "UPDATE decision_text SET authority = NULL WHERE decision_id = :other", "other", "taken out"),
    ("decision_text", "DELETE FROM decision_text WHERE decision_id = :other", "other", "is missing"),
    ("award_event_text", "UPDATE award_event_text SET reason = 'None'", "event", "was changed"),
    ("decision_taken_back_text", "UPDATE decision_taken_back_text SET reason = 'x'", "back", "was changed"),
]


@pytest.mark.parametrize(("table", "statement", "name", "words"), CHANGES)
def test_a_row_of_the_record(
    sql: Sql, trail: SimpleNamespace, table: str, statement: str, name: str, words: str
) -> None:
    values = {"other": trail.other} if ":other" in statement else {}
    assert sql(statement, **values) == 1
    told(f"/{table}/{getattr(trail, name)}", words)
    assert len(verify_trail(SYSTEM).problems) == 1


@both_databases
def test_a_decision_put_in_by_hand(sql: Sql, trail: SimpleNamespace) -> None:
    mine, columns = uuid4(), "enrolment_id, version_id, competency, kind, outcome, decided_on, recorded_at"
    copied = f"INSERT INTO decision (id, activity_on, {columns}) SELECT :mine, '2026-01-02', {columns} FROM decision"
    sql(f"{copied} WHERE id = :decision", mine=mine, decision=trail.decision)
    told(f"/decision/{mine}", "put in past the trail")


def test_a_published_version(sql: Sql, cast: Cast) -> None:
    sql("UPDATE program_version SET document = replace(document, 'HTML', 'XML')")
    told(f"/program_version/{cast.version_id}", "was changed")


def test_a_changed_decision_that_a_later_entry_attests(sql: Sql, trail: SimpleNamespace, now: datetime) -> None:
    from cbe.store.records import DecisionRow

    sql("UPDATE decision SET outcome = 'met' WHERE id = :other", other=trail.other)
    row = db.session.get(DecisionRow, trail.other)
    with transaction(SYSTEM, now) as tx:
        tx.attest("decision", {column.name: getattr(row, column.name) for column in row.__table__.columns})
        tx.record("record:attest")
    told(f"/decision/{trail.other}", "not what entry 4 attests")


def erase(trail: SimpleNamespace, now: datetime) -> None:
    """Say in the trail that the words of a decision go."""
    with transaction(SYSTEM, now) as tx:
        tx.record("record:erase", erased={"decision_text": [trail.other]})


@pytest.mark.parametrize("how", ["UPDATE decision_text SET authority = NULL, salt = NULL", "DELETE FROM decision_text"])
def test_words_that_were_taken_out_by_right_are_not_missed(
    sql: Sql, trail: SimpleNamespace, now: datetime, how: str
) -> None:
    erase(trail, now)
    sql(f"{how} WHERE decision_id = :other", other=trail.other)
    assert verify_trail(SYSTEM).problems == []


def test_words_that_came_back(sql: Sql, trail: SimpleNamespace, now: datetime) -> None:
    erase(trail, now)
    told(f"/decision_text/{trail.other}", "holds words, and entry 10 says that they were taken out")
