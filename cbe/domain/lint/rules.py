"""What can be wrong with credentials: rules that cannot be met, that ask for nothing, or say it in a roundabout way.

And what a micro-credential must say of itself (European approach, Council Recommendation of 16 June 2022, Annex I).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from cbe.domain.cohort import CredentialRows
from cbe.domain.errors import N_, Named, Worded
from cbe.domain.graph import CompiledProgram, is_contested
from cbe.domain.planner import why_impossible
from cbe.domain.program import Credential
from cbe.domain.reading import child
from cbe.domain.requirements import (
    All,
    Any_,
    AtLeast,
    CompetencyLeaf,
    CredentialLeaf,
    Requirement,
    format_requirement,
    is_met,
)

from .findings import Change, Finding, Mend, People, Rule, Severity

__all__ = ["credential_findings", "micro_credential_findings"]

_ELEMENTS = {
    "country": N_("It does not say the country or region of who issues it, as a micro-credential must."),
    "assessment": N_("It does not say the type of assessment, as a micro-credential must."),
    "participation": N_("It does not say the form of participation, as a micro-credential must."),
    "quality_assurance": N_("It does not say how its quality is assured, as a micro-credential must."),
}


def credential_findings(
    compiled: CompiledProgram, impossible: Collection[str], people: People | None
) -> Iterator[Finding]:
    """Yield what is wrong with the rules of credentials; `impossible` are those that nobody can meet."""
    for number, credential in enumerate(compiled.program.credentials):
        at = f"/credentials/{number}/requires"
        if credential.id in impossible:
            yield _unmeetable(compiled, credential, at)
        for place, node in _nodes(credential.requires, at):
            if _counts_double(compiled, node):
                text = Worded("Each competency may count only once here, and there are too few for all that is asked.")
                yield Finding(Rule.DOUBLE_COUNTING, Severity.WARNING, place, text, credential=credential.id)
            elif isinstance(node, AtLeast) and node.count == len(node.parts):
                yield _all_of_them(credential, node, place)
    yield from _held_by_all(compiled, people)


def _unmeetable(compiled: CompiledProgram, credential: Credential, at: str) -> Finding:
    why = why_impossible(compiled, frozenset(), credential.id)
    if why is None:
        text = Worded("Nobody can meet it.")
    else:
        ids = why.values.get("competency_ids", ())
        kinds = {"credential": ("credential", why.values.get("credential")), "competencies": ("competency", *ids)}
        values = {name: Named(*kinds[name], between=", ") if name in kinds else one for name, one in why.values.items()}
        text = Worded(why.message, **values)
    return Finding(Rule.UNMEETABLE, Severity.WARNING, at, text, credential=credential.id)


def _all_of_them(credential: Credential, node: AtLeast, place: str) -> Finding:
    text = Worded("“At least %(count)d of %(count)d” asks for all; saying so is plainer.", count=node.count)
    mend = Mend((Change("replace", place, format_requirement(_plainly(node))),))
    return Finding(Rule.AT_LEAST_ALL, Severity.ADVICE, place, text, credential=credential.id, mend=mend)


def _plainly(node: Requirement) -> Requirement:
    """Return a part with “all” for every “at least” that asks for all, so that mending one mends those in it."""
    if isinstance(node, CompetencyLeaf | CredentialLeaf):
        return node
    parts = tuple(_plainly(part) for part in node.parts)
    if isinstance(node, AtLeast) and node.count == len(parts):
        return All(parts, node.no_sharing)
    return replace(node, parts=parts)


def _nodes(requirement: Requirement, at: str) -> Iterator[tuple[str, Requirement]]:
    """Yield every part of a requirement that has parts, with the pointer of its place."""
    stack = [(at, requirement)]
    while stack:
        place, node = stack.pop()
        if isinstance(node, CompetencyLeaf | CredentialLeaf):
            continue
        yield place, node
        key = "all" if isinstance(node, All) else "any" if isinstance(node, Any_) else "of"
        parts = enumerate(node.parts)
        stack.extend(reversed([(f"{child(place, key)}/{i}", part) for i, part in parts]))


def _counts_double(compiled: CompiledProgram, node: Requirement) -> bool:
    """Return whether a part cannot be met for want of competencies to share out, though each of its members can."""
    if isinstance(node, CompetencyLeaf | CredentialLeaf | Any_) or not node.no_sharing or not is_contested(node):
        return False
    names, credentials = compiled.competencies.keys(), compiled.credentials.keys()
    able = [is_met(part, names, credentials, compiled.credits_of) for part in node.parts]
    return all(able) and not is_met(node, names, credentials, compiled.credits_of)


def _held_by_all(compiled: CompiledProgram, people: People | None) -> Iterator[Finding]:
    """Yield credentials that ask for nothing: of anybody, or of all who are enrolled now."""
    nobody = CredentialRows(compiled, lambda _: 0, lambda _: 0, lambda _: 0, 1)
    cohort = people.cohort if people is not None and people.learners else None
    rows = cohort and CredentialRows(compiled, cohort.mastered, cohort.held, cohort.withheld, cohort.everyone)
    for number, key in enumerate(compiled.credentials):
        at = f"/credentials/{number}/requires"
        if nobody.met(key):
            text = Worded("It is met without any competency.")
            yield Finding(Rule.ASKS_NOTHING, Severity.WARNING, at, text, credential=key)
        elif cohort and rows and rows.reached(key) == cohort.everyone:
            count = len(cohort.learners)
            text = Worded("All learners enrolled hold it or meet it already: %(count)d.", count=count)
            yield Finding(Rule.ASKS_NOTHING, Severity.ADVICE, at, text, credential=key, learners=count)


def micro_credential_findings(compiled: CompiledProgram) -> Iterator[Finding]:
    """Yield the mandatory elements that micro-credentials lack; they keep the program from being published."""
    general = compiled.program.quality
    for number, credential in enumerate(compiled.program.credentials):
        if credential.kind != "micro-credential":
            continue
        at = f"/credentials/{number}"
        own = credential.quality
        for element, message in _ELEMENTS.items():
            if not (own and getattr(own, element)) and not getattr(general, element):
                yield _lacking(credential, f"{at}/quality/{element}", Worded(message))
        if not _says_something(credential):
            yield _lacking(credential, f"{at}/title", Worded("It has no title, as a micro-credential must."))
        if credential.level is None:
            text = Worded("It has no level (EQF or another), as a micro-credential must.")
            yield _lacking(credential, f"{at}/level", text)
        scope = compiled.ids_of(compiled.scope_bits(credential.id))
        open_hours = tuple(key for key in scope if not compiled.competencies[key].effort_is_estimated)
        if open_hours:
            text = Worded(
                "Its workload is not known, as that of a micro-credential must: the hours of %(count)d competencies are not estimated.",
                count=len(open_hours),
            )
            yield _lacking(credential, f"{at}/requires", text, open_hours)


def _lacking(credential: Credential, place: str, text: Worded, others: tuple[str, ...] = ()) -> Finding:
    return Finding(Rule.MICRO_CREDENTIAL, Severity.BLOCKING, place, text, credential=credential.id, others=others)


def _says_something(credential: Credential) -> bool:
    texts = [credential.title] if isinstance(credential.title, str) else list(credential.title.values())
    return any(text.strip() for text in texts)
