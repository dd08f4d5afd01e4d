"""The planner by example: statuses, order, gaps of time, reasons; and over the real programs where they are at hand."""

from __future__ import annotations

import gzip
import json
import random
from decimal import Decimal
from pathlib import Path

import pytest

from bench.plain import assert_valid, plain_plan
from bench.programs import adversarial
from cbe.domain.errors import NotFound
from cbe.domain.graph import compile_program
from cbe.domain.planner import Status, leverage, plan_credential, scope, steps, unlock_list, why_impossible
from cbe.domain.program import Competency, Credential, Program, parse_program
from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits

PROGRAMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "programs"
HTML, CSS, JS, PHP, FORMS = map(CompetencyLeaf, ("html", "css", "js", "php", "forms"))


def web(*credentials):
    groups = {"forms": (("html",), ("js", "php")), "html": (), "css": (("html",),), "js": (("html",),), "php": ()}
    hours = {"forms": 4, "html": 6, "css": 8, "js": 20, "php": 12}
    found = tuple(Competency(k, k, Decimal(hours[k]), credits=Decimal(1), prerequisites=g) for k, g in groups.items())
    return compile_program(Program("web", "Web", "en", found, credentials))


def credential(key, requires, worth=0):
    return Credential(key, key, "badge", requires, credits=Decimal(worth))


def test_the_plan_takes_the_shorter_of_two_ways_in_walkable_order():
    plan = plan_credential(web(credential("d", FORMS)), set(), "d")
    assert plan.to_json() == {
        "id": "d",
        "status": "open",
        "remaining_hours": 22,
        "plan": ["html", "php", "forms"],
        "proven_optimal": True,
        "lower_bound_hours": 22,
    }


def test_what_lies_behind_a_recognized_competency_is_not_asked_again():
    plan = plan_credential(web(credential("d", All((FORMS, JS)))), {"js", "forms"}, "d")
    assert (plan.status, plan.plan, plan.remaining_hours) == (Status.CLAIMABLE, (), 0)


def test_every_status_in_the_order_of_the_list():
    compiled = web(
        credential("held", HTML),
        credential("withheld", HTML),
        credential("impossible", All((HTML, CredentialLeaf("withheld")))),
        credential("open", PHP, 1),
        credential("next", PHP, 2),
        credential("in_progress", All((CSS, FORMS))),
        credential("claimable", HTML),
    )
    plans = unlock_list(compiled, {"html"}, {"held"}, {"withheld"})
    assert [p.id for p in plans] == ["claimable", "next", "open", "in_progress", "impossible", "withheld", "held"]
    statuses = [p.status.value for p in plans]
    assert statuses == ["claimable", "next", "next", "in_progress", "impossible", "withheld", "held"]


def test_equal_hours_take_fewer_competencies():
    found = tuple(Competency(k, k, Decimal(h)) for k, h in (("a", 1), ("b", 2), ("c", 3)))
    either = Any_((All((CompetencyLeaf("a"), CompetencyLeaf("b"))), CompetencyLeaf("c")))
    compiled = compile_program(Program("p", "p", "en", found, (credential("d", either),)))
    assert plan_credential(compiled, set(), "d").plan == ("c",)


def test_no_sharing_asks_for_a_competency_of_its_own():
    shared, apart = All((HTML, Any_((HTML, CSS)))), All((HTML, Any_((HTML, CSS))), no_sharing=True)
    compiled = web(credential("shared", shared), credential("apart", apart))
    assert plan_credential(compiled, {"html"}, "shared").status is Status.CLAIMABLE
    assert plan_credential(compiled, {"html"}, "apart").plan == ("css",)


def test_why_impossible_names_the_withheld_credential_or_the_crowd():
    crowded = AtLeast(2, (HTML, Any_((HTML, HTML))), no_sharing=True)
    rests = All((CSS, CredentialLeaf("w")))
    compiled = web(credential("w", HTML), credential("d", rests), credential("crowd", crowded), credential("ok", CSS))
    assert why_impossible(compiled, set(), "d", withheld={"w"}).values["credential_ids"] == ["w"]
    assert why_impossible(compiled, set(), "crowd").values == {"credential": "crowd"}
    assert why_impossible(compiled, set(), "ok") is None
    assert plan_credential(compiled, set(), "crowd").status is Status.IMPOSSIBLE


def test_credits_of_a_tree_count_only_when_it_holds():
    tree = Credits(Decimal(2), (All((HTML, CSS)), PHP))
    assert plan_credential(web(credential("d", tree)), set(), "d").plan == ("html", "css")


