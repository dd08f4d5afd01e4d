"""The wiring: ``create_app`` reads like a table of contents; ``serve`` brings a first look up with one command."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
import flask.cli
from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.engine import make_url
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from . import cli, jobs
from .config import ROOT, BadSetting, Settings
from .services.demo import seed
from .store.database import DatabaseFailure, FileRules, Installation, db
from .web import guard, identity, mails, pages
from .web.assets import Assets
from .web.credential_words import credential_words
from .web.keys import KeyConverter
from .web.limits import MOST_BODY, MOST_FORM, BoundedRequest
from .web.public import limiter

__all__ = ["create_app", "serve"]

MIGRATIONS = Path(__file__).parent / "store" / "migrations"


def create_app(overrides: Mapping[str, str] | None = None) -> Flask:
    """Build the application from the environment; ``overrides`` (names as in the environment) win."""
    settings = Settings.load(overrides)
    app = Flask(
        "cbe", template_folder=str(ROOT / "templates"), static_folder=None, instance_path=str(settings.instance)
    )
    app.request_class = BoundedRequest
    app.config.update(_flask_settings(settings))
    app.extensions["cbe"] = _installation(settings)
    _connect(app)
    _prepare_pages(app, settings)
    pages.register(app)
    cli.register(app)
    jobs.register(app, compose_news=mails.compose_news, credential_words=credential_words)
    guard.install(app)
    if settings.production:
        _refuse_demo_accounts(app)
    return app


def serve(app: Flask) -> None:
    """Bring the database up to date, seed the demo into an empty one, start the worker, serve until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    installation: Installation = app.extensions["cbe"]
    port = int(app.config["CBE_PORT"])
    with app.app_context():
        accounts = cli.prepare(app, seed=installation.demo)
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "jobs", "run"], cwd=ROOT)
    print(f"\ncbe is at http://127.0.0.1:{port}  (Ctrl-C ends it)")
    for line in accounts:
        print(f"  {line}")
    print(flush=True)
    try:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        flask.cli.show_server_banner = lambda *args: None
        app.run(host=os.environ.get("CBE_HOST", "127.0.0.1"), port=port, threaded=True, use_reloader=False)
    finally:
        worker.terminate()
        worker.wait(10)


def _refuse_demo_accounts(app: Flask) -> None:
    """Refuse to start in production on a database where people with the demo's password may sign in."""
    with app.app_context():
        try:
            found = seed.open_accounts()
        except DatabaseFailure as error:
            why = str(error).splitlines()[0]
            raise BadSetting("CBE_DATABASE_URL", f"names a database that does not answer: {why}") from None
        finally:
            db.session.remove()
            db.engine.dispose()  # a server that forks after this shares no connection
    if found:
        raise BadSetting(
            "CBE_DATABASE_URL",
            f"names a database with demo accounts ({', '.join(found)}), whose password everybody knows. Use another "
            "database, or deactivate them first, with CBE_ENV=development.",
        )


def _flask_settings(settings: Settings) -> dict[str, Any]:
    secure = settings.base_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": MOST_BODY,
        "MOST_UPLOAD": settings.evidence_files * (settings.evidence_file_mb << 20) + MOST_FORM,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-cbe" if secure else "cbe",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_STORAGE_URI": settings.limits_url,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 7,
        "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
        "COMPRESS_MIN_SIZE": 600,
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "application/problem+json", "text/csv"],
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "cbe" / "translations"),
        "CBE_PORT": settings.port,
        "CBE_PRODUCTION": settings.production,
        "CBE_TRUSTED_PROXIES": settings.trusted_proxies,
    }


def _engine_options(url: str) -> dict[str, Any]:
    # Names, addresses and digests that a statement carries stay out of the log of an error.
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 30, "check_same_thread": False}, "hide_parameters": True}
    return {"pool_pre_ping": True, "pool_size": 10, "hide_parameters": True}


def _installation(settings: Settings) -> Installation:
    return Installation(
        folder=settings.instance,
        database_url=settings.database_url,
        base_url=settings.base_url,
        secret_key=settings.secret_key,
        signing_keys=settings.signing_keys,
        mail_url=settings.mail_url,
        mail_from=settings.mail_from,
        demo=settings.demo,
        password_cost=settings.password_cost,
        grace_days=settings.grace_days,
        production=settings.production,
        files=FileRules(
            bucket=settings.evidence_store,
            s3_endpoint=settings.s3_endpoint,
            s3_login=settings.s3_login,
            most_bytes=settings.evidence_file_mb << 20,
            most_files=settings.evidence_files,
            quota=settings.evidence_quota_mb << 20,
            scan_command=settings.scan_command,
        ),
    )


def _connect(app: Flask) -> None:
    db.init_app(app)
    # Alembic is large, and few commands ask for it: what asks for it first brings it in
    app.extensions["migrate"] = LocalProxy(lambda: _migrations(app))
    app.cli.add_command(_DatabaseCommands("db", help="Perform database migrations."))


def _migrations(app: Flask) -> Any:
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    return app.extensions["migrate"]


class _DatabaseCommands(click.Command):
    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        from flask_migrate import cli as commands

        return commands.db.make_context(info_name, args, *rest, **extra)


def _prepare_pages(app: Flask, settings: Settings) -> None:
    app.url_map.converters["key"] = KeyConverter
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assets = Assets(app, ROOT / "static", settings.instance / "assets")
    app.extensions["assets"] = assets
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    CSRFProtect(app)
    Compress(app)
    limiter.init_app(app)
    identity.login_manager.init_app(app)
    Babel(app, locale_selector=identity.locale, timezone_selector=identity.time_zone)
    app.context_processor(partial(pages.page_context, assets))
