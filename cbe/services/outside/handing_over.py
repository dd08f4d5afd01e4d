"""A credential from elsewhere as evidence by the route of recognition, and what its assessors see of it.

The draft is the learner's to complete and hand in (``services.evidence``); an assessor decides as always.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.evidence import DraftFields
from cbe.domain.policy import Actor
from cbe.interop.openbadges.moments import moment_of
from cbe.interop.openbadges.outside import Part
from cbe.store import evidence, outside, quarantine
from cbe.store.evidence import EvidenceRow
from cbe.store.outside import OutsideEvidenceRow, OutsideRow

from ..evidence import open_draft, subject_of
from ..outbound import Outbound
from ..transaction import transaction
from .keeping import Outside, looked_at, own_row, record_findings, verified

__all__ = ["attached", "attached_text", "day_of", "hand_over", "verify_attached"]

NOTHING = "There is nothing here, or nothing that you may see."


def hand_over(
    actor: Actor,
    outside_id: UUID,
    program_key: str,
    competencies: Sequence[str],
    text: str,
    *,
    today: date,
    now: datetime,
) -> UUID:
    """Begin a draft of evidence that a credential goes with; ``text`` says what it is. Return the item's id."""
    own_row(actor, outside_id)
    with transaction(actor, now) as tx:
        row = own_row(actor, outside_id)
        days = [day_of(part[0], today) for part in looked_at(row).parts if part]
        fields = DraftFields(
            competencies=tuple(dict.fromkeys(competencies)), text=text, route="recognition",
            activity_from=min((day for day in days if day), default=None),
        )  # fmt: skip
        evidence_id = open_draft(tx, actor, program_key, fields)
        tx.add(OutsideEvidenceRow(outside_id=row.id, evidence_id=evidence_id))
        tx.record("outside:hand-over", outside=row.id, evidence=evidence_id)
    return evidence_id


def attached(actor: Actor, evidence_id: UUID, *, today: date) -> list[Outside]:
    """Return the credentials that go with an item to who may read it; none where what was written there is closed or destroyed."""
    row = _readable(actor, evidence_id, "evidence:read", today)
    return [looked_at(one) for one in _open(row)]


def attached_text(actor: Actor, evidence_id: UUID, outside_id: UUID, *, today: date) -> str:
    """Return the text of a credential that goes with an item, as it came, to who may read the item."""
    row = _readable(actor, evidence_id, "evidence:read", today)
    return _one(row, outside_id).text


def verify_attached(
    actor: Actor,
    evidence_id: UUID,
    outside_id: UUID,
    *,
    today: date,
    now: datetime,
    outbound: Outbound | None = None,
) -> None:
    """Verify a credential that goes with an item as of now, for who assesses it."""
    one = _one(_readable(actor, evidence_id, "evidence:assess", today), outside_id)
    findings = verified(one.text, one.account_id, now=now, outbound=outbound)
    with transaction(actor, now) as tx:
        one = _one(_readable(actor, evidence_id, "evidence:assess", today), outside_id)
        record_findings(tx, one, findings)


def day_of(part: Part, today: date) -> date | None:
    """Return the day on which a credential was given, as far as it says one that is not ahead."""
    moments = [moment_of(part.shown.awarded), moment_of(part.shown.valid_from)]
    days = [moment.astimezone(UTC).date() for moment in moments if moment]
    return next((day for day in days if day <= today), None)


def _readable(actor: Actor, evidence_id: UUID, action: str, today: date) -> EvidenceRow:
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound(NOTHING)
    policy.require(actor, action, subject_of(actor, row, today))
    if row.submitted_at is None and row.enrolment.account_id != actor.account_id:
        raise NotFound(NOTHING)
    return row


def _open(row: EvidenceRow) -> Sequence[OutsideRow]:
    found = outside.list_attached(row.id)
    is_closed = found and quarantine.text_states([row.id]).get(row.id) in ("closed", "destroyed")
    return [] if is_closed else found


def _one(row: EvidenceRow, outside_id: UUID) -> OutsideRow:
    found = next((one for one in _open(row) if one.id == outside_id), None)
    if found is None:
        raise NotFound(NOTHING)
    return found
