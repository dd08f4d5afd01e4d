"""CASE packages as programs: what becomes of items, trees, order and links, what is odd, and what is refused."""

from __future__ import annotations

import copy
import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.errors import Invalid
from cbe.interop.case import read_case, read_case_package
from cbe.interop.case.words import KEY
from cbe.interop.imported import ProgramImport
from tests.interop.case.packages import link, packages, uuid_of


def package(*associations: tuple[int, str, int] | dict[str, Any], items: int = 3, **more: Any) -> dict[str, Any]:
    """Return a package of some items and of associations given as (origin, type, destination)."""
    made = [
        {"associationType": one[1], "originNodeURI": link(one[0]), "destinationNodeURI": link(one[2])}
        if isinstance(one, tuple)
        else one
        for one in associations
    ]
    numbered = [{"identifier": uuid_of(i), "fullStatement": f"Item {i}"} for i in range(1, items + 1)]
    document = {"identifier": uuid_of(0), "title": "Framework", "language": "en"}
    return {"CFDocument": document, "CFItems": numbered, "CFAssociations": made} | more


def sections_of(found: ProgramImport) -> dict[str, str | None]:
    _, program = found.accepted()
    return {str(competency.title): competency.section for competency in program.competencies}


def test_an_item_with_others_under_it_is_a_section_and_the_first_competency_in_it():
    found = read_case_package(package((1, "isChildOf", 0), (2, "isChildOf", 1), (3, "isChildOf", 2)))
    assert sections_of(found) == {"Item 1": uuid_of(1), "Item 2": uuid_of(2), "Item 3": uuid_of(2)}
    assert [(one.id, one.parent) for one in found.accepted()[1].sections] == [
        (uuid_of(1), None),
        (uuid_of(2), uuid_of(1)),
    ]


def test_sequence_numbers_order_what_stands_side_by_side_also_those_written_as_text():
    numbered = [
        {**package((i, "isChildOf", 0))["CFAssociations"][0], "sequenceNumber": number}
        for i, number in ((1, "10"), (2, 9), (3, 2))
    ]
    assert list(sections_of(read_case_package(package(*numbered)))) == ["Item 3", "Item 2", "Item 1"]


def test_precedes_orders_by_default_and_requires_when_asked():
    source = package((3, "precedes", 1), (3, "precedes", 1), (2, "precedes", 9))
    assert list(sections_of(read_case_package(source))) == ["Item 2", "Item 3", "Item 1"]
    assert not any(one.prerequisites for one in read_case_package(source).accepted()[1].competencies)
    required = read_case_package(source, precedes="prerequisite").accepted()[1].competencies
    assert {one.title: one.prerequisites for one in required}["Item 1"] == ((uuid_of(3),),)


def test_hours_are_one_and_not_estimated():
    for competency in read_case_package(package()).accepted()[1].competencies:
        assert (competency.effort_hours, competency.effort_is_estimated) == (1, False)


def test_an_empty_framework_is_a_program():
    for items in ({}, {"CFItems": None}, {"CFItems": []}):
        _, program = read_case_package({"CFDocument": {"identifier": "any string at all"}} | items).accepted()
        assert (program.id, program.competencies) == ("any string at all", ())


def test_links_to_other_frameworks_are_alignments_and_exemplars_are_not():
    out = link(9) | {"title": "Destination"}
    source = package((1, "exactMatchOf", 9), (1, "exactMatchOf", 9), (1, "exemplar", 9), (1, "isRelatedTo", 2))
    source["CFAssociations"][0]["destinationNodeURI"] = source["CFAssociations"][1]["destinationNodeURI"] = out
    [alignment] = read_case_package(source).accepted()[1].competencies[0].alignments
    assert (alignment.uri, alignment.title, alignment.type) == (out["uri"], None, "exactMatchOf")


def test_a_long_statement_with_markup_has_a_plain_title_and_stays_whole():
    source = package(items=1)
    source["CFItems"][0]["fullStatement"] = statement = "<p>Know H<sub>2</sub>O &amp; its uses,</p> " + "word " * 40
    [competency] = read_case_package(source).accepted()[1].competencies
    assert str(competency.title).startswith("Know H2O & its uses, word")
    assert str(competency.title).endswith("word…")
    assert competency.statement == statement


def test_what_is_odd_is_told_once_a_kind_with_its_count_and_places():
    source = package(
        (1, "isChildOf", 2),
        (2, "isChildOf", 1),
        (3, "isOddlyTo", 9),
        (3, "isOddlyTo", 9),
        (3, "isChildOf", 1),
        (3, "isChildOf", 2),
    )
    source["CFItems"][0] |= {"fullStatement": "<b>x</b> and $x^2$", "mood": 1}
    told = {one.text: one.places for one in read_case_package(source).remarks}
    assert {text: places for text, places in told.items() if "identifier" not in text and "estimated" not in text} == {
        "Statements with HTML in them, which is kept: 1": ("/CFItems/0/fullStatement",),
        "Statements that look like Markdown, which is kept: 1": ("/CFItems/0/fullStatement",),
        "Items with several parents; the first is the section, the others are kept: 1": ("/CFItems/2",),
        "Items that stand in themselves through others; one parent of each circle is only kept: 1": ("/CFItems/0",),
        "Associations that begin or end outside of the package and are only kept: 2": (
            "/CFAssociations/2",
            "/CFAssociations/3",
        ),
        "Associations that stand here before, equal in all; each is kept: 1": ("/CFAssociations/3",),
        "Associations of a type that CASE does not know, which are kept (isOddlyTo): 2": (
            "/CFAssociations/2",
            "/CFAssociations/3",
        ),
        "Keys that CASE 1.0 does not know, which are kept (mood): 1": ("/CFItems/0/mood",),
    }


