"""The command line: documents on standard output, everything else on standard error; exit 0 done, 1 problems, 2 usage.

A module per topic; what they share is ``output``'s. The words are English: scripts read them.
"""

from __future__ import annotations

import logging

from flask import Flask

from cbe.domain.policy import SYSTEM
from cbe.services.demo import seed as demo_seed

from . import audit, credentials, keeping, people, programs, record, versions  # noqa: F401  (its commands join the group `program`)
from .output import now

__all__ = ["prepare", "register"]


def register(app: Flask) -> None:
    """Put the commands into ``flask --app app``."""
    for one in (
        programs.program,
        people.user,
        people.enrol,
        people.mastery,
        keeping.demo,
        keeping.backup,
        keeping.restore,
        record.record,
        audit.audit,
        credentials.credential,
    ):
        app.cli.add_command(one)


def prepare(app: Flask, *, seed: bool) -> list[str]:
    """Bring the database up to date, seed the demo into an empty one, and return the lines that say who may sign in."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    import flask_migrate

    with app.app_context():
        flask_migrate.upgrade()
        if not seed:
            return []
        demo_seed.seed_demo(SYSTEM, if_empty=True, now=now())
        return demo_seed.account_lines() if demo_seed.is_seeded() else []
