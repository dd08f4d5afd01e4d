"""The program document: what is read, and every problem with its place."""

from __future__ import annotations

import copy
import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from cbe.domain import reading
from cbe.domain.errors import Invalid
from cbe.domain.program import parse_program
from tests.domain.strategies import document_of, programs

PROGRAMS = Path(__file__).parents[3] / "shared" / "data" / "programs"

WEB: dict[str, Any] = {
    "format": "cbe-program/1",
    "program": {
        "id": "web",
        "title": {"en": "Web development", "ar": "تطوير الويب"},
        "language": "en",
        "gate": "strict",
        "rubric": {"levels": [{"id": "seen", "title": "Seen"}, {"id": "done", "title": "Done"}], "counts_from": "done"},
        "mastery": {"assessors": 2, "days": 1, "level": "done"},
        "sections": [{"id": "front", "title": "Front"}, {"id": "page", "title": "Page", "parent": "front"}],
        "credit_scheme": "ECTS",
        "quality": {"country": "DE", "assessment": "Portfolio"},
    },
    "competencies": [
        {
            "id": "html",
            "title": "HTML",
            "effort_hours": 6.5,
            "credits": 0.1,
            "section": "page",
            "level": 3.0,
            "validity_months": 24,
            "resources": [{"title": "MDN", "url": "https://developer.mozilla.org/"}],
            "alignments": [{"uri": "urn:uuid:5", "type": "exactMatchOf"}],
        },
        {"id": "css", "title": "CSS", "effort_hours": 4, "credits": 1, "prerequisites": [["html"]]},
        {"id": "js", "title": "JS", "effort_hours": 9, "prerequisites": []},
    ],
    "credentials": [
        {
            "id": "badge",
            "title": "Badge",
            "kind": "badge",
            "award": "automatic",
            "requires": {
                "all": [
                    {"competency": "css"},
                    {"credits": 1.1, "of": [{"any": [{"competency": "html"}]}, {"competency": "css"}]},
                ]
            },
        },
        {"id": "top", "title": "Top", "kind": "diploma", "requires": {"all": [{"credential": "badge"}]}},
    ],
}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the program with values put at some pointers; `...` takes a key out."""
    document = copy.deepcopy(WEB)
    for pointer, value in changes.items():
        *way, last = [int(step) if step.isdecimal() else step for step in pointer.split("/")[1:]]
        node: Any = document
        for step in way:
            node = node[step]
        if value is ...:
            del node[last]
        else:
            node[last] = value
    return document


def problems_of(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        parse_program(document)
    return caught.value.problems


def test_a_program_is_read_with_its_numbers_as_they_are_written():
    program = parse_program(WEB)
    html, css, _ = program.competencies
    assert (html.effort_hours, html.credits, html.level) == (Decimal("6.5"), Decimal("0.1"), 3)
    assert css.prerequisites == (("html",),)
    assert program.mastery.assessors == 2
    assert program.sections[1].parent == "front"
    assert program.gate == "strict"
    assert html.resources[0].url == "https://developer.mozilla.org/"


@given(programs())
def test_every_valid_program_is_read_as_it_was_written(program):
    assert parse_program(document_of(program)) == program


@pytest.mark.programs
@pytest.mark.parametrize("name", ["metacademy.json", "rpi.json", "metamath.json.gz"])
def test_the_real_programs_have_no_problems(name):
    file = PROGRAMS / name
    if not file.exists():
        pytest.skip(f"{file} is not here")
    data = gzip.decompress(file.read_bytes()) if name.endswith(".gz") else file.read_bytes()
    document = json.loads(data)
    assert len(parse_program(document).competencies) == len(document["competencies"])


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/format", "cbe-program/2"),
        ("/extra", 1),
        ("/competencies", {}),
        ("/program/language", "english"),
        ("/program/gate", "closed"),
        ("/program/title", {}),
        ("/program/title/e n", "x"),
        ("/program/title/en", " "),
        ("/program/mastery/level", "best"),
        ("/program/mastery/assessors", 0),
        ("/program/mastery/days", True),
        ("/program/rubric/counts_from", "best"),
        ("/program/rubric/levels", []),
        ("/program/rubric/levels/1/id", "seen"),
        ("/program/quality/country", ""),
        ("/program/sections/1/id", "front"),
        ("/program/sections/1/parent", "back"),
        ("/competencies/0/id", ""),
        ("/competencies/0/id", "a" * 201),
        ("/competencies/0/id", " html"),
        ("/competencies/0/id", "ht\tml"),
        ("/competencies/0/id", 5),
        ("/competencies/0/effort_hours", "6"),
        ("/competencies/0/effort_hours", True),
        ("/competencies/0/effort_hours", NAN),
        ("/competencies/0/effort_hours", INFINITE),
        ("/competencies/0/effort_hours", 0),
        ("/competencies/0/effort_hours", -1),
        ("/competencies/0/effort_hours", 10**400),
        ("/competencies/0/effort_hours", None),
        ("/competencies/0/credits", -0.5),
        ("/competencies/0/level", 9),
        ("/competencies/0/level", 2.5),
        ("/competencies/0/validity_months", 0),
        ("/competencies/0/section", "back"),
        ("/competencies/0/gate", ["open"]),
        ("/competencies/0/effort_is_estimated", "no"),
        ("/source", {}),
        ("/competencies/0/mastery", []),
        ("/competencies/0/title", "nul \0"),
        ("/competencies/0/title", "half \ud800"),
        ("/competencies/0/resources/0/url", "javascript:alert(1)"),
        ("/competencies/0/resources/0/url", "https://[x"),
        ("/competencies/0/alignments/0/uri", "CFItem"),
        ("/competencies/1/prerequisites", {"html": 1}),
        ("/competencies/1/prerequisites/0", []),
        ("/competencies/1/prerequisites/0", "html"),
        ("/competencies/1/prerequisites/0/0", "htm"),
        ("/competencies/1/prerequisites/0/0", 7),
        ("/credentials/0/kind", "medal"),
        ("/credentials/0/award", "never"),
        ("/credentials/0/requires/all/0/competency", "cs"),
        ("/credentials/0/requires/all/1/credits", 1.2),
        ("/credentials/1/requires/all/0/credential", "medal"),
    ],
)
def test_each_problem_stands_at_its_place(pointer, value):
    problems = problems_of(changed({pointer: value}))
    assert pointer in [at for at, _ in problems]
    assert all(text and text[0] != " " for _, text in problems)


@pytest.mark.parametrize(
    ("part", "at"),
    [
        (7, "/source/0"),
        ({"a": {"b~/": ["half \ud800"]}}, "/source/0/a/b~0~1/0"),
        ({"a": [{"nul \0": 1}]}, "/source/0/a/0/nul �"),
        ({"a": INFINITE}, "/source/0/a"),
        ({"a": Decimal(10) ** 2000}, "/source/0/a"),
        (json.loads('{"a":' * 51 + "1" + "}" * 51), "/source/0" + "/a" * 50),
    ],
)
def test_what_is_kept_of_a_foreign_file_must_be_keepable(part, at):
    assert [place for place, _ in problems_of(WEB | {"source": [part]})] == [at]


def test_what_is_kept_of_a_foreign_file_and_hours_nobody_estimated_change_nothing_else():
    kept = WEB | {"source": [json.loads('{"a":' * 50 + "1" + "}" * 50), {"any": [None, True, 1.5, "x"]}]}
    assert parse_program(kept) == parse_program(WEB)
    [html, *others] = parse_program(changed({"/competencies/0/effort_is_estimated": False})).competencies
    assert (html.effort_is_estimated, others[0].effort_is_estimated) == (False, True)


@pytest.mark.parametrize(
    ("pointer", "at"),
    [
        ("/format", ""),
        ("/credentials", ""),
        ("/program/language", "/program"),
        ("/competencies/2/title", "/competencies/2"),
    ],
)
def test_what_is_missing_is_named_where_it_belongs(pointer, at):
    missing = pointer.rsplit("/", 1)[1]
    assert any(place == at and f'"{missing}"' in text for place, text in problems_of(changed({pointer: ...})))


@pytest.mark.parametrize("document", [None, [], "web", 3, {}])
def test_what_is_no_program_at_all_is_said_at_the_whole_file(document):
    assert problems_of(document)[0][0] == ""


def test_a_repeated_id_names_the_first():
    problems = problems_of(changed({"/competencies/2/id": "html"}))
    assert problems == [("/competencies/2/id", '"html" is already the id of /competencies/0')]


def test_a_group_names_each_competency_once():
    problems = problems_of(changed({"/competencies/1/prerequisites/0": ["html", "js", "html"]}))
    assert [at for at, _ in problems] == ["/competencies/1/prerequisites/0/2"]


def test_a_circle_is_shown_whole_at_the_entry_that_closes_it_any_of_groups_included():
    document = changed({"/competencies/0/prerequisites": [["js", "css"]], "/competencies/2/prerequisites": [["css"]]})
    [(at, text)] = problems_of(document)
    assert at == "/competencies/0/prerequisites/0/1"
    assert "html -> css -> html" in text


def test_a_competency_that_needs_itself_is_a_circle():
    [(at, text)] = problems_of(changed({"/competencies/2/prerequisites": [["html"], ["css", "js"]]}))
    assert at == "/competencies/2/prerequisites/1/1"
    assert "js -> js" in text


def test_credentials_and_sections_may_not_go_in_circles():
    document = changed(
        {"/credentials/0/requires/all/0": {"any": [{"credential": "top"}]}, "/program/sections/0/parent": "page"}
    )
    problems = dict(problems_of(document))
    assert "badge -> top -> badge" in problems["/credentials/0/requires/all/0/any/0/credential"]
    assert "front -> page -> front" in problems["/program/sections/1/parent"]


def test_a_level_is_looked_for_in_the_rubric_that_counts():
    own = {"levels": [{"id": "alone", "title": "Alone"}], "counts_from": "alone"}
    problems = problems_of(changed({"/competencies/2/rubric": own}))
    assert [at for at, _ in problems] == ["/competencies/2/rubric/levels"]
    parse_program(changed({"/competencies/2/rubric": own, "/competencies/2/mastery": {"level": "alone"}}))


def test_all_problems_come_at_once_in_document_order():
    changes = {
        "/x~y/z": 1,
        "/program/language": 5,
        "/competencies/0/effort_hours": "6",
        "/competencies/0/prerequisites": [["html"], [], ["nothing"]],
        "/competencies/0/a": 1,
        "/competencies/2/title": ...,
        "/credentials/0/requires/all/0": {"at_least": 2, "of": [{"competency": "gone"}]},
        "/credentials/1/requires/all/0/credential": "badge ",
    }
    document = changed({key: value for key, value in changes.items() if key != "/x~y/z"}) | {"x~y/z": 1}
    assert [at for at, _ in problems_of(document)] == [
        "/program/language",
        "/competencies/0/effort_hours",
        "/competencies/0/prerequisites/0/0",
        "/competencies/0/prerequisites/1",
        "/competencies/0/prerequisites/2/0",
        "/competencies/0/a",
        "/competencies/2",
        "/credentials/0/requires/all/0/at_least",
        "/credentials/0/requires/all/0/of/0/competency",
        "/credentials/1/requires/all/0/credential",
        "/x~0y~1z",
    ]


def test_more_problems_than_anybody_reads_end_with_a_word_about_it(monkeypatch):
    monkeypatch.setattr(reading, "MOST_PROBLEMS", 3)
    problems = problems_of(changed({"/competencies": [1, 2, 3, 4]}))
    assert [at for at, _ in problems] == ["/competencies/0", "/competencies/1", "/competencies/2", ""]
    assert "more problems than the 3 listed" in problems[-1][1]
