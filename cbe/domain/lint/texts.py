"""What competencies do not say: criteria, rubric, level, hours, where they lead; titles and alignments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cbe.domain.errors import Named, Worded
from cbe.domain.program import Alignment, Competency, Program
from cbe.domain.reading import Problems

from .findings import Change, Finding, Mend, Rule, Severity
from .titles import similar_titles

__all__ = ["MOST_NAMED", "named", "text_findings"]

MOST_NAMED = 10
"""Ids that stand in the text of a finding; all of them are in its ``others``."""


def named(ids: Sequence[str], kind: str = "competency") -> Named:
    """Return ids as they stand in a text: the first of them, and a sign when there are more.

    >>> named(["html", "css"])
    'html, css'
    """
    return Named(kind, *ids, between=", ", most=MOST_NAMED)


def text_findings(program: Program) -> Iterator[Finding]:
    """Yield what every competency lacks, and what its texts have that looks like a slip."""
    for number, competency in enumerate(program.competencies):
        at = f"/competencies/{number}"
        if not competency.archived:
            yield from _missing(competency, at)
        yield from _alignments(competency.alignments, f"{at}/alignments", competency=competency.id)
    for number, credential in enumerate(program.credentials):
        yield from _alignments(credential.alignments, f"/credentials/{number}/alignments", credential=credential.id)
    yield from _without_rubric(program)
    yield from _similar(program)


def _missing(competency: Competency, at: str) -> Iterator[Finding]:
    if competency.criteria is None:
        text = Worded("It has no criteria: what an assessor looks for.")
        yield Finding(Rule.CRITERIA, Severity.ADVICE, f"{at}/criteria", text, competency.id)
    if competency.level is None:
        yield Finding(Rule.LEVEL, Severity.ADVICE, f"{at}/level", Worded("It has no level."), competency.id)
    if not competency.effort_is_estimated:
        text = Worded("Its hours are not estimated.")
        yield Finding(Rule.HOURS, Severity.WARNING, f"{at}/effort_hours", text, competency.id)


def _without_rubric(program: Program) -> Iterator[Finding]:
    """Yield one finding for the program: a rubric of the program mends all that have none."""
    if program.rubric is None:
        lacking = tuple(one.id for one in program.competencies if one.rubric is None and not one.archived)
        if lacking:
            text = Worded(
                "Neither the program nor %(count)d of its competencies have a rubric: %(competencies)s",
                count=len(lacking),
                competencies=named(lacking),
            )
            yield Finding(Rule.RUBRIC, Severity.ADVICE, "/program/rubric", text, others=lacking)


def _similar(program: Program) -> Iterator[Finding]:
    place = {competency.id: number for number, competency in enumerate(program.competencies)}
    pairs = ((competency.id, competency.title) for competency in program.competencies if not competency.archived)
    for first, *others in similar_titles(pairs, program.language):
        text = Worded("Others have nearly the same title: %(competencies)s", competencies=named(others))
        at = f"/competencies/{place[first]}/title"
        yield Finding(Rule.SIMILAR_TITLES, Severity.ADVICE, at, text, first, others=tuple(others))


def _alignments(
    alignments: tuple[Alignment, ...], at: str, competency: str | None = None, credential: str | None = None
) -> Iterator[Finding]:
    first: dict[tuple[str, str | None], int] = {}
    for number, alignment in enumerate(alignments):
        place = f"{at}/{number}"
        if Problems().web_address(alignment.uri, place, "uri") is None:
            text = Worded("An alignment leads to no web address (https:// or http://): %(uri)s", uri=alignment.uri)
            yield Finding(Rule.ALIGNMENT, Severity.WARNING, f"{place}/uri", text, competency, credential)
        known = first.setdefault((alignment.uri, alignment.type), number)
        if known != number:
            # another title may be what somebody wants to keep
            equal = alignments[known] == alignment
            mend = Mend((Change("remove", place),)) if equal else None
            text = Worded("It is aligned twice with the same thing: %(uri)s", uri=alignment.uri)
            yield Finding(Rule.ALIGNMENT, Severity.WARNING, place, text, competency, credential, mend=mend)
