"""Moving things about in an outline: whatever is moved, everything stays, each in one place, and all can be undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.draft import (
    Draft,
    copied,
    indented,
    inverse,
    outdented,
    outline_of,
    put_into,
    shifted,
)

SECTIONS = ["a", "b", "c", "d"]
COMPETENCIES = ["x", "y", "z", "w"]
DOCUMENT = {
    "program": {
        "sections": [{"id": "a"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "a"}, {"id": "d"}],
    },
    "competencies": [
        {"id": "x", "section": "b"}, {"id": "y"}, {"id": "z", "section": "b"}, {"id": "w", "section": "d", "code": "W"},
    ],
}  # fmt: skip
DRAFT = Draft.of_document(DOCUMENT)

sections = st.sampled_from(SECTIONS)
moves = st.one_of(
    st.tuples(st.just(indented), sections),
    st.tuples(st.just(outdented), sections),
    st.tuples(st.just(shifted), st.just("section"), sections, st.sampled_from([-1, 1])),
    st.tuples(st.just(shifted), st.just("competency"), st.sampled_from(COMPETENCIES), st.sampled_from([-1, 1])),
    st.tuples(st.just(put_into), st.sampled_from(COMPETENCIES), st.none() | sections),
)


def tree(draft):
    outline = outline_of(draft)
    return [(key, depth, outline.competencies.get(key, [])) for key, depth in outline.walk()]


@given(st.lists(moves, max_size=12))
def test_whatever_is_moved_everything_stays_and_all_can_be_undone(chosen):
    draft, done = DRAFT, []
    for make, *where in chosen:
        done.append(make(draft, *where))
        draft = draft.after(done[-1])
        assert sorted(key for key, _depth in outline_of(draft).walk()) == SECTIONS
    for operation in reversed(done):
        draft = draft.after(inverse(operation))
    assert draft.document() == DRAFT.document()


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (indented(DRAFT, "d"), [("a", 0, []), ("b", 1, ["x", "z"]), ("c", 1, []), ("d", 1, ["w"])]),
        (outdented(DRAFT, "b"), [("a", 0, []), ("c", 1, []), ("b", 0, ["x", "z"]), ("d", 0, ["w"])]),
        (shifted(DRAFT, "competency", "z", -1), [("a", 0, []), ("b", 1, ["z", "x"]), ("c", 1, []), ("d", 0, ["w"])]),
        (put_into(DRAFT, "y", "b"), [("a", 0, []), ("b", 1, ["x", "z", "y"]), ("c", 1, []), ("d", 0, ["w"])]),
        (indented(DRAFT, "a"), tree(DRAFT)),
    ],
    ids=["in", "out", "up", "to", "first"],
)
def test_a_part_stands_where_its_button_says(operation, expected):
    assert tree(DRAFT.after(operation)) == expected


def test_a_copy_stands_after_the_first_without_its_code():
    after = DRAFT.after(copied(DRAFT, "w"))
    assert outline_of(after).competencies["d"] == ["w", "w-2"]
    assert after.get("competency", "w-2", "code") is None


def test_sections_that_stand_in_one_another_in_a_circle_are_shown_all_the_same():
    circle = [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}, {"id": "c"}]
    outline = outline_of(Draft.of_document({"program": {"sections": circle}}))
    assert sorted(key for key, _depth in outline.walk()) == ["a", "b", "c"]
