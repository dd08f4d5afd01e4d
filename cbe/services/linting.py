"""What is wrong with a draft, whom it touches, and mending it.

What lint looks for is ``domain.lint``'s, facts about learners ``rehearsing``'s. A designer sees how many learners a finding
touches, never who they are.

Lint of a large draft takes seconds, so what it found is kept for the draft as it was after an operation. Learners get on
meanwhile, so it is not kept long.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, BinaryIO
from uuid import UUID

from cbe.domain.draft import Change as DraftChange
from cbe.domain.draft import Draft, Operation, set_fields
from cbe.domain.errors import Conflict, Problem
from cbe.domain.graph import compile_program
from cbe.domain.lint import (
    LONGEST_CHAIN,
    Change,
    Finding,
    Mend,
    People,
    Severity,
    apply_mend,
    circle_findings,
    in_order,
    lint,
    safe_together,
)
from cbe.domain.policy import Actor
from cbe.domain.program import find_problems, parse_program
from cbe.interop.program_file import load_program
from cbe.store import reviewing

from .drafts import Make, Seen, get_editing
from .programs import get_program
from .rehearsing import facts_under

__all__ = [
    "KEPT_FOR",
    "LONGEST_CHAIN",
    "Checked",
    "known_blocking",
    "lint_draft",
    "lint_file",
    "mend",
    "mend_all",
]

KEPT_FOR = timedelta(minutes=5)
MANY = 500
"""A draft with fewer competencies and fewer learners is looked through anew whenever somebody asks: that takes no time."""
MOST_KEPT = 8
KINDS = {"competencies": "competency", "credentials": "credential"}
"""Lists of a document that can be mended in one click → kinds of parts."""
_kept: OrderedDict[tuple[Seen, int], Checked] = OrderedDict()
_keeping = Lock()


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft as it was checked: what was found, and when.

    ``problems`` keep a draft from being a program at all; while there are any nothing else is looked for. ``learners``
    are so many that learn in the program now, None where they were not counted. ``safe``: what mends all that is safe to
    mend, at once; ``mended`` how many findings that is. ``is_large``: so large that it is not looked for anew each time.
    """

    findings: Sequence[Finding]
    problems: Sequence[Problem]
    learners: int | None
    at: datetime
    safe: tuple[Change, ...] = ()
    mended: int = 0
    is_large: bool = False

    @property
    def blocking(self) -> int:
        """How many of them keep the draft from being published."""
        return len(self.problems) + sum(one.severity is Severity.BLOCKING for one in self.findings)


def lint_draft(actor: Actor, key: str, *, longest_chain: int = LONGEST_CHAIN, today: date, now: datetime) -> Checked:
    """Return what is wrong with the draft of a program; where it is large, as it was found at most ``KEPT_FOR`` ago."""
    program = get_program(actor, key, "program:edit")
    editing = get_editing(actor, key)
    found = _kept_of(editing.seen, longest_chain)
    if found is None or not found.is_large or not _is_fresh(found, now):
        found = _checked(program.id, editing.draft, longest_chain, today, now)
        with _keeping:
            _kept[editing.seen, longest_chain] = found
            _kept.move_to_end((editing.seen, longest_chain))
            if len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return found


def known_blocking(seen: Seen) -> int | None:
    """Return how many findings keep a draft from being published, None where that would have to be worked out."""
    found = _kept_of(seen, None)
    return found.blocking if found else None


def mend(
    actor: Actor, key: str, seen: Seen, place: tuple[str, str], *, is_sure: bool = False, today: date, now: datetime
) -> Make:
    """Return what mends one finding of the draft that somebody saw, given by its rule and place, as one operation.

    Raises ``Conflict`` where the mend is not safe and they are not ``is_sure`` of it, and where there is none.
    """
    checked = _seen(actor, key, seen, today, now)
    found = next((one for one in checked.findings if (one.rule, one.place) == place), None)
    if found is None or found.mend is None:
        raise Conflict("There is nothing here to mend in one click. Open the check again.")
    if not found.mend.safe and not is_sure:
        raise Conflict("Learners got on meanwhile, and this mend would change what they see. Open the check again.")
    return partial(_made, found.mend.changes)


def mend_all(actor: Actor, key: str, seen: Seen, *, today: date, now: datetime) -> tuple[Make, int]:
    """Return what mends all that is safe together in the draft that somebody saw, and how many findings that is."""
    checked = _seen(actor, key, seen, today, now)
    return partial(_made, checked.safe), checked.mended


def lint_file(source: bytes | BinaryIO, *, longest_chain: int = LONGEST_CHAIN) -> list[Finding]:
    """Return what is wrong with a program in a file that needs no people; prerequisites may go in circles.

    Raises ``Invalid`` with all problems of a file that is no program.
    """
    _, program = load_program(source, with_circles=True)
    return lint(program, longest_chain=longest_chain)


def _seen(actor: Actor, key: str, seen: Seen, today: date, now: datetime) -> Checked:
    """Return what was found in the draft that somebody saw, which others may have changed since."""
    if get_editing(actor, key).seen == seen:
        return lint_draft(actor, key, today=today, now=now)
    found = _kept_of(seen, None)
    if found is None or not _is_fresh(found, now):
        raise Conflict("The draft was changed meanwhile. Open the check again.")
    return found


def _is_fresh(found: Checked, now: datetime) -> bool:
    return found.at <= now < found.at + KEPT_FOR


def _kept_of(seen: Seen, longest_chain: int | None) -> Checked | None:
    """Return what was found in a draft last, None when that is no longer kept."""
    with _keeping:
        kept = reversed(_kept.items())
        return next((one for (of, chain), one in kept if of == seen and longest_chain in (None, chain)), None)


def _made(changes: tuple[Change, ...], draft: Draft) -> Operation:
    """Return the operation that makes changes of the document on the draft, of which only what they touch is looked at."""
    parts: dict[str, dict[str, dict[str, Any]]] = {}
    touched: dict[tuple[str, str], tuple[str, str]] = {}
    for change in changes:
        _, name, number, *_ = change.path.split("/")
        kind, key = KINDS[name], draft.order[KINDS[name]][int(number)]
        parts.setdefault(name, {})[number] = dict(draft.parts[kind][key])
        touched[name, number] = kind, key
    mended = apply_mend(parts, Mend(changes))
    found: list[DraftChange] = []
    for (name, number), (kind, key) in touched.items():
        found += set_fields(draft, kind, key, dict.fromkeys(parts[name][number]) | mended[name][number])
    return tuple(found)


def _checked(program_id: UUID, draft: Draft, longest_chain: int, today: date, now: datetime) -> Checked:
    document = draft.document()
    problems = find_problems(document, with_circles=True)
    if problems:
        return Checked((), problems, None, now)
    program = parse_program(document, with_circles=True)
    assessors = len(reviewing.list_assessors([program_id], today))
    if next(circle_findings(program), None) is not None:
        findings = lint(program, longest_chain=longest_chain, people=People((), assessors))
        return Checked(findings, (), None, now)
    compiled = compile_program(program)
    people = People([facts for _, facts in facts_under(program_id, compiled, today, now)], assessors)
    findings = lint(compiled, longest_chain=longest_chain, people=people)
    safe = safe_together(compiled, findings, people)
    changes = in_order(change for finding in safe if finding.mend for change in finding.mend.changes)
    is_large = len(program.competencies) >= MANY or len(people.learners) >= MANY
    return Checked(findings, (), len(people.learners), now, changes, len(safe), is_large)
