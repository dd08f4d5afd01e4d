"""Applications lent to one test after another, each time on another database: what is slow to make is made once.

An application keeps its routes, its loaded templates and the SQL that SQLAlchemy has compiled. What a test may change of it
(configuration, extensions, the instance folder) is put back before the next. A test with settings of its own gets an
application of its own: tests/databases.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from tests.databases import SETTINGS, built_app

PER_TEST = {"CBE_DATABASE_URL", "CBE_INSTANCE", "CBE_MAIL_URL"}


class LentApp:
    """One application with the database of whoever has it."""

    def __init__(self, app: Flask) -> None:
        """Remember how `app` was when it was new."""
        from sqlalchemy import Engine, event

        from cbe.store.database import db

        self.app = app
        self.config, self.extensions = dict(app.config), dict(app.extensions)
        with app.app_context():
            self.engine = db.engine
        event.listen(Engine, "do_connect", self._connect_elsewhere, insert=True)  # before cbe looks where it goes

    def put_on(self, settings: Mapping[str, str]) -> None:
        """Make the application what `create_app` would have made with these settings of `PER_TEST`."""
        from sqlalchemy import make_url

        from cbe.application import _installation
        from cbe.config import Settings

        chosen = Settings.load({**SETTINGS, **settings})
        self._put_back(self.app.config, {**self.config, "SQLALCHEMY_DATABASE_URI": chosen.database_url})
        self._put_back(self.app.extensions, {**self.extensions, "cbe": _installation(chosen)})
        self.app.instance_path = str(chosen.instance)
        self.engine.url = make_url(chosen.database_url)

    def let_go(self) -> None:
        """Close every connection."""
        from cbe.store.database import db

        with self.app.app_context():
            db.session.remove()
            self.engine.dispose()

    @staticmethod
    def _put_back(mapping: dict[str, Any], values: dict[str, Any]) -> None:
        mapping.clear()
        mapping.update(values)

    def _connect_elsewhere(self, dialect: Any, entry: Any, args: list[Any], options: dict[str, Any]) -> None:
        if dialect is self.engine.dialect:
            positional, named = dialect.create_connect_args(self.engine.url)
            args[:] = positional
            options.update(named)


class Applications:
    """An application per backend, made when a test first wants it."""

    def __init__(self, folder: Path) -> None:
        """Keep what pages load in `folder`; `close` lets go of everything."""
        self.folder = folder
        self.apps: dict[str, LentApp] = {}
        self.stack = ExitStack()

    @contextmanager
    def lent(self, settings: Mapping[str, str]) -> Iterator[Flask]:
        """Lend an application with these settings; it is the borrower's own until the end of the block."""
        if set(settings) - PER_TEST:
            with built_app(settings) as app:
                yield app
            return
        backend = settings["CBE_DATABASE_URL"].partition(":")[0]
        if backend not in self.apps:
            app = self.stack.enter_context(built_app({**settings, "CBE_INSTANCE": str(self.folder)}))
            self.apps[backend] = LentApp(app)
        lent = self.apps[backend]
        lent.put_on(settings)
        try:
            yield lent.app
        finally:
            lent.let_go()

    def close(self) -> None:
        """Let go of everything."""
        self.stack.close()
