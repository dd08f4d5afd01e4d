"""Mending many findings at once: which mends are safe together, and in which order their changes are made.

A mend that is safe by itself need not be with another: who waits for two prerequisites that are both to spare waits for
neither once both are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cbe.domain.graph import CompiledProgram

from .findings import Change, Finding, People, Rule
from .reduction import Edge, changed_row

__all__ = ["in_order", "safe_together"]


def safe_together(compiled: CompiledProgram, findings: Iterable[Finding], people: People) -> list[Finding]:
    """Return the findings that can all be mended at once without changing the state of any of these people."""
    found: list[Finding] = []
    edges: dict[str, list[tuple[Edge, Finding]]] = {}
    for finding in findings:
        if finding.mend is not None and finding.mend.safe:
            if finding.rule is Rule.REDUNDANT:
                edge = _edge_of(compiled, finding)
                edges.setdefault(edge.competency, []).append((edge, finding))
            else:
                found.append(finding)
    for pairs in edges.values():
        found += [finding for _, finding in _together(compiled, pairs, people)]
    return found


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes in an order in which each finds its place as lint saw it: of one list the last first.

    >>> [change.path for change in in_order([Change("remove", "/a/2"), Change("remove", "/a/10"), Change("remove", "/a/2/0")])]
    ['/a/10', '/a/2/0', '/a/2']
    """
    return tuple(sorted(changes, key=lambda change: _steps(change.path), reverse=True))


def _together(
    compiled: CompiledProgram, pairs: Sequence[tuple[Edge, Finding]], people: People
) -> Sequence[tuple[Edge, Finding]]:
    if not changed_row(compiled, [edge for edge, _ in pairs], people.cohort):
        return pairs
    kept: list[tuple[Edge, Finding]] = []
    for pair in pairs:
        if not changed_row(compiled, [edge for edge, _ in [*kept, pair]], people.cohort):
            kept.append(pair)
    return kept


def _edge_of(compiled: CompiledProgram, finding: Finding) -> Edge:
    """Return the edge that a finding is about, by its place: /competencies/7/prerequisites/group or …/group/member."""
    _, _, number, _, group, *member = finding.place.split("/")
    competency = compiled.competencies[compiled.ids[int(number)]]
    of_group = competency.prerequisites[int(group)]
    return Edge(competency.id, int(group), of_group[int(member[0])] if member else None)


def _steps(path: str) -> list[tuple[int, str]]:
    return [(int(step), "") if step.isdecimal() else (-1, step) for step in path.split("/")]
