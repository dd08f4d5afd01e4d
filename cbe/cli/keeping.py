"""``flask --app app backup``, ``restore`` and ``demo seed``: keeping an installation."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.services import backup as backups
from cbe.services.demo import seed

from .output import command, existing_file, now, write, write_json

__all__ = ["backup", "demo", "restore"]

demo = AppGroup("demo", help="The demo: two programs with their people.")


@command(None, "backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path, *, as_json: bool) -> None:
    """Write database, evidence, checkpoints and keys to FILE, consistently while cbe runs."""
    kept = backups.make_backup(SYSTEM, file, now=now())
    _say(kept, f"{file} holds", as_json)


@command(None, "restore")
@click.argument("file", type=existing_file)
@click.option("--replace", is_flag=True, help="Also when there are people in the database; they are replaced.")
def restore(file: Path, replace: bool, *, as_json: bool) -> None:
    """Put a backup FILE in the place of everything there is, after checking all of it."""
    kept = backups.restore_backup(SYSTEM, file, replace=replace, now=now())
    _say(kept, "Restored", as_json)


@command(demo, "seed")
@click.option("--if-empty", is_flag=True, help="Only when there is nobody in the database.")
def seed_(if_empty: bool, *, as_json: bool) -> None:
    """Put the demo in; twice is once."""
    done = seed.seed_demo(SYSTEM, if_empty=if_empty, now=now())
    if as_json:
        write_json({"ok": True, "changed": done, "accounts": list(seed.ACCOUNTS)})
    else:
        write("The demo is in.\n" if done else "Nothing was changed: there is something in the database already.\n")


def _say(kept: backups.Kept, start: str, as_json: bool) -> None:
    if as_json:
        write_json({"ok": True, "rows": kept.rows, "files": kept.files, "made_at": kept.made_at.isoformat()})
    else:
        write(f"{start} {kept.rows} rows and {kept.files} files as of {kept.made_at:%Y-%m-%d %H:%M} UTC\n")
