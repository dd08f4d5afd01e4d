"""The command line: documents on standard output, everything else on standard error; exit 0 done, 1 problems, 2 usage."""

from __future__ import annotations

import flask_migrate
from flask import Flask

__all__ = ["prepare", "register"]


def register(app: Flask) -> None:
    """Put the commands into ``flask --app app``."""


def prepare(app: Flask, *, seed: bool) -> list[str]:
    """Bring the database up to date, seed the demo into an empty one, and return the lines that say who may sign in."""
    flask_migrate.upgrade()
    return []
