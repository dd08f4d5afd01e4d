"""Recording what was seen: the grid of a session, the sheet for the field with its lines, and a recorded session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cbe.domain.errors import N_, Conflict, Invalid, Problem
from cbe.domain.judgement import Judgement, counting_level, outcome_at
from cbe.domain.program import Competency
from cbe.services import observing
from cbe.services.observing import Cell, Grid, Session
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
    """What a request says of a session: whom, what, when and where, and the marks typed so far."""

    session: Session
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
    if request.form.get("do") == "fill":
        return _grid(program, _filled(program, asked))
    grid = _load(program, asked)
    problems = _half_typed(asked)
    try:
        if problems:
            raise Invalid(problems)
        made = observing.record_session(
            identity.actor(), program, asked.session, _cells(grid, asked), today=identity.today(), now=identity.now()
        )
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
    grid = _load(program, replace(asked, competencies=()))
    text, problems = request.form.get("lines", ""), list[tuple[str, str]]()
    if request.method == "POST":
        try:
            cells = observing.read_lines(grid, text)
        except Invalid as error:
            problems = [(_("Line %(number)s", number=at.split("/")[2]), told(words)) for at, words in error.problems]
        else:
            marks = {(one.enrolment_id, one.judgement.competency): _mark(one.judgement) for one in cells}
            keys = tuple(dict.fromkeys(key for _, key in marks))
            return _grid(program, replace(asked, competencies=keys, marks=marks))
    page = render_template(
        "instructor/lines.html", grid=grid, asked=asked, text=text, problems=problems, query=_query(asked)
    )
    return page, 422 if problems else 200


@instructor.get("/observations/<uuid:observation_id>")
def session(observation_id: UUID) -> str:
    """Show a recorded session."""
    found = observing.get_session(identity.actor(), observation_id, now=identity.now())
    return render_template("instructor/session.html", found=found)


@instructor.post("/observations/<uuid:observation_id>/undo")
def undo_session(observation_id: UUID) -> Response:
    """Undo all of a session."""
    count = observing.undo_session(identity.actor(), observation_id, now=identity.now())
    flash(_("Undone: %(count)s decisions never were.", count=count))
    return redirect(url_for("instructor.session", observation_id=observation_id), 303)


def _load(program: str, asked: Asked) -> Grid:
    return observing.get_grid(identity.actor(), program, asked.session, asked.competencies, today=identity.today())


def _grid(program: str, asked: Asked, problems: list[Problem] | None = None) -> str:
    grid = _load(program, asked)
    chosen = [grid.compiled.competencies[key] for key in asked.competencies]
    found = {at: told(text) for at, text in problems or ()}
    in_cells = {f"/{one.enrolment_id}/{key}" for one in grid.learners for key in asked.competencies}
    places = observing.list_places(identity.actor(), today=identity.today())
    return render_template(
        "instructor/grid.html",
        grid=grid,
        asked=asked,
        chosen=chosen,
        groups=next((groups for key, _title, groups in places if key == program), []),
        problems={at.rpartition("/")[0]: text for at, text in found.items() if at.rpartition("/")[0] in in_cells},
        others=[text for at, text in found.items() if at.rpartition("/")[0] not in in_cells],
        levels={one.id: _levels(grid, one) for one in chosen},
        default=lambda one: asked.level or _default(grid, one),
        query=_query(asked),
        limits=(observing.MOST_LEARNERS, observing.MOST_COMPETENCIES),
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
        ),
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


def _filled(program: str, asked: Asked) -> Asked:
    """Tick, at the level chosen for all, every cell that is empty and whose learner does not have it yet."""
    grid = _load(program, asked)
    marks = dict(asked.marks)
    for one in grid.learners:
        for key in asked.competencies:
            old = marks.get((one.enrolment_id, key), Mark())
            if not old.is_ticked and not old.comment and key not in one.mastered:
                level = asked.level or _default(grid, grid.compiled.competencies[key])
                marks[one.enrolment_id, key] = Mark(True, level)
    return replace(asked, marks=marks)


def _half_typed(asked: Asked) -> list[Problem]:
    text = N_("Tick it so that it is recorded, or remove the comment.")
    return [
        (f"/{one}/{key}/tick", text) for (one, key), mark in asked.marks.items() if mark.comment and not mark.is_ticked
    ]


def _cells(grid: Grid, asked: Asked) -> list[Cell]:
    return [
        Cell(enrolment_id, _judgement(grid, key, mark))
        for (enrolment_id, key), mark in asked.marks.items()
        if mark.is_ticked
    ]


def _judgement(grid: Grid, key: str, mark: Mark) -> Judgement:
    if mark.level in (NOT_YET, MET, ""):
        return Judgement(key, mark.level or MET, None, mark.comment)
    competency = grid.compiled.competencies[key]
    known = {value for value, _word in _levels(grid, competency)}
    outcome = outcome_at(grid.compiled.program, competency, mark.level) if mark.level in known else MET
    return Judgement(key, outcome, mark.level, mark.comment)


def _mark(judgement: Judgement) -> Mark:
    return Mark(True, judgement.level or judgement.outcome, judgement.feedback)


def _levels(grid: Grid, competency: Competency) -> list[tuple[str, object]]:
    """The levels to choose from, highest first, as (value, title); met or not yet where there is no rubric."""
    rubric = competency.rubric or grid.compiled.program.rubric
    if rubric is None:
        return [(MET, _("met")), (NOT_YET, _("not yet"))]
    return [*((one.id, one.title) for one in reversed(rubric.levels)), (NOT_YET, _("not yet, no level"))]


def _default(grid: Grid, competency: Competency) -> str:
    return counting_level(grid.compiled.program, competency) or MET


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
