"""A program compiled once: its graph of prerequisites as networkx sees it, and as the integers that answer quickly.

Here is what follows from the program alone (order, scopes, dependents, chains), computed once per published version and
kept for ever. What depends on a learner is ``progress``'s and ``planner``'s; problems of the file are ``program``'s.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import Invalid, NotFound
from .program import Competency, Credential, Program, leaf_credits, notional_hours
from .requirements import Any_, CompetencyLeaf, CredentialLeaf, CreditsOf, Requirement

if TYPE_CHECKING:  # networkx takes 10 MB and a tenth of a second, and many commands never ask for a graph
    import networkx as nx

__all__ = [
    "CompiledProgram",
    "bits_of",
    "compile_program",
    "is_contested",
    "named_competencies",
    "named_credentials",
    "positions",
]

Mask = NDArray[np.bool_]

DENSE_LIMIT = 20_000
"""Up to this many competencies a row of bits each is cheap (V squared / 8 bytes); above it, sets are walked instead."""


def positions(bits: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, lowest first.

    >>> list(positions(0b1010))
    [1, 3]
    """
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def bits_of(places: Iterable[int]) -> int:
    """Return the integer with these bits set.

    >>> bits_of([1, 3])
    10
    """
    places = list(places)
    if not places:
        return 0
    buffer = bytearray(max(places) // 8 + 1)
    for place in places:
        buffer[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(buffer, "little")


def _leaves(requirement: Requirement) -> Iterator[CompetencyLeaf | CredentialLeaf]:
    stack = [requirement]
    while stack:
        node = stack.pop()
        if isinstance(node, CompetencyLeaf | CredentialLeaf):
            yield node
        else:
            stack.extend(reversed(node.parts))


def named_competencies(requirement: Requirement) -> list[str]:
    """Return the competencies a requirement names itself, in its order, each once."""
    return list(dict.fromkeys(leaf.competency for leaf in _leaves(requirement) if isinstance(leaf, CompetencyLeaf)))


def named_credentials(requirement: Requirement) -> list[str]:
    """Return the credentials a requirement names itself, in its order, each once."""
    return list(dict.fromkeys(leaf.credential for leaf in _leaves(requirement) if isinstance(leaf, CredentialLeaf)))


def is_contested(requirement: Requirement) -> bool:
    """Return whether members that may not share want the same competency, so that giving is a choice.

    >>> css, js = CompetencyLeaf("css"), CompetencyLeaf("js")
    >>> is_contested(Any_((css, js)))
    False
    """
    if isinstance(requirement, CompetencyLeaf | CredentialLeaf):
        return False
    if not isinstance(requirement, Any_) and requirement.no_sharing:
        wanted = Counter(key for part in requirement.parts for key in named_competencies(part))
        if max(wanted.values(), default=0) > 1:
            return True
    return any(is_contested(part) for part in requirement.parts)


class CompiledProgram:
    """One version of a program, ready to answer; make it with `compile_program`.

    Competencies and credentials are numbered in file order (`index`, `credential_index`). ``groups[i]`` holds the
    prerequisite groups of competency ``i`` as tuples of numbers; ``order`` lists ids with prerequisites first.
    ``hour_units`` and ``renewal_units`` are hours as integers, in ``1 / hour_scale``.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.competencies: dict[str, Competency] = {c.id: c for c in program.competencies}
        self.credentials: dict[str, Credential] = {c.id: c for c in program.credentials}
        self.ids: tuple[str, ...] = tuple(self.competencies)
        self.index: dict[str, int] = {key: i for i, key in enumerate(self.ids)}
        self.credential_index: dict[str, int] = {key: i for i, key in enumerate(self.credentials)}
        self.groups: tuple[tuple[tuple[int, ...], ...], ...] = tuple(
            tuple(tuple(dict.fromkeys(self.index[m] for m in group)) for group in c.prerequisites)
            for c in self.competencies.values()
        )
        self.hour_scale, self.hour_units, self.renewal_units = _hour_units(program)
        self.order_index: tuple[int, ...] = tuple(self.index[key] for key in self.order)
        self.rank: tuple[int, ...] = _inverse(self.order_index)

    @cached_property
    def graph(self) -> nx.DiGraph[str]:
        """The graph as networkx has it: edges prerequisite → competency, ``groups`` naming the groups it stands in."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.ids)
        for competency in self.competencies.values():
            for number, group in enumerate(competency.prerequisites):
                for member in group:
                    known = (
                        graph.edges[member, competency.id]["groups"] if graph.has_edge(member, competency.id) else ()
                    )
                    graph.add_edge(member, competency.id, groups=(*known, number))
        return graph

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Every competency with its prerequisites before it; raise `Invalid` with the whole circle if there is one."""
        import networkx as nx

        try:
            return tuple(nx.topological_sort(self.graph))
        except nx.NetworkXUnfeasible:
            circle = [tail for tail, *_ in nx.find_cycle(self.graph)]
            text = " -> ".join([*circle, circle[0]])
            raise Invalid([("/competencies", f"these prerequisites form a circle: {text}")]) from None

    @cached_property
    def dependents(self) -> tuple[tuple[int, ...], ...]:
        """For every competency the numbers of those that name it as a prerequisite, in file order."""
        found: list[list[int]] = [[] for _ in self.ids]
        for target, groups in enumerate(self.groups):
            for member in dict.fromkeys(m for group in groups for m in group):
                found[member].append(target)
        return tuple(tuple(targets) for targets in found)

    @cached_property
    def longest_chain(self) -> tuple[str, ...]:
        """The longest chain of prerequisites, first to last."""
        import networkx as nx

        return tuple(nx.dag_longest_path(self.graph, weight=None, topo_order=list(self.order)))

    @cached_property
    def ancestor_bits(self) -> tuple[int, ...]:
        """For every competency itself and all its prerequisites through every group, as bits by number."""
        found = [0] * len(self.ids)
        for i in self.order_index:
            bits = 1 << i
            for group in self.groups[i]:
                for member in group:
                    bits |= found[member]
            found[i] = bits
        return tuple(found)

    def parts(self, credential_id: str) -> tuple[str, ...]:
        """Return the credentials that the credential's requirement names itself, in its order."""
        known = self._parts.get(credential_id)
        if known is None:
            known = self._parts[credential_id] = tuple(named_credentials(self.get_credential(credential_id).requires))
        return known

    @cached_property
    def _parts(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def contested(self) -> frozenset[str]:
        """The credentials in whose own requirement members that may not share want the same competency."""
        return frozenset(key for key, credential in self.credentials.items() if is_contested(credential.requires))

    def reach(self, credential_id: str) -> list[str]:
        """Return the credential and those it stacks on, through one another, each once."""
        found = {credential_id: None}
        stack = [credential_id]
        while stack:
            for key in self.parts(stack.pop()):
                if key not in found:
                    found[key] = None
                    stack.append(key)
        return list(found)

    def get_competency(self, competency_id: str) -> Competency:
        """Return the competency or raise `NotFound`."""
        if competency_id not in self.competencies:
            raise NotFound("There is no competency “%(id)s” in this program.", id=competency_id)
        return self.competencies[competency_id]

    def get_credential(self, credential_id: str) -> Credential:
        """Return the credential or raise `NotFound`."""
        if credential_id not in self.credentials:
            raise NotFound("There is no credential “%(id)s” in this program.", id=credential_id)
        return self.credentials[credential_id]

    def units(self, expired: Iterable[str] = ()) -> Sequence[int]:
        """Return the hours of every competency in units of ``1 / hour_scale``; what expired costs its renewal."""
        numbers = [self.index[key] for key in expired if key in self.index]
        if not numbers:
            return self.hour_units
        found = list(self.hour_units)
        for number in numbers:
            found[number] = self.renewal_units[number]
        return found

    def hours(self, competency_id: str, expired: Container[str] = ()) -> Decimal:
        """Return the hours of a competency: those of renewing it when it is among what expired."""
        return notional_hours(self.competencies[competency_id], renewing=competency_id in expired)

    def mask(self, competency_ids: Iterable[str]) -> Mask:
        """Return a row of V booleans, true where the competency is named; ids of other programs are passed over."""
        row = np.zeros(len(self.ids), dtype=np.bool_)
        numbers = [self.index[key] for key in competency_ids if key in self.index]
        row[numbers] = True
        return row

    def ready_mask(self, mastered: Mask) -> Mask:
        """Return which competencies outside ``mastered`` have every prerequisite group met; both rows of V booleans."""
        single_members, single_targets, members, starts, targets = self._ready_arrays
        unready = mastered.copy()
        unready[single_targets[~mastered[single_members]]] = True
        if len(starts):
            unready[targets[~np.logical_or.reduceat(mastered[members], starts)]] = True
        if self.archived:
            unready[list(self.archived)] = True
        return ~unready

    @cached_property
    def archived(self) -> frozenset[int]:
        """The competencies that are no longer offered, by number."""
        return frozenset(i for i, one in enumerate(self.competencies.values()) if one.archived)

    def out_of_reach(self, mastered: Sequence[int]) -> frozenset[int]:
        """Return what nobody who mastered this can come to, by number; ``mastered`` has a flag for each competency.

        That is what is archived, and what needs one of a group whose members are all out of reach themselves.
        """
        found: set[int] = set()
        for i in self.order_index if self.archived else ():
            if not mastered[i] and (i in self.archived or any(found.issuperset(group) for group in self.groups[i])):
                found.add(i)
        return frozenset(found)

    @cached_property
    def _ready_arrays(self) -> tuple[NDArray[np.int64], ...]:
        """Groups of one as pairs, which most are; the others as members in a row with where each group starts."""
        single: list[tuple[int, int]] = []
        members: list[int] = []
        starts: list[int] = []
        targets: list[int] = []
        for target, groups in enumerate(self.groups):
            for group in groups:
                if len(group) == 1:
                    single.append((group[0], target))
                else:
                    starts.append(len(members))
                    members.extend(group)
                    targets.append(target)
        pairs = np.array(single, np.int64).reshape(-1, 2).T
        return pairs[0].copy(), pairs[1].copy(), *(np.array(row, np.int64) for row in (members, starts, targets))

    @cached_property
    def _scopes(self) -> dict[str, int]:
        return {}

    def scope_bits(self, credential_id: str) -> int:
        """Return the scope of a credential as bits by number: all it names, through credentials and prerequisites."""
        known = self._scopes.get(credential_id)
        if known is not None:
            return known
        bits = self.behind(self.named_numbers(credential_id))
        self._scopes[credential_id] = bits
        return bits

    @cached_property
    def credits_of(self) -> CreditsOf:
        """How many credits the competency or credential of a leaf has."""
        return leaf_credits(self.program)

    def naming(self, numbers: Iterable[int]) -> list[str]:
        """Return the credentials whose own requirement names one of these competencies, in file order."""
        found = {key for number in numbers for key in self._named_in.get(number, ())}
        return sorted(found, key=self.credential_index.__getitem__)

    @cached_property
    def _named_in(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for key, credential in self.credentials.items():
            for name in named_competencies(credential.requires):
                found.setdefault(self.index[name], []).append(key)
        return found

    def named_numbers(self, credential_id: str) -> tuple[int, ...]:
        """Return the numbers of the competencies a credential names, itself and through stacked credentials."""
        known = self._named.get(credential_id)
        if known is None:
            keys = (k for c in self.reach(credential_id) for k in named_competencies(self.credentials[c].requires))
            known = self._named[credential_id] = tuple(dict.fromkeys(self.index[key] for key in keys))
        return known

    @cached_property
    def _named(self) -> dict[str, tuple[int, ...]]:
        return {}

    def behind(self, named: Iterable[int]) -> int:
        """Return these competencies and all their prerequisites through every group, as bits by number."""
        if len(self.ids) <= DENSE_LIMIT:
            bits = 0
            for i in named:
                bits |= self.ancestor_bits[i]
            return bits
        seen = set(named)
        stack = list(seen)
        while stack:
            for group in self.groups[stack.pop()]:
                fresh = [m for m in group if m not in seen]
                seen.update(fresh)
                stack.extend(fresh)
        return bits_of(seen)

    def ids_of(self, bits: int) -> list[str]:
        """Return the ids of a set of competencies given as bits by number, in file order."""
        return [self.ids[i] for i in positions(bits)]


def _hour_units(program: Program) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Return the smallest scale that makes all hours integers, and those integers: sums and comparisons are exact.

    Those of learning for the first time, then those of renewing.
    """
    first = [c.effort_hours.as_integer_ratio() for c in program.competencies]
    again = [notional_hours(c, renewing=True).as_integer_ratio() for c in program.competencies]
    scale = math.lcm(*(denominator for _, denominator in first + again))
    units = [[numerator * (scale // denominator) for numerator, denominator in one] for one in (first, again)]
    return scale, tuple(units[0]), tuple(units[1])


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    rank = [0] * len(order)
    for place, number in enumerate(order):
        rank[number] = place
    return tuple(rank)


def compile_program(program: Program) -> CompiledProgram:
    """Compile a program: check that its prerequisites form no circle, order and number them.

    Raises `Invalid` with the circle. The result never changes; keep it for as long as the version is asked about.

    >>> from decimal import Decimal
    >>> html, css = Competency("html", "HTML", Decimal(6)), Competency("css", "CSS", Decimal(4), prerequisites=(("html",),))
    >>> compile_program(Program("web", "Web", "en", (css, html), ())).order
    ('html', 'css')
    """
    return CompiledProgram(program)
