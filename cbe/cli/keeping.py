"""``flask --app app backup``, ``restore``, ``demo seed`` and ``demo day``: keeping an installation, and trying one."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.services import backup as backups
from cbe.services.demo import seed

from .output import command, existing_file, now, progress_bar, write, write_json, write_table

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


@command(demo, "day")
@click.option("--learners", type=click.IntRange(1, 20_000), default=1_000, show_default=True)
@click.option("--evidence", type=click.IntRange(1, 200_000), default=5_000, show_default=True, help="Items handed in.")
@click.option("--seed", "number", type=int, default=1, show_default=True, help="Another number, another day.")
def day_(learners: int, evidence: int, number: int, *, as_json: bool) -> None:
    """Live a simulated day through the real services and check that everything holds (exit 0) or not (1)."""
    with progress_bar(evidence, "living") as bar:
        from cbe.services.demo import day  # hardly any command wants it

        done = day.live_day(
            SYSTEM, learners, evidence, seed=number, now=now(), progress=lambda at, total: bar.update(at - bar.pos)
        )
    found = {
        "rebuild_differences": done.differences,
        "audit_problems": done.problems,
        "unfounded_awards_not_flagged": done.unfounded,
    }
    if as_json:
        write_json({"ok": done.holds, "counts": done.counts, **found})
    else:
        write_table(["what", "how often"], [[key.replace("_", " "), n] for key, n in (done.counts | found).items()])
    if not done.holds:
        raise SystemExit(1)


def _say(kept: backups.Kept, start: str, as_json: bool) -> None:
    if as_json:
        write_json({"ok": True, "rows": kept.rows, "files": kept.files, "made_at": kept.made_at.isoformat()})
    else:
        write(f"{start} {kept.rows} rows and {kept.files} files as of {kept.made_at:%Y-%m-%d %H:%M} UTC\n")
