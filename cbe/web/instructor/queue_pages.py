"""The queue: what waits for whoever looks at it, in which order, and handing over what one has."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_timedelta, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Conflict, Invalid, Problem
from cbe.services import queue as queues
from cbe.services import review
from cbe.services.queue import View
from cbe.services.transaction import AlreadyDone

from .. import identity
from ..texts import clock, told
from ..texts import day as day_word
from . import instructor
from .asked import queue_url, read_view, view_of, view_query

Page = str | Response | tuple[str, int]


@instructor.get("/queue")
def queue() -> Page:
    """Show what waits."""
    return _queue(read_view(request.args))


@instructor.post("/queue/next")
def next_item() -> Response:
    """Take the first item that nobody else has, and open it."""
    view = view_of(request.form.get("queue", ""))
    found = queues.open_next(identity.actor(), view, today=identity.today(), now=identity.now())
    if found is None:
        flash(_("Nothing waits that nobody else has taken."))
        return redirect(queue_url(view), 303)
    return redirect(url_for("instructor.review", evidence_id=found, queue=view_query(view) or None), 303)


@instructor.post("/queue/hand-over")
def hand_over() -> Page:
    """Give the ticked items to a colleague."""
    view = view_of(request.form.get("queue", ""))
    ids, to = _ids(request.form.getlist("item")), _ids([request.form.get("to", "")])
    try:
        if not ids:
            raise Invalid([("/item", _("Tick what you hand over."))])
        count = review.hand_over(
            identity.actor(), ids, to[0] if to else UUID(int=0), today=identity.today(), now=identity.now()
        )
    except Invalid as error:
        return _queue(view, error.problems, ids), 422
    except AlreadyDone:
        raise
    except Conflict as error:
        return _queue(view, [("", _(error.message))], ids), 409
    flash(ngettext("%(num)d piece is handed over.", "%(num)d pieces are handed over.", count))
    return redirect(queue_url(view), 303)


def _queue(view: View, problems: list[Problem] | None = None, ticked: list[UUID] | None = None) -> str:
    actor, now, today = identity.actor(), identity.now(), identity.today()
    found = queues.list_queue(actor, view, today=today, now=now)
    after = request.args.get("after", "")
    return render_template(
        "instructor/queue.html",
        found=found,
        view=found.view,
        me=actor.account_id,
        query=view_query(found.view),
        to=lambda **changes: queue_url(found.view, **{"page": None, **changes}),
        pages=lambda number: queue_url(found.view, page=number if number > 1 else None),
        ago=lambda moment: ago(moment, now),
        due=lambda day: due(day, today),
        until=until,
        today=today,
        after=queues.last_decided(actor, _ids([after])[0], today=today, now=now) if _ids([after]) else None,
        problems=[told(text) for _, text in problems or ()],
        ticked=ticked or [],
    )


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago a moment was."""
    return format_timedelta(moment - now, add_direction=True, threshold=1.9)


def until(moment: datetime) -> str:
    """Say until when: the time alone when that is today."""
    there = moment.astimezone(ZoneInfo(identity.time_zone()))
    return clock(moment) if there.date() == identity.today() else day_word(there.date())


def due(day: date, today: date) -> str:
    """Say when something is or was due."""
    left = (day - today).days
    if left < 0:
        return ngettext("overdue by %(num)d day", "overdue by %(num)d days", -left)
    if left == 0:
        return _("due today")
    return ngettext("due in %(num)d day", "due in %(num)d days", left)


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
