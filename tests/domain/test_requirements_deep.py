"""Requirements nested as deep as they may be are judged at once: no node is judged twice for the same competencies."""

from decimal import Decimal

from cbe.domain.requirements import All, CompetencyLeaf, Credits, credits_earned, explain_requirement, is_met


def nested(wrap, depth=50):
    requirement = CompetencyLeaf("a")
    for level in range(depth):
        requirement = wrap(requirement, level)
    return requirement


def two(leaf):
    return Decimal(2)


def test_fifty_levels_of_credits_are_counted_once_each():
    deep = nested(lambda inner, level: Credits(Decimal(1), (inner,)))
    assert is_met(deep, {"a"}, set(), two)
    assert credits_earned(deep, {"a"}, set(), two) == 2
    assert explain_requirement(deep, {"a"}, credits_of=two).met


def test_fifty_levels_that_may_not_share_are_judged():
    deep = nested(lambda inner, level: All((inner, CompetencyLeaf(f"b{level}")), no_sharing=True))
    everything = {"a", *(f"b{level}" for level in range(50))}
    assert is_met(deep, everything)
    assert not is_met(deep, everything - {"b7"})
