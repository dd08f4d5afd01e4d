"""Who works on one program has no business in another, by whatever id they ask; and nobody gives themselves more."""

import json
from datetime import timedelta

import pytest

from cbe.domain.errors import CbeError, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import accounts, enrolments, groups, mastery_import, people, people_export, progress, samples
from cbe.services.people_import import import_people
from cbe.services.publishing import import_program
from tests.programs import web_document

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


@pytest.fixture
def there(cast, stranger, now):
    """Give the ids of an enrolment and a group in a program that nobody of the cast works on."""
    document = web_document()
    document["program"]["id"] = "there"
    import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
    enrolment = enrolments.enrol(SYSTEM, stranger.account_id, "there", now=now)
    return enrolment, groups.add_group(SYSTEM, "there", "Theirs", now=now)


def test_a_registrar_does_nothing_in_another_program(there, registrar, learner, verifier, cast, now):
    enrolment, group = there
    actor, compose = registrar.actor, lambda *words: ("a", "b")
    tries = [
        lambda: enrolments.get_enrolled(actor, enrolment),
        lambda: enrolments.set_status(actor, enrolment, "withdrawn", since=now.date(), now=now),
        lambda: enrolments.enrol(actor, learner.account_id, "there", now=now),
        lambda: enrolments.list_enrolled(actor, "there"),
        lambda: groups.rename(actor, group, "Mine", now=now),
        lambda: groups.add_members(actor, group, [enrolment], now=now),
        lambda: groups.get_my_group(actor, group, today=now.date()),
        lambda: people.invite(actor, "there", "a@b.example", "A", "learner", compose=compose, now=now),
        lambda: people.grant_role(actor, learner.account_id, "there", "instructor", now=now),
        lambda: people_export.export_learners(actor, "there"),
        lambda: mastery_import.import_mastery(
            actor, "there", b"learner,competency,date,source\n", dry_run=True, now=now
        ),
    ]
    for one in tries:
        with pytest.raises(NotFound):
            one()


def test_ids_of_another_program_are_none_of_this_one(there, registrar, verifier, cast, now):
    enrolment, _ = there
    with pytest.raises(Invalid):
        groups.add_members(registrar.actor, cast.groups["morning"], [enrolment], now=now)
    with pytest.raises(Invalid):
        samples.add_to_sample(registrar.actor, "web", verifier.account_id, [enrolment], now=now)


def test_nobody_gives_a_role_to_themselves(cast, registrar, now):
    with pytest.raises(Forbidden):
        people.grant_role(registrar.actor, registrar.account_id, "web", "instructor", now=now)
    rows = f"email,name,role\n{registrar.email},Registrar,instructor\n".encode()
    with pytest.raises(Invalid) as caught:
        import_people(registrar.actor, "web", rows, compose=lambda *words: ("a", "b"), dry_run=False, now=now)
    assert [at for at, _ in caught.value.problems] == ["/lines/2/role"]


@pytest.mark.parametrize("role", ["designer", "registrar"])
def test_a_registrar_gives_no_office_to_anybody(cast, registrar, role, now):
    with pytest.raises(Forbidden):
        people.grant_role(registrar.actor, registrar.account_id, "web", role, now=now)
    with pytest.raises(CbeError):
        people.set_admin(registrar.actor, registrar.account_id, True, now=now)


def test_a_verifier_reads_until_the_last_day_and_no_longer(cast, verifier, learner, now):
    day = timedelta(days=3650)
    late = accounts.load_actor(verifier.account_id, now=now + day)
    last, after = (now + day).date(), (now + day).date() + timedelta(days=1)
    assert progress.get_progress(late, "web", learner.enrolment_id, today=last, now=now)
    over = accounts.load_actor(verifier.account_id, now=now + day + timedelta(days=1))
    for actor in (over, verifier.actor):  # one loaded when the role still held is asked for the day too
        with pytest.raises(CbeError):
            progress.get_progress(actor, "web", learner.enrolment_id, today=after, now=now)
