"""The Open Badges API 3.0, read only: discovery, a learner's credentials, and their profile (section 6 of the standard).

Who asks shows a token of the learner's consent. Writing is not offered: credentials come from awards alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, current_app, jsonify, request, url_for

from cbe.services.connections import consents, reading
from cbe.services.connections.tokens import Grant
from cbe.services.issuing.issuer import get_issuer

from .. import identity
from ..public import limiter
from .programs import open_badges, status_info

ROOT = "/ims/ob/v3p0"
USUAL = 50
"""Credentials of one answer, where no ``limit`` asks for another number."""
SCOPES = {
    consents.CREDENTIALS: "Permission to read OpenBadgeCredentials for the authenticated entity.",
    consents.PROFILE: "Permission to read the profile for the authenticated entity.",
    consents.OFFLINE: "Permission to go on reading with refresh tokens.",
}


@open_badges.get(f"{ROOT}/discovery")
@limiter.limit("120 per minute")
def discovery() -> Response:
    """Describe the service."""
    issuer, base = get_issuer(), current_app.extensions["cbe"].base_url
    about = issuer.url or f"{base}{url_for('issuing.issuer')}"
    flow = {
        "authorizationUrl": base + url_for("connections.consent"),
        "tokenUrl": base + url_for("open_badges.token"),
        "refreshUrl": base + url_for("open_badges.token"),
        "scopes": SCOPES,
    }
    scheme = {
        "type": "oauth2",
        "description": "OAuth 2.0 authorization code grant with PKCE (S256)",
        "x-imssf-name": issuer.name,
        "x-imssf-privacyPolicyUrl": about,
        "x-imssf-registrationUrl": base + url_for("open_badges.register"),
        "x-imssf-termsOfServiceUrl": about,
        "flows": {"authorizationCode": flow},
    }
    paths = {
        "/discovery": {"get": _operation("getServiceDescription", None)},
        "/credentials": {"get": _operation("getCredentials", consents.CREDENTIALS, "limit", "offset", "since")},
        "/profile": {"get": _operation("getProfile", consents.PROFILE)},
    }
    info = {"title": issuer.name, "version": "3.0", "termsOfService": about, "x-imssf-privacyPolicyUrl": about}
    return jsonify(
        openapi="3.0.1",
        info=info,
        servers=[{"url": base + ROOT}],
        paths=paths,
        components={"securitySchemes": {"OAuth2ACG": scheme}},
    )


@open_badges.get(f"{ROOT}/credentials")
@limiter.limit("120 per minute")
def credentials() -> Response:
    """Give credentials of who agreed, each exactly as it was signed."""
    grant = _granted(consents.CREDENTIALS)
    limit, offset, since = _whole("limit", USUAL, 1), _whole("offset", 0, 0), _moment("since")
    limit = min(limit, reading.MOST)
    page = reading.read_credentials(grant, since=since, offset=offset, limit=limit, now=identity.now())
    # The signed texts are put in as they are, each once: under the proof that stands in them, so the other list is empty.
    text = f'{{"credential": [{", ".join(page.documents)}], "compactJwsString": []}}'
    answer = Response(text, mimetype="application/json")
    answer.headers["X-Total-Count"] = str(page.total)
    answer.headers["Link"] = _links(limit, offset, page.total)
    return answer


@open_badges.get(f"{ROOT}/profile")
@limiter.limit("120 per minute")
def profile() -> Response:
    """Give the profile of who agreed."""
    return jsonify(reading.read_profile(_granted(consents.PROFILE), now=identity.now()))


@open_badges.post(f"{ROOT}/credentials")
@limiter.limit("120 per minute")
def upsert() -> Response:
    """Say that nothing is taken here."""
    return _not_offered("upsertCredential")


@open_badges.put(f"{ROOT}/profile")
@limiter.limit("120 per minute")
def put_profile() -> Response:
    """Say that nothing is taken here."""
    return _not_offered("putProfile")


def _not_offered(name: str) -> Response:
    answer = status_info(405, f"{name} is not supported: credentials and names come from the learner's record alone.")
    answer.headers["Allow"] = "GET, HEAD, OPTIONS"
    return answer


def _granted(scope: str) -> Grant:
    """Return what the token of the request stands for; ends the request when it is none, or not for this."""
    from .protocol import OAuth2Error, protector

    try:
        return protector.acquire_token([scope]).grant
    except OAuth2Error as error:
        said = error.description or error.error
        answer = status_info(error.status_code, f"{said} Needed: a token with the scope {scope}.")
        answer.headers["WWW-Authenticate"] = f'Bearer error="{error.error}", scope="{scope}"'
        abort(answer)


def _whole(name: str, otherwise: int, least: int) -> int:
    text = request.args.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) >= least):
        abort(status_info(400, f"{name} must be a whole number from {least}.", "invalid_query_parameter"))
    return int(text)


def _moment(name: str) -> datetime | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that wasn't escaped came as a space
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        abort(
            status_info(
                400, f"{name} must be a time with its zone, such as 2026-01-31T12:00:00Z.", "invalid_query_parameter"
            )
        )
    return moment


def _links(limit: int, offset: int, total: int) -> str:
    places = {"first": 0, "last": (max(total, 1) - 1) // limit * limit}
    if offset + limit < total:
        places["next"] = offset + limit
    if offset > 0:
        places["prev"] = max(0, offset - limit)
    where = current_app.extensions["cbe"].base_url + request.path
    since = {"since": request.args["since"]} if "since" in request.args else {}
    return ", ".join(
        f'<{where}?{urlencode({"limit": limit, "offset": place, **since})}>; rel="{name}"'
        for name, place in places.items()
    )


def _operation(name: str, scope: str | None, *parameters: str) -> dict[str, Any]:
    kinds = {"since": {"type": "string", "format": "date-time"}}
    taken = [
        {"name": one, "in": "query", "required": False, "schema": kinds.get(one, {"type": "integer"})}
        for one in parameters
    ]
    answers = {"200": {"description": "OK"}, "default": {"description": "Imsx_StatusInfo"}}
    secured = {"security": [{"OAuth2ACG": [scope]}]} if scope else {}
    return {"operationId": name, "parameters": taken, "responses": answers, **secured}
