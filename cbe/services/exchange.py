"""Programs from other formats and to them: CASE packages, tables, GraphML; looked at before anything is changed.

How a format is read and written is ``interop``'s; putting what was read into a draft is ``publishing``'s.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from cbe.domain.diff import Difference, diff
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.lint import circle_breaking
from cbe.domain.policy import Actor
from cbe.domain.program import Program, find_problems, parse_program
from cbe.interop.case import Precedes, is_case_table, read_case, read_case_table, write_case
from cbe.interop.graphml import write_graphml
from cbe.interop.imported import ProgramImport, is_circle
from cbe.interop.program_csv import read_program_csv, write_edges_csv, write_program_csv
from cbe.interop.program_file import load_program
from cbe.store.database import installation

from .draft_records import missing_problems
from .drafts import current_document
from .publishing import Imported, bring_in, export_program, require_import

__all__ = [
    "BREAK_S",
    "READS",
    "WRITES",
    "Asked",
    "Preview",
    "bring_in_file",
    "export_as",
    "guess_format",
    "preview_file",
    "read_file",
]

READS = ("cbe", "case", "csv")
WRITES = ("cbe", "case", "csv", "edges", "graphml")
PACKED = b"\x1f\x8b"
HEAD = 1 << 16
BREAK_S = 2.0
"""So long the fewest edges are looked for that break all circles."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read: its format, what ``precedes`` becomes, and what a table does not say itself.

    ``edges``: the second table of prerequisites. Where prerequisites that go in circles are all that is refused,
    ``without_circles`` takes the fewest out that break them; ``with_circles`` takes them as they are, into a draft only.
    """

    format: str
    precedes: Precedes = "order"
    key: str = ""
    title: str = ""
    language: str = "en"
    edges: bytes | None = None
    without_circles: bool = False
    with_circles: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do: nothing was changed yet.

    ``found`` is what was read, refused or odd; ``program`` what would come in, also where circles of prerequisites are
    all that is refused, None where nothing can; ``is_new`` whether it makes a new one; ``difference`` what would change of
    the draft (or the newest version) that is there, None for a new one, or where that draft is no sound program.
    ``breaking``: prerequisites that may be left out, each (needed, by whom), and whether it is proven that no fewer do;
    None where there is no circle.
    """

    found: ProgramImport
    is_new: bool
    difference: Difference | None
    breaking: tuple[list[tuple[str, str]], bool] | None
    program: Program | None
    missing: tuple[Problem, ...] = ()


def guess_format(name: str, data: bytes) -> str:
    """Return the format that a file seems to have, by its content first.

    >>> guess_format("x.json", b'{"CFDocument": {}}'), guess_format("x.json", b'{"format": "cbe-program/1"}')
    ('case', 'cbe')
    """
    if data.startswith(PACKED):
        data = _beginning(data)
    if PurePath(name).suffix.lower() == ".csv" or not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "csv"
    return "case" if b'"CFDocument"' in data or b'"CFItems"' in data else "cbe"


def read_file(data: bytes, asked: Asked) -> ProgramImport:
    """Read a file as the program it says; never raises for what is in it."""
    if asked.format == "case":
        found = read_case(data, precedes=asked.precedes)
    elif asked.format == "csv":
        about = {"key": asked.key, "title": asked.title or asked.key, "language": asked.language}
        if is_case_table(data):
            found = read_case_table(data, precedes=asked.precedes, **about)
        else:
            found = read_program_csv(data, edges=asked.edges, **about)
    else:
        try:
            document, program = load_program(data)
            found = ProgramImport(document, program)
        except Invalid as error:
            turning = load_program(data, with_circles=True)[0] if all(map(is_circle, error.problems)) else None
            found = ProgramImport(turning, None, refusals=tuple(error.problems))
    if found.program is not None or found.document is None:
        return found
    if asked.with_circles:
        return replace(found, program=parse_program(found.document, with_circles=True), refusals=())
    return _without_circles(found, found.document) if asked.without_circles else found


def preview_file(actor: Actor, data: bytes, asked: Asked) -> Preview:
    """Return what bringing a file in would do; raises ``Forbidden`` and ``NotFound`` as bringing it in would."""
    found = read_file(data, asked)
    if found.document is None:
        return Preview(found, False, None, None, None)
    program, breaking = found.program, None
    if program is None:
        program, breaking = (
            parse_program(found.document, with_circles=True),
            circle_breaking(_edges(found.document), BREAK_S),
        )
    row = require_import(actor, program.id)
    if row is None:
        return Preview(found, True, None, breaking, program)
    difference = _difference(current_document(row), program)
    return Preview(found, False, difference, breaking, program, tuple(missing_problems(row.id, found.document)))


def bring_in_file(
    actor: Actor, data: bytes, asked: Asked, *, publish: bool = False, notes: str = "", now: datetime
) -> Imported:
    """Bring a file in as the draft, or as the next version; all of it or, raising ``Invalid``, nothing.

    What goes in circles is never published.
    """
    document, program = read_file(data, replace(asked, with_circles=asked.with_circles and not publish)).accepted()
    return bring_in(actor, document, program, publish=publish, notes=notes, now=now)


def export_as(actor: Actor, key: str, form: str, *, version: int | None = None, now: datetime) -> bytes:
    """Return a program (its newest version, else its draft, or one version) as a file of one of ``WRITES``."""
    if form not in WRITES:
        raise Invalid([("/format", N_("This format is not written. Choose one of those that are."))])
    text = export_program(actor, key, version=version)
    if form == "cbe":
        return text.encode()
    document = json.loads(text)
    document.pop("approval", None)
    if form == "case":
        return write_case(document, now=now, address=installation().base_url)
    program = parse_program(document, with_circles=True)  # a draft may have some, and these formats can say them
    if form == "graphml":
        return write_graphml(program)
    return write_edges_csv(program) if form == "edges" else write_program_csv(program)


def _difference(before: dict[str, Any], after: Program) -> Difference | None:
    """Return what an import would change of a draft; None where that draft is no sound program."""
    if find_problems(before, with_circles=True):
        return None
    return diff(parse_program(before, with_circles=True), after)


def _without_circles(found: ProgramImport, document: dict[str, Any]) -> ProgramImport:
    """Take the fewest prerequisites out that break all circles, which are all that is refused."""
    taken, _ = circle_breaking(_edges(document), BREAK_S)
    gone = {(key, member) for member, key in taken}
    document = {**document, "competencies": [_without(one, gone) for one in document["competencies"]]}
    return replace(found, document=document, program=parse_program(document), refusals=())


def _without(competency: dict[str, Any], gone: set[tuple[str, str]]) -> dict[str, Any]:
    if not any(key == competency["id"] for key, _ in gone):
        return competency
    groups = [
        kept
        for group in competency.get("prerequisites", ())
        if (kept := [one for one in group if (competency["id"], one) not in gone])
    ]
    left = {key: value for key, value in competency.items() if key != "prerequisites"}
    return {**left, "prerequisites": groups} if groups else left


def _edges(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (member, one["id"])
        for one in document["competencies"]
        for group in one.get("prerequisites", ())
        for member in group
    ]


def _beginning(packed: bytes) -> bytes:
    """Return the first bytes of what is packed; nothing of what is damaged, which its reader will say."""
    try:
        return zlib.decompressobj(wbits=31).decompress(packed, HEAD)
    except zlib.error:
        return b"{"
