"""Operations on a draft: made from what a designer wants, put onto what others did meanwhile, and turned round.

Every operation holds what was there before, so its inverse is known, and so is whether it still fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from .values import KINDS, LISTS, PLACE, STEP, Change, Draft, Fields, Operation

__all__ = [
    "Clash",
    "add_part",
    "add_parts",
    "conceded",
    "insisted",
    "inverse",
    "move_part",
    "operation_between",
    "remove_part",
    "replayed",
    "set_fields",
    "unused_id",
]


class Clash(Exception):
    """Somebody changed the same fields meanwhile: ``changes`` are those that do not fit, with what stands there now."""

    def __init__(self, changes: list[tuple[Change, Any]]) -> None:
        super().__init__(", ".join(f"{change.kind} {change.id} {change.field}" for change, _ in changes))
        self.changes = changes


def replayed(draft: Draft, operation: Operation) -> tuple[Draft, Operation]:
    """Put an operation onto a draft that others may have changed since; return the draft and what was changed.

    What others set to the same value already is left out. Raises Clash where they set it to another, or took a part away
    of which a field was changed.
    """
    clashes: list[tuple[Change, Any]] = []
    fitting: list[Change] = []
    made = {(change.kind, change.id) for change in operation if change.field == "id" and change.before is None}
    for change in operation:
        now = draft.get(change.kind, change.id, change.field)
        is_gone = change.id not in draft.parts[change.kind] and (change.kind, change.id) not in made
        if same(now, change.after) and not (is_gone and change.after is not None):
            continue
        if not same(now, change.before) or (is_gone and change.after is not None):
            clashes.append((change, now))
        else:
            fitting.append(change)
    if clashes:
        raise Clash(clashes)
    return draft.after(fitting), tuple(fitting)


def inverse(operation: Operation) -> Operation:
    """Return the operation that undoes one; an operation changes a field once, so their order does not matter."""
    return tuple(Change(one.kind, one.id, one.field, one.after, one.before) for one in operation)


def insisted(operation: Operation, draft: Draft) -> Operation:
    """Return an operation as somebody means it who saw what stands in the draft instead, and wants theirs all the same.

    What they did not touch is as others left it.
    """
    return tuple(replace(one, before=draft.get(one.kind, one.id, one.field)) for one in operation)


def conceded(operation: Operation, draft: Draft) -> Operation:
    """Return what of an operation others have not changed meanwhile, for somebody who keeps what they wrote."""
    return tuple(one for one in operation if same(draft.get(one.kind, one.id, one.field), one.before))


def set_fields(draft: Draft, kind: str, key: str, fields: Fields) -> Operation:
    """Return the operation that gives a part these fields (None: takes one out) and leaves its others."""
    return tuple(
        Change(kind, key, name, draft.get(kind, key, name), value)
        for name, value in fields.items()
        if not same(draft.get(kind, key, name), value)
    )


def add_part(draft: Draft, kind: str, fields: Fields, *, after: str | None = None) -> Operation:
    """Return the operation that adds a part (with an ``id``) at the end of its kind, or right after another."""
    key = fields["id"]
    if key in draft.parts[kind]:
        raise ValueError(f"there is a {kind} {key!r} already")
    order = draft.order[kind]
    index = order.index(after) + 1 if after in order else len(order)
    place, moved = _place_at(draft, kind, order, index)
    made = [Change(kind, key, name, None, value) for name, value in fields.items() if value is not None]
    return (*moved, *made, Change(kind, key, PLACE, None, place))


def add_parts(draft: Draft, kind: str, parts: Iterable[Fields]) -> Operation:
    """Return the operation that adds several parts, each with an ``id`` that none has, at the end of their kind."""
    order = draft.order[kind]
    last = draft.place(kind, order[-1])[0] if order else 0
    return tuple(
        Change(kind, fields["id"], name, None, value)
        for number, fields in enumerate(parts, 1)
        for name, value in {**fields, PLACE: last + number * STEP}.items()
        if value is not None
    )


def move_part(draft: Draft, kind: str, key: str, *, before: str | None = None) -> Operation:
    """Return the operation that puts a part right before another of its kind, or at the end."""
    order = tuple(one for one in draft.order[kind] if one != key)
    index = order.index(before) if before in order else len(order)
    place, moved = _place_at(draft, kind, order, index)
    return (*moved, Change(kind, key, PLACE, draft.get(kind, key, PLACE), place))


def remove_part(draft: Draft, kind: str, key: str) -> Operation:
    """Return the operation that takes a part out, and with it what named it: a section leaves its contents one higher.

    Prerequisites no longer name a competency that goes, and groups that held nothing else go with it. Rules of
    credentials are left: what a rule means without something is for its designer to say (``new_problems`` refuses it).
    """
    found: list[Change] = []
    if kind == "competency":
        for other in sorted(draft.opens.get(key, frozenset()) - {key}):
            groups = draft.get("competency", other, "prerequisites")
            left = [kept for group in groups if (kept := [one for one in group if one != key])]
            found.append(Change("competency", other, "prerequisites", groups, left or None))
    if kind == "section":
        parent = draft.get("section", key, "parent")
        for other, name in (("section", "parent"), ("competency", "section")):
            found += [
                Change(other, one, name, key, parent)
                for one, fields in draft.parts[other].items()
                if fields.get(name) == key
            ]
    gone = draft.parts[kind][key]
    return (*found, *(Change(kind, key, name, value, None) for name, value in gone.items()))


def operation_between(old: Draft, new: Draft) -> Operation:
    """Return the operation that makes one draft of another. Places are changed only where the order differs."""
    found: list[Change] = []
    for kind in KINDS:
        places = _places_between(old, new, kind) if kind in LISTS else {}
        for key in {**old.parts[kind], **new.parts[kind]}:
            before, after = old.parts[kind].get(key, {}), dict(new.parts[kind].get(key, {}))
            if key in places:
                after[PLACE] = places[key]
            found += [
                Change(kind, key, name, before.get(name), after.get(name))
                for name in {**before, **after}
                if not same(before.get(name), after.get(name))
            ]
    return tuple(found)


def unused_id(draft: Draft, kind: str, title: str, besides: Container[str] = ()) -> str:
    """Return an id that says what a title says and that no part of the kind has, nor is one ``besides``.

    >>> unused_id(Draft.of_document({"program": {}, "competencies": [{"id": "forms"}]}), "competency", "Forms!")
    'forms-2'
    """
    words = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", title).lower()).strip("-_")[:60].strip("-") or kind
    known, number, key = draft.parts[kind], 2, words
    while key in known or key in besides:
        key, number = f"{words}-{number}", number + 1
    return key


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same; true is not 1.

    >>> same(1, 1.0), same(True, 1), same([{"a": 1}], [{"a": 1}])
    (True, False, True)
    """
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _place_at(draft: Draft, kind: str, order: Iterable[str], index: int) -> tuple[int, list[Change]]:
    """Return a place before the part with this index; where there is none left, also the changes that make room."""
    places = [draft.place(kind, key)[0] for key in order]
    low = places[index - 1] if index else 0
    if index == len(places):
        return low + STEP, []
    if places[index] - low > 1:
        return (low + places[index]) // 2, []
    moved = [
        Change(kind, key, PLACE, old, number * STEP)
        for number, (key, old) in enumerate(zip(order, places, strict=True), 1)
    ]
    return index * STEP + STEP // 2, [change for change in moved if change.before != change.after]


def _places_between(old: Draft, new: Draft, kind: str) -> dict[str, int]:
    """Return the places of the new draft's parts: the old ones' where these stand in the same order."""
    order = new.order[kind]
    if [key for key in old.order[kind] if key in new.parts[kind]] == list(order):
        return {key: old.place(kind, key)[0] for key in order}
    return {key: number * STEP for number, key in enumerate(order, 1)}
