"""Verifying a credential, for anybody and without an account: paste it, upload it, or give its link.

Nothing of it is stored or logged, and nothing is fetched before the person sends the form. The words of the rows come
from the checks; how a row looks is ``verify_words``'s.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from cbe.domain.verification import Verified
from cbe.services import verifying
from cbe.services.verifying import MOST_UPLOAD

from . import identity
from .credential_form import LONGEST_LINK, Typed, sent, typed
from .public import limiter

__all__ = ["verify"]

verify = Blueprint("verify", __name__)

Page = str | tuple[str, int]
PER_MINUTE = 20


@verify.get("/verify")
def form() -> str:
    """Show the form; a link that a QR code brought along stands in it and is not followed yet."""
    return _page(Typed(link=request.args.get("link", "")[:LONGEST_LINK]))


@verify.post("/verify")
@limiter.limit(f"{PER_MINUTE} per minute")
def check() -> Page:
    """Check what was sent, and show every row of what was found."""
    now = identity.now()
    asked = typed()
    data = sent(asked, now)
    if data is None:
        return _page(asked), 422
    return _page(asked, verifying.verify_bytes(data, now=now))


def _page(asked: Typed, found: Verified | None = None) -> str:
    return render_template(
        "verify/verify.html", typed=asked, found=found, is_ours=verifying.is_ours(asked.link),
        per_minute=PER_MINUTE, most_mb=MOST_UPLOAD >> 20,
    )  # fmt: skip
