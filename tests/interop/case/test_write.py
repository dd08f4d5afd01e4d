"""Programs as CASE packages: what was kept comes back, what was changed is changed, what is new is new."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.interop.case import case_package, read_case_package
from tests.interop.case.packages import NOW, documents, given_back, in_any_order, packages, said

MODES = st.sampled_from(["order", "prerequisite"])


@given(packages(), MODES)
def test_a_package_that_nobody_changed_comes_back_equal(package, precedes):
    found = read_case_package(copy.deepcopy(package), precedes=precedes)
    if found.program is not None:
        assert case_package(found.document, now=NOW) == package


@given(documents(), st.sampled_from(["1.0", "1.1"]))
def test_a_program_that_becomes_a_package_and_a_program_again_is_equal(document, version):
    assert said(given_back(document, version=version)) == document


@given(packages(), MODES, st.data())
def test_a_changed_program_is_read_again_as_it_was_changed(package, precedes, data):
    document = read_case_package(package, precedes=precedes).document
    if document is None or not document["competencies"]:
        return
    changed = data.draw(edits(document))
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
            competency |= {"title": draw(st.sampled_from(["One", "Two"])), "section": draw(st.sampled_from([None, *sections]))}
            before = [each["id"] for each in left[:i]]
            groups = st.lists(st.lists(st.sampled_from(before), min_size=1, max_size=2, unique=True), max_size=2)
            competency["prerequisites"] = draw(groups) if before else []
        competency["prerequisites"] = [[m for m in g if m not in gone] for g in competency.get("prerequisites", [])]
        competency["prerequisites"] = [group for group in competency["prerequisites"] if group]
        left[i] = {key: value for key, value in competency.items() if value not in (None, [])}
    return changed | {"competencies": left}
