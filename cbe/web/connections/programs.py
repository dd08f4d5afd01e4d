"""Addresses at which applications register, get tokens and give them up; answers are JSON, and no cookie is looked at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_limiter.errors import RateLimitExceeded

from cbe.domain.errors import Invalid
from cbe.services.connections import apps, consents

from .. import identity
from ..public import limiter
from ..texts import told

__all__ = ["REGISTERED_PER_HOUR", "open_badges", "status_info"]

open_badges = Blueprint("open_badges", __name__)
REGISTERED_PER_HOUR = 10
KINDS = ("client_secret_basic", "none")
MINOR = {
    400: "invalid_data",
    401: "unauthorizedrequest",
    403: "forbidden",
    405: "not_allowed",
    429: "server_busy",
}


@open_badges.post("/oauth/register")
@limiter.limit(f"{REGISTERED_PER_HOUR} per hour")
def register() -> tuple[Response, int]:
    """Register an application (RFC 7591)."""
    said = request.get_json(silent=True)
    said = said if isinstance(said, dict) else {}
    kind = said.get("token_endpoint_auth_method", KINDS[0])
    if kind not in KINDS:
        return _refusal("invalid_client_metadata", f"token_endpoint_auth_method is one of {', '.join(KINDS)}")
    redirects = said.get("redirect_uris")
    named = [one for one in redirects if isinstance(one, str)] if isinstance(redirects, list) else []
    try:
        app, secret = apps.register_app(
            _text(said, "client_name"),
            _text(said, "client_uri"),
            named,
            keeps_secret=kind == KINDS[0],
            now=identity.now(),
        )
    except Invalid as error:
        place, text = error.problems[0]
        name = "invalid_redirect_uri" if place.startswith("/redirect_uris") else "invalid_client_metadata"
        return _refusal(name, f"{place.strip('/')}: {told(text)}")
    return jsonify(_registered(app, secret, kind)), 201


@open_badges.post("/oauth/token")
@limiter.limit("60 per minute")
def token() -> Response:
    """Give tokens for a code or a refresh token."""
    from .protocol import server

    return server.create_token_response()


@open_badges.post("/oauth/revoke")
@limiter.limit("60 per minute")
def revoke() -> Response:
    """Let an application give up what it may read."""
    from .protocol import server

    return server.create_endpoint_response("revocation")


def status_info(status: int, description: str, minor: str | None = None) -> Response:
    """Say what is wrong as 1EdTech's services do."""
    field = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": minor or MINOR[status]}
    answer = jsonify(
        imsx_codeMajor="failure",
        imsx_severity="error",
        imsx_description=description,
        imsx_codeMinor={"imsx_codeMinorField": [field]},
    )
    answer.status_code = status
    return answer


@open_badges.errorhandler(RateLimitExceeded)
def too_many(error: RateLimitExceeded) -> Response:
    """Say so, and when to come again."""
    answer = status_info(429, "Too many requests. Wait and send it again.")
    answer.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    return answer


@open_badges.after_request
def kept_nowhere(answer: Response) -> Response:
    """Let applications that run in a browser ask, from wherever they are served, and no cache keep anything."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    answer.headers["Access-Control-Expose-Headers"] = "Link, X-Total-Count, Retry-After, WWW-Authenticate"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _registered(app: apps.App, secret: str | None, kind: str) -> dict[str, Any]:
    told_once = {"client_secret": secret, "client_secret_expires_at": 0} if secret else {}
    return {
        "client_id": str(app.id),
        "client_id_issued_at": int(app.registered_at.timestamp()),
        "client_name": app.name,
        **({"client_uri": app.url} if app.url else {}),
        "redirect_uris": list(app.redirects),
        "token_endpoint_auth_method": kind,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": " ".join(consents.SCOPES),
        **told_once,
    }


def _refusal(error: str, description: str) -> tuple[Response, int]:
    return jsonify(error=error, error_description=description), 400


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name, "")
    return value.strip() if isinstance(value, str) else ""
