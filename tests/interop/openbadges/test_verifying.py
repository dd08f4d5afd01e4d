"""Strict where verifiers are lax: each way in which a credential is not what it seems has a row that says so."""

import base64
import json
import random
from datetime import date, timedelta
from typing import Any

import pytest

from cbe.interop.openbadges.keys import did_document
from cbe.interop.openbadges.signing import sign_credential
from cbe.interop.openbadges.verifying import Home
from tests.interop.openbadges.facts import HOME, new_key
from tests.interop.openbadges.world import (
    CASES,
    FINE,
    KEY,
    LIST,
    NOW,
    OTHER,
    REVOKED,
    SUSPENDED,
    Web,
    changed,
    found_in,
    good,
    loosely,
    plain,
    record,
    row,
    status_list,
    strictly,
    web,
)


@pytest.mark.parametrize("name", CASES)
def test_good_ones_are_accepted_and_bad_ones_are_not_with_the_row_that_says_why(name: str) -> None:
    make, verdict, where = CASES[name]
    found = found_in(make())
    assert found.verdict == verdict, found.to_json()
    if where:
        assert row(found, where) == "failed", found.to_json()


def test_a_good_one_says_how_each_check_came_out_and_what_it_shows() -> None:
    found = found_in(good())
    assert {check.name: check.result for check in found.checks} == dict.fromkeys(
        ("format", "form", "issuer", "signature", "dates", "revocation"), "passed"
    ) | {"issuer": "unknown"}
    assert found.shown is not None
    assert (found.shown.name, found.shown.issuer, found.shown.hours) == ("Web", "A College", "12.50")
    assert next((one.name, one.value) for one in found.shown.results) == ("HTML", "Expert")
    assert "known by its key only" in found.checks[2].message


def test_what_is_malformed_or_forged_has_nothing_fetched_for_it() -> None:
    for name in ("an unsigned extra term", "a context from elsewhere", "one character changed", "not signed"):
        at = web()
        assert found_in(CASES[name][0](), at).verdict == "not_valid"
        assert at.asked == [], name


def test_suspension_is_told_apart_where_lists_are_paired() -> None:
    home = Home(lists=f"{HOME}/status/")
    found = found_in(good(index=SUSPENDED), home=home)
    assert (found.verdict, row(found, "suspension"), row(found, "revocation")) == ("not_valid", "failed", "")
    assert row(found_in(good(index=REVOKED), home=home), "revocation") == "failed"
    listed = {**plain(), "credentialStatus": {**plain()["credentialStatus"], "statusPurpose": "suspension"}}
    listed["credentialStatus"]["statusListCredential"] = f"{HOME}/status/1/suspension"
    listed["credentialStatus"]["statusListIndex"] = str(SUSPENDED)
    assert row(found_in(loosely(listed)), "suspension") == "failed"


def short_list() -> dict[str, Any]:
    from openbadgeslib.ob3 import build_status_list_credential

    built = build_status_list_credential(KEY.did, LIST, "revocation", [REVOKED], size_bits=8192, issued=NOW)
    return {**built, "@context": [*built["@context"]]}


@pytest.mark.parametrize(
    ("name", "made", "result"),
    [
        ("of another address", lambda: loosely(status_list(id=f"{HOME}/status/2/revocation")), "failed"),
        ("by somebody else", lambda: loosely(status_list(key=OTHER), OTHER), "failed"),
        ("signed by somebody else", lambda: loosely(status_list(), OTHER), "failed"),
        ("not signed", status_list, "failed"),
        ("changed", lambda: changed("validUntil", "2027-01-01T00:00:00Z", loosely(status_list())), "failed"),
        ("with an unsigned term", lambda: {**loosely(status_list()), "extra": 1}, "failed"),
        ("for another purpose", lambda: loosely(status_list(f"{HOME}/status/1/suspension", id=LIST)), "failed"),
        ("out of date", lambda: loosely(status_list(validUntil="2026-03-03T11:00:00Z")), "unknown"),
        ("not valid yet", lambda: loosely(status_list(validFrom="2026-03-04T11:00:00Z")), "unknown"),
    ],
)  # fmt: skip
def test_a_list_that_is_not_to_be_trusted_makes_nothing_valid(name: str, made: Any, result: str) -> None:
    found = found_in(good(), web(listed=made()))
    assert found.verdict != "valid"
    assert row(found, "revocation") == result, name


def test_a_list_that_is_too_short_is_read_and_said() -> None:
    found = found_in(good(), web(listed=loosely(short_list())))
    assert (found.verdict, row(found, "revocation"), row(found, "list_size")) == ("valid", "passed", "unknown")
    assert found_in(good(index=REVOKED), web(listed=loosely(short_list()))).verdict == "not_valid"
    assert row(found_in(good(index=9_000), web(listed=loosely(short_list()))), "revocation") == "failed"


