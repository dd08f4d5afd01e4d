"""The roster: learners × competencies, as a table to filter, to take away and to print, and one learner of it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, render_template, request, url_for

from cbe.domain.progress import State
from cbe.services import roster as rosters
from cbe.services.roster import Asked

from .. import identity
from ..limits import page_number
from . import instructor

MOST_DAYS = 3650


@instructor.get("/programs/<key:program>/roster")
def roster(program: str) -> str:
    """Show where the learners of a program stand."""
    asked = _asked()
    found = rosters.get_roster(identity.actor(), program, asked, today=identity.today(), now=identity.now())
    query = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "instructor/roster.html",
        found=found,
        asked=asked,
        today=identity.today(),
        query=query,
        page_url=lambda page: url_for("instructor.roster", **{**query, "program": program, "page": page}),
    )


@instructor.get("/programs/<key:program>/roster.csv")
def roster_csv(program: str) -> Response:
    """Give the roster that was asked for as a table to take away."""
    data = rosters.roster_table(identity.actor(), program, _asked(), today=identity.today(), now=identity.now())
    answer = Response(data, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=roster.csv"
    return answer


@instructor.get("/programs/<key:program>/roster/<uuid:enrolment_id>")
def person(program: str, enrolment_id: UUID) -> str:
    """Show one learner: states, evidence, and since when they are stuck."""
    found = rosters.get_person(identity.actor(), program, enrolment_id, today=identity.today(), now=identity.now())
    by_state = {state: [key for key, is_in in found.entry.states.items() if is_in == state] for state in State}
    return render_template("instructor/person.html", found=found, by_state=by_state, today=identity.today())


def _asked() -> Asked:
    stuck = request.args.get("stuck", "")
    state = request.args.get("state", "")
    return Asked(
        group_id=_id(request.args.get("group", "")),
        section=request.args.get("section", ""),
        state=state if state in set(State) else "",
        search=request.args.get("q", "").strip(),
        stuck=min(int(stuck[:5]), MOST_DAYS) if stuck.isascii() and stuck.isdigit() else 0,
        sort=request.args.get("sort", ""),
        page=page_number(),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
