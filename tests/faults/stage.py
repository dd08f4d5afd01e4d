"""What tests of faults begin with: many learners whose evidence waits, and assessors who may decide on all of it."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import Flask

from tests.cast import Cast, password_hash
from tests.handing_in import handed_in

COMPETENCIES = ("html", "sql", "css", "js", "php")


@dataclass(frozen=True)
class Item:
    """A piece of evidence for one competency of one learner."""

    evidence_id: UUID
    enrolment_id: UUID
    competency: str


def assessors(app: Flask, cast: Cast, count: int, now: datetime) -> list[str]:
    """Let so many coordinators work in the program and return their addresses."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store.people import RoleRow

    emails = [f"assessor{number}@cbe.example" for number in range(count)]
    with app.app_context(), transaction(SYSTEM, now) as tx:
        for key in _accounts(tx, emails):
            tx.add(RoleRow(id=uuid4(), account_id=key, program_id=cast.program_id, role="coordinator", granted_at=now))
        tx.record("test:assessors")
    return emails


def waiting(app: Flask, cast: Cast, learners: int, now: datetime, keys: Sequence[str] = COMPETENCIES) -> list[Item]:
    """Let so many learners wait for a decision on a piece for each of these competencies."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store.enrolments import EnrolmentRow, StatusRow

    @dataclass
    class Learner:
        enrolment_id: UUID

    enrolled = []
    with app.app_context():
        with transaction(SYSTEM, now) as tx:
            for account in _accounts(tx, [f"learner-{uuid4().hex}@cbe.example" for _ in range(learners)]):
                key = uuid4()
                tx.add(
                    EnrolmentRow(
                        id=key, account_id=account, program_id=cast.program_id, version_id=cast.version_id,
                        status="active", created_at=now,
                    ),
                )  # fmt: skip
                tx.add(StatusRow(id=uuid4(), enrolment_id=key, status="active", since=now.date(), recorded_at=now))
                enrolled.append(key)
            tx.record("test:learners")
        return [
            Item(handed_in(Learner(key), [competency], now=now - timedelta(hours=1)), key, competency)
            for key in enrolled
            for competency in keys
        ]


def drafts(app: Flask, cast: Cast, count: int, now: datetime) -> list[UUID]:
    """Let the cast's learner have so many drafts and return their ids."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store.evidence import EvidenceRow, EvidenceVersionRow

    made = [uuid4() for _ in range(count)]
    with app.app_context(), transaction(SYSTEM, now) as tx:
        for key in made:
            mine = {"enrolment_id": cast.people["learner"].enrolment_id}
            tx.add(EvidenceRow(id=key, **mine, status="draft", version=1, created_at=now))
            tx.add(EvidenceVersionRow(evidence_id=key, version=1, saved_at=now, salt="0" * 32))
        tx.record("test:drafts")
    return made


def _accounts(tx, emails: Sequence[str]) -> list[UUID]:
    from cbe.store.people import AccountRow, PersonRow

    made = []
    for email in emails:
        key = uuid4()
        tx.add(
            AccountRow(id=key, status="active", password_hash=password_hash(), mail_rhythm="once", created_at=tx.now)
        )
        tx.add(PersonRow(account_id=key, name=email.partition("@")[0], email=email, email_key=email))
        made.append(key)
    return made


def nothing_is_wrong(app) -> None:
    """Ask the record whether it agrees with itself, and the audit trail whether it is whole."""
    for command in (["record", "rebuild", "--check"], ["audit", "verify"]):
        done = app.test_cli_runner().invoke(args=command)
        assert done.exit_code == 0, f"{command}: {done.output}"


def standing_decisions(app, item) -> int:
    from cbe.store import records

    with app.app_context():
        gone = {row.decision_id for row in records.list_taken_back([item.enrolment_id])}
        found = records.list_decisions(item.enrolment_id, [item.competency])
        return sum(row.id not in gone for row in found)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
