"""The queue: which evidence waits, for whom it is to decide, and in which order.

``assessed_by`` says in SQL what ``services.enrolments.record_subject`` says of one learner; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from .database import db
from .enrolments import EnrolmentRow, GroupMemberRow
from .evidence import EvidenceCompetencyRow, EvidenceRow, EvidenceVersionRow, TakingRow
from .groups import covered, instructed_by
from .people import AccountRow, PersonRow, matches_person
from .programs import ProgramRow

__all__ = ["Scope", "WaitingRow", "Wanted"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, and in which programs they assess everybody (``coordinates``) or their own learners (``instructs``)."""

    account_id: UUID
    instructs: Collection[UUID]
    coordinates: Collection[UUID]
    today: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is asked for; None or empty where anything will do."""

    program: str | None = None
    competencies: Collection[str] | None = None
    search: str = ""
    enrolment_id: UUID | None = None
    group_id: UUID | None = None
    setting: str | None = None
    route: str | None = None
    mine: bool = False
    free: bool = False
    """Only what nobody has taken, or oneself."""


class WaitingRow(NamedTuple):
    """An item that waits, with what a list says of it."""

    evidence_id: UUID
    enrolment_id: UUID
    version_id: UUID
    program: str
    learner: str
    submitted_at: datetime
    due_on: date | None
    version: int
    setting: str | None
    route: str
    taken_by: UUID | None
    taker: str | None
    taken_until: datetime | None


def list_waiting(
    scope: Scope, wanted: Wanted, now: datetime, *, by_due: bool = False, offset: int = 0, limit: int = 200
) -> Sequence[WaitingRow]:
    """List what waits for somebody to decide, longest waiting first or nearest due first."""
    taker = PersonRow.__table__.alias("taker")
    query: Any = (
        select(
            EvidenceRow.id, EnrolmentRow.id, EnrolmentRow.version_id, ProgramRow.key, PersonRow.name,
            EvidenceRow.submitted_at, EvidenceRow.due_on, EvidenceRow.version, EvidenceVersionRow.setting,
            EvidenceVersionRow.route, TakingRow.account_id, taker.c.name, TakingRow.expires_at,
        )
        .select_from(EvidenceRow)
    )  # fmt: skip
    query = _waiting(query, scope, wanted, now).outerjoin(taker, taker.c.account_id == TakingRow.account_id)
    order = (EvidenceRow.due_on, EvidenceRow.submitted_at) if by_due else (EvidenceRow.submitted_at,)
    found = db.session.execute(query.order_by(*order, EvidenceRow.id).offset(offset).limit(limit))
    return [WaitingRow(*row) for row in found]


def count_waiting(scope: Scope, wanted: Wanted, now: datetime) -> int:
    """Count what waits."""
    return db.session.scalar(_waiting(select(func.count()).select_from(EvidenceRow), scope, wanted, now)) or 0


def count_ahead(program_id: UUID, submitted_at: datetime) -> int:
    """Count what waits in a program since before a moment."""
    query = (
        select(func.count())
        .select_from(EvidenceRow)
        .join(EnrolmentRow)
        .where(
            EnrolmentRow.program_id == program_id,
            EvidenceRow.status == "submitted",
            EvidenceRow.submitted_at < submitted_at,
        )
    )
    return db.session.scalar(query) or 0


def _waiting(query: Select[Any], scope: Scope, wanted: Wanted, now: datetime) -> Select[Any]:
    current = and_(EvidenceVersionRow.evidence_id == EvidenceRow.id, EvidenceVersionRow.version == EvidenceRow.version)
    query = (
        query.join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .join(ProgramRow, ProgramRow.id == EnrolmentRow.program_id)
        .join(AccountRow, AccountRow.id == EnrolmentRow.account_id)
        .join(PersonRow, PersonRow.account_id == AccountRow.id)
        .join(EvidenceVersionRow, current)
        .outerjoin(TakingRow, and_(TakingRow.evidence_id == EvidenceRow.id, TakingRow.expires_at > now))
    )
    return query.where(EvidenceRow.status == "submitted", assessed_by(scope), *_filters(wanted, scope))


def assessed_by(scope: Scope) -> ColumnElement[bool]:
    """Say in SQL that an enrolment's evidence is somebody's to assess today; nobody assesses their own."""
    theirs = or_(instructed_by(scope.account_id, scope.today), ~covered(scope.today))
    return and_(
        EnrolmentRow.account_id != scope.account_id,
        or_(
            EnrolmentRow.program_id.in_(scope.coordinates),
            and_(EnrolmentRow.program_id.in_(scope.instructs), theirs),
        ),
    )


def _filters(wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.program is not None:
        found.append(ProgramRow.key == wanted.program)
    if wanted.competencies is not None:
        judged = select(EvidenceCompetencyRow.evidence_id).where(
            EvidenceCompetencyRow.competency.in_(wanted.competencies), EvidenceCompetencyRow.decision_id.is_(None)
        )
        found.append(EvidenceRow.id.in_(judged))
    if wanted.search:
        found.append(matches_person(wanted.search))
    if wanted.enrolment_id is not None:
        found.append(EnrolmentRow.id == wanted.enrolment_id)
    if wanted.group_id is not None:
        members = select(GroupMemberRow.enrolment_id).where(GroupMemberRow.group_id == wanted.group_id)
        found.append(EnrolmentRow.id.in_(members))
    if wanted.setting is not None:
        found.append(EvidenceVersionRow.setting == wanted.setting)
    if wanted.route is not None:
        found.append(EvidenceVersionRow.route == wanted.route)
    if wanted.mine:
        found.append(TakingRow.account_id == scope.account_id)
    if wanted.free:
        found.append(or_(TakingRow.account_id.is_(None), TakingRow.account_id == scope.account_id))
    return found
