"""The learner's pages of evidence: the list, writing a draft, one item with its talk, and what is done with it.

The form's fields are ``evidence_form``'s; the item's body is shared with assessors (``evidence_words``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import CbeError, Conflict, Invalid, NotFound, Problem
from cbe.domain.evidence import MOST_MESSAGE
from cbe.services import evidence
from cbe.services.evidence import Item, ItemLine, StaleDraft
from cbe.services.files import list_files
from cbe.services.history import item_history
from cbe.services.issuing import credentials
from cbe.services.outside import attached
from cbe.services.programs import known_competencies
from cbe.services.transaction import AlreadyDone

from .. import identity
from ..evidence_words import Shown, shown, wait_words, where
from ..forms import show_problems
from ..guard import wants_json
from ..history_words import history_lines
from ..texts import clock, told
from .evidence_form import EvidenceForm, chooser, fields_of, form_of, judged_by, known_of
from .view import Step, View, learner, load, show

__all__ = ["all_evidence", "evidence_item", "new_evidence"]

Page = str | Response | tuple[str, int]
ORDER = ("returned", "draft", "submitted", "taken", "decided", "withdrawn")
FIRST_TITLES = 3


@learner.get("/evidence")
def all_evidence(program: str) -> str:
    """List one's own items: returned ones first, then drafts, what waits and the rest."""
    view = load(program, None)
    items, usual = evidence.list_items(identity.actor(), program, now=identity.now())
    found: dict[str, list[tuple[ItemLine, list[Step], int]]] = {name: [] for name in ORDER}
    for item in items:
        steps = _steps(view, item)
        found[where(item)].append((item, steps[:FIRST_TITLES], len(steps) - FIRST_TITLES))
    return show("evidence", view, found=found, is_empty=not items, usual=wait_words(usual))


@learner.get("/evidence/new")
def new_evidence(program: str) -> Page:
    """Show an empty draft; it begins to exist when it is first saved, under the id that the page gives it."""
    view = load(program, None)
    asked = request.args.getlist("competency")
    form = EvidenceForm(formdata=None, competencies=asked, route=request.args.get("route") or "program")
    return _draft_page(view, form, uuid4())


@learner.get("/evidence/<uuid:evidence_id>")
def evidence_item(program: str, evidence_id: UUID) -> Page:
    """Show one item: to be written on while it is a draft, else to be read."""
    view, item = _own_item(program, evidence_id)
    if item.status == "draft" and not item.is_closed:
        undecided = [one.competency for one in item.competencies if one.decision_id is None]
        return _draft_page(view, form_of(item.newest, undecided), item.id, item)
    return _item_page(view, item)


