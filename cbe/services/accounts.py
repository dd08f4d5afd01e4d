"""One's own account: signing in and out, the single-use links of invitation and reset, password, address, closing.

Passwords are kept as argon2id; sessions and links by the digest of a random token, so reading the database signs nobody
in. What people do to other people's accounts is ``people``'s.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeSerializer

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.policy import Actor, Subject
from cbe.store import enrolments, people
from cbe.store.database import installation
from cbe.store.people import AccountRow, LinkRow, SessionRow

from .mail import Compose, expect_mail, queue_mail
from .transaction import Transaction, transaction

__all__ = [
    "SignedIn",
    "accept_link",
    "change_email",
    "change_password",
    "close_account",
    "confirm_password",
    "load_actor",
    "load_session",
    "peek_link",
    "request_reset",
    "send_link",
    "set_preferences",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
]

SESSION_DAYS = 14
LINK_DAYS = {"invitation": 14, "reset": 1, "email": 1}
LEAST_PASSWORD, MOST_PASSWORD = 12, 200
WRONG = [("/email", N_("The e-mail address or the password is not right."))]
GONE = N_("This link has been used, has run out or is not whole. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request: who they are, what they prefer, what they have not read, and the actor they act as."""

    account_id: UUID
    session_id: str
    name: str
    email: str
    language: str | None
    theme: str | None
    time_zone: str | None
    single_keys: bool
    mail_rhythm: str
    unread: int
    actor: Actor


def sign_in(email: str, password: str, *, now: datetime) -> str:
    """Check address and password and return the token of a new session.

    Raises ``Invalid`` with one and the same message whatever was wrong. An unknown address takes as long as a known one.
    """
    account = people.find_account_by_email(email)
    stored = account.password_hash if account and account.status == "active" else None
    if (
        not _matches(stored or _nobodys_hash(installation().password_cost), password)
        or account is None
        or stored is None
    ):
        raise Invalid(WRONG)
    return _open_session(account.id, stored, password, now)


def _open_session(account_id: UUID, checked: str, password: str, now: datetime) -> str:
    """Open a session for a password that was checked, unless it was changed or the account ended meanwhile."""
    token = secrets.token_urlsafe(32)
    with transaction(Actor(account_id=account_id), now) as tx:
        account = _reload(account_id)
        if account.status != "active" or account.password_hash != checked:
            raise Invalid(WRONG)
        people.drop_expired_sessions(account_id, now)
        if _hasher(installation().password_cost).check_needs_rehash(checked):
            account.password_hash = _hash(password)
        tx.add(_new_session(account_id, token, now))
        tx.record("session:open", account=account_id)
    return token


def load_session(token: str, *, now: datetime) -> SignedIn | None:
    """Return who is signed in with this token, or None; three queries."""
    session_id = _digest(token)
    found = people.find_session(session_id, now)
    if found is None:
        return None
    account, unread = found
    person = account.person
    return SignedIn(
        account.id, session_id, person.name, person.email or "", account.language, account.theme, account.time_zone,
        account.single_keys, account.mail_rhythm, unread, _actor(account, now),
    )  # fmt: skip


def load_actor(account_id: UUID, *, now: datetime) -> Actor:
    """Return somebody as the actor they are now; ``NotFound`` unless the account is active."""
    account = people.find_account(account_id)
    if account is None or account.status != "active":
        raise NotFound("There is no such account.")
    return _actor(account, now)


def sign_out(signed_in: SignedIn, *, now: datetime) -> None:
    """End this sign-in."""
    with transaction(signed_in.actor, now) as tx:
        people.end_sessions(signed_in.account_id, only=signed_in.session_id)
        tx.record("session:close", account=signed_in.account_id)


def sign_out_everywhere(actor: Actor, *, now: datetime) -> None:
    """End every sign-in of one's own, this one too."""
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        people.end_sessions(account_id)
        tx.record("session:close-all", account=account_id)


