"""The form that takes a credential: a file, its text, or a link to it; for verifying and for bringing one in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from cbe.domain.verification import Unfetched
from cbe.services import verifying
from cbe.services.verifying import MOST_UPLOAD

from .texts import told

__all__ = ["LONGEST_LINK", "Typed", "sent", "typed"]

LONGEST_LINK = 2_000


@dataclass
class Typed:
    """What stands in the form, and what is wrong with it."""

    text: str = ""
    link: str = ""
    error: str = ""
    field: str = ""

    @property
    def host(self) -> str:
        """Return where the link leads, as it is asked for; empty when it leads nowhere."""
        try:
            return urlsplit(self.link).hostname or ""
        except ValueError:
            return ""


def typed() -> Typed:
    """Return what was sent as text."""
    link = request.form.get("link", "").strip()[:LONGEST_LINK]
    return Typed(request.form.get("credential", "").strip(), link)


def sent(typed: Typed, now: datetime) -> bytes | None:
    """Return the bytes to check: of the file, else of the text, else of what is at the link; None when there are none."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return _uploaded(typed, file)
    if typed.text:
        return typed.text.encode("utf-8", "surrogatepass")
    if not typed.link:
        typed.field, typed.error = "credential", _("Paste a credential, choose a file, or write a link.")
        return None
    try:
        return verifying.fetch_link(typed.link, now=now)
    except Unfetched as error:
        typed.field, typed.error = "link", told(error.worded())
        return None


def _uploaded(typed: Typed, file: FileStorage) -> bytes | None:
    data = file.stream.read(MOST_UPLOAD + 1)
    if len(data) <= MOST_UPLOAD:
        return data
    typed.field = "file"
    typed.error = _("This file has more than %(most)s MB.", most=MOST_UPLOAD >> 20)
    return None
