"""The draft itself: its parts by kind and id, the document they make, and what needs what while it is edited."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["KINDS", "PLACE", "Change", "Draft", "Fields", "Operation", "circle_closed_by", "members"]

KINDS = ("top", "program", "section", "competency", "credential")
"""What parts there are. Of ``top`` (the file's own keys) and ``program`` (its head) there is one each, with the id ``""``."""

PLACE = "#place"
"""The field with a part's place among those of its kind, a whole number; it is in no document."""

STEP = 1 << 20
"""How far apart parts stand, so that twenty can be put between two before their places are made anew."""

LISTS = {"section": "sections", "competency": "competencies", "credential": "credentials"}

Fields = Mapping[str, Any]
"""The fields of a part by name: JSON values, and its place. A field that is None is not there."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one part from what it was to what it becomes; None: it is not there."""

    kind: str
    id: str
    field: str
    before: Any
    after: Any


Operation = tuple[Change, ...]
"""What a designer did at once. A part comes into being with its first field and goes with its last."""


@dataclass(frozen=True)
class Draft:
    """A draft at one moment; never changed, since pages of several threads read it. An operation makes the next one.

    ``opens``: competency → those that name it among their prerequisites, kept as it changes.
    """

    parts: Mapping[str, Mapping[str, Fields]]
    opens: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Draft:
        """Return the draft that a ``cbe-program/1`` document is, with whatever is wrong in it.

        Raises ValueError for what cannot be told apart in parts: lists that are none, ids that are none or twice there.
        """
        parts: dict[str, dict[str, Fields]] = {kind: {} for kind in KINDS}
        head = dict(document["program"])
        parts["top"][""] = {key: value for key, value in document.items() if key not in (*LISTS.values(), "program")}
        parts["section"] = _placed(head.pop("sections", ()))
        parts["program"][""] = head
        parts["competency"] = _placed(document.get("competencies", ()))
        parts["credential"] = _placed(document.get("credentials", ()))
        opens: dict[str, set[str]] = {}
        for key, fields in parts["competency"].items():
            for needed in members(fields.get("prerequisites")):
                opens.setdefault(needed, set()).add(key)
        return cls(parts, {key: frozenset(found) for key, found in opens.items()})

    def document(self) -> dict[str, Any]:
        """Return the ``cbe-program/1`` document of the draft."""
        head = dict(self.head)
        if self.parts["section"]:
            head["sections"] = self._list("section")
        lists = {LISTS[kind]: self._list(kind) for kind in ("competency", "credential")}
        return {**self.parts["top"][""], "program": head, **lists}

    @property
    def head(self) -> Fields:
        """The fields of the program itself."""
        return self.parts["program"][""]

    @property
    def competencies(self) -> Mapping[str, Fields]:
        """The competencies by id, in no order."""
        return self.parts["competency"]

    @property
    def credentials(self) -> Mapping[str, Fields]:
        """The credentials by id, in no order."""
        return self.parts["credential"]

    @property
    def sections(self) -> Mapping[str, Fields]:
        """The sections by id, in no order."""
        return self.parts["section"]

    @cached_property
    def order(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of each kind in their order."""
        return {kind: tuple(sorted(self.parts[kind], key=lambda key: self.place(kind, key))) for kind in LISTS}

    def place(self, kind: str, key: str) -> tuple[int, str]:
        """Return what a kind's parts are sorted by."""
        return self.parts[kind][key].get(PLACE) or 0, key

    def get(self, kind: str, key: str, name: str) -> Any:
        """Return a field, None when it or its part is not there."""
        return self.parts[kind].get(key, {}).get(name)

    def after(self, operation: Iterable[Change]) -> Draft:
        """Return the draft after an operation, whatever stood there before. Quick however large the draft is."""
        parts = dict(self.parts)
        opens: dict[str, frozenset[str]] | None = None
        for change in operation:
            if parts[change.kind] is self.parts[change.kind]:
                parts[change.kind] = dict(self.parts[change.kind])
            of_kind = parts[change.kind]
            assert isinstance(of_kind, dict)
            fields = {key: value for key, value in of_kind.get(change.id, {}).items() if key != change.field}
            if change.after is not None:
                old = of_kind.get(change.id, {})
                fields = (
                    {**old, change.field: change.after}
                    if change.field in old
                    else fields | {change.field: change.after}
                )
            if fields or change.kind in ("top", "program"):
                of_kind[change.id] = fields
            else:
                of_kind.pop(change.id, None)
            if (change.kind, change.field) == ("competency", "prerequisites"):
                opens = dict(self.opens) if opens is None else opens
                _reopen(opens, change)
        return Draft(parts, self.opens if opens is None else opens)

    def _list(self, kind: str) -> list[dict[str, Any]]:
        of_kind = self.parts[kind]
        return [{key: value for key, value in of_kind[one].items() if key != PLACE} for one in self.order[kind]]


def members(groups: Any) -> Iterator[str]:
    """Yield every competency that prerequisites name, whatever else is in them."""
    for group in groups if isinstance(groups, list) else ():
        for member in group if isinstance(group, list) else ():
            if isinstance(member, str):
                yield member


def circle_closed_by(draft: Draft, competency: str, needed: Iterable[str]) -> list[str] | None:
    """Return the shortest circle that arises when a competency needs these, from it back to it; None when none does.

    Every step is needed by the next; the last, the competency itself, would come to need the one before it.

    >>> chain = [{"id": "a"}, {"id": "b", "prerequisites": [["a"]]}, {"id": "c", "prerequisites": [["b"]]}]
    >>> draft = Draft.of_document({"program": {}, "competencies": chain})
    >>> circle_closed_by(draft, "a", ["c"]), circle_closed_by(draft, "c", ["a"]), circle_closed_by(draft, "a", ["a"])
    (['a', 'b', 'c', 'a'], None, ['a', 'a'])
    """
    wanted = set(needed)
    came_from: dict[str, str | None] = {competency: None}
    waiting = deque([competency])
    while waiting:
        at = waiting.popleft()
        if at in wanted:
            way: list[str] = []
            step: str | None = at
            while step is not None:
                way.append(step)
                step = came_from[step]
            return [*reversed(way), competency]
        for opened in sorted(draft.opens.get(at, ())):
            if opened not in came_from:
                came_from[opened] = at
                waiting.append(opened)
    return None


def _placed(items: Iterable[Mapping[str, Any]]) -> dict[str, Fields]:
    found: dict[str, Fields] = {}
    for number, item in enumerate(items, 1):
        key = item.get("id")
        if not isinstance(key, str) or key in found:
            raise ValueError(f"{key!r} is no id, or is one twice")
        found[key] = {**item, PLACE: number * STEP}
    return found


def _reopen(opens: dict[str, frozenset[str]], change: Change) -> None:
    before, after = set(members(change.before)), set(members(change.after))
    for needed in before - after:
        left = opens.get(needed, frozenset()) - {change.id}
        if left:
            opens[needed] = left
        else:
            opens.pop(needed, None)
    for needed in after - before:
        opens[needed] = opens.get(needed, frozenset()) | {change.id}
