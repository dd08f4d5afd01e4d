"""The database: one ``db`` for the application, column types shared by all rows, and how SQLite is made safe.

SQLite runs in WAL with ``synchronous=FULL`` and writes start with ``BEGIN IMMEDIATE``, so that writers queue instead of
failing half-way (a power-loss simulation with NORMAL lost acknowledged rows; with FULL none).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError as Clash
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = [
    "Clash",
    "keep",
    "DatabaseFailure",
    "FileRules",
    "Installation",
    "Instant",
    "Row",
    "begin_write",
    "db",
    "installation",
]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 30_000
DatabaseFailure = SQLAlchemyError
"""What the database itself raises, for those above who only say so in words."""


class Row(DeclarativeBase):
    """The base of every row; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Row, session_options={"expire_on_commit": False})


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class FileRules:
    """Where the bytes of evidence are kept, and how much of them there may be."""

    bucket: str | None = None
    """``bucket`` or ``bucket/folder`` of an S3-compatible store; None: the folder ``evidence`` of the installation."""
    s3_endpoint: str | None = None
    s3_login: tuple[str, str] | None = None
    """Access key and secret; None: what the machine itself was given."""
    most_bytes: int = 20 << 20
    """Of one file."""
    most_files: int = 10
    """Of one item."""
    quota: int = 500 << 20
    """Bytes of one learner, in all programs."""
    scan_command: tuple[str, ...] = ()
    """What is called with the path of each new file: exit 0 clean, 1 something found."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What this installation is: its folder, its public address, its secret and how it sends mail."""

    folder: Path
    database_url: str
    base_url: str
    secret_key: str
    mail_url: str | None
    mail_from: str
    demo: bool
    password_cost: tuple[int, int, int]
    """argon2: passes, memory in KiB, lanes."""
    grace_days: int = 30
    """How long somebody who asked to be erased can take it back."""
    production: bool = False
    signing_keys: tuple[Path, ...] = ()
    """Files of the keys that sign credentials, the one that signs now first; none: they are made in the folder."""
    files: FileRules = FileRules()


def installation() -> Installation:
    """Return the installation of the application at hand; ``application`` put it there."""
    return cast(Installation, current_app.extensions["cbe"])


def begin_write() -> None:
    """Start the session's next transaction as a write, so that two writers queue before they read."""
    db.session.rollback()
    db.session.connection(execution_options={"cbe_write": True})


def keep(row: Row) -> None:
    """Keep a derived row in a write of its own; when somebody else keeps the same just now, theirs is as good."""
    begin_write()
    try:
        db.session.merge(row)
        db.session.commit()
    except Clash:
        db.session.rollback()


@event.listens_for(Engine, "do_connect")
def _keep_private(dialect: Dialect, entry: ConnectionPoolEntry, args: list[Any], options: dict[str, Any]) -> None:
    """Make SQLite's file before SQLite does, so that it and those beside it are their owner's alone in any folder."""
    if dialect.name == "sqlite" and args and args[0] and not str(args[0]).startswith(("file:", ":memory:")):
        with suppress(FileExistsError):
            os.close(os.open(args[0], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        write = connection.get_execution_options().get("cbe_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@event.listens_for(Session, "after_begin")
def _hold_reads(session: Session, transaction: Any, connection: Connection) -> None:
    """See one state of the data through a whole page on PostgreSQL, as SQLite's WAL does by itself."""
    if connection.dialect.name == "postgresql" and not connection.get_execution_options().get("cbe_write"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
