"""The rule of a credential as a form: a tree of groups and leaves, read from what was typed and changed by its buttons.

Nothing is saved by the buttons: a rule on the way (an empty group, "two of one") is not sound, would be refused as an
operation, and is nobody else's business. A node stands at a path (``r``, ``r.0``, ``r.0.2``): a leaf is one field with
``kind:id``, a group has ``.kind``, ``.number``, ``.apart`` (no sharing), and what is looked for to add to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cbe.domain.draft import Draft
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.requirements import (
    All,
    Any_,
    AtLeast,
    CompetencyLeaf,
    CredentialLeaf,
    Credits,
    Requirement,
    parse_requirement,
)

from ..texts import Spoken
from .frame import title_of
from .typed import NUMBER, Typed, plain_number

__all__ = [
    "GROUPS",
    "MOST_FOUND",
    "Group",
    "Leaf",
    "act",
    "find",
    "group_of",
    "read_tree",
    "rule_of",
    "sentence_tree",
    "spot_of",
]

GROUPS = ("all", "any", "at_least", "credits")
DEEPEST = 50
MOST_FOUND = 20


@dataclass
class Leaf:
    """A competency or credential that is asked for."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass
class Group:
    """A group as it stands in the form; ``is_finding`` shows what matches ``wanted`` also when that is empty."""

    kind: str = "all"
    number: str = ""
    apart: bool = False
    wanted: str = ""
    is_finding: bool = False
    parts: list[Leaf | Group] = field(default_factory=list)


def group_of(rule: Any) -> Group:
    """Return the tree of a rule as it stands in a draft; a leaf alone stands in a group of all."""
    made = _node(rule)
    return made if isinstance(made, Group) else Group(parts=[made] if made else [])


def _node(rule: Any) -> Leaf | Group | None:
    if not isinstance(rule, Mapping):
        return None
    for kind in ("competency", "credential"):
        if kind in rule:
            return Leaf(kind, str(rule[kind]))
    kind = next((one for one in GROUPS if one in rule), "all")
    members = rule.get(kind) if kind in ("all", "any") else rule.get("of")
    parts = [made for one in members or () if (made := _node(one))] if isinstance(members, list) else []
    number = plain_number(rule[kind]) if kind in ("at_least", "credits") else ""
    return Group(kind, number, rule.get("no_sharing") is True, parts=parts)


def read_tree(typed: Typed, path: str = "r", depth: int = 1) -> Group:
    """Return the tree that a form holds."""
    kind = typed.get(f"{path}.kind", "all")
    found = Group(
        kind if kind in GROUPS else "all", typed.get(f"{path}.number", "").strip(), f"{path}.apart" in typed,
        typed.get(f"{path}.wanted", "").strip(),
    )  # fmt: skip
    while (at := f"{path}.{len(found.parts)}") in typed or f"{at}.kind" in typed:
        if at in typed:
            leaf, _colon, key = typed[at].partition(":")
            found.parts.append(Leaf("credential" if leaf == "credential" else "competency", key))
        elif depth > DEEPEST:
            break
        else:
            found.parts.append(read_tree(typed, at, depth + 1))
    return found


def rule_of(tree: Group, before: Any, at: str) -> tuple[Any, list[Problem]]:
    """Return the rule of a tree and what is missing in it; the rule as it was where it asks for the same.

    Places are as in the document: ``…/requires/all/0/at_least``.
    """
    problems: list[Problem] = []
    rule = _rule(tree, at, problems)
    if not problems and before is not None and _means_the_same(rule, before):
        return before, []
    return rule, problems


def _rule(node: Leaf | Group, at: str, problems: list[Problem]) -> dict[str, Any]:
    if isinstance(node, Leaf):
        return {node.kind: node.key}
    within = node.kind if node.kind in ("all", "any") else "of"
    if not node.parts:
        problems.append((f"{at}/{within}", N_("This group is empty: add something to it, or take it out.")))
    parts = [_rule(part, f"{at}/{within}/{i}", problems) for i, part in enumerate(node.parts)]
    if node.kind in ("all", "any"):
        rule: dict[str, Any] = {node.kind: parts}
    else:
        rule = {node.kind: _number(node, at, problems), "of": parts}
    return rule | ({"no_sharing": True} if node.apart and node.kind != "any" else {})


def _number(node: Group, at: str, problems: list[Problem]) -> int | float | None:
    at = f"{at}/{node.kind}"
    if not NUMBER.fullmatch(node.number):
        problems.append((at, N_("Say how many, as 2 or 1.5.")))
        return None
    number = Decimal(node.number.replace(",", "."))
    if node.kind == "at_least" and node.parts and number > len(node.parts):
        problems.append((at, N_("It asks for more than the group has.")))
    return int(number) if number == int(number) else float(number)


