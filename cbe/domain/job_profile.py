"""Job profiles: what a job asks for, item by item, held against what somebody can show, and the way to what is missing.

An item is met by a competency that stands for the same thing: one that is named, or one that is aligned to the same
address. Nothing here counts, scores or ranks people. How profiles are kept and read from tables is not here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from .graph import CompiledProgram, compile_program
from .planner import CredentialPlan, plan_credential
from .program import Credential, Program, reached_credentials
from .requirements import All, Any_, CompetencyLeaf, CredentialLeaf, Requirement, leaves

__all__ = ["MOST_ITEMS", "Item", "JobProfile", "Need", "Stack", "answers", "same_address", "shortest_stack"]

MOST_ITEMS = 100

GAP = "\0gap"
"""The id of the credential that stands for "nothing is missing"; no program can have it, as ids hold no such character."""


class Need(StrEnum):
    """How much a job asks for something."""

    MUST = "must"
    NICE = "nice"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a job asks for: its words, and what stands for it elsewhere.

    ``uris``: addresses in frameworks (ESCO, O*NET, CASE), or the identifier at the end of one. ``competencies``: pairs of
    a program's id and a competency's.
    """

    title: str
    need: Need = Need.MUST
    uris: tuple[str, ...] = ()
    competencies: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class JobProfile:
    """What a job asks for."""

    title: str
    items: tuple[Item, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """The shortest way to what is missing in one program, and the credentials on it.

    ``covered``: the numbers of the items that it brings, those already shown left out. ``plan``: as the planner gives it,
    fewest hours first. ``credentials``: those that the way completes or that are held, enough to stand for every covered
    item that any credential stands for; ``alone``: the items that a competency brings which no credential names.
    """

    covered: tuple[int, ...]
    plan: CredentialPlan
    credentials: tuple[str, ...]
    alone: tuple[int, ...]


def same_address(text: str) -> str:
    """Return an address as it is compared: by https, the host in small letters, without a slash at the end.

    >>> same_address("http://Data.Europa.eu/esco/skill/1/")
    'https://data.europa.eu/esco/skill/1'
    >>> same_address(" 2.A.1.a ")
    '2.A.1.a'
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    if parts.scheme.lower() not in ("http", "https"):
        return text
    return urlunsplit(parts._replace(scheme="https", netloc=parts.netloc.lower(), path=parts.path.rstrip("/")))


def answers(profile: JobProfile, key: str, addresses: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return for each item which of a program's competencies stand for it, in their order.

    ``addresses``: competency → by which addresses it and what it is aligned to go; ``key``: the program's id.

    >>> item = Item("Tables", uris=("https://example.org/skills/7",))
    >>> answers(JobProfile("Clerk", (item,)), "web", {"html": [], "sql": ["http://example.org/skills/7/"]})
    [('sql',)]
    """
    ends: dict[str, dict[str, None]] = {}
    for competency, uris in addresses.items():
        for address in map(same_address, uris):
            for name in (address, address.rpartition("/")[2]):
                ends.setdefault(name, {})[competency] = None
    order = {competency: number for number, competency in enumerate(addresses)}
    found = []
    for item in profile.items:
        named = [competency for program, competency in item.competencies if program == key and competency in order]
        aligned = [competency for uri in item.uris for competency in ends.get(same_address(uri), ())]
        found.append(tuple(sorted({*named, *aligned}, key=order.__getitem__)))
    return found


def shortest_stack(
    compiled: CompiledProgram,
    wanted: Mapping[int, Sequence[str]],
    *,
    mastered: Set[str],
    held: Set[str] = frozenset(),
    withheld: Set[str] = frozenset(),
    expired: Set[str] = frozenset(),
    budget_s: float = 0.5,
) -> Stack | None:
    """Return the way with fewest hours that brings every wanted item with a credential that stands for it; None for none.

    ``wanted``: the number of an item → the competencies that stand for it, none of them mastered. A credential stands for
    an item when its requirement, through the credentials it is built on, names the competency that brings it. Where no
    credential names any, the competency alone is asked for. It is a plan of the planner, to a credential made for the
    purpose, and so as exact as every plan.
    """
    asked = {number: tuple(ids) for number, ids in wanted.items() if ids}
    if not asked:
        return None
    naming = _naming(compiled.program)
    requirement = All(tuple(_brought(ids, naming) for ids in asked.values()))
    gap = Credential(GAP, "", "badge", requirement)
    extended = compile_program(replace(compiled.program, credentials=(*compiled.program.credentials, gap)))
    plan = plan_credential(extended, mastered, GAP, held, withheld, expired=expired, budget_s=budget_s)
    if plan.plan is None:
        return Stack(tuple(asked), plan, (), ())
    after = mastered | set(plan.plan)
    reached = reached_credentials(compiled.program, after, held, withheld)
    stands = {
        number: {one for key in ids if key in after for one in naming.get(key, ()) if one in reached}
        for number, ids in asked.items()
    }
    order = [one.id for one in compiled.program.credentials]
    chosen = _fewest([one for one in stands.values() if one], order)
    return Stack(tuple(asked), plan, chosen, tuple(number for number, names in stands.items() if not names))


def _naming(program: Program) -> dict[str, dict[str, None]]:
    """Return for each competency the credentials whose requirement names it, through the credentials they stand on."""
    requires = {one.id: one.requires for one in program.credentials}
    found: dict[str, dict[str, None]] = {}
    for credential in requires:
        seen, waiting = {credential}, [credential]
        while waiting:
            for leaf in leaves(requires[waiting.pop()]):
                if isinstance(leaf, CompetencyLeaf):
                    found.setdefault(leaf.competency, {})[credential] = None
                elif leaf.credential not in seen:
                    seen.add(leaf.credential)
                    waiting.append(leaf.credential)
    return found


def _brought(ids: Iterable[str], naming: Mapping[str, Collection[str]]) -> Requirement:
    """Return what has to hold for an item: one of its competencies, with a credential that names it where there is one."""
    ids = tuple(ids)
    with_credential: tuple[Requirement, ...] = tuple(
        All((CompetencyLeaf(key), CredentialLeaf(credential))) for key in ids for credential in naming.get(key, ())
    )
    return Any_(with_credential or tuple(CompetencyLeaf(key) for key in ids))


def _fewest(sets: Sequence[Set[str]], order: Sequence[str]) -> tuple[str, ...]:
    """Return few names of which every set holds one: the one that most hold first, and none that is not needed."""
    left, chosen = list(sets), []
    while left:
        best = max((name for name in order), key=lambda name: sum(name in one for one in left))
        chosen.append(best)
        left = [one for one in left if best not in one]
    for name in list(chosen):
        others = [one for one in chosen if one != name]
        if all(any(other in one for other in others) for one in sets):
            chosen = others
    return tuple(name for name in order if name in chosen)
