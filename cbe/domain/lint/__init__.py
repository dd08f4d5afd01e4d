"""What is wrong with a program before learners find it: findings with place, reason and, where it is safe, a mend.

`lint` looks for everything; `redundant_edges`, `Necessity`, `similar_titles` and `circle_breaking` are its parts that
are asked by themselves. What a document may not be at all is ``program``'s; what an edit does to learners is
``rehearsal``'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from cbe.domain.errors import Named, Worded
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.program import Program

from .assessors import assessor_findings
from .bottlenecks import Bottleneck, Necessity
from .circles import circle_breaking, circles_in, credential_edges, prerequisite_edges
from .findings import Change, Finding, Mend, People, Rule, Severity, apply_mend
from .graph_rules import graph_findings
from .mending import in_order, safe_together
from .reduction import Edge, changed_row, changes_state, redundant_edges, without_edges
from .rules import credential_findings, micro_credential_findings
from .texts import text_findings
from .titles import similar_titles

__all__ = [
    "Bottleneck",
    "Change",
    "Edge",
    "Finding",
    "LONGEST_CHAIN",
    "Mend",
    "Necessity",
    "People",
    "Rule",
    "Severity",
    "apply_mend",
    "changed_row",
    "changes_state",
    "circle_breaking",
    "circle_findings",
    "in_order",
    "lint",
    "micro_credential_findings",
    "prerequisite_edges",
    "redundant_edges",
    "safe_together",
    "similar_titles",
    "without_edges",
]

LONGEST_CHAIN = 12
"""Competencies after one another, each needing the one before, that are not yet called long."""


def lint(
    program: Program | CompiledProgram,
    *,
    longest_chain: int = LONGEST_CHAIN,
    people: People | None = None,
) -> list[Finding]:
    """Return what is wrong with a program, what blocks publishing first, then by rule and place.

    With ``people`` it is also said whom a finding touches, and a mend that changes the state of one of them is not safe. A draft may have circles of prerequisites or of
    credentials: then these are told, and what needs a graph without them is not looked at.

    >>> from decimal import Decimal
    >>> from cbe.domain.program import Competency, Credential
    >>> from cbe.domain.requirements import AtLeast, CompetencyLeaf
    >>> html = Competency("html", "HTML", Decimal(6), criteria="Writes a page", level=4)
    >>> badge = Credential("web", "Web", "badge", AtLeast(1, (CompetencyLeaf("html"),)))
    >>> for finding in lint(Program("web", "Web", "en", (html,), (badge,))):
    ...     print(finding.place, finding.text)
    /credentials/0/requires “At least 1 of 1” asks for all; saying so is plainer.
    /program/rubric Neither the program nor 1 of its competencies have a rubric: html
    """
    source = program.program if isinstance(program, CompiledProgram) else program
    found = list(circle_findings(source))
    if not found:
        compiled = program if isinstance(program, CompiledProgram) else compile_program(program)
        necessity = Necessity(compiled)
        found += micro_credential_findings(compiled)
        found += credential_findings(compiled, necessity.impossible, people)
        found += graph_findings(compiled, necessity, longest_chain, people)
    found += text_findings(source)
    found += assessor_findings(source, people.assessors if people is not None else None)
    rank = {rule: place for place, rule in enumerate(Rule)}
    return sorted(found, key=lambda finding: (finding.severity is not Severity.BLOCKING, rank[finding.rule]))


def circle_findings(program: Program) -> Iterator[Finding]:
    """Yield one shortest circle of every part of the graph, or of the credentials, that goes in circles."""
    place = {competency.id: number for number, competency in enumerate(program.competencies)}
    for circle in circles_in(list(place), prerequisite_edges(program)):
        text = Worded("Prerequisites go in a circle: %(circle)s", circle=Named("competency", *circle, circle[0]))
        at = f"/competencies/{place[circle[0]]}/prerequisites"
        yield Finding(Rule.CIRCLE, Severity.BLOCKING, at, text, circle[0], others=tuple(circle))
    place = {credential.id: number for number, credential in enumerate(program.credentials)}
    for circle in circles_in(list(place), credential_edges(program)):
        text = Worded(
            "Credentials name each other in a circle: %(circle)s", circle=Named("credential", *circle, circle[0])
        )
        at = f"/credentials/{place[circle[0]]}/requires"
        yield Finding(Rule.CIRCLE, Severity.BLOCKING, at, text, credential=circle[0])
