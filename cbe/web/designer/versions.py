"""The versions of a program: who published and approved each, until when it is taught, and what differs between two.

Publishing the draft is ``publishing``'s, moving learners ``moves``'s.
"""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from cbe.domain.errors import Invalid, NotFound
from cbe.services import publishing, versions
from cbe.services.versions import Version

from .. import identity
from ..forms import to_day
from ..map_svg import ZOOMS
from ..texts import told
from . import designer
from .difference_map import MARKS, difference_map
from .difference_words import CHANGES, chapters_of, counts_of
from .frame import page

__all__ = ["list_versions"]

DRAFT = "draft"


@designer.get("/programs/<key:program>/versions", endpoint="versions")
def list_versions(program: str) -> str:
    """List the versions, and what is wanted before another is published."""
    return _listing(program)


@designer.post("/programs/<key:program>/versions/<int:number>/teach-out")
def set_teach_out(program: str, number: int) -> AnyResponse | tuple[str, int]:
    """Say until when a version is taught, or that there is no such day."""
    text = "" if request.form.get("clear") else request.form.get("until", "").strip()
    until = to_day(text)
    try:
        if text and until is None:
            raise Invalid([("/until", "A date is written as 2026-12-31.")])
        versions.set_teach_out(identity.actor(), program, number, until, now=identity.now())
    except Invalid as error:
        return _listing(program, {number: (text, [told(words) for _at, words in error.problems])}), 422
    if until:
        flash(_("Version %(number)s is taught until that day. Its learners see it on their first page.", number=number))
    else:
        flash(_("Version %(number)s has no last day.", number=number))
    return redirect(url_for("designer.versions", program=program), 303)


@designer.post("/programs/<key:program>/versions/approval")
def set_approval(program: str) -> AnyResponse:
    """Ask that a second person approves a draft before it is published, or not."""
    needed = request.form.get("needed") == "yes"
    versions.set_needs_approval(identity.actor(), program, needed, now=identity.now())
    flash(_("A second person has to approve from now on.") if needed else _("One person may publish alone now."))
    return redirect(url_for("designer.versions", program=program), 303)


@designer.get("/programs/<key:program>/versions/<int:number>/export")
def export(program: str, number: int) -> Response:
    """Give out one version as a file; it says who approved it."""
    text = publishing.export_program(identity.actor(), program, version=number)
    answer = Response(text, mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"version-{number}.json")
    return answer


@designer.get("/programs/<key:program>/versions/difference")
def difference(program: str) -> str | tuple[str, int]:
    """Show what differs between two versions, or a version and the draft, in words and as a map."""
    found = page(program, "versions")
    known = versions.list_versions(identity.actor(), program)
    old, new = _asked(known)
    try:
        before, after, differs = versions.version_difference(identity.actor(), program, old, new)
    except Invalid as error:
        return render_template(
            "designer/difference.html", page=found, versions=known, old=old, new=DRAFT, problems=error.problems
        ), 422
    zoom = next((zoom for zoom in ZOOMS if str(zoom) == request.args.get("zoom")), 1)
    drawn = difference_map(before, after, differs, zoom, lambda key: f"#d-{key}") if differs.competencies else None
    return render_template(
        "designer/difference.html", page=found, versions=known, old=old, new=new or DRAFT, problems=[],
        chapters=chapters_of(before, after, differs), counts=counts_of(differs), map=drawn, zoom=zoom, marks=MARKS, changes=CHANGES,
    )  # fmt: skip


def _asked(known: list[Version]) -> tuple[int, int | None]:
    """Return the two versions that the address names: the newest and the draft (None) where it names none."""
    if not known:
        raise NotFound("Nothing is published yet, so there is nothing to compare.")
    old, new = request.args.get("old", ""), request.args.get("new", DRAFT)
    numbers = {str(one.number): one.number for one in known}
    if new != DRAFT and new not in numbers:
        raise NotFound("There is no such version.")
    return numbers.get(old, known[0].number), numbers.get(new)


def _listing(program: str, refused: dict[int, tuple[str, list[str]]] | None = None) -> str:
    found, actor = page(program, "versions"), identity.actor()
    return render_template(
        "designer/versions.html", page=found, versions=versions.list_versions(actor, program), refused=refused or {},
        needs_approval=versions.needs_approval(actor, program),
    )  # fmt: skip
