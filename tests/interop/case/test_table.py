"""The spreadsheets of frameworks: lines become items, columns their links, and nothing of them is lost."""

from __future__ import annotations

import pytest

from cbe.interop.case import case_package, is_case_table, read_case_table
from cbe.interop.imported import ProgramImport
from tests.interop.case.packages import NOW, given_back, said, schema_errors, uuid_of
from tests.needs import case_file

HEAD = "Identifier,fullStatement,Human Coding Scheme,sequenceNumber,Is Child Of,Precedes,Is Related To,License\n"


def read(table: str | bytes, **how: str) -> ProgramImport:
    data = table if isinstance(table, bytes) else table.encode()
    assert is_case_table(data)
    return read_case_table(data, key=uuid_of(0), title="Table", language="en", **how)


def test_children_are_found_by_the_code_of_their_parent_and_ordered_by_number():
    _, program = read(HEAD + "a,Numbers,N,1,,,,\nb,Twos,N.2,2,N,,,\nc,Ones,N.1,1,N,,,\n").accepted()
    assert [(one.id, one.code, one.section) for one in program.competencies] == [
        ("a", "N", "a"), ("c", "N.1", "a"), ("b", "N.2", "a"),
    ]  # fmt: skip


def test_links_lead_to_other_lines_or_elsewhere_and_other_columns_are_kept():
    document, program = read(HEAD + "a,A,,,,b,https://x.example/1,CC0\nb,B,,,,,,\n", precedes="prerequisite").accepted()
    assert {one.id: one.prerequisites for one in program.competencies}["b"] == (("a",),)
    assert [one.uri for one in program.competencies[0].alignments] == ["https://x.example/1"]
    assert case_package(document, now=NOW)["CFItems"][0]["extensions"]["table"] == {"license": "CC0"}


def test_what_is_wrong_or_odd_stands_at_its_line():
    assert [at for at, _ in read(HEAD + "a,A,,,,,,\na,B,,,,,,\n").refusals] == ["/lines/3"]
    assert [at for at, _ in read(HEAD + '"a').refusals] == ["/lines/2"]
    told = {one.text: one.places for one in read(HEAD + "a,A,,,,,,\n\nb,<b>B</b>,,,nowhere,,,\n").remarks}
    assert told["Statements with HTML in them, which is kept: 1"] == ("/lines/4",)
    assert told["Associations that begin or end outside of the package and are only kept: 1"] == ("/lines/4",)


@pytest.mark.programs
@pytest.mark.parametrize(("name", "count", "sections"), [("sample_case.csv", 10, 5), ("children.csv", 4, 0)])
def test_the_real_tables_are_read_and_given_out_as_valid_packages(name, count, sections):
    found = read(case_file(name).read_bytes())
    document, program = found.accepted()
    assert (len(program.competencies), len(program.sections)) == (count, sections)
    assert schema_errors(case_package(document, now=NOW), "1.1") == []
    assert said(given_back(document)) == said(document)
