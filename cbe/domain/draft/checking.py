"""What is wrong with one part of a draft, looked at alone: its shape, what it names that is not there, its circles.

Places are ``/kind/id/field…``. Whether the whole makes a sound program is ``program``'s, when it is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from cbe.domain.errors import N_, Named, Problem, Worded
from cbe.domain.program.shapes import COMPETENCY, CREDENTIAL, PROGRAM, SECTION
from cbe.domain.reading import Problems, child, is_list, quoted
from cbe.domain.requirements import CompetencyLeaf, CredentialLeaf, Credits, Leaf, leaves
from cbe.domain.requirements.parse import Checks, read_requirement

from .values import PLACE, Change, Draft, circle_closed_by, members

__all__ = ["named_in", "new_problems", "part_problems"]

SHAPES = {"program": PROGRAM, "section": SECTION, "competency": COMPETENCY, "credential": CREDENTIAL}


def new_problems(before: Draft, after: Draft, changes: tuple[Change, ...]) -> list[Problem]:
    """Return the problems that an operation made: those of the parts it touched that were not there before."""
    found: list[Problem] = []
    for kind, key in dict.fromkeys((change.kind, change.id) for change in changes):
        if kind in SHAPES and key in after.parts[kind]:
            known = set(part_problems(before, kind, key)) if key in before.parts[kind] else set()
            found += [problem for problem in part_problems(after, kind, key) if problem not in known]
    for change in changes:
        if (change.kind, change.field) == ("competency", "prerequisites"):
            found += _new_circle(after, change)
        elif change.field == "id" and change.after is None:
            found += _stillnamed_in(after, change.kind, change.id)
    return found


def part_problems(draft: Draft, kind: str, key: str) -> list[Problem]:
    """Return what is wrong with a part; nothing of what is wrong elsewhere, or only together with others."""
    problems = Problems()
    at = child(child("", kind), key)
    fields = {name: value for name, value in draft.parts[kind][key].items() if name != PLACE}
    problems.object(fields, at, SHAPES[kind])
    _check_names(problems, draft, kind, fields, at)
    if kind == "competency":
        _check_prerequisites(problems, draft, fields.get("prerequisites"), f"{at}/prerequisites")
    if kind == "credential" and "requires" in fields:
        read_requirement(problems, fields["requires"], f"{at}/requires", _Known(draft, key, problems))
    return problems.found


class _Known(Checks):
    """What a draft knows of the ids in a rule of one credential."""

    def __init__(self, draft: Draft, credential: str, problems: Problems) -> None:
        self.draft, self.credential, self.problems = draft, credential, problems

    def leaf(self, leaf: Leaf, at: str) -> None:
        kind, key = (
            ("competency", leaf.competency) if isinstance(leaf, CompetencyLeaf) else ("credential", leaf.credential)
        )
        if key not in self.draft.parts[kind]:
            text = (
                N_("There is no competency %(id)s.") if kind == "competency" else N_("There is no credential %(id)s.")
            )
            self.problems.report(at, Worded(text, id=quoted(key)))
        elif isinstance(leaf, CredentialLeaf) and self.credential in _reached(self.draft, key):
            text = N_("Credentials would name each other in a circle through %(id)s.")
            self.problems.report(at, Worded(text, id=quoted(key)))

    def credits(self, requirement: Credits, at: str) -> None:
        total = Decimal(0)
        for leaf in leaves(requirement):
            kind, key = (
                ("competency", leaf.competency) if isinstance(leaf, CompetencyLeaf) else ("credential", leaf.credential)
            )
            worth = self.draft.get(kind, key, "credits") or 0
            total += Decimal(str(worth)) if isinstance(worth, int | float) else 0
        if requirement.credits > total:
            text = N_("It asks for %(asked)s credits, its members have only %(there)s.")
            self.problems.report(at, Worded(text, asked=requirement.credits, there=total))


def _check_names(problems: Problems, draft: Draft, kind: str, fields: Mapping[str, Any], at: str) -> None:
    """Check what a part says of sections, and the level its rule of mastery asks for."""
    for name in ("section", "parent"):
        value = fields.get(name)
        if kind in ("section", "competency") and isinstance(value, str) and value not in draft.sections:
            problems.report(f"{at}/{name}", Worded(N_("There is no section %(id)s."), id=quoted(value)))
    if kind == "section" and fields.get("id") in _above(draft, fields.get("parent")):
        problems.report(f"{at}/parent", N_("A section cannot stand in itself."))
    rule, rubric = fields.get("mastery"), fields.get("rubric", draft.head.get("rubric"))
    level = rule.get("level") if isinstance(rule, Mapping) else None
    levels = rubric.get("levels") if isinstance(rubric, Mapping) else None
    names = [one.get("id") for one in levels if isinstance(one, Mapping)] if is_list(levels) else []
    if level is not None and level not in names:
        problems.report(f"{at}/mastery/level", Worded(N_("The rubric has no level %(id)s."), id=quoted(level)))


def _check_prerequisites(problems: Problems, draft: Draft, value: Any, at: str) -> None:
    if value is None:
        return
    if not is_list(value):
        problems.report(at, N_("Prerequisites are groups of competencies."))
        return
    for place, group in enumerate(value):
        if not is_list(group) or not group:
            problems.report(f"{at}/{place}", N_("A group names at least one competency."))
            continue
        for i, member in enumerate(group):
            if not isinstance(member, str) or member not in draft.competencies:
                text = Worded(N_("There is no competency %(id)s."), id=quoted(member))
                problems.report(f"{at}/{place}/{i}", text)
            elif member in group[:i]:
                problems.report(f"{at}/{place}/{i}", N_("It stands in this group twice; once is enough."))


def _new_circle(after: Draft, change: Change) -> Iterator[Problem]:
    needed = sorted(set(members(change.after)) - set(members(change.before)))
    circle = circle_closed_by(after, change.id, needed) if needed else None
    if circle is not None:
        text = Worded(
            N_(
                "This would go in a circle: %(circle)s, each needed by the next. It closes where %(to)s needs %(from)s."
            ),
            circle=Named("competency", *circle),
            **{"to": Named("competency", change.id), "from": Named("competency", circle[-2])},
        )
        yield f"{child('/competency', change.id)}/prerequisites", text


def _stillnamed_in(after: Draft, kind: str, key: str) -> Iterator[Problem]:
    """Yield what names a part that went."""
    at = child(child("", kind), key)
    if kind == "competency":
        for other in sorted(after.opens.get(key, ())):
            yield at, Worded(N_("%(id)s needs it: take it out there first."), id=Named("competency", other))
    if kind in ("competency", "credential"):
        for other in after.order["credential"]:
            if key in named_in(after.get("credential", other, "requires"), kind):
                yield (
                    at,
                    Worded(N_("The rule of %(id)s names it: change the rule first."), id=Named("credential", other)),
                )
    if kind == "section":
        inside = [Named(name, one) for name, field in (("section", "parent"), ("competency", "section"))
                  for one, fields in after.parts[name].items() if fields.get(field) == key]  # fmt: skip
        if inside:
            yield at, Worded(N_("%(id)s stands in it: move that first."), id=min(inside))


def _reached(draft: Draft, credential: str) -> set[str]:
    """Return a credential and all that its rule stands on, whatever is wrong in them."""
    found, waiting = {credential}, [credential]
    while waiting:
        for named in named_in(draft.get("credential", waiting.pop(), "requires"), "credential"):
            if named not in found:
                found.add(named)
                waiting.append(named)
    return found


def named_in(rule: Any, kind: str) -> Iterator[str]:
    """Yield what competencies, or what credentials, a rule names."""
    waiting = [rule]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if isinstance(node.get(kind), str):
                yield node[kind]
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _above(draft: Draft, section: Any) -> set[Any]:
    found: set[Any] = set()
    while isinstance(section, str) and section not in found:
        found.add(section)
        section = draft.get("section", section, "parent")
    return found
