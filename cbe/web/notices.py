"""The pages behind the bell: one's own notices, opening one, marking all as read. Their words are ``notice_words``'s."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.services import notices as service

from . import identity, notice_words
from .limits import page_number
from .mails import RHYTHMS

notices = Blueprint("notices", __name__, url_prefix="/notices")


@notices.get("")
def listing() -> str:
    """List one's notices, newest first."""
    page = service.list_notices(identity.actor(), page_number())
    entries = [
        (one, notice_words.words(one), notice_words.program(one), notice_words.icon_of(one)) for one in page.notices
    ]
    return render_template(
        "notices/listing.html", page=page, entries=entries, rhythms=RHYTHMS, kept_days=service.READ_KEPT_DAYS
    )


@notices.get("/<uuid:notice_id>")
def open_one(notice_id: UUID) -> Response:
    """Lead on to what a notice is about, and mark it as read.

    A link, not a form, so that it opens in a tab of its own and is read out as what it is. Asking for it again changes
    nothing more, a notice is its reader's alone, and a browser that only looks ahead marks nothing.
    """
    notice = service.get_notice(identity.actor(), notice_id)
    if request.method == "GET" and not request.headers.get("Sec-Purpose"):
        service.read_notice(identity.actor(), notice_id, now=identity.now())
    return redirect(notice_words.address(notice), 303)


@notices.post("/read")
def mark_all_read() -> Response:
    """Mark all of one's notices as read."""
    service.mark_all_read(identity.actor(), now=identity.now())
    flash(_("All notices are marked as read."))
    return redirect(url_for("notices.listing"), 303)
