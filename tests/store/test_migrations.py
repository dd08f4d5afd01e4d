"""Every migration goes down and up again with data in the tables, on SQLite and on PostgreSQL."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from flask import current_app
from flask_migrate import downgrade, upgrade

from cbe.store.database import db
from tests.cast import Cast

Columns = dict[str, list[object]]


def revisions() -> list[Script]:
    """Return the migrations, newest first."""
    config = current_app.extensions["migrate"].migrate.get_config()
    return list(ScriptDirectory.from_config(config).walk_revisions())


def everything() -> Columns:
    """Return the values of every column of every table, in the order of the primary keys."""
    tables = sa.MetaData()
    found: Columns = {}
    with db.engine.connect() as connection:
        tables.reflect(connection)
        for table in tables.tables.values():
            rows = connection.execute(sa.select(table).order_by(*table.primary_key)).all()
            found |= {str(column): [row[place] for row in rows] for place, column in enumerate(table.columns)}
    return {name: values for name, values in found.items() if not name.startswith("alembic_version")}


def kept(columns: Columns, others: Columns) -> Columns:
    """Return of `columns` those that `others` has too."""
    return {name: values for name, values in columns.items() if name in others}


@pytest.mark.usefixtures("context")
def test_the_tables_are_what_the_rows_say() -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert not differences, f"write a migration (flask --app app db revision): {differences}"


@pytest.mark.usefixtures("context")
def test_every_migration_goes_down_and_up_with_data(cast: Cast) -> None:
    before = everything()
    assert len(before["account.id"]) == len(cast.people)
    for script in revisions():
        full = everything()
        downgrade(revision=script.down_revision or "base")
        fallen = everything()
        assert script.down_revision or not fallen, "the first migration leaves something behind"
        assert kept(fallen, full) == kept(full, fallen), f"{script.revision} loses data on its way down"
        upgrade(revision=script.revision)
        risen = everything()
        assert risen.keys() == full.keys()
        assert kept(risen, fallen) == fallen, f"{script.revision} loses data on its way up"
        downgrade(revision=script.down_revision or "base")
    upgrade()
    assert everything().keys() == before.keys()
