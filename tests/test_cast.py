"""The cast that other tests rely on is what tests/cast.py says, and the answers worked out by hand hold."""

from decimal import Decimal

import pytest

from cbe.domain import policy
from cbe.domain.graph import compile_program
from cbe.domain.planner import unlock_list
from cbe.domain.policy import Subject
from cbe.domain.program import parse_program
from tests.cast import NAMES, STAFF
from tests.programs import web_document


@pytest.mark.both_databases
def test_the_actor_of_a_person_is_who_signing_in_makes_of_them(cast, context, now) -> None:
    from cbe.services.accounts import load_session, sign_in
    from tests.cast import PASSWORD

    for name in NAMES:
        person = cast.people[name]
        token = sign_in(person.email, PASSWORD, now=now)
        assert load_session(token, now=now).actor == person.actor


def test_roles_of_the_cast_are_roles_of_their_program_only(cast) -> None:
    here, elsewhere = Subject(program_id=cast.program_id), Subject(program_id=cast.version_id)
    for name, role in STAFF.items():
        assert role in policy.relations(cast.people[name].actor, here)
        assert role not in policy.relations(cast.people[name].actor, elsewhere)


def test_the_hours_said_of_the_shared_program_are_right() -> None:
    plans = unlock_list(compile_program(parse_program(web_document())), frozenset(), budget_s=5)
    assert [(plan.id, plan.remaining_hours) for plan in plans] == [
        ("style-badge", Decimal(14)),
        ("web-badge", Decimal(35)),
        ("web-certificate", Decimal(60)),
    ]
    assert all(plan.proven_optimal for plan in plans)
