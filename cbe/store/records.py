"""The official record: decisions and what took them back, awards and what befell them; and what is derived from them.

Decisions, their being taken back, awards and their events are only ever added. The texts that go with a decision stand
apart, so that erasure can empty them. ``standing`` and ``plans`` are derived: they can be thrown away and made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db

__all__ = [
    "AwardEventRow",
    "AwardEventTextRow",
    "AwardFlagRow",
    "AwardRow",
    "CitedRow",
    "DecisionRow",
    "DecisionTextRow",
    "PlansRow",
    "SettlementRow",
    "StandingRow",
    "TakenBackRow",
    "TakenBackTextRow",
]


class DecisionRow(Row):
    """One assessment decision on one competency for one enrolment; its three dates are kept apart."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("kind in ('assessment', 'recognition', 'transfer', 'exception')", name="kind"),
        CheckConstraint("outcome in ('met', 'not_yet')", name="outcome"),
        UniqueConstraint("enrolment_id", "competency", "kind", "activity_on", "source_digest"),
        Index("ix_decision_enrolment_id_competency", "enrolment_id", "competency"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("program_version.id"))
    competency: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    level: Mapped[str | None] = mapped_column(String(200))
    assessor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Who decided; of a transfer or an exception, who entered it (None: the command line)."""
    role: Mapped[str | None] = mapped_column(String(16))
    """The role in which they did."""
    observation_id: Mapped[UUID | None] = mapped_column(ForeignKey("observation.id"), index=True)
    activity_on: Mapped[date]
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    source_digest: Mapped[str | None] = mapped_column(String(64))
    """For a transfer: the digest of where the record comes from, so that importing it again adds nothing."""


class DecisionTextRow(Row):
    """The words that go with a decision; erasure may empty them."""

    __tablename__ = "decision_text"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    feedback: Mapped[str | None] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))
    """Random; the audit trail holds the digest of salt and words."""


class CitedRow(Row):
    """Which version of which evidence a decision rests on."""

    __tablename__ = "decision_evidence"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True, index=True)
    version: Mapped[int]


class SettlementRow(Row):
    """A decision that can still be undone; when its time is over, a sweep gives notice and awards, and this row goes."""

    __tablename__ = "settlement"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)


class TakenBackRow(Row):
    """A further record by which a decision no longer counts, wholly or from a day on."""

    __tablename__ = "decision_taken_back"
    __table_args__ = (CheckConstraint("how in ('void', 'overturned', 'revoked', 'superseded')", name="how"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), index=True)
    how: Mapped[str] = mapped_column(String(16))
    effective_on: Mapped[date]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class TakenBackTextRow(Row):
    """Why a decision was taken back; erasure may empty it."""

    __tablename__ = "decision_taken_back_text"

    taken_back_id: Mapped[UUID] = mapped_column(ForeignKey("decision_taken_back.id"), primary_key=True)
    reason: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))


class StandingRow(Row):
    """Derived: how one learner stands in one competency that decisions touch."""

    __tablename__ = "standing"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    competency: Mapped[str] = mapped_column(String(200), primary_key=True)
    mastered_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    """The first day on which the mastery is no longer current."""
    returned_on: Mapped[date | None]
    """The day of the newest decision, when that was ``not_yet``."""
    settles_at: Mapped[datetime | None] = mapped_column(Instant)
    """Until then the newest assessment can be undone, and what it says is provisional."""
    kind: Mapped[str | None] = mapped_column(String(16))
    """The kind of the decision with which mastery was there."""


class AwardRow(Row):
    """A credential given to a learner."""

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("enrolment_id", "credential", "awarded_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("program_version.id"))
    credential: Mapped[str] = mapped_column(String(200))
    awarded_on: Mapped[date]
    expires_on: Mapped[date | None]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Who conferred it; None when it was given by itself."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class AwardEventRow(Row):
    """What befell an award: ``suspended``, ``reinstated`` or ``revoked``, from a day on."""

    __tablename__ = "award_event"
    __table_args__ = (CheckConstraint("event in ('suspended', 'reinstated', 'revoked')", name="event"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    event: Mapped[str] = mapped_column(String(16))
    effective_on: Mapped[date]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class AwardEventTextRow(Row):
    """Why something befell an award; erasure may empty it."""

    __tablename__ = "award_event_text"

    award_event_id: Mapped[UUID] = mapped_column(ForeignKey("award_event.id"), primary_key=True)
    reason: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))


class AwardFlagRow(Row):
    """An award from under which something was taken: its requirement no longer holds; a person decides what follows.

    ``outcome``: ``kept``, ``suspended``, ``revoked``; None while nobody has decided.
    """

    __tablename__ = "award_flag"
    __table_args__ = (CheckConstraint("outcome in ('kept', 'suspended', 'revoked')", name="outcome"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    taken_back_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision_taken_back.id"))
    """The taking back that took its ground away, or …"""
    award_event_id: Mapped[UUID | None] = mapped_column(ForeignKey("award_event.id"))
    """… what befell an award that it is built on."""
    flagged_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class PlansRow(Row):
    """Derived: the unlock list of an enrolment under the key of what it follows from."""

    __tablename__ = "plans"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    settled: Mapped[bool]
    """Whether nothing more is to be tried: every plan is proven the shortest, or the job spent its longer time."""
    made_at: Mapped[datetime] = mapped_column(Instant)


def list_decisions(enrolment_id: UUID, competencies: Sequence[str] | None = None) -> Sequence[DecisionRow]:
    """List the decisions on one enrolment, oldest first; of some competencies only when given."""
    query = select(DecisionRow).where(DecisionRow.enrolment_id == enrolment_id)
    if competencies is not None:
        query = query.where(DecisionRow.competency.in_(competencies))
    return db.session.scalars(query.order_by(DecisionRow.decided_on, DecisionRow.recorded_at, DecisionRow.id)).all()


def find_decision(decision_id: UUID) -> DecisionRow | None:
    """Return a decision, or None."""
    return db.session.get(DecisionRow, decision_id)


def list_cited(decision_ids: Sequence[UUID]) -> Sequence[CitedRow]:
    """List the evidence that these decisions rest on, in one query per 500 of them."""
    rows: list[CitedRow] = []
    for start in range(0, len(decision_ids), 500):
        chunk = decision_ids[start : start + 500]
        rows += db.session.scalars(select(CitedRow).where(CitedRow.decision_id.in_(chunk)))
    return rows


def list_taken_back(enrolment_ids: Sequence[UUID]) -> Sequence[TakenBackRow]:
    """List what was taken back of the decisions on these enrolments."""
    rows: list[TakenBackRow] = []
    for start in range(0, len(enrolment_ids), 500):
        chunk = enrolment_ids[start : start + 500]
        query = select(TakenBackRow).join(DecisionRow).where(DecisionRow.enrolment_id.in_(chunk))
        rows += db.session.scalars(query.order_by(TakenBackRow.recorded_at, TakenBackRow.id))
    return rows


def list_standing_of(enrolment_ids: Sequence[UUID]) -> Sequence[StandingRow]:
    """List how these learners stand, in one query per 500 of them."""
    rows: list[StandingRow] = []
    for start in range(0, len(enrolment_ids), 500):
        query = select(StandingRow).where(StandingRow.enrolment_id.in_(enrolment_ids[start : start + 500]))
        rows += db.session.scalars(query)
    return rows


def list_awards(enrolment_id: UUID) -> Sequence[AwardRow]:
    """List the awards of an enrolment, oldest first."""
    return db.session.scalars(
        select(AwardRow).where(AwardRow.enrolment_id == enrolment_id).order_by(AwardRow.awarded_on, AwardRow.id)
    ).all()


def list_award_events(enrolment_id: UUID) -> Sequence[AwardEventRow]:
    """List what befell the awards of an enrolment, in the order in which it took effect."""
    return db.session.scalars(
        select(AwardEventRow)
        .join(AwardRow)
        .where(AwardRow.enrolment_id == enrolment_id)
        .order_by(AwardEventRow.effective_on, AwardEventRow.recorded_at, AwardEventRow.id)
    ).all()


def list_open_flags(award_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these awards that are flagged and wait for a person."""
    query = select(AwardFlagRow.award_id).where(AwardFlagRow.award_id.in_(award_ids), AwardFlagRow.outcome.is_(None))
    return set(db.session.scalars(query))


def count_awards(program_version_ids: Sequence[UUID]) -> int:
    """Count the awards given under these versions."""
    query = select(func.count()).select_from(AwardRow).where(AwardRow.version_id.in_(program_version_ids))
    return db.session.scalar(query) or 0


def find_plans(enrolment_id: UUID) -> PlansRow | None:
    """Return the kept unlock list of an enrolment, or None."""
    return db.session.get(PlansRow, enrolment_id)


def list_unsettled(limit: int) -> Sequence[UUID]:
    """List the enrolments whose kept unlock list may still be proven, the longest waiting first."""
    return db.session.scalars(
        select(PlansRow.enrolment_id).where(PlansRow.settled.is_(False)).order_by(PlansRow.made_at).limit(limit)
    ).all()


def newest_mastery(enrolment_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Return the day of the newest mastery of those of these enrolments that have any."""
    query = (
        select(StandingRow.enrolment_id, func.max(StandingRow.mastered_on))
        .where(StandingRow.enrolment_id.in_(enrolment_ids), StandingRow.mastered_on.is_not(None))
        .group_by(StandingRow.enrolment_id)
    )
    return {enrolment_id: day for enrolment_id, day in db.session.execute(query) if day is not None}
