"""A rehearsal equals publishing and then comparing every learner by the plain functions that look at one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.cohort import Cohort, LearnerFacts
from cbe.domain.graph import compile_program
from cbe.domain.planner import plan_credential
from cbe.domain.program import Competency, Credential, Program
from cbe.domain.progress import State, states
from cbe.domain.rehearsal import Claim, rehearse
from cbe.domain.requirements import CompetencyLeaf, CredentialLeaf, Credits
from tests.domain.edits import edited
from tests.domain.strategies import programs
from tests.domain.test_cohort import facts_of

TOLD = {str(claim): claim for claim in Claim}


@st.composite
def rehearsals(draw, most=6):
    """A program, an edit of it, and learners, some of whom mastered what either version does not have."""
    old = draw(programs())
    new = draw(edited(old))
    both = replace(old, competencies=tuple({c.id: c for c in (*old.competencies, *new.competencies)}.values()))
    both = replace(both, credentials=tuple({c.id: c for c in (*old.credentials, *new.credentials)}.values()))
    learners = [draw(facts_of(both, f"l{i}")) for i in range(draw(st.integers(1, most)))]
    return old, new, learners


def states_of(compiled, one):
    return states(compiled, one.mastered, in_review=one.in_review, returned=one.returned, expired=one.expired)


def claims_of(compiled, one):
    plans = {key: plan_credential(compiled, one.mastered, key, one.held, one.withheld) for key in compiled.credentials}
    return {key: TOLD.get(plan.status, Claim.OPEN) for key, plan in plans.items()}


def moves(before, after):
    keys = dict.fromkeys([*before, *after])
    return {(key, before.get(key), after.get(key)) for key in keys if before.get(key) is not after.get(key)}


def assert_same(rehearsal, old, new, number, before, after):
    state_moves, claim_moves = rehearsal.of(number)
    told = {(move.competency, move.before, move.after) for move in state_moves}
    assert told == moves(states_of(old, before), states_of(new, after))
    told = {(move.credential, move.before, move.after) for move in claim_moves}
    assert told == moves(claims_of(old, before), claims_of(new, after))


@settings(deadline=None, max_examples=80)
@given(rehearsals())
def test_everybody_is_told_what_publishing_would_do(made):
    old, new, learners = compile_program(made[0]), compile_program(made[1]), made[2]
    rehearsal = rehearse(old, new, learners)
    for number, one in enumerate(learners):
        assert_same(rehearsal, old, new, number, one, one)


@settings(deadline=None, max_examples=30)
@given(rehearsals(), st.data())
def test_other_rules_of_mastery_are_told_as_well(made, data):
    old, new = compile_program(made[0]), compile_program(made[1])
    after = [data.draw(facts_of(made[1], one.id)) for one in made[2]]
    rehearsal = rehearse(old, new, made[2], after)
    for number, (one, other) in enumerate(zip(made[2], after, strict=True)):
        assert_same(rehearsal, old, new, number, one, other)


@settings(deadline=None, max_examples=50)
@given(rehearsals())
def test_groups_part_those_who_are_touched_into_those_who_see_the_same(made):
    rehearsal = rehearse(compile_program(made[0]), compile_program(made[1]), Cohort(made[2]))
    row = 0
    for group, seen in rehearsal.groups():
        assert not row & group
        row |= group
        for number in range(len(made[2])):
            states_seen, claims_seen = rehearsal.of(number)
            assert ((*states_seen, *claims_seen) == seen) == bool(group >> number & 1)
    assert row == rehearsal.touched


@settings(deadline=None, max_examples=40)
@given(rehearsals(most=3))
def test_hours_that_are_not_named_stay_and_those_called_longer_are(made):
    old, new, learners = compile_program(made[0]), compile_program(made[1]), made[2]
    rehearsal = rehearse(old, new, learners)
    for key in {*old.credentials, *new.credentials}:
        for number, one in enumerate(learners):
            was, now = (
                plan_credential(c, one.mastered, key, one.held, one.withheld, expired=one.expired).remaining_hours
                if key in c.credentials
                else None
                for c in (old, new)
            )
            if key not in rehearsal.longer_or_shorter:
                assert was == now
            if rehearsal.hours(key).longer >> number & 1:
                assert was < now
            if rehearsal.hours(key).shorter >> number & 1:
                assert was > now


def test_mastery_of_what_is_gone_and_longer_ways_are_told_with_the_people_behind_them():
    a, b, c = (Competency(key, key, Decimal(2)) for key in "abc")
    badge = Credential("badge", "Badge", "badge", CompetencyLeaf("c"))
    old = compile_program(Program("p", "p", "en", (a, b, c), (badge,)))
    new = compile_program(Program("p", "p", "en", (a, replace(c, prerequisites=(("a",),))), (badge,)))
    found = rehearse(old, new, [LearnerFacts("ann", frozenset("a")), LearnerFacts("bo", frozenset("b"))])
    told = {(move.competency, move.before, move.after): found.who(move.row) for move in found.states}
    gone = {("b", State.READY, None): ["ann"], ("b", State.MASTERED, None): ["bo"]}
    assert told == gone | {("c", State.READY, State.LOCKED): ["bo"]}
    assert (found.longer_or_shorter, found.who(found.hours("badge").longer)) == (("badge",), ["bo"])
    assert found.hours("badge").new.of(1) == (Decimal(4), Decimal(4))


def test_what_stands_on_an_edited_credential_is_told_too():
    a, b = (Competency(key, key, Decimal(2)) for key in "ab")
    stacked = Credential("top", "Top", "diploma", CredentialLeaf("badge"))
    old, new = (
        compile_program(Program("p", "p", "en", (a, b), (Credential("badge", "Badge", "badge", rule), stacked)))
        for rule in (CompetencyLeaf("a"), CompetencyLeaf("b"))
    )
    found = rehearse(old, new, [LearnerFacts("ann", frozenset("a"))])
    lost = (Claim.CLAIMABLE, Claim.OPEN)
    assert [(move.credential, (move.before, move.after)) for move in found.claims] == [("badge", lost), ("top", lost)]


def test_credits_that_are_fewer_keep_a_credential_from_being_claimed():
    badge = Credential("badge", "Badge", "badge", Credits(Decimal(2), (CompetencyLeaf("a"), CompetencyLeaf("b"))))
    old, new = (
        compile_program(
            Program(
                "p", "p", "en", tuple(Competency(key, key, Decimal(1), credits=Decimal(n)) for key in "ab"), (badge,)
            )
        )
        for n in (2, 1)
    )
    (move,) = rehearse(old, new, [LearnerFacts("ann", frozenset("a")), LearnerFacts("bo", frozenset("ab"))]).claims
    assert (move.before, move.after, move.row) == (Claim.CLAIMABLE, Claim.OPEN, 0b01)
