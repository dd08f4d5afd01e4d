"""The draft as a table: many competencies at once, in cells to write in, and rows pasted from a spreadsheet.

What cells mean is ``services.draft_table``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.draft import Draft, Operation
from cbe.domain.errors import Invalid, Problem
from cbe.services.draft_table import (
    COLUMNS,
    MOST_PASTED,
    PASTED,
    Made,
    Row,
    cells_of,
    operation_of,
    problems_in,
    read_pasted,
    section_ways,
)

from ..guard import wants_json
from ..limits import page_number
from . import designer
from .frame import Page, page, save, told_in
from .saving import refused_quietly, saved

PAGE = 50
SPARE = 5
"""So many empty rows stand at the end."""
NO_SECTION = "-"
HEADS = {
    "title": _l("Title"),
    "code": _l("Code"),
    "section": _l("Section"),
    "hours": _l("Hours"),
    "credits": _l("Credits"),
    "level": _l("Level"),
    "prerequisites": _l("Prerequisites"),
    "id": _l("Id"),
    "statement": _l("Statement"),
    "criteria": _l("Criteria"),
}


@dataclass
class Grid:
    """A page of the table: its rows (id or None, cells), what is wrong with them, and what of the draft it shows."""

    page: Page
    rows: list[tuple[str | None, Mapping[str, str]]]
    ways: Mapping[str, str]
    number: int = 1
    pages: int = 1
    total: int = 0
    problems: list[Problem] = field(default_factory=list)

    def errors(self, row: int, column: str) -> list[str]:
        """Return what is wrong with a cell."""
        return [told_in(self.page.draft, text) for at, text in self.problems if at == f"/{row}/{column}"]

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """What was refused: the row and column, the cell, and why."""
        return [(*_label_at(at), told_in(self.page.draft, text)) for at, text in self.problems]

    @staticmethod
    def url(to: int) -> str:
        """Return the address of another page of what was looked for."""
        return _address((request.view_args or {})["program"], str(to))


@designer.get("/programs/<key:program>/draft/table")
def table(program: str) -> str:
    """Show a page of the competencies in cells."""
    return _shown(_grid(page(program, "table")))


@designer.post("/programs/<key:program>/draft/table")
def save_table(program: str) -> Response | tuple[str | Response, int]:
    """Save what was written in the cells of a page, as one operation; by itself only of the rows that are there."""
    rows = [row for row in _written() if row.key or not wants_json()]
    last: list[Made] = []

    def make(draft: Draft) -> Operation:
        last[:] = [operation_of(draft, rows)]
        if last[0].problems:
            raise Invalid(last[0].problems)
        return last[0].operation

    try:
        answer = saved(program, make)
    except Invalid as error:
        quietly = refused_quietly(page(program, "table"), error)
        if quietly:
            return quietly
        grid = _grid(page(program, "table"))
        grid.rows = [*((row.key, row.cells) for row in rows), *grid.rows[-SPARE:]]
        grid.problems = _at_rows(last, error)
        return _shown(grid), 422
    if answer:
        return answer
    _flash(last[0])
    return redirect(_address(program, request.args.get("page", "")), 303)


@designer.get("/programs/<key:program>/draft/table/paste")
def paste(program: str) -> str:
    """Show where rows of a spreadsheet are pasted."""
    return _pasting(page(program, "table"), None, [])


@designer.post("/programs/<key:program>/draft/table/paste")
def paste_rows(program: str) -> Response | tuple[str, int] | str:
    """Show what pasted rows would do, or do it, as one operation."""
    text = request.form.get("rows", "")
    last: list[Made] = []

    def make(draft: Draft) -> Operation:
        rows, wrong = read_pasted(draft, text, _names())
        last[:] = [operation_of(draft, rows, adds_sections=True)]
        last[0].problems += wrong
        if last[0].problems:
            raise Invalid(last[0].problems)
        return last[0].operation

    found = page(program, "table")
    try:
        if request.form.get("do") != "apply":
            make(found.draft)
            return _pasting(found, last[0], [])
        save(program, make)
    except Invalid as error:
        return _pasting(found, last[0] if last else None, _at_rows(last, error)), 422
    _flash(last[0])
    return redirect(url_for("designer.table", program=program), 303)


def _grid(found: Page) -> Grid:
    """Return the page of the table that the address asks for."""
    draft, ways = found.draft, section_ways(found.draft)
    keys = [key for key in draft.order["competency"] if _is_wanted(draft, key)]
    pages = max(1, -(-len(keys) // PAGE))
    number = min(page_number(), pages)
    shown = [(key, cells_of(draft, key, ways)) for key in keys[(number - 1) * PAGE : number * PAGE]]
    section = request.args.get("section", "")
    empty = {**dict.fromkeys(COLUMNS, ""), "section": ways.get(section, "")}
    return Grid(found, [*shown, *[(None, empty)] * SPARE], ways, number, pages, len(keys))


def _address(program: str, number: str) -> str:
    """Return the address of a page of what was looked for."""
    asked = request.args.get
    return url_for(
        "designer.table", program=program, q=asked("q") or None, section=asked("section") or None, page=number or None
    )


def _is_wanted(draft: Draft, key: str) -> bool:
    fields, section = draft.competencies[key], request.args.get("section", "")
    if section and (fields.get("section") or NO_SECTION) != section:
        return False
    title = fields.get("title")
    texts = (key, fields.get("code") or "", *(title.values() if isinstance(title, Mapping) else [title]))
    said = " ".join(map(str, texts)).casefold()
    return all(word in said for word in request.args.get("q", "").casefold().split())


def _written() -> list[Row]:
    """Return the rows of the form, but for new ones in which nothing is written."""
    found: list[Row] = []
    for number in range(PAGE + 2 * SPARE):
        key = request.form.get(f"{number}.id")
        cells = {name: request.form.get(f"{number}.{name}", "") for name in COLUMNS}
        is_written = any(cells[name].strip() for name in COLUMNS if name != "section")
        if key is not None and (key or is_written):
            found.append(Row(len(found), key or None, cells))
    return found


def _at_rows(made: list[Made], error: Invalid) -> list[Problem]:
    """Return the problems at the rows they are about, those that the draft found too."""
    if not made or error.problems == made[0].problems:
        return error.problems
    return problems_in(made[0], error.problems)


def _label_at(at: str) -> tuple[str, str]:
    """Return what a place is called and the cell there."""
    _empty, row, column = at.split("/") if at.count("/") == 2 else ("", "", "")
    if column not in HEADS:
        return "", ""
    return _("%(column)s in row %(row)s", column=HEADS[column], row=int(row) + 1), f"{row}.{column}"


def _shown(grid: Grid) -> str:
    sections = [(key, grid.ways[key]) for key in grid.page.draft.order["section"]]
    return render_template(
        "designer/table.html", page=grid.page, grid=grid, sections=sections, HEADS=HEADS, columns=COLUMNS,
        no_section=NO_SECTION,
    )  # fmt: skip


def _pasting(found: Page, made: Made | None, problems: list[Problem]) -> str:
    lines = [(*at.removeprefix("/").partition("/")[::2], told_in(found.draft, text)) for at, text in problems]
    return render_template(
        "designer/paste.html", page=found, made=made, problems=lines, HEADS=HEADS, columns=COLUMNS, others=PASTED[len(COLUMNS):],
        most=MOST_PASTED, text=request.form.get("rows", ""),
    )  # fmt: skip


def _names() -> dict[str, str]:
    """Return what columns may be called: their names in files, and as the reader's page calls them."""
    return {str(label).casefold(): name for name, label in HEADS.items()} | {name: name for name in PASTED}


def _flash(made: Made) -> None:
    if not made.operation:
        flash(_("Nothing was changed."))
        return
    said = [ngettext("%(num)d changed", "%(num)d changed", len(made.changed)) if made.changed else "",
            ngettext("%(num)d added at the end", "%(num)d added at the end", len(made.added)) if made.added else ""]  # fmt: skip
    flash(_("Saved: %(what)s.", what=_(", ").join(one for one in said if one)))
