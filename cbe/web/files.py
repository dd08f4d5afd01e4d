"""Files of evidence: added by a form or in pieces by a script, taken out, and always given as a download.

The list of an item's files and the form stand in ``templates/evidence/_files.html``, for every page that shows an item.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file

from cbe.services import files as service
from cbe.services.files import STEP, OpenFile, Upload

from . import identity
from .guard import safe_next
from .texts import told

__all__ = ["as_download", "file_size", "file_word", "files"]

files = Blueprint("files", __name__)

APART = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store, no-transform",
    "X-Content-Type-Options": "nosniff",
}
"""A file of somebody's never becomes a page of ours, whatever it is and however it is opened."""


WORDS = {
    "image": _l("picture"),
    "video": _l("video"),
    "audio": _l("sound"),
    "text/csv": _l("table"),
    "text": _l("text"),
    "application/pdf": _l("PDF"),
    "application/zip": _l("ZIP archive"),
}


def file_word(media_type: str) -> str:
    """Return a word for a kind of file."""
    return str(WORDS.get(media_type) or WORDS.get(media_type.partition("/")[0]) or _("document"))


def file_size(size: int) -> str:
    """Return a number of bytes as people say it: 3.4 MB."""
    if size >= 1 << 20:
        return _("%(size)s MB", size=format_decimal(size / (1 << 20), format="#,##0.#"))
    return _("%(size)s kB", size=format_decimal(max(1, size >> 10)))


@files.post("/evidence/<uuid:evidence_id>/files")
def add(evidence_id: UUID) -> AnyResponse:
    """Put files into a draft; what cannot be taken is told with its reason."""
    sent = [(one.filename or "", one.stream) for one in request.files.getlist("file") if one.filename]
    found = service.add_files(identity.actor(), evidence_id, sent, now=identity.now())
    if not sent:
        flash(_("Choose a file first."), "warning")
    if found.names:
        count = len(found.names)
        flash(ngettext("%(num)s file is in the draft now.", "%(num)s files are in the draft now.", count))
    for name, why in found.refused:
        flash(_("%(name)s was not taken. %(why)s", name=name, why=told(why)), "error")
    return _back()


@files.post("/files/<uuid:file_id>/remove")
def remove(file_id: UUID) -> AnyResponse:
    """Take a file out of a draft."""
    service.remove_file(identity.actor(), file_id, now=identity.now())
    flash(_("The file is taken out."))
    return _back()


@files.get("/files/<uuid:file_id>")
def download(file_id: UUID) -> Response:
    """Give a file to those who may read its item, in parts when that is asked."""
    return as_download(service.open_file(identity.actor(), file_id, today=identity.today()))


def as_download(file: OpenFile) -> Response:
    """Give an open file so that it never becomes a page of ours, in parts when that is asked."""
    answer = Response(wrap_file(request.environ, file.content), direct_passthrough=True)
    answer.call_on_close(file.content.close)
    answer.content_type = file.media_type + ("; charset=utf-8" if file.media_type.startswith("text/") else "")
    answer.content_length = file.size
    answer.set_etag(file.digest)
    answer.headers.update(APART)
    answer.headers["Content-Disposition"] = _attachment(file.name)
    request.environ.pop("HTTP_ACCEPT_ENCODING", None)  # never compressed: parts are counted in its own bytes
    try:
        answer.make_conditional(request, accept_ranges=True, complete_length=file.size)
    except RequestedRangeNotSatisfiable:
        file.content.close()
        raise
    return answer


@files.post("/evidence/<uuid:evidence_id>/uploads")
def begin(evidence_id: UUID) -> tuple[AnyResponse, int]:
    """Announce a file that will come in pieces."""
    name, size = request.form.get("name", ""), request.form.get("size", "")
    upload = service.begin_upload(identity.actor(), evidence_id, name, _number(size), now=identity.now())
    return _told(upload), 201


@files.get("/uploads/<uuid:upload_id>")
def upload(upload_id: UUID) -> AnyResponse:
    """Say how much of a file is there."""
    return _told(service.get_upload(identity.actor(), upload_id))


@files.patch("/uploads/<uuid:upload_id>")
def take_piece(upload_id: UUID) -> AnyResponse:
    """Take the piece that begins at ``offset``, and say how much is there now."""
    offset = _number(request.args.get("offset", ""))
    steps = iter(lambda: request.stream.read(STEP), b"")
    return _told(service.take_piece(identity.actor(), upload_id, offset, steps, now=identity.now()))


@files.post("/uploads/<uuid:upload_id>/complete")
def complete(upload_id: UUID) -> AnyResponse:
    """Put a file that has come whole into the draft."""
    return jsonify(name=service.complete_upload(identity.actor(), upload_id, now=identity.now()))


@files.post("/uploads/<uuid:upload_id>/cancel")
def cancel(upload_id: UUID) -> AnyResponse:
    """Forget a file on its way."""
    service.cancel_upload(identity.actor(), upload_id, now=identity.now())
    return jsonify(ok=True)


def _back() -> AnyResponse:
    return redirect(safe_next(request.form.get("next"), url_for("home.start")), 303)


def _told(upload: Upload) -> AnyResponse:
    return jsonify(id=str(upload.id), size=upload.size, received=upload.received, piece=service.PIECE)


def _number(text: str) -> int:
    """Return a number of bytes; one that is none never fits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else -1


def _attachment(name: str) -> str:
    """Return the header that makes a browser save a file under its name (RFC 6266), older ones under a plain one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(char for char in plain if char.isalnum() or char in " .-_()") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
