"""One item to decide on: taking it, reading it, recording decisions, undoing them, talking about it.

Nothing typed is lost: what cannot be recorded is shown again with what was written.
"""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Conflict, Invalid, Problem
from cbe.domain.evidence import MOST_MESSAGE
from cbe.domain.judgement import MOST_FEEDBACK
from cbe.services import evidence, outside
from cbe.services import queue as queues
from cbe.services import review as reviews
from cbe.services.history import item_history
from cbe.services.transaction import AlreadyDone

from .. import identity
from ..evidence_words import shown
from ..history_words import history_lines
from ..public import limiter
from ..texts import told
from . import instructor
from .asked import queue_url, view_of, view_query
from .judging import Sent, read_sent, sheets
from .queue_pages import ago, due, until

Page = str | Response | tuple[str, int]


@instructor.get("/evidence/<uuid:evidence_id>/review")
def review(evidence_id: UUID) -> Page:
    """Show an item; looking takes nothing."""
    return _review(evidence_id, Sent(queue=request.args.get("queue", "")))


@instructor.post("/evidence/<uuid:evidence_id>/take")
def take(evidence_id: UUID) -> Page:
    """Take an item and open it."""
    sent = Sent(queue=request.form.get("queue", ""))
    try:
        reviews.take(identity.actor(), evidence_id, today=identity.today(), now=identity.now())
    except AlreadyDone:
        pass  # a second click, or the back button: it is open
    except Conflict as error:
        return _review(evidence_id, sent, conflict=error), 409
    return redirect(_url(evidence_id, sent.queue), 303)


@instructor.post("/evidence/<uuid:evidence_id>/release")
def release(evidence_id: UUID) -> Response:
    """Put an item back into the queue."""
    reviews.release(identity.actor(), evidence_id, today=identity.today(), now=identity.now())
    flash(_("It is back in the queue for everybody."))
    return redirect(queue_url(view_of(request.form.get("queue", ""))), 303)


@instructor.post("/evidence/<uuid:evidence_id>/review")
def decide(evidence_id: UUID) -> Page:
    """Record the decisions and open the next item, or show again what could not be recorded."""
    actor, today, now = identity.actor(), identity.today(), identity.now()
    sent = read_sent(request.form)
    judgements = sent.judgements(queues.get_desk(actor, evidence_id, today=today, now=now))
    try:
        reviews.decide(actor, evidence_id, sent.version, judgements, cited=sent.cited, today=today, now=now)
    except Invalid as error:
        return _review(evidence_id, sent, problems=error.problems), 422
    except AlreadyDone:
        pass  # a second click or a replay: go on where the first one went
    except Conflict as error:
        return _review(evidence_id, sent, conflict=error), 409
    return _go_on(evidence_id, sent)


@instructor.post("/decisions/undo")
def undo() -> Response:
    """Undo decisions of one's own and open their item again, with the feedback that was written."""
    ids = [UUID(text) for text in request.form.getlist("decision") if _is_id(text)]
    opened = reviews.undo(identity.actor(), ids, now=identity.now())
    flash(_("Undone: it never was. What you wrote is below."))
    if not opened:
        return redirect(url_for("instructor.my_decisions"), 303)
    return redirect(_url(opened[0], request.form.get("queue", "")), 303)


@instructor.post("/evidence/<uuid:evidence_id>/messages")
def say(evidence_id: UUID) -> Page:
    """Write to the learner about an item."""
    text, sent = request.form.get("message", "").replace("\r\n", "\n"), Sent(queue=request.form.get("queue", ""))
    try:
        evidence.say(identity.actor(), evidence_id, text, today=identity.today(), now=identity.now())
    except Invalid as error:
        return _review(evidence_id, sent, problems=error.problems, message=text), 422
    except AlreadyDone:
        raise
    except Conflict as error:
        return _review(evidence_id, sent, conflict=error, message=text), 409
    flash(_("Your message is sent."))
    return redirect(_url(evidence_id, sent.queue) + "#talk", 303)


@instructor.post("/evidence/<uuid:evidence_id>/elsewhere/<uuid:outside_id>/verify")
@limiter.limit("20 per minute")
def verify_attached(evidence_id: UUID, outside_id: UUID) -> Response:
    """Verify a credential from elsewhere that goes with an item as of now."""
    outside.verify_attached(identity.actor(), evidence_id, outside_id, today=identity.today(), now=identity.now())
    flash(_("Verified just now. The rows below are new."))
    return redirect(_url(evidence_id, request.form.get("queue", "")) + "#elsewhere", 303)


def _go_on(evidence_id: UUID, sent: Sent) -> Response:
    view = view_of(sent.queue)
    if sent.then != "queue":
        found = queues.open_next(identity.actor(), view, but=[evidence_id], today=identity.today(), now=identity.now())
        if found is not None:
            return redirect(_url(found, sent.queue, after=evidence_id), 303)
    return redirect(queue_url(view, after=evidence_id), 303)


def _review(
    evidence_id: UUID,
    sent: Sent,
    *,
    problems: list[Problem] | None = None,
    conflict: Conflict | None = None,
    message: str = "",
) -> str:
    actor, today, now = identity.actor(), identity.today(), identity.now()
    desk = queues.get_desk(actor, evidence_id, today=today, now=now)
    found = {at: told(text) for at, text in problems or ()}
    rows = sheets(desk, sent, found)
    at_fields = {f"/{one.competency.id}/{name}" for one in rows for name in one.problems}
    after = request.args.get("after", "")
    may_judge = desk.is_open and (desk.is_mine or (sent.version > 0 and desk.item.taken_by is None))
    return render_template(
        "instructor/review.html",
        desk=desk,
        shown=shown(desk.item, desk.compiled, version=request.args.get("version", type=int)),
        history=history_lines(item_history(actor, evidence_id, today=today), desk.compiled.program, known=desk.asked),
        sheets=rows,
        may_judge=may_judge,
        sent=sent,
        lost={key: typed for key, typed in sent.typed.items() if key not in desk.waiting or not may_judge},
        cited={(one.evidence_id, one.version) for one in sent.cited},
        query=view_query(view_of(sent.queue)),
        back=queue_url(view_of(sent.queue)),
        ago=lambda moment: ago(moment, now),
        due=lambda day: due(day, today),
        until=until,
        is_late=desk.item.due_on is not None and desk.item.due_on < today,
        me=actor.account_id,
        after=queues.last_decided(actor, UUID(after), today=today, now=now) if _is_id(after) else None,
        conflict=_(conflict.message) % conflict.values
        if conflict and conflict.values
        else conflict and _(conflict.message),
        problems=[text for at, text in found.items() if at not in at_fields],
        message=message,
        most_feedback=MOST_FEEDBACK,
        most_message=MOST_MESSAGE,
    )


def _url(evidence_id: UUID, query: str, after: UUID | None = None) -> str:
    query = view_query(view_of(query))
    return url_for("instructor.review", evidence_id=evidence_id, queue=query or None, after=after)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
