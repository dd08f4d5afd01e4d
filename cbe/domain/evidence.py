"""The rules of handing in evidence: what it may say of itself, which routes a competency takes it by, when it is due.

What a decision on it does is ``mastery``'s. Limits are numbers here, so that pages can state them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit

from .errors import N_, Problem, Worded
from .graph import CompiledProgram
from .progress import explain_state

__all__ = [
    "LEARNING_TYPES",
    "ROUTES",
    "SETTINGS",
    "DraftFields",
    "Refusal",
    "done_on",
    "due_on",
    "incomplete",
    "open_routes",
    "parse_links",
    "refused",
    "unusable",
    "usual_wait",
]

SETTINGS = ("classroom", "simulation", "workplace", "placement", "online", "community")
LEARNING_TYPES = ("formal", "non-formal", "informal")
ROUTES = ("program", "recognition")
MOST_TEXT = 50_000
"""Characters of the text of an item."""
MOST_LINKS = 20
LONGEST_LINK = 2_000
MOST_COMPETENCIES = 20
"""Competencies one item may be for."""
MOST_OPEN = 100
"""Drafts and waiting items of one learner."""
MOST_MESSAGE = 5_000
"""Characters of a message about an item."""
MOST_MESSAGES = 200
"""Messages about one item."""
DAYS_TO_DECIDE, DAYS_TO_DECIDE_AGAIN = 10, 5
LEAST_TO_SAY_HOW_LONG = 5
"""So many decided items are needed before the usual waiting time is said."""


@dataclass(frozen=True, slots=True)
class DraftFields:
    """What a learner writes of an item; ``links`` as (address, title), ``is_own_work`` what they say of it."""

    competencies: tuple[str, ...] = ()
    text: str = ""
    links: tuple[tuple[str, str], ...] = ()
    setting: str | None = None
    learning_type: str | None = None
    route: str = "program"
    activity_from: date | None = None
    activity_until: date | None = None
    is_own_work: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a competency takes no evidence by a route: its gate, and the groups one member of each of which is missing.

    ``archived``: it is no longer offered, which is reason enough.
    """

    competency: str
    gate: str
    missing: tuple[tuple[str, ...], ...] = field(default=())
    archived: bool = False


def open_routes(compiled: CompiledProgram, mastered: Set[str], competency_id: str) -> tuple[str, ...]:
    """Return the routes by which a competency takes evidence: both unless it is locked, then what its gate leaves.

    What is archived takes none, but from who mastered it and renews it.

    >>> from decimal import Decimal
    >>> from .graph import compile_program
    >>> from .program import Competency, Program
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> compiled = compile_program(Program("web", "Web", "en", (html, css), ()))
    >>> open_routes(compiled, set(), "html"), open_routes(compiled, set(), "css"), open_routes(compiled, {"html"}, "css")
    (('program', 'recognition'), ('recognition',), ('program', 'recognition'))
    """
    if competency_id in mastered or explain_state(compiled, mastered, competency_id).ready:
        return ROUTES
    if compiled.competencies[competency_id].archived:
        return ()
    return {"strict": (), "open": ROUTES}.get(_gate(compiled, competency_id), ("recognition",))


def refused(compiled: CompiledProgram, mastered: Set[str], competencies: Iterable[str], route: str) -> list[Refusal]:
    """Return which of these competencies take no evidence by this route, and why."""
    return [
        Refusal(
            key,
            _gate(compiled, key),
            explain_state(compiled, mastered, key).missing,
            compiled.competencies[key].archived,
        )
        for key in competencies
        if route not in open_routes(compiled, mastered, key)
    ]


def parse_links(text: str) -> tuple[tuple[str, str], ...]:
    """Read links written one a line: an address and, after a space, what it is.

    >>> parse_links("https://example.org My page\\n\\n https://example.org/2 ")
    (('https://example.org', 'My page'), ('https://example.org/2', ''))
    """
    lines = (line.split(maxsplit=1) for line in text.splitlines())
    return tuple((parts[0], parts[1].strip() if len(parts) > 1 else "") for parts in lines if parts)


