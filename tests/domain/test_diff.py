"""The difference of two versions: applied to the old one it gives the new one, and it says no more than it must."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.diff import Changed, FieldChange, apply, diff
from cbe.domain.program import Competency, MasteryRule, Program, Section
from tests.domain.edits import document_ids, edited, whole_programs
from tests.domain.strategies import programs


@settings(deadline=None)
@given(programs(), programs())
def test_the_difference_of_any_two_applied_to_the_one_gives_the_other(old, new):
    assert apply(old, diff(old, new)) == new


@settings(deadline=None)
@given(whole_programs(), st.data())
def test_the_difference_applied_to_the_old_version_gives_the_new(old, data):
    new = data.draw(edited(old))
    difference = diff(old, new)
    made = apply(old, difference)
    assert made == new
    assert document_ids(made) == document_ids(new)
    assert bool(difference) == (old != new)


@settings(deadline=None)
@given(st.permutations("abcdefg"))
def test_no_fewer_could_have_been_moved(order):
    before = [Competency(key, key, Decimal(1)) for key in sorted(order)]
    after = [Competency(key, key, Decimal(1)) for key in order]
    moved = diff(
        Program("p", "p", "en", tuple(before), ()), Program("p", "p", "en", tuple(after), ())
    ).competencies.moved
    kept = [key for key in order if key not in moved]
    assert kept == sorted(kept)
    rising = max(mask.bit_count() for mask in range(128) if is_rising(order, mask))
    assert len(kept) == rising


def is_rising(order, mask):
    chosen = [key for i, key in enumerate(order) if mask >> i & 1]
    return chosen == sorted(chosen)


def test_every_field_is_told_with_its_value_before_and_after():
    html = Competency("html", "HTML", Decimal(6), prerequisites=())
    old = Program("web", "Web", "en", (html,), (), sections=(Section("a", "A"),))
    harder = replace(html, title={"en": "HTML"}, mastery=MasteryRule(assessors=2))
    new = replace(old, title="The web", competencies=(harder,), sections=())
    found = diff(old, new)
    assert found.program == (FieldChange("title", "Web", "The web"),)
    assert found.sections.removed == (Section("a", "A"),)
    title, mastery = FieldChange("title", "HTML", {"en": "HTML"}), FieldChange("mastery", None, MasteryRule(2))
    assert found.competencies.changed == (Changed("html", (title, mastery)),)


def test_what_is_put_between_others_does_not_move_them():
    a, b, c = (Competency(key, key, Decimal(1)) for key in "abc")
    found = diff(Program("p", "p", "en", (a, c), ()), Program("p", "p", "en", (a, b, c), ())).competencies
    assert (found.added, found.order, found.moved) == ((b,), ("a", "b", "c"), ())
