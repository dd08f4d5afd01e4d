"""The small cast that every test has; who they are to each other is the same everywhere.

In the program `web` (tests/programs.py), published: `learner` is active in the morning group, `other_learner` in the evening group;
`instructor` and `adviser` have the morning group, `other_instructor` the evening group; `designer` and `registrar`
work on the program; `coordinator` reads all its evidence, `protector` sees to data protection there; `verifier` may read
the record of `learner`; `administrator` runs the installation; `stranger` has an account and nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from tests.programs import web_document

if TYPE_CHECKING:  # the rest is imported where it is used, so that tests of the domain start without the upper floors
    from cbe.domain.policy import Actor
    from cbe.services.transaction import Transaction

PASSWORD = "correct horse battery"
STAFF = {
    "instructor": "instructor",
    "other_instructor": "instructor",
    "designer": "designer",
    "adviser": "adviser",
    "registrar": "registrar",
    "verifier": "verifier",
    "coordinator": "coordinator",
    "protector": "data_protection",
}
LEARNERS = {"learner": "morning", "other_learner": "evening"}
WITH_GROUP = {"instructor": "morning", "adviser": "morning", "other_instructor": "evening"}
NAMES = (*LEARNERS, *STAFF, "administrator", "stranger")


@dataclass(frozen=True)
class Person:
    """Somebody of the cast; `actor` is whom services are called as, `enrolment_id` is set for learners."""

    account_id: UUID
    name: str
    email: str
    actor: "Actor"
    enrolment_id: UUID | None = None


@dataclass(frozen=True)
class Cast:
    """Everybody by name, and the ids of what they share."""

    program_id: UUID
    version_id: UUID
    groups: dict[str, UUID]
    people: dict[str, Person] = field(default_factory=dict)


@cache
def password_hash() -> str:
    """Return the hash of the password that all of the cast have."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def entered(now: datetime) -> Cast:
    """Publish the program `web` in the database of the application one is in, and bring everybody on stage."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.publishing import import_program
    from cbe.services.transaction import transaction

    import_program(SYSTEM, json.dumps(web_document()).encode(), publish=True, now=now)
    with transaction(SYSTEM, now) as change:
        stage = _program(change)
        for name in NAMES:
            stage.people[name] = _enter(change, stage, name)
        change.record("cast:enter")
    return stage


def _program(change: "Transaction") -> Cast:
    from cbe.store import programs
    from cbe.store.enrolments import GroupRow

    program = programs.find_program("web")
    version = programs.find_version(program.id)
    groups = {name: uuid4() for name in ("morning", "evening")}
    change.add(
        *(GroupRow(id=key, program_id=program.id, name=name, created_at=change.now) for name, key in groups.items())
    )
    return Cast(program.id, version.id, groups)


def _enter(change: "Transaction", stage: Cast, name: str) -> Person:
    from cbe.domain.policy import Actor
    from cbe.store.people import AccountRow, PersonRow

    account_id, email, is_admin = uuid4(), f"{name}@cbe.example", name == "administrator"
    title = name.replace("_", " ").title()
    change.add(
        AccountRow(
            id=account_id, status="active", is_admin=is_admin, password_hash=password_hash(), created_at=change.now
        ),
        PersonRow(account_id=account_id, name=title, email=email, email_key=email),
    )
    roles, enrolments, enrolment_id = {}, {}, None
    if name in STAFF:
        roles = {stage.program_id: frozenset({_give_role(change, stage, name, account_id)})}
    if name in LEARNERS:
        enrolment_id = _enrol(change, stage, name, account_id)
        enrolments = {stage.program_id: "active"}
    actor = Actor(account_id=account_id, is_admin=is_admin, roles=roles, enrolments=enrolments)
    return Person(account_id, title, email, actor, enrolment_id)


def _enrol(change: "Transaction", stage: Cast, name: str, account_id: UUID) -> UUID:
    from cbe.store.enrolments import EnrolmentRow, GroupMemberRow, StatusRow

    key, since = uuid4(), change.now.date()
    change.add(
        EnrolmentRow(
            id=key,
            account_id=account_id,
            program_id=stage.program_id,
            version_id=stage.version_id,
            status="active",
            created_at=change.now,
        )
    )
    change.add(StatusRow(id=uuid4(), enrolment_id=key, status="active", since=since, recorded_at=change.now))
    change.add(GroupMemberRow(group_id=stage.groups[LEARNERS[name]], enrolment_id=key))
    return key


def _give_role(change: "Transaction", stage: Cast, name: str, account_id: UUID) -> str:
    from cbe.store.enrolments import GroupStaffRow
    from cbe.store.people import RoleRow, SampleRow

    role, key, shared = STAFF[name], uuid4(), {"account_id": account_id, "role": STAFF[name]}
    until = (change.now + timedelta(days=3650)).date() if role == "verifier" else None
    change.add(RoleRow(id=key, program_id=stage.program_id, until=until, granted_at=change.now, **shared))
    if name in WITH_GROUP:
        change.add(GroupStaffRow(group_id=stage.groups[WITH_GROUP[name]], **shared))
    if role == "verifier":
        change.add(SampleRow(role_id=key, enrolment_id=stage.people["learner"].enrolment_id))
    return role


def _one_of_the_cast(name: str) -> Callable[[Cast], Person]:
    @pytest.fixture(name=name)
    def person(cast: Cast) -> Person:
        return cast.people[name]

    return person


# A fixture per name, so that a test asks for `learner, instructor` and says what it is about.
for _name in NAMES:
    globals()[f"give_{_name}"] = _one_of_the_cast(_name)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], FlaskClient]:
    """Give a function that signs one of the cast in through the page and returns their browser (without scripts)."""

    def sign_in(person: Person) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        assert answer.status_code in (302, 303), f"{person.email} could not sign in: {answer.status_code}"
        return client

    return sign_in
