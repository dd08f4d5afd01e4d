"""Credentials that an issuer elsewhere signed, for tests of bringing learning in; nothing has to be fetched to verify them."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from cbe.domain.policy import SYSTEM
from tests.interop.openbadges.facts import SUBJECT, competency, credential, new_key

KEY, STRANGER = new_key(), new_key()
ESCO = "https://esco.example/skill/html"


def signed(
    number: int = 1, *, key: Any = KEY, at: str = ESCO, subject: dict[str, Any] | None = None, **more: Any
) -> bytes:
    """Return a credential for what stands at an address, as its issuer signed it; ``subject``: members that name somebody."""
    from cbe.interop.openbadges.building import credential_document
    from tests.interop.openbadges.world import loosely

    document = credential_document(credential(key.did, competency("html"), status={}))
    document.pop("credentialStatus", None)
    document["id"] = f"https://college.example/credentials/{number}"
    document["credentialSubject"]["achievement"]["alignment"][0]["targetUrl"] = at
    document["credentialSubject"] |= subject or {}
    return json.dumps(loosely({**document, **more}, key)).encode()


def named(email: str, salt: str = "s4lt") -> dict[str, Any]:
    """Return the members that name somebody by a hashed e-mail address."""
    digest = hashlib.sha256((email + salt).encode()).hexdigest()
    identity = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
    }
    return {"id": SUBJECT, "identifier": [{**identity, "salt": salt}]}


def open_badge_2(at: str = ESCO) -> bytes:
    """Return an Open Badges 2.0 assertion as it is hosted."""
    badge = {"type": "BadgeClass", "name": "Old badge", "issuer": {"id": "https://old.example", "name": "Old school"},
             "alignment": [{"targetName": "HTML", "targetUrl": at}]}  # fmt: skip
    return json.dumps({
        "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": "https://old.example/1",
        "recipient": {"type": "email", "hashed": False, "identity": "learner@cbe.example"}, "badge": badge,
        "issuedOn": "2020-05-01T00:00:00Z", "verification": {"type": "hosted"},
    }).encode()  # fmt: skip


SITES = {
    "format": "cbe-program/1",
    "program": {"id": "sites", "title": "Sites", "language": "en"},
    "competencies": [
        {"id": "markup", "title": "Markup", "effort_hours": 3, "mastery": {"assessors": 2, "days": 1},
         "alignments": [{"uri": ESCO, "type": "exactMatchOf"}]},
        {"id": "near", "title": "Near", "effort_hours": 3, "alignments": [{"uri": ESCO, "type": "isRelatedTo"}]},
        {"id": "brief", "title": "Brief", "effort_hours": 3, "validity_months": 1, "alignments": [{"uri": ESCO}]},
        {"id": "far", "title": "Far", "effort_hours": 3},
    ],
    "credentials": [],
}  # fmt: skip
"""A program whose competencies stand to ``ESCO`` in every way; two assessors are wanted for the first."""


def on_stage(cast: Any, now: Any) -> tuple[Any, Any]:
    """Publish that program, let the cast's learner learn there and their instructor and registrar work there; return both actors."""
    from cbe.services.enrolments import enrol
    from cbe.services.people import grant_role
    from cbe.services.publishing import import_program
    from cbe.store.programs import find_program

    import_program(SYSTEM, json.dumps(SITES).encode(), publish=True, now=now)
    people = cast.people
    enrol(SYSTEM, people["learner"].account_id, "sites", now=now)
    for name, role in (("registrar", "registrar"), ("coordinator", "coordinator")):
        grant_role(SYSTEM, people[name].account_id, "sites", role, now=now)
    sites = find_program("sites").id
    learner, registrar = people["learner"].actor, people["registrar"].actor
    return (
        replace(learner, enrolments={**learner.enrolments, sites: "active"}),
        replace(registrar, roles={**registrar.roles, sites: frozenset({"registrar"})}),
    )
