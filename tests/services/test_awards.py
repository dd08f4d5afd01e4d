"""Credentials are given when their requirement holds, and a revoked one never by itself."""

import threading
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services.awards import give_award
from cbe.services.grounds import award_standing
from cbe.services.transaction import transaction
from tests.cast import Cast, Person
from tests.services.test_decisions import DAY, decide, met

NEXT = DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def inside(cast: Cast, context: None) -> None:
    """Be inside the application with everybody on stage."""


def befall(award: UUID, event: str, on: date, now: datetime) -> None:
    from cbe.store.records import AwardEventRow

    with transaction(SYSTEM, now) as tx:
        tx.add(AwardEventRow(id=uuid4(), award_id=award, event=event, effective_on=on, recorded_at=now))
        tx.record(f"award:{event}", award=award)


@pytest.fixture
def award(learner: Person, now: datetime) -> UUID:
    """Give the learner the style badge."""
    decide(learner, now, met("html"), met("css"))
    return give_award(SYSTEM, learner.enrolment_id, "style-badge", on=DAY, now=now)


def test_a_badge_is_held_from_its_day(learner: Person, award: UUID) -> None:
    assert award_standing(learner.enrolment_id, DAY) == ({"style-badge"}, frozenset())
    assert award_standing(learner.enrolment_id, DAY - timedelta(days=1)) == (frozenset(), frozenset())


def test_the_requirement_must_hold_on_the_day(learner: Person, now: datetime) -> None:
    decide(learner, now, met("css"))
    with pytest.raises(Invalid, match="not met"):
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=DAY - timedelta(days=1), now=now)
    with pytest.raises(Invalid, match="future"):
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=now.date() + timedelta(days=3), now=now)


def test_a_stacked_credential_needs_the_credential_awarded(learner: Person, registrar: Person, now: datetime) -> None:
    decide(learner, now, *(met(key) for key in ("html", "css", "a11y", "js", "forms", "sql", "site")))
    with pytest.raises(Invalid):
        give_award(registrar.actor, learner.enrolment_id, "web-certificate", on=DAY, now=now)
    give_award(SYSTEM, learner.enrolment_id, "web-badge", on=DAY, now=now)
    give_award(registrar.actor, learner.enrolment_id, "web-certificate", on=DAY, now=now)
    assert award_standing(learner.enrolment_id, DAY)[0] == {"web-badge", "web-certificate"}


def test_what_is_held_is_not_given_twice(learner: Person, award: UUID, now: datetime) -> None:
    for on in (DAY, NEXT):
        with pytest.raises(Conflict, match="already"):
            give_award(SYSTEM, learner.enrolment_id, "style-badge", on=on, now=now)


def test_a_suspended_award_is_withheld_until_it_is_reinstated(learner: Person, award: UUID, now: datetime) -> None:
    befall(award, "suspended", NEXT, now)
    assert award_standing(learner.enrolment_id, DAY)[0] == {"style-badge"}
    assert award_standing(learner.enrolment_id, NEXT) == (frozenset(), {"style-badge"})
    with pytest.raises(Conflict, match="reinstate"):
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=NEXT, now=now)
    befall(award, "reinstated", NEXT + timedelta(days=1), now)
    assert award_standing(learner.enrolment_id, now.date())[0] == {"style-badge"}


def test_only_a_registrar_gives_a_revoked_award_again(
    learner: Person, registrar: Person, award: UUID, now: datetime
) -> None:
    befall(award, "revoked", NEXT, now)
    assert award_standing(learner.enrolment_id, NEXT)[1] == {"style-badge"}
    with pytest.raises(Conflict, match="registrar"):
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=NEXT, now=now)
    give_award(registrar.actor, learner.enrolment_id, "style-badge", on=NEXT, now=now)
    assert award_standing(learner.enrolment_id, NEXT) == ({"style-badge"}, frozenset())


def test_an_award_ends_when_its_validity_is_over(learner: Person, award: UUID, now: datetime) -> None:
    from cbe.store.records import AwardRow

    ends = DAY + timedelta(days=30)
    values = {"enrolment_id": learner.enrolment_id, "credential": "web-badge", "awarded_on": DAY, "expires_on": ends}
    with transaction(SYSTEM, now) as tx:
        version = tx_version(learner)
        tx.add(AwardRow(id=uuid4(), version_id=version, recorded_at=now, **values))
        tx.record("award:give")
    assert "web-badge" in award_standing(learner.enrolment_id, ends - timedelta(days=1))[0]
    assert award_standing(learner.enrolment_id, ends) == ({"style-badge"}, frozenset())


def tx_version(person: Person) -> UUID:
    from cbe.store.enrolments import find_enrolment

    row = find_enrolment(person.enrolment_id)
    assert row
    return row.version_id


def test_of_many_who_give_the_same_at_once_one_does(app: Flask, learner: Person, now: datetime) -> None:
    decide(learner, now, met("html"), met("css"))
    outcomes: list[str] = []

    def give(days: int) -> None:
        with app.app_context():
            try:
                give_award(SYSTEM, learner.enrolment_id, "style-badge", on=DAY + timedelta(days=days), now=now)
                outcomes.append("given")
            except Conflict:
                outcomes.append("refused")

    threads = [threading.Thread(target=give, args=(days,)) for days in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given"] + ["refused"] * 5


def test_who_is_not_a_registrar_gives_nothing(
    learner: Person, instructor: Person, stranger: Person, now: datetime
) -> None:
    for person, error in ((learner, Forbidden), (instructor, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            give_award(person.actor, learner.enrolment_id, "style-badge", on=DAY, now=now)
    with pytest.raises(NotFound):
        give_award(SYSTEM, uuid4(), "style-badge", on=DAY, now=now)
    with pytest.raises(NotFound):
        give_award(SYSTEM, learner.enrolment_id, "no-such", on=DAY, now=now)
