"""Signing: so many credentials a second, as strictly as they are issued, and a whole status list."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import Row
from cbe.interop.openbadges.building import (
    AchievementFacts,
    CompetencyFacts,
    CredentialFacts,
    IssuerFacts,
    LevelFacts,
    Shown,
    SubjectFacts,
    credential_document,
)
from cbe.interop.openbadges.keys import did_key, multibase_of
from cbe.interop.openbadges.signing import SigningKey, sign_credential, sign_list
from cbe.interop.openbadges.status_lists import SIZE, list_document, status_entry

HOME, NOW = "https://cbe.example", datetime(2026, 3, 2, tzinfo=UTC)
BAR = 10.0
"""Credentials a second of CPU: 1,000 awards in two minutes."""


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure signing badges of four competencies with a rubric, one of forty, and a list with 40,000 bits set."""
    private = Ed25519PrivateKey.generate()
    key = SigningKey(private, multibase_of(private), did_key(multibase_of(private)))
    sign_credential(credential_document(_facts(key.did, 1)), key, now=NOW)  # brings the libraries in
    count = 10 if quick else 100
    rates = [count / _seconds(key, count, 4) for _ in range(1 if quick else rounds)]
    large = [_seconds(key, 1, 40) for _ in range(1 if quick else rounds)]
    start = time.process_time()
    bits = Random(1).sample(range(SIZE), 40_000)
    until = NOW + timedelta(days=1)
    address = f"{HOME}/status/1/revocation"
    document = list_document(address, "revocation", key.did, bits, since=NOW, until=until, ttl_ms=60_000)
    text = sign_list(document, key, now=NOW).text
    listed = time.process_time() - start
    rate = median(rates)
    return [
        Row("sign badges of 4 competencies", rate, "a CPU second", f"≥ {BAR:g}", rate >= BAR, "JSON-LD and VC-JWT"),
        Row("sign a credential of 40 competencies", median(large), "CPU s"),
        Row(
            f"sign a status list of {SIZE:,} bits", listed, "CPU s", detail=f"{len(bits):,} set, {len(text) // 1000} kB"
        ),
    ]


def _seconds(key: SigningKey, count: int, competencies: int) -> float:
    documents = [credential_document(_facts(key.did, competencies, number)) for number in range(count)]
    start = time.process_time()
    for document in documents:
        sign_credential(document, key, now=NOW)
    return time.process_time() - start


def _facts(did: str, count: int, number: int = 0) -> CredentialFacts:
    levels = tuple(LevelFacts(f"l{place}", f"Level {place}") for place in range(4))
    named = tuple(
        CompetencyFacts(
            f"c{one}", f"{HOME}/competencies/1/c{one}", f"Competency {one}", "What one can do.", "", levels, "l2"
        )
        for one in range(count)
    )
    achievement = AchievementFacts(
        f"{HOME}/achievements/1/badge", "A badge", "What it is for.", "badge", "en", "1", "A program", "All of it.",
        {"basis": "How {} was shown", "workload": "Hours"}, named, (), Decimal(1),
    )  # fmt: skip
    return CredentialFacts(
        f"{HOME}/credentials/{number}", IssuerFacts(did, "A College", HOME), SubjectFacts(f"urn:uuid:{number}"), achievement,
        date(2026, 3, 2), NOW, None, {one.id: Shown("assessment", "l3") for one in named}, Decimal(40),
        status_entry(f"{HOME}/status/1/revocation", "revocation", number),
    )  # fmt: skip
