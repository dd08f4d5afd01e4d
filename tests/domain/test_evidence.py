"""What evidence may say of itself, which routes a competency takes it by, and when it is due."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cbe.domain.evidence import DraftFields, Refusal, due_on, incomplete, open_routes, refused, unusable, usual_wait
from cbe.domain.graph import compile_program
from cbe.domain.program import parse_program
from tests.programs import web_document

TODAY = date(2026, 11, 23)
WHOLE = DraftFields(("html",), "I did it.", (), "online", "informal", "program", TODAY, None, True)


def compiled(*, gate=None, **gates):
    document = web_document()
    if gate:
        document["program"]["gate"] = gate
    for competency in document["competencies"]:
        if competency["id"] in gates:
            competency["gate"] = gates[competency["id"]]
    return compile_program(parse_program(document))


def places(problems):
    return {at for at, _ in problems}


@pytest.mark.parametrize(
    ("gate", "own", "routes"),
    [
        (None, None, ("recognition",)),
        ("strict", None, ()),
        ("open", None, ("program", "recognition")),
        ("strict", "open", ("program", "recognition")),
        ("open", "strict", ()),
    ],
)
def test_a_locked_competency_takes_what_its_gate_leaves_its_own_before_the_programs(gate, own, routes):
    program = compiled(gate=gate, **({"css": own} if own else {}))
    assert open_routes(program, set(), "css") == routes


def test_what_is_ready_or_mastered_takes_both_routes_whatever_the_gate():
    program = compiled(gate="strict")
    assert open_routes(program, {"html"}, "css") == ("program", "recognition")
    assert open_routes(program, {"css"}, "css") == ("program", "recognition")


def test_a_refusal_names_the_groups_that_are_missing():
    program = compiled(forms="strict")
    assert refused(program, {"html"}, ["html", "forms", "sql"], "recognition") == [
        Refusal("forms", "strict", (("js", "php"),))
    ]
    assert [one.competency for one in refused(program, set(), ["css", "sql"], "program")] == ["css"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b.example",
        "https://me@example.org", "https://me:secret@example.org/", "https://example.org\\@evil.example",
        "https://[::1", "https://exa\u202emple.org",
    ],
)  # fmt: skip
def test_an_address_that_can_be_no_link_is_refused_in_a_draft_already(address):
    assert places(unusable(replace(WHOLE, links=((address, ""),)))) == {"/links"}


@pytest.mark.parametrize("address", ["h", "https:", "https://", "www.example.org", "example.org/a@b"])
def test_half_an_address_is_kept_in_a_draft_and_not_handed_in(address):
    fields = replace(WHOLE, links=((address, ""),))
    assert unusable(fields) == []
    assert places(incomplete(fields, has_files=False, undecided={"html"}, today=TODAY)) == {"/links"}


def test_a_whole_address_is_a_link_also_with_an_at_sign_in_its_path():
    fields = replace(WHOLE, text="", links=(("https://example.org/@me?a=b#c", "Me"), ("http://127.0.0.1:8000/", "")))
    assert incomplete(fields, has_files=False, undecided={"html"}, today=TODAY) == []


def test_something_must_be_left_to_decide():
    assert places(incomplete(WHOLE, has_files=False, undecided=set(), today=TODAY)) == {"/competencies"}


def test_a_period_lies_in_the_past_and_its_days_in_their_order():
    backwards = replace(WHOLE, activity_until=TODAY - timedelta(days=1))
    assert places(unusable(backwards)) == {"/activity_until"}
    ahead = replace(WHOLE, activity_until=TODAY + timedelta(days=1))
    assert places(incomplete(ahead, has_files=False, undecided={"html"}, today=TODAY)) == {"/activity_until"}


def test_it_is_due_in_ten_days_in_five_after_a_return_and_sooner_for_a_goal_ahead():
    past, near = TODAY - timedelta(days=1), TODAY + timedelta(days=2)
    assert due_on(TODAY, [past, None], is_again=False) == TODAY + timedelta(days=10)
    assert due_on(TODAY, [], is_again=True) == TODAY + timedelta(days=5)
    assert due_on(TODAY, [near], is_again=True) == near


def test_the_usual_wait_is_the_middle_one_once_there_are_five():
    days = [timedelta(days=n) for n in (9, 1, 3, 2, 40, 4)]
    assert usual_wait(days[:4]) is None
    assert usual_wait(days[:5]) == timedelta(days=3)
    assert usual_wait(days) == timedelta(days=3.5)
