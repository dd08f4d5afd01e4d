"""``flask --app app program diff`` and ``program rehearse``: what differs between versions, and what it does to learners.

Numbers only: who the learners are is for a program's designers, on the pages. Both end with 0 when they could tell, also that
nothing differs, and with 1 when there is a problem.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any

import click

from cbe.domain.diff import Difference, FieldChange, ListDifference
from cbe.domain.policy import SYSTEM
from cbe.domain.requirements import format_requirement
from cbe.services import rehearsing, versions
from cbe.services.rehearsal_sums import Among, Sums, Totals

from .output import command, now, write, write_json, write_table
from .programs import program

__all__ = ["diff", "rehearse"]

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": "^"}


class _Version(click.ParamType):
    """A number of a version, or ``draft``."""

    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """Return the number, None for the draft."""
        if value in (None, "draft"):
            return None
        if not (str(value).isascii() and str(value).isdecimal() and len(str(value)) < 9 and int(value) > 0):
            self.fail(f"{value!r} is neither a number from 1 nor 'draft'", param, ctx)
        return int(value)


@command(program, "diff")
@click.argument("key", metavar="ID")
@click.argument("old", metavar="A", type=click.IntRange(min=1))
@click.argument("new", metavar="B", type=_Version())
def diff(key: str, old: int, new: int | None, *, as_json: bool) -> None:
    """Print what differs from version A of program ID to version B, or to its draft (B: draft); 0 also when nothing does."""
    _old, _new, found = versions.version_difference(SYSTEM, key, old, new)
    lines = list(_lines(found))
    to = "draft" if new is None else new
    if as_json:
        write_json({"ok": True, "program": key, "from": old, "to": to, "differences": lines})
        return
    write(f"{key}: version {old} → {to if new is None else f'version {new}'}\n")
    for line in lines:
        write(f"{SIGNS[line['change']]} {line['kind']} {line['id']}\n")
        for one in line.get("fields", []):
            write(f"    {one['field']}: {_short(one['old'])} → {_short(one['new'])}\n")
    if not lines:
        write("nothing differs\n")


@command(program, "rehearse")
@click.argument("key", metavar="ID")
def rehearse(key: str, *, as_json: bool) -> None:
    """Print how many learners of program ID would gain, lose or need longer if everybody were moved to its draft."""
    moment = now()
    sums = Sums(rehearsing.rehearse_draft(SYSTEM, key, today=moment.date(), now=moment))
    totals = {part.version: sums.totals(Among(version=part.version)) for part in sums.parts}
    if as_json:
        write_json(
            {
                "ok": True,
                "program": key,
                "versions": {str(number): asdict(one) for number, one in totals.items()},
                "moves": [asdict(one) for one in sums.moves()],
                "hours": [asdict(one) for one in sums.hours()],
            }
        )
        return
    names = list(Totals.__dataclass_fields__)
    rows = [[f"version {number}", *(getattr(one, name) for name in names)] for number, one in totals.items()]
    write_table(["", *names], rows)
    moves = [[one.effect, one.kind, one.key, f"{one.before} → {one.after}", one.count] for one in sums.moves()]
    if moves:
        write("\n")
        write_table(["effect", "kind", "id", "move", "learners"], moves)
    hours = [[one.credential, one.longer, one.shorter] for one in sums.hours()]
    if hours:
        write("\n")
        write_table(["credential", "longer", "shorter"], hours)


def _lines(found: Difference) -> Iterator[dict[str, Any]]:
    if found.program:
        yield {"change": "changed", "kind": "program", "id": "program", "fields": list(map(_field, found.program))}
    lists: list[tuple[str, ListDifference[Any]]] = [
        ("section", found.sections), ("competency", found.competencies), ("credential", found.credentials)
    ]  # fmt: skip
    for kind, of_it in lists:
        yield from ({"change": "added", "kind": kind, "id": one.id} for one in of_it.added)
        yield from ({"change": "removed", "kind": kind, "id": one.id} for one in of_it.removed)
        for changed in of_it.changed:
            fields = list(map(_field, changed.fields))
            yield {"change": "changed", "kind": kind, "id": changed.id, "fields": fields}
        yield from ({"change": "moved", "kind": kind, "id": key} for key in of_it.moved)


def _field(one: FieldChange) -> dict[str, Any]:
    return {"field": one.field, "old": _plain(one.field, one.old), "new": _plain(one.field, one.new)}


def _plain(field: str, value: Any) -> Any:
    """Return a value of a program as JSON has it."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    if field == "requires":
        return format_requirement(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain("", one) for name, one in asdict(value).items() if one is not None}
    if isinstance(value, tuple | list):
        return [_plain(field, one) for one in value]
    return dict(value)


def _short(value: Any) -> str:
    return "–" if value is None else json.dumps(value, ensure_ascii=False)
