"""Programs as tables: one file or two, every problem with its line and column, and writing undoes reading."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.program import Program, Section
from cbe.interop.imported import ProgramImport
from cbe.interop.prerequisite_text import PrerequisiteTextError, read_prerequisites, write_prerequisites
from cbe.interop.program_csv import read_program_csv, write_edges_csv, write_program_csv
from cbe.interop.program_file import load_program
from tests.domain.strategies import programs
from tests.needs import real_program


def read(table: str | bytes, edges: str | bytes | None = None) -> ProgramImport:
    first, second = (one.encode() if isinstance(one, str) else one for one in (table, edges))
    assert first is not None
    return read_program_csv(first, key="p", title="P", language="en", edges=second)


WEB = '''id;title;section;hours;credits;level;prerequisites
html;HTML;Web;6;0.5;3;
js;JavaScript;Web > Scripts;4,5;;;html
php;PHP;"Web > ""Behind > it""";;;;html
app;App;;1;;;html & (js | php)
'''


def test_a_table_is_read_with_sections_hours_and_groups():
    document, program = read(WEB).accepted()
    assert [one.prerequisites for one in program.competencies] == [
        (),
        (("html",),),
        (("html",),),
        (("html",), ("js", "php")),
    ]
    assert [one.effort_hours for one in program.competencies] == [6, Decimal("4.5"), 1, 1]
    assert [one.effort_is_estimated for one in program.competencies] == [True, True, False, True]
    assert [(one.title, one.parent) for one in program.sections] == [
        ("Web", None), ("Scripts", "Web"), ("Behind > it", "Web"),
    ]  # fmt: skip
    assert document["competencies"][0]["level"] == 3


def test_hours_left_empty_are_told():
    [told] = read(WEB).remarks
    assert (told.count, told.places) == (1, ("/lines/4/hours",))


def test_two_tables_make_the_same_program_as_one():
    edges = "prerequisite,competency,group\nhtml,js,\nhtml,php,\nhtml,app,\njs,app,either\nphp,app,either\n"
    first = "\n".join(line.rpartition(";")[0] for line in WEB.splitlines())
    assert read(first, edges).accepted() == read(WEB).accepted()


@pytest.mark.parametrize(
    ("line", "places"),
    [
        (";T;;;;;", ["/lines/2/id"]),
        ("a;;;;;;", ["/lines/2/title"]),
        ("a;T;;six;-1;;", ["/lines/2/credits", "/lines/2/hours"]),
        ("a;T;;0;;9;", ["/lines/2/hours", "/lines/2/level"]),
        ("a;T;;;;;b", ["/lines/2/prerequisites"]),
        ("a;T;;;;;a", ["/lines/2/prerequisites"]),
        ("a;T;;;;;(b", ["/lines/2/prerequisites"]),
        ("a;T;;;;;\na;T;;x;;;", ["/lines/3/hours", "/lines/3/id"]),
        ("a;T;;;;;;too many", ["/lines/2"]),
    ],
)
def test_every_problem_has_its_line_and_column(line, places):
    assert sorted(at for at, _ in read(WEB.splitlines()[0] + "\n" + line).refusals) == places


def test_problems_of_the_second_table_stand_there():
    found = read("id,title\na,A\nb,B\n", "prerequisite,competency\nx,a\na,x\na,b\nb,a\n")
    assert [at for at, _ in found.refusals] == [
        "/edges/lines/2/prerequisite",
        "/edges/lines/3/competency",
        "/edges/lines/5/prerequisite",
    ]
    assert [at for at, _ in read("id,title\na,A\n", "from,to\n").refusals] == [
        "/lines/1/prerequisite", "/lines/1/competency", "/lines/1/from", "/lines/1/to",
    ]  # fmt: skip


@pytest.mark.parametrize("data", ["", "id,title\n\0", "id\n", '"', "a" * 200_000])
def test_what_is_no_table_is_refused(data):
    assert read(data).refusals


@pytest.mark.parametrize(
    ("text", "position"),
    [("a &", 4), ("| a", 1), ("a b & c | d", 7), ("(a | b", 7), ('"a', 1), ("a (b)", 3), ("a & ()", 6), ('""', 1)],
)
def test_prerequisites_that_say_nothing_name_the_character(text, position):
    with pytest.raises(PrerequisiteTextError) as caught:
        read_prerequisites(text)
    assert f"character {position}" in caught.value.text


names = st.text(st.characters(blacklist_categories=["C", "Z"]) | st.just(" "), min_size=1).map(str.strip).filter(bool)


@settings(deadline=None)
@given(st.lists(st.lists(names, min_size=1, max_size=3), max_size=3))
def test_prerequisites_that_are_written_are_read_again(groups):
    assert read_prerequisites(write_prerequisites(groups)) == groups


ODD = st.sampled_from(["=1+1", "'=1+1", "''@x", "-", "two\nlines", 'quoted "x", and; more', "ويب", "'tis"])


@settings(deadline=None)
@given(programs(), st.data())
def test_a_table_that_is_written_is_read_again(program, data):
    competencies = tuple(
        replace(one, title=data.draw(ODD), statement=data.draw(st.none() | ODD)) for one in program.competencies
    )
    program = replace(program, id="p", title="P", competencies=competencies, credentials=())
    assert read(write_program_csv(program)).accepted()[1] == program
    two = write_program_csv(program, with_prerequisites=False), write_edges_csv(program)
    assert read(*two).accepted()[1] == program


def test_sections_are_written_as_ways_and_told_apart_by_their_ids():
    _, program = read(WEB).accepted()
    assert read(write_program_csv(program)).accepted()[1] == program
    twice = replace(program, sections=(*program.sections[:2], Section(program.sections[2].id, "Scripts", "Web")))
    again = read(write_program_csv(twice)).accepted()[1]
    assert len({one.section for one in again.competencies}) == 4


@pytest.mark.programs
@pytest.mark.parametrize("name", ["metacademy.json", "rpi.json", "metamath.json.gz"])
def test_the_real_programs_keep_their_graph_in_a_table(name):
    _, program = load_program(real_program(name).read_bytes())
    again = read(write_program_csv(program)).accepted()[1]
    assert _graph(again) == _graph(program)


def _graph(program: Program) -> list[tuple[object, ...]]:
    return [(one.id, one.title, one.effort_hours, one.credits, one.prerequisites) for one in program.competencies]
