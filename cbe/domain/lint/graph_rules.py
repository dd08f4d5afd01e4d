"""What can be wrong with the graph: edges to spare, competencies that lead nowhere, bottlenecks, long chains."""

from __future__ import annotations

from collections.abc import Iterator

from cbe.domain.cohort import offered_row
from cbe.domain.errors import N_, Worded
from cbe.domain.graph import CompiledProgram, bits_of, positions

from .bottlenecks import Necessity
from .findings import Change, Finding, Mend, People, Rule, Severity
from .reduction import Edge, changed_row, redundant_edges
from .texts import named

__all__ = ["graph_findings"]

LEAST_BEHIND = 2
"""A competency with fewer others behind it is a step of a chain and no bottleneck."""

MOST_BOTTLENECKS = 20
"""The bottlenecks with most behind them are told; in a long program a whole trunk is necessary."""


def graph_findings(
    compiled: CompiledProgram, necessity: Necessity, longest_chain: int, people: People | None
) -> Iterator[Finding]:
    """Yield what is wrong with prerequisites, and with where competencies lead."""
    yield from _in_no_credential(compiled)
    yield from _redundant(compiled, people)
    yield from _out_of_reach(compiled)
    yield from _bottlenecks(compiled, necessity, people)
    yield from _long_chain(compiled, longest_chain)


def _in_no_credential(compiled: CompiledProgram) -> Iterator[Finding]:
    if not compiled.credentials and compiled.ids:
        text = Worded("There is no credential that the competencies lead to.")
        yield Finding(Rule.NO_CREDENTIAL, Severity.WARNING, "/credentials", text)
        return
    bits = 0
    for key in compiled.credentials:
        bits |= compiled.scope_bits(key)
    for number in positions(~bits & ((1 << len(compiled.ids)) - 1) & ~bits_of(compiled.archived)):
        text = Worded("No credential asks for it, itself or on the way.")
        at = f"/competencies/{number}"
        yield Finding(Rule.NO_CREDENTIAL, Severity.ADVICE, at, text, compiled.ids[number])


def _redundant(compiled: CompiledProgram, people: People | None) -> Iterator[Finding]:
    edges = redundant_edges(compiled)
    if people is not None:
        ids = {edge.competency for edge in edges}
        behind = {m for key in ids for group in compiled.competencies[key].prerequisites for m in group}
        people.cohort.prepare(ids | behind)
    for edge in edges:
        changed = changed_row(compiled, [edge], people.cohort).bit_count() if people is not None else None
        yield _edge_finding(compiled, edge, changed)


def _edge_finding(compiled: CompiledProgram, edge: Edge, changed: int | None) -> Finding:
    group = compiled.competencies[edge.competency].prerequisites[edge.group]
    at = f"/competencies/{compiled.index[edge.competency]}/prerequisites/{edge.group}"
    members = group if edge.member is None else (edge.member,)
    if edge.member is not None:
        at = f"{at}/{group.index(edge.member)}"
        message = N_("Who masters %(competencies)s on the usual way has another of this group: it may be left out.")
    else:
        message = N_("The other prerequisites lead through %(competencies)s already: it may be left out.")
    mend = Mend((Change("remove", at),), safe=not changed)
    text = Worded(message, competencies=named(members))
    return Finding(
        Rule.REDUNDANT, Severity.ADVICE, at, text, edge.competency, others=members, learners=changed, mend=mend
    )


def _out_of_reach(compiled: CompiledProgram) -> Iterator[Finding]:
    """Yield what is offered, and closed to all who begin now by what is not."""
    lost = compiled.out_of_reach(bytes(len(compiled.ids)))
    for number in sorted(lost - compiled.archived):
        group = next(group for group in compiled.groups[number] if lost.issuperset(group))
        others = tuple(compiled.ids[member] for member in group)
        text = Worded("Nobody new can come to it: %(competencies)s is no longer offered, or out of reach.", competencies=named(others))  # fmt: skip
        at = f"/competencies/{number}/prerequisites/{compiled.groups[number].index(group)}"
        yield Finding(Rule.OUT_OF_REACH, Severity.WARNING, at, text, compiled.ids[number], others=others)


def _bottlenecks(compiled: CompiledProgram, necessity: Necessity, people: People | None) -> Iterator[Finding]:
    for one in necessity.bottlenecks(LEAST_BEHIND, MOST_BOTTLENECKS):
        waiting = _waiting(compiled, one.competency, people) if people is not None else None
        text = Worded(
            "Every way to %(credentials)s goes through it, and %(behind)d competencies lie behind it.",
            credentials=named(one.credentials, "credential"),
            behind=one.behind,
        )
        at = f"/competencies/{compiled.index[one.competency]}"
        yield Finding(Rule.BOTTLENECK, Severity.ADVICE, at, text, one.competency, learners=waiting)


def _waiting(compiled: CompiledProgram, competency_id: str, people: People) -> int:
    """Return how many learners could have it next and have not."""
    cohort = people.cohort
    one = compiled.competencies[competency_id]
    return (offered_row(one, cohort.mastered, cohort.everyone) & ~cohort.mastered(competency_id)).bit_count()


def _long_chain(compiled: CompiledProgram, longest: int) -> Iterator[Finding]:
    chain = compiled.longest_chain
    if len(chain) > longest:
        text = Worded(
            "%(count)d competencies stand in one chain, more than %(most)d: %(competencies)s",
            count=len(chain),
            most=longest,
            competencies=named(chain),
        )
        at = f"/competencies/{compiled.index[chain[-1]]}"
        yield Finding(Rule.LONG_CHAIN, Severity.ADVICE, at, text, chain[-1], others=chain)
