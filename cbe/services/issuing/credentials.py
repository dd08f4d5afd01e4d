"""One signed credential: for its learner, and for anybody while its learner lets it have a public address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.awarding import AwardState
from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor, Subject
from cbe.interop.openbadges.summary import Summary, summary_of
from cbe.store import awarding, enrolments, evidence, issuing
from cbe.store.enrolments import EnrolmentRow
from cbe.store.issuing import CredentialRow, NamedRow, ShownEvidenceRow
from cbe.store.records import AwardRow

from ..addresses import credential_url
from ..transaction import transaction
from .status import state_of

__all__ = [
    "SignedCredential",
    "get_own",
    "get_public",
    "is_evidence_shown",
    "is_named",
    "set_evidence_shown",
    "set_named",
    "set_public",
    "signed_for",
]


@dataclass(frozen=True, slots=True)
class SignedCredential:
    """A signed credential with what it is worth now; ``document`` and ``jwt`` are exactly as they were signed."""

    id: UUID
    award_id: UUID
    program_key: str
    version_id: UUID
    credential: str
    document: str
    jwt: str
    address: str
    signed_at: datetime
    expires_on: date | None
    state: AwardState
    is_public: bool
    said: Summary
    """What it says, read out of the signed text."""


def get_own(actor: Actor, credential_id: UUID, *, now: datetime) -> SignedCredential:
    """Return a credential to whose it is, public or not."""
    row, award, enrolment = _own(actor, credential_id)
    return _signed(row, award, enrolment, now)


def get_public(credential_id: UUID, *, now: datetime) -> SignedCredential:
    """Return a credential to anybody; raises ``NotFound`` for one without a public address, as for one that is not there."""
    row = issuing.find_credential(credential_id)
    if row is None or not row.is_public:
        raise NotFound("There is nothing here, or nothing that you may see.")
    return _signed(row, *_award_of(row), now)


def set_public(actor: Actor, credential_id: UUID, is_public: bool, *, now: datetime) -> None:
    """Give one's credential a public address, or take it away."""
    _own(actor, credential_id)
    with transaction(actor, now) as tx:
        row, award, _ = _own(actor, credential_id)
        row.is_public = is_public
        tx.record("credential:set-public", credential=row.id, award=award.id, public=is_public)


def is_named(actor: Actor) -> bool:
    """Tell whether one's name stands in the credentials that are signed from now on."""
    policy.require(actor, "credential:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    return issuing.find_named(actor.account_id) is not None


def set_named(actor: Actor, is_named: bool, *, now: datetime) -> None:
    """Let one's name stand in the credentials that are signed from now on, or not. What is signed stays as it is."""
    policy.require(actor, "credential:keep", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    with transaction(actor, now) as tx:
        row = issuing.find_named(actor.account_id)
        if is_named and row is None:
            tx.add(NamedRow(account_id=actor.account_id, agreed_at=now))
        elif not is_named and row is not None:
            tx.delete(row)
        tx.record("credential:set-named", account=actor.account_id, named=is_named)


def is_evidence_shown(evidence_id: UUID) -> bool:
    """Tell whether an item is named in what is signed, for who may read it."""
    return issuing.find_shown(evidence_id) is not None


def set_evidence_shown(actor: Actor, evidence_id: UUID, is_shown: bool, *, now: datetime) -> None:
    """Let an item of one's own be named in the credentials that are signed from now on and rest on it, or not.

    Its text as it was judged stands in them, never its files. What is signed stays as it is.
    """
    _own_item(actor, evidence_id)
    with transaction(actor, now) as tx:
        _own_item(actor, evidence_id)
        row = issuing.find_shown(evidence_id)
        if is_shown and row is None:
            tx.add(ShownEvidenceRow(evidence_id=evidence_id, agreed_at=now))
        elif not is_shown and row is not None:
            tx.delete(row)
        tx.record("evidence:set-shown", evidence=evidence_id, shown=is_shown)


def signed_for(award_ids: list[UUID]) -> dict[UUID, UUID]:
    """Return the ids of the credentials that were signed for these awards, for who may read the record they are of."""
    return {key: row.id for key, row in issuing.credentials_of(award_ids).items()}


def _own_item(actor: Actor, evidence_id: UUID) -> None:
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "credential:keep", Subject(row.enrolment.program_id, row.enrolment.account_id))


def _own(actor: Actor, credential_id: UUID) -> tuple[CredentialRow, AwardRow, EnrolmentRow]:
    row = issuing.find_credential(credential_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    award, enrolment = _award_of(row)
    policy.require(actor, "credential:keep", Subject(enrolment.program_id, enrolment.account_id))
    return row, award, enrolment


def _award_of(row: CredentialRow) -> tuple[AwardRow, EnrolmentRow]:
    award = awarding.find_award(row.award_id)
    enrolment = enrolments.find_enrolment(award.enrolment_id) if award else None
    assert award is not None
    assert enrolment is not None
    return award, enrolment


def _signed(row: CredentialRow, award: AwardRow, enrolment: EnrolmentRow, now: datetime) -> SignedCredential:
    return SignedCredential(
        row.id, award.id, enrolment.program.key, award.version_id, award.credential, row.document, row.jwt, credential_url(row.id),
        row.signed_at, award.expires_on, state_of(award, now=now), row.is_public,
        summary_of(row.document),
    )  # fmt: skip
