"""Mastery of another program counts here where both say it is the same and the program accepts it."""

import json
from datetime import timedelta

import pytest

from cbe.domain.errors import Conflict, Forbidden, NotFound
from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import equivalences, review
from cbe.services.publishing import import_program
from tests.handing_in import handed_in

ESCO = "https://esco.example/skill/html"
SITES = {
    "format": "cbe-program/1",
    "program": {"id": "sites", "title": "Sites", "language": "en"},
    "competencies": [
        {"id": "markup", "title": "Markup", "effort_hours": 3, "alignments": [{"uri": ESCO, "type": "exactMatchOf"}]},
        {"id": "near", "title": "Near", "effort_hours": 3, "alignments": [{"uri": ESCO, "type": "isRelatedTo"}]},
    ],
    "credentials": [],
}


@pytest.fixture
def later(context, cast, now):
    """Let the cast's program say the same of HTML, enrol the learner in both, and let them master HTML; return when it settled."""
    from cbe.services.enrolments import enrol
    from tests.programs import web_document

    document = web_document()
    document["competencies"][0]["alignments"] = [{"uri": ESCO, "type": "exactMatchOf"}]
    for one in (document, SITES):
        import_program(SYSTEM, json.dumps(one).encode(), publish=True, now=now)
    learner = cast.people["learner"]
    enrol(SYSTEM, learner.account_id, "sites", now=now)
    item = handed_in(learner, ["html"], now=now)
    review.decide(cast.people["instructor"].actor, item, 1, [Judgement("html", "met")], today=now.date(), now=now)
    return now + timedelta(hours=1)


@pytest.fixture
def people(cast, later):
    """Give the learner and a registrar of the receiving program as actors."""
    from dataclasses import replace

    from cbe.store.programs import find_program

    sites = find_program("sites").id
    learner, registrar = cast.people["learner"].actor, cast.people["registrar"].actor
    return (
        replace(learner, enrolments={**learner.enrolments, sites: "active"}),
        replace(registrar, roles={**registrar.roles, sites: frozenset({"registrar"})}),
    )


def taken(actor, now):
    return equivalences.take_over(actor, "sites", "markup", "web", "html", today=now.date(), now=now)


def offered(actor, now):
    from cbe.store.programs import find_program

    return equivalences.offers(actor, find_program("sites").id, "markup", now.date(), now)


def test_what_both_say_is_an_exact_match_is_offered_to_the_registrar(people, later):
    (found,) = equivalences.list_equal(people[1], "sites")
    assert (found.competency, found.other_program, found.other, found.uri) == ("markup", "web", "html", ESCO)
    assert found.accepted_by is None


def test_mastery_counts_here_once_the_program_accepts_it(people, later, now, cast):
    from cbe.services.progress import get_own_progress, list_history

    learner, registrar = people
    with pytest.raises(Conflict):
        taken(learner, later)
    equivalences.accept(registrar, "sites", "markup", "web", "html", now=later)
    assert [(one.program, one.mastered_on) for one in offered(learner, later)] == [("web", now.date())]
    taken(learner, later)
    progress = get_own_progress(learner, "sites", today=later.date(), now=later)
    (entry,) = list_history(progress, "markup")
    assert progress.mastered == {"markup"}
    assert (entry.kind, entry.authority, entry.decided_on) == ("transfer", "Web development", now.date())
    assert "HTML (web: html)" in entry.reason
    with pytest.raises(Conflict):
        taken(learner, later)


def test_what_can_still_be_undone_is_not_taken_over(people, later, now):
    equivalences.accept(people[1], "sites", "markup", "web", "html", now=later)
    assert offered(people[0], now + timedelta(minutes=9)) == []


def test_what_is_withdrawn_is_offered_no_more_and_what_was_taken_over_stays(people, later):
    learner, registrar = people
    equivalences.accept(registrar, "sites", "markup", "web", "html", now=later)
    taken(learner, later)
    equivalences.withdraw(registrar, "sites", "markup", "web", "html", now=later)
    assert offered(learner, later) == []
    with pytest.raises(Conflict):
        equivalences.withdraw(registrar, "sites", "markup", "web", "html", now=later)


def test_what_is_only_related_or_unknown_is_not_accepted(people, later):
    for competency, other in (("near", "html"), ("markup", "css")):
        with pytest.raises(NotFound):
            equivalences.accept(people[1], "sites", competency, "web", other, now=later)


def test_a_competency_is_the_same_as_what_names_its_own_address(people, later, now):
    uri = min(equivalences.names_in(_version("sites"))["near"])
    from tests.programs import web_document

    document = web_document()
    document["competencies"][1]["alignments"] = [{"uri": uri, "type": "exactMatchOf"}]
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
    assert ("near", "css") in {(one.competency, one.other) for one in equivalences.list_equal(people[1], "sites")}


def _version(key):
    from cbe.store.programs import find_program, find_version

    return find_version(find_program(key).id).id


@pytest.mark.parametrize("name", ["designer", "instructor", "learner"])
def test_only_a_registrar_accepts(cast, later, name):
    with pytest.raises((Forbidden, NotFound)):
        equivalences.accept(cast.people[name].actor, "sites", "markup", "web", "html", now=later)
