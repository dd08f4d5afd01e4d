"""Prerequisites that others make redundant: the transitive reduction of a graph with any-of groups.

A *closed* learner mastered nothing without its prerequisites. A group is redundant when every closed learner who meets
the other groups of its competency meets it too; a member of an any-of group is when whoever mastered it, closed, mastered
another member. Closed sets can be united, so for each question one learner decides: who mastered all that can be mastered
without some competencies. All these supposed learners are worked out together, one bit each (see ``cohort``).
Whoever skipped prerequisites (recognition of prior learning) may see a difference, and `changes_state` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from cbe.domain.cohort import Cohort, RowOf, ready_row
from cbe.domain.graph import CompiledProgram

__all__ = ["Edge", "changed_row", "changes_state", "could_be_mastered", "redundant_edges", "without_edges"]

MOST_CELLS = 400_000_000
"""Bits of supposed learners times competencies that are worked out at a time: 50 MB."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A prerequisite of a competency: a member of its group with this number, or the whole group (None)."""

    competency: str
    group: int
    member: str | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """What if nobody could master these: group ``group`` of ``target``, or all of it but ``member``."""

    target: int
    group: int
    member: int | None
    without: tuple[int, ...]


def redundant_edges(compiled: CompiledProgram) -> list[Edge]:
    """Return prerequisites that can all be taken out together without changing any state of a closed learner.

    As many as possible of single prerequisites; where groups imply each other, the larger goes, then the later.

    >>> from decimal import Decimal
    >>> from cbe.domain.graph import compile_program
    >>> from cbe.domain.program import Competency, Program
    >>> rows = {"a": (), "b": (("a",),), "c": (("a",), ("b",))}
    >>> found = tuple(Competency(key, key, Decimal(1), prerequisites=groups) for key, groups in rows.items())
    >>> redundant_edges(compile_program(Program("p", "p", "en", found, ())))
    [Edge(competency='c', group=0, member=None)]
    """
    implied_by: dict[tuple[int, int], list[int]] = {}
    needless: list[tuple[int, int, int]] = []
    for questions in _blocks(compiled):
        _ask(compiled, questions, implied_by, needless)
    gone = _groups_to_drop(compiled, implied_by)
    found = [(target, group, -1) for target, group in gone]
    found += [(t, g, compiled.groups[t][g].index(m)) for t, g, m in needless if (t, g) not in gone]
    return [
        Edge(compiled.ids[t], g, None if place < 0 else compiled.ids[compiled.groups[t][g][place]])
        for t, g, place in sorted(found)
    ]


def _blocks(compiled: CompiledProgram) -> Iterator[list[_Question]]:
    """Yield all questions, those of one competency together, so many at a time as memory allows."""
    most = max(1, MOST_CELLS // max(1, len(compiled.ids)))
    block: list[_Question] = []
    for target, groups in enumerate(compiled.groups):
        if target in compiled.archived:  # it is never ready, so nothing that it needs makes a difference
            continue
        for place, group in enumerate(groups):
            if len(groups) > 1:
                block.append(_Question(target, place, None, group))
        for place, group in enumerate(groups):
            if len(group) > 1:
                block += [_Question(target, place, m, tuple(o for o in group if o != m)) for m in group]
        if len(block) >= most:
            yield block
            block = []
    if block:
        yield block


def could_be_mastered(compiled: CompiledProgram, without: Sequence[tuple[int, ...]]) -> list[int]:
    """Return for every competency a row: in which of the suppositions, each *without* some competencies, it can be mastered."""
    every = (1 << len(without)) - 1
    barred: dict[int, list[int]] = {}
    for number, members in enumerate(without):
        for member in members:
            barred.setdefault(member, []).append(number)
    rows = [0] * len(compiled.ids)
    for number in compiled.order_index:
        row = every
        for group in compiled.groups[number]:
            met = 0
            for member in group:
                met |= rows[member]
            row &= met
        for supposed in barred.get(number, ()):
            row &= ~(1 << supposed)
        rows[number] = row
    return rows


def _ask(
    compiled: CompiledProgram,
    questions: list[_Question],
    implied_by: dict[tuple[int, int], list[int]],
    needless: list[tuple[int, int, int]],
) -> None:
    rows = could_be_mastered(compiled, [question.without for question in questions])
    start = 0
    while start < len(questions):
        target = questions[start].target
        end = start
        while end < len(questions) and questions[end].target == target:
            end += 1
        # the bits of this competency's own questions, moved down to where shifting is cheap
        window = (1 << (end - start)) - 1
        mets = []
        for group in compiled.groups[target]:
            met = 0
            for member in group:
                met |= rows[member]
            mets.append(met >> start & window)
        for bit, question in enumerate(questions[start:end]):
            if question.member is not None:
                if not rows[question.member] >> (start + bit) & 1:
                    needless.append((target, question.group, question.member))
            else:
                others = [h for h, met in enumerate(mets) if h != question.group and not met >> bit & 1]
                if others:
                    implied_by[target, question.group] = others
        start = end


def _groups_to_drop(compiled: CompiledProgram, implied_by: dict[tuple[int, int], list[int]]) -> set[tuple[int, int]]:
    gone: set[tuple[int, int]] = set()
    for target, group in sorted(implied_by, key=lambda at: (at[0], -len(compiled.groups[at[0]][at[1]]), -at[1])):
        if any((target, other) not in gone for other in implied_by[target, group]):
            gone.add((target, group))
    return gone


def without_edges(groups: tuple[tuple[str, ...], ...], edges: Sequence[Edge]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of a competency without some of its edges; a group that lost its only member is gone.

    >>> without_edges((("a",), ("b", "c")), [Edge("d", 0), Edge("d", 1, "c")])
    (('b',),)
    """
    whole = {edge.group for edge in edges if edge.member is None}
    single = {(edge.group, edge.member) for edge in edges}
    left = (
        tuple(member for member in group if (place, member) not in single)
        for place, group in enumerate(groups)
        if place not in whole
    )
    return tuple(group for group in left if group)


def changes_state(compiled: CompiledProgram, edge: Edge, mastered: Set[str]) -> bool:
    """Return whether taking the edge out changes the state of its competency for whoever mastered these.

    Whether it is ready, that is: what is in review, returned or expired shows that first and may not show the difference.

    >>> from decimal import Decimal
    >>> from cbe.domain.graph import compile_program
    >>> from cbe.domain.program import Competency, Program
    >>> rows = {"a": (), "b": (("a",),), "c": (("a",), ("b",))}
    >>> found = tuple(Competency(key, key, Decimal(1), prerequisites=groups) for key, groups in rows.items())
    >>> chain = compile_program(Program("p", "p", "en", found, ()))
    >>> changes_state(chain, Edge("c", 0), {"a", "b"}), changes_state(chain, Edge("c", 0), {"b"})
    (False, True)
    """
    return bool(_changed(compiled, [edge], lambda key: int(key in mastered), 1))


def changed_row(compiled: CompiledProgram, edges: Sequence[Edge], cohort: Cohort) -> int:
    """Return for which learners of a cohort taking edges of one competency out changes a state, as `changes_state` says."""
    return _changed(compiled, edges, cohort.mastered, cohort.everyone)


def _changed(compiled: CompiledProgram, edges: Sequence[Edge], mastered: RowOf, everyone: int) -> int:
    competency = compiled.get_competency(edges[0].competency)
    if competency.archived:
        return 0
    before = ready_row(competency.prerequisites, mastered, everyone)
    after = ready_row(without_edges(competency.prerequisites, edges), mastered, everyone)
    return (before ^ after) & ~mastered(competency.id)
