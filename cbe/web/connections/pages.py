"""Pages for the learner: whether an application may read, which do, since when, and the end of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from cbe.services.connections import consents
from cbe.services.connections.apps import origin_of

from .. import identity
from ..public import limiter

__all__ = ["connections"]

connections = Blueprint("connections", __name__)
READS = {
    consents.CREDENTIALS: _l("All credentials that were signed for you, also later ones, and what became of them"),
    consents.PROFILE: _l("Your name"),
    consents.OFFLINE: _l(
        "It may go on reading without asking you again, until you end it or it does not come for 90 days"
    ),
}

Page = str | Response | AnyResponse | tuple[str, int]


@connections.get("/oauth/authorize")
@limiter.limit("60 per minute")
def consent() -> Page:
    """Ask whether an application may read."""
    from .protocol import OAuth2Error, server

    try:
        grant = server.get_consent_grant(end_user=identity.actor())
    except OAuth2Error as error:
        return _refused(server, error)
    origin = origin_of(grant.redirect_uri)
    scopes = grant.request.scope.split()
    answer = make_response(
        render_template(
            "connections/consent.html", app=grant.request.client.app, origin=origin, scopes=scopes, reads=READS
        )
    )
    answer.answers_to = origin  # type: ignore[attr-defined]
    return answer


@connections.post("/oauth/authorize")
@limiter.limit("60 per minute")
def answer() -> Page:
    """Tell the application what was answered. A second click asks for a second code: the browser forgot the first."""
    from .protocol import OAuth2Error, server

    actor = replace(identity.actor(), request_key=None)
    try:
        grant = server.get_consent_grant(end_user=actor)
    except OAuth2Error as error:
        return _refused(server, error)
    agreed = actor if request.form.get("answer") == "yes" else None
    return server.create_authorization_response(grant.request, grant_user=agreed, grant=grant)


@connections.get("/apps")
def listing() -> str:
    """Show which applications read."""
    return render_template("connections/listing.html", found=consents.list_connections(identity.actor()), reads=READS)


@connections.post("/apps/<uuid:consent_id>/end")
def end(consent_id: UUID) -> AnyResponse:
    """End it."""
    consents.end(identity.actor(), consent_id, now=identity.now())
    flash(_("It can read nothing of you any more. What it read before, it may have kept."))
    return redirect(url_for("connections.listing"), 303)


def _refused(server: Any, error: Any) -> Page:
    """Answer to the application where it is known whose address it is; else say it here, and lead nowhere."""
    if error.redirect_uri:
        return server.handle_error_response(None, error)
    page = render_template(
        "public/error.html",
        status=400,
        error_title=_("This application asked in a way that cannot be answered"),
        text=_("Nothing was given to it. Tell those who make it: %(what)s", what=error.description or error.error),
    )
    return page, 400
