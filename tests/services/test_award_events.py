"""Awards are suspended, reinstated, revoked and given again by a registrar; what stood on them waits for a person."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import award_events, award_views, conferring, due
from cbe.services.awards import give_award, give_what_is_due
from cbe.services.grounds import award_standing
from cbe.services.transaction import transaction
from tests.services.test_conferring import CERTIFICATE, NEXT, earn
from tests.services.test_decisions import DAY, decide, met
from tests.services.test_review import told

pytestmark = pytest.mark.usefixtures("cast", "context")


@pytest.fixture
def award(learner, now):
    """Give the learner the style badge."""
    decide(learner, now, met("html"), met("css"))
    return give_award(SYSTEM, learner.enrolment_id, "style-badge", on=DAY, now=now)


@pytest.fixture
def befall(registrar, now):
    """Give a function by which something befalls an award, each time a minute later."""
    minutes = count(1)

    def befall(award_id, what, reason="They asked.", on=None, actor=registrar.actor, by=award_events.change_award):
        at = now + timedelta(minutes=next(minutes))
        by(actor, award_id, what, reason, effective_on=on or now.date(), today=now.date(), now=at)

    return befall


@pytest.fixture
def page(registrar, now):
    def page(award_id, actor=registrar.actor):
        return award_views.get_award(actor, award_id, today=now.date(), now=now)

    return page


def standing(person, now):
    return award_standing(person.enrolment_id, now.date())


def due_again(person, now) -> list[str]:
    from cbe.store.enrolments import find_enrolment

    with transaction(SYSTEM, now) as tx:
        found = give_what_is_due(tx, find_enrolment(person.enrolment_id), now.date())
        tx.record("test:give")
    return [award.credential for award in found]


def test_suspended_reinstated_and_revoked_are_told_with_who_when_and_why(befall, page, award, learner, registrar, now):
    for what in ("suspended", "reinstated", "revoked"):
        befall(award, what, reason=f"Because {what}.")
    history = page(award).award.history
    assert [entry.what for entry in history] == ["given", "suspended", "reinstated", "revoked"]
    assert {entry.by for entry in history[1:]} == {registrar.name}
    assert history[1].reason == "Because suspended."
    assert told(learner) == {"award-changed"}
    assert page(award, learner.actor).award.moves == ()


def test_what_may_befall_an_award_follows_from_what_it_is(befall, award):
    for wrong in ("reinstated",):
        with pytest.raises(Conflict):
            befall(award, wrong)
    befall(award, "suspended")
    with pytest.raises(Conflict):
        befall(award, "suspended")
    befall(award, "revoked")
    for wrong in ("suspended", "reinstated", "revoked"):
        with pytest.raises(Conflict):
            befall(award, wrong)


def test_every_change_has_a_reason_and_a_day_not_before_the_last(befall, award, now):
    for problem in ({"reason": " "}, {"reason": "x" * 2001}):
        with pytest.raises(Invalid, match="reason"):
            befall(award, "suspended", **problem)
    for day in (DAY - timedelta(days=1), now.date() + timedelta(days=1)):
        with pytest.raises(Invalid, match="effective_on"):
            befall(award, "suspended", on=day)
    befall(award, "suspended", on=NEXT)
    with pytest.raises(Invalid, match="effective_on"):
        befall(award, "reinstated", on=DAY)
    with pytest.raises(Invalid, match="change"):
        befall(award, "burnt", on=NEXT)


def test_only_a_registrar_changes_awards_and_never_their_own(befall, award, cast, learner, instructor, stranger):
    own = replace(learner.actor, roles={cast.program_id: frozenset({"registrar"})})
    for actor, error in ((own, Forbidden), (instructor.actor, Forbidden), (stranger.actor, NotFound)):
        with pytest.raises(error):
            befall(award, "suspended", actor=actor)


def test_what_a_person_took_away_is_never_given_by_itself(befall, award, learner, now):
    befall(award, "suspended")
    assert due_again(learner, now) == []
    befall(award, "revoked")
    assert due_again(learner, now) == []
    assert standing(learner, now) == (set(), {"style-badge"})


def test_a_registrar_gives_again_what_was_revoked(befall, page, award, learner, registrar, now):
    def again(on):
        conferring.give_again(registrar.actor, award, on, today=now.date(), now=now)

    befall(award, "revoked", on=NEXT)
    assert page(award).award.may_give_again
    with pytest.raises(Invalid):
        again(DAY)
    again(NEXT)
    assert standing(learner, now) == ({"style-badge"}, set())
    assert not page(award).award.may_give_again
    with pytest.raises(Conflict):
        again(now.date())


def test_who_has_it_withheld_stands_apart_from_those_it_is_due_to(befall, award, registrar, now):
    befall(award, "suspended", on=NEXT)
    found = due.list_due(registrar.actor, "web", today=now.date(), now=now)
    assert [(one.award_id, one.state, one.since, one.is_met) for one in found.withheld] == [
        (award, "suspended", NEXT, True)
    ]


@pytest.fixture
def stacked(learner, registrar, now):
    """Confer the certificate that stacks on the badge; return badge and certificate."""
    from cbe.store.records import list_awards

    earn(learner, now)
    conferring.confer(registrar.actor, "web", CERTIFICATE, [learner.enrolment_id], NEXT, today=now.date(), now=now)
    return {award.credential: award.id for award in list_awards(learner.enrolment_id)}


def test_what_is_built_on_an_award_that_goes_is_flagged_for_a_person(befall, page, stacked, learner, registrar, now):
    befall(stacked["web-badge"], "suspended", reason="We look into it.")
    assert standing(learner, now) == ({CERTIFICATE, "style-badge"}, {"web-badge"})
    cause = page(stacked[CERTIFICATE]).award.flag
    assert (cause.credential, cause.how, cause.reason) == ("web-badge", "suspended", "We look into it.")
    assert told(registrar) == {"award-flagged"}
    found = award_views.list_flags(registrar.actor, "web", today=now.date(), now=now)
    assert [(one.award_id, one.met_then, one.met_now) for one in found.flagged] == [(stacked[CERTIFICATE], True, False)]


@pytest.mark.parametrize(("outcome", "held"), [("kept", True), ("suspended", False), ("revoked", False)])
def test_a_person_decides_on_a_flag_once(outcome, held, befall, page, stacked, learner, now):
    befall(stacked["web-badge"], "revoked")
    for problem in ({"what": "forgotten"}, {"what": "kept", "reason": ""}):
        with pytest.raises(Invalid):
            befall(stacked[CERTIFICATE], by=award_events.decide_flag, **problem)
    befall(stacked[CERTIFICATE], outcome, reason="Seen.", by=award_events.decide_flag)
    assert (CERTIFICATE in standing(learner, now)[0]) is held
    assert page(stacked[CERTIFICATE]).award.flag is None
    assert page(stacked[CERTIFICATE]).award.history[-1].reason == "Seen."
    with pytest.raises(Conflict):
        befall(stacked[CERTIFICATE], "kept", by=award_events.decide_flag)


def test_suspending_or_revoking_on_the_awards_page_decides_its_flag_too(befall, page, stacked):
    befall(stacked["web-badge"], "suspended")
    befall(stacked[CERTIFICATE], "suspended")
    assert page(stacked[CERTIFICATE]).award.flag is None


def test_expired_awards_say_so_and_may_still_be_revoked(befall, page, award, learner, now):
    from uuid import uuid4

    from cbe.store.enrolments import find_enrolment
    from cbe.store.records import AwardRow

    row, key = find_enrolment(learner.enrolment_id), uuid4()
    with transaction(SYSTEM, now) as tx:
        given = {"credential": "web-badge", "awarded_on": DAY, "expires_on": NEXT, "recorded_at": now}
        tx.enter(AwardRow(id=key, enrolment_id=row.id, version_id=row.version_id, **given))
        tx.record("award:give", award=key)
    assert (page(key).award.state, page(key).award.moves) == ("expired", ("revoked",))
    with pytest.raises(Conflict):
        befall(key, "suspended")
    befall(key, "revoked")
    assert page(key).award.state == "revoked"
