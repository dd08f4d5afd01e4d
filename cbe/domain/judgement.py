"""What an assessor may judge: an outcome and a level that agree with the rubric, and feedback where it is owed."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import N_, Problem
from .program import Competency, Program, Rubric

__all__ = ["MOST_FEEDBACK", "Judgement", "counting_level", "judgement_problems", "outcome_at"]

MOST_FEEDBACK = 5_000
"""Characters of feedback with one decision."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an assessor says of one competency; ``level`` is one of the rubric's or None."""

    competency: str
    outcome: str
    level: str | None = None
    feedback: str = ""


def counting_level(program: Program, competency: Competency) -> str | None:
    """Return the lowest level that counts as met, None without a rubric."""
    rubric = competency.rubric or program.rubric
    rule = competency.mastery or program.mastery
    return None if rubric is None else rule.level or rubric.counts_from


def outcome_at(program: Program, competency: Competency, level: str) -> str:
    """Return the outcome that a level of the rubric means: ``met`` from the one that counts, else ``not_yet``."""
    rubric = competency.rubric or program.rubric
    counting = counting_level(program, competency)
    if rubric is None or counting is None:
        return "met"
    order = [step.id for step in rubric.levels]
    return "met" if order.index(level) >= order.index(counting) else "not_yet"


def judgement_problems(program: Program, competency: Competency, judgement: Judgement) -> list[Problem]:
    """Return what is wrong with a judgement, each problem at ``/competency id/field``."""
    rubric, at = competency.rubric or program.rubric, f"/{judgement.competency}"
    problems: list[Problem] = []
    if judgement.outcome not in ("met", "not_yet"):
        problems.append((f"{at}/outcome", N_("Choose a level, or met or not yet.")))
    elif judgement.level is not None and not _knows(rubric, judgement.level):
        problems.append((f"{at}/outcome", N_("The rubric has no such level.")))
    elif judgement.level is not None and outcome_at(program, competency, judgement.level) != judgement.outcome:
        problems.append((f"{at}/outcome", N_("This level does not have that outcome by the rubric.")))
    elif judgement.outcome == "met" and rubric is not None and judgement.level is None:
        problems.append((f"{at}/outcome", N_("Choose the level that was shown.")))
    if judgement.outcome == "not_yet" and not judgement.feedback.strip():
        problems.append((f"{at}/feedback", N_("Say what is missing: not yet needs feedback.")))
    if len(judgement.feedback) > MOST_FEEDBACK:
        problems.append((f"{at}/feedback", N_("Feedback has at most 5,000 characters.")))
    return problems


def _knows(rubric: Rubric | None, level: str) -> bool:
    return rubric is not None and any(step.id == level for step in rubric.levels)