def test_a_list_that_cannot_be_had_leaves_the_verdict_open() -> None:
    found = found_in(good(), Web())
    assert (found.verdict, row(found, "revocation")) == ("unknown", "unknown")


def test_the_clock_is_the_callers() -> None:
    one = good(expires_on=date(2026, 3, 4))
    assert found_in(one).verdict == "valid"
    late = found_in(one, now=NOW + timedelta(hours=13))
    assert row(late, "dates") == "failed"
    assert "expired" in next(check.message for check in late.checks if check.name == "dates")


def token(document: dict[str, Any] | None = None, key: Any = KEY) -> str:
    return sign_credential(document or plain(), key, now=NOW).jwt


def test_a_token_is_checked_like_a_document() -> None:
    assert found_in(token()).verdict == "valid"
    assert row(found_in(token(plain(index=REVOKED))), "revocation") == "failed"
    head, body, signature = token().split(".")
    other = token(plain(number=2)).split(".")
    assert row(found_in(".".join((head, other[1], signature))), "signature") == "failed"
    bare = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    assert row(found_in(f"{bare}.{body}."), "signature") == "failed"


def test_what_stands_around_the_credential_in_a_token_must_not_contradict_it() -> None:
    import jwt

    for claims in ({"iss": OTHER.did}, {"jti": f"{HOME}/credentials/2"}, {"sub": "did:example:me"}, {"vc": plain()}):
        document = {
            "iss": KEY.did,
            "jti": plain()["id"],
            "sub": plain()["credentialSubject"]["id"],
            **plain(),
            **claims,
        }
        text = jwt.encode(document, KEY.private, algorithm="EdDSA")
        assert row(found_in(text), "form") == "failed", claims


def test_a_domain_speaks_for_its_issuer_and_only_with_keys_it_lets_sign() -> None:
    did = "did:web:cbe.example"
    key, other = new_key(did), new_key(did)
    one = strictly({**plain(key=key), "credentialStatus": plain()["credentialStatus"]}, key)
    address = f"{HOME}/.well-known/did.json"

    def with_document(document: dict[str, Any]) -> str:
        return row(found_in(one, Web({address: json.dumps(document).encode()})), "issuer")

    document = did_document(did, [key.multibase, other.multibase])
    assert with_document(document) == "passed"
    assert with_document(did_document(did, [other.multibase])) == "failed"
    assert with_document({**document, "id": "did:web:evil.example"}) == "failed"
    assert with_document({**document, "assertionMethod": document["assertionMethod"][1:]}) == "failed"
    assert row(found_in(one, Web()), "issuer") == "unknown"


def test_the_members_of_a_record_have_rows_of_their_own() -> None:
    found = found_in(record(good(), good(index=REVOKED, number=2)))
    assert [one.verdict for one in found.members] == ["valid", "not_valid"]
    assert {check.result for check in found.checks if check.decides} == {"passed", "not_applicable"}
    nested = found_in(record(record(good(), number=2)))
    assert (nested.verdict, nested.members[0].checks[0].result) == ("unknown", "unknown")


def test_a_record_that_takes_too_long_is_checked_in_part_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cbe.interop.openbadges.verifying.MOST_SECONDS", -1.0)
    found = found_in(record(good(), good(number=2)))
    assert (found.verdict, row(found, "members"), found.members) == ("unknown", "unknown", ())


def test_open_badges_2_is_named_and_left_open() -> None:
    found = found_in({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": "https://a.example/1"})
    assert found.verdict == "unknown"
    assert "Open Badges 2.0" in found.checks[0].message


def test_endorsements_inside_are_said_to_be_unchecked() -> None:
    from cbe.interop.openbadges.shapes import CONTEXTS

    inner = {
        "@context": list(CONTEXTS[:2]), "id": f"{HOME}/endorsements/1", "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Good", "issuer": {"id": OTHER.did, "type": ["Profile"], "name": "B"}, "validFrom": "2026-03-02T00:00:00Z",
        "credentialSubject": {"id": KEY.did, "type": ["EndorsementSubject"], "endorsementComment": "Good"},
    }  # fmt: skip
    found = found_in(loosely({**plain(), "endorsement": [loosely(inner, OTHER)]}))
    assert (found.verdict, row(found, "endorsements")) == ("valid", "unknown"), found.to_json()


def test_no_flipped_bit_is_accepted() -> None:
    """A sample; ``python -m tests.interop.openbadges.flipped_bits`` flips every bit of a hundred credentials."""
    from tests.interop.openbadges.flipped_bits import accepted_flips

    chosen = random.Random(20260303)
    for data in (json.dumps(good(), ensure_ascii=False).encode(), token().encode()):
        places = chosen.sample(range(len(data) * 8), 60) + [(len(data) - 1) * 8 + bit for bit in range(8)]
        assert accepted_flips(data, places, web()) == []
    assert FINE not in (REVOKED, SUSPENDED)
