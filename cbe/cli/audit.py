"""``flask --app app audit verify`` and ``audit resume``: whether the trail holds, and going on after a loss."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.services import audit as trail
from cbe.services import checkpoints
from cbe.services.audit import Verified

from .output import command, now, write, write_json

__all__ = ["audit"]

audit = AppGroup("audit", help="The audit trail: whether it holds.")


@command(audit, "verify")
def verify(*, as_json: bool) -> None:
    """Check the audit trail and all it attests; name every change, gap, swap, fork and cut. Exit 0 it holds, 1 it does not."""
    found = trail.verify_trail(SYSTEM)
    if as_json:
        write_json(_document(found))
    else:
        _tell(found)
    if found.problems:
        raise SystemExit(1)


@command(audit, "resume")
def resume(*, as_json: bool) -> None:
    """Go on signing after checkpoints or their key were lost, or a copy was put back by hand; the trail says so for ever."""
    number = checkpoints.resume(SYSTEM, now=now())
    if as_json:
        write_json({"ok": True, "checkpoint": number})
    else:
        write(f"Signed anew with checkpoint {number}. `flask --app app audit verify` will always say so.\n")


def _document(found: Verified) -> dict[str, Any]:
    last = found.last
    return {
        "ok": not found.problems,
        "entries": found.entries,
        "rows": found.rows,
        "checkpoints": found.checkpoints,
        "last_checkpoint": {"entry": last.seq, "digest": last.digest, "at": last.at} if last else None,
        "notes": found.notes,
        "problems": [{"at": at, "message": why} for at, why in found.problems],
        "more_problems": found.more,
    }


def _tell(found: Verified) -> None:
    for at, why in found.problems:
        click.echo(f"{at}: {why}", err=True)
    count = len(found.problems) + found.more
    if count:
        click.echo(f"{count} problems" if count > 1 else "1 problem", err=True)
    for note in found.notes:
        write(f"{note}\n")
    state = "does not hold" if count else "holds"
    last = f"the last of entry {found.last.seq:,} at {found.last.at}" if found.last else "none yet"
    write(
        f"The audit trail {state}: {found.entries:,} entries, {found.rows:,} rows that they attest, "
        f"{found.checkpoints:,} checkpoints ({last}).\n"
    )
