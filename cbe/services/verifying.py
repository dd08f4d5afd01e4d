"""Verifying for anybody: what was pasted, uploaded or linked to is checked; nothing of it is stored or logged.

How a credential is checked is ``interop.openbadges.verifying``'s; here it gets its clock, its one way out of the machine,
and what this installation itself published.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from json import dumps
from urllib.parse import urlsplit
from uuid import UUID

from cbe.domain.errors import CbeError
from cbe.domain.verification import Unfetched, Verified
from cbe.interop.openbadges.reading import MOST_UPLOAD, Unreadable, read
from cbe.interop.openbadges.verifying import Home, refused, verify
from cbe.store import issuing
from cbe.store.database import installation

from .issuing.keys import list_keys, public_did_document
from .issuing.status import get_list
from .outbound import Local, Outbound

__all__ = ["MOST_UPLOAD", "fetch_link", "is_ours", "own_document", "verify_bytes"]


def verify_bytes(data: bytes, *, now: datetime, outbound: Outbound | None = None) -> Verified:
    """Return what is found about a credential in these bytes: JSON, a VC-JWT, or a PNG or SVG that it is baked into."""
    out = outbound or Outbound(local=own_document(now=now))
    try:
        one = read(data)
    except Unreadable as error:
        return refused(error)
    home = Home(frozenset(key.did for key in list_keys()), f"{installation().base_url}/status/")
    return verify(one, fetch=out.fetch, now=now, home=home)


def fetch_link(url: str, *, now: datetime, outbound: Outbound | None = None) -> bytes:
    """Return what is at an address somebody wants checked; raises ``Unfetched``."""
    return (outbound or Outbound(local=own_document(now=now))).fetch(url.strip())


def is_ours(url: str) -> bool:
    """Tell whether an address is one of this installation."""
    return url == installation().base_url or url.startswith(f"{installation().base_url}/")


def own_document(*, now: datetime) -> Local:
    """Return what answers for the addresses of this installation, from the database and without a network."""
    return partial(_own, now=now)


def _own(url: str, *, now: datetime) -> bytes | None:
    if not is_ours(url):
        return None
    path = urlsplit(url.removeprefix(installation().base_url)).path.strip("/").split("/")
    found = OWN.get((path[0], len(path)))
    try:
        text = found(path, now) if found else None
    except (CbeError, ValueError) as error:
        raise Unfetched(
            "There is nothing to check at %(url)s: %(why)s",
            url=url[:200],
            why=error.worded() if isinstance(error, CbeError) else str(error),
        ) from None
    if text is None:
        raise Unfetched("There is nothing to check at %(url)s, or nothing that everybody may see.", url=url[:200])
    return text.encode()


def _did_document(path: list[str], _now: datetime) -> str | None:
    document = public_did_document() if path[1] == "did.json" else None
    return dumps(document) if document else None


def _status_list(path: list[str], now: datetime) -> str | None:
    return get_list(UUID(path[1]), path[2], now=now).signed.text


def _credential(path: list[str], _now: datetime) -> str | None:
    row = issuing.find_credential(UUID(path[1]))
    return row.document if row and row.is_public else None


def _file(path: list[str], _now: datetime) -> str | None:
    row = issuing.find_credential(UUID(path[1]))
    if row is None or not row.is_public:
        return None
    return {"credential.json": row.document, "credential.jwt": row.jwt}.get(path[2])


OWN: dict[tuple[str, int], Callable[[list[str], datetime], str | None]] = {
    (".well-known", 2): _did_document,
    ("status", 3): _status_list,
    ("credentials", 2): _credential,
    ("credentials", 3): _file,
}
"""What is found at our own addresses, by the first part of the path and how many parts it has."""
