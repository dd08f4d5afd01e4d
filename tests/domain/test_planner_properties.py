"""The planner against brute force over every subset, on random small programs with every kind of requirement."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings

from cbe.domain.graph import compile_program
from cbe.domain.planner import Status, leverage, plan_credential, scope, unlock_list
from tests.domain.planner_programs import learners, renewers
from tests.domain.planner_reference import Reference

AMPLE = 60.0


def assert_walkable(reference, mastered, plan):
    have = set(mastered)
    for key in plan:
        assert key not in have
        assert reference.is_ready(key, have)
        have.add(key)
    return have


def expected(compiled, reference, mastered, plan):
    if not plan.plan:
        return Status.CLAIMABLE
    if all(reference.is_ready(key, mastered) for key in plan.plan):
        return Status.NEXT
    return Status.IN_PROGRESS if mastered & scope(compiled, plan.id) else Status.OPEN


@settings(max_examples=200, deadline=None)
@given(learners())
def test_every_plan_is_the_smallest_of_all_subsets(learner):
    program, mastered, held, withheld = learner
    compiled, reference = compile_program(program), Reference(program, held, withheld)
    for plan in unlock_list(compiled, mastered, held, withheld, budget_s=AMPLE):
        best = reference.best(plan.id, mastered)
        if plan.id in held:
            assert (plan.status, plan.plan) == (Status.HELD, ())
        elif plan.id in withheld:
            assert (plan.status, plan.plan) == (Status.WITHHELD, None)
        elif best is None:
            assert (plan.status, plan.plan, plan.proven_optimal) == (Status.IMPOSSIBLE, None, True)
        else:
            have = assert_walkable(reference, mastered, plan.plan)
            assert reference.meets(plan.id, have)
            assert plan.proven_optimal
            assert (plan.remaining_hours, len(plan.plan)) == best
            assert plan.lower_bound_hours == plan.remaining_hours
            assert plan.status is expected(compiled, reference, mastered, plan)


@settings(max_examples=100, deadline=None)
@given(learners())
def test_without_time_plans_are_valid_and_bounds_hold(learner):
    program, mastered, held, withheld = learner
    compiled, reference = compile_program(program), Reference(program, held, withheld)
    for credential in program.credentials:
        plan = plan_credential(compiled, mastered, credential.id, held, withheld, budget_s=0)
        if plan.plan is None:
            assert plan.status in (Status.WITHHELD, Status.IMPOSSIBLE)
            continue
        if plan.status is Status.HELD:
            continue
        hours, _ = reference.best(credential.id, mastered)
        assert reference.meets(credential.id, assert_walkable(reference, mastered, plan.plan))
        assert plan.lower_bound_hours <= hours <= plan.remaining_hours
        assert not plan.proven_optimal or plan.remaining_hours == hours


@settings(max_examples=60, deadline=None)
@given(learners())
def test_the_first_n_are_the_first_of_the_whole_list(learner):
    program, mastered, held, withheld = learner
    compiled = compile_program(program)
    whole = unlock_list(compiled, mastered, held, withheld, budget_s=AMPLE)
    for limit in range(len(whole) + 2):
        assert unlock_list(compiled, mastered, held, withheld, budget_s=AMPLE, limit=limit) == whole[:limit]
    for plan in whole:
        assert plan_credential(compiled, mastered, plan.id, held, withheld, budget_s=AMPLE) == plan


@settings(max_examples=60, deadline=None)
@given(learners())
def test_more_mastery_never_takes_more_hours(learner):
    program, mastered, held, withheld = learner
    compiled = compile_program(program)
    before = {p.id: p for p in unlock_list(compiled, set(), held, withheld, budget_s=AMPLE)}
    for after in unlock_list(compiled, mastered, held, withheld, budget_s=AMPLE):
        if before[after.id].remaining_hours is not None:
            assert Decimal(0) <= after.remaining_hours <= before[after.id].remaining_hours


@settings(max_examples=120, deadline=None)
@given(renewers())
def test_what_expired_costs_its_renewal_in_the_smallest_of_all_subsets(learner):
    program, mastered, held, withheld, expired = learner
    compiled, reference = compile_program(program), Reference(program, held, withheld, expired)
    plans = unlock_list(compiled, mastered, held, withheld, expired=expired, budget_s=AMPLE)
    for plan in plans:
        assert plan_credential(compiled, mastered, plan.id, held, withheld, expired=expired, budget_s=AMPLE) == plan
        if plan.plan and plan.status is not Status.HELD:
            assert plan.proven_optimal
            assert (plan.remaining_hours, len(plan.plan)) == reference.best(plan.id, mastered)
            assert plan.remaining_hours == sum(reference.hours(key) for key in plan.plan)
            assert reference.meets(plan.id, assert_walkable(reference, mastered, plan.plan))
    for one in leverage(compiled, mastered, plans, expired):
        assert one.hours == reference.hours(one.competency)
    first = unlock_list(compiled, mastered, held, withheld, expired=expired, budget_s=AMPLE, limit=2)
    assert first == plans[:2]


@settings(max_examples=60, deadline=None)
@given(renewers())
def test_without_time_bounds_hold_for_who_renews_too(learner):
    program, mastered, held, withheld, expired = learner
    compiled, reference = compile_program(program), Reference(program, held, withheld, expired)
    for credential in program.credentials:
        plan = plan_credential(compiled, mastered, credential.id, held, withheld, expired=expired, budget_s=0)
        if plan.plan is not None and plan.status is not Status.HELD:
            hours, _ = reference.best(credential.id, mastered)
            assert plan.lower_bound_hours <= hours <= plan.remaining_hours
