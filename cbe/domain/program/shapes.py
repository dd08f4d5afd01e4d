"""What every object of a program file may hold, as tables: which keys, how each is read, which must be there.

What one part says about another (references, circles) is checked in ``parse``, where all parts are known.
"""

from __future__ import annotations

from typing import Any

from cbe.domain.errors import N_, Worded
from cbe.domain.reading import Problems, Read, Shape, child, choice, is_list, quoted

from .values import Alignment, Competency, Credential, Level, MasteryRule, Quality, Resource, Rubric, Section

__all__ = ["COMPETENCY", "CREDENTIAL", "GATES", "PROGRAM", "SECTION", "TOP", "already_the_id", "report_repeated_ids"]

GATES = ("recognition", "strict", "open")
KINDS = ("badge", "micro-credential", "certificate", "diploma", "degree")

_id, _text, _string = Problems.identifier, Problems.text, Problems.string


def _later(_problems: Problems, value: Any, _at: str, _key: str | int) -> Any:
    """Leave a value for ``parse``, which reads it with the rest of the program at hand."""
    return value


def _level(problems: Problems, value: Any, at: str, key: str | int) -> int | None:
    return problems.whole(value, at, key, 1, 8)


def _one(shape: Shape) -> Read:
    def read(problems: Problems, value: Any, at: str, key: str | int) -> Any:
        return problems.made(value, child(at, key), shape)

    return read


def _many(shape: Shape) -> Read:
    what = Worded("objects, each a %(part)s", part=Worded(shape.name))

    def read(problems: Problems, value: Any, at: str, key: str | int) -> tuple[Any, ...]:
        items = problems.items(value, at, key, what)
        return tuple([problems.made(item, f"{at}/{key}/{i}", shape) for i, item in enumerate(items)])

    return read


def report_repeated_ids(problems: Problems, items: Any, at: str) -> None:
    """Report every id that an earlier item of the list has already."""
    first: dict[str, int] = {}
    for i, item in enumerate(items if is_list(items) else ()):
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str) and first.setdefault(name, i) != i:
            problems.report(f"{at}/{i}/id", already_the_id(name, f"{at}/{first[name]}"))


def already_the_id(name: str, place: str) -> Worded:
    """Return what is said of an id that something at another place has.

    >>> already_the_id("html", "/competencies/0")
    '"html" is already the id of /competencies/0'
    """
    return Worded("%(id)s is already the id of %(place)s", id=quoted(name), place=place)


def _rubric(problems: Problems, value: Any, at: str, key: str | int) -> Rubric | None:
    rubric = problems.made(value, child(at, key), RUBRIC)
    levels = value.get("levels") if isinstance(value, dict) else None
    at = child(at, key)
    if is_list(levels) and not levels:
        problems.report(f"{at}/levels", N_("must not be empty: name at least one level"))
    elif is_list(levels):
        report_repeated_ids(problems, levels, f"{at}/levels")
        names = [level.get("id") for level in levels if isinstance(level, dict)]
        counts_from = value.get("counts_from")
        if isinstance(counts_from, str) and counts_from not in names:
            text = Worded("%(id)s is not the id of a level of this rubric", id=quoted(counts_from))
            problems.report(f"{at}/counts_from", text)
    return rubric if isinstance(rubric, Rubric) else None


LEVEL = Shape(N_("level"), {"id": _id, "title": _text, "description": _text}, ("id", "title"), Level)
RUBRIC = Shape(N_("rubric"), {"levels": _many(LEVEL), "counts_from": _id}, ("levels", "counts_from"), Rubric)
MASTERY = Shape(
    N_("mastery rule"), {"assessors": Problems.whole, "days": Problems.whole, "level": _id}, (), MasteryRule
)
SECTION = Shape(N_("section"), {"id": _id, "title": _text, "parent": _id}, ("id", "title"), Section)
RESOURCE = Shape(N_("resource"), {"title": _text, "url": Problems.web_address}, ("title", "url"), Resource)
ALIGNMENT = Shape(N_("alignment"), {"uri": Problems.uri, "title": _text, "type": _string}, ("uri",), Alignment)
QUALITY = Shape(
    N_("quality statement"),
    {
        "country": _string,
        "assessment": _text,
        "participation": _text,
        "quality_assurance": _text,
        "identity_check": _text,
    },
    (),
    Quality,
)

TOP = Shape(
    N_("program file"),
    {
        "format": _later,
        "program": _later,
        "competencies": _later,
        "credentials": _later,
        "source": _later,
        "approval": _later,
    },
    ("format", "program", "competencies", "credentials"),
    dict,
)
PROGRAM = Shape(
    N_("program"),
    {
        "id": _id,
        "title": _text,
        "language": Problems.language,
        "description": _text,
        "gate": choice(*GATES),
        "rubric": _rubric,
        "mastery": _one(MASTERY),
        "sections": _many(SECTION),
        "credit_scheme": _string,
        "level_framework": _string,
        "quality": _one(QUALITY),
    },
    ("id", "title", "language"),
    dict,
)
COMPETENCY = Shape(
    N_("competency"),
    {
        "id": _id,
        "title": _text,
        "effort_hours": Problems.above_zero,
        "code": _string,
        "statement": _text,
        "criteria": _text,
        "section": _id,
        "credits": Problems.zero_or_more,
        "level": _level,
        "validity_months": Problems.whole,
        "renewal_hours": Problems.zero_or_more,
        "prerequisites": _later,
        "gate": choice(*GATES),
        "rubric": _rubric,
        "mastery": _one(MASTERY),
        "resources": _many(RESOURCE),
        "alignments": _many(ALIGNMENT),
        "effort_is_estimated": Problems.flag,
        "archived": Problems.flag,
    },
    ("id", "title", "effort_hours"),
    Competency,
)
CREDENTIAL = Shape(
    N_("credential"),
    {
        "id": _id,
        "title": _text,
        "kind": choice(*KINDS),
        "requires": _later,
        "description": _text,
        "credits": Problems.zero_or_more,
        "level": _level,
        "validity_months": Problems.whole,
        "award": choice("automatic", "approval"),
        "quality": _one(QUALITY),
        "alignments": _many(ALIGNMENT),
    },
    ("id", "title", "kind", "requires"),
    Credential,
)
