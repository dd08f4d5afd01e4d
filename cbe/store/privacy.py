"""What people may ask for about their own data: erasure, legal holds, retention, disclosures, corrections.

Disclosures, requests for correction and their answers are only added to; their words stand beside them and can be
erased. What of a person stands in which table is ``personal``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, exists, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db
from .enrolments import EnrolmentRow
from .evidence import EvidenceRow, QuarantineRow
from .people import PersonRow, RoleRow

__all__ = [
    "AnswerRow",
    "AnswerTextRow",
    "CorrectionRow",
    "CorrectionTextRow",
    "DisclosureRow",
    "DisclosureTextRow",
    "ErasureRow",
    "HoldRow",
    "RetentionRow",
]


class ErasureRow(Row):
    """Somebody's wish that they be erased, or one carried out for them; it can be taken back until it is done."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("ground in ('wish', 'consent', 'unlawful', 'law', 'no_need')", name="ground"),
        Index("ix_erasure_account_id", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ground: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class HoldRow(Row):
    """While it is not ended, nothing of this person is erased: the law, a dispute or an inquiry wants it kept."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_legal_hold_account_id", "account_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class RetentionRow(Row):
    """For how many months a class of record is kept, where it is not the default."""

    __tablename__ = "retention_rule"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    months: Mapped[int]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class DisclosureRow(Row):
    """That staff told somebody outside something about a person: when, and on which ground."""

    __tablename__ = "disclosure"
    __table_args__ = (CheckConstraint("ground in ('consent', 'law', 'contract', 'interest', 'vital')", name="ground"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    disclosed_on: Mapped[date]
    ground: Mapped[str] = mapped_column(String(16))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class DisclosureTextRow(Row):
    """Who received what, in words."""

    __tablename__ = "disclosure_text"

    disclosure_id: Mapped[UUID] = mapped_column(ForeignKey("disclosure.id"), primary_key=True)
    recipient: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))


class CorrectionRow(Row):
    """Somebody asks that something on their record be corrected. ``about_id``: the decision or the award."""

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint("about in ('decision', 'award', 'enrolment', 'name', 'other')", name="about"),
        Index("ix_correction_enrolment_id", "enrolment_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    about: Mapped[str] = mapped_column(String(16))
    about_id: Mapped[UUID | None]
    is_shown: Mapped[bool]
    """Whether the statement stands in the learner's own record too, and not only where staff read it."""
    asked_at: Mapped[datetime] = mapped_column(Instant)


class CorrectionTextRow(Row):
    """What the person says."""

    __tablename__ = "correction_text"

    correction_id: Mapped[UUID] = mapped_column(ForeignKey("correction.id"), primary_key=True)
    statement: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))


class AnswerRow(Row):
    """The answer to a request for correction; there is one."""

    __tablename__ = "correction_answer"
    __table_args__ = (CheckConstraint("outcome in ('corrected', 'refused')", name="outcome"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    correction_id: Mapped[UUID] = mapped_column(ForeignKey("correction.id"), unique=True)
    outcome: Mapped[str] = mapped_column(String(16))
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime] = mapped_column(Instant)


class AnswerTextRow(Row):
    """What was corrected, or why not."""

    __tablename__ = "correction_answer_text"

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("correction_answer.id"), primary_key=True)
    reason: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))


def open_erasure(account_id: UUID) -> ErasureRow | None:
    """Return the erasure of a person that is on its way, or None."""
    return db.session.scalar(_open().where(ErasureRow.account_id == account_id).limit(1))


def list_due(now: datetime, limit: int, only: UUID | None = None) -> Sequence[ErasureRow]:
    """List the erasures whose time has come and that nothing holds: no legal hold, no report that waits for a decision."""
    held = exists().where(HoldRow.account_id == ErasureRow.account_id, HoldRow.ended_at.is_(None))
    reported = (
        select(QuarantineRow.id)
        .join(EvidenceRow, EvidenceRow.id == QuarantineRow.evidence_id)
        .join(EnrolmentRow, EnrolmentRow.id == EvidenceRow.enrolment_id)
        .where(EnrolmentRow.account_id == ErasureRow.account_id, QuarantineRow.outcome.is_(None))
        .exists()
    )
    query = _open().where(ErasureRow.due_at <= now, ~held, ~reported)
    if only is not None:
        query = query.where(ErasureRow.id == only)
    return db.session.scalars(query.order_by(ErasureRow.due_at, ErasureRow.id).limit(limit)).all()


def open_hold(account_id: UUID) -> HoldRow | None:
    """Return the legal hold on a person, or None."""
    query = select(HoldRow).where(HoldRow.account_id == account_id, HoldRow.ended_at.is_(None))
    return db.session.scalar(query.limit(1))


def program_ids_of(account_id: UUID) -> set[UUID]:
    """Return the programs a person learns or learned in, or has a role in."""
    found = set(db.session.scalars(select(EnrolmentRow.program_id).where(EnrolmentRow.account_id == account_id)))
    return found | set(db.session.scalars(select(RoleRow.program_id).where(RoleRow.account_id == account_id)))


def list_rules() -> Sequence[RetentionRow]:
    """List what was set about how long classes of record are kept."""
    return db.session.scalars(select(RetentionRow)).all()


