"""The pages by audience in one readable list, and what every page knows about its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _

from cbe.services.accounts import SignedIn

from . import identity, texts
from .account import account
from .assets import Assets
from .home import home
from .learner import learner, record
from .public import public

__all__ = ["page_context", "register"]

BLUEPRINTS = (public, account, home, learner, record)


@dataclass(frozen=True, slots=True)
class Reader:
    """What ``base.html`` wants to know of the person before the page, as ``ui``."""

    assets: Assets
    locale: str
    dir: str
    theme: str
    time_zone: str
    languages: list[tuple[str, str]]
    time_zones: list[str]
    account: SignedIn | None
    keys: bool

    def static(self, name: str) -> str:
        """Return the address of a file in ``static/``."""
        return self.assets.url(name)


def register(app: Flask) -> None:
    """Put every audience's pages into the application."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/static/<path:filename>", "static", _asset)
    texts.register(app)


def page_context(assets: Assets) -> dict[str, Any]:
    """Return what every template may use without being given it."""
    person = identity.signed_in()
    zone = identity.time_zone()
    reader = Reader(
        assets=assets,
        locale=identity.locale(),
        dir=identity.direction(),
        theme=identity.theme(),
        time_zone=zone,
        languages=list(identity.LANGUAGES.items()),
        time_zones=sorted({zone, *identity.TIME_ZONES}),
        account=person,
        keys=person.single_keys if person else True,
    )
    return {"ui": reader, "nav": _navigation(person), "search_url": None}


def _navigation(person: SignedIn | None) -> list[tuple[str, str, bool]]:
    if person is None:
        return []
    entries = [(_("Home"), url_for("home.start"))]
    return [(label, url, request.path == url) for label, url in entries]


def _asset(filename: str) -> Any:
    """Serve an asset that another process published; WhiteNoise answers for all that this one knows."""
    from flask import current_app, send_from_directory

    return send_from_directory(current_app.extensions["assets"].folder, filename, max_age=31_536_000)
