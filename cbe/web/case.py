"""CASE 1.0 and 1.1 for other systems, read only: what is public of what is published. No page for people is here.

Anybody may read it, from scripts of other sites too; answers may be kept for five minutes.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import NotFound
from cbe.services import case_provider as provider

__all__ = ["case"]

case = Blueprint("case", __name__, url_prefix="/ims/case/<any(v1p0, v1p1):version>")
MOST = 100
"""So many documents are listed at once; ``limit`` and ``offset`` give the others."""


@case.get("/CFDocuments")
def documents(version: str) -> Response:
    """List the documents of public programs."""
    found = provider.documents(version)
    offset, limit = _number("offset", 0), min(_number("limit", MOST), MOST)
    answer = jsonify(CFDocuments=found[offset : offset + limit])
    answer.headers["X-Total-Count"] = str(len(found))
    return answer


@case.get("/CFDocuments/<key:identifier>")
def document(version: str, identifier: str) -> Response:
    """Give one document."""
    return jsonify(provider.document(version, identifier))


@case.get("/CFPackages/<key:identifier>")
def package(version: str, identifier: str) -> Response:
    """Give a whole package."""
    return jsonify(provider.package(version, identifier))


@case.get("/CFItems/<key:identifier>")
def item(version: str, identifier: str) -> Response:
    """Give one item."""
    return jsonify(provider.item(version, identifier))


@case.get("/CFItemAssociations/<key:identifier>")
def item_associations(version: str, identifier: str) -> Response:
    """Give an item with its associations."""
    return jsonify(provider.item_associations(version, identifier))


@case.get("/CFAssociations/<key:identifier>")
def association(version: str, identifier: str) -> Response:
    """Give one association."""
    return jsonify(provider.association(version, identifier))


@case.after_request
def open_to_all(answer: Response) -> Response:
    """Let scripts of other sites read it, and everybody keep it for a while."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if answer.status_code == 200:
        answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@case.errorhandler(NotFound)
def not_found(error: NotFound) -> tuple[Response, int]:
    """Say it as CASE does."""
    return jsonify(
        imsx_codeMajor="failure",
        imsx_severity="error",
        imsx_description=_(error.message),
        imsx_CodeMinor={
            "imsx_codeMinorField": [
                {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": "unknownobject"}
            ]
        },
    ), 404


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
