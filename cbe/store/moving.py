"""Moving learners from one version of a program to another: who is to move, who did, and who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .database import Instant, Row, db
from .enrolments import EnrolmentRow, GroupMemberRow
from .evidence import EvidenceCompetencyRow, EvidenceRow
from .publishing import TeachOutRow

__all__ = [
    "MemberRow",
    "MoveRow",
    "asked_of",
    "count_members",
    "find_member",
    "find_move",
    "list_going_on",
    "list_members",
    "list_movable",
    "list_moves",
    "moves_of",
    "newest_of",
    "pending_of",
    "release",
    "waiting_competencies",
]


class MoveRow(Row):
    """A move of learners to a version, carried out by the worker and reversible as a whole."""

    __tablename__ = "move"
    __table_args__ = (Index("ix_move_program_id", "program_id"), Index("ix_move_state", "state"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    to_version_id: Mapped[UUID] = mapped_column(ForeignKey("program_version.id"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10))
    """``moving``, ``moved``, ``returning`` or ``returned``."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class MemberRow(Row):
    """One learner of a move."""

    __tablename__ = "move_member"
    __table_args__ = (
        Index("ix_move_member_move_id_state", "move_id", "state"),
        Index("ix_move_member_enrolment_id", "enrolment_id"),
    )

    move_id: Mapped[UUID] = mapped_column(ForeignKey("move.id"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    from_version_id: Mapped[UUID] = mapped_column(ForeignKey("program_version.id"))
    state: Mapped[str] = mapped_column(String(10))
    """``waiting``, ``asked``, ``declined``, ``moved``, ``returned`` (to the version of before) or ``left`` (alone)."""
    moved_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


def list_moves(program_id: UUID) -> Sequence[MoveRow]:
    """List the moves of a program, newest first."""
    return db.session.scalars(
        select(MoveRow).where(MoveRow.program_id == program_id).order_by(MoveRow.made_at.desc())
    ).all()


def list_movable(program_id: UUID, to_version_id: UUID) -> dict[UUID, tuple[UUID, set[UUID]]]:
    """Return who learns, applied or is on leave in another version: enrolment → their version, and their groups."""
    row, found = EnrolmentRow, dict[UUID, tuple[UUID, set[UUID]]]()
    query = select(row.id, row.version_id, GroupMemberRow.group_id)
    query = query.join(GroupMemberRow, GroupMemberRow.enrolment_id == row.id, isouter=True)
    query = query.where(
        row.program_id == program_id, row.version_id != to_version_id, row.status.in_(("applied", "active", "leave"))
    )
    for key, version, group in db.session.execute(query):
        groups = found.setdefault(key, (version, set()))[1]
        if group is not None:
            groups.add(group)
    return found


def list_going_on() -> Sequence[MoveRow]:
    """List the moves that the worker has not ended, the oldest first."""
    return db.session.scalars(
        select(MoveRow).where(MoveRow.state.in_(("moving", "returning"))).order_by(MoveRow.made_at)
    ).all()


def find_move(move_id: UUID) -> MoveRow | None:
    """Return one move, or None."""
    return db.session.get(MoveRow, move_id)


def count_members(move_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Count the learners of these moves by state."""
    found: dict[UUID, dict[str, int]] = {key: {} for key in move_ids}
    query = select(MemberRow.move_id, MemberRow.state, func.count()).where(MemberRow.move_id.in_(move_ids))
    for key, state, count in db.session.execute(query.group_by(MemberRow.move_id, MemberRow.state)):
        found[key][state] = count
    return found


def list_members(move_id: UUID, state: str, most: int, after: UUID | None = None) -> Sequence[MemberRow]:
    """List learners of a move in one state, by id, after one of them."""
    query = select(MemberRow).where(MemberRow.move_id == move_id, MemberRow.state == state)
    if after is not None:
        query = query.where(MemberRow.enrolment_id > after)
    return db.session.scalars(query.order_by(MemberRow.enrolment_id).limit(most)).all()


def find_member(move_id: UUID, enrolment_id: UUID) -> MemberRow | None:
    """Return a learner of a move, or None."""
    return db.session.get(MemberRow, (move_id, enrolment_id))


def asked_of(enrolment_id: UUID) -> MemberRow | None:
    """Return the newest move that a learner is asked about, or None."""
    query = select(MemberRow).join(MoveRow, MoveRow.id == MemberRow.move_id)
    query = query.where(
        MemberRow.enrolment_id == enrolment_id, MemberRow.state == "asked", MoveRow.state.in_(("moving", "moved"))
    )
    return db.session.scalar(query.order_by(MoveRow.made_at.desc()).limit(1))


def pending_of(enrolment_id: UUID, version_id: UUID) -> tuple[bool, date | None]:
    """Return whether a learner is asked about a move, and until when their version is taught."""
    asked = select(MemberRow.move_id).join(MoveRow, MoveRow.id == MemberRow.move_id)
    asked = asked.where(
        MemberRow.enrolment_id == enrolment_id, MemberRow.state == "asked", MoveRow.state.in_(("moving", "moved"))
    )
    until = select(TeachOutRow.until).where(TeachOutRow.version_id == version_id).scalar_subquery()
    is_asked, day = db.session.execute(select(asked.exists(), until)).one()
    return bool(is_asked), day


def newest_of(enrolment_id: UUID) -> tuple[MemberRow, MoveRow] | None:
    """Return the newest move that a learner was moved in or asked about and that did not go on without them, or None."""
    query = select(MemberRow, MoveRow).join(MoveRow, MoveRow.id == MemberRow.move_id)
    query = query.where(
        MemberRow.enrolment_id == enrolment_id, MemberRow.state.in_(("asked", "declined", "moved", "returned"))
    )
    found = db.session.execute(query.order_by(MoveRow.made_at.desc()).limit(1)).first()
    return None if found is None else (found[0], found[1])


def moves_of(enrolment_id: UUID) -> list[tuple[MemberRow, UUID]]:
    """List in order the moves of a learner that took place, each with the version that was moved to."""
    query = select(MemberRow, MoveRow.to_version_id).join(MoveRow, MoveRow.id == MemberRow.move_id)
    query = query.where(MemberRow.enrolment_id == enrolment_id, MemberRow.moved_at.is_not(None))
    return [(row, version) for row, version in db.session.execute(query.order_by(MemberRow.moved_at))]


def release(enrolment_ids: Sequence[UUID]) -> None:
    """Take these learners out of moves in which they wait or are asked."""
    for start in range(0, len(enrolment_ids), 500):
        query = update(MemberRow).where(MemberRow.enrolment_id.in_(enrolment_ids[start : start + 500]))
        db.session.execute(query.where(MemberRow.state.in_(("waiting", "asked"))).values(state="left"))


def waiting_competencies(enrolment_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """Return on which competencies evidence of these enrolments waits for a decision."""
    found: dict[UUID, set[str]] = {}
    part = EvidenceCompetencyRow
    query = select(EvidenceRow.enrolment_id, part.competency).join(part, part.evidence_id == EvidenceRow.id)
    query = query.where(
        EvidenceRow.enrolment_id.in_(enrolment_ids), EvidenceRow.status == "submitted", part.decision_id.is_(None)
    )
    for enrolment_id, competency in db.session.execute(query):
        found.setdefault(enrolment_id, set()).add(competency)
    return found
