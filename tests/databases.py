"""Databases for the tests: migrated and cast once per backend, then copied for every test, which is quicker.

And applications on them, which share what is the same for all and slow to make: see tests/shared.py.
"""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Flask

from tests.postgres import PostgresServer
from tests.shared import Bytecode, share_address_builders

if TYPE_CHECKING:  # pytest makes a plugin of it later
    from tests.cast import Cast

TEMPLATE, WITH_CAST = "cbe_template", "cbe_cast"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SETTINGS = {
    "CBE_ENV": "development",
    "CBE_DEMO": "0",
    "CBE_SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "CBE_BASE_URL": "http://localhost",
    "CBE_PASSWORD_COST": "1,8,1",  # the least argon2 takes: tests sign in often and nobody attacks them
    "CBE_RATE_LIMITS": "0",
    "CBE_MAIL_URL": "",
    "CBE_LIMITS_URL": "",
    "CBE_TRUSTED_PROXIES": "0",
}
BYTECODE = Bytecode()
share_address_builders()


@contextmanager
def built_app(settings: Mapping[str, str]) -> Iterator[Flask]:
    """Build the real application, and let go of its database at the end."""
    from cbe.application import create_app
    from cbe.store.database import db
    from cbe.web.public import limiter

    app = create_app({**SETTINGS, **settings})
    app.config.update(TESTING=True)
    app.jinja_env.bytecode_cache = BYTECODE
    try:
        yield app
    finally:
        limiter.enabled = False  # all applications share it, and the newest one set it for those before
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def migrate(url: str, instance: Path) -> None:
    """Bring the database at `url` to the newest revision."""
    from flask_migrate import upgrade

    with built_app({"CBE_DATABASE_URL": url, "CBE_INSTANCE": str(instance)}) as app, app.app_context():
        upgrade()


def enter_cast(url: str, instance: Path) -> "Cast":
    """Bring the cast on stage in the database at `url`."""
    from tests.cast import entered

    with built_app({"CBE_DATABASE_URL": url, "CBE_INSTANCE": str(instance)}) as app, app.app_context():
        return entered(NOW)


class SqliteDatabases:
    """Files copied from one that was migrated, or from one with the cast in it."""

    def __init__(self, folder: Path) -> None:
        """Make the template in `folder`."""
        self.folder = folder
        self.template = folder / "template.sqlite"
        migrate(f"sqlite:///{self.template}", folder)

    @cached_property
    def cast(self) -> "Cast":
        """Who stands in a database lent `with_cast`."""
        shutil.copyfile(self.template, self.folder / "cast.sqlite")
        return enter_cast(f"sqlite:///{self.folder / 'cast.sqlite'}", self.folder)

    @contextmanager
    def database(self, folder: Path, *, with_cast: bool = False) -> Iterator[str]:
        """Lend a database of one's own and give its address."""
        template = self.folder / "cast.sqlite" if with_cast and self.cast else self.template
        copy = folder / "cbe.sqlite"
        shutil.copyfile(template, copy)
        yield f"sqlite:///{copy}"


class PostgresDatabases:
    """Databases copied on a server of our own from one that was migrated, or from one with the cast in it."""

    def __init__(self, folder: Path) -> None:
        """Start the server and make the template; `stop` ends it."""
        self.folder = folder
        self.server = PostgresServer()
        try:
            migrate(self.server.create(TEMPLATE), folder)
        except BaseException:
            self.server.stop()
            raise

    @cached_property
    def cast(self) -> "Cast":
        """Who stands in a database lent `with_cast`."""
        return enter_cast(self.server.create(WITH_CAST, TEMPLATE), self.folder)

    @contextmanager
    def database(self, folder: Path, *, with_cast: bool = False) -> Iterator[str]:
        """Lend a database of one's own and give its address; it goes afterwards."""
        name = f"{folder.name[:20]}-{uuid4().hex}"
        url = self.server.create(name, WITH_CAST if with_cast and self.cast else TEMPLATE)
        try:
            yield url
        finally:
            self.server.drop(name)

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()


def demo_settings(instance: Path) -> dict[str, str]:
    """Return the settings of an application on a folder with the demo."""
    return {"CBE_INSTANCE": str(instance), "CBE_DATABASE_URL": f"sqlite:///{instance / 'cbe.sqlite'}", "CBE_DEMO": "1"}


def seeded_once(base: Path) -> Path:
    """Seed the demo into a folder under `base`, unless another worker of this run did, and return the folder."""
    folder = base / "demo"
    with (base / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (base / "demo.done").exists():
            folder.mkdir(exist_ok=True)
            settings = demo_settings(folder)
            migrate(settings["CBE_DATABASE_URL"], folder)
            with built_app(settings) as app:
                done = app.test_cli_runner().invoke(args=["demo", "seed"])
                assert done.exit_code == 0, f"demo seed failed: {done.output} {done.exception!r}"
            (base / "demo.done").touch()
    return folder
