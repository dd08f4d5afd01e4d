"""What an external verifier may read."""

from datetime import timedelta

import pytest

from cbe.domain.errors import Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import people, samples

pytestmark = pytest.mark.usefixtures("context")


def names(person, day):
    return [one.name for sample in samples.list_my_samples(person.actor, today=day) for one in sample.learners]


def test_a_sample_is_exactly_what_the_registrar_set(now, registrar, verifier, learner, other_learner):
    samples.set_sample(registrar.actor, "web", verifier.account_id, [other_learner.enrolment_id], now=now)
    assert names(verifier, now.date()) == ["Other Learner"]
    samples.add_to_sample(registrar.actor, "web", verifier.account_id, [learner.enrolment_id], now=now)
    assert names(verifier, now.date()) == ["Learner", "Other Learner"]
    samples.remove_from_sample(registrar.actor, "web", verifier.account_id, learner.enrolment_id, now=now)
    assert samples.get_sample(registrar.actor, "web", verifier.account_id).learners[0].name == "Other Learner"


def test_a_sample_is_over_with_the_role(now, verifier):
    assert names(verifier, now.date() + timedelta(3651)) == []
    people.end_role(SYSTEM, verifier.account_id, "web", "verifier", now=now)
    assert names(verifier, now.date()) == []


def test_only_verifiers_have_a_sample_and_only_registrars_name_it(now, registrar, verifier, instructor, learner):
    with pytest.raises(NotFound):
        samples.add_to_sample(registrar.actor, "web", instructor.account_id, [learner.enrolment_id], now=now)
    with pytest.raises(Forbidden):
        samples.add_to_sample(instructor.actor, "web", verifier.account_id, [learner.enrolment_id], now=now)
    with pytest.raises(Invalid):
        samples.add_to_sample(registrar.actor, "web", verifier.account_id, [verifier.account_id], now=now)
