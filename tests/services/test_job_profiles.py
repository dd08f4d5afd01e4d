"""Job profiles are their owner's until they are shared; beside a record they say what is there, missing and how to get it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.job_profile import Item, JobProfile, Need
from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import job_profiles, review
from cbe.services.job_matching import State, compare
from cbe.services.publishing import import_program
from tests.handing_in import handed_in
from tests.programs import web_document

ESCO = "https://esco.example/skill/html"
CLERK = JobProfile(
    "Web clerk",
    (
        Item("Markup", uris=(ESCO,)),
        Item("Style", competencies=(("web", "css"),)),
        Item("Data", Need.NICE, competencies=(("web", "sql"),)),
        Item("Carpentry"),
    ),
)


@pytest.fixture
def aligned(context, cast, now):
    """Let HTML be aligned to a skill of ESCO in the version that the cast learns in from now on, and in another program."""
    from cbe.store.database import begin_write, db
    from cbe.store.enrolments import EnrolmentRow
    from cbe.store.programs import find_program, find_version

    document = web_document()
    document["competencies"][0]["alignments"] = [{"uri": ESCO + "/", "type": "isRelatedTo"}]
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
    version = find_version(find_program("web").id)
    begin_write()
    db.session.query(EnrolmentRow).update({"version_id": version.id})
    db.session.commit()
    return cast.people["learner"]


def compared(person, profile, now, **options):
    kept = job_profiles.keep_profile(person.actor, profile, now=now)
    return compare(person.actor, kept, today=now.date(), now=now, **options)


def test_what_is_asked_for_is_found_by_address_and_by_name(aligned, now):
    found = compared(aligned, CLERK, now)
    assert [one.state for one in found.matches] == [State.MISSING, State.MISSING, State.MISSING, State.NOT_TAUGHT]
    assert [[proof.competency for proof in one.proofs] for one in found.matches] == [["html"], ["css"], ["sql"], []]
    (way,) = found.ways
    assert (way.program, way.is_mine, way.stack.covered) == ("web", True, (0, 1))
    assert (way.stack.credentials, way.stack.plan.remaining_hours) == (("style-badge",), Decimal(14))
    assert way.stack.alone == (0,)


def test_what_would_be_nice_is_on_the_way_when_asked_for(aligned, now):
    (way,) = compared(aligned, CLERK, now, with_nice=True).ways
    assert (way.stack.covered, way.stack.plan.remaining_hours) == ((0, 1, 2), Decimal(24))


def test_what_is_mastered_is_there_with_its_proof_and_what_expired_is_no_longer_current(aligned, cast, now):
    item = handed_in(aligned, ["html"], now=now)
    review.decide(cast.people["instructor"].actor, item, 1, [Judgement("html", "met")], today=now.date(), now=now)
    later = now + timedelta(hours=1)
    found = compared(aligned, CLERK, later)
    proof = found.matches[0].proofs[0]
    assert (proof.state, proof.kind, proof.mastered_on) == (State.HAVE, "assessment", now.date())
    assert found.ways[0].stack.covered == (1,)
    from cbe.store.database import begin_write, db
    from cbe.store.records import StandingRow

    begin_write()
    db.session.query(StandingRow).update({"expires_on": now.date()})
    db.session.commit()
    found = compare(aligned.actor, found.kept.id, today=later.date(), now=later)
    assert found.matches[0].state is State.NOT_CURRENT
    assert found.ways[0].stack.plan.remaining_hours == Decimal(2 + 8)


def test_a_program_that_one_does_not_learn_in_shows_its_way_too(aligned, now):
    from cbe.services.programs import set_open

    wood = {
        "format": "cbe-program/1", "program": {"id": "wood", "title": "Wood", "language": "en"},
        "competencies": [{"id": "saw", "title": "Sawing", "effort_hours": 3}], "credentials": [],
    }  # fmt: skip
    import_program(SYSTEM, json.dumps(wood).encode(), publish=True, now=now)
    profile = JobProfile("Joiner", (Item("Sawing", competencies=(("wood", "saw"),)),))
    assert compared(aligned, profile, now).matches[0].state is State.NOT_TAUGHT
    set_open(SYSTEM, "wood", True, now=now)
    found = compared(aligned, profile, now)
    assert found.matches[0].state is State.MISSING
    assert [(way.program, way.is_mine, way.stack.alone) for way in found.ways] == [("wood", False, (0,))]


@pytest.mark.usefixtures("context")
def test_a_profile_is_its_owners_until_it_is_shared(learner, designer, stranger, now):
    kept = job_profiles.keep_profile(designer.actor, CLERK, now=now)
    for person in (learner, stranger):
        with pytest.raises(NotFound):
            job_profiles.get_profile(person.actor, kept)
        with pytest.raises(NotFound):
            job_profiles.remove_profile(person.actor, kept, now=now)
    assert job_profiles.find_shared(kept) is None
    job_profiles.share_profile(designer.actor, kept, True, now=now)
    assert job_profiles.get_profile(learner.actor, kept).profile == CLERK
    assert [one.title for one in job_profiles.list_shared()] == ["Web clerk"]
    with pytest.raises(NotFound):
        job_profiles.keep_profile(learner.actor, CLERK, profile_id=kept, now=now)
    with pytest.raises(Forbidden):
        job_profiles.share_profile(
            learner.actor, job_profiles.keep_profile(learner.actor, CLERK, now=now), True, now=now
        )
    job_profiles.share_profile(designer.actor, kept, False, now=now)
    assert job_profiles.find_shared(kept) is None


@pytest.mark.usefixtures("context")
def test_what_is_wrong_with_a_profile_is_all_told_and_there_are_fifty_at_most(learner, now):
    wrong = JobProfile("", (Item(""), Item("Tables", uris=("x" * 501,))), "y" * 5_001)
    with pytest.raises(Invalid) as caught:
        job_profiles.keep_profile(learner.actor, wrong, now=now)
    places = [at for at, _ in caught.value.problems]
    assert places == ["/title", "/description", "/items/0/title", "/items/1/uris"]
    for number in range(job_profiles.MOST_KEPT):
        job_profiles.keep_profile(learner.actor, replace(CLERK, title=str(number)), now=now)
    with pytest.raises(Conflict):
        job_profiles.keep_profile(learner.actor, CLERK, now=now)
