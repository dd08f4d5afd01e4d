"""States of competencies, their reasons, and what would unlock one."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.errors import NotFound
from cbe.domain.graph import compile_program
from cbe.domain.program import Competency, Program
from cbe.domain.progress import State, explain_state, ready_ids, states, unlocking_choices
from tests.domain.planner_programs import learners

ORDER = [State.MASTERED, State.IN_REVIEW, State.RETURNED, State.EXPIRED, State.READY, State.LOCKED]


def compiled(groups, hours=None):
    hours = hours or {}
    found = tuple(Competency(k, k, Decimal(hours.get(k, 1)), prerequisites=tuple(g)) for k, g in groups.items())
    return compile_program(Program("p", "p", "en", found, ()))


def test_a_group_is_met_by_any_of_its_members():
    web = compiled({"html": [], "js": [], "php": [], "forms": [("html",), ("js", "php")]})
    assert states(web, {"html"})["forms"] is State.LOCKED
    assert states(web, {"html", "php"})["forms"] is State.READY


@settings(deadline=None)
@given(learners(), st.data())
def test_the_first_state_that_holds_is_shown(learner, data):
    program, mastered, _, _ = learner
    some = st.sets(st.sampled_from([c.id for c in program.competencies]))
    marks = {"in_review": data.draw(some), "returned": data.draw(some), "expired": data.draw(some)}
    made = compile_program(program)
    found = states(made, mastered, **marks)
    assert list(found) == [c.id for c in program.competencies]
    ready = ready_ids(made, mastered)
    for key, state in found.items():
        holds = [key in s for s in (mastered, marks["in_review"], marks["returned"], marks["expired"], ready)]
        assert state is ORDER[[*holds, True].index(True)]
        assert explain_state(made, mastered, key, **marks).state is state


@settings(deadline=None)
@given(learners())
def test_more_mastery_never_locks(learner):
    program, mastered, _, _ = learner
    made = compile_program(program)
    before = states(made, set())
    assert all(s is not State.LOCKED for k, s in states(made, mastered).items() if before[k] is not State.LOCKED)


def test_the_reason_names_who_meets_a_group_and_who_is_missing():
    web = compiled({"html": [], "js": [], "php": [], "forms": [("html",), ("js", "php")]})
    reason = explain_state(web, {"html"}, "forms")
    assert (reason.state, reason.ready, reason.missing) == (State.LOCKED, False, (("js", "php"),))
    assert reason.groups[0].met_by == ("html",)
    with pytest.raises(NotFound):
        explain_state(web, set(), "latin")


def test_one_competency_that_meets_both_groups_comes_before_two():
    web = compiled({"a": [], "b": [], "c": [], "z": [("a", "b"), ("b", "c")]}, {"b": 50})
    assert unlocking_choices(web, set(), "z").choices == (("b",), ("a", "c"))


def test_what_expired_comes_first_among_choices_when_it_is_renewed_in_less_time():
    a, b = (Competency(key, key, Decimal(hours), renewal_hours=Decimal(1)) for key, hours in (("a", 2), ("b", 9)))
    z = Competency("z", "z", Decimal(1), prerequisites=(("a", "b"),))
    made = compile_program(Program("p", "p", "en", (a, b, z), ()))
    assert unlocking_choices(made, set(), "z").choices == (("a",), ("b",))
    assert unlocking_choices(made, set(), "z", expired={"b"}).choices == (("b",), ("a",))


def test_at_most_five_choices_and_it_says_when_there_are_more():
    web = compiled({**{f"c{i}": [] for i in range(7)}, "z": [tuple(f"c{i}" for i in range(7))]}, {"c6": "0.5"})
    found = unlocking_choices(web, set(), "z")
    assert found.choices == (("c6",), ("c0",), ("c1",), ("c2",), ("c3",))
    assert found.more
    assert unlocking_choices(web, {"c0"}, "z").choices == ()


@settings(deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 6), min_size=1, max_size=4), min_size=1, max_size=5),
    st.lists(st.integers(1, 9), min_size=7, max_size=7),
)
def test_choices_are_the_minimal_ones_in_order(groups, hours):
    names = [f"c{i}" for i in range(7)]
    made = compiled(
        {**{n: [] for n in names}, "z": [tuple(names[m] for m in sorted(g)) for g in groups]},
        dict(zip(names, hours, strict=True)),
    )
    hitting = [set(c) for n in range(1, 8) for c in combinations(range(7), n) if all(g & set(c) for g in groups)]
    minimal = [c for c in hitting if not any(other < c for other in hitting)]
    ranks = sorted((len(c), sum(hours[m] for m in c)) for c in minimal)
    found = unlocking_choices(made, set(), "z")
    assert [(len(c), sum(hours[int(m[1:])] for m in c)) for c in found.choices] == ranks[:5]
    assert len(set(found.choices)) == len(found.choices)
    assert found.more == (len(minimal) > 5)


def test_many_wide_groups_do_not_explode():
    groups = {f"c{i}": [] for i in range(600)}
    wide = [tuple(f"c{(i * 37 + j * 11) % 600}" for j in range(20)) for i in range(40)]
    found = unlocking_choices(compiled({**groups, "z": wide}), set(), "z")
    assert found.more
    assert all(set(choice) & set(group) for choice in found.choices for group in wide)
