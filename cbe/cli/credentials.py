"""``flask --app app credential …``: the key that signs credentials."""

from __future__ import annotations

from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.services.issuing import keys

from .output import command, now, write, write_json

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
