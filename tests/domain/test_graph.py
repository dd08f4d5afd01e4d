"""A compiled program: order, circles, scopes, chains, and the ready set against plain networkx."""

from __future__ import annotations

from decimal import Decimal

import networkx as nx
import pytest
from hypothesis import given, settings

from cbe.domain.errors import Invalid, NotFound
from cbe.domain.graph import compile_program
from cbe.domain.program import Competency, Credential, Program
from cbe.domain.requirements import All, CompetencyLeaf, CredentialLeaf
from tests.domain.planner_programs import learners, programs


def program(groups, credentials=()):
    competencies = tuple(Competency(k, k, Decimal(1), prerequisites=tuple(g)) for k, g in groups.items())
    return Program("p", "p", "en", competencies, tuple(credentials))


def test_prerequisites_come_first_in_the_order():
    compiled = compile_program(program({"forms": [("html",), ("js", "php")], "html": [], "js": [("html",)], "php": []}))
    assert compiled.order.index("html") < compiled.order.index("js") < compiled.order.index("forms")
    assert compiled.graph.edges["js", "forms"]["groups"] == (1,)
    assert compiled.longest_chain == ("html", "js", "forms")


def test_a_circle_is_shown_whole():
    with pytest.raises(Invalid, match=r"-> . ->") as caught:
        compile_program(program({"a": [("b",)], "b": [("c", "x")], "c": [("a",)], "x": []}))
    assert sorted(caught.value.problems[0][1].split(": ")[1].split(" -> ")[:-1]) == ["a", "b", "c"]


def test_the_scope_goes_through_credentials_and_every_group():
    badge = Credential("badge", "b", "badge", CompetencyLeaf("forms"))
    diploma = Credential("diploma", "d", "diploma", All((CredentialLeaf("badge"), CompetencyLeaf("css"))))
    groups = {"forms": [("js", "php")], "js": [], "php": [], "css": [], "art": []}
    compiled = compile_program(program(groups, [badge, diploma]))
    assert compiled.ids_of(compiled.scope_bits("diploma")) == ["forms", "js", "php", "css"]
    assert compiled.parts("diploma") == ("badge",)
    with pytest.raises(NotFound):
        compiled.scope_bits("nothing")


@given(programs())
def test_behind_a_competency_is_what_networkx_says(found):
    compiled = compile_program(found)
    for number, key in enumerate(compiled.ids):
        assert set(compiled.ids_of(compiled.ancestor_bits[number])) == nx.ancestors(compiled.graph, key) | {key}


@settings(deadline=None)
@given(learners())
def test_the_ready_set_is_what_the_definition_says(learner):
    found, mastered, _, _ = learner
    compiled = compile_program(found)
    plain = [
        c.id
        for c in found.competencies
        if c.id not in mastered
        and not c.archived
        and all(any(m in mastered for m in group) for group in c.prerequisites)
    ]
    ready = compiled.ready_mask(compiled.mask(mastered))
    assert [compiled.ids[i] for i in ready.nonzero()[0]] == plain


def test_a_hundred_thousand_competencies_compile_and_answer():
    groups = {f"c{i}": [(f"c{i // 2}",)] if i else [] for i in range(100_000)}
    compiled = compile_program(program(groups, [Credential("d", "d", "badge", CompetencyLeaf("c99999"))]))
    assert compiled.scope_bits("d").bit_count() == 18
    assert compiled.ready_mask(compiled.mask({"c0", "c1"})).sum() == 2
