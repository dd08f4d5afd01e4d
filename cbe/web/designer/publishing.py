"""Publishing the draft: what it changes and for whom, what stands in its way, and a second person's word where one is wanted.

What happens to learners afterwards is ``moves``'s.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import CbeError, Conflict, Invalid
from cbe.domain.policy import Subject, may
from cbe.services import publishing, rehearsing, versions
from cbe.services.drafts import Seen
from cbe.services.rehearsal_sums import Sums
from cbe.services.versions import MOST_NOTES, Approval

from .. import identity
from ..texts import told
from . import designer
from .difference_words import CHANGES, counts_of
from .frame import Page, page
from .rehearsal import EFFECTS

__all__ = ["publish_page"]


@designer.get("/programs/<key:program>/draft/publish")
def publish_page(program: str) -> str:
    """Show what publishing the draft would do and what is wanted before."""
    return _shown(program)


@designer.post("/programs/<key:program>/draft/publish")
def publish(program: str) -> Response | tuple[str, int]:
    """Freeze the draft as the next version."""
    try:
        number = publishing.publish_draft(identity.actor(), program, _seen(), notes=_notes(), now=identity.now())
    except (Conflict, Invalid) as error:
        return _again(program, error)
    if number == 1:
        flash(_("Version 1 was published."))
        return redirect(url_for("designer.versions", program=program), 303)
    flash(
        _(
            "Version %(number)s was published. Everybody keeps the version they learn in until you choose otherwise.",
            number=number,
        )
    )
    return redirect(url_for("designer.new_move", program=program), 303)


@designer.post("/programs/<key:program>/draft/approvals")
def ask_approval(program: str) -> Response | tuple[str, int]:
    """Ask a second designer to approve the draft."""
    try:
        versions.ask_approval(identity.actor(), program, _seen(), notes=_notes(), now=identity.now())
    except (Conflict, Invalid) as error:
        return _again(program, error)
    flash(_("The other designers of this program were asked."))
    return redirect(url_for("designer.publish_page", program=program), 303)


@designer.post("/programs/<key:program>/draft/approvals/<uuid:approval_id>")
def decide_approval(program: str, approval_id: UUID) -> Response | tuple[str, int]:
    """Approve the draft or decline it, as a second person."""
    outcome, remark = request.form.get("outcome", ""), request.form.get("remark", "")
    try:
        versions.decide_approval(identity.actor(), program, approval_id, outcome, remark, now=identity.now())
    except (Conflict, Invalid) as error:
        return _again(program, error)
    flash(_("You approved the draft.") if outcome == "approved" else _("You declined the draft."))
    return redirect(url_for("designer.publish_page", program=program), 303)


def _again(program: str, error: CbeError) -> tuple[str, int]:
    """Show the page again with what was typed and why it was not done."""
    if isinstance(error, Invalid):
        texts, status = [told(text) for _at, text in error.problems], 422
    else:
        texts, status = [_(error.message) % error.values if error.values else _(error.message)], 409
    return _shown(program, texts), status


def _shown(program: str, refused: list[str] | None = None) -> str:
    found = page(program, "publish")
    problems = versions.draft_problems(identity.actor(), program)
    approval = versions.get_approval(identity.actor(), program)
    known = versions.list_versions(identity.actor(), program)
    wanted = versions.needs_approval(identity.actor(), program)
    return render_template(
        "designer/publish.html", page=found, problems=problems, refused=refused or [], approval=approval, number=known[0].number + 1 if known else 1,
        step=_step(approval, is_wanted=wanted), typed=request.form, changes=CHANGES, effects=EFFECTS, most_notes=MOST_NOTES,
        **_what_follows(found, known[0].number if known else None, is_sound=not problems),
    )  # fmt: skip


def _what_follows(found: Page, newest: int | None, *, is_sound: bool) -> dict[str, Any]:
    """Return what differs from the newest version and what it does to learners, where there is one and the draft is sound."""
    nothing: dict[str, Any] = {"counts": None, "totals": None, "newest": newest, "may_see": False}
    if newest is None or not is_sound:
        return nothing
    actor = identity.actor()
    _old, _new, differs = versions.version_difference(actor, found.program, newest, None)
    if not differs:
        return nothing | {"counts": []}
    parts = rehearsing.rehearse_draft(actor, found.program, today=identity.today(), now=identity.now())
    may_see = may(actor, "program:rehearse", Subject(found.editing.program_id))
    return nothing | {"counts": counts_of(differs), "totals": Sums(parts).totals(), "may_see": may_see}


def _step(approval: Approval | None, *, is_wanted: bool) -> str:
    """Tell what comes next: ``publish``, ``ask`` for approval, ``wait`` for it, or ``decide`` on it."""
    if not is_wanted:
        return "publish"
    if approval is None or not approval.is_current or approval.outcome == "declined":
        return "ask"
    if approval.outcome == "approved":
        return "publish"
    return "wait" if approval.is_own else "decide"


def _seen() -> Seen:
    return Seen.of(request.form.get("seen", ""))


def _notes() -> str:
    notes = request.form.get("notes", "")
    if len(notes) > MOST_NOTES:
        raise Invalid([("/notes", _("Notes have at most 5,000 characters."))])
    return notes
