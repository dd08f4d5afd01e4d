"""The demo is there once, is believable, and is kept away from where it could do harm."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from cbe.domain.errors import Forbidden
from cbe.domain.planner import Status, unlock_list
from cbe.domain.policy import SYSTEM
from cbe.services.demo import seed

LEARNER = "learner@demo.example"


@pytest.fixture
def inside(demo_app: Flask) -> Iterator[None]:
    """Be inside an application with the demo."""
    with demo_app.app_context():
        yield


def own(key: str) -> Any:
    from cbe.store.enrolments import find_enrolment_of
    from cbe.store.people import find_account_by_email
    from cbe.store.programs import find_program

    account, program = find_account_by_email(LEARNER), find_program(key)
    assert account
    assert program
    return find_enrolment_of(account.id, program.id)


def all_enrolments() -> list[Any]:
    from cbe.store.enrolments import list_program_enrolments
    from cbe.store.programs import list_programs

    return [row for program in list_programs() for row in list_program_enrolments(program.id)]


@pytest.mark.usefixtures("inside")
def test_forty_learners_stand_at_different_points() -> None:
    from cbe.store.records import list_standing_of

    rows = all_enrolments()
    assert len({row.account_id for row in rows}) == 40
    assert {"active", "applied", "leave", "withdrawn"} <= {row.status for row in rows}
    standing = list_standing_of([row.id for row in rows])
    counts = Counter(row.enrolment_id for row in standing if row.mastered_on)
    assert len(set(counts.values())) > 15
    assert any(row.returned_on for row in standing)
    assert any(row.expires_on for row in standing)


@pytest.mark.usefixtures("inside")
def test_the_learner_of_the_demo_is_mid_way_with_one_credential_to_claim() -> None:
    from cbe.services.decisions import mastered_on
    from cbe.services.grounds import award_standing
    from cbe.services.programs import compiled_version

    row = own("data-technician")
    today = datetime.now(UTC).date()
    held, withheld = award_standing(row.id, today)
    mastered = mastered_on(row, today)
    plans = unlock_list(compiled_version(row.version_id), mastered, held, withheld)
    assert held == {"badge-digital", "badge-spreadsheets"}
    assert [plan.id for plan in plans if plan.status is Status.CLAIMABLE] == ["badge-requests"]
    assert (row.status, row.hours_per_week) == ("active", 6)
    assert own("nursing-associate") is not None


@pytest.mark.usefixtures("inside")
def test_everything_was_done_in_the_order_of_the_prerequisites() -> None:
    from cbe.services.programs import compiled_version
    from cbe.store.records import list_decisions

    for row in all_enrolments():
        competencies, decisions = compiled_version(row.version_id).competencies, list_decisions(row.id)
        for one in decisions:
            if one.kind == "assessment":
                before = {other.competency for other in decisions if other.decided_on <= one.decided_on}
                assert all(before & set(group) for group in competencies[one.competency].prerequisites), one.competency


@pytest.mark.settings(CBE_DEMO="1")
def test_twice_is_once_and_everybody_signs_in_with_the_known_password(app: Flask, context: None, now: datetime) -> None:
    from cbe.services.accounts import sign_in

    assert seed.seed_demo(SYSTEM, now=now)
    before = len(all_enrolments())
    assert not seed.seed_demo(SYSTEM, now=now)
    assert not seed.seed_demo(SYSTEM, if_empty=True, now=now)
    assert len(all_enrolments()) == before
    for email in seed.ACCOUNTS:
        assert sign_in(email, "demo", now=now)
    assert seed.account_lines()[0] == "learner@demo.example  password: demo"


def test_outside_demo_mode_nothing_comes_in(app: Flask, context: None, now: datetime) -> None:
    with pytest.raises(Forbidden, match="CBE_DEMO"):
        seed.seed_demo(SYSTEM, now=now)
    assert not seed.is_seeded()
