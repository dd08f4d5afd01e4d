"""Programs as GraphML: what another reader of the format finds in it."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import networkx as nx
import pytest

from cbe.domain.program import Competency, Program
from cbe.interop.graphml import write_graphml
from cbe.interop.program_file import load_program
from tests.needs import real_program

HTML = Competency("html", {"en": "HTML", "ar": "ترميز"}, Decimal("6.5"))
APP = Competency("app", "App", Decimal(4), prerequisites=(("html",), ("html", "php")))
WEB = Program("web", "Web", "en", (HTML, Competency("php", "PHP & <b>\x0b", Decimal(2)), APP), ())


def read(program: Program) -> nx.MultiDiGraph:
    return nx.read_graphml(io.BytesIO(write_graphml(program)), force_multigraph=True)


def test_competencies_have_title_and_hours_and_edges_the_group_they_are_of():
    graph = read(WEB)
    assert dict(graph.nodes(data=True)) == {
        "html": {"title": "HTML", "hours": 6.5},
        "php": {"title": "PHP & <b>\N{REPLACEMENT CHARACTER}", "hours": 2.0},
        "app": {"title": "App", "hours": 4.0},
    }
    edges = [(before, after, data["group"]) for before, after, data in graph.edges(data=True)]
    assert sorted(edges) == [("html", "app", 1), ("html", "app", 2), ("php", "app", 2)]


def test_a_program_without_competencies_is_an_empty_graph():
    assert len(read(replace(WEB, competencies=()))) == 0


@pytest.mark.programs
@pytest.mark.parametrize("name", ["metacademy.json", "rpi.json"])
def test_the_real_programs_keep_every_edge(name):
    _, program = load_program(real_program(name).read_bytes())
    graph = read(program)
    assert list(graph) == [competency.id for competency in program.competencies]
    assert graph.number_of_edges() == sum(len(g) for one in program.competencies for g in one.prerequisites)
