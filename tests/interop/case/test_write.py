"""Programs as CASE packages: what was kept comes back, what was changed is changed, what is new is new."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.interop.case import case_package, read_case_package, write_case
from cbe.interop.case.versions import as_version
from cbe.interop.program_file import load_program, write_program_document
from tests.interop.case.packages import (
    NOW,
    documents,
    given_back,
    link,
    packages,
    said,
    schema_errors,
    strange_packages,
    uuid_of,
)

MODES = st.sampled_from(["order", "prerequisite"])


@settings(deadline=None)
@given(packages(), MODES)
def test_a_package_that_nobody_changed_comes_back_equal(package, precedes):
    found = read_case_package(copy.deepcopy(package), precedes=precedes)
    if found.program is not None:
        assert case_package(found.document, now=NOW) == package


@settings(max_examples=300, deadline=None)
@given(strange_packages(), MODES, st.sampled_from(["1.0", "1.1"]))
def test_whatever_stands_in_a_package_it_is_refused_or_given_back(package, precedes, version):
    found = read_case_package(copy.deepcopy(package), precedes=precedes)
    assert bool(found.refusals) == (found.program is None)
    if found.program is not None:
        assert case_package(found.document, now=NOW) == package
        given_back(found.document, version=version, complete=True)
        given_back(said(found.document) | {"source": found.document["source"], "credentials": []}, version=version)


@settings(max_examples=60, deadline=None)
@given(documents(), st.sampled_from(["1.0", "1.1"]), st.booleans())
def test_a_program_that_becomes_a_package_and_a_program_again_is_equal(document, version, complete):
    assert said(given_back(document, version=version, complete=complete)) == document


@settings(deadline=None)
@given(packages(), MODES, st.data())
def test_a_changed_program_is_read_again_as_it_was_changed(package, precedes, data):
    found = read_case_package(package, precedes=precedes)
    if found.program is None or not found.program.competencies:
        return
    changed = data.draw(edits(found.document))
    assert said(given_back(changed, precedes=precedes)) == said(changed)


@st.composite
def edits(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """Draw a change of some competencies: gone, new, moved, renamed, with other prerequisites."""
    changed = copy.deepcopy(document)
    gone = draw(st.sets(st.sampled_from([each["id"] for each in changed["competencies"]]), max_size=2))
    left = [each for each in changed["competencies"] if each["id"] not in gone]
    left.insert(draw(st.integers(0, len(left))), {"id": "new", "title": "New", "effort_hours": 3, "section": None})
    sections = [each["id"] for each in changed["program"].get("sections", [])]
    for i, competency in enumerate(left):
        if competency["id"] == "new" or draw(st.booleans()):
            competency |= {
                "title": draw(st.sampled_from(["One", "Two"])),
                "section": draw(st.sampled_from([None, *sections])),
            }
            before = [each["id"] for each in left[:i]]
            groups = st.lists(st.lists(st.sampled_from(before), min_size=1, max_size=2, unique=True), max_size=2)
            competency["prerequisites"] = draw(groups) if before else []
        competency["prerequisites"] = [[m for m in g if m not in gone] for g in competency.get("prerequisites", [])]
        competency["prerequisites"] = [group for group in competency["prerequisites"] if group]
        left[i] = {key: value for key, value in competency.items() if value not in (None, [])}
    return changed | {"competencies": left}


@settings(max_examples=30, deadline=None)
@given(documents(), st.sampled_from(["1.0", "1.1"]))
def test_a_new_package_is_valid_by_the_schema_of_its_version(document, version):
    package = case_package(document, now=NOW, version=version, creator="Us", address="https://cbe.example/")
    assert schema_errors(package, version) == []
    other = "1.1" if version == "1.0" else "1.0"
    assert schema_errors(as_version(package, other), other) == []


FRAMEWORK = {
    "CFDocument": {**link(0), "creator": "Us", "caseVersion": "1.1", "lastChangeDateTime": "2020-01-01T00:00:00+00:00"},
    "CFItems": [
        {**link(1), "fullStatement": "Numbers", "educationLevel": ["01"]},
        {**link(2), "fullStatement": "Count to ten", "humanCodingScheme": "N.1", "notes": "on fingers"},
        {**link(3), "fullStatement": "Count to a hundred", "language": "en"},
    ],
    "CFAssociations": [
        {**link(11), "associationType": "isChildOf", "originNodeURI": link(2), "destinationNodeURI": link(1)},
        {**link(12), "associationType": "isChildOf", "originNodeURI": link(3), "destinationNodeURI": link(1)},
        {**link(13), "associationType": "precedes", "originNodeURI": link(2), "destinationNodeURI": link(3)},
        {"associationType": "isOddlyTo", "originNodeURI": link(3), "destinationNodeURI": link(2)},
        {"associationType": "isOddlyTo", "originNodeURI": link(3), "destinationNodeURI": link(2)},
        {**link(14), "associationType": "exactMatchOf", "originNodeURI": link(3), "destinationNodeURI": link(99)},
        {**link(15), "associationType": "precedes", "originNodeURI": link(3), "destinationNodeURI": link(99)},
    ],
    "CFDefinitions": {"CFLicenses": [{"title": "CC0"}]},
    "extensions": {"theirs": [None]},
}


def changed(change: Callable[[dict[str, Any]], None], precedes: str = "order") -> dict[str, Any]:
    """Return the package above after its program was changed."""
    document = read_case_package(copy.deepcopy(FRAMEWORK), precedes=precedes).accepted()[0]
    change({each["id"]: each for each in document["competencies"]} | {"": document})
    return case_package(document, now=NOW)


def types_of(package: dict[str, Any]) -> list[str]:
    return sorted(each["associationType"] for each in package["CFAssociations"])


def test_a_changed_statement_and_code_stand_in_their_item_and_all_else_stays():
    package = changed(lambda by: by[uuid_of(2)].update(title="Count to 12", code="N.1b"))
    renamed = {"fullStatement": "Count to 12", "humanCodingScheme": "N.1b", "lastChangeDateTime": NOW.isoformat()}
    expected = copy.deepcopy(FRAMEWORK)
    expected["CFItems"][1] |= renamed
    assert package == expected


def test_a_statement_beside_a_title_becomes_the_full_statement():
    item = changed(lambda by: by[uuid_of(2)].update(statement="Say the numbers to ten aloud."))["CFItems"][1]
    assert (item["fullStatement"], item["abbreviatedStatement"]) == ("Say the numbers to ten aloud.", "Count to ten")


def test_a_competency_that_is_gone_takes_its_item_and_its_associations_with_it():
    package = changed(lambda by: by[""]["competencies"].remove(by[uuid_of(3)]))
    assert [item["identifier"] for item in package["CFItems"]] == [uuid_of(1), uuid_of(2)]
    assert types_of(package) == ["isChildOf"]


def test_a_new_competency_is_a_new_item_with_the_same_identifier_each_time():
    new = {"id": "half", "title": "Halves", "effort_hours": 2, "section": uuid_of(1)}
    first, second = (changed(lambda by: by[""]["competencies"].append(new)) for _ in range(2))
    assert first == second
    assert first["CFItems"][3]["fullStatement"] == "Halves"
    assert first["CFAssociations"][-1]["destinationNodeURI"]["identifier"] == uuid_of(1)
    assert types_of(first) == sorted([*types_of(FRAMEWORK), "isChildOf"])


@pytest.mark.parametrize("precedes", ["order", "prerequisite"])
def test_a_prerequisite_that_precedes_already_is_not_written_twice(precedes):
    package = changed(lambda by: by[uuid_of(3)].update(prerequisites=[[uuid_of(2)], [uuid_of(1)]]), precedes)
    assert types_of(package) == sorted([*types_of(FRAMEWORK), "precedes"])
    again = read_case_package(package).accepted()[1]
    assert {each.id: each.prerequisites for each in again.competencies}[uuid_of(3)] == ((uuid_of(2),), (uuid_of(1),))


def test_a_prerequisite_taken_out_takes_its_association_along_but_what_gives_the_order_stays():
    def take_out(by: dict[str, Any]) -> None:
        by[uuid_of(3)].pop("prerequisites", None)

    assert types_of(changed(take_out, "prerequisite")).count("precedes") == 1
    assert changed(take_out, "order") == FRAMEWORK


def test_a_section_that_is_no_competency_any_more_is_a_heading_and_requires_nothing():
    source = copy.deepcopy(FRAMEWORK)
    source["CFAssociations"][2]["originNodeURI"] = link(1)
    document = read_case_package(source).accepted()[0]
    document["competencies"] = [each for each in document["competencies"] if each["id"] != uuid_of(1)]
    again = read_case_package(case_package(document, now=NOW), precedes="prerequisite").accepted()[1]
    assert [section.id for section in again.sections] == [uuid_of(1)]
    assert {each.id: each.prerequisites for each in again.competencies} == {uuid_of(2): (), uuid_of(3): ()}


def test_what_came_with_a_newer_version_is_told_in_the_words_of_the_older_and_read_again():
    source = copy.deepcopy(FRAMEWORK)
    source["CFAssociations"][5]["associationType"] = "isTranslationOf"
    del source["CFDefinitions"]
    document = read_case_package(source).accepted()[0]
    package = case_package(document, now=NOW, version="1.0", complete=True)
    assert schema_errors(package, "1.0") == []
    assert set(types_of(package)) == {"isChildOf", "precedes", "isRelatedTo"}
    assert read_case_package(package).accepted()[1].competencies[2].alignments[0].type == "isTranslationOf"


def test_no_two_associations_get_one_identifier():
    written = changed(lambda by: by[uuid_of(3)].update(prerequisites=[[uuid_of(1)], [uuid_of(2)]]))
    document = read_case_package(written).accepted()[0]
    by = {each["id"]: each for each in document["competencies"]}
    by[uuid_of(3)]["prerequisites"] = [[uuid_of(2)], [uuid_of(1), uuid_of(2)], [uuid_of(1)]]
    package = case_package(document, now=NOW)
    identifiers = [each["identifier"] for each in package["CFAssociations"] if "identifier" in each]
    assert len(identifiers) == len(set(identifiers))
    assert said(given_back(document)) == said(document)


def test_an_alignment_taken_out_or_put_in_is_an_association_less_or_more():
    package = changed(lambda by: by[uuid_of(3)].update(alignments=[{"uri": "urn:x", "type": "isRelatedTo"}]))
    assert types_of(package).count("exactMatchOf") == 0
    assert package["CFAssociations"][-1]["destinationNodeURI"] == {
        "title": "urn:x",
        "identifier": "urn:x",
        "uri": "urn:x",
    }


def test_a_section_moved_to_the_top_stands_under_the_document():
    package = changed(lambda by: by[uuid_of(3)].pop("section"))
    [moved] = [each for each in package["CFAssociations"][-1:] if each["associationType"] == "isChildOf"]
    assert moved["destinationNodeURI"]["identifier"] == uuid_of(0)
    assert types_of(package) == types_of(FRAMEWORK)


def test_what_is_kept_of_something_else_or_broken_is_passed_over():
    document = said(read_case_package(FRAMEWORK).accepted()[0])
    for source in ([], [{"format": "other"}], [{"format": "CASE", "package": {"CFDocument": 5}}]):
        assert case_package(document | {"source": source}, now=NOW) == case_package(document, now=NOW)


def test_what_is_kept_goes_through_a_program_file():
    document = read_case_package(FRAMEWORK, precedes="prerequisite").accepted()[0]
    again, _ = load_program(write_program_document(document).encode())
    assert json.loads(write_case(again, now=NOW)) == FRAMEWORK
