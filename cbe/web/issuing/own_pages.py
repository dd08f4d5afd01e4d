"""One's own signed credential: to take away, to copy, to show in public or not, with one's name or without."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from cbe.services.issuing import credentials, hand_over

from .. import identity
from ..public import limiter
from ..share_words import qr_code
from .answers import issuing
from .public_pages import ELEMENTS, FILES, as_file


@issuing.get("/my/credentials/<uuid:credential_id>")
def own(credential_id: UUID) -> str:
    """Show one's own credential, public or not."""
    return _own(credential_id)


@issuing.post("/my/credentials/<uuid:credential_id>/offer")
@limiter.limit("30 per hour")
def offer(credential_id: UUID) -> str:
    """Make a link for a wallet, and show it this once: it is kept nowhere."""
    secret = hand_over.offer(identity.actor(), credential_id, now=identity.now())
    link = current_app.extensions["cbe"].base_url + url_for("issuing.hand_over", secret=secret)
    return _own(credential_id, link)


@issuing.get(f"/my/credentials/<uuid:credential_id>/<any({FILES}):name>")
def own_file(credential_id: UUID, name: str) -> Response:
    """Give one's own credential as a file."""
    return as_file(credentials.get_own(identity.actor(), credential_id, now=identity.now()), name)


@issuing.post("/my/credentials/<uuid:credential_id>/public")
def set_public(credential_id: UUID) -> AnyResponse:
    """Give one's credential a public address, or take it away."""
    is_public = request.form.get("public") == "yes"
    credentials.set_public(identity.actor(), credential_id, is_public, now=identity.now())
    flash(_("Anybody with the address can see it now.") if is_public else _("Nobody else can see it any more."))
    return redirect(url_for("issuing.own", credential_id=credential_id), 303)


@issuing.post("/my/credentials/<uuid:credential_id>/name")
def set_named(credential_id: UUID) -> AnyResponse:
    """Let one's name stand in the credentials that are signed from now on, or not."""
    is_named = request.form.get("named") == "yes"
    credentials.get_own(identity.actor(), credential_id, now=identity.now())
    credentials.set_named(identity.actor(), is_named, now=identity.now())
    flash(
        _("Credentials signed from now on name you.")
        if is_named
        else _("Credentials signed from now on do not name you.")
    )
    return redirect(url_for("issuing.own", credential_id=credential_id), 303)


def _own(credential_id: UUID, link: str | None = None) -> str:
    actor = identity.actor()
    found = credentials.get_own(actor, credential_id, now=identity.now())
    drawn = qr_code(link) if link else None
    return render_template(
        "issuing/own.html", found=found, words=ELEMENTS, is_named=credentials.is_named(actor), link=link, drawn=drawn
    )
