"""The order in which problems are told: as their places follow each other in the document.

How a document is read, and what is wrong in it, is ``reading``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from .errors import Problem
from .reading import child, is_list

__all__ = ["in_document_order"]


def in_document_order(problems: Sequence[Problem], document: Any) -> list[Problem]:
    """Return the problems as their places follow each other in the document, those of one place as they were found.

    >>> in_document_order([("/b", "x"), ("/a/1", "y"), ("", "z")], {"a": [0, 1], "b": 2})
    [('', 'z'), ('/a/1', 'y'), ('/b', 'x')]
    """
    places = _Places(document)
    rough = [places.roughly(at) for at, _ in problems]
    ordered: list[Problem] = []
    for _, numbers in groupby(sorted(range(len(problems)), key=rough.__getitem__), rough.__getitem__):
        together = [problems[number] for number in numbers]
        if len(together) > 1:
            together.sort(key=lambda problem: places.position(problem[0]))
        ordered += together
    return ordered


class _Places:
    """Where pointers stand in a document; what was walked last is kept, since neighbours share most of their way."""

    def __init__(self, document: Any) -> None:
        self.document = document
        keys = list(document) if isinstance(document, dict) else []
        self.top = {child("", key)[1:]: place + 1 for place, key in enumerate(keys)}
        self.walked: list[tuple[Any, Mapping[str, int]]] = []

    def roughly(self, pointer: str) -> int:
        """Return one number for the first two steps of a pointer, small enough to sort many problems by."""
        steps = pointer.split("/", 3)
        top = self.top.get(steps[1], len(self.top) + 1) if len(steps) > 1 else 0
        entry = int(steps[2]) + 1 if len(steps) > 2 and steps[2].isdecimal() and len(steps[2]) < 10 else 0
        return top << 32 | entry

    def position(self, pointer: str) -> tuple[int, ...]:
        """Return the place of every step of a pointer among its neighbours."""
        node, order = self.document, []
        for depth, token in enumerate(pointer.split("/")[1:]):
            if isinstance(node, dict):
                key = token.replace("~1", "/").replace("~0", "~") if "~" in token else token
                order.append(self._keys(depth, node).get(key, len(node)))
                node = node.get(key)
            else:
                index = int(token) if token.isdecimal() else 0
                order.append(index)
                node = node[index] if is_list(node) and index < len(node) else None
        return tuple(order)

    def _keys(self, depth: int, node: Mapping[str, Any]) -> Mapping[str, int]:
        while len(self.walked) <= depth:
            self.walked.append((None, {}))
        if self.walked[depth][0] is not node:
            del self.walked[depth + 1 :]
            self.walked[depth:] = [(node, {key: place for place, key in enumerate(node)})]
        return self.walked[depth][1]
