"""Programs as tables: one file with a line for each competency, or two, of which the second holds the prerequisites.

A table carries competencies, their sections and prerequisites, with texts in the program's language. What else a program
has (credentials, rubrics, resources, alignments, other languages) is the program file's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.program import FORMAT, Competency, Program, Section, Text, parse_program
from cbe.domain.reading import quoted

from .csv_table import Line, as_meant, read_lines, write_table
from .imported import ProgramImport, is_circle, remark
from .json_file import LARGEST_FILE
from .prerequisite_text import PrerequisiteTextError, name_text, names_in, read_prerequisites, write_prerequisites

__all__ = ["COLUMNS", "EDGE_COLUMNS", "MOST_LINES", "read_program_csv", "write_edges_csv", "write_program_csv"]

COLUMNS = (
    "id", "code", "title", "statement", "criteria", "section", "hours", "credits", "level", "archived", "prerequisites",
)  # fmt: skip
EDGE_COLUMNS = ("prerequisite", "competency", "group")
MOST_LINES = 100_000

_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_COLUMN_OF = {"effort_hours": "hours"}
_NOT_A_NUMBER = N_("This is not a number: write it as 12 or 1.5.")


def read_program_csv(data: bytes, *, key: str, title: str, language: str, edges: bytes | None = None) -> ProgramImport:
    """Return the program in a table, and in a second one with its prerequisites when `edges` are given.

    The columns are ``COLUMNS``, of which only `id` and `title` must be there, and ``EDGE_COLUMNS``. A section is the way to
    it (``Web > Forms``), prerequisites are as in ``prerequisite_text``, what is no longer offered says ``yes`` under `archived`, hours left empty are one hour *not estimated*. In
    the second table those of one competency with the same group are a group of which one is enough; without, each is one
    of its own. Every problem has its place, ``/lines/<number>/<column>`` and ``/edges/lines/<number>/<column>``.
    """
    reading = _Reading(title, language)
    try:
        reading.competencies(data, with_prerequisites=edges is None)
        if edges is not None:
            reading.edges(edges)
    except Invalid as error:
        return ProgramImport(None, None, refusals=(*reading.problems, *error.problems))
    document = reading.document(key)
    try:
        program = parse_program(document)
    except Invalid as error:
        found = [(reading.place(at), text) for at, text in error.problems]
        only_circles = not reading.problems and all(map(is_circle, error.problems))
        return ProgramImport(
            document if only_circles else None, None, refusals=tuple(sorted({*reading.problems, *found}, key=_line_of))
        )
    if reading.problems:
        return ProgramImport(None, None, refusals=tuple(sorted(reading.problems, key=_line_of)))
    text = N_("Competencies whose hours are not estimated; 1 hour stands for each: %(count)s")
    empty = [line.at("hours") for line in reading.lines if not line["hours"]]
    return ProgramImport(document, program, tuple(remark(text, empty)))


def write_program_csv(program: Program, *, with_prerequisites: bool = True) -> bytes:
    """Return the table of a program; without prerequisites it is the first of two."""
    ways = _ways(program)
    columns = COLUMNS if with_prerequisites else COLUMNS[:-1]
    rows = (_cells(competency, ways, program.language)[: len(columns)] for competency in program.competencies)
    return write_table(columns, rows)


def write_edges_csv(program: Program) -> bytes:
    """Return the table of the prerequisites of a program; a group of one needs no number."""
    return write_table(
        EDGE_COLUMNS,
        (
            (member, competency.id, str(number) if len(group) > 1 else "")
            for competency in program.competencies
            for number, group in enumerate(competency.prerequisites, 1)
            for member in group
        ),
    )


@dataclass
class _Reading:
    """What is read of one or two tables, and what is wrong in them."""

    title: str
    language: str
    lines: list[Line] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)
    sections: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    edge_places: dict[tuple[int, int, int], str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def competencies(self, data: bytes, *, with_prerequisites: bool) -> None:
        optional = [name for name in COLUMNS if name not in ("id", "title")]
        if not with_prerequisites:
            optional.remove("prerequisites")
        self.lines, problems = read_lines(
            data, ("id", "title"), optional, most_bytes=LARGEST_FILE, most_lines=MOST_LINES
        )
        self.problems += problems
        self.made = [self._competency(line) for line in self.lines]

    def _competency(self, line: Line) -> dict[str, Any]:
        cells = {name: as_meant(cell) for name, cell in line.cells.items()}
        made: dict[str, Any] = {name: cells[name] for name in ("id", "title")}
        made |= {name: cells[name] for name in ("code", "statement", "criteria") if cells[name]}
        hours = self._number(line, "hours")
        made |= {"effort_hours": 1, "effort_is_estimated": False} if hours is None else {"effort_hours": hours}
        made |= {name: number for name in ("credits", "level") if (number := self._number(line, name)) is not None}
        if cells["section"]:
            made["section"] = self._section(tuple(names_in(cells["section"], ">")))
        if cells["archived"]:
            made["archived"] = True
            if cells["archived"].casefold() != "yes":
                self.problems.append((line.at("archived"), N_("Write yes, or leave it empty.")))
        if cells.get("prerequisites"):
            try:
                made["prerequisites"] = read_prerequisites(cells["prerequisites"])
            except PrerequisiteTextError as error:
                self.problems.append((line.at("prerequisites"), error.text))
        return made

    def _number(self, line: Line, column: str) -> int | float | None:
        cell = line[column]
        if not cell:
            return None
        if not _NUMBER.fullmatch(cell):
            self.problems.append((line.at(column), _NOT_A_NUMBER))
            return None
        number = Decimal(cell.replace(",", "."))
        return int(number) if number == int(number) else float(number)

    def _section(self, way: tuple[str, ...]) -> str:
        """Return the id of the section at the end of a way, and make what is not there yet."""
        for depth in range(1, len(way) + 1):
            if way[:depth] not in self.sections:
                above = self.sections.get(way[: depth - 1])
                made = {"id": " > ".join(map(name_text, way[:depth])), "title": way[depth - 1]}
                self.sections[way[:depth]] = made | ({"parent": above["id"]} if above else {})
        return self.sections[way]["id"]

    def edges(self, data: bytes) -> None:
        lines, problems = read_lines(
            data, EDGE_COLUMNS[:2], EDGE_COLUMNS[2:], most_bytes=LARGEST_FILE, most_lines=MOST_LINES
        )
        self.problems += [(f"/edges{at}", text) for at, text in problems]
        places = {made["id"]: i for i, made in reversed([*enumerate(self.made)])}
        numbers: dict[tuple[int, str], int] = {}
        for line in lines:
            name = as_meant(line["competency"])
            i = places.get(name)
            if i is None:
                text = Worded(N_("There is no competency %(id)s."), id=quoted(name))
                self.problems.append((f"/edges{line.at('competency')}", text))
                continue
            groups = self.made[i].setdefault("prerequisites", [])
            number = numbers.setdefault((i, line["group"]), len(groups)) if line["group"] else len(groups)
            if number == len(groups):
                groups.append([])
            self.edge_places[i, number, len(groups[number])] = f"/edges{line.at('prerequisite')}"
            groups[number].append(as_meant(line["prerequisite"]))

    def document(self, key: str) -> dict[str, Any]:
        """Return the program file of what was read."""
        head: dict[str, Any] = {"id": key, "title": self.title, "language": self.language}
        if self.sections:
            head["sections"] = list(self.sections.values())
        return {"format": FORMAT, "program": head, "competencies": self.made, "credentials": []}

    def place(self, at: str) -> str:
        """Return where in the tables a place of the program file stands."""
        steps = at.split("/")[1:]
        if steps[0] == "program" and steps[1:2] != ["sections"]:
            return at
        if steps[0] != "competencies" or len(steps) < 2:
            return ""
        i = int(steps[1])
        if len(steps) == 5 and (i, int(steps[3]), int(steps[4])) in self.edge_places:
            return self.edge_places[i, int(steps[3]), int(steps[4])]
        column = steps[2] if len(steps) > 2 else "id"
        return self.lines[i].at(_COLUMN_OF.get(column, column))


def _line_of(problem: Problem) -> tuple[bool, int]:
    numbers = re.findall(r"/lines/(\d+)", problem[0])
    return problem[0].startswith("/edges"), int(numbers[0]) if numbers else 0


def _cells(competency: Competency, ways: Mapping[str, str], language: str) -> list[str]:
    return [
        competency.id,
        competency.code or "",
        _plain(competency.title, language),
        _plain(competency.statement, language),
        _plain(competency.criteria, language),
        ways.get(competency.section or "", ""),
        f"{competency.effort_hours:f}" if competency.effort_is_estimated else "",
        f"{competency.credits:f}" if competency.credits else "",
        str(competency.level or ""),
        "yes" if competency.archived else "",
        write_prerequisites(competency.prerequisites),
    ]


def _plain(text: Text | None, language: str) -> str:
    if isinstance(text, Mapping):
        return text.get(language) or next(iter(text.values()))
    return text or ""


def _ways(program: Program) -> dict[str, str]:
    """Return the way to every section; where two would be the same one has its id beside its title."""
    sections = {section.id: section for section in program.sections}
    ways: dict[str, str] = {}
    for section in program.sections:
        names = [_plain(each.title, program.language) for each in _upwards(section, sections)]
        way = " > ".join(map(name_text, reversed(names)))
        if way in ways.values():
            names[0] = f"{names[0]} ({section.id})"
            way = " > ".join(map(name_text, reversed(names)))
        ways[section.id] = way
    return ways


def _upwards(section: Section | None, sections: Mapping[str, Section]) -> Iterator[Section]:
    while section is not None:
        yield section
        section = sections.get(section.parent) if section.parent is not None else None
