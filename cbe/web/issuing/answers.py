"""Answers in the form that was asked for: a page, JSON-LD, or a VC-JWT; and the blueprint that they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

__all__ = ["JSON", "JWT", "PAGE", "as_json", "as_jwt", "asked_for", "issuing"]

issuing = Blueprint("issuing", __name__)

PAGE = ("text/html",)
JSON = ("application/vc", "application/ld+json", "application/json")
JWT = ("application/vc+jwt", "application/jwt")


def asked_for(*forms: tuple[str, ...]) -> str:
    """Return the media type that the reader likes best; the first one for those who take anything."""
    offered = [one for form in forms for one in form]
    return request.accept_mimetypes.best_match(offered) or offered[0]


def as_json(document: str | Mapping[str, Any], media_type: str = "application/json") -> Response:
    """Give a document: a text is given exactly as it is, because it may be signed."""
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    return _open(Response(text, mimetype=media_type))


def as_jwt(token: str, media_type: str = "application/vc+jwt") -> Response:
    """Give a token."""
    return _open(Response(token, content_type=media_type))


def _open(answer: Response) -> Response:
    """Let scripts of other sites, such as a verifier in somebody's browser, read it."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@issuing.after_request
def vary(answer: Response) -> Response:
    """Say to caches that the form of an answer depends on what was asked for."""
    answer.vary.add("Accept")
    return answer