def list_disclosures(
    account_id: UUID, program_id: UUID | None = None
) -> Sequence[tuple[DisclosureRow, DisclosureTextRow]]:
    """List what was told of a person to whom, newest first, in all programs or in one."""
    query = select(DisclosureRow, DisclosureTextRow).join(DisclosureTextRow)
    query = query.where(DisclosureRow.account_id == account_id)
    if program_id is not None:
        query = query.where(DisclosureRow.program_id == program_id)
    query = query.order_by(DisclosureRow.disclosed_on.desc(), DisclosureRow.recorded_at.desc(), DisclosureRow.id)
    return [(row, text) for row, text in db.session.execute(query)]


Asked = tuple[CorrectionRow, CorrectionTextRow, AnswerRow | None, AnswerTextRow | None]


def list_corrections(enrolment_ids: Collection[UUID]) -> list[Asked]:
    """List what was asked to be corrected in these records with the answers, newest first."""
    query = _corrections().where(CorrectionRow.enrolment_id.in_(enrolment_ids))
    query = query.order_by(CorrectionRow.asked_at.desc(), CorrectionRow.id)
    return [(one, words, answer, reason) for one, words, answer, reason in db.session.execute(query)]


def find_correction(correction_id: UUID) -> Asked | None:
    """Return a request for correction with its answer, or None."""
    found = db.session.execute(_corrections().where(CorrectionRow.id == correction_id)).first()
    return None if found is None else (found[0], found[1], found[2], found[3])


def list_open_corrections(program_id: UUID, limit: int) -> list[tuple[UUID, str, str, datetime]]:
    """List who in a program waits for an answer, oldest first: (enrolment, name, about what, since when)."""
    answered = exists().where(AnswerRow.correction_id == CorrectionRow.id)
    query = (
        select(EnrolmentRow.id, PersonRow.name, CorrectionRow.about, CorrectionRow.asked_at)
        .select_from(CorrectionRow)
        .join(EnrolmentRow, EnrolmentRow.id == CorrectionRow.enrolment_id)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .where(EnrolmentRow.program_id == program_id, ~answered)
        .order_by(CorrectionRow.asked_at, CorrectionRow.id)
    )
    return [(key, name, about, at) for key, name, about, at in db.session.execute(query.limit(limit))]


def list_erasures_in(program_id: UUID, limit: int) -> list[tuple[UUID, str, datetime]]:
    """List which learners of a program are to be erased and when, soonest first: (enrolment, name, when)."""
    query = (
        select(EnrolmentRow.id, PersonRow.name, ErasureRow.due_at)
        .join(EnrolmentRow, EnrolmentRow.account_id == ErasureRow.account_id)
        .join(PersonRow, PersonRow.account_id == ErasureRow.account_id)
        .where(EnrolmentRow.program_id == program_id, ErasureRow.taken_back_at.is_(None), ErasureRow.done_at.is_(None))
        .order_by(ErasureRow.due_at, EnrolmentRow.id)
    )
    return [(key, name, at) for key, name, at in db.session.execute(query.limit(limit))]


def list_holds_in(program_id: UUID, limit: int) -> list[tuple[UUID, str, datetime]]:
    """List which learners of a program are under a legal hold, oldest first: (enrolment, name, since when)."""
    query = (
        select(EnrolmentRow.id, PersonRow.name, HoldRow.set_at)
        .join(EnrolmentRow, EnrolmentRow.account_id == HoldRow.account_id)
        .join(PersonRow, PersonRow.account_id == HoldRow.account_id)
        .where(EnrolmentRow.program_id == program_id, HoldRow.ended_at.is_(None))
        .order_by(HoldRow.set_at, EnrolmentRow.id)
    )
    return [(key, name, at) for key, name, at in db.session.execute(query.limit(limit))]


def find_learners(program_id: UUID, search: str, limit: int) -> tuple[list[tuple[UUID, str]], int]:
    """List a program's learners whose name holds these words, by name, and how many there are."""
    matches = func.lower(PersonRow.name).contains(search.lower(), autoescape=True)
    query = (
        select(EnrolmentRow.id, PersonRow.name)
        .join(PersonRow, PersonRow.account_id == EnrolmentRow.account_id)
        .where(EnrolmentRow.program_id == program_id, or_(matches, PersonRow.email_key == search.strip().casefold()))
    )
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.execute(query.order_by(PersonRow.name, EnrolmentRow.id).limit(limit))
    return [(key, name) for key, name in rows], total


def _open() -> Select[ErasureRow]:
    return select(ErasureRow).where(ErasureRow.taken_back_at.is_(None), ErasureRow.done_at.is_(None))


def _corrections() -> Select[CorrectionRow, CorrectionTextRow, AnswerRow, AnswerTextRow]:
    return (
        select(CorrectionRow, CorrectionTextRow, AnswerRow, AnswerTextRow)
        .join(CorrectionTextRow, CorrectionTextRow.correction_id == CorrectionRow.id)
        .outerjoin(AnswerRow, AnswerRow.correction_id == CorrectionRow.id)
        .outerjoin(AnswerTextRow, AnswerTextRow.answer_id == AnswerRow.id)
    )
