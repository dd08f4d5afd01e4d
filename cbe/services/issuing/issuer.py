"""What the organization says of itself in credentials; every change is kept, the newest counts for what is signed next."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.policy import Actor
from cbe.interop.openbadges.building import IssuerFacts
from cbe.store import issuing, people
from cbe.store.database import installation
from cbe.store.issuing import IssuerRow

from ..transaction import Transaction, transaction

__all__ = ["Issuer", "IssuerVersion", "get_issuer", "issuer_facts", "list_issuers", "put_issuer", "set_issuer"]

LONGEST = {"name": 200, "url": 500, "email": 254, "logo_url": 500, "country": 100}
MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Issuer:
    """The organization: empty where nothing was said. ``country`` is best a code of two letters."""

    name: str = ""
    url: str = ""
    email: str = ""
    logo_url: str = ""
    country: str = ""
    accreditation: str = ""
    quality_assurance: str = ""


@dataclass(frozen=True, slots=True)
class IssuerVersion:
    """When what was said, and by whom (None: the system)."""

    number: int
    name: str
    set_at: datetime
    by: str | None


def get_issuer() -> Issuer:
    """Return what the organization says of itself now; before it says anything, that this is cbe at its address."""
    row = issuing.newest_issuer()
    address = installation().base_url
    if row is None:
        return Issuer(name=urlsplit(address).netloc, url=address)
    return Issuer(
        row.name, row.url, row.email, row.logo_url, row.country, row.accreditation, row.quality_assurance
    )  # fmt: skip


def list_issuers(actor: Actor) -> list[IssuerVersion]:
    """List what the organization said of itself and when, newest first, the last twenty times."""
    policy.require(actor, "issuer:edit")
    rows = issuing.list_issuers(20)
    names = people.names_of({row.account_id for row in rows if row.account_id})
    return [
        IssuerVersion(row.number, row.name, row.set_at, names.get(row.account_id) if row.account_id else None)
        for row in rows
    ]


def issuer_facts(did: str) -> IssuerFacts:
    """Return the organization as credentials name it, under the DID that controls the key."""
    one = get_issuer()
    return IssuerFacts(
        did, one.name, one.url or installation().base_url, one.email, one.logo_url, one.country, one.accreditation,
        one.quality_assurance,
    )  # fmt: skip


def set_issuer(actor: Actor, issuer: Issuer, *, now: datetime) -> None:
    """Say what the organization is, for all that is signed from now on. Raises ``Invalid`` with places."""
    policy.require(actor, "issuer:edit")
    problems = list(_problems(issuer))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        policy.require(actor, "issuer:edit")
        put_issuer(tx, issuer)


def put_issuer(tx: Transaction, issuer: Issuer) -> None:
    """Say so as part of the caller's change."""
    newest = issuing.newest_issuer()
    number = newest.number + 1 if newest else 1
    values = dict(zip(Issuer.__dataclass_fields__, astuple(issuer), strict=True))
    tx.add(IssuerRow(number=number, account_id=tx.actor.account_id, set_at=tx.now, **values))
    tx.record("issuer:set", number=number)


def _problems(issuer: Issuer) -> list[Problem]:
    problems: list[Problem] = []
    if not issuer.name.strip():
        problems.append(("/name", N_("Write the name of the organization.")))
    for name, most in LONGEST.items():
        if len(getattr(issuer, name)) > most:
            problems.append((f"/{name}", N_("This is too long.")))
    for name in ("accreditation", "quality_assurance"):
        if len(getattr(issuer, name)) > MOST_WORDS:
            problems.append((f"/{name}", N_("Write at most 2,000 characters.")))
    for name in ("url", "logo_url"):
        if getattr(issuer, name) and not _is_address(getattr(issuer, name)):
            problems.append((f"/{name}", N_("Write the whole address, with https:// before it.")))
    if issuer.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", issuer.email):
        problems.append(("/email", N_("This is not an e-mail address.")))
    return problems


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("https", "http") and bool(parts.hostname) and re.search(r"[\s<>\"{}|\\^`]", text) is None
        )
    except ValueError:
        return False
