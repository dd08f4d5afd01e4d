"""Credentials from elsewhere, for who keeps them: bringing one in, looking at it, and what is done with it.

How it is verified is shown as on ``/verify``. Evidence made of one is ``learner.evidence``'s, and what its assessors see
of it ``instructor``'s; only the text as it came is here for both.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from cbe.domain.errors import Conflict, Invalid
from cbe.domain.outside import MOST_KEPT
from cbe.services import outside as service
from cbe.services import verifying
from cbe.services.outside import Outside
from cbe.services.transaction import AlreadyDone

from . import identity
from .credential_form import Typed, sent, typed
from .public import limiter
from .texts import day, told
from .verify_words import FOUND

__all__ = ["outside"]

outside = Blueprint("outside", __name__)

Page = str | AnyResponse | tuple[str, int]
LIMIT = "20 per minute"
PER_MINUTE = 20


@outside.get("/my/elsewhere")
def listing() -> str:
    """List what one keeps, and the form that takes another."""
    return _listing(Typed())


@outside.post("/my/elsewhere")
@limiter.limit(LIMIT)
def bring_in() -> Page:
    """Verify what was sent, and keep it."""
    asked, now = typed(), identity.now()
    data = sent(asked, now)
    if data is None:
        return _listing(asked), 422
    if request.form.get("mine") != "yes":
        asked.field, asked.error = (
            "mine",
            _("Say that it was issued to you; what was issued to others is not kept here."),
        )
        return _listing(asked), 422
    file = request.files.get("file")
    is_file = file is not None and bool(file.filename)
    asked.field = "file" if is_file else "credential" if asked.text else "link"
    source = asked.link if asked.field == "link" else ""
    try:
        key = service.bring_in(identity.actor(), data, source=source, now=now)
    except AlreadyDone:
        return redirect(url_for("outside.listing"), 303)
    except (Invalid, Conflict) as error:
        asked.error = told(error.problems[0][1] if isinstance(error, Invalid) else error.worded())
        return _listing(asked), 409 if isinstance(error, Conflict) else 422
    flash(_("It is kept, with what was found."))
    return redirect(url_for("outside.look", outside_id=key), 303)


@outside.get("/my/elsewhere/<uuid:outside_id>")
def look(outside_id: UUID) -> str:
    """Show one: what it says, its rows, and what it is good for."""
    actor, today = identity.actor(), identity.today()
    one, text = service.get_own(actor, outside_id)
    uses = service.list_uses(actor, outside_id, today=today)
    return render_template("outside/look.html", one=one, size=len(text.encode()), uses=uses, per_minute=PER_MINUTE)


@outside.get("/my/elsewhere/<uuid:outside_id>/text")
def text(outside_id: UUID) -> Response:
    """Give the text back as it came."""
    return _text(service.get_own(identity.actor(), outside_id)[1])


@outside.get("/evidence/<uuid:evidence_id>/elsewhere/<uuid:outside_id>/text")
def attached_text(evidence_id: UUID, outside_id: UUID) -> Response:
    """Give the text of one that goes with an item of evidence to who may read the item."""
    return _text(service.attached_text(identity.actor(), evidence_id, outside_id, today=identity.today()))


@outside.post("/my/elsewhere/<uuid:outside_id>/verify")
@limiter.limit(LIMIT)
def verify_again(outside_id: UUID) -> AnyResponse:
    """Verify it as of now."""
    service.verify_again(identity.actor(), outside_id, now=identity.now())
    flash(_("Verified just now. The rows below are new."))
    return redirect(url_for("outside.look", outside_id=outside_id), 303)


@outside.post("/my/elsewhere/<uuid:outside_id>/remove")
def remove(outside_id: UUID) -> AnyResponse:
    """Keep it no longer."""
    is_gone = service.remove(identity.actor(), outside_id, now=identity.now())
    flash(_("It is gone.") if is_gone else _("It is out of your view. It stays with what stands on it."))
    return redirect(url_for("outside.listing"), 303)


@outside.post("/my/elsewhere/<uuid:outside_id>/evidence")
def hand_over(outside_id: UUID) -> AnyResponse:
    """Begin a draft of evidence with it, and go there."""
    program, actor, today = request.form.get("program", ""), identity.actor(), identity.today()
    one, _text_of_it = service.get_own(actor, outside_id)
    chosen = request.form.getlist("competency")
    made = service.hand_over(actor, outside_id, program, chosen, _words(one), today=today, now=identity.now())
    flash(_("This is a draft: say how you learned it, and hand it in. The credential and its checks go with it."))
    return redirect(url_for("learner.evidence_item", program=program, evidence_id=made), 303)


@outside.post("/my/elsewhere/<uuid:outside_id>/take-over")
@limiter.limit(LIMIT)
def take_over(outside_id: UUID) -> AnyResponse:
    """Let it count for a competency by the rule that trusts its issuer."""
    program, competency = request.form.get("program", ""), request.form.get("competency", "")
    try:
        service.take_over(identity.actor(), outside_id, program, competency, today=identity.today(), now=identity.now())
    except AlreadyDone:
        pass
    except Conflict as error:
        flash(told(error.worded()), "error")
        return redirect(url_for("outside.look", outside_id=outside_id), 303)
    else:
        flash(_("It counts now, as a transfer that names the rule and the credential."))
    return redirect(url_for("learner.competency", program=program, competency=competency), 303)


def _listing(asked: Typed) -> str:
    return render_template(
        "outside/listing.html", lines=service.list_own(identity.actor()), typed=asked, most=MOST_KEPT,
        is_ours=verifying.is_ours(asked.link), most_mb=verifying.MOST_UPLOAD >> 20, per_minute=PER_MINUTE,
        link_help=_("It is asked there when you press the button, and what is there is kept."),
    )  # fmt: skip


def _words(one: Outside) -> str:
    """Return what an item of evidence says of a credential that goes with it."""
    lines = [
        _("A credential from elsewhere: %(name)s", name=one.name),
        _("Issued by: %(issuer)s", issuer=one.issuer),
        _(
            "When it was verified on %(day)s: %(verdict)s",
            day=day(one.checked_at),
            verdict=FOUND["verdict"](one.found)[0],
        ),
        *(told(row.message) for row in one.whose),
    ]
    return "\n\n".join(lines)


def _text(text: str) -> Response:
    is_json = text.startswith("{")
    kind, name = ("application/json", "credential.json") if is_json else ("text/plain", "credential.jwt")
    answer = Response(text, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
