"""Accounts, the personal data apart from them, sign-in sessions, single-use links, and roles per program.

A name and an address stand in ``person`` alone, so that rectification and erasure can empty them while everything
that points at the account stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from .database import Instant, Row, db
from .notices import NoticeRow
from .programs import ProgramRow

__all__ = ["AccountRow", "LinkRow", "PersonRow", "RoleRow", "SampleRow", "SessionRow"]


class AccountRow(Row):
    """Somebody who may sign in. ``status``: ``invited``, ``active``, ``deactivated``, ``closed``."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("status in ('invited', 'active', 'deactivated', 'closed')", name="status"),
        CheckConstraint("mail_rhythm in ('once', 'daily', 'weekly', 'off')", name="mail_rhythm"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    is_admin: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(35))
    theme: Mapped[str | None] = mapped_column(String(8))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    single_keys: Mapped[bool] = mapped_column(default=True)
    mail_rhythm: Mapped[str] = mapped_column(String(8), default="daily", server_default="daily")
    """How often notices go by mail: ``once`` (at once), ``daily``, ``weekly``, ``off``."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    person: Mapped[PersonRow] = relationship(back_populates="account", lazy="raise")


class PersonRow(Row):
    """The name and e-mail address of an account; the address is unique in its folded form."""

    __tablename__ = "person"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    account: Mapped[AccountRow] = relationship(back_populates="person", lazy="raise")


class SessionRow(Row):
    """One sign-in of one browser; ``id`` is the SHA-256 of the token in its cookie."""

    __tablename__ = "sign_in_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class LinkRow(Row):
    """A link sent by mail that works once. ``purpose``: ``invitation``, ``reset``, ``email``."""

    __tablename__ = "single_use_link"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleRow(Row):
    """What somebody is in one program, one of ``domain.policy.PROGRAM_ROLES``."""

    __tablename__ = "role"
    __table_args__ = (
        UniqueConstraint("account_id", "program_id", "role"),
        CheckConstraint(
            "role in ('instructor', 'designer', 'adviser', 'registrar', 'verifier', 'coordinator', 'data_protection')",
            name="role",
        ),
        Index("ix_role_program_id", "program_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    role: Mapped[str] = mapped_column(String(16))
    until: Mapped[date | None]
    """The last day the role holds; the external verifier's always has one."""
    granted_at: Mapped[datetime] = mapped_column(Instant)
    account: Mapped[AccountRow] = relationship(lazy="raise")


