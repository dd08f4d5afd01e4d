"""A learner's record is signed by the worker, says what was left out, ties the stacks, and verifies member by member."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from openbadgeslib.ob3 import bundled_clr_contexts, verify_data_integrity_proof

from cbe.domain.errors import Conflict, Invalid, NotFound
from cbe.interop.openbadges.records import MOST_BYTES
from cbe.services import conferring
from cbe.services.award_events import change_award
from cbe.services.issuing import records
from cbe.store import issuing
from tests.services.signed import LATER, sign_all, signed_of, verified
from tests.services.test_conferring import CERTIFICATE, NEXT, earn

REAL = datetime.now(UTC)
"""The verifier's own clock."""


@pytest.fixture
def signed(context, learner, registrar, now):
    """Give the learner two badges and the certificate, and sign them; return the moment after that."""
    earn(learner, now)
    conferring.confer(registrar.actor, "web", CERTIFICATE, [learner.enrolment_id], NEXT, today=now.date(), now=now)
    assert sign_all(now) == 3
    return now + LATER


def asked(person, credentials, now, **options):
    """Ask for a record of credentials of the learner, have it signed, and return it."""
    rows = signed_of(person)
    key = records.ask_record(person.actor, [rows[one].id for one in credentials], is_named=options.get("is_named", False), now=now)  # fmt: skip
    assert records.sign_records(now) == 1
    return key, json.loads(records.get_document(person.actor, key, 1))


def test_a_whole_record_verifies_and_so_does_every_member(signed, learner, now):
    _, record = asked(learner, ["style-badge", "web-badge", CERTIFICATE], signed)
    verify_data_integrity_proof(record, _public_pem(), extra_contexts=bundled_clr_contexts())
    assert (record["partial"], record["type"]) == (False, ["VerifiableCredential", "ClrCredential"])
    members = record["credentialSubject"]["verifiableCredential"]
    assert {one["name"] for one in members} == {"Style badge", "Web badge", "Web certificate"}
    ids = {name: json.loads(row.document)["id"] for name, row in signed_of(learner).items()}
    [tie] = record["credentialSubject"]["association"]
    assert (tie["associationType"], tie["sourceId"], tie["targetId"]) == (
        "isPartOf",
        ids["web-badge"],
        ids[CERTIFICATE],
    )
    for row in signed_of(learner).values():
        member = next(one for one in members if one["id"].endswith(str(row.id)))
        assert member == json.loads(row.document)
        assert verified(row, REAL, json.dumps(member))


def test_a_changed_member_breaks_the_record(signed, learner, now):
    _, record = asked(learner, ["style-badge"], signed)
    record["credentialSubject"]["verifiableCredential"][0]["name"] = "Another"
    with pytest.raises(Exception, match="signature mismatch"):
        verify_data_integrity_proof(record, _public_pem(), extra_contexts=bundled_clr_contexts())


def test_what_is_left_out_makes_it_partial_and_a_name_stands_in_it_only_when_asked_for(signed, learner, now):
    _, record = asked(learner, ["style-badge"], signed)
    assert record["partial"] is True
    assert "identifier" not in record["credentialSubject"]
    _, named = asked(learner, ["style-badge"], signed, is_named=True)
    assert named["credentialSubject"]["identifier"][0]["identityHash"] == learner.name
    assert record["credentialSubject"]["id"] != named["credentialSubject"]["id"]


def test_a_record_is_its_learners_alone_and_is_forgotten_after_a_week(signed, learner, other_learner, now):
    key, _ = asked(learner, ["style-badge"], signed)
    with pytest.raises(NotFound):
        records.get_document(other_learner.actor, key, 1)
    with pytest.raises(Invalid):
        records.ask_record(other_learner.actor, [signed_of(learner)["style-badge"].id], is_named=False, now=signed)
    assert records.forget_records(signed + timedelta(days=6)) == 0
    assert records.forget_records(signed + timedelta(days=8)) == 1
    assert records.list_records(learner.actor) == []


def test_five_are_kept_at_a_time_and_signing_twice_changes_nothing(signed, learner, now):
    for _ in range(records.MOST_KEPT):
        asked(learner, ["style-badge"], signed)
    before = [records.get_document(learner.actor, one.id, 1) for one in records.list_records(learner.actor)]
    assert records.sign_records(signed) == 0
    assert [records.get_document(learner.actor, one.id, 1) for one in records.list_records(learner.actor)] == before
    with pytest.raises(Conflict):
        records.ask_record(learner.actor, [signed_of(learner)["style-badge"].id], is_named=False, now=signed)


def test_what_was_revoked_is_not_offered(signed, learner, registrar, now):
    award = signed_of(learner)["style-badge"].award_id
    later = signed + timedelta(days=2)
    day = later.date()
    change_award(registrar.actor, award, "revoked", "A mistake.", effective_on=day, today=day, now=later)
    assert sorted(one.said.name for one in records.list_choices(learner.actor, now=later)) == [
        "Web badge",
        "Web certificate",
    ]


def test_a_record_that_is_too_long_comes_in_parts(signed, learner, now, monkeypatch):
    size = len(signed_of(learner)["style-badge"].document.encode())
    monkeypatch.setattr("cbe.interop.openbadges.records.MOST_BYTES", size + 10)
    assert size < MOST_BYTES
    key, first = asked(learner, ["style-badge", "web-badge"], signed)
    second = json.loads(records.get_document(learner.actor, key, 2))
    assert [one["partial"] for one in (first, second)] == [True, True]
    assert [len(one["credentialSubject"]["verifiableCredential"]) for one in (first, second)] == [1, 1]


def _public_pem():
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from cbe.services.issuing.keys import _private

    key = _private(issuing.current_key()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
