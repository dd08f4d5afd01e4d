"""What we build is what strict signing takes; what is signed verifies, and nothing that differs from it does."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier

from cbe.interop.openbadges.building import Shown, credential_document
from cbe.interop.openbadges.keys import did_document, multibase_of
from cbe.interop.openbadges.signing import Signed, SigningKey, Unsignable, sign_credential, sign_list
from cbe.interop.openbadges.status_lists import list_document
from tests.interop.openbadges.facts import HOME, any_credentials, competency, credential, new_key

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
KEY = new_key()


def signed(key: SigningKey = KEY, **changes: Any) -> Signed:
    facts = credential(key.did, competency("html"), competency("css", ()), **changes)
    return sign_credential(credential_document(facts), key, now=NOW)


def subject(document: str) -> dict[str, Any]:
    return json.loads(document)["credentialSubject"]


def test_both_forms_verify_with_the_key_that_is_the_issuer() -> None:
    found = signed()
    assert OB3LdpVerifier.for_issuer_did(KEY.did).verify(found.text).id == f"{HOME}/credentials/1"
    assert OB3Verifier.for_issuer_did(KEY.did).verify(found.jwt).id == f"{HOME}/credentials/1"


def test_any_changed_character_of_a_text_is_found() -> None:
    text = signed().text
    for old, new in (("A portfolio", "A Portfolio"), ("12.50", "92.50"), ("#level-2", "#level-1"), ("4711", "4712")):
        assert old in text
        with pytest.raises(OB3VerificationError):
            OB3LdpVerifier.for_issuer_did(KEY.did).verify(text.replace(old, new))


def test_another_key_cannot_speak_for_the_issuer() -> None:
    other = replace(new_key(), did=KEY.did)
    found = signed(other)
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(KEY.did).verify(found.text)
    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(KEY.did).verify(found.jwt)
    with pytest.raises(Unsignable, match="issuer"):
        sign_credential(credential_document(credential(KEY.did)), new_key(), now=NOW)


def test_every_key_of_a_did_web_document_verifies_what_it_signed() -> None:
    did = "did:web:cbe.example"
    new, old = new_key(did), new_key(did)
    document = json.dumps(did_document(did, [new.multibase, old.multibase])).encode()
    for key in (new, old):
        found = signed(key)
        OB3LdpVerifier.for_issuer_did(did).verify(found.text, download=lambda *_: document)
        OB3Verifier.for_issuer_did(did, download=lambda *_: document).verify(found.jwt)


def test_the_level_reached_and_why_it_counts_stand_for_each_competency() -> None:
    found = subject(signed(shown={"html": Shown("assessment", "expert"), "css": Shown("transfer")}).text)
    described = {one["id"]: one for one in found["achievement"]["resultDescription"]}
    said = [
        (described[one["resultDescription"]]["name"], one.get("achievedLevel") or one["value"])
        for one in found["result"]
    ]
    assert said == [
        ("HTML", f"{HOME}/competencies/1/html#level-2"),
        ("How HTML was shown", "assessment"),
        ("How CSS was shown", "transfer"),
        ("Hours", "12.50"),
    ]
    rubric = described[f"{HOME}/achievements/1/web#result-0"]
    assert rubric["requiredLevel"] == rubric["rubricCriterionLevel"][1]["id"]


def test_a_name_stands_in_it_only_when_it_was_agreed_to() -> None:
    facts = credential(KEY.did)
    assert "identifier" not in credential_document(facts)["credentialSubject"]
    named = credential_document(replace(facts, subject=replace(facts.subject, name="Maya")))
    assert named["credentialSubject"]["identifier"][0]["identityHash"] == "Maya"
    sign_credential(named, KEY, now=NOW)


def change(path: str, value: Any) -> dict[str, Any]:
    """Return a credential with one member set to something else, or taken out (None)."""
    document = credential_document(credential(KEY.did, competency("html")))
    *way, last = path.split("/")
    place: Any = document
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("extra", "unsigned"),
        ("credentialSubject/achievement/workload", 5),
        ("validFrom", "2026-03-02T00:00:00"),
        ("validFrom", "2026-02-30T00:00:00Z"),
        ("validFrom", None),
        ("id", "credentials/1"),
        ("name", " "),
        ("credentialSubject/achievement/creditsAvailable", "1.5"),
        ("credentialSubject/achievement/creditsAvailable", float("nan")),
        ("credentialSubject/achievement/achievementType", "Medal"),
        ("credentialSubject/achievement/alignment", []),
        ("credentialSubject/achievement/alignment/0/targetUrl", "not an address"),
        ("credentialSubject/achievement/alignment/0/type", ["Alinement"]),
        ("credentialStatus/statusListIndex", 5),
        ("credentialStatus", []),
        ("@context", ["https://www.w3.org/ns/credentials/v2"]),
        ("issuer", "did:key:x"),
    ],
)
def test_what_is_no_credential_of_ours_is_not_signed(path: str, value: Any) -> None:
    with pytest.raises(Unsignable, match=path.rsplit("/", maxsplit=1)[-1] if value is not None else "missing"):
        sign_credential(change(path, value), KEY, now=NOW)


def test_many_competencies_with_rubrics_still_fit_into_what_verifiers_take() -> None:
    facts = credential(KEY.did, *(competency(f"c{number}") for number in range(180)))
    found = sign_credential(credential_document(facts), KEY, now=NOW)
    assert any(one.get("value") == "Expert" for one in subject(found.text)["result"])
    OB3LdpVerifier.for_issuer_did(KEY.did).verify(found.text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts=any_credentials())
def test_whatever_the_facts_are_strict_signing_takes_them(facts: Any) -> None:
    document = credential_document(replace(facts, issuer=replace(facts.issuer, did=KEY.did)))
    OB3LdpVerifier.for_issuer_did(KEY.did).verify(sign_credential(document, KEY, now=NOW).text)


def test_a_list_says_which_bits_are_set_in_both_forms() -> None:
    from openbadgeslib.ob3 import verify_data_integrity_proof

    address, until = f"{HOME}/status/1/revocation", datetime(2026, 3, 4, 12, tzinfo=UTC)
    document = list_document(address, "revocation", KEY.did, [7, 131_071], since=NOW, until=until, ttl_ms=60_000)
    found = sign_list(document, KEY, now=NOW)
    public = KEY.private.public_key()
    assert multibase_of(KEY.private) == KEY.multibase
    verify_data_integrity_proof(json.loads(found.text), public)
    assert bits(json.loads(found.text)["credentialSubject"]["encodedList"]) == [7, 131_071]


def bits(encoded: str) -> list[int]:
    import base64
    import gzip

    raw = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    return [place * 8 + bit for place, byte in enumerate(raw) for bit in range(8) if byte & (0x80 >> bit)]
