"""What a change of what is mastered opens or closes: competencies that become ready, credentials that become claimable.

How decisions become mastery is ``mastery``'s; the shortest way to a credential is ``planner``'s.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from .graph import CompiledProgram
from .program import leaf_credits
from .progress import ready_ids
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

    >>> from decimal import Decimal
    >>> from .graph import compile_program
    >>> from .program import Competency, Program
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> effect_of(compile_program(Program("web", "Web", "en", (html, css), ())), set(), {"html"}).opens
    ('css',)
    """
    ready_before, ready_after = set(ready_ids(compiled, before)), set(ready_ids(compiled, after))
    credits_of = leaf_credits(compiled.program)
    changed = {compiled.index[key] for key in set(before) ^ set(after) if key in compiled.index}
    opened, closed = [], []
    for key, credential in compiled.credentials.items():
        if changed.isdisjoint(compiled.named_numbers(key)):
            continue  # whatever it asks for is as it was
        was, now = (is_met(credential.requires, mastered, held, credits_of) for mastered in (before, after))
        if now and not was and key not in held and key not in withheld:
            opened.append(key)
        elif was and not now:
            closed.append(key)
    return Effect(
        mastered=_in_order(compiled, set(after) - set(before)),
        lost=_in_order(compiled, set(before) - set(after)),
        opens=_in_order(compiled, ready_after - ready_before - set(before)),
        closes=_in_order(compiled, ready_before - ready_after - set(after)),
        claimable=tuple(opened),
        unfounded=tuple(closed),
    )


def _in_order(compiled: CompiledProgram, keys: Set[str]) -> tuple[str, ...]:
    return tuple(key for key in compiled.ids if key in keys)
