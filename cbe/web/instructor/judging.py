"""The form by which an item is judged: one sheet per competency, read from a request and shown again as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import Judgement, outcome_at
from cbe.domain.program import Competency, Rubric
from cbe.services.queue import Desk
from cbe.services.review import Citation

from ..texts import Spoken, in_words

__all__ = ["Choice", "Sent", "Sheet", "read_sent", "sheets"]

LEVEL = "level:"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: a level of the rubric, or met or not yet; ``is_mark`` where a key press chooses it."""

    value: str
    title: Spoken | str
    description: Spoken | None
    outcome: str
    is_mark: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What was chosen and written for one competency."""

    choice: str = ""
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brought: the version that was read, what was typed by competency, and what else is cited."""

    version: int = 0
    typed: dict[str, Typed] = field(default_factory=dict)
    cited: tuple[Citation, ...] = ()
    queue: str = ""
    then: str = "next"

    def judgements(self, desk: Desk) -> list[Judgement]:
        """Return what was judged; a competency of which nothing was said goes on waiting."""
        return [_judgement(desk, key, one) for key, one in self.typed.items() if one.choice or one.feedback.strip()]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A competency to judge: its criteria, the answers there are, what was typed and what is wrong with it."""

    competency: Competency
    title: Spoken
    choices: list[Choice]
    typed: Typed
    problems: Mapping[str, str]
    is_undone: bool


def read_sent(form: MultiDict[str, str]) -> Sent:
    """Read what a form brought."""
    version = form.get("version", "")
    typed = {
        key: Typed(form.get(f"choice-{number}", ""), form.get(f"feedback-{number}", "").replace("\r\n", "\n"))
        for number, key in enumerate(form.getlist("competency"))
    }
    return Sent(
        version=int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else 0,
        typed=typed,
        cited=tuple(found for text in form.getlist("cite") if (found := _citation(text)) is not None),
        queue=form.get("queue", ""),
        then=form.get("then", "next"),
    )


def sheets(desk: Desk, sent: Sent, problems: Mapping[str, str] | None = None) -> list[Sheet]:
    """Return a sheet for each competency that waits."""
    found = []
    for key in desk.waiting:
        competency = desk.asked[key]
        undone = desk.undone.get(key, "")
        typed = sent.typed.get(key, Typed(feedback=undone))
        of_it = {
            name: problems[f"/{key}/{name}"]
            for name in ("outcome", "feedback")
            if problems and f"/{key}/{name}" in problems
        }
        title = in_words(competency.title, desk.compiled.program.language)
        found.append(Sheet(competency, title, _choices(desk.compiled, competency), typed, of_it, bool(undone)))
    return found


def _choices(compiled: CompiledProgram, competency: Competency) -> list[Choice]:
    rubric = competency.rubric or compiled.program.rubric
    if rubric is None:
        return [Choice("not_yet", _("Not yet"), None, "not_yet", True), Choice("met", _("Met"), None, "met", True)]
    found = _levels(compiled, competency, rubric)
    if all(one.outcome == "met" for one in found):
        found.insert(0, Choice("not_yet", _("Not yet"), None, "not_yet"))
    below = [one for one in found if one.outcome == "not_yet"]
    counting = next(one for one in found if one.outcome == "met")
    marks = {counting.value, below[-1].value}
    return [Choice(one.value, one.title, one.description, one.outcome, one.value in marks) for one in found]


def _levels(compiled: CompiledProgram, competency: Competency, rubric: Rubric) -> list[Choice]:
    language = compiled.program.language
    return [
        Choice(
            LEVEL + level.id,
            in_words(level.title, language),
            in_words(level.description, language) if level.description else None,
            outcome_at(compiled.program, competency, level.id),
        )
        for level in rubric.levels
    ]


def _judgement(desk: Desk, key: str, typed: Typed) -> Judgement:
    if not typed.choice.startswith(LEVEL):
        return Judgement(key, typed.choice, None, typed.feedback)
    level, competency = typed.choice.removeprefix(LEVEL), desk.asked.get(key)
    rubric = (competency.rubric or desk.compiled.program.rubric) if competency else None
    if competency is None or rubric is None or level not in {step.id for step in rubric.levels}:
        return Judgement(key, "met", level, typed.feedback)
    return Judgement(key, outcome_at(desk.compiled.program, competency, level), level, typed.feedback)


def _citation(text: str) -> Citation | None:
    key, _colon, version = text.partition(":")
    try:
        return Citation(UUID(key), int(version))
    except ValueError:
        return None
