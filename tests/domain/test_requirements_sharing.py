"""Requirements whose members may not share, against trying every way to give competencies to members."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Requirement, is_met
from tests.domain.strategies import COMPETENCY_IDS, CREDENTIAL_IDS, credits_of, requirements

A, B, C = (CompetencyLeaf(name) for name in "abc")


def every_split(members: int, given_set: frozenset[str]) -> Iterator[list[frozenset[str]]]:
    names = sorted(given_set)
    for owners in product(range(members), repeat=len(names)):
        yield [frozenset(n for n, o in zip(names, owners, strict=True) if o == member) for member in range(members)]


def values(node: Requirement, given_set: frozenset[str], held: frozenset[str]) -> Decimal | None:
    """Return the most credits a node can have by what it is given, None when it cannot hold: the definition itself."""
    if isinstance(node, CompetencyLeaf):
        return credits_of(node) if node.competency in given_set else None
    if isinstance(node, CredentialLeaf):
        return credits_of(node) if node.credential in held else None
    apart = not isinstance(node, Any_) and node.no_sharing
    splits = every_split(len(node.parts), given_set) if apart else [[given_set] * len(node.parts)]
    best = None
    for split in splits:
        found = [values(part, own, held) for part, own in zip(node.parts, split, strict=True)]
        holding = [value for value in found if value is not None]
        total = sum(holding, Decimal(0))
        need = {All: len(found), Any_: 1}.get(type(node)) or getattr(node, "count", 0)
        enough = total >= node.credits if isinstance(node, Credits) else len(holding) >= need
        if enough and (best is None or total > best):
            best = total
    return best


@given(
    requirements(COMPETENCY_IDS[:4], CREDENTIAL_IDS, 2),
    st.frozensets(st.sampled_from(COMPETENCY_IDS[:4])),
    st.frozensets(st.sampled_from(CREDENTIAL_IDS)),
)
@settings(max_examples=400, deadline=None)
def test_is_met_agrees_with_trying_every_way_to_give(requirement, mastered, held):
    assert is_met(requirement, mastered, held, credits_of) == (values(requirement, mastered, held) is not None)


@given(requirements(COMPETENCY_IDS[:3], (), 3), st.frozensets(st.sampled_from(COMPETENCY_IDS[:3])))
@settings(max_examples=200, deadline=None)
def test_nested_members_that_may_not_share_agree_with_trying_every_way(requirement, mastered):
    assert is_met(requirement, mastered, credits_of=credits_of) == (
        values(requirement, mastered, frozenset()) is not None
    )


def test_one_competency_does_not_count_for_two_members():
    assert not is_met(All((A, Any_((A, B))), no_sharing=True), {"a"})
    assert is_met(All((A, Any_((A, B)))), {"a"})


def test_what_is_wanted_twice_goes_to_the_member_that_has_nothing_else():
    assert is_met(All((Any_((A, B)), A), no_sharing=True), {"a", "b"})
    assert is_met(AtLeast(2, (Any_((A, B)), Any_((B, C)), B), no_sharing=True), {"a", "b"})


def test_a_credential_uses_up_no_competency():
    twice = All((CredentialLeaf("p"), CredentialLeaf("p")), no_sharing=True)
    assert is_met(twice, set(), {"p"})


def test_credits_of_one_competency_count_once_when_nothing_is_shared():
    assert is_met(Credits(Decimal(2), (B, B)), {"b"}, credits_of=credits_of)
    assert not is_met(Credits(Decimal(2), (B, B), no_sharing=True), {"b"}, credits_of=credits_of)


def test_a_degree_of_ten_contested_areas_is_decided():
    areas = tuple(
        AtLeast(3, tuple(CompetencyLeaf(f"c{(7 * area + 3 * i) % 60}") for i in range(20))) for area in range(10)
    )
    assert is_met(All(areas, no_sharing=True), {f"c{i}" for i in range(40)})
    assert not is_met(All(areas, no_sharing=True), {f"c{i}" for i in range(29)})


def test_nothing_is_printed_while_it_is_decided(capfd):
    assert is_met(All((Any_((A, B)), A), no_sharing=True), {"a", "b"})
    assert capfd.readouterr().out == ""
