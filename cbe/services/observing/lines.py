"""Reading the lines that were written on a sheet in the field: every slip is named, nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.field_codes import Codebook
from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import Judgement, outcome_at

from .grid import MOST_COMPETENCIES, MOST_LEARNERS, Cell, Grid, GridLearner

__all__ = ["MOST_LINES", "read_lines"]

MOST_LINES = MOST_LEARNERS * MOST_COMPETENCIES


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the codes of a sheet may mean."""

    compiled: CompiledProgram
    by_id: dict[str, GridLearner]
    learners: Codebook
    competencies: Codebook


def read_lines(grid: Grid, text: str) -> list[Cell]:
    """Read what was written on a sheet: ``learner code, competency code, level number or x, and words`` a line.

    Raises ``Invalid`` with every problem at ``/lines/3``; at most 2,400 lines are read.
    """
    by_id = {str(one.enrolment_id): one for one in grid.learners}
    sheet = _Sheet(grid.compiled, by_id, Codebook(by_id), Codebook(grid.compiled.ids))
    problems: list[Problem] = []
    cells: dict[tuple[UUID, str], Cell] = {}
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not numbered:
        raise Invalid([("/lines/1", N_("There is nothing here yet: write a line for every box that was filled in."))])
    if len(numbered) > MOST_LINES:
        raise Invalid([(f"/lines/{numbered[MOST_LINES][0]}", N_("At most 2,400 lines are read. Send them in parts."))])
    for number, line in numbered:
        found = _read_line(sheet, line.split(None, 3))
        if isinstance(found, Cell):
            key = (found.enrolment_id, found.judgement.competency)
            if key in cells:
                found = N_("This learner and competency stand on an earlier line already.")
            else:
                cells[key] = found
        if isinstance(found, str):
            problems.append((f"/lines/{number}", found))
    if problems:
        raise Invalid(problems)
    return list(cells.values())


def _read_line(sheet: _Sheet, words: list[str]) -> Cell | str:
    if len(words) < 3:
        return N_("Write the learner's code, the competency's code, and the number of the level or x.")
    people, competencies = sheet.learners.find(words[0]), sheet.competencies.find(words[1])
    if len(people) != 1:
        return Worded(N_("%(code)s is no learner's code on this sheet."), code=words[0][:20])
    if len(competencies) != 1:
        return Worded(N_("%(code)s is no competency's code of this program."), code=words[1][:20])
    learner, competency = sheet.by_id[people[0]], competencies[0]
    wanted = sheet.compiled.competencies[competency]
    rubric = wanted.rubric or sheet.compiled.program.rubric
    level, comment = words[2].lower(), words[3].strip() if len(words) > 3 else ""
    if level == "x":
        return Cell(learner.enrolment_id, Judgement(competency, "not_yet", None, comment))
    levels = [one.id for one in rubric.levels] if rubric else [None]
    if not level.isdecimal() or not 1 <= int(level[:3]) <= len(levels):
        return Worded(N_("%(level)s is no level: write a number from 1 to %(most)s, or x for not yet."), level=level[:20], most=len(levels))  # fmt: skip
    chosen = levels[int(level[:3]) - 1]
    outcome = "met" if chosen is None else _outcome(learner.compiled, competency, chosen)
    if outcome is None:
        return N_("The learner's version of the program does not have this competency with that level.")
    return Cell(learner.enrolment_id, Judgement(competency, outcome, chosen, comment))


def _outcome(compiled: CompiledProgram, key: str, level: str) -> str | None:
    """Return what a level that stands on the sheet means in the learner's own version."""
    competency = compiled.competencies.get(key)
    rubric = (competency.rubric or compiled.program.rubric) if competency else None
    if competency is None or rubric is None or level not in {one.id for one in rubric.levels}:
        return None
    return outcome_at(compiled.program, competency, level)