def change_password(signed_in: SignedIn, old: str, new: str, *, now: datetime) -> None:
    """Set a new password, knowing the old one, and end every other sign-in."""
    account_id = _own(signed_in.actor)
    with transaction(signed_in.actor, now) as tx:
        account = _reload(account_id)
        _confirm_password(account, old, "/old_password")
        _set_password(account, new, "/new_password")
        people.use_up_links(account_id, now)
        people.end_sessions(account_id, but=signed_in.session_id)
        tx.record("account:change-password", account=account_id)


def change_email(actor: Actor, email: str, password: str, *, compose: Compose, now: datetime) -> None:
    """Send a link to the new address; the address changes when it is opened.

    An address that somebody else has is not told of: its owner gets no mail, the asker sees the same words.
    """
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        account = _reload(account_id)
        _confirm_password(account, password, "/password")
        if people.find_account_by_email(email) is None:
            send_link(tx, account, "email", compose=compose, email=email)
        expect_mail()
        tx.record("account:ask-email", account=account_id)


def request_reset(email: str, *, compose: Compose, now: datetime) -> None:
    """Send a link that sets a new password, when the address is known; say nothing of whether it is.

    An unknown address is written into the trail and wakes the sweep of mails too, so that it takes as long.
    """
    with transaction(Actor(), now) as tx:
        account = people.find_account_by_email(email)
        if account is not None and account.status in ("active", "invited"):
            send_link(tx, account, "reset" if account.status == "active" else "invitation", compose=compose)
            tx.record("account:ask-reset", account=account.id)
        else:
            tx.record("account:ask-reset", account=None)
            expect_mail()


def send_link(tx: Transaction, account: AccountRow, purpose: str, *, compose: Compose, email: str | None = None) -> str:
    """Put a single-use link of a purpose into the mail and return its address; part of the caller's change."""
    link_id = uuid4()
    expires = tx.now + timedelta(days=LINK_DAYS[purpose])
    tx.add(LinkRow(id=link_id, account_id=account.id, purpose=purpose, email=email, expires_at=expires))
    token = _signer().dumps([str(link_id), purpose])
    url = f"{installation().base_url}/links/{token}"
    subject, body = compose(purpose, account.person.name, url, account.language)
    queue_mail(tx, account, email or account.person.email or "", subject, body)
    return url


def peek_link(token: str, *, now: datetime) -> str:
    """Return the purpose of a link that still works; raises ``NotFound`` otherwise."""
    return _find_link(token, now).purpose


def accept_link(token: str, *, new_password: str | None, now: datetime) -> str:
    """Use a link up: set the password (invitation, reset) or the address it was sent to; return its purpose.

    A link that sets a password ends every sign-in of the account, and any link takes the account's others with it: those
    to an address that was changed, and that of somebody who asked for another address while the password was theirs.
    """
    with transaction(Actor(), now) as tx:
        link = _find_link(token, now)
        account = _reload(link.account_id)
        if account.status in ("deactivated", "closed"):
            raise NotFound(GONE)
        if link.purpose == "email":
            taken = people.find_account_by_email(link.email or "")
            if taken is not None and taken.id != account.id:
                raise Conflict("This address is used by another account now; the address was not changed.")
            account.person.email, account.person.email_key = link.email, people.email_key(link.email or "")
            people.use_up_links(account.id, now)
        else:
            _set_password(account, new_password or "", "/new_password")
            account.status = "active"
            people.end_sessions(account.id)
            people.use_up_links(account.id, now)
        link.used_at = now
        tx.record(f"account:accept-{link.purpose}", account=account.id, link=link.id)
        return link.purpose


def set_preferences(
    actor: Actor,
    *,
    language: str | None,
    theme: str | None,
    time_zone: str | None,
    single_keys: bool | None,
    now: datetime,
) -> None:
    """Remember how one wants the pages; None leaves a preference as it is."""
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        account = _reload(account_id)
        account.language = language or account.language
        account.theme = theme or account.theme
        account.time_zone = time_zone or account.time_zone
        if single_keys is not None:
            account.single_keys = single_keys
        tx.record("account:set-preferences", account=account_id)


