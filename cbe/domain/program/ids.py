"""The ids of a program file: where each stands, what points at what, and how a circle of them is told.

What is said about them where is ``parse``'s.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from cbe.domain.errors import Named, Worded
from cbe.domain.reading import LARGEST_NUMBER, Problems, is_list

__all__ = ["Edges", "Ids", "ids_in", "places_of", "shown_circle", "where_named", "where_needed"]


MOST_NAMED = 100
"""So many steps of a circle are named on a page."""
UNNAMED: dict[str, Any] = {"circle": "…"}
"""What the circles after the first thousand share: pages tell of fewer, and the names of all would not fit in memory."""


class Ids:
    """The ids of one list: where each stands first, and the credits there.

    Kept as bytes: half a million of them are most of what reading needs, and one emoji makes a text four times as large.
    """

    def __init__(self, items: Any = ()) -> None:
        self.items: Sequence[Any] = items if is_list(items) else ()
        self._index: dict[bytes, int] = {}
        self._credits: dict[int, int | float | None] = {}

    def add(self, index: int, item: Any) -> int | None:
        """Take in an item and return where its id stands first; None when it has none."""
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            return None
        worth = item.get("credits", 0)
        if worth != 0 or isinstance(worth, bool):
            sound = type(worth) in (int, float) and 0 < worth <= LARGEST_NUMBER
            self._credits[index] = worth if sound else None
        return self._index.setdefault(name.encode("utf-8", "surrogatepass"), index)

    def find(self, name: str) -> int | None:
        """Return where an id stands first."""
        return self._index.get(name.encode("utf-8", "surrogatepass"))

    def find_all(self, names: Sequence[Any]) -> list[int] | None:
        """Return where some ids stand first; None unless all do."""
        places = []
        for name in names:
            place = self._index.get(name.encode("utf-8", "surrogatepass")) if isinstance(name, str) else None
            if place is None:
                return None
            places.append(place)
        return places

    def give_names(self) -> list[bytes]:
        """Return the id at every place, and forget which place an id has: that takes more memory than the ids."""
        names = [b""] * len(self.items)
        while self._index:
            name, place = self._index.popitem()
            names[place] = name
        self._index = {}
        return names

    def credits_of(self, name: str) -> Decimal | None:
        """Return the credits of an id; None when they are not sound."""
        index = self.find(name)
        worth = None if index is None else self._credits.get(index, 0)
        return None if worth is None else Problems().zero_or_more(worth, "", "")


class Edges:
    """What points at what in one list."""

    def __init__(self) -> None:
        self.sources, self.targets = array("i"), array("i")

    def add(self, source: int, target: int) -> None:
        self.sources.append(source)
        self.targets.append(target)


def places_of(items: Any) -> dict[str, int]:
    """Return where each id of a short list stands first."""
    places: dict[str, int] = {}
    for i, item in enumerate(items if is_list(items) else ()):
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str):
            places.setdefault(name, i)
    return places


def ids_in(items: Any) -> list[bytes]:
    """Return the id of every item of a list; what has none has an empty one."""
    if not is_list(items):
        return []
    ids = [item.get("id") if isinstance(item, dict) else None for item in items]
    return [name.encode("utf-8", "surrogatepass") if isinstance(name, str) else b"" for name in ids]


def shown_circle(
    message: str, kind: str, circle: Sequence[int], names: Sequence[bytes], *, is_named: bool = True
) -> Worded:
    """Return what is wrong with a circle, made in one piece: one through a whole file is some megabytes.

    In English it is shown whole; the parts named for pages, where a message has its ``%(circle)s``, are the first ones,
    and none unless ``is_named``.
    """
    before, _, after = message.partition("%(circle)s")
    text = bytearray(before.encode())
    for place in circle:
        text += names[place]
        text += b" -> "
    text += names[circle[0]]
    text += after.encode()
    if not is_named:
        told = Worded.reading(text.decode("utf-8", "replace"), message)
        told.values = UNNAMED
        return told
    first = [names[place].decode("utf-8", "replace") for place in islice(chain(circle, circle[:1]), MOST_NAMED + 1)]
    return Worded.reading(text.decode("utf-8", "replace"), message, circle=Named(kind, *first, most=MOST_NAMED))


def where_needed(prerequisites: Any, name: str) -> str:
    """Return where in the prerequisites of a competency a name stands first, as the end of a pointer."""
    for i, group in enumerate(prerequisites):
        if is_list(group) and name in group:
            return f"/{i}/{list(group).index(name)}"
    raise LookupError(name)


def where_named(requires: Any, credential: str) -> str:
    """Return where in a requirement a credential is named first, as the end of a pointer."""
    ways = [(requires, "")]
    while ways:
        node, at = ways.pop()
        if isinstance(node, dict):
            if node.get("credential") == credential:
                return f"{at}/credential"
            lists = [(key, node[key]) for key in ("all", "any", "of") if is_list(node.get(key))]
            members = [(member, f"{at}/{key}/{i}") for key, nodes in lists for i, member in enumerate(nodes)]
            ways.extend(reversed(members))
    raise LookupError(credential)
