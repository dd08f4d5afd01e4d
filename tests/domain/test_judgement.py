"""What an assessor may judge: outcome and level agree with the rubric, and not yet says what is missing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cbe.domain.judgement import MOST_FEEDBACK, Judgement, counting_level, judgement_problems, outcome_at
from cbe.domain.program import Competency, Level, MasteryRule, Program, Rubric

RUBRIC = Rubric((Level("seen", "Seen"), Level("helped", "With help"), Level("alone", "Alone")), "helped")
HTML = Competency("html", "HTML", Decimal(6))
PLAIN = Program("web", "Web", "en", (HTML,), ())
GRADED = replace(PLAIN, rubric=RUBRIC)


def places(program: Program, judgement: Judgement, competency: Competency = HTML) -> list[str]:
    return [at for at, _ in judgement_problems(program, competency, judgement)]


@pytest.mark.parametrize(("level", "outcome"), [("seen", "not_yet"), ("helped", "met"), ("alone", "met")])
def test_a_level_means_met_from_the_one_that_counts(level: str, outcome: str) -> None:
    assert outcome_at(GRADED, HTML, level) == outcome


def test_the_rule_of_a_competency_may_ask_for_a_higher_level_than_the_rubric() -> None:
    strict = replace(HTML, mastery=MasteryRule(level="alone"))
    assert counting_level(GRADED, strict) == "alone"
    assert outcome_at(GRADED, strict, "helped") == "not_yet"
    assert places(GRADED, Judgement("html", "met", "helped"), strict) == ["/html/outcome"]


@pytest.mark.parametrize(
    ("program", "judgement"),
    [
        (PLAIN, Judgement("html", "met")),
        (PLAIN, Judgement("html", "not_yet", feedback="Once more.")),
        (GRADED, Judgement("html", "met", "alone")),
        (GRADED, Judgement("html", "not_yet", "seen", "Once more.")),
        (GRADED, Judgement("html", "not_yet", feedback="Once more.")),
    ],
)
def test_what_agrees_with_the_rubric_is_taken(program: Program, judgement: Judgement) -> None:
    assert places(program, judgement) == []


@pytest.mark.parametrize(
    ("program", "judgement", "at"),
    [
        (PLAIN, Judgement("html", ""), ["/html/outcome"]),
        (PLAIN, Judgement("html", "met", "alone"), ["/html/outcome"]),
        (GRADED, Judgement("html", "met"), ["/html/outcome"]),
        (GRADED, Judgement("html", "met", "seen"), ["/html/outcome"]),
        (GRADED, Judgement("html", "met", "no such"), ["/html/outcome"]),
        (GRADED, Judgement("html", "not_yet", "seen", " \n"), ["/html/feedback"]),
        (PLAIN, Judgement("html", "met", feedback="x" * (MOST_FEEDBACK + 1)), ["/html/feedback"]),
    ],
)
def test_what_does_not_is_refused_with_its_place(program: Program, judgement: Judgement, at: list[str]) -> None:
    assert places(program, judgement) == at
