"""Tables as CSV: bytes → lines with their numbers, and rows → bytes that a spreadsheet takes for text.

What the columns mean is the services'.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cbe.domain.errors import N_, Invalid, Problem, Worded

__all__ = ["MOST_BYTES", "MOST_LINES", "Line", "as_meant", "read_lines", "read_table", "write_table"]

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 5_000
FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How what a spreadsheet would run begins; what an apostrophe leads already is led by one more, so that it comes back."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file, counted from 1, and its cells by column, trimmed."""

    number: int
    cells: dict[str, str]

    def at(self, column: str) -> str:
        """Return the place of a cell, for a problem."""
        return f"/lines/{self.number}/{column}"

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_table(data: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """Read a table in UTF-8 (a BOM is read) with a header; empty lines are passed over, absent cells are empty.

    Commas, semicolons or tabs part the cells. Raises ``Invalid`` with every problem of the shape: what is too large,
    other encodings, columns that are missing, unknown or named twice, lines with too many cells.

    >>> read_table("email;name\\na@b.example;Ada\\n".encode(), ["email", "name"])[0]["name"]
    'Ada'
    """
    lines, problems = read_lines(data, required, optional)
    if problems:
        raise Invalid(problems)
    return lines


def read_lines(
    data: bytes,
    required: Sequence[str],
    optional: Sequence[str] = (),
    *,
    most_bytes: int = MOST_BYTES,
    most_lines: int = MOST_LINES,
) -> tuple[list[Line], list[Problem]]:
    """Read a table as `read_table` does, and return what is wrong with single lines beside the lines that can be read.

    So problems of shape and of content can be reported together. Raises ``Invalid`` when there is no table to be read.
    """
    if len(data) > most_bytes:
        raise Invalid(
            [("", Worded("The file is larger than %(size)s MB. Send it in parts.", size=most_bytes // 1024**2))]
        )
    text = _text(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((start, [cell.strip() for cell in row]))
            start = reader.line_num + 1
            if len(rows) > most_lines + 1:
                raise Invalid(
                    [("", Worded("A table has at most %(count)s lines here. Send it in parts.", count=most_lines))]
                )
    except csv.Error:
        problems.append((f"/lines/{reader.line_num}", N_("This line is not CSV: look at its quotation marks.")))
    if not rows:
        raise Invalid(problems or [("", N_("The file is empty: its first line names the columns."))])
    header = [name.casefold() for name in rows[0][1]]
    wrong = _header_problems(header, required, optional)
    if wrong:
        raise Invalid(wrong + problems)
    lines: list[Line] = []
    columns = (*required, *optional)
    for number, cells in rows[1:]:
        if any(cells[len(header) :]):
            problems.append((f"/lines/{number}", N_("This line has more cells than the first line has columns.")))
        else:
            lines.append(Line(number, dict.fromkeys(columns, "") | dict(zip(header, cells, strict=False))))
    return lines, problems


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table in UTF-8 with a BOM; a cell that a spreadsheet would run as a formula is led by an apostrophe.

    >>> write_table(["name"], [["=1+1"]]).decode("utf-8-sig")
    "name\\r\\n'=1+1\\r\\n"
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    """Return what was in a cell before `write_table` made it harmless.

    >>> as_meant("'=1+1"), as_meant("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise Invalid([(f"/lines/{number}", N_("This is not UTF-8. Save the table as “CSV UTF-8”."))]) from error
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise Invalid([(f"/lines/{number}", N_("There is a NUL character here, so this is not a table."))])
    return text


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _header_problems(header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> list[Problem]:
    known = {*required, *optional}
    missing = [Worded("The column “%(name)s” is missing.", name=name) for name in required if name not in header]
    strange = [Worded("There is no column “%(name)s” here.", name=name) for name in header if name not in known]
    twice = sorted({name for name in header if header.count(name) > 1})
    double = [Worded("The column “%(name)s” stands twice.", name=name) for name in twice]
    return [(f"/lines/1/{text.values['name']}", text) for text in (*missing, *strange, *double)]
