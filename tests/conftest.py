"""What every test may ask for: a database on either backend, the application, a client, a clock and a mailbox.

People stand in `tests/cast.py`; a browser in `tests/browser/conftest.py`.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.databases import NOW, PostgresDatabases, SqliteDatabases, built_app, demo_settings, seeded_once
from tests.lending import Applications
from tests.network import close_the_fence

if TYPE_CHECKING:
    from tests.cast import Cast

# Tests of these folders run on SQLite and on PostgreSQL; a test elsewhere does so with @pytest.mark.both_databases.
ON_BOTH = ("tests/store", "tests/services")

pytest_plugins = ["tests.cast"]


def pytest_configure() -> None:
    """Close the fence before anything is collected."""
    close_the_fence()


def pytest_collection_finish() -> None:
    """Let Python look for garbage seldom: thousands of tests and modules stay, and looking through them took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that touches the database once per backend it has to work on."""
    if "database_url" not in metafunc.fixturenames:
        return
    folder = metafunc.definition.path.relative_to(metafunc.config.rootpath).as_posix()
    both = folder.startswith(ON_BOTH) or metafunc.definition.get_closest_marker("both_databases")
    backends = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)] if both else ["sqlite"]
    metafunc.parametrize("database_url", backends, indirect=True)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Migrate one SQLite file per worker."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresDatabases]:
    """Start one PostgreSQL server per worker."""
    databases = PostgresDatabases(tmp_path_factory.mktemp("postgres"))
    yield databases
    databases.stop()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Lend a migrated database, with the cast where a test wants it and else empty; `request.param` names the backend."""
    databases = request.getfixturevalue(f"{request.param}_databases")
    with databases.database(tmp_path, with_cast="cast" in request.fixturenames) as url:
        yield url


@pytest.fixture
def cast(app: Flask, request: pytest.FixtureRequest) -> "Cast":
    """Give everybody who stands in the database of `app`."""
    backend = request.node.callspec.params["database_url"]
    known = request.getfixturevalue(f"{backend}_databases").cast
    return replace(known, people=dict(known.people))


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> dict[str, str]:
    """Give the settings of `app`; @pytest.mark.settings(CBE_X="…") changes some."""
    mail = {"CBE_MAIL_URL": request.getfixturevalue("mail_url")} if "mailbox" in request.fixturenames else {}
    marks = [mark.kwargs for mark in request.node.iter_markers("settings")]
    chosen = {"CBE_DATABASE_URL": database_url, "CBE_INSTANCE": str(tmp_path / "instance"), **mail}
    for mark in reversed(marks):  # the nearest wins
        chosen.update(mark)
    return chosen


@pytest.fixture(scope="session")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applications]:
    """Keep the applications that tests borrow."""
    applications = Applications(tmp_path_factory.mktemp("applications"))
    yield applications
    applications.close()


@pytest.fixture
def app(settings: dict[str, str], applications: Applications) -> Iterator[Flask]:
    """Lend the application on a database of its own. Forms need no token here; browser tests send the real one."""
    with applications.lent(settings) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """Be inside the application, as store and services want it; not for tests that use `client`."""
    with app.app_context():
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without scripts, signed in as nobody."""
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """Give the moment at which the tests' doors act."""
    return NOW


@pytest.fixture
def mailbox() -> list[EmailMessage]:
    """Give the letters that `app` has sent over SMTP to a server of ours, oldest first."""
    return []


@pytest.fixture
def mail_url(mailbox: list[EmailMessage]) -> Iterator[str]:
    """Run a mail server that fills `mailbox`."""
    from tests.mail import mail_server

    with mail_server(mailbox) as url:
        yield url


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an instance folder (`cbe.sqlite` and the rest) with the demo, made once for all workers; copy it, never change it."""
    base = tmp_path_factory.getbasetemp()
    return seeded_once(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture
def demo_app(demo_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Build the application on a copy of the demo. Forms need no token here."""
    instance = tmp_path / "demo"
    shutil.copytree(demo_folder, instance)
    with built_app(demo_settings(instance)) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app
