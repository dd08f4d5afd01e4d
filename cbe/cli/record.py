"""``flask --app app record …``: deriving what is kept of learners anew, and looking at a record as of any day."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.domain.progress import State
from cbe.services.looking_back import AsOf, RecordThen, as_of, list_records_as_of
from cbe.services.rebuild import Difference, rebuild_records

from .output import command, now, progress_bar, write, write_json, write_table

__all__ = ["record"]

record = AppGroup("record", help="Look at and rebuild what follows from decisions.")
DAY = click.DateTime(["%Y-%m-%d"])


@command(record, "rebuild")
@click.option("--check", is_flag=True, help="Change nothing.")
def rebuild(check: bool, *, as_json: bool) -> None:
    """Derive everybody anew from the decisions, print the differences (exit 0 none, 1 some) and mend them."""
    with progress_bar(100, "deriving") as bar:
        done = rebuild_records(
            SYSTEM,
            check=check,
            now=now(),
            tell=_TellJson() if as_json else lambda one: write(_line(one)),
            progress=lambda learners, total: bar.update(100 * learners // total - bar.pos),
        )
    mended = done.differences > 0 and not check
    if as_json:
        write("{\n" if not done.differences else "\n],\n")
        facts = {"ok": not done.differences, "learners": done.learners, "count": done.differences, "mended": mended}
        write(json.dumps(facts)[1:-1] + "\n}\n")
    else:
        click.echo(f"{done.learners} learners, {done.differences} differences{', mended' if mended else ''}", err=True)
    if done.differences:
        raise SystemExit(1)


@command(record, "as-of")
@click.argument("day", metavar="DATE", type=DAY)
@click.argument("email", metavar="LEARNER")
@click.option("--program", metavar="ID", help="This program only.")
@click.option("--known", metavar="DATE", type=DAY, help="As known at the end of this day (UTC); now if left out.")
def as_of_(day: datetime, email: str, program: str | None, known: datetime | None, *, as_json: bool) -> None:
    """Print how LEARNER (an e-mail address) stood on DATE: every competency, and the credentials held and withheld."""
    moment = now()
    at = as_of(day.date(), known.date() if known else None, zone=UTC, now=moment)
    found = list_records_as_of(SYSTEM, email, at, program, today=moment.date())
    if as_json:
        write_json(
            {
                "ok": True,
                "learner": email,
                "on": at.on.isoformat(),
                "known": at.known.isoformat(),
                "programs": [_document(one) for one in found],
            }
        )
        return
    for one in found:
        _write_then(one, at)


def _document(one: RecordThen) -> dict[str, Any]:
    return {
        "program": one.program,
        "status": one.status,
        "competencies": [
            {"id": key, "state": str(state), "mastered_on": began, "expires_on": ends}
            for key, state, began, ends in _rows(one)
        ],
        "held": sorted(one.facts.held),
        "withheld": sorted(one.facts.withheld),
    }


def _write_then(one: RecordThen, at: AsOf) -> None:
    write(f"{one.program} on {at.on}, as known at {at.known:%Y-%m-%d %H:%M} UTC: {one.status.replace('_', ' ')}\n")
    rows = [[f"  {key}", state.replace("_", " "), began or "", ends or ""] for key, state, began, ends in _rows(one)]
    if rows:
        write_table(["  competency", "state", "mastered", "expires"], rows)
    for word, keys in (("held", one.facts.held), ("withheld", one.facts.withheld)):
        write(f"{word}: {', '.join(sorted(keys)) or '–'}\n")
    write("\n")


def _rows(one: RecordThen) -> list[tuple[str, State, str | None, str | None]]:
    return [
        (
            key,
            state,
            began.isoformat() if (row := one.facts.standing.get(key)) and (began := row.mastered_on) else None,
            ends.isoformat() if row and (ends := row.expires_on) else None,
        )
        for key, state in one.states.items()
    ]


class _TellJson:
    """Writes differences as they come, the first after the head of the document: nobody holds all of them."""

    def __init__(self) -> None:
        self.before = '{\n"differences": [\n'

    def __call__(self, one: Difference) -> None:
        document = {
            "enrolment": str(one.enrolment_id),
            "competency": one.competency,
            "field": one.field,
            "kept": one.kept,
            "derived": one.derived,
        }
        write(self.before + json.dumps(document, ensure_ascii=False))
        self.before = ",\n"


def _line(one: Difference) -> str:
    return f"{one.enrolment_id}  {one.competency or '–'}  {one.field}  {one.kept or '–'} → {one.derived or '–'}\n"
