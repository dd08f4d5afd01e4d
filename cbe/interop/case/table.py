"""Frameworks as the spreadsheets that programs for CASE give out: a line for each item, its links in columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cbe.domain.errors import Invalid, Problem
from cbe.interop.csv_table import Line, as_meant, read_lines
from cbe.interop.imported import ProgramImport
from cbe.interop.json_file import LARGEST_FILE

from .minting import Mint
from .package import Precedes
from .read import read_case_package
from .words import with_extension

__all__ = ["is_case_table", "read_case_table"]

MOST_LINES = 50_000

_ITEM = {
    "full statement": "fullStatement",
    "human coding scheme": "humanCodingScheme",
    "abbreviated statement": "abbreviatedStatement",
    "notes": "notes",
    "language": "language",
    "cf item type": "CFItemType",
}
_LISTS = {"concept keywords": "conceptKeywords", "education level": "educationLevel"}
_LINKS = {
    "is child of": "isChildOf",
    "is part of": "isPartOf",
    "replaced by": "replacedBy",
    "exemplar": "exemplar",
    "has skill level": "hasSkillLevel",
    "is related to": "isRelatedTo",
    "is exact match of": "exactMatchOf",
    "exact match of": "exactMatchOf",
    "precedes": "precedes",
    "is peer of": "isPeerOf",
}
_REST = ("license", "cf association group identifier")
"""Columns that a program has no word for and CASE only by links; they are kept beside the item."""
_COLUMNS = ("identifier", "sequence number", *_ITEM, *_LISTS, *_LINKS, *_REST)
_BESIDE = "table"


def is_case_table(data: bytes) -> bool:
    """Return whether a table is one of a framework: its first line has a column for full statements."""
    first = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    return re.search(rb"\bfull ?statement\b", first, re.IGNORECASE) is not None


def read_case_table(data: bytes, *, key: str, title: str, language: str, precedes: Precedes = "order") -> ProgramImport:
    """Return the program in the spreadsheet of a framework; columns may be written with or without spaces.

    Links name codes or identifiers of other lines, or things elsewhere. It becomes a package first, of which nothing in
    the table is missing, so that it can be given out as CASE 1.1. Places are ``/lines/<number>``.
    """
    names = dict.fromkeys(name for column in _COLUMNS for name in (column, column.replace(" ", "")))
    try:
        lines, problems = read_lines(data, (), list(names), most_bytes=LARGEST_FILE, most_lines=MOST_LINES)
    except Invalid as error:
        return ProgramImport(None, None, refusals=tuple(error.problems))
    if problems:
        return ProgramImport(None, None, refusals=tuple(problems))
    table = _Table([_cells(line) for line in lines], Mint(key, "1.1", "", None))
    found = read_case_package(table.package(key, title, language), precedes=precedes, made_here=True)
    places = {f"/CFItems/{i}": f"/lines/{line.number}" for i, line in enumerate(lines)}
    places |= {f"/CFAssociations/{n}": f"/lines/{lines[i].number}" for n, i in enumerate(table.origins)}
    return _at_lines(found, places)


class _Table:
    """The lines of a table as a package."""

    def __init__(self, lines: list[Mapping[str, str]], mint: Mint) -> None:
        self.lines, self.mint = lines, mint
        self.origins: list[int] = []
        """Of every association the line it stands in."""

    def package(self, key: str, title: str, language: str) -> dict[str, Any]:
        """Return the package; keys and identifiers that CASE does not take for one stand in our extension."""
        node = self.mint.node("CFDocuments", key)
        node |= {"title": title, "language": language, "creator": title, "caseVersion": "1.1"}
        document = with_extension(node, program={"id": key} if node["identifier"] != key else None)
        items = [self._item(number, cells) for number, cells in enumerate(self.lines)]
        nodes: dict[str, dict[str, Any]] = {}
        for column in ("human coding scheme", "identifier"):
            for item, cells in zip(items, self.lines, strict=True):
                nodes.setdefault(cells[column], item)
        nodes[""] = document
        associations = [
            self._association(number, column, item, nodes)
            for number, item in enumerate(items)
            for column in _LINKS
            if column == "is child of" or self.lines[number][column]
        ]
        return {"CFDocument": document, "CFItems": items, "CFAssociations": associations}

    def _item(self, number: int, cells: Mapping[str, str]) -> dict[str, Any]:
        name = cells["identifier"]
        item = self.mint.node("CFItems", *([name] if name else ["line", cells["human coding scheme"] or number]))
        item |= {"fullStatement": ""} | {key: cells[column] for column, key in _ITEM.items() if cells[column]}
        for column, key in _LISTS.items():
            if cells[column]:
                item[key] = [each.strip() for each in cells[column].split(",")]
        rest = {column: cells[column] for column in _REST if cells[column]}
        item |= {"extensions": {_BESIDE: rest}} if rest else {}
        return with_extension(item, id=name if name and name != item["identifier"] else None)

    def _association(
        self, number: int, column: str, item: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        self.origins.append(number)
        name, place = self.lines[number][column], self.lines[number]["sequence number"]
        elsewhere = {"title": name, "identifier": name, "uri": name}
        new = self.mint.association(_LINKS[column], item, nodes.get(name, elsewhere), number)
        numbered = column == "is child of" and place.isdecimal() and len(place) < 10
        return new | ({"sequenceNumber": int(place)} if numbered else {})


def _cells(line: Line) -> dict[str, str]:
    return {column: as_meant(line[column] or line[column.replace(" ", "")]) for column in _COLUMNS}


def _at_lines(found: ProgramImport, places: Mapping[str, str]) -> ProgramImport:
    """Return what was read with the places of the package as places of the table."""

    def moved(at: str) -> str:
        steps = at.split("/")
        return places.get("/".join(steps[:3]), at)

    def problems(told: Iterable[Problem]) -> tuple[Problem, ...]:
        return tuple((moved(at), text) for at, text in told)

    remarks = tuple(replace(one, places=tuple(map(moved, one.places))) for one in found.remarks)
    return replace(found, remarks=remarks, refusals=problems(found.refusals))
