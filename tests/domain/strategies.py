"""Hypothesis strategies: valid random requirements and programs, small enough that every subset can be tried."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from cbe.domain.program import Competency, Credential, Program, leaf_credits
from cbe.domain.requirements import (
    All,
    Any_,
    AtLeast,
    CompetencyLeaf,
    CredentialLeaf,
    Credits,
    Requirement,
    format_requirement,
    leaves,
)

COMPETENCY_IDS = tuple("abcdef")
CREDENTIAL_IDS = ("p", "q")


def credits_of(leaf: CompetencyLeaf | CredentialLeaf) -> Decimal:
    """Give every id credits of its own: a half for a, 1 for b, …; credentials two."""
    if isinstance(leaf, CredentialLeaf):
        return Decimal(2)
    return Decimal(1 + "abcdefghijklmnopqrstuvwxyz".index(leaf.competency[0])) / 2


def numbers(least: int = 1, most: int = 40) -> st.SearchStrategy[Decimal]:
    """Draw hours or credits in halves, as they are read from a file."""
    return st.integers(2 * least, 2 * most).map(lambda n: Decimal(n // 2) if n % 2 == 0 else Decimal(str(n / 2)))


@st.composite
def requirements(
    draw: st.DrawFn,
    competencies: tuple[str, ...] = COMPETENCY_IDS,
    credentials: tuple[str, ...] = CREDENTIAL_IDS,
    depth: int = 3,
    worth: Any = credits_of,
) -> Requirement:
    """Draw a valid requirement over some ids; no deeper than `depth` groups."""
    leaf = st.sampled_from(competencies).map(CompetencyLeaf)
    if credentials:
        leaf = st.one_of(leaf, leaf, st.sampled_from(credentials).map(CredentialLeaf))
    kind = draw(st.sampled_from(["leaf", "all", "any", "at_least", "credits"])) if depth else "leaf"
    if kind == "leaf":
        return draw(leaf)
    inner = requirements(competencies, credentials, depth - 1, worth)
    parts = tuple(draw(st.lists(inner, min_size=1, max_size=4)))
    if kind == "any":
        return Any_(parts)
    no_sharing = draw(st.booleans())
    if kind == "all":
        return All(parts, no_sharing)
    total = sum((worth(leaf) for part in parts for leaf in leaves(part)), Decimal(0))
    if kind == "at_least" or total <= 0:
        return AtLeast(draw(st.integers(1, len(parts))), parts, no_sharing)
    return Credits(draw(st.integers(1, max(1, int(total))).map(Decimal)) if total >= 1 else total, parts, no_sharing)


@st.composite
def programs(draw: st.DrawFn, most_competencies: int = 8, most_credentials: int = 4) -> Program:
    """Draw a valid program: prerequisites point to earlier competencies, credentials to earlier credentials."""
    competencies: list[Competency] = []
    for name in [f"c{i}" for i in range(draw(st.integers(1, most_competencies)))]:
        earlier = [competency.id for competency in competencies]
        groups: tuple[tuple[str, ...], ...] = ()
        if earlier:
            group = st.lists(st.sampled_from(earlier), min_size=1, max_size=3, unique=True).map(tuple)
            groups = tuple(draw(st.lists(group, max_size=3, unique=True)))
        archived = draw(st.sampled_from([False] * 5 + [True]))
        competencies.append(
            Competency(
                name,
                name.upper(),
                draw(numbers()),
                credits=draw(numbers(0, 9)),
                prerequisites=groups,
                archived=archived,
            )
        )
    ids = tuple(competency.id for competency in competencies)
    credentials: list[Credential] = []
    for name in [f"d{i}" for i in range(draw(st.integers(0, most_credentials)))]:
        known = tuple(credential.id for credential in credentials)
        worth = leaf_credits(Program("p", "P", "en", tuple(competencies), tuple(credentials)))
        requires = draw(requirements(ids, known, 2, worth))
        credentials.append(Credential(name, name.upper(), "badge", requires, credits=draw(numbers(0, 9))))
    return Program("p", "P", "en", tuple(competencies), tuple(credentials))


def document_of(program: Program) -> dict[str, Any]:
    """Return the program file of a program drawn by `programs`."""
    return {
        "format": "cbe-program/1",
        "program": {"id": program.id, "title": program.title, "language": program.language},
        "competencies": [
            {
                "id": competency.id,
                "title": competency.title,
                "effort_hours": _number(competency.effort_hours),
                "credits": _number(competency.credits),
                "prerequisites": [list(group) for group in competency.prerequisites],
                **({"archived": True} if competency.archived else {}),
            }
            for competency in program.competencies
        ],
        "credentials": [
            {
                "id": credential.id,
                "title": credential.title,
                "kind": credential.kind,
                "credits": _number(credential.credits),
                "requires": format_requirement(credential.requires),
            }
            for credential in program.credentials
        ],
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
