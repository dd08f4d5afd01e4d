"""Requirements as they are written in a program file, and back."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import Any

from cbe.domain.document_order import in_document_order
from cbe.domain.errors import N_, Invalid, Worded
from cbe.domain.reading import Problems, child, is_list

from .kinds import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Leaf, Requirement

__all__ = ["DEEPEST", "Checks", "format_requirement", "parse_requirement", "read_requirement"]

DEEPEST = 50
"""How many groups may stand in each other."""

_KINDS = ("competency", "credential", "all", "any", "at_least", "credits")
_KEYS = {
    "competency": ("competency",),
    "credential": ("credential",),
    "all": ("all", "no_sharing"),
    "any": ("any",),
    "at_least": ("at_least", "of", "no_sharing"),
    "credits": ("credits", "of", "no_sharing"),
}
_EXAMPLES = '{"competency": id}, {"credential": id}, {"all": […]}, {"any": […]}, {"at_least": k, "of": […]} or {"credits": x, "of": […]}'


def parse_requirement(document: Any) -> Requirement:
    """Return the requirement a JSON value says; raises Invalid with all problems, pointers from the value itself.

    >>> parse_requirement({"any": [{"competency": "js"}, {"credential": "web"}]})
    Any_(parts=(CompetencyLeaf(competency='js'), CredentialLeaf(credential='web')))
    >>> parse_requirement({"at_least": 3, "of": [{"competency": "js"}]})
    Traceback (most recent call last):
    cbe.domain.errors.Invalid: /at_least: asks for 3 of only 1 members; lower it or add members
    """
    problems = Problems()
    requirement = read_requirement(problems, document, "")
    if problems.found or requirement is None:
        raise Invalid(in_document_order(problems.found, document))
    return requirement


class Checks:
    """What else is asked of the parts of a requirement by whoever knows what its ids stand for; here nothing."""

    def leaf(self, leaf: Leaf, at: str) -> None:
        """Look at a leaf whose id is at the pointer."""

    def credits(self, requirement: Credits, at: str) -> None:
        """Look at a node without problems of its own whose number of credits is at the pointer."""


_NO_CHECKS = Checks()


def read_requirement(
    problems: Problems, value: Any, at: str, checks: Checks = _NO_CHECKS, depth: int = 0
) -> Requirement | None:
    """Read the requirement at a place, reporting its problems; None when it has any."""
    kind = _kind(problems, value, at)
    if kind is None:
        return None
    before = len(problems.found)
    if kind in {"competency", "credential"}:
        name = problems.identifier(value[kind], at, kind) or ""
        leaf = CompetencyLeaf(name) if kind == "competency" else CredentialLeaf(name)
        if len(problems.found) > before:
            return None
        checks.leaf(leaf, child(at, kind))
        return leaf
    if depth >= DEEPEST:
        problems.report(at, Worded("is nested too deep: at most %(most)s groups may stand in each other", most=DEEPEST))
        return None
    no_sharing = value.get("no_sharing", False)
    if kind != "any" and not isinstance(no_sharing, bool):
        problems.report(child(at, "no_sharing"), N_("must be true or false"))
    threshold = _threshold(problems, value, at, kind)
    parts = _parts(problems, value, at, kind, checks, depth)
    if len(problems.found) > before:
        return None
    made = _made(kind, threshold, parts, no_sharing)
    if isinstance(made, Credits):
        checks.credits(made, child(at, kind))
    return made


def _kind(problems: Problems, value: Any, at: str) -> str | None:
    """Return the one kind of a requirement, after reporting keys that do not belong to it."""
    if not isinstance(value, dict):
        problems.report(at, Worded("must be a requirement: %(examples)s", examples=_EXAMPLES))
        return None
    kinds = [kind for kind in _KINDS if kind in value]
    if len(kinds) != 1:
        text = (
            N_("has %(kinds)s, but a requirement must be exactly one of %(examples)s")
            if kinds
            else N_("says nothing that can be met: a requirement must be exactly one of %(examples)s")
        )
        problems.report(at, Worded(text, kinds=reduce(_and, kinds) if kinds else "", examples=_EXAMPLES))
    allowed = {key for kind in kinds or _KINDS for key in _KEYS[kind]}
    for key in value:
        if key not in allowed:
            problems.report(child(at, key), _stray(key, kinds))
    return kinds[0] if len(kinds) == 1 else None


def _stray(key: str, kinds: list[str]) -> str:
    if key == "no_sharing":
        return N_("may stand only beside all, at_least or credits")
    if not kinds:
        return N_("is not a key of a requirement; take it out")
    return Worded("is not a key of a requirement of the kind %(kind)s; take it out", kind=kinds[0])


def _and(first: str, second: str) -> Worded:
    return Worded("%(first)s and %(second)s", first=first, second=second)


def _threshold(problems: Problems, value: Any, at: str, kind: str) -> int | Decimal | None:
    if kind == "at_least":
        count = problems.whole(value[kind], at, kind)
        members = value.get("of")
        if count is not None and is_list(members) and 0 < len(members) < count:
            text = N_("asks for %(count)s of only %(members)s members; lower it or add members")
            problems.report(child(at, kind), Worded(text, count=count, members=len(members)))
        return count
    return problems.above_zero(value[kind], at, kind) if kind == "credits" else None


def _parts(
    problems: Problems, value: Any, at: str, kind: str, checks: Checks, depth: int
) -> tuple[Requirement | None, ...]:
    key = kind if kind in {"all", "any"} else "of"
    if key not in value:
        problems.report(at, Worded('has no "of", the list of members that %(kind)s chooses from', kind=kind))
        return ()
    members = problems.items(value[key], at, key, Worded("requirements"))
    at = child(at, key)
    if is_list(value[key]) and not value[key]:
        problems.report(at, N_("must not be empty: name at least one member"))
    return tuple(
        [read_requirement(problems, member, f"{at}/{i}", checks, depth + 1) for i, member in enumerate(members)]
    )


def _made(kind: str, threshold: Any, parts: tuple[Any, ...], no_sharing: bool) -> Requirement:
    match kind:
        case "all":
            return All(parts, no_sharing)
        case "any":
            return Any_(parts)
        case "at_least":
            return AtLeast(threshold, parts, no_sharing)
        case _:
            return Credits(threshold, parts, no_sharing)


def format_requirement(requirement: Requirement) -> dict[str, Any]:
    """Return the JSON value of a requirement, its kind first; ``parse_requirement`` gives the same requirement back.

    >>> format_requirement(Credits(Decimal("7.5"), (CompetencyLeaf("js"),), no_sharing=True))
    {'credits': 7.5, 'of': [{'competency': 'js'}], 'no_sharing': True}
    """
    match requirement:
        case CompetencyLeaf(competency):
            return {"competency": competency}
        case CredentialLeaf(credential):
            return {"credential": credential}
        case Any_(members):
            return {"any": [format_requirement(part) for part in members]}
    parts = [format_requirement(part) for part in requirement.parts]
    written: dict[str, Any]
    match requirement:
        case All():
            written = {"all": parts}
        case AtLeast(count):
            written = {"at_least": count, "of": parts}
        case Credits(credits):
            written = {"credits": _number(credits), "of": parts}
    return written | ({"no_sharing": True} if requirement.no_sharing else {})


def _number(value: Decimal) -> int | float:
    """Return the JSON number a decimal was read from."""
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
