"""The transitive reduction keeps every state of every closed learner, names whom else it changes, and finds all there is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.cohort import Cohort, LearnerFacts
from cbe.domain.graph import compile_program
from cbe.domain.lint import (
    Edge,
    Mend,
    People,
    Rule,
    apply_mend,
    changed_row,
    changes_state,
    in_order,
    lint,
    redundant_edges,
    safe_together,
    without_edges,
)
from cbe.domain.program import Competency, Program, parse_program
from cbe.domain.progress import states
from tests.domain.strategies import document_of, programs


def subsets(ids):
    return map(set, chain.from_iterable(combinations(ids, n) for n in range(len(ids) + 1)))


def is_closed(program, mastered):
    return all(
        any(m in mastered for m in group) for c in program.competencies if c.id in mastered for group in c.prerequisites
    )


def reduced(program, edges):
    return replace(
        program,
        competencies=tuple(
            replace(c, prerequisites=without_edges(c.prerequisites, [e for e in edges if e.competency == c.id]))
            for c in program.competencies
        ),
    )


def edges_of(program):
    for c in (one for one in program.competencies if not one.archived):
        for place, group in enumerate(c.prerequisites):
            if len(c.prerequisites) > 1 or len(group) == 1:
                yield Edge(c.id, place)
            if len(group) > 1:
                yield from (Edge(c.id, place, member) for member in group)


@settings(deadline=None)
@given(programs(most_competencies=7, most_credentials=0))
def test_all_found_together_keep_every_state_of_closed_learners(program):
    before = compile_program(program)
    after = compile_program(reduced(program, redundant_edges(before)))
    for mastered in subsets(before.ids):
        if is_closed(program, mastered):
            assert states(before, mastered) == states(after, mastered)


@settings(deadline=None)
@given(programs(most_competencies=6, most_credentials=0))
def test_whatever_is_left_makes_a_difference_to_a_closed_learner(program):
    kept = reduced(program, redundant_edges(compile_program(program)))
    compiled = compile_program(kept)
    closed = [mastered for mastered in subsets(compiled.ids) if is_closed(kept, mastered)]
    for edge in edges_of(kept):
        assert any(changes_state(compiled, edge, mastered) for mastered in closed)


@settings(deadline=None)
@given(programs(most_competencies=6, most_credentials=0))
def test_the_learners_an_edge_changes_are_named(program):
    compiled = compile_program(program)
    learners = [LearnerFacts(str(i), frozenset(m)) for i, m in enumerate(subsets(compiled.ids))]
    cohort = Cohort(learners)
    for edge in edges_of(program):
        without = compile_program(reduced(program, [edge]))
        row = changed_row(compiled, [edge], cohort)
        for number, one in enumerate(learners):
            differs = states(compiled, one.mastered) != states(without, one.mastered)
            assert changes_state(compiled, edge, one.mastered) == differs == bool(row >> number & 1)


@settings(deadline=None, max_examples=50)
@given(programs(most_competencies=6, most_credentials=0))
def test_each_mend_does_to_the_document_what_the_edge_says(program):
    edges = {(e.competency, e.group, e.member): e for e in redundant_edges(compile_program(program))}
    findings = [finding for finding in lint(program) if finding.rule is Rule.REDUNDANT]
    assert len(findings) == len(edges)
    for finding in findings:
        mended = parse_program(apply_mend(document_of(program), finding.mend))
        assert mended in [reduced(program, [edge]) for edge in edges.values()]


def test_who_skipped_a_prerequisite_makes_the_mend_unsafe():
    rows = {"a": (), "b": (("a",),), "c": (("a",), ("b",))}
    found = tuple(Competency(key, key, Decimal(1), prerequisites=groups) for key, groups in rows.items())
    program = Program("p", "p", "en", found, ())
    told = {}
    for name, mastered in (("usual", {"a"}), ("recognized", {"b"})):
        people = People([LearnerFacts("l", frozenset(mastered))])
        told[name] = next(f for f in lint(program, people=people) if f.rule is Rule.REDUNDANT)
    assert (told["usual"].learners, told["usual"].mend.safe) == (0, True)
    assert (told["recognized"].learners, told["recognized"].mend.safe) == (1, False)


def test_of_two_equal_groups_one_stays():
    found = (Competency("a", "a", Decimal(1)), Competency("b", "b", Decimal(1), prerequisites=(("a",), ("a",))))
    assert redundant_edges(compile_program(Program("p", "p", "en", found, ()))) == [Edge("b", 1)]


@settings(deadline=None, max_examples=50)
@given(programs(most_competencies=6, most_credentials=0), st.data())
def test_what_is_safe_together_changes_no_state_of_these_people(program, data):
    compiled = compile_program(program)
    some = data.draw(st.lists(st.sets(st.sampled_from(compiled.ids)), max_size=4))
    learners = [LearnerFacts(str(i), frozenset(mastered)) for i, mastered in enumerate(some)]
    people = People(learners)
    safe = safe_together(compiled, lint(compiled, people=people), people)
    changes = in_order(change for finding in safe if finding.mend for change in finding.mend.changes)
    mended = compile_program(parse_program(apply_mend(document_of(program), Mend(changes))))
    for one in learners:
        assert states(compiled, one.mastered) == states(mended, one.mastered)


def test_two_that_are_safe_alone_need_not_be_together():
    rows = {"a": (), "b": (("a",),), "c": (("b",),), "d": (("a",), ("b",), ("c",))}
    found = tuple(Competency(key, key, Decimal(1), prerequisites=groups) for key, groups in rows.items())
    compiled = compile_program(Program("p", "p", "en", found, ()))
    people = People([LearnerFacts("skipped both", frozenset("c"))])
    findings = [one for one in lint(compiled, people=people) if one.rule is Rule.REDUNDANT]
    assert [one.mend.safe for one in findings] == [True, True]
    assert [one.place for one in safe_together(compiled, findings, people)] == ["/competencies/3/prerequisites/0"]
