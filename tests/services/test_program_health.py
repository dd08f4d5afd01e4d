"""How programs stand, for their designers."""

import json

import pytest

from cbe.domain.errors import Forbidden, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import program_health
from cbe.services.publishing import import_program
from tests.programs import web_document

pytestmark = pytest.mark.usefixtures("context")


def test_what_no_credential_needs_is_named(designer):
    (health,) = program_health.list_health(designer.actor, "designer")
    assert health.facts.competencies == len(web_document()["competencies"])
    assert health.facts.credentials == len(web_document()["credentials"])
    named = {key for key, _ in health.facts.loose}
    assert "html" not in named
    assert health.summary.learners == {"active": 2}


def test_a_competency_that_nothing_needs_is_loose(now, designer):
    document = web_document()
    document["competencies"].append({"id": "juggling", "title": "Juggling", "effort_hours": 3})
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
    facts = program_health.get_health(designer.actor, "web").facts
    assert ("juggling", "Juggling") in facts.loose


def test_a_draft_is_told_of_beside_what_is_published(now, designer):
    document = web_document()
    document["competencies"][0]["effort_hours"] = 99
    import_program(SYSTEM, json.dumps(document).encode(), publish=False, now=now)
    health = program_health.get_health(designer.actor, "web")
    assert (health.summary.has_draft, health.summary.version) == (True, 1)


def test_health_is_not_for_instructors_or_strangers(instructor, stranger):
    with pytest.raises(Forbidden):
        program_health.get_health(instructor.actor, "web")
    with pytest.raises(NotFound):
        program_health.get_health(stranger.actor, "web")
