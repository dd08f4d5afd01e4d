"""Verifying a credential, for anybody and without an account: paste it, upload it, or give its link.

Nothing of it is stored or logged, and nothing is fetched before the person sends the form. The words of the rows come
from the checks; how a row looks is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from cbe.domain.verification import Check, Unfetched, Verified
from cbe.services import verifying
from cbe.services.verifying import MOST_UPLOAD

from . import identity
from .public import limiter
from .texts import KIND_WORDS, day, told

__all__ = ["looks", "verify"]

verify = Blueprint("verify", __name__)

Page = str | tuple[str, int]
PER_MINUTE = 20
LONGEST_LINK = 2_000
RESULTS = {
    "passed": (_l("holds"), "mastered", "data-state=mastered"),
    "failed": (_l("does not hold"), "impossible", "data-status=impossible"),
    "unknown": (_l("could not be checked"), "warning", "data-state=in_review"),
    "not_applicable": (_l("does not apply"), "same", "data-state=locked"),
}
"""How a row came out: its word, its icon, and the attribute that gives its colours."""
VERDICTS = {
    "valid": (_l("This credential is valid."), _l("valid"), "passed"),
    "not_valid": (_l("This credential is not valid."), _l("not valid"), "failed"),
    "unknown": (_l("Whether this credential is valid could not be told."), _l("could not tell"), "unknown"),
}
RECORD_VERDICTS = {
    "valid": _l("This record and every credential in it are valid."),
    "not_valid": _l("This record is not valid, or a credential in it is not."),
    "unknown": _l("Whether this record and all in it are valid could not be told."),
}
NAMES = {
    "format": _l("What it is"),
    "form": _l("Read as it was signed"),
    "issuer": _l("Issuer"),
    "signature": _l("Unchanged"),
    "dates": _l("Dates"),
    "status": _l("Status"),
    "revocation": _l("Revocation"),
    "suspension": _l("Suspension"),
    "list_size": _l("Size of the status list"),
    "members": _l("Credentials in it"),
    "endorsements": _l("Endorsements"),
}
KINDS = {
    "Badge": _l("Badge"),
    "MicroCredential": _l("Micro-credential"),
    "Certificate": _l("Certificate"),
    "Diploma": _l("Diploma"),
    "Degree": _l("Degree"),
}


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


@verify.get("/verify")
def form() -> str:
    """Show the form; a link that a QR code brought along stands in it and is not followed yet."""
    return _page(Typed(link=request.args.get("link", "")[:LONGEST_LINK]))


@verify.post("/verify")
@limiter.limit(f"{PER_MINUTE} per minute")
def check() -> Page:
    """Check what was sent, and show every row of what was found."""
    now = identity.now()
    typed = Typed(request.form.get("credential", "").strip(), request.form.get("link", "").strip()[:LONGEST_LINK])
    data = _sent(typed, now)
    if data is None:
        return _page(typed), 422
    return _page(typed, verifying.verify_bytes(data, now=now))


def _sent(typed: Typed, now: datetime) -> bytes | None:
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


def looks() -> dict[str, Any]:
    """Return what ``verify/_found.html`` wants to be given."""
    return {
        "results": RESULTS, "verdict": _verdict, "name_of": _name_of, "said": _said, "day_of": _day_of,
        "kind_of": _kind_of, "value_of": _value_of,
    }  # fmt: skip


def _page(typed: Typed, found: Verified | None = None) -> str:
    return render_template(
        "verify/verify.html", typed=typed, found=found, is_ours=verifying.is_ours(typed.link), per_minute=PER_MINUTE,
        most_mb=MOST_UPLOAD >> 20, **looks(),
    )  # fmt: skip


def _verdict(found: Verified) -> tuple[str, str, str]:
    """Return the sentence, the word of the mark beside it, and the result that gives the mark its look."""
    sentence, word, result = VERDICTS[found.verdict]
    return str(RECORD_VERDICTS[found.verdict] if found.members else sentence), str(word), result


def _name_of(check: Check) -> str:
    return str(NAMES.get(check.name, check.name))


def _said(check: Check) -> str:
    return told(check.message)


def _day_of(text: str) -> str:
    """Return a moment of a credential as the reader writes days; as it stands where it is none."""
    try:
        return day(datetime.fromisoformat(text))
    except ValueError:
        return text


def _kind_of(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def _value_of(value: str) -> str:
    """Return a value of a result; our own words for how something was shown are in the reader's language."""
    return str(KIND_WORDS.get(value, value))