def test_circles_are_shown_beforehand_and_refused_when_they_would_be_made():
    source = package((1, "precedes", 2), (2, "precedes", 3), (3, "precedes", 1))
    shown = [one for one in read_case_package(source).remarks if "go in a circle" in one.text]
    refused = read_case_package(source, precedes="prerequisite")
    assert [one.places for one in shown] == [("/CFAssociations/2",)]
    assert [at for at, _ in refused.refusals] == ["/CFAssociations/2"]
    assert refused.refusals[0][1] in shown[0].text
    assert refused.document is not None
    with pytest.raises(Invalid):
        refused.accepted()


def test_of_very_many_circles_the_first_are_shown_and_the_others_counted():
    pairs = [(i + way, "precedes", i + 1 - way) for i in range(1, 60, 2) for way in (0, 1)]
    shown = [one.text for one in read_case_package(package(*pairs, items=60)).remarks if "circle" in one.text]
    assert len(shown) == 21
    assert shown[-1].endswith(": 10")


def ours(**says: Any) -> dict[str, Any]:
    return {"extensions": {KEY: says}}


@pytest.mark.parametrize(
    ("broken", "places"),
    [
        ({}, [""]),
        ({"CFDocument": []}, ["/CFDocument"]),
        ({"CFDocument": {}, "CFItems": {}, "CFAssociations": [1]}, ["/CFDocument", "/CFItems", "/CFAssociations/0"]),
        (package() | {"CFDocument": {"identifier": " "}}, ["/CFDocument/identifier"]),
        (package(items=0) | {"CFItems": [{}, {"identifier": 5, "fullStatement": 5}]}, ["/CFItems/0", "/CFItems/1/identifier", "/CFItems/1/fullStatement"]),
        (package() | {"CFItems": package()["CFItems"] * 2}, [f"/CFItems/{i}/identifier" for i in (3, 4, 5)]),
        (package(items=0) | {"more": {"half": "\ud800", "endless": float("inf")}}, ["/more/half", "/more/endless"]),
        (package(items=1) | {"CFDocument": {"identifier": "x"} | ours(order=[5])}, ["/CFDocument/extensions/cbe-program~11/order"]),
        (package(items=1) | {"CFItems": [{"identifier": "x"} | ours(competency={"level": 99}, )]}, ["/CFItems/0/extensions/cbe-program~11/competency/level"]),
        (package(items=1) | {"CFItems": [{"identifier": "x"} | ours(id=5, group=True)]}, ["/CFItems/0/extensions/cbe-program~11/id", "/CFItems/0/extensions/cbe-program~11/group"]),
        (package() | {"CFDocument": {"identifier": "x"} | ours(program={"gate": "shut"}, credentials=[5])}, ["/CFDocument/extensions/cbe-program~11/program/gate", "/CFDocument/extensions/cbe-program~11/credentials/0"]),
    ],
)  # fmt: skip
def test_everything_that_is_refused_comes_at_once_with_its_place(broken, places):
    found = read_case_package(broken)
    assert [at for at, _ in found.refusals] == places
    assert all(text for _, text in found.refusals)
    assert found.program is None


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: b"\xef\xbb\xbf" + data])
def test_plain_packed_and_marked_files_are_the_same(pack):
    assert read_case(pack(json.dumps(package()).encode())) == read_case_package(package())


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "JSON"),
        (json.dumps(package()).encode("utf-16"), "UTF-16"),
        (b'{"CFDocument": {"title": "\0"}}', "NUL"),
        (b'{"CFDocument": {"a": "\\ud800"}}', "surrogate"),
        (b'{"CFDocument": {"a": 1, "a": 2}}', "more than once"),
        (b'{"CFItems": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
        (json.dumps({"CFDocument": json.loads('{"a":' * 60 + "1" + "}" * 60)}).encode(), "nested too deep"),
        (b"[" + b" " * 20 * 1024 * 1024 + b"]", "20 MB"),
        (gzip.compress(b"{" + b" " * 50_000_000 + b"}"), "20 MB"),
        (b'{"CFDocument": {}, "CFItems": [' + b"{}," * 100_000 + b"{}]}", "at most 100000 items"),
        (b'{"CFDocument": {"' + b"k" * 1_000_000 + b'": [' + b'"\\u0000",' * 90_000 + b"1]}}", "surrogate"),
    ],
)
def test_hostile_bytes_are_refused_in_words(data, word):
    assert any(word in text for _, text in read_case(data).refusals)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_file_with_any_byte_changed_is_read_or_refused(random):
    data = bytearray(json.dumps(package((1, "isChildOf", 2), (2, "precedes", 3))).encode())
    for _ in range(random.randint(1, 3)):
        data[random.randrange(len(data))] = random.randrange(256)
    found = read_case(bytes(data))
    assert (found.program is None) == bool(found.refusals)


@settings(deadline=None)
@given(packages())
def test_reading_changes_nothing_in_what_it_reads(source):
    before = copy.deepcopy(source)
    read_case_package(source)
    assert source == before


def test_a_package_made_to_hurt_is_read_in_a_moment():
    count = 6_000
    chain = [(i + 1, "isChildOf", i) for i in range(1, count)] + [(1, "isChildOf", count)]
    star = [(1, "exactMatchOf", 900_000 + i) for i in range(count)] + [
        (i, "precedes", i % count + 1) for i in range(1, count)
    ]
    found = read_case_package(package(*chain, *star, items=count))
    assert len(found.accepted()[1].competencies) == count
