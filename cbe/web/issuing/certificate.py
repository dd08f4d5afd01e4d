"""One's credential as a certificate to print, or as PDF: its picture, whose it is, and where anybody may check it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, render_template
from flask_babel import gettext as _

from cbe.domain.errors import NotFound
from cbe.services.issuing import credentials, pictures
from cbe.services.issuing.credentials import SignedCredential
from cbe.services.sheets import Certificate, can_set, certificate_pdf

from .. import identity
from ..credential_words import credential_words
from ..share_words import code_svg
from ..texts import KINDS, day
from .answers import issuing


@issuing.get("/my/credentials/<uuid:credential_id>/certificate")
def certificate(credential_id: UUID) -> str:
    """Show the certificate as a page for paper."""
    found = credentials.get_own(identity.actor(), credential_id, now=identity.now())
    return render_template(
        "issuing/certificate.html", found=found, lines=_lines(found), can_set=can_set(identity.locale())
    )


@issuing.get("/my/credentials/<uuid:credential_id>/certificate.pdf")
def certificate_file(credential_id: UUID) -> Response:
    """Give the certificate as PDF, where it can be set in the reader's language."""
    found = credentials.get_own(identity.actor(), credential_id, now=identity.now())
    if not can_set(identity.locale()):
        raise NotFound("PDF is not made here in this language. Print the page instead.")
    link = found.address if found.is_public else ""
    paper = Certificate(
        identity.locale(), found.said.name, found.said.issuer, _lines(found), _("To check it") if link else "",
        pictures.picture_of(found.version_id, found.credential, credential_words), link, code_svg(link) if link else "",
    )  # fmt: skip
    answer = Response(certificate_pdf(paper), content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificate.pdf"'
    return answer


def _lines(found: SignedCredential) -> list[str]:
    """Return what stands under the title: whose it is, what it is, its level, and since and until when."""
    person, said = identity.signed_in(), found.said
    level = next((text for kind, text in said.elements if kind in ("EQFLevel", "Level")), "")
    days = _("Awarded on %(day)s", day=day(said.awarded_on.date()))
    if said.valid_until:
        days = _("%(awarded)s, valid until %(day)s", awarded=days, day=day(said.valid_until.date()))
    return [person.name if person else "", " · ".join(filter(None, (str(KINDS[said.kind]), level))), days]
