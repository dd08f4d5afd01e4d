"""What a change of what is mastered opens or closes: competencies that become ready, credentials that become claimable.

How decisions become mastery is ``mastery``'s; the shortest way to a credential is ``planner``'s.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from .graph import CompiledProgram
from .requirements import is_met

__all__ = ["Effect", "effect_of"]


@dataclass(frozen=True, slots=True)
class Effect:
    """The difference between two sets of mastered competencies, each part in file order."""

    mastered: tuple[str, ...]
    """Mastered after and not before."""
    lost: tuple[str, ...]
    opens: tuple[str, ...]
    """Ready after and neither ready nor mastered before."""
    closes: tuple[str, ...]
    claimable: tuple[str, ...]
    """Credentials neither held nor withheld whose requirement is met after and was not before."""
    unfounded: tuple[str, ...]
    """Credentials whose requirement was met before and is not after."""


def effect_of(
    compiled: CompiledProgram,
    before: Set[str],
    after: Set[str],
    held: Set[str] = frozenset(),
    withheld: Set[str] = frozenset(),
) -> Effect:
    """Return what going from one set of mastered competencies to another does.

    Only what the difference touches is looked at: what it is a prerequisite of, and the credentials that name it.

    >>> from decimal import Decimal
    >>> from .graph import compile_program
    >>> from .program import Competency, Program
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> effect_of(compile_program(Program("web", "Web", "en", (html, css), ())), set(), {"html"}).opens
    ('css',)
    """
    changed = {compiled.index[key] for key in before ^ after if key in compiled.index}
    beside = {number for one in changed for number in compiled.dependents[one] if number not in changed}
    untouched = [number for number in sorted(beside) if compiled.ids[number] not in after]
    opens: list[str] = []
    closes: list[str] = []
    for number in untouched:
        was, now = _is_ready(compiled, number, before), _is_ready(compiled, number, after)
        if was != now:
            (opens if now else closes).append(compiled.ids[number])
    claimable, unfounded = [], []
    for key in compiled.naming(changed):
        requires = compiled.credentials[key].requires
        was, now = (is_met(requires, mastered, held, compiled.credits_of) for mastered in (before, after))
        if was and not now:
            unfounded.append(key)
        elif now and not was and key not in held and key not in withheld:
            claimable.append(key)
    found = [compiled.ids[number] for number in sorted(changed)]
    return Effect(
        mastered=tuple(key for key in found if key in after),
        lost=tuple(key for key in found if key in before),
        opens=tuple(opens),
        closes=tuple(closes),
        claimable=tuple(claimable),
        unfounded=tuple(unfounded),
    )


def _is_ready(compiled: CompiledProgram, number: int, mastered: Set[str]) -> bool:
    return number not in compiled.archived and all(
        any(compiled.ids[m] in mastered for m in group) for group in compiled.groups[number]
    )
