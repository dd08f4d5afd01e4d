"""Competencies of a draft as rows of a table: what stands in their cells, and the operation that written cells make.

How prerequisites are written is ``interop.prerequisite_text``'s, whole programs as tables ``interop.program_csv``'s. Here
only cells that were changed make anything, so that what a cell cannot say is not lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cbe.domain.draft import Draft, Operation, add_parts, new_problems, set_fields, unused_id
from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.interop.csv_table import as_meant, read_lines
from cbe.interop.prerequisite_text import (
    PrerequisiteTextError,
    name_text,
    names_in,
    read_prerequisites,
    write_prerequisites,
)

__all__ = [
    "COLUMNS", "MOST_PASTED", "PASTED", "Made", "Row", "cells_of", "operation_of", "problems_in", "read_pasted",
    "section_ways",
]  # fmt: skip

COLUMNS = ("title", "code", "section", "hours", "credits", "level", "prerequisites")
PASTED = (*COLUMNS, "id", "statement", "criteria")
"""What a pasted table may have; without a first line that names its columns they are ``COLUMNS``."""
MOST_PASTED = 1_000
FIELDS = {"hours": "effort_hours"}
TEXTS = ("title", "statement", "criteria")
NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was written: its place (a number), of which competency (None: a new one), and its cells by column.

    ``wanted`` is the id that a new one shall have; empty where it is made of its title.
    """

    place: int
    key: str | None
    cells: Mapping[str, str]
    wanted: str = ""


