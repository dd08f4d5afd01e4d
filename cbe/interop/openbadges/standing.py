"""Whether a credential was revoked or suspended: the list that it points to, checked as strictly as the credential.

The list must be the one at its address, signed by the issuer of the credential, for this purpose, and not out of date.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cbe.domain.errors import Worded
from cbe.domain.verification import Check, Fetch, Unfetched

from .issuer_keys import NoKey
from .moments import SKEW, moment_of
from .proofs import Forged, Malformed, Unsupported, check_form, check_signature, issuer_of
from .reading import Unreadable, read
from .status_lists import SIZE

__all__ = ["Standing"]

PURPOSES = ("revocation", "suspension")
ENTRY = {"id", "type", "statusPurpose", "statusListIndex", "statusListCredential", "statusSize"}
MOST_ENTRIES = 4


class Standing:
    """Looks up bits in status lists, each list fetched and checked once.

    ``paired`` is where the lists of this installation begin: there, the bit for revocation is also set while a credential
    is only suspended, and the list for suspension at the same index tells which (``services.issuing.status``).
    """

    def __init__(self, fetch: Fetch, *, now: datetime, paired: str = "") -> None:
        self._fetch, self._now, self._paired = fetch, now, paired
        self._lists: dict[tuple[str, str, str], bytes | Check] = {}

    def check(self, entries: Any, issuer: str) -> list[Check]:
        """Return a row for each entry of a credential, and one for a list that is too short to hide anybody in."""
        if entries is None:
            return [
                _row("not_applicable", Worded("The issuer offers no way to ask whether it was revoked."), "revocation")
            ]
        found = entries if isinstance(entries, list) else [entries]
        if not found or len(found) > MOST_ENTRIES:
            return [_row("failed", Worded("What it says of its status cannot be read."))]
        return [row for entry in found for row in self._entry(entry, issuer)]

    def _entry(self, entry: Any, issuer: str) -> list[Check]:
        if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
            return [_row("failed", Worded("What it says of its status cannot be read."))]
        if entry["type"] != "BitstringStatusListEntry":
            why = Worded("Its status is kept in a way that is not checked here: %(kind)s", kind=entry["type"][:100])
            return [_row("unknown", why)]
        purpose, index, address = (
            entry.get(key) for key in ("statusPurpose", "statusListIndex", "statusListCredential")
        )
        if entry.keys() - ENTRY or entry.get("statusSize", 1) != 1 or not isinstance(address, str):
            return [_row("failed", Worded("What it says of its status cannot be read."))]
        if purpose not in PURPOSES:
            return [_row("not_applicable", Worded("Its status has a purpose that says nothing of whether it holds."))]
        if not isinstance(index, str) or not index.isascii() or not index.isdigit() or len(index) > 9:
            return [
                _row("failed", Worded("Its place in the status list is not written as the standard wants."), purpose)
            ]
        return self._look_up(address, purpose, int(index), issuer)

    def _look_up(self, address: str, purpose: str, index: int, issuer: str) -> list[Check]:
        bits = self._list(address, purpose, issuer)
        if isinstance(bits, Check):
            return [bits]
        if index >= len(bits) * 8:
            return [_row("failed", Worded("Its place is outside the status list of its issuer."), purpose)]
        rows = [self._bit(bits, index, address, purpose, issuer)]
        if len(bits) * 8 < SIZE:
            short = Worded(
                "The status list has %(bits)s places; the standard wants at least %(least)s, so that nobody who looks "
                "at it learns who is in it.", bits=len(bits) * 8, least=SIZE,
            )  # fmt: skip
            rows.append(Check("list_size", "unknown", short, decides=False))
        return rows

    def _bit(self, bits: bytes, index: int, address: str, purpose: str, issuer: str) -> Check:
        if not _is_set(bits, index):
            fine = {
                "revocation": Worded("It was not revoked."), "suspension": Worded("It is not suspended."),
            }  # fmt: skip
            return _row("passed", fine[purpose], purpose)
        if purpose == "suspension" or self._only_suspended(address, index, issuer):
            return _row("failed", Worded("It is suspended for the time being."), "suspension")
        return _row("failed", Worded("Its issuer revoked it."), "revocation")

    def _only_suspended(self, address: str, index: int, issuer: str) -> bool:
        if not self._paired or not address.startswith(self._paired) or not address.endswith("/revocation"):
            return False
        bits = self._list(address.removesuffix("revocation") + "suspension", "suspension", issuer)
        return isinstance(bits, bytes) and index < len(bits) * 8 and _is_set(bits, index)

    def _list(self, address: str, purpose: str, issuer: str) -> bytes | Check:
        key = (address, purpose, issuer)
        if key not in self._lists:
            self._lists[key] = self._fetched(address, purpose, issuer)
        return self._lists[key]

    def _fetched(self, address: str, purpose: str, issuer: str) -> bytes | Check:
        """Return the bits of a list, or the row that says why they say nothing."""
        try:
            one = read(self._fetch(address))
            types = {"BitstringStatusListCredential"}
            _check_list(one.document, address, purpose, issuer)
            check_form(one, types)
            check_signature(one, issuer, self._fetch, types)
        except Unfetched as error:
            return _row("unknown", Worded("Its status could not be asked for: %(why)s", why=error.worded()), purpose)
        except Unsupported as error:
            return _row("unknown", Worded("Its status list cannot be checked: %(why)s", why=error.worded()), purpose)
        except (Unreadable, Malformed, Forged, NoKey) as error:
            why = Worded("Its status list is not one that may be trusted: %(why)s", why=error.worded())
            return _row("failed", why, purpose, detail=getattr(error, "detail", ""))
        return self._in_time(one.document, purpose) or _bits(one.document, purpose)

    def _in_time(self, document: dict[str, Any], purpose: str) -> Check | None:
        since, until = (moment_of(document.get(key)) for key in ("validFrom", "validUntil"))
        if since and since > self._now + SKEW:
            return _row("unknown", Worded("The status list that its issuer serves is not valid yet."), purpose)
        if until and until < self._now - SKEW:
            why = Worded("The status list that its issuer serves is out of date since %(day)s.", day=until.date())
            return _row("unknown", why, purpose)
        return None


def _check_list(document: dict[str, Any], address: str, purpose: str, issuer: str) -> None:
    types, subject = document.get("type"), document.get("credentialSubject")
    if not isinstance(types, list) or "BitstringStatusListCredential" not in types or not isinstance(subject, dict):
        raise Malformed("it is no status list")
    if document.get("id") != address:
        raise Malformed("it is another list than the one the credential names")
    if issuer_of(document) != issuer:
        raise Malformed("it is by somebody else than the credential")
    if subject.get("statusPurpose") != purpose:
        raise Malformed("it is for another purpose")
    if subject.get("statusSize", 1) != 1 or "credentialStatus" in document:
        raise Malformed("it is of a kind that is not read here")
    for name in ("validFrom", "validUntil"):
        if name in document and moment_of(document[name]) is None:
            raise Malformed("a date in it has no time zone")


def _bits(document: dict[str, Any], purpose: str) -> bytes | Check:
    from openbadgeslib.ob3 import OB3VerificationError
    from openbadgeslib.ob3.status import decode_encoded_list

    try:
        return bytes(decode_encoded_list(document["credentialSubject"].get("encodedList")))
    except (OB3VerificationError, ValueError) as error:
        return _row("failed", Worded("The status list of its issuer is damaged."), purpose, detail=str(error)[:300])


def _is_set(bits: bytes, index: int) -> bool:
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


def _row(result: str, message: str, name: str = "status", detail: str = "") -> Check:
    return Check(name, result, message, detail=detail)
