"""Applications that register themselves, so that learners may be asked for a consent.

Registering gives nothing but a number: nothing is read without a learner who agrees, and nobody has checked who runs it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.policy import Actor
from cbe.store import connections
from cbe.store.connections import AppRow

from ..transaction import transaction

__all__ = ["MOST_REDIRECTS", "App", "digest_of", "find_app", "has_secret", "origin_of", "register_app"]

MOST_REDIRECTS = 5
LONGEST_NAME = 200
LONGEST_ADDRESS = 500
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class App:
    """An application as it describes itself."""

    id: UUID
    name: str
    url: str
    redirects: tuple[str, ...]
    keeps_secret: bool
    registered_at: datetime


def digest_of(secret: str) -> str:
    """Return what is kept of a secret that was drawn at random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def register_app(
    name: str, url: str, redirects: Sequence[str], *, keeps_secret: bool, now: datetime
) -> tuple[App, str | None]:
    """Register an application; returns it with its secret, told once, when it says that it can keep one.

    Raises ``Invalid`` with every problem.
    """
    actor = Actor()
    policy.require(actor, "app:register")
    _check(name, url, redirects)
    secret = secrets.token_urlsafe(32) if keeps_secret else None
    row = AppRow(
        id=uuid4(), name=name, url=url, redirects="\n".join(redirects),
        secret_digest=digest_of(secret) if secret else None, registered_at=now,
    )  # fmt: skip
    with transaction(actor, now) as tx:
        tx.add(row)
        tx.record("app:register", app=row.id)
    return _app(row), secret


def find_app(app_id: str) -> App | None:
    """Return an application by its number as somebody wrote it, or None."""
    try:
        row = connections.find_app(UUID(app_id))
    except ValueError:
        return None
    return _app(row) if row else None


def has_secret(app: App, secret: str) -> bool:
    """Tell whether this is the secret of an application."""
    row = connections.find_app(app.id)
    return row is not None and compare_digest(row.secret_digest or "", digest_of(secret))


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address: whom an answer goes to.

    >>> origin_of("https://wallet.example/back?x=1")
    'https://wallet.example'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _check(name: str, url: str, redirects: Sequence[str]) -> None:
    problems: list[Problem] = []
    if not 1 <= len(name) <= LONGEST_NAME:
        problems.append(("/client_name", N_("Write 1 to 200 characters.")))
    if url and not _is_address(url):
        problems.append(("/client_uri", N_("This must be an https address.")))
    if not 1 <= len(redirects) <= MOST_REDIRECTS:
        problems.append(("/redirect_uris", Worded("Give 1 to %(most)d addresses.", most=MOST_REDIRECTS)))
    for number, one in enumerate(redirects):
        if not _is_address(one):
            problems.append(
                (
                    f"/redirect_uris/{number}",
                    N_("This must be an https address without a fragment; http only for this machine itself."),
                )
            )
    if problems:
        raise Invalid(problems)


def _is_address(text: str) -> bool:
    """Tell whether an address is one to answer to: exact, https or this machine itself, naming no user.

    Nothing may be in its origin that would end a source of the content policy, where it is written.
    """
    if len(text) > LONGEST_ADDRESS or not text.isascii() or any(not "!" <= one <= "~" for one in text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "#" in text or "\\" in text or "@" in parts.netloc or any(one in parts.netloc for one in "*;,'\"<>"):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def _app(row: AppRow) -> App:
    redirects = tuple(row.redirects.split("\n"))
    return App(row.id, row.name, row.url, redirects, row.secret_digest is not None, row.registered_at)