def test_steps_move_from_to_do_to_done():
    compiled = web(credential("d", All((FORMS, CSS))))
    assert [steps(compiled, m, plan_credential(compiled, m, "d")) for m in (set(), {"html"}, {"html", "php"})] == [
        (0, 4),
        (1, 4),
        (2, 4),
    ]
    everything = {"html", "php", "css", "forms"}
    assert steps(compiled, everything, plan_credential(compiled, everything, "d")) == (4, 4)


def test_leverage_counts_plans_and_what_opens():
    compiled = web(credential("a", CSS), credential("b", FORMS), credential("c", HTML))
    found = leverage(compiled, set(), unlock_list(compiled, set(), held={"c"}))
    assert [(x.competency, x.credentials, x.hours, x.opens) for x in found] == [("html", 2, 6, 2), ("php", 1, 12, 0)]


def test_the_scope_holds_every_way():
    assert scope(web(credential("d", FORMS)), "d") == {"forms", "html", "js", "php"}
    with pytest.raises(NotFound):
        plan_credential(web(), set(), "d")


def test_nested_credits_do_not_explode():
    node = HTML
    for _ in range(48):
        node = Credits(Decimal(1), (node, CSS))
    assert plan_credential(web(credential("d", node)), set(), "d").plan == ("html",)


def test_a_hard_program_in_no_time_has_a_plan_and_an_honest_bound():
    program = adversarial(120, seed=3)
    compiled = compile_program(program)
    quick = plan_credential(compiled, set(), "d0", budget_s=0.02)
    sure = plan_credential(compiled, set(), "d0", budget_s=30)
    assert_valid(program, set(), "d0", quick.plan)
    assert sure.proven_optimal
    assert quick.lower_bound_hours <= sure.remaining_hours <= quick.remaining_hours
    assert plan_credential(compiled, set(), "d0", budget_s=30) == sure


def test_hours_no_double_can_tell_apart_are_not_called_proven():
    tiny = Decimal("1.0000000000000001")
    found = tuple(Competency(k, k, h) for k, h in (("a", Decimal(1)), ("b", tiny), ("c", Decimal(7))))
    choice = AtLeast(2, tuple(CompetencyLeaf(k) for k in "abc"))
    compiled = compile_program(Program("p", "p", "en", found, (credential("d", choice),)))
    plan = plan_credential(compiled, set(), "d")
    assert plan.remaining_hours == Decimal("2.0000000000000001")
    assert not plan.proven_optimal
    assert plan.lower_bound_hours <= plan.remaining_hours


@pytest.mark.programs
@pytest.mark.parametrize("name", ["metacademy.json", "rpi.json", "metamath.json.gz"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.4])
def test_the_real_programs_are_planned_validly(name, share):
    path = PROGRAMS / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    program = parse_program(json.loads(data, parse_float=Decimal))
    compiled = compile_program(program)
    draw = random.Random(name)
    mastered = set(draw.sample(compiled.ids, int(share * len(compiled.ids))))
    plans = unlock_list(compiled, mastered, budget_s=0.5)
    assert len(plans) == len(program.credentials)
    for plan in draw.sample(plans, 20):
        if plan.plan is not None:
            walk(compiled, mastered, plan)


def walk(compiled, mastered, plan):
    have = set(mastered)
    for key in plan.plan:
        assert all(any(m in have for m in group) for group in compiled.competencies[key].prerequisites)
        have.add(key)
    assert plan_credential(compiled, have, plan.id).status is Status.CLAIMABLE
    hours = sum((compiled.competencies[k].effort_hours for k in plan.plan), Decimal(0))
    assert plan.remaining_hours == hours
    assert plan.lower_bound_hours <= hours


@pytest.mark.programs
def test_the_hours_equal_the_uncut_program():
    path = PROGRAMS / "rpi.json"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    program = parse_program(json.loads(path.read_bytes(), parse_float=Decimal))
    compiled = compile_program(program)
    mastered = set(random.Random(5).sample(compiled.ids, 60))
    compared = 0
    for plan in unlock_list(compiled, mastered, budget_s=20):
        try:
            plain = plain_plan(program, mastered, plan.id, 10)
        except (TypeError, AssertionError):  # kinds that the plain program does not write
            continue
        assert plan.proven_optimal
        assert plain.hours == plan.remaining_hours
        compared += 1
    assert compared >= 8
