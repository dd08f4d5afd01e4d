"""Random CASE packages and rich random program files for the tests beside this, and the schemas of CASE."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st
from jsonschema.validators import validator_for

from cbe.interop.case import case_package, read_case_package
from tests.domain.strategies import document_of, programs
from tests.needs import case_file

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TYPES = [
    "isChildOf",
    "isChildOf",
    "precedes",
    "precedes",
    "exactMatchOf",
    "isRelatedTo",
    "isStandardAlignedTo",
    "exemplar",
]
SCHEMAS = {
    "1.0": "case-v1p0-cfpackage.opensalt.schema.json",
    "1.1": "case-v1p1-cfpackage.official.schema.json",
}
WORDS = ["HTML", "Know that <b>tags</b> nest", "a * b", "A" * 120, "Fractions are parts of a whole " * 5, "ويب"]


@cache
def _validator(version: str) -> Any:
    schema = json.loads(case_file(SCHEMAS[version]).read_text(encoding="utf-8"))
    return validator_for(schema)(schema, format_checker=validator_for(schema).FORMAT_CHECKER)


def schema_errors(package: Mapping[str, Any], version: str) -> list[str]:
    """Return what the schema of a version of CASE has against a package."""
    return [f"{error.json_path}: {error.message}" for error in _validator(version).iter_errors(package)]


def in_any_order(value: Any) -> Any:
    """Return a value in which lists are sorted, so that two are equal up to order."""
    if isinstance(value, dict):
        return {key: in_any_order(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(map(in_any_order, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def said(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program file says, without what it keeps of the file it was made from."""
    return {key: value for key, value in document.items() if key != "source"}


def given_back(document: dict[str, Any], **how: Any) -> dict[str, Any]:
    """Return what is read of the package that a program file makes."""
    precedes = how.pop("precedes", "order")
    return read_case_package(case_package(document, now=NOW, **how), precedes=precedes).accepted()[0]


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def link(number: int) -> dict[str, str]:
    return {"title": f"Node {number}", "identifier": uuid_of(number), "uri": f"https://case.example/items/{number}"}


texts = st.sampled_from(WORDS)


@st.composite
def packages(draw: st.DrawFn, most_items: int = 6) -> dict[str, Any]:
    """Draw a package: items 1 … n under document 0, associations of all kinds, also equal ones and ones that lead out."""
    count = draw(st.integers(0, most_items))
    items = [
        {
            **link(i),
            "fullStatement": draw(texts),
            **draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "notes": texts,
                        "humanCodingScheme": texts,
                        "abbreviatedStatement": texts,
                        "jurisdiction": st.none(),
                    },
                )
            ),
        }
        for i in range(1, count + 1)
    ]
    for item in items:
        del item["title"]
    ends = st.integers(0, count + 2).map(link)
    association = st.fixed_dictionaries(
        {"associationType": st.sampled_from(TYPES), "originNodeURI": ends, "destinationNodeURI": ends},
        optional={"identifier": st.integers(900, 905).map(uuid_of), "sequenceNumber": st.integers(1, 3)},
    )
    associations = draw(st.lists(association, max_size=12))
    if associations:
        associations += draw(st.lists(st.sampled_from(associations), max_size=3))
    return {
        "CFDocument": {**link(0), "creator": "Us"},
        "CFItems": items,
        "CFAssociations": associations,
        "CFRubrics": [],
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a program file with sections, texts in several languages, alignments and what CASE has no words for."""
    document = document_of(draw(programs()))
    text = texts | st.fixed_dictionaries({"en": texts, "ar": texts})
    sections = draw(st.lists(st.fixed_dictionaries({"title": text}), max_size=4))
    for i, section in enumerate(sections):
        section["id"] = f"s{i}" if i else document["competencies"][0]["id"]
        if i and draw(st.booleans()):
            section["parent"] = draw(st.sampled_from(sections[:i]))["id"]
    document["program"] |= {"sections": sections, "gate": "strict"}
    alignment = st.fixed_dictionaries(
        {"uri": st.sampled_from(["urn:a", "https://b.example/b"])},
        optional={"title": texts, "type": st.sampled_from(["exactMatchOf", "exemplar", "my own"])},
    )
    extras = {
        "title": text, "code": texts, "statement": text, "criteria": text, "level": st.integers(1, 8),
        "alignments": st.lists(alignment, max_size=3), "effort_is_estimated": st.booleans(),
    }  # fmt: skip
    for competency in document["competencies"]:
        competency |= draw(st.fixed_dictionaries({}, optional=extras))
        if sections and draw(st.booleans()):
            competency["section"] = draw(st.sampled_from(sections))["id"]
    document["competencies"] = document["competencies"] and draw(st.permutations(document["competencies"]))
    return document


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 99) | st.sampled_from(["", " ", "isChildOf", "x", uuid_of(1)]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["identifier", "uri", "a"]), inner),
    max_leaves=4,
)
KEYS = [
    "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics", "CFLicenses", "CFRubricCriteria", "extensions", "cbe-program/1",
    "identifier", "title", "language", "fullStatement", "humanCodingScheme", "uri", "associationType", "originNodeURI", "sequenceNumber",
    "subject", "group", "heading", "competency", "order", "program", "credentials", "lastChangeDateTime",
]  # fmt: skip


@st.composite
def strange_packages(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a package in which anything may stand anywhere."""
    package = draw(packages())
    package["CFDefinitions"] = {"CFLicenses": [{}], "extensions": {}}
    nodes = [package, package["CFDocument"], *package["CFItems"], *package["CFAssociations"]]
    nodes = [
        *nodes,
        package["CFDefinitions"],
        *(node.setdefault("extensions", {"cbe-program/1": {}}) for node in nodes),
    ]
    nodes += [node["cbe-program/1"] for node in nodes if "cbe-program/1" in node]
    for _ in range(draw(st.integers(1, 4))):
        draw(st.sampled_from(nodes))[draw(st.sampled_from(KEYS))] = draw(JUNK)
    return package
