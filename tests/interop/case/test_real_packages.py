"""The real CASE packages, and the real programs as packages: nothing is lost, and what was valid is valid."""

from __future__ import annotations

import json

import pytest

from cbe.interop.case import case_package, read_case, write_case
from cbe.interop.program_file import load_program
from tests.interop.case.packages import NOW, given_back, schema_errors
from tests.needs import case_file, real_program

PACKAGES = {
    "EmptyExternalFramework.json": (0, "no items"),
    "MarkdownFramework.json": (2, "look like Markdown"),
    "Ordering.json": (28, "title is the beginning"),
    "SmartLevelFramework.json": (14, "not estimated"),
    "Utf8TestFramework.json": (1, "which language"),
    "math_cfs_sample.json": (703, "HTML"),
    "opensalt-framework-20c5134f-423d-4097-a971-3dd5152bf507.json": (16, "outside of the package"),
    "teks_math_case.json": (1_944, "isStandardAlignedTo"),
}

pytestmark = pytest.mark.programs


@pytest.mark.parametrize("precedes", ["order", "prerequisite"])
@pytest.mark.parametrize("name", PACKAGES)
def test_a_real_package_is_read_told_about_and_given_back_equal(name, precedes):
    data = case_file(name).read_bytes()
    count, odd = PACKAGES[name]
    found = read_case(data, precedes=precedes)
    document, program = found.accepted()
    source = json.loads(data.decode("utf-8-sig"))
    assert len(program.competencies) == count
    assert program.id == source["CFDocument"]["identifier"]
    assert any(odd in remark.text for remark in found.remarks)
    assert json.loads(write_case(document, now=NOW)) == source


@pytest.mark.parametrize(
    "name", [name for name in PACKAGES if name not in ("math_cfs_sample.json", "teks_math_case.json")]
)
def test_a_package_that_was_valid_is_valid_again_also_after_a_change(name):
    data = case_file(name).read_bytes()
    document, _ = read_case(data).accepted()
    before = schema_errors(json.loads(data), "1.0")
    document["competencies"].append({"id": "new", "title": "New", "effort_hours": 2})
    changed = case_package(document, now=NOW)
    assert schema_errors(changed, "1.0") == before
    assert schema_errors(case_package(document, now=NOW, version="1.1"), "1.1") == []


@pytest.mark.parametrize("name", ["metacademy.json", "rpi.json"])
def test_a_real_program_is_equal_after_being_a_package(name):
    document, _ = load_program(real_program(name).read_bytes())
    again = given_back(document)
    assert {key: again[key] for key in document} == document


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", PACKAGES)
def test_a_complete_package_is_valid_whatever_the_source_lacked(name, version):
    document, _ = read_case(case_file(name).read_bytes()).accepted()
    complete = case_package(document, now=NOW, version=version, complete=True, address="https://cbe.example")
    errors = schema_errors(complete, version)
    assert [error for error in errors if "is not a 'uuid'" not in error and "does not match" not in error] == []
    assert bool(errors) == (name == "math_cfs_sample.json")  # its identifiers are web addresses
