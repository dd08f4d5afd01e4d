"""How each database is held: pragmas on every connection, writes that begin as such, reads that cannot write."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from cbe.domain.policy import SYSTEM
from cbe.services.transaction import transaction


def test_every_connection_of_sqlite_is_safe(app, context):
    from cbe.store.database import db

    def pragmas(_):
        with app.app_context(), db.engine.connect() as connection:
            return tuple(
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            )

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(pragmas, range(24))) == {("wal", 2, 1, 30_000)}
    db.engine.dispose()
    assert pragmas(0) == ("wal", 2, 1, 30_000)


def test_a_change_begins_as_a_write_on_sqlite_and_a_page_as_a_read(app, context, now):
    from cbe.store.database import db
    from cbe.store.people import list_accounts

    said = []
    raw = db.session.connection().connection.driver_connection
    raw.set_trace_callback(said.append)
    db.session.rollback()
    with transaction(SYSTEM, now) as change:
        change.record("test:write")
    list_accounts()
    raw.set_trace_callback(None)
    assert [line for line in said if line.startswith(("BEGIN", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT", "BEGIN"]


@pytest.mark.both_databases
def test_a_change_without_an_entry_is_none(app, context, learner, now):
    from cbe.store.people import find_account

    with pytest.raises(RuntimeError, match="audit entry"), transaction(SYSTEM, now):
        find_account(learner.account_id).is_admin = True
    assert find_account(learner.account_id).is_admin is False


@pytest.mark.both_databases
def test_a_page_on_postgresql_cannot_write(app, context, learner):
    from cbe.store.database import db

    if db.engine.dialect.name == "sqlite":
        return  # it has no transactions that only read
    with pytest.raises(sa.exc.InternalError, match="read-only"):
        db.session.execute(sa.text("UPDATE account SET is_admin = true"))
    db.session.rollback()
