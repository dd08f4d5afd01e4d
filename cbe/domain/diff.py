"""The difference of two versions of a program: what was added, removed, changed and put elsewhere, field by field.

`diff` finds it and `apply` makes it, so that nothing of the new version is outside it. The words of a difference are
made at the doors; what it does to learners is ``rehearsal``'s.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from .program import Competency, Credential, Program, Section

__all__ = ["Changed", "Difference", "FieldChange", "ListDifference", "apply", "diff"]

Item = TypeVar("Item", Section, Competency, Credential)

_LISTS = ("sections", "competencies", "credentials")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with its value before and after, as the program's frozen values have them; None where there is none."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """A section, competency or credential that is in both versions, and what of it is different."""

    id: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ListDifference(Generic[Item]):
    """What is different between two lists of things with ids.

    ``added`` in the new order, ``removed`` and ``changed`` in the old. ``order`` has all ids as the new list has them
    when that is not: what stayed, as it stood, then what was added. ``moved`` are the fewest that must have been put
    elsewhere among those that stayed.
    """

    added: tuple[Item, ...] = ()
    removed: tuple[Item, ...] = ()
    changed: tuple[Changed, ...] = ()
    order: tuple[str, ...] | None = None
    moved: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.order is not None)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything in which two versions differ; false when they are equal."""

    program: tuple[FieldChange, ...]
    sections: ListDifference[Section]
    competencies: ListDifference[Competency]
    credentials: ListDifference[Credential]

    def __bool__(self) -> bool:
        return bool(self.program or self.sections or self.competencies or self.credentials)


def diff(old: Program, new: Program) -> Difference:
    """Return in what the new version differs from the old; ``apply(old, diff(old, new))`` is the new one.

    >>> from decimal import Decimal
    >>> html, css = (Competency(key, key, Decimal(6)) for key in ("html", "css"))
    >>> old = Program("web", "Web", "en", (html,), ())
    >>> found = diff(old, Program("web", "Web", "en", (css, replace(html, effort_hours=Decimal(8))), ()))
    >>> [one.id for one in found.competencies.added], found.competencies.order
    (['css'], ('css', 'html'))
    >>> found.competencies.changed
    (Changed(id='html', fields=(FieldChange(field='effort_hours', old=Decimal('6'), new=Decimal('8')),)),)
    """
    return Difference(
        program=tuple(_changes(old, new, without=_LISTS)),
        sections=_list_difference(old.sections, new.sections),
        competencies=_list_difference(old.competencies, new.competencies),
        credentials=_list_difference(old.credentials, new.credentials),
    )


def apply(old: Program, difference: Difference) -> Program:
    """Return the version that differs from the old one in just this."""
    return replace(
        old,
        **{change.field: change.new for change in difference.program},
        sections=_applied(old.sections, difference.sections),
        competencies=_applied(old.competencies, difference.competencies),
        credentials=_applied(old.credentials, difference.credentials),
    )


def _changes(old: Any, new: Any, without: Iterable[str] = ()) -> Iterator[FieldChange]:
    """Yield the fields in which two values of one kind differ."""
    for field in fields(old):
        if field.name not in without:
            was, now = getattr(old, field.name), getattr(new, field.name)
            if was != now:
                yield FieldChange(field.name, was, now)


def _list_difference(old: Sequence[Item], new: Sequence[Item]) -> ListDifference[Item]:
    if old == new:
        return ListDifference()
    was, now = {item.id: item for item in old}, {item.id: item for item in new}
    added: tuple[Item, ...] = tuple(item for item in new if item.id not in was)
    stayed: list[str] = [item.id for item in old if item.id in now]
    changed = tuple(
        Changed(key, tuple(_changes(was[key], now[key])))
        for key in stayed
        if was[key] is not now[key] and was[key] != now[key]
    )
    moved = [key for key in now if key in was]
    order = tuple(now)
    return ListDifference(
        added=added,
        removed=tuple(item for item in old if item.id not in now),
        changed=changed,
        order=None if order == (*stayed, *(item.id for item in added)) else order,
        moved=_moved(stayed, moved) if moved != stayed else (),
    )


def _moved(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return the fewest that must be put elsewhere to make one order into the other: all but a longest rising run.

    >>> _moved("abcd", "dabc")
    ('d',)
    """
    place = {key: number for number, key in enumerate(before)}
    # for each length: the lowest place at which a rising run of it ends, and which one that is
    ends: list[int] = []
    last: list[int] = []
    link: list[int] = []
    places = [place[key] for key in after]
    for number, at in enumerate(places):
        length = bisect_left(ends, at)
        if length == len(ends):
            ends.append(at)
            last.append(number)
        else:
            ends[length], last[length] = at, number
        link.append(last[length - 1] if length else -1)
    kept = set()
    number = last[-1] if last else -1
    while number >= 0:
        kept.add(number)
        number = link[number]
    return tuple(key for number, key in enumerate(after) if number not in kept)


def _applied(old: tuple[Item, ...], difference: ListDifference[Item]) -> tuple[Item, ...]:
    gone = {item.id for item in difference.removed}
    items = {item.id: item for item in old if item.id not in gone}
    for changed in difference.changed:
        items[changed.id] = replace(items[changed.id], **{change.field: change.new for change in changed.fields})
    items.update((item.id, item) for item in difference.added)
    return tuple(items.values() if difference.order is None else (items[key] for key in difference.order))
