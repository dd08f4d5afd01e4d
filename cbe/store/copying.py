"""Every row of every table as plain JSON values and back, whatever the database; and the revision of the schema.

A copy is read in one state of the data, and put back in one transaction: the old tables go, the schema is made as it was
at the copy's revision, the rows come in, and the schema is brought to today's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import (
    assessing,
    audit,
    drafts,
    enrolments,
    equivalences,
    evidence,
    imports,
    issuing,
    job_profiles,
    mail,
    moving,
    notices,
    outside,
    people,
    privacy,
    programs,
    publishing,
    records,
    sharing,
    signed_records,
)
from .database import Instant, Row, db

if TYPE_CHECKING:  # Alembic takes 10 MB and a sixth of a second, and hardly any command needs it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

__all__ = [
    "KINDS",
    "Reading",
    "holds_people",
    "knows_revision",
    "reading",
    "rebuild",
    "revision_of",
    "rows_of",
    "tables",
]

TOPICS = (
    assessing, audit, drafts, enrolments, equivalences, evidence, imports, issuing, job_profiles, mail, moving, notices, outside, people, privacy, programs, publishing, records, sharing, signed_records,
)  # fmt: skip
"""The modules with rows; imported so that every table is known here."""
KINDS: Mapping[str, sa.types.TypeEngine[Any]] = {
    "uuid": sa.Uuid(),
    "instant": Instant(),
    "date": sa.Date(),
    "decimal": sa.Numeric(30, 10),
    "boolean": sa.Boolean(),
    "integer": sa.BigInteger(),
    "text": sa.Text(),
}
"""What a column can hold, by the word that a copy says it with."""
Reading = Connection
"""What ``reading`` gives, for those above who only hand it on."""
BATCH = 1_000
MIGRATIONS = Path(__file__).parent / "migrations"


@contextmanager
def reading() -> Iterator[Connection]:
    """Give a connection that sees one state of all data for as long as it is open."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


def tables() -> dict[str, dict[str, str]]:
    """Return the columns of every table with the kind of each, in an order in which rows can come in."""
    return {
        table.name: {column.name: _kind(column.type) for column in table.columns}
        for table in Row.metadata.sorted_tables
    }


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database's schema has, None for one without."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def knows_revision(revision: str) -> bool:
    """Tell whether this cbe has the migrations up to a revision."""
    return any(script.revision == revision for script in _scripts().walk_revisions())


def newest_revision() -> str | None:
    """Return the revision that this cbe's tables have."""
    return _scripts().get_current_head()


def holds_people() -> bool:
    """Tell whether the database has an account."""
    with reading() as connection:
        if not sa.inspect(connection).has_table("account"):
            return False
        return connection.execute(sa.text("SELECT 1 FROM account LIMIT 1")).first() is not None


def rows_of(connection: Connection, table: str) -> Iterator[list[Any]]:
    """Yield the rows of a table as lists of JSON values, by primary key."""
    source = Row.metadata.tables[table]
    query = sa.select(source).order_by(*source.primary_key)
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        yield [_written(value) for value in row]


def rebuild(revision: str, content: Iterable[tuple[str, Mapping[str, str], Iterable[list[Any]]]]) -> None:
    """Put a copy in the place of everything: (table, its columns with their kinds, its rows), all or nothing."""
    db.session.remove()
    with db.engine.connect() as connection:
        _set_references(connection, "OFF")
        try:
            with connection.execution_options(cbe_write=True).begin():
                _drop_all(connection)
                _migrate(connection, None, revision)
                for table, columns, rows in content:
                    _insert(connection, table, columns, rows)
                _migrate(connection, revision, newest_revision())
                _check_references(connection)
        finally:
            _set_references(connection, "ON")


def _set_references(connection: Connection, state: str) -> None:
    """Let SQLite check foreign keys or not; past SQLAlchemy, because the pragma does nothing inside a transaction."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA foreign_keys={state}")


def _drop_all(connection: Connection) -> None:
    found = sa.MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def _insert(connection: Connection, table: str, columns: Mapping[str, str], rows: Iterable[list[Any]]) -> None:
    target = sa.table(table, *(sa.column(name, KINDS[kind]) for name, kind in columns.items()))
    connection.execute(sa.delete(target))  # what a migration put there itself
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append({name: _read(kind, value) for (name, kind), value in zip(columns.items(), row, strict=True)})
        if len(batch) == BATCH:
            connection.execute(sa.insert(target), batch)
            batch = []
    if batch:
        connection.execute(sa.insert(target), batch)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise ValueError(f"a row of {broken[0]} points at one of {broken[2]} that is not there")


def _migrate(connection: Connection, start: str | None, target: str | None) -> None:
    if start == target:
        return
    from alembic.runtime.environment import EnvironmentContext

    scripts = _scripts()
    with EnvironmentContext(
        _config(), scripts, fn=lambda revision, _: scripts._upgrade_revs(target or "head", revision)
    ) as environment:
        environment.configure(connection=connection, target_metadata=Row.metadata, render_as_batch=True)
        environment.run_migrations()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _kind(column_type: sa.types.TypeEngine[Any]) -> str:
    match column_type:
        case Instant():
            return "instant"
        case sa.Uuid():
            return "uuid"
        case sa.Date():
            return "date"
        case sa.Boolean():
            return "boolean"
        case sa.Integer():
            return "integer"
        case sa.Numeric():
            return "decimal"
        case sa.String():
            return "text"
    raise TypeError(f"no copy can be made of {column_type!r} yet: give it a kind")


def _written(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _read(kind: str, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case "uuid":
            return UUID(value)
        case "instant":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "decimal":
            return Decimal(value)
    return value