def _means_the_same(rule: Any, before: Any) -> bool:
    try:
        one, other = parse_requirement(rule), parse_requirement(before)
    except Invalid:
        return False
    return one == other or one == All((other,))


def sentence_tree(node: Leaf | Group) -> Requirement | None:
    """Return what a tree asks for as far as it says it, for the sentence; None while it says nothing."""
    if isinstance(node, Leaf):
        return CompetencyLeaf(node.key) if node.kind == "competency" else CredentialLeaf(node.key)
    parts = tuple(made for part in node.parts if (made := sentence_tree(part)))
    number = Decimal(node.number.replace(",", ".")) if NUMBER.fullmatch(node.number) else None
    if not parts or (number is None and node.kind in ("at_least", "credits")):
        return None
    match node.kind:
        case "any":
            return Any_(parts)
        case "at_least":
            return AtLeast(int(number or 0), parts, node.apart)
        case "credits":
            return Credits(number or Decimal(0), parts, node.apart)
    return All(parts, node.apart)


def spot_of(steps: list[str]) -> str:
    """Return the field in the form of a place within a rule, such as ``all``, ``0``, ``at_least``.

    >>> spot_of(["all", "0", "at_least"]), spot_of(["all", "1", "of"]), spot_of(["any", "2", "competency"])
    ('r.0.number', 'r.1.wanted', 'r.2')
    """
    path = ".".join(["r", *(step for step in steps if step.isdigit())])
    last = {"at_least": ".number", "credits": ".number", "all": ".wanted", "any": ".wanted", "of": ".wanted"}
    return path + last.get(steps[-1] if steps else "", "")


def act(tree: Group, verb: str, path: str, picked: list[str]) -> str:
    """Do what a button of the node at a path says; return the id of what the reader goes on with."""
    parent, place = _at(tree, path)
    node = parent.parts[place] if parent else tree
    if verb in ("up", "down", "out") and parent:
        return _move(parent, place, verb, path)
    if not isinstance(node, Group):
        return ""
    if verb == "group":
        node.parts.append(Group("any"))
        return f"{path}.{len(node.parts) - 1}.kind"
    if verb == "add":
        here = {str(part) for part in node.parts if isinstance(part, Leaf)}
        for one in dict.fromkeys(picked):
            kind, _colon, key = one.partition(":")
            if one not in here and kind in ("competency", "credential"):
                node.parts.append(Leaf(kind, key))
        node.wanted = ""
        return f"{path}.wanted"
    node.is_finding = verb == "find"
    return f"{path}.found" if verb == "find" else ""


def _move(parent: Group, place: int, verb: str, path: str) -> str:
    above = path.rpartition(".")[0]
    if verb == "out":
        del parent.parts[place]
        return f"{above}.wanted"
    to = place - 1 if verb == "up" else place + 1
    if 0 <= to < len(parent.parts):
        parent.parts[place], parent.parts[to] = parent.parts[to], parent.parts[place]
    else:
        to = place
    return f"{above}.{to}.{verb}"


def _at(tree: Group, path: str) -> tuple[Group | None, int]:
    """Return the group in which the node at a path stands and its place there; no group for the root or for none."""
    parent: Group | None = None
    place = 0
    node: Leaf | Group = tree
    for step in path.split(".")[1:]:
        if not (step.isascii() and step.isdigit()) or not isinstance(node, Group) or int(step) >= len(node.parts):
            return None, 0
        parent, place = node, int(step)
        node = node.parts[place]
    return parent, place


def find(draft: Draft, group: Group, credential: str) -> tuple[list[tuple[str, Spoken]], int]:
    """Return what matches what is wanted and does not stand in the group yet, credentials first; and how many more."""
    here = {str(part) for part in group.parts if isinstance(part, Leaf)}
    words = group.wanted.casefold().split()
    found: list[tuple[str, Spoken]] = []
    more = 0
    for kind, key in _parts(draft, credential):
        if f"{kind}:{key}" in here or not _matches(draft, kind, key, words):
            continue
        if len(found) < MOST_FOUND:
            found.append((f"{kind}:{key}", title_of(draft, kind, key)))
        else:
            more += 1
    return found, more


def _parts(draft: Draft, credential: str) -> Iterator[tuple[str, str]]:
    yield from (("credential", key) for key in draft.order["credential"] if key != credential)
    yield from (("competency", key) for key in draft.order["competency"])


def _matches(draft: Draft, kind: str, key: str, words: list[str]) -> bool:
    title = draft.get(kind, key, "title")
    titles = title.values() if isinstance(title, Mapping) else [title]
    said = " ".join(map(str, (key, draft.get(kind, key, "code") or "", *titles))).casefold()
    return all(word in said for word in words)
