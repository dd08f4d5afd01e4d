"""A small world of credentials for tests of verifying: an issuer, its status lists, and documents good and bad.

``CASES`` is also what the independent implementation is asked about (``test_another_implementation.py``).
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cbe.domain.verification import Unfetched, Verified
from cbe.interop.openbadges.building import credential_document
from cbe.interop.openbadges.keys import method_of
from cbe.interop.openbadges.reading import read
from cbe.interop.openbadges.signing import SigningKey, sign_credential
from cbe.interop.openbadges.status_lists import list_document, status_entry
from cbe.interop.openbadges.verifying import verify
from tests.interop.openbadges.facts import HOME, SUBJECT, competency, credential, new_key

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
KEY, OTHER = new_key(), new_key()
LIST = f"{HOME}/status/1/revocation"
SUSPENSION = f"{HOME}/status/1/suspension"
REVOKED, SUSPENDED, FINE = 7, 8, 4711
Document = dict[str, Any]


def private_pem(key: SigningKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def plain(index: int = FINE, key: SigningKey = KEY, number: int = 1, **changes: Any) -> Document:
    """Return a credential that nobody signed yet."""
    facts = credential(key.did, competency("html"), status=status_entry(LIST, "revocation", index), **changes)
    return {**credential_document(facts), "id": f"{HOME}/credentials/{number}"}


def strictly(document: Document, key: SigningKey = KEY) -> Document:
    """Sign as we sign."""
    return json.loads(sign_credential(document, key, now=NOW).text)


def loosely(document: Document, key: SigningKey = KEY, **more: Any) -> Document:
    """Sign whatever it is, as a careless issuer would."""
    from openbadgeslib.ob3 import add_data_integrity_proof

    return add_data_integrity_proof(document, private_pem(key), method_of(key.did, key.multibase), created=NOW, **more)


def record(*members: Document, key: SigningKey = KEY, number: int = 1, **more: Any) -> Document:
    """Return a signed Comprehensive Learner Record."""
    from openbadgeslib.ob3.clr import build_clr_credential, sign_clr_credential

    issuer = {"id": key.did, "type": ["Profile"], "name": "A College"}
    document = build_clr_credential(
        issuer, [], list(members), credential_id=f"urn:uuid:00000000-0000-4000-8000-00000000000{number}", valid_from=NOW
    )
    document["credentialSubject"]["id"] = SUBJECT
    del document["credentialSubject"]["identifier"]
    return sign_clr_credential({**document, **more}, private_pem(key), method_of(key.did, key.multibase))


def status_list(address: str = LIST, key: SigningKey = KEY, **changes: Any) -> Document:
    purpose = address.rsplit("/", maxsplit=1)[-1]
    indexes = [REVOKED, SUSPENDED] if purpose == "revocation" else [SUSPENDED]
    times = {"since": NOW - timedelta(hours=1), "until": NOW + timedelta(days=1)}
    document = list_document(address, purpose, key.did, indexes, ttl_ms=60_000, **times)
    return {**document, **changes}


@dataclass
class Web:
    """What is found at addresses, and which were asked for."""

    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise Unfetched("There is nothing at %(url)s.", url=url)
        return self.pages[url]


@cache
def lists() -> dict[str, bytes]:
    return {address: json.dumps(loosely(status_list(address))).encode() for address in (LIST, SUSPENSION)}


def web(**pages: Document) -> Web:
    """Return the world with its lists; a document of another list can stand at the address of the first."""
    found = dict(lists())
    if "listed" in pages:
        found[LIST] = json.dumps(pages["listed"]).encode()
    return Web(found)


def found_in(document: Document | bytes | str, at: Web | None = None, **more: Any) -> Verified:
    """Verify a document as the services do."""
    text = json.dumps(document, ensure_ascii=False) if isinstance(document, dict) else document
    data = text.encode() if isinstance(text, str) else text
    return verify(read(data), fetch=(at or web()).fetch, now=more.pop("now", NOW), **more)


def row(found: Verified, name: str) -> str:
    """Return the worst result of a row, of all the credentials in it; empty when there is none."""
    results = {check.result for check in found.all_checks() if check.name == name}
    return next((one for one in ("failed", "unknown", "passed", "not_applicable") if one in results), "")


def changed(path: str, value: Any, document: Document) -> Document:
    """Return a document with one member set to something else."""
    document = copy.deepcopy(document)
    *way, last = path.split("/")
    place: Any = document
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return document


@cache
def good(**more: Any) -> Document:
    return strictly(plain(**more))


def bare(**changes: Any) -> Document:
    """Return a signed credential that is valid at any time and has no status, so that nothing has to be asked for."""
    document = {key: value for key, value in plain().items() if key != "credentialStatus"} | changes
    return loosely({**document, "validFrom": "2025-01-01T00:00:00Z"})


def forged_member() -> Document:
    return record(good(), changed("name", "Another name", good(number=2)))


CASES: dict[str, tuple[Callable[[], Document], str, str]] = {
    "a good one": (good, "valid", ""),
    "a good record": (lambda: record(good(), good(number=2)), "valid", ""),
    "one character changed": (lambda: changed("name", "Wed", good()), "not_valid", "signature"),
    "revoked": (lambda: good(index=REVOKED), "not_valid", "revocation"),
    "expired": (lambda: good(expires_on=date(2026, 3, 3)), "not_valid", "dates"),
    "not valid yet": (lambda: good(valid_from=datetime(2026, 3, 4, tzinfo=UTC)), "not_valid", "dates"),
    "signed by another key": (lambda: strictly(plain(), replace(OTHER, did=KEY.did, multibase=KEY.multibase)), "not_valid", "signature"),
    "named for another issuer": (
        lambda: loosely(changed("issuer/id", OTHER.did, plain())), "not_valid", "issuer",
    ),
    "an unsigned extra term": (lambda: {**good(), "extra": "unsigned"}, "not_valid", "form"),
    "an extra term signed away": (lambda: loosely({**plain(), "extra": "dropped"}), "not_valid", "form"),
    "without time zone": (
        lambda: loosely({**plain(), "validFrom": "2026-03-02T00:00:00"}), "not_valid", "form",
    ),
    "a relative id": (lambda: loosely({**plain(), "id": "credentials/1"}), "not_valid", "form"),
    "a relative type": (
        lambda: loosely({**plain(), "type": ["VerifiableCredential", "OpenBadgeCredential", "Mine"]}), "not_valid", "form",
    ),
    "a number as index": (
        lambda: loosely(changed("credentialStatus/statusListIndex", FINE, plain())), "not_valid", "",
    ),
    "a context of one's own": (
        lambda: {**good(), "@context": [*good()["@context"], {"extra": "https://evil.example/#x"}]}, "not_valid", "form",
    ),
    "a context from elsewhere": (
        lambda: {**good(), "@context": [*good()["@context"], "https://evil.example/context"]}, "not_valid", "form",
    ),
    "a record with a forged member": (forged_member, "not_valid", "signature"),
    "a record with a revoked member": (lambda: record(good(), good(index=REVOKED, number=2)), "not_valid", "revocation"),
    "a record with an extra term": (lambda: record(good(), workload="dropped"), "not_valid", "form"),
    "not signed": (plain, "not_valid", "form"),
}  # fmt: skip
"""Name → how it is made, the verdict, and the row that says so."""