@learner.post("/evidence/<uuid:evidence_id>")
def save_evidence(program: str, evidence_id: UUID) -> Page:
    """Save a draft, and hand it in when that was asked; what cannot be done is shown with all that was written."""
    form, saved_at = EvidenceForm(), None
    if not form.validate():
        return _not_done(program, evidence_id, form), 422
    try:
        saved_at = _save(program, evidence_id, form)
        if request.form.get("then") == "submit":
            evidence.submit(identity.actor(), evidence_id, today=identity.today(), now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return _not_done(program, evidence_id, form, error, is_saved=saved_at is not None), 422
    except AlreadyDone:
        raise
    except Conflict as error:
        return _not_done(program, evidence_id, form, error), 409
    return _saved(program, evidence_id, saved_at)


@learner.post("/evidence/<uuid:evidence_id>/withdraw")
def withdraw_evidence(program: str, evidence_id: UUID) -> Response:
    """Take an item out of the queue."""
    return _done(
        program, evidence_id, evidence.withdraw, _("Withdrawn. Nobody decides on it; you can hand it in again.")
    )


@learner.post("/evidence/<uuid:evidence_id>/edit")
def edit_evidence(program: str, evidence_id: UUID) -> Response:
    """Take an item out of the queue to work on it."""
    return _done(program, evidence_id, evidence.edit, _("It is out of the queue. Hand it in again when it is done."))


@learner.post("/evidence/<uuid:evidence_id>/again")
def hand_in_again(program: str, evidence_id: UUID) -> Response:
    """Open the next version of what was returned or withdrawn."""
    return _done(
        program, evidence_id, evidence.hand_in_again, _("This is the next version, with what the last one held.")
    )


@learner.post("/evidence/<uuid:evidence_id>/discard")
def discard_evidence(program: str, evidence_id: UUID) -> Response:
    """Throw a draft away."""
    view, item = _own_item(program, evidence_id)
    stays = evidence.discard(identity.actor(), item.id, today=identity.today(), now=identity.now())
    flash(_("The draft is thrown away."))
    address = view.url("evidence_item", evidence_id=item.id) if stays else view.url("all_evidence")
    return redirect(address, 303)


@learner.post("/evidence/<uuid:evidence_id>/messages")
def say_about_evidence(program: str, evidence_id: UUID) -> Page:
    """Write to those who assess the item."""
    view, item = _own_item(program, evidence_id)
    try:
        text = request.form.get("message", "").replace("\r\n", "\n")
        evidence.say(identity.actor(), item.id, text, today=identity.today(), now=identity.now())
    except Invalid as error:
        return _item_page(view, item, error.problems), 422
    flash(_("Your message is sent."))
    return redirect(view.url("evidence_item", evidence_id=item.id, _anchor="talk"), 303)


@learner.post("/evidence/<uuid:evidence_id>/shown")
def show_evidence(program: str, evidence_id: UUID) -> Page:
    """Let an item be named in the credentials that are signed from now on, or not."""
    view, item = _own_item(program, evidence_id)
    is_shown = request.form.get("shown") == "yes"
    credentials.set_evidence_shown(identity.actor(), item.id, is_shown, now=identity.now())
    flash(
        _("Credentials signed from now on show it.")
        if is_shown
        else _("Credentials signed from now on do not show it.")
    )
    return redirect(view.url("evidence_item", evidence_id=item.id), 303)


def _save(program: str, evidence_id: UUID, form: EvidenceForm) -> datetime:
    """Save what was written. Saving the same again changes nothing, so it needs no key of its own."""
    actor, fields = replace(identity.actor(), request_key=None), fields_of(form)
    today, now = identity.today(), identity.now()
    saved = evidence.save_draft(actor, program, evidence_id, fields, known=known_of(form), today=today, now=now)
    form.known.data = saved[1].isoformat()
    return saved[1]


def _saved(program: str, evidence_id: UUID, saved_at: datetime) -> Response:
    said, then = _("Saved %(time)s", time=clock(saved_at)), request.form.get("then")
    if wants_json():
        return jsonify(saved_at=saved_at.isoformat(), said=said)
    flash(_("Handed in. You get a notice when it is decided.") if then == "submit" else said)
    anchor = "files" if then == "files" else None
    return redirect(url_for("learner.evidence_item", program=program, evidence_id=evidence_id, _anchor=anchor), 303)


def _not_done(
    program: str, evidence_id: UUID, form: EvidenceForm, error: CbeError | None = None, *, is_saved: bool = False
) -> str:
    """Show the form again with all that was written, and with what stands there when it was changed elsewhere."""
    if error is not None and wants_json():
        raise error
    view, item = load(program, None), None
    with suppress(NotFound):
        item = evidence.get_item(identity.actor(), evidence_id, today=identity.today(), now=identity.now())
    if isinstance(error, StaleDraft):
        form.known.data = error.saved_at.isoformat() if error.saved_at else ""
    conflict = error if isinstance(error, Conflict) else None
    return _draft_page(view, form, evidence_id, item, conflict=conflict, is_saved=is_saved)


def _draft_page(
    view: View,
    form: EvidenceForm,
    evidence_id: UUID,
    item: Item | None = None,
    *,
    conflict: Conflict | None = None,
    is_saved: bool = True,
) -> str:
    picked = form.competencies.data or []
    handed_in = replace(item, versions=tuple(one for one in item.versions if one.submitted_at)) if item else None
    return show(
        "evidence_draft",
        view,
        form=form,
        item=item,
        evidence_id=evidence_id,
        conflict=_(conflict.message) % conflict.values if conflict else "",
        stale=conflict if isinstance(conflict, StaleDraft) else None,
        chooser=chooser(view, picked, item),
        judged_by=judged_by(view, picked),
        held=[one for one in list_files([item.id])[item.id] if one.is_in(item.version)] if item else [],
        is_saved=is_saved,
        shown=_shown(view, handed_in) if handed_in and handed_in.versions else None,
        not_now=_(evidence.NOT_NOW[status]) if (status := view.progress.learner.status) in evidence.NOT_NOW else "",
        attached=attached(identity.actor(), item.id, today=identity.today()) if item else [],
        problems=[],
        message="",
        most_message=MOST_MESSAGE,
    )


def _item_page(view: View, item: Item, problems: list[Problem] | None = None) -> str:
    queue = evidence.place_in_queue(item.program_id, [item.id])
    return show(
        "evidence_item",
        view,
        shown=_shown(view, item),
        history=history_lines(
            item_history(identity.actor(), item.id, today=identity.today()),
            view.progress.compiled.program,
            known=known_competencies(item.program_id, item.version_id, [one.competency for one in item.competencies]),
        ),
        place=queue.places.get(item.id),
        usual=wait_words(queue.usual),
        problems=[told(text) for _, text in problems or ()],
        message=request.form.get("message", "") if problems else "",
        most_message=MOST_MESSAGE,
        is_shown=credentials.is_evidence_shown(item.id),
    )


def _shown(view: View, item: Item) -> Shown:
    return shown(
        item,
        view.progress.compiled,
        version=request.args.get("version", type=int),
        states=view.progress.states,
        url=lambda key: view.url("competency", competency=key),
    )


def _own_item(program: str, evidence_id: UUID) -> tuple[View, Item]:
    view = load(program, None)
    item = evidence.get_item(identity.actor(), evidence_id, today=identity.today(), now=identity.now())
    if item.enrolment_id != view.progress.learner.enrolment_id:
        raise NotFound("There is nothing here, or nothing that you may see.")
    return view, item


def _done(program: str, evidence_id: UUID, act: Callable[..., None], said: str) -> Response:
    view, item = _own_item(program, evidence_id)
    act(identity.actor(), item.id, today=identity.today(), now=identity.now())
    flash(said)
    return redirect(view.url("evidence_item", evidence_id=item.id), 303)


def _steps(view: View, item: ItemLine) -> list[Step]:
    return view.steps(
        one.competency for one in item.competencies if one.competency in view.progress.compiled.competencies
    )
