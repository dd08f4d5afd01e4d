"""What a learner shares: the list, choosing what somebody sees until when, the link with its QR code, and ending it.

What the person with the link sees is ``shared``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.services import sharing as service
from cbe.services.learner_record import get_own_record
from cbe.services.sharing import Choice, SharedRecord, Wanted

from . import identity
from .forms import to_day
from .share_words import as_text, link_of
from .texts import told

__all__ = ["shares"]

shares = Blueprint("shares", __name__)

Page = str | Response | tuple[str, int]


@dataclass
class Typed:
    """A share as it stands in the form, and what is wrong with it by the name of its field."""

    wanted: Wanted
    until: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    shown: SharedRecord | None = None


@shares.get("/shares")
def listing() -> str:
    """List what one shares, with whom, and how often it was opened."""
    found = service.list_shares(identity.actor(), now=identity.now())
    return render_template("shares/listing.html", found=found, most=service.MOST_OPEN)


@shares.route("/shares/new", methods=["GET", "POST"])
def add() -> Page:
    """Choose what to share, look at what would be seen, and make the link."""
    if request.method == "GET":
        until = identity.today() + timedelta(days=service.DAYS)
        return _form(Typed(Wanted(choice=_chosen(request.args)), until.isoformat()))
    typed, actor = _typed(), identity.actor()
    if request.form.get("do") == "preview":
        typed.shown = service.preview(actor, typed.wanted, today=identity.today(), now=identity.now())
        return _form(typed)
    try:
        made = service.make_share(actor, typed.wanted, today=identity.today(), now=identity.now())
    except Invalid as error:
        for at, text in error.problems:
            typed.errors.setdefault(at.strip("/"), []).append(told(text))
        return _form(typed), 422
    flash(_("The link is made. Copy it, and give it to them."))
    return redirect(url_for("shares.look", share_id=made), 303)


@shares.get("/shares/<uuid:share_id>")
def look(share_id: UUID) -> str:
    """Show one share: its link, and what is seen through it now."""
    share = service.get_share(identity.actor(), share_id, now=identity.now())
    wanted = Wanted(share.recipient, share.purpose, share.ends_at, share.with_name, share.choice)
    shown = service.preview(identity.actor(), wanted, today=identity.today(), now=identity.now())
    link = link_of(share.secret) if share.secret and share.state == "open" else None
    return render_template("shares/look.html", share=share, shared=shown, link=link, text=as_text(shown, link))


@shares.post("/shares/<uuid:share_id>/revoke")
def revoke(share_id: UUID) -> Response:
    """End a share at once."""
    service.revoke_share(identity.actor(), share_id, now=identity.now())
    flash(_("The link shows nothing any more."))
    return redirect(url_for("shares.listing"), 303)


def _form(typed: Typed) -> str:
    record = get_own_record(identity.actor(), today=identity.today(), now=identity.now())
    return render_template(
        "shares/new.html", typed=typed, record=record, limits=service, first=identity.today(),
        last=identity.today() + timedelta(days=service.MOST_DAYS),
    )  # fmt: skip


def _typed() -> Typed:
    form, until = request.form, request.form.get("until", "")
    wanted = Wanted(
        form.get("recipient", "").strip(), form.get("purpose", "").strip(), _end_of(until), form.get("named") == "yes",
        _chosen(form),
    )  # fmt: skip
    return Typed(wanted, until)


def _end_of(text: str) -> datetime | None:
    """Return the end of a day where the learner is; None for what is no day."""
    day = to_day(text)
    if day is None or day.year >= 9999:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(identity.time_zone()))


def _chosen(values: MultiDict[str, str]) -> Choice:
    """Read what is ticked; what names nothing is left out, what is not one's own the service refuses."""
    most = service.MOST_ITEMS + 1
    competencies = [(key, rest) for key, rest in map(_pair, values.getlist("competency")[:most]) if key and rest]
    evidence = [
        (key, int(rest)) for key, rest in map(_pair, values.getlist("evidence")[:most]) if key and _is_number(rest)
    ]
    awards = [key for key in map(_id, values.getlist("award")[:most]) if key]
    files = {key for key in map(_id, values.getlist("files")[:most]) if key} & {key for key, _ in evidence}
    return Choice(
        tuple(dict.fromkeys(awards)), tuple(dict.fromkeys(competencies)), tuple(dict.fromkeys(evidence)),
        frozenset(files),
    )  # fmt: skip


def _pair(text: str) -> tuple[UUID | None, str]:
    key, _, rest = text.partition(" ")
    return _id(key), rest[:200]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9
