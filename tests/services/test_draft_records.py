"""What stands on somebody's record stays in the draft, also a credential that was awarded."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

import pytest

from cbe.domain.draft import Change
from cbe.services import programs
from cbe.services.draft_records import AWARDED, record_problems
from cbe.services.transaction import transaction
from cbe.store.records import AwardRow
from tests.cast import Cast, Person

pytestmark = pytest.mark.usefixtures("context")


def test_an_awarded_credential_stays(
    learner: Person, designer: Person, registrar: Person, cast: Cast, now: datetime
) -> None:
    program_id = programs.get_program(designer.actor, "web", "program:edit").id
    gone = tuple(Change("credential", key, "id", key, None) for key in ("web-badge", "never-given"))
    assert record_problems(program_id, gone) == []
    with transaction(registrar.actor, now) as tx:
        mine = {"enrolment_id": learner.enrolment_id, "version_id": cast.version_id, "recorded_at": now}
        tx.enter(AwardRow(id=uuid4(), credential="web-badge", awarded_on=date(2026, 1, 1), **mine))
        tx.record("award:test")
    assert record_problems(program_id, gone) == [("/credential/web-badge", AWARDED)]
