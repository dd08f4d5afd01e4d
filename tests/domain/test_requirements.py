"""Requirements: written and read again, met, explained, and reached through other credentials."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.errors import Invalid
from cbe.domain.program import Competency, Credential, Program, leaf_credits, leaf_hours, reached_credentials
from cbe.domain.requirements import (
    All,
    Any_,
    AtLeast,
    CompetencyLeaf,
    CredentialLeaf,
    Credits,
    explain_requirement,
    format_requirement,
    is_met,
    leaves,
    parse_requirement,
)
from tests.domain.strategies import COMPETENCY_IDS, CREDENTIAL_IDS, credits_of, programs, requirements

A, B, C = (CompetencyLeaf(name) for name in "abc")
MASTERED = st.frozensets(st.sampled_from(COMPETENCY_IDS))
HELD = st.frozensets(st.sampled_from(CREDENTIAL_IDS))


def problems_of(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        parse_requirement(document)
    return caught.value.problems


@given(requirements())
def test_what_is_written_is_read_again(requirement):
    written = format_requirement(requirement)
    assert parse_requirement(written) == requirement
    assert format_requirement(parse_requirement(written)) == written


@given(st.lists(requirements(depth=1), min_size=1, max_size=4), MASTERED, HELD)
def test_all_is_at_least_as_many_as_there_are(parts, mastered, held):
    every = All(tuple(parts)), AtLeast(len(parts), tuple(parts))
    assert len({is_met(requirement, mastered, held, credits_of) for requirement in every}) == 1


@given(requirements(), MASTERED, MASTERED, HELD)
@settings(deadline=None)
def test_more_mastery_never_unmeets_a_requirement(requirement, mastered, more, held):
    if is_met(requirement, mastered, held, credits_of):
        assert is_met(requirement, mastered | more, held, credits_of)


@given(requirements(), MASTERED, HELD)
@settings(deadline=None)
def test_the_explanation_agrees_with_the_answer_and_its_own_numbers(requirement, mastered, held):
    why = explain_requirement(requirement, mastered, held, credits_of=credits_of)
    assert why.met == is_met(requirement, mastered, held, credits_of)
    assert why.met == (why.have >= why.need)
    assert set(why.missing) == {part for part in why.parts if not part.met}


def test_two_of_three_electives_are_enough():
    assert is_met(AtLeast(2, (A, B, C)), {"a", "c"})
    assert not is_met(AtLeast(2, (A, B, C)), {"b"})


def test_credits_add_up_from_members_that_hold_and_from_trees():
    requirement = Credits(Decimal("2.5"), (C, All((A, B))))
    assert is_met(requirement, {"c", "a", "b"}, credits_of=credits_of)
    assert not is_met(requirement, {"c", "a"}, credits_of=credits_of)


def test_a_credential_leaf_holds_only_when_held():
    assert is_met(CredentialLeaf("p"), set(), {"p"})
    assert not is_met(CredentialLeaf("p"), {"p"})


def test_leaves_come_from_left_to_right():
    assert list(leaves(All((B, Any_((A, CredentialLeaf("p")))))))[1:] == [A, CredentialLeaf("p")]


def test_the_nearest_remedy_stands_first_and_what_cannot_be_learned_last():
    hours = {"a": Decimal(9), "b": Decimal(2)}
    why = explain_requirement(
        All((A, CredentialLeaf("p"), B)), set(), hours_of=lambda leaf: hours.get(getattr(leaf, "competency", ""))
    )
    assert [part.id for part in why.missing] == ["b", "a", "p"]
    assert why.remedy_hours is None


def test_a_competency_that_counts_elsewhere_says_so():
    why = explain_requirement(All((A, Any_((A, B))), no_sharing=True), {"a"})
    assert (why.met, why.have, why.need) == (False, 1, 2)
    assert sum(leaf.used_elsewhere for part in why.parts for leaf in (part, *part.parts)) == 1


@pytest.mark.parametrize(
    ("document", "at"),
    [
        ("html", [""]),
        ({}, [""]),
        ({"competency": 3}, ["/competency"]),
        ({"competency": "a", "credential": "b"}, [""]),
        ({"all": []}, ["/all"]),
        ({"any": []}, ["/any"]),
        ({"any": [{"competency": "a"}], "no_sharing": True}, ["/no_sharing"]),
        ({"all": [{"competency": "a"}], "no_sharing": 1}, ["/no_sharing"]),
        ({"at_least": 2, "of": [{"competency": "a"}]}, ["/at_least"]),
        ({"at_least": True, "of": [{"competency": "a"}]}, ["/at_least"]),
        ({"at_least": 0, "of": []}, ["/at_least", "/of"]),
        ({"at_least": 1}, [""]),
        ({"credits": "3", "of": [{"competency": "a "}]}, ["/credits", "/of/0/competency"]),
        ({"credits": 0, "of": {"competency": "a"}}, ["/credits", "/of"]),
        ({"all": [{"x/y": 1}, 7]}, ["/all/0", "/all/0/x~1y", "/all/1"]),
    ],
)
def test_every_problem_of_a_requirement_has_its_place(document, at):
    assert [place for place, _ in problems_of(document)] == at


def test_fifty_groups_may_stand_in_each_other_and_not_one_more():
    document: dict[str, Any] = {"competency": "a"}
    for _ in range(50):
        document = {"any": [document]}
    assert format_requirement(parse_requirement(document)) == document
    assert problems_of({"all": [document]}) == [
        ("/all/0" + "/any/0" * 49, "is nested too deep: at most 50 groups may stand in each other")
    ]


def stack(**withheld: bool) -> Program:
    badge = Credential("badge", "Badge", "badge", A, credits=Decimal(1))
    top = Credential("top", "Top", "diploma", All((CredentialLeaf("badge"), B)))
    half = Decimal("0.5")
    competencies = tuple(Competency(one, one, Decimal(5), credits=Decimal(2), renewal_hours=half) for one in "ab")
    return Program("p", "P", "en", competencies, (top, badge))


def test_a_credential_is_reached_through_one_that_is_reached():
    assert reached_credentials(stack(), {"a", "b"}) == {"badge", "top"}
    assert reached_credentials(stack(), {"b"}, {"badge"}) == {"badge", "top"}


def test_a_withheld_credential_carries_nothing():
    assert reached_credentials(stack(), {"a", "b"}, withheld={"badge"}) == frozenset()


def test_a_credential_takes_the_hours_of_its_own_requirement():
    hours_of = leaf_hours(stack(), {"b"})
    assert hours_of(CredentialLeaf("top")) == 5
    assert leaf_hours(stack(), set(), expired={"a"})(CompetencyLeaf("a")) == Decimal("0.5")
    assert leaf_hours(stack(), set(), withheld={"badge"})(CredentialLeaf("top")) is None
    assert leaf_credits(stack())(CredentialLeaf("badge")) == 1


@given(programs(), st.data())
@settings(deadline=None)
def test_what_is_reached_grows_with_mastery(program, data):
    ids = [competency.id for competency in program.competencies]
    mastered = data.draw(st.frozensets(st.sampled_from(ids)))
    assert reached_credentials(program, mastered) <= reached_credentials(program, frozenset(ids))
