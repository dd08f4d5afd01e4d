"""A draft is a log of operations: each can be undone, put onto others' changes, or clash with them and say where."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.draft import (
    Change,
    Clash,
    Draft,
    add_part,
    add_parts,
    circle_closed_by,
    insisted,
    inverse,
    move_part,
    new_problems,
    operation_between,
    remove_part,
    replayed,
    set_fields,
    unused_id,
)
from cbe.domain.draft.operations import same
from cbe.domain.program import parse_program
from tests.programs import web_document


@pytest.fixture
def draft() -> Draft:
    return Draft.of_document(web_document())


def ids(draft: Draft, kind: str = "competency") -> list[str]:
    return list(draft.order[kind])


def test_a_draft_gives_its_document_back(draft):
    assert draft.document() == web_document()
    assert list(draft.document()["competencies"][0]) == list(web_document()["competencies"][0])


def test_a_part_is_added_at_the_end_or_after_another(draft):
    html = {"id": "git", "title": "Git", "effort_hours": 3}
    assert ids(draft.after(add_part(draft, "competency", html)))[-1] == "git"
    assert ids(draft.after(add_part(draft, "competency", html, after="html")))[:3] == ["html", "git", "css"]
    with pytest.raises(ValueError, match="already"):
        add_part(draft, "competency", {"id": "html"})


def test_there_is_always_room_between_two(draft):
    for number in range(60):
        draft = draft.after(add_part(draft, "competency", {"id": f"x{number}", "title": "X"}, after="html"))
    assert ids(draft)[1:61] == [f"x{number}" for number in reversed(range(60))]
    assert [one for one in ids(draft) if not one.startswith("x")] == ids(Draft.of_document(web_document()))


def test_a_part_is_moved_before_another_or_to_the_end(draft):
    assert ids(draft.after(move_part(draft, "competency", "site", before="css")))[:3] == ["html", "site", "css"]
    assert ids(draft.after(move_part(draft, "competency", "html")))[-1] == "html"


def test_what_named_a_competency_no_longer_does_when_it_goes(draft):
    after = draft.after(remove_part(draft, "competency", "js"))
    assert after.get("competency", "forms", "prerequisites") == [["html"], ["php"]]
    after = after.after(remove_part(after, "competency", "html"))
    assert after.get("competency", "css", "prerequisites") is None
    assert after.get("competency", "forms", "prerequisites") == [["php"]]


def test_a_section_that_goes_leaves_its_contents_one_higher(draft):
    inside = draft.after(add_part(draft, "section", {"id": "style", "title": "Style", "parent": "front"}))
    inside = inside.after(set_fields(inside, "competency", "css", {"section": "style"}))
    after = inside.after(remove_part(inside, "section", "style"))
    assert after.get("competency", "css", "section") == "front"


def test_two_who_change_different_fields_lose_nothing(draft):
    mine = set_fields(draft, "competency", "html", {"title": "Markup"})
    theirs = draft.after(set_fields(draft, "competency", "html", {"effort_hours": 9}))
    after, done = replayed(theirs, mine)
    assert (after.get("competency", "html", "title"), after.get("competency", "html", "effort_hours")) == ("Markup", 9)
    assert done == mine


def test_two_who_change_the_same_field_clash_unless_they_agree(draft):
    mine = set_fields(draft, "competency", "html", {"title": "Markup", "effort_hours": 7})
    theirs = draft.after(set_fields(draft, "competency", "html", {"title": "Hypertext", "effort_hours": 7}))
    with pytest.raises(Clash) as clash:
        replayed(theirs, mine)
    ((change, now),) = clash.value.changes
    assert (change.after, now) == ("Markup", "Hypertext")
    agreed = draft.after(mine)
    assert replayed(agreed, mine) == (agreed, ())


def test_a_change_of_what_was_taken_away_clashes(draft):
    mine = set_fields(draft, "competency", "html", {"title": "Markup", "code": "H"})
    theirs = draft.after(remove_part(draft, "competency", "html"))
    with pytest.raises(Clash) as clash:
        replayed(theirs, mine)
    assert [(one.field, now) for one, now in clash.value.changes] == [("title", None), ("code", None)]


def test_a_circle_is_told_whole_with_the_edge_that_closes_it(draft):
    assert circle_closed_by(draft, "html", ["site"]) == ["html", "forms", "site", "html"]
    assert circle_closed_by(draft, "site", ["html", "css"]) is None


def test_ids_are_made_of_titles_in_any_script(draft):
    assert unused_id(draft, "competency", "HTML") == "html-2"
    assert unused_id(draft, "competency", "  قواعد البيانات ") == "قواعد-البيانات"
    assert unused_id(draft, "competency", "!?") == "competency"


values = st.sampled_from([None, "a", {"en": "a"}, 1, True, [["html"]], [["css", "js"]]])
edits = st.lists(
    st.tuples(
        st.sampled_from(["set", "add", "remove", "move"]),
        st.sampled_from(["section", "competency", "credential"]),
        st.integers(0, 99),
        st.integers(0, 99),
        st.dictionaries(st.sampled_from(["title", "prerequisites", "section", "requires"]), values, max_size=3),
    ),
    max_size=12,
)


def operation_of(draft: Draft, edit):
    """Make an operation of random choices, on what there is."""
    what, kind, one, other, fields = edit
    order = draft.order[kind]
    if what == "add" or not order:
        return add_part(draft, kind, {"id": unused_id(draft, kind, f"n{one}"), **fields})
    key, before = order[one % len(order)], order[other % len(order)]
    if what == "move":
        return move_part(draft, kind, key, before=None if before == key else before)
    return remove_part(draft, kind, key) if what == "remove" else set_fields(draft, kind, key, fields)


@given(edits)
def test_undoing_all_operations_gives_the_first_draft_back(chosen):
    first = draft = Draft.of_document(web_document())
    done = []
    for edit in chosen:
        operation = operation_of(draft, edit)
        draft, applied = replayed(draft, operation)
        done.append(applied)
    for operation in reversed(done):
        draft, _ = replayed(draft, inverse(operation))
    assert draft.document() == first.document()
    assert draft.opens == first.opens


@given(edits)
def test_what_opens_what_is_kept_as_if_it_were_read_anew(chosen):
    draft = Draft.of_document(web_document())
    for edit in chosen:
        draft = draft.after(operation_of(draft, edit))
    assert draft.opens == Draft.of_document(deepcopy(draft.document())).opens


@given(edits)
def test_the_operation_between_two_drafts_makes_one_of_the_other(chosen):
    first = draft = Draft.of_document(web_document())
    for edit in chosen:
        draft = draft.after(operation_of(draft, edit))
    between = operation_between(first, Draft.of_document(draft.document()))
    assert first.after(between).document() == draft.document()
    assert len({(one.kind, one.id, one.field) for one in between}) == len(between)
    assert all(isinstance(one, Change) and not same(one.before, one.after) for one in between)


def problems_of(draft: Draft, operation) -> list[str]:
    after, changes = replayed(draft, operation)
    return [at for at, _ in new_problems(draft, after, changes)]


@pytest.mark.parametrize(
    ("kind", "key", "fields", "at"),
    [
        ("competency", "html", {"effort_hours": 0}, "/competency/html/effort_hours"),
        ("competency", "html", {"section": "none"}, "/competency/html/section"),
        ("competency", "html", {"prerequisites": [[]]}, "/competency/html/prerequisites/0"),
        ("competency", "site", {"prerequisites": [["none"]]}, "/competency/site/prerequisites/0/0"),
        ("competency", "site", {"prerequisites": [["css", "css"]]}, "/competency/site/prerequisites/0/1"),
        ("competency", "html", {"prerequisites": [["site"]]}, "/competency/html/prerequisites"),
        ("competency", "html", {"mastery": {"level": "none"}}, "/competency/html/mastery/level"),
        ("section", "front", {"parent": "front"}, "/section/front/parent"),
        ("credential", "web-badge", {"requires": {"credential": "web-badge"}}, "/credential/web-badge/requires/credential"),
        ("credential", "web-badge", {"requires": {"credits": 99, "of": [{"competency": "css"}]}},
         "/credential/web-badge/requires/credits"),
        ("credential", "web-badge", {"requires": {"all": []}}, "/credential/web-badge/requires/all"),
    ],
)  # fmt: skip
def test_an_operation_is_refused_with_the_place_of_what_it_makes_wrong(draft, kind, key, fields, at):
    assert problems_of(draft, set_fields(draft, kind, key, fields)) == [at]


def test_what_was_wrong_before_refuses_nothing():
    wrong = Draft.of_document(
        {"program": {"id": "w"}, "competencies": [
            {"id": "a", "prerequisites": [["b"]]}, {"id": "b", "title": "B", "prerequisites": [["a"], ["gone"]]}]}
    )  # fmt: skip
    assert problems_of(wrong, set_fields(wrong, "competency", "b", {"title": "Bee"})) == []
    assert problems_of(wrong, set_fields(wrong, "competency", "a", {"prerequisites": [["b"], ["gone"]]})) == [
        "/competency/a/prerequisites/1/0"
    ]


@given(edits)
def test_a_sound_draft_stays_sound_while_what_makes_problems_is_refused(chosen):
    draft = Draft.of_document(web_document())
    for edit in chosen:
        operation = operation_of(draft, edit)
        after, changes = replayed(draft, operation)
        removes = any(one.field == "id" and one.after is None for one in changes)
        if not removes and not new_problems(draft, after, changes):
            draft = after
    assert parse_program(draft.document()).id == "web"


def test_who_insists_writes_over_what_clashed_and_nothing_else(draft):
    mine = set_fields(draft, "competency", "html", {"title": "Mine", "code": "M"})
    theirs = draft.after(set_fields(draft, "competency", "html", {"title": "Theirs", "level": 3}))
    with pytest.raises(Clash):
        replayed(theirs, mine)
    html = replayed(theirs, insisted(mine, theirs))[0].competencies["html"]
    assert (html["title"], html["code"], html["level"]) == ("Mine", "M", 3)


def test_several_parts_are_added_at_the_end_in_their_order_and_undone_together(draft):
    operation = add_parts(draft, "competency", [{"id": "z", "title": "Z"}, {"id": "a", "title": "A"}])
    after = draft.after(operation)
    assert ids(after)[-2:] == ["z", "a"]
    assert after.after(inverse(operation)).document() == draft.document()
