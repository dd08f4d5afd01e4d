"""What an award is on a day, and since when a requirement is met."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.awarding import AwardState, always_needed, award_state, met_since
from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, is_met

FIRST = date(2026, 1, 1)
A, B, C = map(CompetencyLeaf, "abc")
BADGE = CredentialLeaf("badge")


def since(requirement, mastered, held=None):
    days = [{key: FIRST + timedelta(days=n) for key, n in found.items()} for found in (mastered, held or {})]
    found = met_since(requirement, days[0], days[1], lambda leaf: Decimal(1))
    return None if found is None else (found - FIRST).days


@pytest.mark.parametrize(
    ("event", "ends", "state"),
    [(None, None, "good"), ("reinstated", None, "good"), ("suspended", None, "suspended"), ("revoked", 5, "revoked"),
     (None, 5, "expired"), (None, 6, "good"), ("suspended", 5, "suspended")],
)  # fmt: skip
def test_what_befell_an_award_last_or_its_end_says_what_it_is(event, ends, state) -> None:
    ends_on = None if ends is None else FIRST + timedelta(days=ends)
    assert award_state(event, ends_on, FIRST + timedelta(days=5)) is AwardState(state)


def test_a_requirement_is_met_since_the_last_thing_it_needed() -> None:
    assert since(All((A, BADGE)), {"a": 3, "b": 9}, {"badge": 7}) == 7
    assert since(Any_((A, B)), {"a": 3, "b": 9}) == 3
    assert since(AtLeast(2, (A, B, C)), {"a": 3, "b": 9, "c": 5}) == 5
    assert since(All((A, B)), {"a": 3}) is None


leaves = st.sampled_from([A, B, C, BADGE])
trees = st.recursive(
    leaves,
    lambda parts: st.lists(parts, min_size=1, max_size=3).flatmap(
        lambda found: st.sampled_from([All(tuple(found)), Any_(tuple(found)), AtLeast(1, tuple(found))])
    ),
    max_leaves=6,
)
days = st.dictionaries(st.sampled_from("abc"), st.integers(0, 20))


@given(trees, days, st.one_of(st.none(), st.integers(0, 20)))
def test_the_day_is_the_first_on_which_it_is_met(tree, mastered, badge) -> None:
    held = {} if badge is None else {"badge": badge}

    def met(day):
        return is_met(
            tree, {key for key, n in mastered.items() if n <= day}, {key for key, n in held.items() if n <= day}
        )

    assert since(tree, mastered, held) == next((day for day in range(21) if met(day)), None)


@given(trees, st.sets(st.sampled_from("abc")), st.booleans())
def test_who_lacks_what_is_always_needed_does_not_meet_it(tree, mastered, badge) -> None:
    held = {"badge"} if badge else set()
    have = {CompetencyLeaf(key) for key in mastered} | {CredentialLeaf(key) for key in held}
    if not always_needed(tree) <= have:
        assert not is_met(tree, mastered, held)
