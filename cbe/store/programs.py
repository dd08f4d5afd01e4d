"""Programs, the draft each may have, and the versions frozen for ever.

A document is kept as the text it was imported with, so that export gives back what came in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, defer, mapped_column, relationship

from .database import Instant, Row, db

__all__ = ["DraftDocumentRow", "DraftRow", "ProgramRow", "VersionRow"]


class ProgramRow(Row):
    """A program; ``key`` is the id in its documents, any string."""

    __tablename__ = "program"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(Text)
    """The newest title as JSON: a string or a map of languages; for lists, so that they need not read documents."""
    is_open: Mapped[bool] = mapped_column(default=False)
    """Whether anybody signed in may ask to join."""
    needs_approval: Mapped[bool] = mapped_column(default=False)
    """Whether a second person has to approve a draft before it is published."""
    is_public: Mapped[bool] = mapped_column(default=False)
    """Whether anybody may read what is published, as a CASE framework."""
    created_at: Mapped[datetime] = mapped_column(Instant)


class DraftDocumentRow(Row):
    """The document of a draft, apart from its counters: SQLite writes a row anew as a whole, and this one is long."""

    __tablename__ = "program_draft_document"

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program_draft.program_id"), primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class DraftRow(Row):
    """What a program's designers work on: a document, and the operations since (``drafts``)."""

    __tablename__ = "program_draft"

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), primary_key=True)
    draft_id: Mapped[UUID] = mapped_column(unique=True)
    """Another for every version that a draft begins from, so that numbers of operations are not taken for those of before."""
    apart: Mapped[DraftDocumentRow] = relationship(cascade="all, delete-orphan", single_parent=True)
    document: AssociationProxy[str] = association_proxy(
        "apart", "document", creator=lambda text: DraftDocumentRow(document=text)
    )
    """The draft as it was after operation ``folded``."""
    folded: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    """The number of the newest operation."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of the document."""
    updated_at: Mapped[datetime] = mapped_column(Instant)


class VersionRow(Row):
    """A published document; never changed. Numbers count from 1 within the program."""

    __tablename__ = "program_version"
    __table_args__ = (
        UniqueConstraint("program_id", "number"),
        Index("ix_program_version_program_id", "program_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    number: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    notes: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """None: the command line."""
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)


def find_program(key: str) -> ProgramRow | None:
    """Return the program with this key, or None."""
    return db.session.scalar(select(ProgramRow).where(ProgramRow.key == key))


def find_programs(keys: Collection[str]) -> Sequence[ProgramRow]:
    """Return the programs with these keys."""
    return db.session.scalars(select(ProgramRow).where(ProgramRow.key.in_(keys))).all()


def list_programs() -> Sequence[ProgramRow]:
    """List every program by key."""
    return db.session.scalars(select(ProgramRow).order_by(ProgramRow.key)).all()


def find_draft(program_id: UUID) -> DraftRow | None:
    """Return the draft of a program, or None."""
    return db.session.get(DraftRow, program_id)


def find_version(program_id: UUID, number: int | None = None) -> VersionRow | None:
    """Return one version, or the newest; None when there is none."""
    query = select(VersionRow).where(VersionRow.program_id == program_id)
    if number is not None:
        query = query.where(VersionRow.number == number)
    return db.session.scalar(query.order_by(VersionRow.number.desc()).limit(1))


def get_versions(version_ids: Collection[UUID]) -> dict[UUID, VersionRow]:
    """Return these versions by id, without their documents."""
    query = select(VersionRow).where(VersionRow.id.in_(version_ids)).options(defer(VersionRow.document, raiseload=True))
    return {row.id: row for row in db.session.scalars(query)}


def list_versions(program_ids: Sequence[UUID]) -> Sequence[VersionRow]:
    """List the versions of these programs, newest first, without their documents."""
    return db.session.scalars(
        select(VersionRow)
        .where(VersionRow.program_id.in_(program_ids))
        .order_by(VersionRow.program_id, VersionRow.number.desc())
        .options(defer(VersionRow.document, raiseload=True))
    ).all()


def is_public(program_id: UUID) -> bool:
    """Tell whether anybody may read what is published of a program."""
    return bool(db.session.scalar(select(ProgramRow.is_public).where(ProgramRow.id == program_id)))


def newest_numbers() -> dict[UUID, int]:
    """Return the newest version number of every program that has one."""
    rows = db.session.execute(
        select(VersionRow.program_id, func.max(VersionRow.number)).group_by(VersionRow.program_id)
    )
    return {program_id: number for program_id, number in rows}


def version_document(version_id: UUID) -> str | None:
    """Return the text of a version's document, or None."""
    return db.session.scalar(select(VersionRow.document).where(VersionRow.id == version_id))


def drafted(program_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these programs have a draft."""
    return set(db.session.scalars(select(DraftRow.program_id).where(DraftRow.program_id.in_(program_ids))))
