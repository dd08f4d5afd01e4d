"""Bitstring status lists: the entry by which a credential points into one, and the list as a document.

Which bits are set is the services', signing ``signing``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

__all__ = ["SIZE", "list_document", "status_entry"]

SIZE = 131_072
"""Bits of a list: the least that the standard allows, so that who looks at one does not see whom."""


def status_entry(address: str, purpose: str, index: int) -> dict[str, str]:
    """Return how a credential points to its bit in a list.

    >>> status_entry("https://cbe.example/status/1/revocation", "revocation", 7)["id"]
    'https://cbe.example/status/1/revocation#7'
    """
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def list_document(
    address: str, purpose: str, issuer: str, indexes: Iterable[int], *, since: datetime, until: datetime, ttl_ms: int
) -> dict[str, Any]:
    """Return a list with these bits set, valid for a time; readers are asked to look again after ``ttl_ms``."""
    from openbadgeslib.ob3 import build_status_list_credential

    built: dict[str, Any] = build_status_list_credential(
        issuer, address, purpose, sorted(indexes), size_bits=SIZE, issued=since, valid_until=until, ttl=ttl_ms
    )
    return {**built, "@context": [*built["@context"]]}
