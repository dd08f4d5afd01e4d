"""Decisions become mastery by the rule of the version, and by nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.mastery import (
    UNDO,
    Decision,
    Standing,
    TakenBack,
    TowardsRule,
    standing_in,
    too_old_to_renew,
    towards_rule,
)
from cbe.domain.program import Competency, Level, MasteryRule, Program, Rubric

RUBRIC = Rubric((Level("seen", "Seen"), Level("helped", "With help"), Level("alone", "Alone")), "helped")
ONE = MasteryRule()
FIRST_DAY = date(2026, 1, 1)
ANN, BEN = UUID(int=1), UUID(int=2)
LATE = FIRST_DAY + timedelta(days=5_000)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def decided(
    number: int,
    outcome: str = "met",
    *,
    by: UUID = ANN,
    kind: str = "assessment",
    level: str | None = None,
    done: int | None = None,
):
    at = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
    identity = UUID(int=1_000 + number * 10 + by.int)
    return Decision(identity, "html", kind, outcome, level, by, day(number if done is None else done), day(number), at)


def stand(*decisions: Decision, back=(), rule=ONE, months=None, rubric=None, on=LATE, known=None) -> Standing:
    html = Competency("html", "HTML", Decimal(6), mastery=rule, validity_months=months, rubric=rubric)
    return standing_in(Program("web", "Web", "en", (html,), ()), html, decisions, back, on=on, known=known)


def taken_back(decision: Decision, how: str, since: int = 0, recorded: int = 0) -> TakenBack:
    at = datetime(2026, 1, 1, 13, tzinfo=UTC) + timedelta(days=recorded)
    return TakenBack(decision.id, how, day(since), at)


def test_one_met_is_enough_where_the_rule_says_nothing_else() -> None:
    assert stand(decided(3)).mastered_on == day(3)


def test_not_yet_returns_until_something_newer_is_decided() -> None:
    assert stand(decided(1, "not_yet")).returned_on == day(1)
    assert stand(decided(1, "not_yet"), decided(2)) == Standing(
        day(2), None, None, decided(2).recorded_at + UNDO, "assessment"
    )


def test_a_later_not_yet_does_not_take_a_mastery_away() -> None:
    found = stand(decided(1), decided(2, "not_yet"))
    assert (found.mastered_on, found.returned_on) == (day(1), day(2))


def test_two_assessors_and_two_days_must_be_two() -> None:
    two = MasteryRule(assessors=2, days=2)
    assert stand(decided(1), decided(2), rule=two).mastered_on is None
    assert stand(decided(1), decided(1, by=BEN), rule=two).mastered_on is None
    assert stand(decided(1), decided(2, by=BEN), rule=two).mastered_on == day(2)


def test_a_transfer_or_an_exception_is_enough_alone() -> None:
    two = MasteryRule(assessors=2, days=2)
    for kind in ("transfer", "exception"):
        assert stand(decided(1, kind=kind), rule=two).mastered_on == day(1)


def test_levels_below_the_one_that_counts_do_not_count() -> None:
    strict = MasteryRule(level="alone")
    assert stand(decided(1, level="seen"), rubric=RUBRIC).mastered_on is None
    assert stand(decided(1, level="helped"), rubric=RUBRIC).mastered_on == day(1)
    assert stand(decided(1, level="helped"), rubric=RUBRIC, rule=strict).mastered_on is None


def test_mastery_expires_and_is_renewed_by_newer_decisions_alone() -> None:
    assert stand(decided(0), months=6).expires_on == date(2026, 7, 1)
    assert stand(decided(0), decided(300), months=6).mastered_on == day(300)
    two = MasteryRule(assessors=2)
    old = (decided(0), decided(0, by=BEN))
    assert stand(*old, decided(300), months=6, rule=two).mastered_on == day(0)
    assert stand(*old, decided(300), decided(301, by=BEN), months=6, rule=two).mastered_on == day(301)


@pytest.mark.parametrize("how", ["void", "overturned", "superseded"])
def test_what_is_taken_back_as_wrong_never_counted(how: str) -> None:
    one = decided(1)
    assert stand(one, back=[taken_back(one, how, since=50)], on=day(10)).mastered_on is None


def test_what_is_revoked_counts_until_its_day() -> None:
    one = decided(1)
    back = [taken_back(one, "revoked", since=50)]
    assert stand(one, back=back, on=day(49)).mastered_on == day(1)
    assert stand(one, back=back, on=day(50)).mastered_on is None


def test_as_of_has_two_dates() -> None:
    one = decided(1)
    back = [taken_back(one, "overturned", since=1, recorded=90)]
    before = datetime(2026, 1, 31, tzinfo=UTC)
    assert stand(one, back=back, on=day(10), known=before).mastered_on == day(1)
    assert stand(one, back=back, on=day(10)).mastered_on is None
    assert stand(one, on=day(0)).mastered_on is None
    assert stand(one, known=datetime(2026, 1, 1, tzinfo=UTC)).mastered_on is None


def test_a_judgement_is_provisional_for_ten_minutes_and_a_transfer_never() -> None:
    assert stand(decided(1)).settles_at == decided(1).recorded_at + UNDO
    assert stand(decided(1, kind="transfer")).settles_at is None


@pytest.mark.parametrize("how", ["void", "overturned", "revoked"])
def test_two_assessors_around_a_transfer_count_together_once_it_is_taken_back(how: str) -> None:
    two, transfer = MasteryRule(assessors=2), decided(2, kind="transfer")
    found = [decided(1), transfer, decided(3, by=BEN)]
    assert stand(*found, rule=two, months=12).mastered_on == day(2)
    assert stand(*found, rule=two, months=12, back=[taken_back(transfer, how, since=9)]).mastered_on == day(3)


def test_what_was_seen_before_a_transfer_renews_nothing() -> None:
    two, ben = MasteryRule(assessors=2), decided(400, by=BEN)
    found = [decided(1), decided(2, kind="transfer"), ben]
    assert stand(*found, rule=two, months=12).mastered_on == day(2)
    assert stand(*found, decided(401), rule=two, months=12).mastered_on == day(401)


def not_renewing(*decisions: Decision, back=(), months=12, rule=ONE) -> dict[UUID, date]:
    html = Competency("html", "HTML", Decimal(6), mastery=rule, validity_months=months)
    return too_old_to_renew(Program("web", "Web", "en", (html,), ()), decisions, back, on=LATE)


def test_what_was_done_before_a_mastery_stands_and_does_not_renew_it() -> None:
    first, old = decided(10), decided(400, done=10)
    assert stand(first, old, months=12).mastered_on == day(10)
    assert not_renewing(first, old) == {old.id: day(10)}
    new = decided(400, done=11)
    assert stand(first, new, months=12).mastered_on == day(400)
    assert not_renewing(first, new) == {}


def test_without_an_expiry_it_counts_whenever_it_was_done() -> None:
    first, old = decided(10), decided(400, done=10)
    assert stand(first, old).mastered_on == day(400)
    assert not_renewing(first, old, months=None) == {}


def test_an_authority_renews_whenever_it_was_done_and_a_not_yet_is_not_too_old() -> None:
    first, transfer = decided(10), decided(400, kind="transfer", done=1)
    assert stand(first, transfer, months=12).mastered_on == day(400)
    assert not_renewing(first, decided(400, "not_yet", done=1)) == {}


def test_what_was_too_old_to_renew_a_mastery_counts_once_that_is_taken_back() -> None:
    first, old = decided(10), decided(400, done=10)
    back = [taken_back(first, "void")]
    assert stand(first, old, months=12, back=back).mastered_on == day(400)
    assert not_renewing(first, old, back=back) == {}


def test_two_assessors_renew_with_two_that_are_new_enough() -> None:
    two, master = MasteryRule(assessors=2), (decided(1), decided(10, by=BEN))
    old, new = decided(400, done=5), decided(401, by=BEN, done=20)
    assert stand(*master, old, new, rule=two, months=12).mastered_on == day(10)
    assert stand(*master, decided(400, done=11), new, rule=two, months=12).mastered_on == day(401)
    assert not_renewing(*master, old, new, rule=two) == {old.id: day(10)}


def towards(*decisions: Decision, back=(), rule=ONE, rubric=None) -> TowardsRule | None:
    html = Competency("html", "HTML", Decimal(6), mastery=rule, rubric=rubric)
    return towards_rule(Program("web", "Web", "en", (html,), ()), html, decisions, back, on=LATE)


def test_how_far_a_rule_is_met_counts_since_the_last_mastery() -> None:
    two = MasteryRule(assessors=2, days=2)
    assert towards(decided(1)) is None
    assert towards(decided(1), decided(2), rule=two) == TowardsRule(1, 2, 2, 2)
    assert towards(decided(1), decided(2, by=BEN), rule=two) == TowardsRule(0, 2, 0, 2)
    assert towards(decided(1), decided(2, by=BEN), decided(3), rule=two) == TowardsRule(1, 2, 1, 2)
    assert towards(decided(1), rule=two, back=[taken_back(decided(1), "void")]) == TowardsRule(0, 2, 0, 2)
    assert towards(decided(1, level="seen"), rule=two, rubric=RUBRIC) == TowardsRule(0, 2, 0, 2)


def test_a_mastery_is_of_the_kind_of_the_decision_that_made_it() -> None:
    assert stand(decided(1, kind="transfer")).kind == "transfer"
    assert stand(decided(1, kind="transfer"), decided(2)).kind == "assessment"
    assert stand(decided(1, "not_yet")).kind is None


decisions = st.lists(
    st.builds(
        decided,
        st.integers(0, 8),
        st.sampled_from(["met", "not_yet"]),
        by=st.sampled_from([ANN, BEN]),
        kind=st.sampled_from(["assessment", "recognition", "transfer"]),
        level=st.sampled_from([None, "seen", "helped", "alone"]),
        done=st.integers(0, 8),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
rules = st.builds(MasteryRule, assessors=st.integers(1, 2), days=st.integers(1, 2))


@given(decisions, rules, st.randoms(use_true_random=False))
def test_the_order_in_which_decisions_are_read_does_not_matter(found, rule, chance) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert stand(*shuffled, rule=rule, rubric=RUBRIC, months=2) == stand(*found, rule=rule, rubric=RUBRIC, months=2)


@given(decisions, rules, st.data())
def test_a_void_decision_is_as_good_as_none(found, rule, data) -> None:
    gone = data.draw(st.lists(st.sampled_from(found), unique_by=lambda one: one.id)) if found else []
    left = [one for one in found if one not in gone]
    back = [taken_back(one, "void") for one in gone]
    assert stand(*found, back=back, rule=rule, rubric=RUBRIC) == stand(*left, rule=rule, rubric=RUBRIC)


@given(
    decisions,
    rules,
    st.integers(0, 9),
    st.sampled_from(["assessment", "transfer"]),
    st.sampled_from(["void", "revoked"]),
)
def test_one_more_met_never_takes_mastery_away(found, rule, number, kind, how) -> None:
    """Where nothing expires; where it does, the end may come earlier (docs/decisions/0009)."""
    more = replace(decided(number, by=BEN, level="alone", kind=kind), id=UUID(int=9))
    before, after = stand(*found, rule=rule, rubric=RUBRIC), stand(*found, more, rule=rule, rubric=RUBRIC)
    assert before.mastered_on is None or after.mastered_on is not None
    assert stand(*found, more, back=[taken_back(more, how)], rule=rule, rubric=RUBRIC) == before
