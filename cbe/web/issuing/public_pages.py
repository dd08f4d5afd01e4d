"""What anybody may look up: who issues, achievements and competencies, lists of status, and credentials made public."""

from __future__ import annotations

from uuid import UUID

from flask import Response, render_template, request
from flask_babel import lazy_gettext as _l

from cbe.domain.errors import NotFound
from cbe.services.issuing import credentials, hand_over, keys, pages, pictures, status

from .. import identity
from ..credential_words import credential_words
from ..public import limiter
from ..rule_words import rule_sentence, titles_of
from .answers import JSON, JWT, PAGE, as_json, as_jwt, asked_for, issuing

__all__ = ["ELEMENTS"]

ELEMENTS = {
    "EQFLevel": _l("Level (EQF)"),
    "Level": _l("Level"),
    "Credits": _l("Credits"),
    "AssessmentType": _l("Type of assessment"),
    "ParticipationForm": _l("Form of participation"),
    "QualityAssurance": _l("Quality assurance"),
    "IdentityCheck": _l("Check of identity"),
    "Stackability": _l("Stackability"),
}
"""Elements of a micro-credential, by the type of alignment that stands for them in a credential."""
ALONE = "private, no-store"
FILES = "'credential.json', 'credential.jwt', 'credential.svg', 'credential.png'"
PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


@issuing.get("/issuers")
def issuer() -> str | Response:
    """Show the organization and every key that signs or signed for it."""
    found = pages.get_public_issuer()
    if (form := asked_for(PAGE, JSON)) != PAGE[0]:
        return as_json(found.document, form)
    return render_template("issuing/issuer.html", found=found)


@issuing.get("/.well-known/did.json")
def did() -> Response:
    """Give the document of the installation's ``did:web``."""
    document = keys.public_did_document()
    if document is None:
        raise NotFound("This installation issues by did:key, which needs no document.")
    answer = as_json(document)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@issuing.get("/achievements/<uuid:version_id>/<key:credential>")
def achievement(version_id: UUID, credential: str) -> str | Response:
    """Show what is achieved with a credential of one version of a program."""
    found = pages.get_achievement(version_id, credential, credential_words)
    if (form := asked_for(PAGE, JSON)) != PAGE[0]:
        return as_json(found.document, form)
    rule = rule_sentence(found.credential.requires, titles_of(found.program))
    elements = {one["targetType"].removeprefix("ext:"): one["targetName"] for one in found.document["alignment"]}
    return render_template(
        "issuing/achievement.html", version_id=version_id, found=found, rule=rule, elements=elements, words=ELEMENTS
    )


@issuing.get("/competencies/<uuid:version_id>/<key:competency>")
def competency(version_id: UUID, competency: str) -> str | Response:
    """Show a competency as it was in one version of a program."""
    found = pages.get_competency(version_id, competency)
    if (form := asked_for(PAGE, JSON)) != PAGE[0]:
        return as_json(found.document, form)
    return render_template("issuing/competency.html", found=found)


@issuing.get("/status/<uuid:list_id>/<any(revocation, suspension):purpose>")
def status_list(list_id: UUID, purpose: str) -> str | Response:
    """Give a status list, signed; people are told what it is."""
    form = asked_for(JSON, JWT, PAGE)
    found = status.get_list(list_id, purpose, now=identity.now())
    if form == PAGE[0]:
        return render_template("issuing/status.html", found=found)
    answer = as_jwt(found.signed.jwt, form) if form in JWT else as_json(found.signed.text, form)
    answer.headers["Cache-Control"] = f"public, max-age={int(status.FRESH.total_seconds())}"
    return answer


@issuing.get("/credentials/<uuid:credential_id>")
@limiter.limit("60 per minute")
def credential(credential_id: UUID) -> Response:
    """Show a credential that its learner gave a public address."""
    form = asked_for(PAGE, JSON, JWT)
    found = credentials.get_public(credential_id, now=identity.now())
    if form == PAGE[0]:
        answer = Response(render_template("issuing/credential.html", found=found, words=ELEMENTS))
    else:
        answer = as_jwt(found.jwt, form) if form in JWT else as_json(found.document, form)
    return _alone(answer)


@issuing.get("/achievements/<uuid:version_id>/<key:credential>/image.svg")
def picture(version_id: UUID, credential: str) -> Response:
    """Give the picture of a credential of one version of a program."""
    pages.get_achievement(version_id, credential, credential_words)  # NotFound while nobody may know of it
    answer = Response(pictures.picture_of(version_id, credential, credential_words), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@issuing.get(f"/credentials/<uuid:credential_id>/<any({FILES}):name>")
@limiter.limit("60 per minute")
def credential_file(credential_id: UUID, name: str) -> Response:
    """Give a public credential as a file."""
    return _alone(as_file(credentials.get_public(credential_id, now=identity.now()), name))


@issuing.get("/hand-over/<secret>", endpoint="hand_over")
@limiter.limit("60 per minute")
def hand_over_to_wallet(secret: str) -> Response:
    """Give a credential once to a wallet that fetches it. A browser that looks uses nothing up; it is told what this is."""
    form, now = asked_for(JSON, PAGE), identity.now()
    if form == PAGE[0] or request.method == "HEAD":
        hand_over.look_at(secret, now=now)
        return _alone(Response(render_template("issuing/hand_over.html")))
    return _alone(as_json(hand_over.take(secret, now=now), form))


def as_file(found: credentials.SignedCredential, name: str) -> Response:
    """Return a credential as a file to keep: the text that was signed, its VC-JWT, or its picture with the text in it."""
    form = name.rpartition(".")[2]
    if form in PICTURES:
        answer = Response(pictures.baked(found, form, credential_words), mimetype=PICTURES[form])
    else:
        answer = as_jwt(found.jwt) if form == "jwt" else as_json(found.document, JSON[0])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _alone(answer: Response) -> Response:
    """Let no cache keep it and no search engine find it: its learner may switch it off at any time."""
    answer.headers["Cache-Control"] = ALONE
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
