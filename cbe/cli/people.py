"""``flask --app app user …``, ``enrol`` and ``mastery …``: people, where they learn and what they bring."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from cbe.domain.errors import Invalid
from cbe.domain.policy import SYSTEM
from cbe.services import enrolments, mastery_import, people

from .output import command, existing_file, now, progress_bar, read, write, write_json

__all__ = ["enrol", "mastery", "user"]

ROLES = ("learner", "instructor", "coordinator", "designer", "adviser", "registrar", "data_protection")
user = AppGroup("user", help="Add people.")
mastery = AppGroup("mastery", help="Bring earlier records in.")


@command(user, "add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--admin", is_flag=True, help="They run the installation.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def add(email: str, name: str, admin: bool, password_stdin: bool, *, as_json: bool) -> None:
    """Add an account for EMAIL, with the password on standard input."""
    if not password_stdin:
        raise click.UsageError("Give the password on standard input, with --password-stdin.")
    try:
        password = sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Invalid([("/password", "is not UTF-8")]) from None
    account_id = people.add_account(SYSTEM, email, name, password=password, is_admin=admin, now=now())
    if as_json:
        write_json({"ok": True, "account": str(account_id), "email": email})
    else:
        write(f"{email} can sign in\n")


@command(None, "enrol")
@click.argument("email")
@click.argument("program")
@click.option("--role", type=click.Choice(ROLES), default="learner", show_default=True)
def enrol(email: str, program: str, role: str, *, as_json: bool) -> None:
    """Enrol EMAIL in PROGRAM, or give them a role there."""
    account_id = people.get_account_id(SYSTEM, email)
    if role == "learner":
        enrolments.enrol(SYSTEM, account_id, program, now=now())
    else:
        people.grant_role(SYSTEM, account_id, program, role, now=now())
    if as_json:
        write_json({"ok": True, "account": str(account_id), "program": program, "role": role})
    else:
        write(f"{email} is {role} in {program}\n")


@command(mastery, "import")
@click.argument("file", metavar="CSV", type=existing_file)
@click.option("--program", "key", required=True, metavar="ID")
@click.option("--dry-run", is_flag=True, help="Check everything and change nothing.")
def import_(file: Path, key: str, dry_run: bool, *, as_json: bool) -> None:
    """Bring a CSV of earlier records in as decisions of kind transfer: learner,competency,date,source; all or nothing."""
    data = read(file)
    with progress_bar(100, "reading") as bar:
        report = mastery_import.import_mastery(
            SYSTEM,
            key,
            data,
            dry_run=dry_run,
            now=now(),
            progress=lambda done, total: bar.update(100 * done // total - bar.pos),
        )
    if as_json:
        write_json(
            {
                "ok": True,
                "rows": report.rows,
                "added": report.added,
                "known": report.known,
                "learners": report.learners,
                "dry_run": report.dry_run,
            }
        )
    else:
        verb = "would be added" if dry_run else "added"
        write(
            f"{report.rows} lines: {report.added} decisions {verb} for {report.learners} learners, "
            f"{report.known} there already\n"
        )
