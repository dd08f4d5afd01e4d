"""``flask --app app record …``: deriving what is kept of learners anew."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from cbe.domain.policy import SYSTEM
from cbe.services.rebuild import Difference, rebuild_records

from .output import command, now, progress_bar, write

__all__ = ["record"]

record = AppGroup("record", help="Look at and rebuild what follows from decisions.")


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
