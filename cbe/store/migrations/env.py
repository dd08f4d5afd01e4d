"""How Alembic reaches the database of the application at hand; batches on SQLite, plain statements on PostgreSQL."""

from __future__ import annotations

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
database = migrate.db

with database.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # past SQLAlchemy, which would begin a transaction first, and inside one the pragma does nothing
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(cbe_write=True)
    context.configure(connection=connection, target_metadata=database.metadata, **migrate.configure_args)
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
