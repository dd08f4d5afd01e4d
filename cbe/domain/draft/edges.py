"""The prerequisites of a draft as edges: drawn, taken out, and those that a picture of some competencies shows.

An edge belongs to a group: what is needed, by which competency, in its how-manieth group. Circles may be there (a draft
that was imported); the fewest edges that break them are ``lint``'s to find.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from .operations import set_fields
from .values import Draft, Operation, members

__all__ = [
    "Edge",
    "Pair",
    "around",
    "back_edges",
    "connect",
    "disconnect",
    "edges_among",
    "goes_in_circles",
    "groups_of",
]

Pair = tuple[str, str]
"""What is needed, and what needs it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge in a group; ``is_any``: others of the group are as good."""

    source: str
    target: str
    group: int
    is_any: bool

    @property
    def pair(self) -> Pair:
        """What is needed, and what needs it."""
        return self.source, self.target


def groups_of(draft: Draft, competency: str) -> list[list[str]]:
    """Return the groups of a competency's prerequisites, whatever else stands where they are kept."""
    value = draft.get("competency", competency, "prerequisites")
    return [list(members([group])) for group in value] if isinstance(value, list) else []


def connect(draft: Draft, needed: str, competency: str, beside: Sequence[str] | None = None) -> Operation:
    """Return the operation by which a competency needs another: in any case, or instead of those of a group (``beside``).

    What was needed in any case and becomes an alternative is an alternative from then on. Nothing changes where the edge
    is there. Raises ValueError when there is no such group.

    >>> chain = [{"id": "a"}, {"id": "b"}, {"id": "c", "prerequisites": [["a"], ["b"]]}]
    >>> draft = Draft.of_document({"program": {}, "competencies": chain})
    >>> [change.after for change in connect(draft, "b", "c", ["a"])]
    [[['a', 'b']]]
    """
    groups = groups_of(draft, competency)
    if beside is None:
        wanted = groups if [needed] in groups else [*groups, [needed]]
    else:
        at = groups.index(list(beside))
        joined = groups[at] if needed in groups[at] else [*groups[at], needed]
        wanted = [*groups[:at], joined, *groups[at + 1 :]]
        wanted = [group for group in wanted if group != [needed] or group == joined]
    return set_fields(draft, "competency", competency, {"prerequisites": wanted})


def disconnect(draft: Draft, pairs: Iterable[Pair], group: Sequence[str] | None = None) -> Operation:
    """Return the operation that takes edges out, of one group or of all that have them; what is gone already stays so."""
    gone: dict[str, set[str]] = {}
    for needed, competency in pairs:
        gone.setdefault(competency, set()).add(needed)
    changes: list[Any] = []
    for competency, those in gone.items():
        left = [
            [one for one in old if one not in those] if group is None or old == list(group) else old
            for old in groups_of(draft, competency)
        ]
        kept: list[list[str]] | None = [one for one in left if one] or None
        if competency in draft.competencies:
            changes += set_fields(draft, "competency", competency, {"prerequisites": kept})
    return tuple(changes)


def around(draft: Draft, focus: str, steps: int, most: int) -> tuple[list[str], bool]:
    """Return what stands at most so many edges from a competency, nearest first, and whether that is all of it.

    In turn what is needed and what needs; no more than ``most`` are looked up, however many there are.
    """
    found, ring = {focus: None}, [focus]
    for _step in range(steps):
        following: dict[str, None] = {}
        for key in ring:
            needed = dict.fromkeys(one for one in chain(*groups_of(draft, key)) if one in draft.competencies)
            opened = sorted(draft.opens.get(key, ()), key=lambda one: draft.place("competency", one))
            for one in chain.from_iterable(zip_longest(needed, opened)):
                if one is not None and one not in found:
                    if len(found) + len(following) == most and one not in following:
                        return [*found, *following], False
                    following[one] = None
        found |= following
        ring = list(following)
    return list(found), True


def edges_among(draft: Draft, keys: Collection[str]) -> list[Edge]:
    """Return the edges between some competencies, in their order."""
    shown = set(keys)
    return [
        Edge(member, key, number, len(group) > 1)
        for key in keys
        for number, group in enumerate(groups_of(draft, key))
        for member in dict.fromkeys(group)
        if member in shown
    ]


def back_edges(keys: Sequence[str], pairs: Iterable[Pair]) -> set[Pair]:
    """Return edges without which no circle is left: those that lead back on a walk from what needs nothing.

    >>> sorted(back_edges("abc", [("a", "b"), ("b", "c"), ("c", "b"), ("c", "c")]))
    [('c', 'b'), ('c', 'c')]
    """
    after: dict[str, list[str]] = {key: [] for key in keys}
    entered = set[str]()
    for source, target in pairs:
        after[source].append(target)
        if source != target:
            entered.add(target)
    found = set[Pair]()
    done, open_ = set[str](), set[str]()
    for start in (*(key for key in keys if key not in entered), *keys):
        walk: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            walk.append((start, iter(after[start])))
            open_.add(start)
        while walk:
            key, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                walk.pop()
                open_.discard(key)
                done.add(key)
            elif following in open_:
                found.add((key, following))
            elif following not in done:
                open_.add(following)
                walk.append((following, iter(after[following])))
    return found


def goes_in_circles(draft: Draft) -> bool:
    """Tell whether prerequisites of the draft go in a circle somewhere; it looks at every edge once."""
    waits = {
        key: len({one for one in members(fields.get("prerequisites")) if one in draft.competencies})
        for key, fields in draft.competencies.items()
    }
    free = [key for key, count in waits.items() if not count]
    done = 0
    while free:
        done += 1
        for opened in draft.opens.get(free.pop(), ()):
            waits[opened] -= 1
            if not waits[opened]:
                free.append(opened)
    return done < len(waits)
