"""``flask --app app credential …``: the key that signs credentials, and verifying one."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.domain.verification import Verified
from cbe.services import verifying
from cbe.services.issuing import keys

from .output import command, existing_file, now, opened, write, write_json, write_table

__all__ = ["credential"]

credential = AppGroup("credential", help="Signed credentials.")


@command(credential, "rotate-key")
def rotate_key(*, as_json: bool) -> None:
    """Make a new key for the credentials signed from now on; those signed before go on to verify."""
    made = keys.rotate_key(SYSTEM, now=now())
    if as_json:
        write_json({"ok": True, "did": made.did, "key": made.multibase, "made_at": made.made_at.isoformat()})
    else:
        write(f"Credentials are now signed by {made.did} with the key {made.multibase}\n")


EXITS = {"valid": 0, "not_valid": 1, "unknown": 3}
VERDICTS = {"valid": "valid", "not_valid": "not valid", "unknown": "could not tell"}
RESULTS = {"passed": "holds", "failed": "does not hold", "unknown": "not checked", "not_applicable": "does not apply"}


@command(credential, "verify")
@click.argument("file", type=existing_file)
def verify(file: Path, *, as_json: bool) -> None:
    """Verify the credential in FILE (- reads from standard input). Exit 0 valid, 1 not valid, 3 could not tell."""
    with opened(file) as stream:
        found = verifying.verify_bytes(stream.read(verifying.MOST_UPLOAD + 1), now=now())
    if as_json:
        write_json(found.to_json())
    else:
        _tell(found, "")
    raise SystemExit(EXITS[found.verdict])


def _tell(found: Verified, indent: str) -> None:
    name = _plain(found.shown.name) if found.shown else ""
    write(f"{indent}{VERDICTS[found.verdict]}{': ' if name else ''}{name}\n")
    rows = [(check.name, RESULTS[check.result], _plain(check.message)) for check in found.checks]
    write_table((f"{indent}check", "result", "what that means"), [(indent + a, b, c) for a, b, c in rows])
    for member in found.members:
        write("\n")
        _tell(member, indent + "  ")


def _plain(text: str) -> str:
    """Return a stranger's text without what could steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
