"""What is archived is no longer offered: never ready, in no plan; who mastered it keeps it, and it goes on counting."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from cbe.domain.errors import Invalid
from cbe.domain.evidence import open_routes
from cbe.domain.graph import compile_program
from cbe.domain.lint import Rule, lint
from cbe.domain.planner import Status, plan_credential, unlock_list, why_impossible
from cbe.domain.program import Competency, Credential, Program, parse_program
from cbe.domain.progress import State, explain_state, states, unlocking_choices
from cbe.domain.requirements import All, Any_, CompetencyLeaf
from tests.domain.planner_programs import learners
from tests.programs import web_document

A, B, C = (CompetencyLeaf(key) for key in "abc")


def program_of(*requirements, groups=(("a", "b"),), archived=("a",)):
    """Three competencies: c needs a or b, and a is archived unless said otherwise."""
    rows = {"a": (), "b": (), "c": groups}
    found = tuple(Competency(key, key, Decimal(2), prerequisites=needs, archived=key in archived) for key, needs in rows.items())  # fmt: skip
    badges = tuple(Credential(f"d{number}", "D", "badge", one) for number, one in enumerate(requirements))
    return compile_program(Program("p", "P", "en", found, badges))


def test_it_is_never_ready_and_says_why():
    compiled = program_of()
    assert states(compiled, set()) == {"a": State.LOCKED, "b": State.READY, "c": State.LOCKED}
    why = explain_state(compiled, set(), "a")
    assert (why.archived, why.ready, why.missing) == (True, False, ())
    assert unlocking_choices(compiled, set(), "c").choices == (("b",),)
    assert unlocking_choices(program_of(groups=(("a",),)), set(), "c").choices == ()


def test_who_mastered_it_keeps_it_and_it_counts():
    compiled = program_of(All((A, C)))
    assert states(compiled, {"a"}) == {"a": State.MASTERED, "b": State.READY, "c": State.READY}
    assert plan_credential(compiled, {"a"}, "d0").plan == ("c",)
    assert plan_credential(compiled, {"a", "c"}, "d0").status is Status.CLAIMABLE


def test_a_credential_that_needs_it_cannot_be_met_by_others_and_says_why():
    compiled = program_of(A, Any_((A, B)))
    assert [one.status for one in unlock_list(compiled, set())] == [Status.NEXT, Status.IMPOSSIBLE]
    assert str(why_impossible(compiled, set(), "d0")) == "It rests on what is no longer offered: a."
    behind = program_of(C, groups=(("a",),))
    assert str(why_impossible(behind, set(), "d0")) == "It rests on what is no longer offered: a."


def test_it_takes_evidence_only_of_who_renews_it():
    compiled = program_of()
    assert open_routes(compiled, set(), "a") == ()
    assert open_routes(compiled, {"a"}, "a") == ("program", "recognition")


def test_lint_asks_nothing_of_it_and_tells_what_it_closes():
    found = lint(program_of(C, groups=(("a",),)).program)
    assert {one.rule for one in found if one.competency == "a"} == set()
    [closed] = [one for one in found if one.rule is Rule.OUT_OF_REACH]
    assert (closed.competency, closed.others, closed.place) == ("c", ("a",), "/competencies/2/prerequisites/0")
    assert [one.credential for one in found if one.rule is Rule.UNMEETABLE] == ["d0"]


def test_the_file_says_so_with_true_or_false():
    document = web_document()
    document["competencies"][0]["archived"] = True
    assert [one.archived for one in parse_program(document).competencies][:2] == [True, False]
    document["competencies"][0]["archived"] = "yes"
    with pytest.raises(Invalid) as caught:
        parse_program(document)
    assert [at for at, _ in caught.value.problems] == ["/competencies/0/archived"]


@settings(deadline=None)
@given(learners())
def test_archiving_takes_nothing_from_who_mastered_it_and_gives_nobody_anything(learner):
    program, mastered, held, withheld = learner
    everything = replace(program, competencies=tuple(replace(one, archived=False) for one in program.competencies))
    before, after = compile_program(everything), compile_program(program)
    was, now = states(before, mastered), states(after, mastered)
    for one in program.competencies:
        gone = one.archived and one.id not in mastered
        assert now[one.id] == (State.LOCKED if gone else was[one.id])
    old = {one.id: one for one in unlock_list(before, mastered, held, withheld, budget_s=5)}
    for plan in unlock_list(after, mastered, held, withheld, budget_s=5):
        assert not any(after.competencies[key].archived for key in plan.plan or ())
        if plan.plan is not None:
            assert plan.remaining_hours >= old[plan.id].remaining_hours
