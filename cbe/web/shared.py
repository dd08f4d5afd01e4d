"""What a stranger sees of a share, without an account and without a cookie: who shares, then the record as it is now.

Making shares is ``shares``'s. Nothing is kept of who looks; pressing "Show the record" is counted.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from cbe.domain.errors import Gone, Invalid
from cbe.domain.job_profile import JobProfile
from cbe.services import job_profiles, share_matching, verifying
from cbe.services import sharing as service
from cbe.services.job_profiles import find_shared, list_shared
from cbe.services.share_matching import ShownState

from . import identity
from .files import as_download
from .job_profiles import NEEDS
from .learner.own_data import download
from .public import limiter
from .share_words import as_text, link_of
from .texts import told

__all__ = ["match", "shared"]

shared = Blueprint("shared", __name__, url_prefix="/s/<secret>")

Page = str | Response | tuple[str, int]
A_MINUTE = 60
GUESSING = limiter.shared_limit(f"{A_MINUTE} per minute", "share")
"""Of one address, over all pages of shares."""
MATCHES = {
    ShownState.SHOWN: "mastered",
    ShownState.NOT_CURRENT: "expired",
    ShownState.NOT_SHOWN: "locked",
}
"""How something asked for stands → the state of a competency whose icon and colours it takes."""


@shared.after_request
def keep_private(response: Response) -> Response:
    """Let nobody index a share, keep it, or hear of its address from the links that are followed out of it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


@shared.errorhandler(Gone)
def ended(error: Gone) -> tuple[str, int]:
    """Say that a link ended, or that a file behind it is closed."""
    return render_template("shared/ended.html", is_link=error.message == service.ENDED, text=_(error.message)), 410


@shared.get("")
@GUESSING
def landing(secret: str) -> str:
    """Say who shares what with whom, for what and until when."""
    return render_template("shared/landing.html", landing=service.land(secret, now=identity.now()), secret=secret, most=A_MINUTE)  # fmt: skip


@shared.get("/record")
@GUESSING
def record(secret: str) -> str:
    """Show what is shared, as it is now."""
    found = service.open_record(identity.actor(), secret, today=identity.today(), now=identity.now())
    link = link_of(secret)
    return render_template(
        "shared/record.html", shared=found, secret=secret, link=link, text=as_text(found, link), profiles=list_shared(),
    )  # fmt: skip


@shared.get("/files/<uuid:file_id>")
@GUESSING
def file(secret: str, file_id: UUID) -> Response:
    """Give a file that is shared, as a download."""
    return as_download(service.open_file(secret, file_id, today=identity.today(), now=identity.now()))


@shared.get("/credentials/<uuid:award_id>.<any(json, jwt):form>")
@GUESSING
def credential(secret: str, award_id: UUID, form: str) -> Response:
    """Give the signed credential of what is shared, for anybody to verify elsewhere too."""
    document, jwt = service.get_document(secret, award_id, today=identity.today(), now=identity.now())
    if form == "jwt":
        return download(jwt, "application/vc+jwt", "credential.jwt")
    return download(document, "application/vc+ld+json", "credential.json")


@shared.get("/credentials/<uuid:award_id>")
@GUESSING
def check(secret: str, award_id: UUID) -> str:
    """Check the signed credential of what is shared as anybody can, and show every row of what was found."""
    document, _jwt = service.get_document(secret, award_id, today=identity.today(), now=identity.now())
    found = verifying.verify_bytes(document.encode(), now=identity.now())
    return render_template("shared/check.html", secret=secret, award_id=award_id, found=found)


@shared.post("/match")
@GUESSING
def match(secret: str) -> Page:
    """Hold what is shared against a job profile, one that everybody may read or a table for this look."""
    found = service.look_again(secret, today=identity.today(), now=identity.now())
    profile, problem = _profile()
    matches = share_matching.match_share(found, profile) if profile else []
    page = render_template(
        "shared/match.html", shared=found, secret=secret, profile=profile, matches=matches, problem=problem,
        profiles=list_shared(), needs=NEEDS, looks=MATCHES,
    )  # fmt: skip
    return (page, 422) if problem else page


def _profile() -> tuple[JobProfile | None, str]:
    """Return the profile that was sent or chosen, or what is wrong with it."""
    sent, chosen = request.files.get("table"), request.form.get("profile", "")
    if sent and sent.filename:
        try:
            items = job_profiles.read_items(sent.stream.read(job_profiles.MOST_BYTES + 1))
        except Invalid as error:
            return None, " ".join(": ".join(filter(None, (at, told(text)))) for at, text in error.problems)
        return JobProfile(sent.filename[:200], tuple(items)), ""
    try:
        profile = find_shared(UUID(chosen))
    except ValueError:
        profile = None
    return (profile, "") if profile else (None, _("Choose a profile, or a table."))
