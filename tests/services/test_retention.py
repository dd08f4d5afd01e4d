"""The schedule: what is past its time goes by itself, nothing else does, and nothing of anybody under a legal hold."""

from datetime import timedelta

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import corrections, disclosures, enrolments, erasing, retention
from cbe.services.audit import verify_trail
from cbe.store import evidence, personal
from tests.handing_in import with_file
from tests.services.evidence_desk import Desk

pytestmark = pytest.mark.usefixtures("context")
LATER = timedelta(days=31 * 25)


@pytest.fixture
def item(learner, now):
    """Hand in an item with a file and a message, and begin a draft; return the item."""
    desk = Desk(learner.actor, now)
    desk.save(text="A draft")
    key = desk.hand_in()
    with_file(key, now=now)
    desk.act("say", key, "Is it enough?")
    return key


def words(learner):
    found = personal.rows_about(learner.account_id)
    return (
        {row["text"] for row in found["evidence_version"]},
        len(found["evidence_file"]),
        len(found["evidence_message"]),
    )


def test_what_is_past_its_time_goes_and_the_trail_holds(item, learner, now):
    retention.apply(now=now + LATER)
    assert words(learner) == ({"I built **a page**.", ""}, 1, 1)  # the draft alone: the learner still learns
    enrolments.set_status(SYSTEM, learner.enrolment_id, "withdrawn", since=now.date(), now=now)
    assert retention.apply(now=now + timedelta(days=90)) == 0
    assert retention.apply(now=now + LATER) > 0
    assert words(learner) == ({""}, 0, 0)
    assert evidence.find_evidence(item).status == "submitted"
    assert verify_trail(SYSTEM).problems == []
    assert retention.apply(now=now + LATER) == 0


def test_a_legal_hold_keeps_everything(item, learner, protector, now):
    before = words(learner)
    enrolments.set_status(SYSTEM, learner.enrolment_id, "withdrawn", since=now.date(), now=now)
    erasing.set_hold(protector.actor, learner.enrolment_id, "A lawsuit", now=now)
    assert (retention.apply(now=now + LATER), words(learner)) == (0, before)
    assert retention.count_due(protector.actor, "web", now=now + LATER)["evidence"] == 0
    erasing.end_hold(protector.actor, learner.enrolment_id, now=now)
    assert retention.count_due(protector.actor, "web", now=now + LATER)["evidence"] == 2  # the draft too


def test_the_schedule_is_set_within_bounds_by_those_who_may(learner, protector, administrator, registrar, now):
    months = {one.kind: one.months for one in retention.list_classes()}
    with pytest.raises(Invalid) as error:
        retention.set_months(protector.actor, "web", {**months, "mail": 99, "draft": None}, now=now)
    assert {at for at, _ in error.value.problems} == {"/mail", "/draft"}
    for who in (registrar, learner):
        with pytest.raises(Forbidden):
            retention.set_months(who.actor, "web", months, now=now)
    retention.set_months(protector.actor, "web", {**months, "mail": 3}, now=now)
    retention.set_months(administrator.actor, "web", {**months, "mail": 4}, now=now)
    assert {one.kind: one.months for one in retention.list_classes()} == {**months, "mail": 4}


def test_disclosures_are_logged_by_those_who_may_and_never_of_oneself(learner, registrar, instructor, stranger, now):
    told = (learner.enrolment_id, "Harbour Ltd.", "Status", "", "consent", now.date())
    for who, error in ((instructor, Forbidden), (stranger, NotFound), (learner, Forbidden)):
        with pytest.raises(error):
            disclosures.log(who.actor, *told, now=now)
    with pytest.raises(Invalid) as problems:
        disclosures.log(registrar.actor, learner.enrolment_id, "", "", "", "because", None, now=now)
    assert {at for at, _ in problems.value.problems} == {"/recipient", "/scope", "/ground", "/on"}
    disclosures.log(registrar.actor, *told, now=now)
    assert [(one.recipient, one.role) for one in disclosures.list_own(learner.actor)] == [("Harbour Ltd.", "registrar")]
    assert verify_trail(SYSTEM).problems == []


def test_a_correction_is_about_ones_own_record_and_answered_once(learner, other_learner, coordinator, instructor, now):
    key = corrections.ask(learner.actor, "web", "name", None, "It is Ada.", is_shown=False, now=now)
    with pytest.raises(NotFound):
        corrections.ask(learner.actor, "web", "decision", key, "Not mine.", is_shown=False, now=now)
    with pytest.raises(Forbidden):
        corrections.answer(instructor.actor, key, "corrected", "Done.", now=now)
    corrections.answer(coordinator.actor, key, "corrected", "Done.", now=now)
    with pytest.raises(Conflict):
        corrections.answer(coordinator.actor, key, "refused", "No.", now=now)
    assert [one.outcome for one in corrections.list_own(learner.actor)] == ["corrected"]
    assert corrections.statements_beside(learner.enrolment_id, "web", is_own=True) == []
    assert len(corrections.statements_beside(learner.enrolment_id, "web", is_own=False)) == 1
    assert corrections.list_own(other_learner.actor) == []
    assert verify_trail(SYSTEM).problems == []