@dataclass
class Made:
    """What rows make: the operation, id → row, what changes in which row as (column, before, after), and the problems.

    Places of problems are ``/row/column``. ``sections`` are those that are new.
    """

    operation: Operation = ()
    rows: dict[str, int] = field(default_factory=dict)
    added: list[tuple[int, str, str]] = field(default_factory=list)
    changed: list[tuple[int, str, str, list[tuple[str, str, str]]]] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def cells_of(draft: Draft, key: str, ways: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the cells of a competency; ``ways`` are its draft's ``section_ways``."""
    fields, language = draft.competencies[key], _language(draft)
    found = {name: _said(fields.get(name), language) for name in (*TEXTS, "code")}
    is_estimated = fields.get("effort_is_estimated") is not False
    section = fields.get("section")
    return {
        **found,
        "section": ways.get(section, str(section)) if section is not None else "",
        "hours": _said(fields.get("effort_hours"), language) if is_estimated else "",
        "credits": _said(fields.get("credits"), language),
        "level": _said(fields.get("level"), language),
        "prerequisites": write_prerequisites(fields.get("prerequisites") or ()),
    }


def section_ways(draft: Draft) -> dict[str, str]:
    """Return the way to every section, such as ``Web > Forms``; where two were the same one has its id beside it."""
    ways: dict[str, str] = {}
    taken: set[str] = set()
    for key in draft.order["section"]:
        names = [_said(draft.get("section", one, "title"), _language(draft)) for one in _upwards(draft, key)]
        way = " > ".join(map(name_text, reversed(names)))
        if way in taken:
            way = " > ".join(map(name_text, [*reversed(names[1:]), f"{names[0]} ({key})"]))
        taken.add(way)
        ways[key] = way
    return ways


def operation_of(draft: Draft, rows: Sequence[Row], *, adds_sections: bool = False) -> Made:
    """Return what rows make of a draft; where there are problems the operation is not to be done."""
    return _Making(draft, adds_sections).of(rows)


def problems_in(made: Made, problems: Sequence[Problem]) -> list[Problem]:
    """Return problems of a draft's parts (``/competency/id/field``) at the rows that made them."""
    return [(_place_in_rows(made, at), text) for at, text in problems]


def read_pasted(draft: Draft, text: str, names: Mapping[str, str]) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a table with tabs, commas or semicolons, and what is wrong with single lines.

    ``names``: what columns are called → column. Rows are those of competencies by their id, else by their code, else new;
    an empty cell leaves what is there. Raises ``Invalid`` for what is no table.
    """
    if not text.strip():
        raise Invalid([("", N_("There is nothing here yet: paste some rows first."))])
    skipped = len(text) - len(text.lstrip("\r\n"))
    above, text = text[:skipped].count("\n"), text[skipped:]
    first, _newline, rest = text.partition("\n")
    sign = "\t" if "\t" in first else max(",;", key=first.count)
    named = [names.get(cell.strip().casefold(), "") for cell in next(csv.reader([first], delimiter=sign), [])]
    if all(named) and {"title", "id"} & set(named):
        header, body = named, rest
    else:
        header, body, above = list(COLUMNS), text, above - 1
    data = f"{sign.join(header)}\n{body}".encode()
    try:
        lines, problems = read_lines(data, (), PASTED, most_lines=MOST_PASTED)
    except Invalid as error:
        raise Invalid([(_moved(at, above), text) for at, text in error.problems]) from None
    codes = _codes(draft)
    rows = []
    for line in lines:
        cells = {name: as_meant(line[name]) for name in PASTED}
        wanted = cells.pop("id")
        key = wanted if wanted in draft.competencies else None if wanted else codes.get(cells["code"])
        kept = {name: cell for name, cell in cells.items() if cell or (key is None and name in COLUMNS)}
        rows.append(Row(line.number + above, key, kept, wanted))
    return rows, [(_moved(at, above), text) for at, text in problems]


class _Making:
    """One reading of rows: ids for the new ones first, since prerequisites may name them."""

    def __init__(self, draft: Draft, adds_sections: bool) -> None:
        self.draft, self.adds_sections, self.language = draft, adds_sections, _language(draft)
        self.made = Made()
        self.ways = section_ways(draft)
        self.sections = {_path(way): key for key, way in self.ways.items()}
        self.new_sections: list[dict[str, Any]] = []
        self.known = _names(draft)

    def of(self, rows: Sequence[Row]) -> Made:
        """Return what the rows make."""
        keyed = [(row, key) for row in rows if (key := self._key(row)) is not None]
        new: list[dict[str, Any]] = []
        changes: Operation = ()
        for row, key in keyed:
            if row.key is None:
                new.append({"id": key, **self._fields(row, {}, {})})
                self.made.added.append((row.place, key, row.cells.get("title", "")))
            else:
                changes += set_fields(self.draft, "competency", key, self._changed(row, key))
        added = add_parts(self.draft, "section", self.new_sections) + add_parts(self.draft, "competency", new)
        self.made.operation = (*added, *changes)
        self.made.problems += self._found(self.made.operation) if not self.made.problems else []
        return self.made

    def _found(self, operation: Operation) -> list[Problem]:
        return problems_in(self.made, new_problems(self.draft, self.draft.after(operation), operation))

    def _key(self, row: Row) -> str | None:
        """Return the id of a row's competency, a new one for a new one; None, with a problem, where there can be none."""
        key = row.key
        if key is None:
            title = row.cells.get("title", "").strip()
            if not title:
                self._wrong(row, "title", N_("Write a title."))
                return None
            key = row.wanted or unused_id(self.draft, "competency", title, self.made.rows)
        elif key not in self.draft.competencies:
            self._wrong(row, "title", N_("This competency is not in the draft any more."))
            return None
        if key in self.made.rows:
            self._wrong(
                row, "title", Worded(N_("The row %(number)s is about the same one."), number=self.made.rows[key])
            )
            return None
        self.made.rows[key] = row.place
        for name in ("title", "code"):
            _add_name(self.known, row.cells.get(name, "").strip(), key)
        return key

    def _changed(self, row: Row, key: str) -> dict[str, Any]:
        """Return the fields of the cells that say something else than what stands there."""
        before = cells_of(self.draft, key, self.ways)
        cells = {name: cell.strip() for name, cell in row.cells.items()}
        other = {name: cell for name, cell in cells.items() if cell != before[name].strip()}
        if other:
            told = [(name, before[name], cell) for name, cell in other.items()]
            self.made.changed.append((row.place, key, before["title"], told))
        return self._fields(Row(row.place, key, other), self.draft.competencies[key], before)

    def _fields(self, row: Row, old: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, cell in row.cells.items():
            cell = cell.strip()
            if name in TEXTS:
                found[name] = self._text(row, name, cell, old.get(name))
            elif name == "hours":
                found["effort_hours"] = self._number(row, name, cell) if cell else 1
                found["effort_is_estimated"] = None if cell else False
            elif name in ("credits", "level"):
                found[name] = self._number(row, name, cell)
            elif name == "section":
                found[name] = self._section(row, cell) if cell else None
            elif name == "prerequisites":
                found[name] = self._prerequisites(row, cell)
            else:
                found[name] = cell or None
        return found

    def _text(self, row: Row, name: str, cell: str, old: Any) -> Any:
        if not cell and name == "title":
            self._wrong(row, name, N_("Write a title."))
        if isinstance(old, Mapping):
            others = {tag: text for tag, text in old.items() if tag != self.language}
            return ({**old, self.language: cell} if cell else others) or None
        return cell or None

    def _number(self, row: Row, column: str, cell: str) -> int | float | None:
        if not cell:
            return None
        if not NUMBER.fullmatch(cell):
            self._wrong(row, column, N_("This is not a number: write it as 12 or 1.5."))
            return None
        number = Decimal(cell.replace(",", "."))
        return int(number) if number == int(number) else float(number)

    def _section(self, row: Row, cell: str) -> str | None:
        """Return the section at the end of a way, by its id too; made where that may be and it is not there."""
        way = _path(cell)
        if cell in self.draft.sections:
            return cell
        if way in self.sections:
            return self.sections[way]
        if not self.adds_sections or not way:
            self._wrong(row, "section", Worded(N_("There is no section %(id)s."), id=f'"{cell}"'))
            return None
        above = None
        names = names_in(cell, ">")
        for depth in range(1, len(names) + 1):
            if way[:depth] not in self.sections:
                taken = [one["id"] for one in self.new_sections]
                key = unused_id(self.draft, "section", names[depth - 1], taken)
                self.new_sections.append({"id": key, "title": names[depth - 1], "parent": above})
                self.made.sections.append(" > ".join(names[:depth]))
                self.sections[way[:depth]] = key
            above = self.sections[way[:depth]]
        return above

    def _prerequisites(self, row: Row, cell: str) -> list[list[str]] | None:
        try:
            groups = read_prerequisites(cell)
        except PrerequisiteTextError as error:
            self._wrong(row, "prerequisites", error.text)
            return None
        return [[self._named(row, name) for name in group] for group in groups] or None

    def _named(self, row: Row, name: str) -> str:
        """Return the competency that a name means: an id, else the code or title of one only."""
        if name in self.draft.competencies or name in self.made.rows:
            return name
        found = self.known.get(name.casefold(), ())
        if len(found) == 1:
            return found[0]
        text = N_("Several competencies are called %(id)s: write the id.") if found else N_("There is no competency %(id)s.")  # fmt: skip
        self._wrong(row, "prerequisites", Worded(text, id=f'"{name}"'))
        return name

    def _wrong(self, row: Row, column: str, text: str) -> None:
        self.made.problems.append((f"/{row.place}/{column}", text))


def _place_in_rows(made: Made, at: str) -> str:
    kind, _sep, rest = at.removeprefix("/").partition("/")
    key, _sep, name = rest.partition("/")
    row = made.rows.get(key.replace("~1", "/").replace("~0", "~"))
    if kind != "competency" or row is None:
        return ""
    column = next((one for one in PASTED if FIELDS.get(one, one) == name.split("/")[0]), "title")
    return f"/{row}/{column}"


def _moved(at: str, by: int) -> str:
    """Return a place in a table (``/lines/3/title``) as one in the rows that were pasted."""
    number, _sep, column = at.removeprefix("/lines/").partition("/")
    return f"/{int(number) + by}/{column or 'title'}" if number.isdigit() else ""


def _names(draft: Draft) -> dict[str, list[str]]:
    """Return what competencies are called, their codes and titles, with all that are called so."""
    found: dict[str, list[str]] = {}
    for key, fields in draft.competencies.items():
        title = fields.get("title")
        for name in (fields.get("code"), *(title.values() if isinstance(title, Mapping) else [title])):
            if isinstance(name, str):
                _add_name(found, name, key)
    return found


def _add_name(names: dict[str, list[str]], name: str, key: str) -> None:
    if name and key not in names.setdefault(name.casefold(), []):
        names[name.casefold()].append(key)


def _codes(draft: Draft) -> dict[str, str]:
    """Return the competencies by those codes that one alone has."""
    found: dict[str, list[str]] = {}
    for key, fields in draft.competencies.items():
        if fields.get("code"):
            found.setdefault(str(fields["code"]), []).append(key)
    return {code: keys[0] for code, keys in found.items() if len(keys) == 1}


def _path(way: str) -> tuple[str, ...]:
    return tuple(name.casefold() for name in names_in(way, ">"))


def _upwards(draft: Draft, section: Any) -> Iterator[str]:
    seen: set[str] = set()
    while isinstance(section, str) and section in draft.sections and section not in seen:
        seen.add(section)
        yield section
        section = draft.get("section", section, "parent")


def _language(draft: Draft) -> str:
    return str(draft.head.get("language", "en"))


def _said(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values()), ""))
    return "" if value is None else str(value)
