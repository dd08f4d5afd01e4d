"""Evidence that learners handed in, put straight into the tables: for tests of what happens to it afterwards."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from tests.cast import Person


def handed_in(
    person: "Person",
    competencies: Sequence[str],
    *,
    now: datetime,
    route: str = "program",
    setting: str = "workplace",
    due_on: date | None = None,
    text: str = "I built a page and checked it.",
) -> UUID:
    """Put an item into the queue as `submit` leaves it, and return its id."""
    from cbe.domain.policy import SYSTEM
    from cbe.services.transaction import transaction
    from cbe.store.evidence import EvidenceCompetencyRow, EvidenceRow, EvidenceVersionRow

    key, mine = uuid4(), {"enrolment_id": person.enrolment_id}
    with transaction(SYSTEM, now) as tx:
        tx.add(
            EvidenceRow(id=key, **mine, status="submitted", version=1, created_at=now, submitted_at=now, due_on=due_on)
        )
        tx.add(
            EvidenceVersionRow(
                evidence_id=key, version=1, text=text, setting=setting, learning_type="non-formal", route=route,
                activity_from=now.date(), is_own_work=True, saved_at=now, submitted_at=now, salt="0" * 32,
            )
        )  # fmt: skip
        tx.add(*(EvidenceCompetencyRow(evidence_id=key, competency=one) for one in competencies))
        tx.record("evidence:submit", evidence=key)
    return key


def with_file(evidence_id: UUID, *, now: datetime, name: str = "notes.txt", content: bytes = b"What I did") -> UUID:
    """Put a file into the newest version of an item, its bytes too, and return its id."""
    import hashlib

    from cbe.domain.policy import SYSTEM
    from cbe.services.files.keeping import keep
    from cbe.services.files.receiving import received
    from cbe.services.transaction import transaction
    from cbe.store.evidence import EvidenceFileRow, find_evidence

    with received([content], len(content)) as bytes_, transaction(SYSTEM, now) as tx:
        keep(bytes_)
        row = EvidenceFileRow(
            id=uuid4(), evidence_id=evidence_id, digest=hashlib.sha256(content).hexdigest(), size=len(content),
            media_type="text/plain", name=name, added_in=find_evidence(evidence_id).version, created_at=now,
        )  # fmt: skip
        tx.add(row)
        tx.record("file:add", evidence=evidence_id)
        return row.id
