"""Databases for the tests: migrated once per backend, then copied for every test, which is quicker than migrating."""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from flask import Flask

from tests.postgres import PostgresServer

TEMPLATE = "cbe_template"
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


@contextmanager
def built_app(settings: Mapping[str, str]) -> Iterator[Flask]:
    """Build the real application, and let go of its database at the end."""
    from cbe.application import create_app
    from cbe.store.database import db

    app = create_app({**SETTINGS, **settings})
    app.config.update(TESTING=True)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def migrate(url: str, instance: Path) -> None:
    """Bring the database at `url` to the newest revision."""
    from flask_migrate import upgrade

    with built_app({"CBE_DATABASE_URL": url, "CBE_INSTANCE": str(instance)}) as app, app.app_context():
        upgrade()


class SqliteDatabases:
    """Files copied from one that was migrated."""

    def __init__(self, folder: Path) -> None:
        """Make the template in `folder`."""
        self.template = folder / "template.sqlite"
        migrate(f"sqlite:///{self.template}", folder)

    @contextmanager
    def database(self, folder: Path) -> Iterator[str]:
        """Lend a database of one's own and give its address."""
        copy = folder / "cbe.sqlite"
        shutil.copyfile(self.template, copy)
        yield f"sqlite:///{copy}"


class PostgresDatabases:
    """Databases copied on a server of our own from one that was migrated."""

    def __init__(self, folder: Path) -> None:
        """Start the server and make the template; `stop` ends it."""
        self.server = PostgresServer()
        try:
            migrate(self.server.create(TEMPLATE), folder)
        except BaseException:
            self.server.stop()
            raise

    @contextmanager
    def database(self, folder: Path) -> Iterator[str]:
        """Lend a database of one's own and give its address; it goes afterwards."""
        name = f"{folder.name[:20]}-{uuid4().hex}"
        url = self.server.create(name, TEMPLATE)
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
