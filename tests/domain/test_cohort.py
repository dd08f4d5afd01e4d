"""Many learners at once against the plain functions that look at one: the same answers, bit by bit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.cohort import Cohort, CredentialRows, LearnerFacts, hour_bounds, met_row, offered_row
from cbe.domain.errors import NotFound
from cbe.domain.graph import bits_of, compile_program
from cbe.domain.planner import Status, plan_credential
from cbe.domain.program import leaf_credits, reached_credentials
from cbe.domain.progress import ready_ids
from cbe.domain.requirements import is_met
from tests.domain import planner_programs, strategies


@st.composite
def facts_of(draw, program, name="l"):
    """What one learner may have: any mastery, marks on the rest, credentials held or withheld."""
    ids, keys = [c.id for c in program.competencies], [c.id for c in program.credentials]
    some = st.frozensets(st.sampled_from(ids))
    awards = st.frozensets(st.sampled_from(keys), max_size=1) if keys else st.just(frozenset())
    mastered, held = draw(some), draw(awards)
    expired = draw(some) - mastered
    return LearnerFacts(name, mastered, draw(some), draw(some), expired, held, draw(awards) - held)


@st.composite
def cohorts(draw, programs, most=12):
    program = draw(programs)
    count = draw(st.integers(1, most))
    return program, [draw(facts_of(program, f"l{i}")) for i in range(count)]


EITHER = st.one_of(strategies.programs(), planner_programs.programs())


@settings(deadline=None)
@given(cohorts(EITHER), st.booleans())
def test_rows_say_of_everybody_what_is_said_of_one(made, prepared):
    program, learners = made
    compiled, cohort = compile_program(program), Cohort(learners)
    if prepared:
        cohort.prepare(compiled.ids)
    rows = CredentialRows(compiled, cohort.mastered, cohort.held, cohort.withheld, cohort.everyone)
    for number, one in enumerate(learners):
        ready = {
            c.id
            for c in program.competencies
            if offered_row(c, cohort.mastered, cohort.everyone) >> number & 1 and c.id not in one.mastered
        }
        assert ready == set(ready_ids(compiled, one.mastered))
        reached = {c.id for c in program.credentials if rows.reached(c.id) >> number & 1}
        assert reached == reached_credentials(program, one.mastered, one.held, one.withheld)
        for credential in program.credentials:
            plan = plan_credential(compiled, one.mastered, credential.id, one.held, one.withheld)
            assert bool(rows.claimable(credential.id) >> number & 1) == (plan.status is Status.CLAIMABLE)


@settings(deadline=None, max_examples=40)
@given(cohorts(EITHER, most=20), st.data())
def test_rows_made_ahead_are_those_that_are_made_when_asked_for(made, data):
    program, learners = made
    ids = [one.id for one in (*program.competencies, *program.credentials)]
    cohort = Cohort(learners)
    for _ in range(2):  # the second time some are there
        some = data.draw(st.lists(st.sampled_from(ids)))
        cohort.prepare(some)
        cohort.prepare_marks(some)
    for key in ids:
        assert cohort.mastered(key) == bits_of(n for n, one in enumerate(learners) if key in one.mastered)
        assert cohort.in_review(key) == bits_of(n for n, one in enumerate(learners) if key in one.in_review)
        assert cohort.returned(key) == bits_of(n for n, one in enumerate(learners) if key in one.returned)
        assert cohort.expired(key) == bits_of(n for n, one in enumerate(learners) if key in one.expired)
        assert cohort.held(key) == bits_of(n for n, one in enumerate(learners) if key in one.held)
        assert cohort.withheld(key) == bits_of(n for n, one in enumerate(learners) if key in one.withheld)


@settings(deadline=None)
@given(cohorts(EITHER))
def test_requirements_alone_are_met_by_the_same_people(made):
    program, learners = made
    cohort, worth = Cohort(learners), leaf_credits(program)
    for credential in program.credentials:
        row = met_row(credential.requires, cohort.mastered, cohort.held, cohort.everyone, worth)
        for number, one in enumerate(learners):
            assert bool(row >> number & 1) == is_met(credential.requires, one.mastered, one.held, worth)


@settings(deadline=None)
@given(cohorts(planner_programs.programs(), most=4))
def test_the_shortest_plan_lies_between_the_bounds(made):
    program, learners = made
    compiled, cohort = compile_program(program), Cohort(learners)
    for credential in program.credentials:
        bounds = hour_bounds(compiled, cohort, credential.id)
        for number, one in enumerate(learners):
            plan = plan_credential(
                compiled, one.mastered, credential.id, one.held, one.withheld, expired=one.expired, budget_s=60
            )
            between = bounds.of(number)
            if plan.remaining_hours is None:
                assert between is None
            else:
                least, most = between
                assert least <= plan.remaining_hours <= most


def test_bounds_are_exact_where_nothing_is_to_choose():
    program = strategies.Program(
        "p",
        "p",
        "en",
        tuple(
            strategies.Competency(key, key, Decimal(hours), prerequisites=groups, renewal_hours=Decimal("0.5"))
            for key, hours, groups in (("a", 2, ()), ("b", 3, (("a",),)), ("c", 5, (("b",),)))
        ),
        (strategies.Credential("d", "d", "badge", strategies.CompetencyLeaf("c")),),
    )
    learners = [
        LearnerFacts("new", frozenset()),
        LearnerFacts("recognized", frozenset({"b"})),
        LearnerFacts("renewing", frozenset({"a"}), expired=frozenset({"b"})),
    ]
    bounds = hour_bounds(compile_program(program), Cohort(learners), "d")
    assert [bounds.of(i) for i in range(3)] == [(Decimal(h), Decimal(h)) for h in ("10", "5", "5.5")]


def test_bounds_of_an_unknown_credential_are_not_found():
    program = strategies.Program("p", "p", "en", (strategies.Competency("a", "a", Decimal(1)),), ())
    with pytest.raises(NotFound):
        hour_bounds(compile_program(program), Cohort([]), "d")
