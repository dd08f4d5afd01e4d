"""Recording what was seen: the grid of a session, the sheet for the field with its lines, and a recorded session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from secrets import token_urlsafe
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cbe.domain.errors import N_, Conflict, Invalid, Problem
from cbe.domain.graph import CompiledProgram
from cbe.domain.judgement import Judgement, counting_level, outcome_at
from cbe.services import observing
from cbe.services.observing import Cell, Grid, GridLearner, Session
from cbe.services.transaction import AlreadyDone

from .. import identity
from ..texts import told
from . import instructor

Page = str | Response | tuple[str, int]
NOT_YET = "not_yet"
MET = "met"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a cell of the grid holds: ticked or not, the level (or ``met``, ``not_yet``), and the comment."""

    is_ticked: bool = False
    level: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of a session: whom, what, when and where, and the marks typed so far.

    ``day``: as it was typed, which may be none.
    """

    session: Session
    day: str
    competencies: tuple[str, ...]
    level: str = ""
    marks: Mapping[tuple[UUID, str], Mark] = field(default_factory=dict)


@instructor.get("/observe")
def observe() -> str:
    """Show where one observes, and what one recorded last."""
    places = observing.list_places(identity.actor(), today=identity.today())
    sessions = observing.list_sessions(identity.actor())
    return render_template("instructor/observe.html", places=places, sessions=sessions)


@instructor.get("/programs/<key:program>/observe")
def observe_grid(program: str) -> Page:
    """Show what can be chosen for a session, and its grid once competencies are chosen."""
    return _grid(program, _asked(request.args))


@instructor.post("/programs/<key:program>/observe")
def record_session(program: str) -> Page:
    """Fill the grid, or record it; what cannot be recorded is shown again as it was typed."""
    asked = _asked(request.form)
    try:
        grid = _load(program, asked)
        if request.form.get("do") == "fill":
            return _grid(program, replace(asked, marks=_filled(grid, asked)))
        made = _record(program, grid, asked)
    except observing.RecordedAlready as error:
        flash(_(error.message))
        made = error.observation_id
    except Invalid as error:
        return _grid(program, asked, error.problems), 422
    except AlreadyDone:
        raise
    except Conflict as error:
        return _grid(program, asked, [("", error.message)]), 409
    return redirect(url_for("instructor.session", observation_id=made), 303)


@instructor.get("/programs/<key:program>/observe/sheet")
def sheet(program: str) -> str:
    """Show the sheet for the field, to be printed."""
    asked = _asked(request.args)
    grid = _load(program, asked)
    chosen = [grid.compiled.competencies[key] for key in asked.competencies]
    return render_template("instructor/sheet.html", grid=grid, chosen=chosen, asked=asked, query=_query(asked))


@instructor.route("/programs/<key:program>/observe/lines", methods=["GET", "POST"])
def lines(program: str) -> Page:
    """Read the lines written on a sheet and show them as the grid that will be recorded."""
    asked = _asked(request.values)
    grid = observing.list_coded(identity.actor(), program, today=identity.today(), now=identity.now())
    text, problems = request.form.get("lines", ""), list[tuple[str, str]]()
    if request.method == "POST":
        try:
            marks = {
                (one.enrolment_id, one.judgement.competency): _mark(one.judgement)
                for one in observing.read_lines(grid, text)
            }
            keys = tuple(dict.fromkeys(key for _, key in marks))
            return _grid(program, replace(asked, competencies=keys, marks=marks))
        except Invalid as error:
            problems = [(_where(at), told(words)) for at, words in error.problems]
    page = render_template(
        "instructor/lines.html", grid=grid, asked=asked, text=text, problems=problems, most=observing.MOST_LINES
    )
    return page, 422 if problems else 200


@instructor.get("/observations/<uuid:observation_id>")
def session(observation_id: UUID) -> str:
    """Show a recorded session."""
    found = observing.get_session(identity.actor(), observation_id, today=identity.today(), now=identity.now())
    return render_template("instructor/session.html", found=found)


@instructor.post("/observations/<uuid:observation_id>/undo")
def undo_session(observation_id: UUID) -> Response:
    """Undo all of a session."""
    count = observing.undo_session(identity.actor(), observation_id, now=identity.now())
    flash(ngettext("Undone: %(num)s decision never was.", "Undone: %(num)s decisions never were.", count))
    return redirect(url_for("instructor.session", observation_id=observation_id), 303)


def _load(program: str, asked: Asked) -> Grid:
    """Load the grid of a session: of those it is about, or of those who are marked already."""
    marked = {enrolment_id for enrolment_id, _key in asked.marks}
    return observing.get_grid(
        identity.actor(), program, asked.session, asked.competencies,
        enrolment_ids=marked or None, today=identity.today(), now=identity.now(),
    )  # fmt: skip


def _record(program: str, grid: Grid, asked: Asked) -> UUID:
    marked = {enrolment_id for (enrolment_id, _key), mark in asked.marks.items() if mark.is_ticked}
    if marked - {one.enrolment_id for one in grid.learners}:
        raise Conflict(
            "Some of these learners are no longer active, or no longer yours to assess. Their rows are gone: look again, "
            "then record the others."
        )
    cells = _cells(grid, asked)
    problems = _half_typed(grid, asked)
    if asked.day != asked.session.observed_on.isoformat():
        problems.append(("/day", N_("Write the day as year-month-day.")))
    if problems:
        raise Invalid(problems)
    return observing.record_session(
        identity.actor(), program, asked.session, cells, today=identity.today(), now=identity.now()
    )


def _grid(program: str, asked: Asked, problems: list[Problem] | None = None) -> str:
    """Show the grid; what names a competency that there is not, or too many, is answered by the error page."""
    grid = _load(program, asked)
    chosen = [grid.compiled.competencies[key] for key in asked.competencies]
    found = {at: told(text) for at, text in problems or ()}
    in_cells = {f"/{one.enrolment_id}/{key}" for one in grid.learners for key in asked.competencies}
    places = observing.list_places(identity.actor(), today=identity.today())
    offered: dict[tuple[int, str], list[tuple[str, object]]] = {}

    def levels_of(one: GridLearner, key: str) -> list[tuple[str, object]]:
        place = (id(one.compiled), key)
        if place not in offered:
            offered[place] = _levels(one.compiled, key)
        return offered[place]

    return render_template(
        "instructor/grid.html",
        grid=grid,
        asked=asked,
        chosen=chosen,
        groups=next((groups for key, _title, groups in places if key == program), []),
        problems={at.rpartition("/")[0]: text for at, text in found.items() if at.rpartition("/")[0] in in_cells},
        others=[text for at, text in found.items() if at.rpartition("/")[0] not in in_cells],
        levels={one.id: _levels(grid.compiled, one.id) for one in chosen},
        levels_of=levels_of,
        default=lambda compiled, key: asked.level or _default(compiled, key),
        usual=_default,
        query=_query(asked),
        limits=(observing.MOST_LEARNERS, observing.MOST_COMPETENCIES),
        today=identity.today(),
    )


def _asked(values: MultiDict[str, str]) -> Asked:
    competencies = tuple(dict.fromkeys(values.getlist("competency")))
    marks = {}
    for name in values:
        kind, _sep, rest = name.partition("-")
        key = _place(rest, competencies) if kind in ("tick", "level", "say") else None
        if key is not None and key not in marks:
            tick, level, say = (f"{part}-{rest}" for part in ("tick", "level", "say"))
            marks[key] = Mark(tick in values, values.get(level, ""), values.get(say, "").replace("\r\n", "\n"))
    return Asked(
        Session(
            _day(values.get("day", "")),
            group_id=_id(values.get("group", "")),
            enrolment_id=_id(values.get("learner", "")),
            setting=values.get("setting") or None,
            note=values.get("note", "")[: observing.MOST_NOTE + 1],
            key=values.get("session", "")[:80] or token_urlsafe(16),
        ),
        values.get("day", ""),
        competencies,
        values.get("level", ""),
        marks,
    )


def _place(rest: str, competencies: tuple[str, ...]) -> tuple[UUID, str] | None:
    enrolment, _sep, number = rest.rpartition("-")
    found = _id(enrolment)
    if found is None or not number.isascii() or not number.isdigit() or int(number[:4]) >= len(competencies):
        return None
    return found, competencies[int(number)]


def _filled(grid: Grid, asked: Asked) -> dict[tuple[UUID, str], Mark]:
    """Tick, at the level chosen for all, every cell that is empty and whose learner does not have it yet."""
    marks = dict(asked.marks)
    for one in grid.learners:
        for key in asked.competencies:
            old, levels = marks.get((one.enrolment_id, key), Mark()), _levels(one.compiled, key)
            if levels and not old.is_ticked and not old.comment and key not in one.mastered:
                known = asked.level in {value for value, _word in levels}
                marks[one.enrolment_id, key] = Mark(True, asked.level if known else _default(one.compiled, key))
    return marks


def _half_typed(grid: Grid, asked: Asked) -> list[Problem]:
    """Return what would be lost without a word: comments and levels where nothing is ticked."""
    comment = N_("Tick it so that it is recorded, or remove the comment.")
    level = N_("Tick it so that it is recorded, or choose the usual level again.")
    learners = {one.enrolment_id: one for one in grid.learners}
    found = []
    for (enrolment_id, key), mark in asked.marks.items():
        if mark.is_ticked or enrolment_id not in learners:
            continue
        if mark.comment.strip():
            found.append((f"/{enrolment_id}/{key}/tick", comment))
        elif mark.level not in ("", asked.level, _default(learners[enrolment_id].compiled, key)):
            found.append((f"/{enrolment_id}/{key}/tick", level))
    return found


def _cells(grid: Grid, asked: Asked) -> list[Cell]:
    learners = {one.enrolment_id: one for one in grid.learners}
    return [
        Cell(enrolment_id, _judgement(learners[enrolment_id].compiled, key, mark))
        for (enrolment_id, key), mark in asked.marks.items()
        if mark.is_ticked
    ]


def _judgement(compiled: CompiledProgram, key: str, mark: Mark) -> Judgement:
    if mark.level in (NOT_YET, MET, ""):
        return Judgement(key, mark.level or MET, None, mark.comment)
    known = {value for value, _word in _levels(compiled, key)}
    outcome = outcome_at(compiled.program, compiled.competencies[key], mark.level) if mark.level in known else MET
    return Judgement(key, outcome, mark.level, mark.comment)


def _mark(judgement: Judgement) -> Mark:
    return Mark(True, judgement.level or judgement.outcome, judgement.feedback)


def _levels(compiled: CompiledProgram, key: str) -> list[tuple[str, object]]:
    """The levels to choose from, highest first, as (value, title); met or not yet where there is no rubric.

    None where the version does not have the competency.
    """
    competency = compiled.competencies.get(key)
    if competency is None:
        return []
    rubric = competency.rubric or compiled.program.rubric
    if rubric is None:
        return [(MET, _("met")), (NOT_YET, _("not yet"))]
    return [*((one.id, one.title) for one in reversed(rubric.levels)), (NOT_YET, _("not yet, no level"))]


def _default(compiled: CompiledProgram, key: str) -> str:
    competency = compiled.competencies.get(key)
    return (competency and counting_level(compiled.program, competency)) or MET


def _where(at: str) -> str:
    parts = at.split("/")
    return _("Line %(number)s", number=parts[2]) if parts[1] == "lines" else ""


def _query(asked: Asked) -> dict[str, object]:
    """What an address of the same session carries."""
    one = asked.session
    found: dict[str, object] = {
        "group": one.group_id,
        "learner": one.enrolment_id,
        "competency": list(asked.competencies),
        "day": one.observed_on.isoformat(),
        "setting": one.setting,
        "note": one.note,
    }
    return {name: value for name, value in found.items() if value}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return identity.today()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