def unusable(fields: DraftFields) -> list[Problem]:
    """Return what can never become evidence, however it is completed; the place is the name of a field."""
    problems: list[Problem] = []
    if len(fields.text) > MOST_TEXT:
        problems.append(("/text", Worded("Write at most %(max)d characters.", max=MOST_TEXT)))
    if len(fields.links) > MOST_LINKS:
        problems.append(("/links", Worded("Name at most %(max)d links.", max=MOST_LINKS)))
    problems += [("/links", why) for address, title in fields.links if (why := _bad_link(address, title))]
    if len(fields.competencies) > MOST_COMPETENCIES:
        problems.append(("/competencies", Worded("Choose at most %(max)d competencies.", max=MOST_COMPETENCIES)))
    for name, value, words in (
        ("setting", fields.setting, SETTINGS),
        ("learning_type", fields.learning_type, LEARNING_TYPES),
        ("route", fields.route, ROUTES),
    ):
        if value is not None and value not in words:
            problems.append((f"/{name}", N_("Choose one of the list.")))
    if fields.activity_from and fields.activity_until and fields.activity_until < fields.activity_from:
        problems.append(("/activity_until", N_("The last day is before the first.")))
    return problems


def incomplete(fields: DraftFields, *, has_files: bool, undecided: Set[str], today: date) -> list[Problem]:
    """Return what is missing before an item can be handed in; ``undecided``: the competencies still to be decided on."""
    problems = unusable(fields)
    if not undecided & set(fields.competencies):
        problems.append(("/competencies", N_("Choose at least one competency that this shows.")))
    if not fields.text.strip() and not fields.links and not has_files:
        problems.append(("/text", N_("Write what you did, or name a link, or add a file.")))
    problems += [("/links", why) for address, _ in fields.links if (why := _half_link(address))]
    if fields.setting is None:
        problems.append(("/setting", N_("Choose where it happened.")))
    if fields.learning_type is None:
        problems.append(("/learning_type", N_("Choose how you learned it.")))
    if fields.activity_from is None:
        problems.append(("/activity_from", N_("Say on which day it was, or when it began.")))
    for name, day in (("activity_from", fields.activity_from), ("activity_until", fields.activity_until)):
        if day is not None and day > today:
            problems.append((f"/{name}", N_("This day is in the future. Choose today or a day before.")))
    if not fields.is_own_work:
        problems.append(("/is_own_work", N_("Hand in only your own work in which nobody else can be identified.")))
    return problems


def done_on(first: date | None, last: date | None, handed_in: date) -> date:
    """Return the day by which what evidence shows was done: its last day, or when it was handed in if it names none.

    >>> done_on(date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 9)), done_on(None, None, date(2026, 5, 9))
    (datetime.date(2026, 5, 4), datetime.date(2026, 5, 9))
    """
    return last or first or handed_in


def due_on(today: date, targets: Iterable[date | None], *, is_again: bool) -> date:
    """Return by when an item should be decided: ten days (five after a return), sooner for the nearest goal ahead.

    >>> due_on(date(2026, 5, 1), [date(2026, 5, 4), date(2026, 4, 1), None], is_again=False)
    datetime.date(2026, 5, 4)
    """
    latest = today + timedelta(days=DAYS_TO_DECIDE_AGAIN if is_again else DAYS_TO_DECIDE)
    return min([latest, *(day for day in targets if day is not None and day >= today)])


def usual_wait(waits: Sequence[timedelta]) -> timedelta | None:
    """Return how long items usually wait, or None while too few were decided to say.

    >>> usual_wait([timedelta(days=n) for n in (1, 2, 3, 4, 30)])
    datetime.timedelta(days=3)
    """
    if len(waits) < LEAST_TO_SAY_HOW_LONG:
        return None
    ordered, middle = sorted(waits), len(waits) // 2
    return ordered[middle] if len(waits) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def to_links(text: str) -> tuple[tuple[str, str], ...]:
    """Read links as they are kept: a JSON list of [address, title]."""
    return tuple((str(address), str(title)) for address, title in json.loads(text))


def _gate(compiled: CompiledProgram, competency_id: str) -> str:
    return compiled.get_competency(competency_id).gate or compiled.program.gate


def _bad_link(address: str, title: str) -> str | None:
    """Say why an address can be no link, whatever is written after it."""
    if len(address) + len(title) > LONGEST_LINK:
        return Worded("A link with its title has at most %(max)d characters.", max=LONGEST_LINK)
    try:
        parts = urlsplit(address)
    except ValueError:
        return Worded("“%(address)s” is not an address.", address=address)
    if not address.isprintable() or "\\" in address:
        return Worded("“%(address)s” is not an address.", address=address)
    if ":" in address and parts.scheme not in ("http", "https"):
        return Worded("“%(address)s”: only addresses with https:// or http:// can be handed in.", address=address)
    if "@" in parts.netloc:
        return Worded("“%(address)s” holds a name or a password. Leave out what stands before the @.", address=address)
    return None


def _half_link(address: str) -> str | None:
    if _bad_link(address, ""):
        return None
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and parts.hostname:
        return None
    return Worded("“%(address)s”: write the whole address, with https:// before it.", address=address)
