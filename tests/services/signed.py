"""Credentials for tests of what is signed: awards given, signed by the sweep, and looked at as others do."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cbe.services.issuing import status, sweeping
from cbe.store import issuing, records
from cbe.web.credential_words import credential_words

LATER = timedelta(minutes=11)


def sign_all(now: datetime) -> int:
    """Sign what waits, when the ten minutes of what was awarded at `now` are over."""
    return sweeping.sign_waiting(credential_words, now=now + LATER)


def signed_of(person: Any) -> dict[str, issuing.CredentialRow]:
    """Return what was signed for somebody, by credential."""
    awards = {award.id: award.credential for award in records.list_awards(person.enrolment_id)}
    return {awards[key]: row for key, row in issuing.credentials_of(awards).items()}


def fetch_lists(now: datetime, form: str = "jwt") -> Callable[..., bytes]:
    """Return what fetches our own status lists without a network, as a verifier does."""

    def fetch(url: str, *_: Any, **__: Any) -> bytes:
        list_id, purpose = url.rsplit("/", 2)[1:]
        found = status.get_list(UUID(list_id), purpose, now=now).signed
        return (found.jwt if form == "jwt" else found.text).encode()

    return fetch


def verified(row: issuing.CredentialRow, now: datetime, text: str | None = None) -> Any:
    """Let the verifier of openbadgeslib look at a credential: signature, form, dates and status."""
    from openbadgeslib.ob3 import OB3LdpVerifier

    document = text or row.document
    return OB3LdpVerifier.for_issuer_did(json.loads(document)["issuer"]["id"]).verify(
        document, check_status=True, download=fetch_lists(now)
    )
