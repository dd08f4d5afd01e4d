"""What a package says as a program: its tree as sections, its items as competencies, in the order it gives.

Here is the reading both ways rest on: ``read`` makes a program of it, ``write`` asks it what a change must change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any

from cbe.domain.program import FORMAT
from cbe.domain.reading import Problems

from .package import DOCUMENT, Nodes, Precedes, associations_of, items_of
from .words import ALIGNED, extension, is_text, merged, title_of

__all__ = ["Alignment", "Outline", "in_order"]

ASSUMED_LANGUAGE = "en"
PLACEHOLDERS = ("Origin", "Destination")
"""What some programs write where the title of a link belongs."""

Alignment = dict[str, Any]


class Outline:
    """A sound package as a program."""

    def __init__(self, package: Mapping[str, Any], precedes: Precedes) -> None:
        self.top = package["CFDocument"]
        self.items, self.associations = items_of(package), associations_of(package)
        self.ids = [extension(item).get("id", item["identifier"]) for item in self.items]
        self.headings = {i for i, item in enumerate(self.items) if extension(item).get("heading")}
        nodes = Nodes(package)
        self.ends = [nodes.ends(association) for association in self.associations]
        self.parents: list[list[tuple[int, int]]] = [[] for _ in self.items]
        """Of every item its parents, each with the association that says so."""
        self.before: list[list[tuple[int, int]]] = [[] for _ in self.items]
        """Of every item what precedes it, each with the association that says so."""
        self.alignments: list[list[tuple[list[int], Alignment]]] = [[] for _ in self.items]
        """Of every item what it is aligned with, each with the associations that say so."""
        self._aligned: dict[tuple[Any, ...], list[int]] = {}
        self._sort_associations()
        self.chosen: list[tuple[int, int] | None] = [_chosen(parents) for parents in self.parents]
        self.cut = self._cut_circles()
        self.children = Counter(chosen[1] for chosen in self.chosen if chosen is not None)
        self.rank = self._rank()
        self.precedes = precedes

    def _sort_associations(self) -> None:
        for n, (association, (origin, destination)) in enumerate(zip(self.associations, self.ends, strict=True)):
            if origin is None or origin == DOCUMENT:
                continue
            kind = association.get("associationType")
            if kind == "isChildOf" and destination is not None and destination != origin:
                self.parents[origin].append((n, destination))
            elif kind == "precedes" and destination is not None and destination != DOCUMENT:
                self.before[destination].append((n, origin))
            elif kind in ALIGNED and destination is None:
                self._align(origin, n, association)

    def _align(self, item: int, n: int, association: Mapping[str, Any]) -> None:
        alignment = _alignment(association)
        if alignment is None:
            return
        key = (item, *(alignment.get(name) for name in ("uri", "title", "type")))
        if key not in self._aligned:
            self._aligned[key] = []
            self.alignments[item].append((self._aligned[key], alignment))
        self._aligned[key].append(n)

    def _cut_circles(self) -> list[int]:
        """Take out one parent of every circle of parents, and return whose."""
        seen: dict[int, int] = {}
        cut = []
        for start in range(len(self.items)):
            item: int = start
            while item not in seen:
                seen[item] = start
                chosen = self.chosen[item]
                if chosen is None or chosen[1] == DOCUMENT:
                    break
                item = chosen[1]
            else:
                if seen[item] == start and self.chosen[item] is not None:
                    self.chosen[item] = None
                    cut.append(item)
        return cut

    def _rank(self) -> list[int]:
        """Return the place of every item where the tree is walked from the top, siblings by sequence number."""
        children: dict[int | None, list[tuple[float, int]]] = {}
        for i, chosen in enumerate(self.chosen):
            number = inf if chosen is None else _sequence(self.associations[chosen[0]])
            children.setdefault(chosen and chosen[1], []).append((number, i))
        rank, count = [0] * len(self.items), 0
        ways = [(inf, i) for top in (None, DOCUMENT) for _, i in sorted(children.get(top, ()), reverse=True)]
        while ways:
            _, item = ways.pop()
            rank[item] = count
            count += 1
            ways += sorted(children.get(item, ()), reverse=True)
        return rank

    def parent(self, item: int) -> int | None:
        """Return the item that an item stands under; None when there is none, or the document."""
        chosen = self.chosen[item]
        return None if chosen is None or chosen[1] == DOCUMENT else chosen[1]

    def is_section(self, item: int) -> bool:
        """Return whether an item has others under it, or is nothing but a heading."""
        return item in self.headings or item in self.children

    def competency(self, item: int, *, by_case_alone: bool = False) -> dict[str, Any]:
        """Return the competency an item is, as in a program file; with or without what our extension says of it."""
        node = self.items[item]
        title, statement = title_of(node)
        code = node.get("humanCodingScheme")
        parent = item if self.is_section(item) else self.parent(item)
        found = {
            "id": self.ids[item],
            "code": code if is_text(code) else None,
            "title": title,
            "statement": statement,
            "section": None if parent is None else self.ids[parent],
            "effort_hours": 1,
            "effort_is_estimated": False,
            "prerequisites": self._prerequisites(item) or None,
            "alignments": [alignment for _, alignment in self.alignments[item]] or None,
        }
        return merged(found, {} if by_case_alone else extension(node).get("competency", {}))

    def is_grouped(self, association: int) -> bool:
        """Return whether we once wrote an association for a prerequisite."""
        return "group" in extension(self.associations[association])

    def _prerequisites(self, item: int) -> list[list[str]]:
        groups: dict[int, dict[str, None]] = {}
        single: dict[str, None] = {}
        for n, before in self.before[item]:
            group = extension(self.associations[n]).get("group")
            if before in self.headings:
                continue
            if group is not None:
                groups.setdefault(group, {})[self.ids[before]] = None
            elif self.precedes == "prerequisite":
                single[self.ids[before]] = None
        return [list(groups[number]) for number in sorted(groups)] + [[name] for name in single]

    def head(self, *, by_case_alone: bool = False) -> dict[str, Any]:
        """Return what is said of the program as a whole; with or without what our extension says."""
        title, description = self.top.get("title"), self.top.get("description")
        found = {
            "id": self.top["identifier"],
            "title": title if is_text(title) else self.top["identifier"],
            "language": self.language() or ASSUMED_LANGUAGE,
            "description": description if is_text(description) else None,
            "sections": self._sections() or None,
        }
        return merged(found, {} if by_case_alone else extension(self.top).get("program", {}))

    def language(self) -> str | None:
        """Return the language of the document, else the one that most items are in; None when nothing says."""
        said = [self.top.get("language")]
        said += [
            name for name, _ in Counter(filter(is_text, (item.get("language") for item in self.items))).most_common()
        ]
        return next(filter(None, (Problems().language(name, "", "") for name in said)), None)

    def _sections(self) -> list[dict[str, Any]]:
        found = []
        for i in sorted(filter(self.is_section, range(len(self.items))), key=self.rank.__getitem__):
            parent = self.parent(i)
            section = {"id": self.ids[i], "title": title_of(self.items[i])[0]}
            found.append(section if parent is None else section | {"parent": self.ids[parent]})
        return found

    def order(self) -> list[int]:
        """Return the items that are competencies: as the tree has them, what precedes first, then as we once wrote."""
        edges = [(before, i) for i, befores in enumerate(self.before) for _, before in befores]
        places = {name: place for place, name in enumerate(extension(self.top).get("order", ()))}
        order = [i for i in in_order(self.rank, edges) if i not in self.headings]
        return sorted(order, key=lambda i: places.get(self.ids[i], inf))

    def document(self) -> dict[str, Any]:
        """Return the program file."""
        return {
            "format": FORMAT,
            "program": self.head(),
            "competencies": [self.competency(i) for i in self.order()],
            "credentials": extension(self.top).get("credentials", []),
        }


def in_order(rank: Sequence[int], edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return nodes by rank, but what precedes first; where that goes in a circle the rank decides.

    >>> in_order([0, 1, 2], [(2, 0)]), in_order([0, 1, 2], [(1, 2), (2, 1)])
    ([1, 2, 0], [0, 1, 2])
    """
    after: dict[int, list[int]] = {}
    waiting = [0] * len(rank)
    for before, node in set(edges):
        after.setdefault(before, []).append(node)
        waiting[node] += 1
    ready = [(rank[node], node) for node, count in enumerate(waiting) if not count]
    heapify(ready)
    by_rank = iter(sorted(range(len(rank)), key=rank.__getitem__))
    order: list[int] = []
    done = [False] * len(rank)
    while len(order) < len(rank):
        node = heappop(ready)[1] if ready else next(node for node in by_rank if not done[node])
        if done[node]:
            continue
        done[node] = True
        order.append(node)
        for following in after.get(node, ()):
            waiting[following] -= 1
            if not waiting[following]:
                heappush(ready, (rank[following], following))
    return order


def _chosen(parents: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the first parent that is an item, else the document."""
    return next((parent for parent in parents if parent[1] != DOCUMENT), parents[0] if parents else None)


def _sequence(association: Mapping[str, Any]) -> float:
    """Read a sequence number, which some write as a text."""
    number = association.get("sequenceNumber")
    if isinstance(number, str) and number.strip().isdecimal() and len(number) < 20:
        return int(number)
    return number if isinstance(number, int | float) and not isinstance(number, bool) else inf


def _alignment(association: Mapping[str, Any]) -> Alignment | None:
    """Return what a link out of the package says in a program; None when it has no address."""
    link = association.get("destinationNodeURI")
    uri, title = (link.get("uri"), link.get("title")) if isinstance(link, dict) else (link, None)
    if Problems().uri(uri, "", "") is None:
        return None
    title = None if title in (*PLACEHOLDERS, uri) or not is_text(title) else title
    kind = extension(association).get("type", association["associationType"])
    return merged({"uri": uri, "title": title, "type": kind or None}, {})
