"""Where a learner stands: what is kept, what is asked anew, and who may read it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from cbe.domain.errors import Forbidden, NotFound
from cbe.domain.planner import Status, unlock_list
from cbe.services import plans, progress
from cbe.services.enrolments import set_goals
from cbe.store import records
from cbe.store.database import begin_write, db
from cbe.store.evidence import EvidenceRow
from cbe.store.records import PlansRow, StandingRow
from tests.handing_in import handed_in

pytestmark = pytest.mark.usefixtures("context")
TODAY = date(2026, 11, 23)


def put_mastery(person, *keys, expires_on=None):
    begin_write()
    for key in keys:
        row = StandingRow(enrolment_id=person.enrolment_id, competency=key, mastered_on=date(2026, 10, 1))
        row.expires_on = expires_on
        db.session.add(row)
    db.session.commit()


def own(person, now, today=TODAY):
    return progress.get_own_progress(person.actor, "web", today=today, now=now)


def test_a_learner_sees_states_plans_and_what_to_do_next(learner, now):
    put_mastery(learner, "html", "php")
    found = own(learner, now)
    assert {key: str(state) for key, state in found.states.items()} == {
        "html": "mastered", "css": "ready", "js": "ready", "php": "mastered",
        "a11y": "locked", "forms": "ready", "sql": "ready", "site": "locked",
    }  # fmt: skip
    assert found.plan_of["style-badge"].plan == ("css",)
    assert found.next_up[0].competency == "css"


def test_the_kept_list_is_what_the_planner_answers(learner, now):
    put_mastery(learner, "html")
    first, again = own(learner, now), own(learner, now)
    fresh = unlock_list(first.compiled, first.mastered)
    assert first.plans == again.plans == fresh
    assert records.find_plans(learner.enrolment_id).settled


def test_a_change_of_mastery_asks_the_planner_anew(learner, now):
    before = own(learner, now).plan_of["style-badge"].remaining_hours
    put_mastery(learner, "html")
    assert (before, own(learner, now).plan_of["style-badge"].remaining_hours) == (Decimal(14), Decimal(8))


def test_expired_mastery_counts_no_longer_and_shows_why(learner, now):
    put_mastery(learner, "html", expires_on=TODAY + timedelta(days=1))
    assert str(own(learner, now).states["html"]) == "mastered"
    tomorrow = own(learner, now, today=TODAY + timedelta(days=1))
    assert (str(tomorrow.states["html"]), "html" in tomorrow.mastered) == ("expired", False)


def test_what_expired_costs_its_renewal_hours(learner, now):
    put_mastery(learner, "html", expires_on=TODAY + timedelta(days=1))
    assert own(learner, now).plan_of["style-badge"].remaining_hours == Decimal(8)
    found = own(learner, now, today=TODAY + timedelta(days=1))
    assert (found.plan_of["style-badge"].plan, found.plan_of["style-badge"].remaining_hours) == (("html", "css"), 10)
    assert {one.competency: one.hours for one in found.leverage}["html"] == 2
    assert progress.what_if(found, "style-badge", ["html"]).remaining_hours == 8


def test_evidence_that_waits_shows_as_in_review_and_is_not_next(learner, now):
    before = own(learner, now)
    assert "sql" in {one.competency for one in before.next_up}
    handed_in(learner, ["sql", "css"], now=now)
    draft = handed_in(learner, ["html"], now=now)
    begin_write()
    db.session.get(EvidenceRow, draft).status = "draft"
    db.session.commit()
    found = own(learner, now)
    assert {key for key, state in found.states.items() if str(state) == "in_review"} == {"sql", "css"}
    assert (found.reason("sql").state, found.reason("html").state) == ("in_review", "ready")
    assert "sql" not in {one.competency for one in found.next_up}
    assert found.plans == before.plans


def test_a_judgement_is_provisional_while_it_can_be_undone(learner, now):
    put_mastery(learner, "html", "css")
    begin_write()
    db.session.get(StandingRow, (learner.enrolment_id, "html")).settles_at = now + timedelta(minutes=1)
    db.session.get(StandingRow, (learner.enrolment_id, "css")).settles_at = now
    db.session.commit()
    assert own(learner, now).provisional == {"html"}


def test_what_an_assessor_ahead_of_the_reader_decided_tomorrow_counts_already(learner, now):
    put_mastery(learner, "html")
    assert "html" in own(learner, now, today=date(2026, 9, 30)).mastered


def test_goals_come_first_and_next_up_serves_them(learner, now):
    put_mastery(learner, "html")
    set_goals(learner.actor, "web", [("web-badge", None)], hours_per_week=Decimal(6), now=now)
    found = own(learner, now)
    assert found.shown_plans[0].id == "web-badge"
    assert found.next_up[0].competency in found.plan_of["web-badge"].plan


def test_what_if_assumes_more_and_never_costs_more(learner, now):
    found = own(learner, now)
    plan = found.plan_of["web-badge"]
    cheaper = progress.what_if(found, "web-badge", ["html", "css"])
    assert cheaper.remaining_hours < plan.remaining_hours
    assert cheaper.status is not Status.CLAIMABLE


def test_unproven_lists_are_settled_by_the_job(learner, now):
    own(learner, now)
    begin_write()
    db.session.get(PlansRow, learner.enrolment_id).settled = False
    db.session.commit()
    assert plans.prove_plans(now=now) == 1
    assert plans.prove_plans(now=now) == 0


@pytest.mark.parametrize("name", ["instructor", "adviser", "registrar", "verifier"])
def test_staff_of_the_learner_may_read_the_record(name, cast, learner, now):
    actor = cast.people[name].actor
    found = progress.get_progress(actor, "web", learner.enrolment_id, today=TODAY, now=now)
    assert found.learner.name == "Learner"


@pytest.mark.parametrize(
    ("name", "error"),
    [("other_instructor", Forbidden), ("designer", Forbidden), ("other_learner", NotFound), ("stranger", NotFound),
     ("administrator", Forbidden)],
)  # fmt: skip
def test_others_may_not(name, error, cast, learner, now):
    actor = cast.people[name].actor
    with pytest.raises(error):
        progress.get_progress(actor, "web", learner.enrolment_id, today=TODAY, now=now)


def test_contacts_are_the_staff_of_the_learners_groups(learner, now):
    names = [(contact.name, contact.role) for contact in progress.list_contacts(own(learner, now))]
    assert names == [("Instructor", "instructor"), ("Adviser", "adviser")]


def test_a_program_one_does_not_learn_in_is_not_there(stranger, cast, now: datetime):
    with pytest.raises(NotFound):
        own(stranger, now)
