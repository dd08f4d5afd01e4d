"""Flags on awards: what lost the ground it stood on waits for a person. Nothing here takes an award away.

An award stands on decisions and on other awards; when one of these goes, what was built on it is flagged, in the same
change, and the registrars are told. What a person decides then is ``award_events``'s.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from cbe.domain.awarding import AwardState
from cbe.domain.mastery import latest_today
from cbe.domain.requirements import CompetencyLeaf, CredentialLeaf, Leaf, leaves
from cbe.store import awarding, people, records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardEventRow, AwardFlagRow, AwardRow

from .grounds import Grounds, grounds_of
from .notices import tell
from .programs import compiled_version
from .transaction import Transaction

__all__ = ["flag_built_on", "flag_unfounded"]


def flag_unfounded(tx: Transaction, enrolment: EnrolmentRow, taken_back_id: UUID) -> list[UUID]:
    """Flag the awards that name the competency of a decision taken back and no longer hold; return them.

    As known now: those whose requirement was not met when they were given; where the decision is revoked from a day on,
    also those whose requirement is not met from that day on because of it. What is flagged already stays as it is.
    """
    taken_back, decision, _ = awarding.taken_back_of([taken_back_id])[taken_back_id]
    grounds = grounds_of([enrolment], tx.now)
    lost = []
    for award in _naming(grounds, enrolment, CompetencyLeaf(decision.competency)):
        later = max(award.awarded_on, taken_back.effective_on)
        if not grounds.is_met(award, award.awarded_on) or (
            taken_back.how == "revoked"
            and not grounds.is_met(award, later)
            and grounds.is_met(award, later, despite=decision.id)
        ):
            lost.append(award)
    return _flag(tx, enrolment, lost, taken_back_id=taken_back_id)


def flag_built_on(tx: Transaction, enrolment: EnrolmentRow, event: AwardEventRow, credential: str) -> list[UUID]:
    """Flag the awards that name a credential suspended or revoked just now and don't hold without it; return them."""
    grounds = grounds_of([enrolment], tx.now)
    lost = []
    for award in _naming(grounds, enrolment, CredentialLeaf(credential)):
        later = max(award.awarded_on, event.effective_on)
        if not grounds.is_met(award, later) and grounds.is_met(award, later, with_held=credential):
            lost.append(award)
    return _flag(tx, enrolment, lost, award_event_id=event.id)


def _naming(grounds: Grounds, enrolment: EnrolmentRow, leaf: Leaf) -> list[AwardRow]:
    """Return the awards not revoked and not flagged whose requirement names this leaf."""
    awards = grounds.awards.get(enrolment.id, [])
    flagged = records.list_open_flags([award.id for award in awards])
    return [
        award
        for award in awards
        if award.id not in flagged
        and grounds.state(award, date.max) is not AwardState.REVOKED
        and leaf in leaves(compiled_version(award.version_id).get_credential(award.credential).requires)
    ]


def _flag(tx: Transaction, enrolment: EnrolmentRow, lost: list[AwardRow], **cause: UUID) -> list[UUID]:
    registrars = people.list_holders(enrolment.program_id, "registrar", latest_today(tx.now)) if lost else []
    for award in lost:
        flag = AwardFlagRow(id=uuid4(), award_id=award.id, flagged_at=tx.now, **cause)
        tx.add(flag)
        tx.record("award:flag", flag=flag.id, award=award.id, enrolment=enrolment.id, **cause)
        told = [one for one in registrars if one != enrolment.account_id]
        facts = {"program": enrolment.program.key, "credential": award.credential, "award": award.id}
        tell(tx, told, "award-flagged", key=f"award-flagged:{flag.id}", **facts)
    return [award.id for award in lost]