class SampleRow(Row):
    """One enrolment that an external verifier may read while the role holds."""

    __tablename__ = "verifier_sample"

    role_id: Mapped[UUID] = mapped_column(ForeignKey("role.id", ondelete="CASCADE"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)


class RequestRow(Row):
    """The idempotency key of a request that was carried out; the same key again changes nothing."""

    __tablename__ = "done_request"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    actor: Mapped[str] = mapped_column(String(40))
    done_at: Mapped[datetime] = mapped_column(Instant)


def find_account(account_id: UUID) -> AccountRow | None:
    """Return the account with its person, or None."""
    return db.session.scalar(
        select(AccountRow).where(AccountRow.id == account_id).options(joinedload(AccountRow.person))
    )


def find_account_by_email(email: str) -> AccountRow | None:
    """Return the account that owns this address, whatever its case, or None."""
    return db.session.scalar(
        select(AccountRow)
        .join(PersonRow)
        .where(PersonRow.email_key == email_key(email))
        .options(joinedload(AccountRow.person))
    )


def find_accounts_by_email(emails: Iterable[str]) -> dict[str, AccountRow]:
    """Return the accounts of these addresses by folded address, in one query per 500."""
    keys = sorted({email_key(email) for email in emails})
    found: dict[str, AccountRow] = {}
    for start in range(0, len(keys), 500):
        query = select(AccountRow).join(PersonRow).where(PersonRow.email_key.in_(keys[start : start + 500]))
        for row in db.session.scalars(query.options(joinedload(AccountRow.person))):
            found[row.person.email_key or ""] = row
    return found


def list_active_addresses(domain: str, limit: int = 5) -> list[str]:
    """List the first addresses in a domain whose accounts are active."""
    query = select(PersonRow.email_key).join(AccountRow, AccountRow.id == PersonRow.account_id)
    ours = PersonRow.email_key.endswith(f"@{domain}", autoescape=True)
    found = db.session.scalars(
        query.where(ours, AccountRow.status == "active").order_by(PersonRow.email_key).limit(limit)
    )
    return [address for address in found if address]


def email_key(email: str) -> str:
    """Fold an address for comparing."""
    return email.strip().casefold()


def find_session(session_id: str, now: datetime) -> tuple[AccountRow, int] | None:
    """Return the active account behind a sign-in that has not expired, and how many notices it has not read, or None."""
    unread = select(func.count()).where(NoticeRow.account_id == AccountRow.id, NoticeRow.read_at.is_(None))
    found = db.session.execute(
        select(AccountRow, unread.scalar_subquery())
        .join(SessionRow, SessionRow.account_id == AccountRow.id)
        .where(SessionRow.id == session_id, SessionRow.expires_at > now, AccountRow.status == "active")
        .options(joinedload(AccountRow.person))
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def end_sessions(account_id: UUID, *, only: str | None = None, but: str | None = None) -> None:
    """End the sign-ins of an account: all, only one, or all but one."""
    query = delete(SessionRow).where(SessionRow.account_id == account_id)
    if only is not None:
        query = query.where(SessionRow.id == only)
    if but is not None:
        query = query.where(SessionRow.id != but)
    db.session.execute(query)


def drop_expired_sessions(account_id: UUID, now: datetime) -> None:
    """Forget the sign-ins of an account that have run out."""
    db.session.execute(delete(SessionRow).where(SessionRow.account_id == account_id, SessionRow.expires_at <= now))


def find_link(link_id: UUID) -> LinkRow | None:
    """Return a single-use link, used or not, or None."""
    return db.session.get(LinkRow, link_id)


def list_roles(account_id: UUID, today: date) -> Sequence[RoleRow]:
    """List the roles an account holds today."""
    return db.session.scalars(
        select(RoleRow).where(RoleRow.account_id == account_id, or_(RoleRow.until.is_(None), RoleRow.until >= today))
    ).all()


def list_program_roles(program_id: UUID) -> Sequence[RoleRow]:
    """List everybody's roles in one program with their accounts, by name."""
    return db.session.scalars(
        select(RoleRow)
        .join(AccountRow, RoleRow.account_id == AccountRow.id)
        .join(PersonRow)
        .where(RoleRow.program_id == program_id)
        .order_by(PersonRow.name, RoleRow.role)
        .options(joinedload(RoleRow.account).joinedload(AccountRow.person))
    ).all()


def list_holders(program_id: UUID, role: str, today: date) -> Sequence[UUID]:
    """List the active accounts that hold a role in a program today."""
    query = (
        select(RoleRow.account_id)
        .join(AccountRow, AccountRow.id == RoleRow.account_id)
        .where(RoleRow.program_id == program_id, RoleRow.role == role, AccountRow.status == "active")
        .where(or_(RoleRow.until.is_(None), RoleRow.until >= today))
    )
    return db.session.scalars(query.order_by(RoleRow.account_id)).all()


def list_accounts(search: str = "", *, offset: int = 0, limit: int = 50) -> tuple[Sequence[AccountRow], int]:
    """List accounts by name, those that hold ``search`` in name or address, and how many there are in all."""
    query = select(AccountRow).join(PersonRow)
    if search:
        query = query.where(matches_person(search))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.order_by(PersonRow.name, AccountRow.id).offset(offset).limit(limit).options(joinedload(AccountRow.person))
    ).all()
    return rows, total


def matches_person(search: str) -> ColumnElement[bool]:
    """Say in SQL that a person's name or address holds these words, whatever their case."""
    pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").lower() + "%"
    return or_(func.lower(PersonRow.name).like(pattern, escape="\\"), PersonRow.email_key.like(pattern, escape="\\"))


def is_sampled(account_id: UUID, enrolment_id: UUID, today: date) -> bool:
    """Tell whether an enrolment is in a sample that this verifier may read today."""
    return (
        db.session.scalar(
            select(SampleRow.enrolment_id)
            .join(RoleRow, RoleRow.id == SampleRow.role_id)
            .where(
                RoleRow.account_id == account_id,
                RoleRow.role == "verifier",
                RoleRow.until >= today,
                SampleRow.enrolment_id == enrolment_id,
            )
        )
        is not None
    )


def use_up_links(account_id: UUID, now: datetime) -> None:
    """Make every link of an account useless, whatever it is for."""
    db.session.execute(
        update(LinkRow).where(LinkRow.account_id == account_id, LinkRow.used_at.is_(None)).values(used_at=now)
    )


def other_administrators(account_id: UUID) -> int:
    """Count the active administrators besides this one, holding them until the change is made."""
    query = (
        select(AccountRow.id)
        .where(AccountRow.is_admin, AccountRow.status == "active")
        .order_by(AccountRow.id)
        .with_for_update()
    )
    return sum(found != account_id for found in db.session.scalars(query))


def find_role(account_id: UUID, program_id: UUID, role: str) -> RoleRow | None:
    """Return one role of an account in a program, whether it still holds or not, or None."""
    return db.session.scalar(
        select(RoleRow).where(RoleRow.account_id == account_id, RoleRow.program_id == program_id, RoleRow.role == role)
    )


def list_roles_of(account_ids: Sequence[UUID]) -> Sequence[tuple[RoleRow, str]]:
    """List every role of these accounts (a page of them) with the key of its program."""
    query = (
        select(RoleRow, ProgramRow.key)
        .join(ProgramRow, ProgramRow.id == RoleRow.program_id)
        .where(RoleRow.account_id.in_(account_ids))
        .order_by(ProgramRow.key, RoleRow.role)
    )
    return [(row, key) for row, key in db.session.execute(query)]


def list_roles_in(program_id: UUID, account_ids: Sequence[UUID]) -> Sequence[RoleRow]:
    """List the roles of these accounts in one program, in one query per 500 of them."""
    rows: list[RoleRow] = []
    for start in range(0, len(account_ids), 500):
        chunk = account_ids[start : start + 500]
        rows += db.session.scalars(
            select(RoleRow).where(RoleRow.program_id == program_id, RoleRow.account_id.in_(chunk))
        )
    return rows


def names_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of these accounts."""
    query = select(PersonRow.account_id, PersonRow.name).where(PersonRow.account_id.in_(list(account_ids)))
    return {account_id: name for account_id, name in db.session.execute(query)}


def end_sample(role_id: UUID) -> None:
    """Empty the sample of a verifier."""
    db.session.execute(delete(SampleRow).where(SampleRow.role_id == role_id))


def find_sampled(role_id: UUID, enrolment_id: UUID) -> SampleRow | None:
    """Return a learner's place in a verifier's sample, or None."""
    return db.session.get(SampleRow, (role_id, enrolment_id))
