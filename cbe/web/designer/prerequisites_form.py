"""Prerequisites in the form of a competency: its groups, what is found for them, and what a button does to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cbe.domain.draft import Draft
from cbe.domain.draft.values import members

from ..texts import Spoken
from .frame import title_of
from .outline import found_in

__all__ = ["Finding", "acted", "find", "groups_of"]

MOST_FOUND = 20

Groups = list[list[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was searched and found: the words, the competencies with those that would close a circle, how many more."""

    words: str = ""
    matches: list[tuple[str, Spoken, bool]] = field(default_factory=list)
    more: int = 0


def groups_of(draft: Draft, key: str) -> list[list[tuple[str, Spoken]]]:
    """Return the groups with the titles of their members."""
    return [
        [(member, title_of(draft, "competency", member)) for member in group]
        for group in draft.get("competency", key, "prerequisites") or ()
    ]


def find(draft: Draft, key: str, words: str) -> Finding:
    """Return the competencies with all of some words that a competency could need and does not yet."""
    if not words:
        return Finding()
    needed, above = set(members(draft.get("competency", key, "prerequisites"))), _that_need(draft, key)
    found = [one for one in found_in(draft, words) if one != key and one not in needed]
    shown = [(one, title_of(draft, "competency", one), one in above) for one in found[:MOST_FOUND]]
    return Finding(words, shown, max(0, len(found) - MOST_FOUND))


def acted(groups: Groups | None, do: str, into: str) -> Groups | None:
    """Return the groups after what a button says: ``need ID`` (into a group, or one of its own) or ``out GROUP PLACE``.

    >>> acted([["a"]], "need b", ""), acted([["a"]], "need b", "0"), acted([["a", "b"]], "out 0 0", "")
    ([['a'], ['b']], [['a', 'b']], [['b']])
    """
    found = [list(group) for group in groups or ()]
    verb, _space, rest = do.partition(" ")
    numbers = [int(one) for one in (rest if verb == "out" else into).split() if one.isascii() and one.isdigit()]
    if verb == "need" and rest:
        if numbers and numbers[0] < len(found):
            found[numbers[0]].append(rest)
        else:
            found.append([rest])
    elif verb == "out" and len(numbers) == 2 and numbers[0] < len(found) and numbers[1] < len(found[numbers[0]]):
        del found[numbers[0]][numbers[1]]
    return [group for group in found if group] or None


def _that_need(draft: Draft, key: str) -> set[str]:
    """Return all that needs a competency, directly or through others."""
    found, waiting = {key}, [key]
    while waiting:
        for other in draft.opens.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