def close_account(actor: Actor, password: str, *, now: datetime) -> None:
    """Close one's own account: nobody signs in with it again; the official record stays with the organization."""
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        account = _reload(account_id)
        _confirm_password(account, password, "/password")
        if account.is_admin and not people.other_administrators(account.id):
            raise Conflict("This is the last administrator. Make somebody else one first.")
        account.status, account.password_hash = "closed", None
        people.end_sessions(account_id)
        tx.record("account:close", account=account_id)


def set_first_password(account: AccountRow, password: str, at: str = "/password") -> None:
    """Give a new account its password; for services that make accounts."""
    _set_password(account, password, at)


def confirm_password(account_id: UUID, password: str, at: str) -> None:
    """Raise unless this is the account's password; for services that want it again before what cannot be undone."""
    _confirm_password(_reload(account_id), password, at)


def make_password_hash(password: str) -> str:
    """Return the argon2id hash of a password without judging it; for the demo's well-known one."""
    return _hash(password)


def open_session(account_id: UUID, *, now: datetime) -> str:
    """Open a session without asking for a password and return its token; for tests and after an invitation."""
    token = secrets.token_urlsafe(32)
    with transaction(Actor(account_id=account_id), now) as tx:
        tx.add(_new_session(account_id, token, now))
        tx.record("session:open", account=account_id)
    return token


def _actor(account: AccountRow, now: datetime) -> Actor:
    roles: dict[UUID, set[str]] = {}
    for row in people.list_roles(account.id, now.date()):
        roles.setdefault(row.program_id, set()).add(row.role)
    return Actor(
        account_id=account.id,
        is_admin=account.is_admin,
        roles={program_id: frozenset(held) for program_id, held in roles.items()},
        enrolments={row.program_id: row.status for row in enrolments.list_enrolments(account.id)},
    )


def _own(actor: Actor) -> UUID:
    policy.require(actor, "account:edit", Subject(account_id=actor.account_id))
    if actor.account_id is None:
        raise NotFound("There is no account to change.")
    return actor.account_id


def _reload(account_id: UUID) -> AccountRow:
    account = people.find_account(account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _find_link(token: str, now: datetime) -> LinkRow:
    try:
        link_id, purpose = _signer().loads(token)
    except (BadSignature, ValueError):
        raise NotFound(GONE) from None
    link = people.find_link(UUID(link_id))
    if link is None or link.used_at is not None or link.expires_at <= now or link.purpose != purpose:
        raise NotFound(GONE)
    return link


def _confirm_password(account: AccountRow, password: str, at: str) -> None:
    if not _matches(account.password_hash or "", password):
        raise Invalid([(at, N_("This is not your password."))])


def _set_password(account: AccountRow, password: str, at: str) -> None:
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise Invalid([(at, N_("A password has 12 to 200 characters; a few unrelated words do well."))])
    if password.casefold() in {(account.person.email or "").casefold(), account.person.name.casefold()}:
        raise Invalid([(at, N_("A password may not be your name or your address."))])
    if len(set(password)) < 4:
        raise Invalid([(at, N_("A password wants at least four different characters."))])
    account.password_hash = _hash(password)


def _new_session(account_id: UUID, token: str, now: datetime) -> SessionRow:
    expires = now + timedelta(days=SESSION_DAYS)
    return SessionRow(id=_digest(token), account_id=account_id, created_at=now, expires_at=expires)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(installation().secret_key, salt="cbe-link")


@cache
def _hasher(cost: tuple[int, int, int]) -> PasswordHasher:
    passes, memory, lanes = cost
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)


@cache
def _nobodys_hash(cost: tuple[int, int, int]) -> str:
    return _hasher(cost).hash(secrets.token_hex(16))


def _hash(password: str) -> str:
    return _hasher(installation().password_cost).hash(password)


def _matches(stored: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
