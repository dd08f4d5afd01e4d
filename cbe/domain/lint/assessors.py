"""Who may decide: competencies that nobody can master since too few are enrolled who assess.

Who that is for one learner is ``policy``'s and their groups'; here only how many there are at most.
"""

from __future__ import annotations

from collections.abc import Iterator

from cbe.domain.errors import Worded
from cbe.domain.program import Program

from .findings import Finding, Rule, Severity
from .texts import named

__all__ = ["assessor_findings"]


def assessor_findings(program: Program, assessors: int | None) -> Iterator[Finding]:
    """Yield that nobody may decide anything, or which rules of mastery want more different assessors than there are."""
    if assessors is None:
        return
    offered = [(number, one) for number, one in enumerate(program.competencies) if not one.archived]
    if not assessors:
        if offered:
            text = Worded(
                "Nobody is enrolled as an instructor or coordinator, so nobody may decide any of %(count)d competencies.",
                count=len(offered),
            )
            yield Finding(
                Rule.NO_ASSESSOR, Severity.WARNING, "/program", text, others=tuple(one.id for _, one in offered)
            )
        return
    for number, one in offered:
        if one.mastery is not None and one.mastery.assessors > assessors:
            text = Worded(
                "It is mastered by decisions of %(asked)d different assessors, but only %(there)d may decide it.",
                asked=one.mastery.assessors,
                there=assessors,
            )
            yield Finding(Rule.NO_ASSESSOR, Severity.WARNING, f"/competencies/{number}/mastery", text, one.id)
    under = tuple(one.id for _, one in offered if one.mastery is None)
    if under and program.mastery.assessors > assessors:
        text = Worded(
            "The program asks for decisions of %(asked)d different assessors, but only %(there)d may decide: %(competencies)s",
            asked=program.mastery.assessors,
            there=assessors,
            competencies=named(under),
        )
        yield Finding(Rule.NO_ASSESSOR, Severity.WARNING, "/program/mastery", text, others=under)
