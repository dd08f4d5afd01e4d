"""The outer fence, the headers of every answer, and how errors become responses."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, abort, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from cbe.domain.errors import CbeError, Conflict, Forbidden, Gone, Invalid, NotFound
from cbe.services.transaction import AlreadyDone

from . import identity
from .access import ACCESS, missing_rows
from .limits import holds_nul
from .texts import told

__all__ = ["CHART_STYLES", "install", "safe_next", "wants_json"]

STATUSES: dict[type[CbeError], int] = {NotFound: 404, Forbidden: 403, Gone: 410, Conflict: 409, Invalid: 422}
CHART_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
)
"""The digests of the two styles that plotly 7.1 adds: an empty one, and the one of its street maps, which we don't use
but which it adds whenever it loads. Only chart pages allow them; a browser test hears when another version adds more."""
POLICY = (
    "default-src 'self'{styles}; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'{forms}; "
    "frame-ancestors 'none'"
)
"""Scripts, styles, fonts and connections follow the default; a page that is framed by nobody needs no X-Frame-Options.
A page whose form leads on to another origin says so by ``answers_to``."""
log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Put the fence, the headers and the error pages around every route; refuse to start when a route has no row."""
    problems = missing_rows({rule.endpoint for rule in app.url_map.iter_rules()})
    if problems:
        raise SystemExit("cbe cannot start: " + "; ".join(problems))
    app.before_request(_fence)
    app.after_request(_headers)
    app.register_error_handler(AlreadyDone, _already_done)
    app.register_error_handler(CbeError, _cbe_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def safe_next(target: str | None, fallback: str) -> str:
    """Return where to go on: a path of ours as given, anything else (another host, a scheme) replaced."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or any(c in target for c in "\\\r\n\t"):
        return fallback
    return target


def _fence() -> AnyResponse | None:
    if request.endpoint is None:
        abort(404)
    if holds_nul():
        abort(400)
    if ACCESS[request.endpoint].audience == "anyone" or identity.signed_in():
        return None
    if wants_json():
        return _problem(401, _("Sign in first."))
    _say_why_signed_out()
    target = request.full_path if request.query_string else request.path
    return redirect(url_for("public.sign_in", next=target if request.method == "GET" else None), 303)


def _say_why_signed_out() -> None:
    """Tell who was signed in here, until the sign-in ended or was ended elsewhere, why they see the sign-in page."""
    if session.pop("_user_id", None) is None:
        return
    if request.method == "GET":
        flash(_("You have been signed out. Sign in to go on."), "warning")
    else:
        flash(_("You have been signed out, so nothing was saved. Sign in, and send it again."), "warning")


def _headers(response: Response) -> Response:
    styles = f"; style-src 'self' {CHART_STYLES}" if getattr(response, "has_charts", False) else ""
    forms = f" {response.answers_to}" if hasattr(response, "answers_to") else ""
    response.headers.setdefault("Content-Security-Policy", POLICY.format(styles=styles, forms=forms))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        _keep_apart(response)
    return response


def _keep_apart(response: Response) -> None:
    """Let no cache show one reader's page to another: kept nowhere, or varied by all that makes it."""
    if identity.signed_in():
        response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers.setdefault("Cache-Control", "no-cache")
    if "no-store" not in response.headers["Cache-Control"]:
        response.vary.add("Cookie")
        response.vary.add("Accept-Language")


def wants_json() -> bool:
    """Tell whether the answer is for a program, ours in the browser included."""
    return request.path.endswith(".json") or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def _problem(status: int, text: str, **more: Any) -> Response:
    response = jsonify({"type": "about:blank", "status": status, "title": text, **more})
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _page(status: int, title: str, text: str, **more: Any) -> tuple[str, int] | Response:
    if wants_json():
        return _problem(status, title, detail=text, **more)
    return render_template("public/error.html", status=status, error_title=title, text=text, **more), status


def _already_done(error: AlreadyDone) -> AnyResponse:
    flash(_("This was already done; it was not done again."))
    return redirect(safe_next(request.form.get("next"), request.path if request.method == "GET" else "/"), 303)


def _cbe_error(error: CbeError) -> tuple[str, int] | Response:
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 400)
    titles = {
        404: _("There is nothing here"),
        403: _("You may not see this"),
        410: _("This is not shown"),
        409: _("Somebody else was quicker"),
        422: _("Something in it is not right"),
    }
    if isinstance(error, Invalid):
        problems = [{"at": at, "message": told(text)} for at, text in error.problems]
        return _page(status, titles[422], _("Mend what is listed and send it again."), problems=problems)
    text = _(error.message)
    return _page(status, titles.get(status, _("That did not work")), text % error.values if error.values else text)


def _csrf_error(error: CSRFError) -> tuple[str, int] | Response:
    return _page(
        400, _("This form is too old"), _("Go back, load the page again and send it once more. Nothing was changed.")
    )


def _too_many(error: RateLimitExceeded) -> AnyResponse | tuple[str, int] | Response:
    seconds = error.limit.limit.get_expiry()
    page = _page(
        429,
        _("Too many tries"),
        _("Wait %(minutes)s min and try again. Nothing was changed.", minutes=max(1, round(seconds / 60))),
    )
    response = page if isinstance(page, Response) else Response(page[0], 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _http_error(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    titles = {404: _("There is nothing here"), 405: _("That did not work"), 413: _("That is too large")}
    texts = {
        404: _("The address may be mistyped, or the page is gone. Start again from the home page."),
        413: _("Send at most %(most)s MB at once.", most=(request.max_content_length or 0) >> 20),
    }
    code = error.code or 500
    return _page(code, titles.get(code, _("That did not work")), texts.get(code, _("Go back and try another way.")))


def _crash(error: Exception) -> tuple[str, int] | Response:
    log.exception("unhandled error at %s", request.url_rule or request.path)  # links hold secrets: the rule says enough
    identity.ask_no_more()
    try:
        return _page(
            500, _("Something broke on our side"), _("Nothing of yours was changed by this. Try again in a moment.")
        )
    except Exception:
        log.exception("and the page that says so broke too")
        return Response("500\n", 500, content_type="text/plain; charset=utf-8")
