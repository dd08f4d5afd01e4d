"""What a job asks for, as a table: our own columns, or those of the lists that ESCO and O*NET give out.

Ours: ``title``, ``need`` (must or nice), ``uri``. ESCO: the label of a skill, its relation (essential or optional) and its
address. O*NET: ``element name``, ``element id`` and, where the list has them, ``scale id`` and ``data value``: of the
importance (IM, 1 to 5) 3 and more is must; lines of other scales say nothing new and are passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.job_profile import MOST_ITEMS, Item, Need

from .csv_table import Line, as_meant, read_lines

__all__ = ["read_items"]

TITLES = ("title", "preferredlabel", "conceptlabel", "skilllabel", "element name", "name")
NEEDS = ("need", "relationtype", "relation")
ADDRESSES = ("uri", "concepturi", "skilluri", "element id", "url")
SCALE, VALUE = "scale id", "data value"
MUSTS = {"", "must", "essential", "required", "mandatory"}
NICES = {"nice", "optional", "nice to have", "desirable"}
IMPORTANT = 3.0


def read_items(data: bytes) -> tuple[Item, ...]:
    """Read a table in UTF-8; the same thing twice counts once, as must where one of them says so.

    Raises ``Invalid`` with every problem by line: a title or a known need that is missing, more lines than there can be.

    >>> read_items(b"title;need;uri\\nTables;nice;https://example.org/7\\n")
    (Item(title='Tables', need=<Need.NICE: 'nice'>, uris=('https://example.org/7',), competencies=()),)
    """
    header = _header(data)
    columns = {role: next((name for name in names if name in header), None) for role, names in _ROLES.items()}
    if columns["title"] is None:
        raise Invalid([("/lines/1", N_("No column is the title: name one “title” (ESCO: preferredLabel; O*NET: Element Name)."))])  # fmt: skip
    lines, problems = read_lines(data, [columns["title"]], [name for name in header if name != columns["title"]])
    found: dict[tuple[str, tuple[str, ...]], Item] = {}
    for line in lines:
        item = _item(line, columns, problems)
        if item is not None:
            key = (item.title.casefold(), item.uris)
            if key not in found or item.need is Need.MUST:
                found[key] = item
    if len(found) > MOST_ITEMS:
        problems.append(("", Worded("A profile asks for at most %(max)d things; this table has %(count)d.", max=MOST_ITEMS, count=len(found))))  # fmt: skip
    if not found and not problems:
        problems.append(("", N_("There is nothing in this table that a job could ask for.")))
    if problems:
        raise Invalid(problems)
    return tuple(found.values())


_ROLES = {"title": TITLES, "need": NEEDS, "address": ADDRESSES, "scale": (SCALE,), "value": (VALUE,)}


def _header(data: bytes) -> list[str]:
    """Return the columns that the first line names, as `read_lines` does; what is no text is its to refuse."""
    first = data[:10_000].decode("utf-8-sig", "replace").lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    cells = next(csv.reader(io.StringIO(first), delimiter=delimiter), [])
    return list(dict.fromkeys(cell.strip().casefold() for cell in cells))


def _item(line: Line, columns: Mapping[str, str | None], problems: list[Problem]) -> Item | None:
    cell = {role: as_meant(line[name]) if name else "" for role, name in columns.items()}
    if cell["scale"] and cell["scale"].upper() != "IM":
        return None
    if not cell["title"]:
        problems.append((line.at(str(columns["title"])), N_("Say what is asked for.")))
        return None
    if len(cell["title"]) > 200:
        problems.append((line.at(str(columns["title"])), N_("Write at most 200 characters.")))
        return None
    need = _need(cell, line, columns, problems)
    return Item(cell["title"], need, tuple(cell["address"].split()[:10])) if need else None


def _need(
    cell: Mapping[str, str], line: Line, columns: Mapping[str, str | None], problems: list[Problem]
) -> Need | None:
    if columns["value"] and cell["value"]:
        try:
            return Need.MUST if float(cell["value"].replace(",", ".")) >= IMPORTANT else Need.NICE
        except ValueError:
            problems.append((line.at(VALUE), N_("This is not a number.")))
            return None
    said = cell["need"].casefold()
    if said in MUSTS:
        return Need.MUST
    if said in NICES:
        return Need.NICE
    problems.append((line.at(str(columns["need"])), N_("Write must or nice (or essential, optional).")))
    return None
