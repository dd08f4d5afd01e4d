"""CASE packages to programs: bytes → package → program file, with what is odd and everything that is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.program import find_problems, parse_program
from cbe.domain.reading import child
from cbe.interop.imported import ProgramImport, is_circle, remark
from cbe.interop.json_file import read_json

from .oddities import remarks_on
from .outline import Outline
from .package import LARGE, Precedes, find_wrong, keep
from .words import KEY

__all__ = ["read_case", "read_case_package"]

WOULD_CIRCLE = N_("If “precedes” were taken for a prerequisite: %(problem)s")
MORE_CIRCLES = N_("Further circles that would make: %(count)s")
MOST_CIRCLES = 20
LONGEST = 1_000
"""Characters of a circle that are shown in a remark."""

_OURS = f"extensions/{child('', KEY)[1:]}"


def read_case(source: bytes | BinaryIO, *, precedes: Precedes = "order") -> ProgramImport:
    """Return the program in the bytes of a CASE package, plain or packed with gzip, of 20 MB at most unpacked.

    Every item is a competency of one hour that is *not estimated*, and a section besides where others stand under it.
    Nothing raises: what is wrong with the bytes is refused like what is wrong with the package.
    """
    try:
        package = read_json(source, frozenset(LARGE), N_("CASE package"))
    except Invalid as error:
        return ProgramImport(None, None, refusals=tuple(error.problems))
    return read_case_package(package, precedes=precedes)


def read_case_package(
    package: dict[str, Any], *, precedes: Precedes = "order", made_here: bool = False
) -> ProgramImport:
    """Return the program in a CASE package that is JSON already, or was made here of something else."""
    wrong = find_wrong(package)
    if wrong:
        return ProgramImport(None, None, refusals=tuple(wrong))
    outline = Outline(package, precedes)
    document = outline.document() | {"source": keep(package, precedes, made_here=made_here)}
    remarks = remarks_on(package, outline)
    try:
        program = parse_program(document)
    except Invalid as error:
        refusals = tuple(_refusals(error.problems, outline))
        return ProgramImport(document if all(map(is_circle, error.problems)) else None, None, tuple(remarks), refusals)
    if precedes == "order":
        other = Outline(package, "prerequisite")
        circles = list(_refusals(filter(is_circle, find_problems(other.document())), other))
        for at, text in circles[:MOST_CIRCLES]:
            remarks += remark(WOULD_CIRCLE, [at], problem=_shortened(text))
        remarks += remark(MORE_CIRCLES, (at for at, _ in circles[MOST_CIRCLES:]))
    return ProgramImport(document, program, tuple(remarks))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST or not isinstance(text, Worded):
        return text
    return Worded.reading(text[:LONGEST] + "…", text.message, **text.values)


def _refusals(problems: Iterable[Problem], outline: Outline) -> Iterable[Problem]:
    """Yield problems of the program at their places in the package."""
    order = outline.order()
    for at, text in problems:
        steps = at.split("/")[1:]
        if is_circle((at, text)):
            yield _closing(outline, order[int(steps[1])], int(steps[3]), int(steps[4])), text
        elif steps[:1] == ["competencies"] and len(steps) > 1:
            rest = "".join(f"/{step}" for step in steps[2:])
            yield f"/CFItems/{order[int(steps[1])]}/{_OURS}/competency{rest}", text
        else:
            yield f"/CFDocument/{_OURS}{at}", text


def _closing(outline: Outline, item: int, group: int, member: int) -> str:
    """Return the place of the association that makes one competency a prerequisite of another."""
    competency = outline.competency(item)
    name = competency["prerequisites"][group][member]
    numbers = [n for n, before in outline.before[item] if outline.ids[before] == name]
    return f"/CFAssociations/{numbers[0]}" if numbers else f"/CFItems/{item}/{_OURS}/competency/prerequisites"
