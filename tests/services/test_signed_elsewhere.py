"""From an award to a signed credential and a signed record that another implementation takes, until they are revoked."""

import json
from datetime import timedelta

import pytest

from cbe.services import award_events, conferring
from cbe.services.issuing import records, status
from tests.interop.openbadges.elsewhere import judge
from tests.services.signed import LATER, sign_all, signed_of
from tests.services.test_conferring import CERTIFICATE, NEXT, earn
from tests.services.test_verifying import ask

pytestmark = pytest.mark.usefixtures("cast", "context")


def pages(row, at):
    """What stands at the addresses that a credential names."""
    address = json.loads(row.document)["credentialStatus"]["statusListCredential"]
    return {address: json.loads(status.get_list(row.list_id, "revocation", now=at).signed.text)}


def test_what_was_awarded_is_taken_here_and_elsewhere_and_no_longer_when_it_is_revoked(learner, registrar, now):
    earn(learner, now)
    conferring.confer(registrar.actor, "web", CERTIFICATE, [learner.enrolment_id], NEXT, today=now.date(), now=now)
    sign_all(now)
    rows, at = signed_of(learner), now + LATER
    row = rows["web-badge"]
    key = records.ask_record(learner.actor, [one.id for one in rows.values()], is_named=True, now=at)
    records.sign_records(at)
    credential, record = row.document, records.get_document(learner.actor, key, 1)
    cases = {
        "good": json.loads(credential),
        "changed": json.loads(credential.replace("Web badge", "Web Badge", 1)),
        "record": json.loads(record),
    }
    found = judge(cases, pages(row, at), at)
    assert {name: one["accepted"] for name, one in found.items()} == {"good": True, "changed": False, "record": True}
    assert [ask(text.encode(), at).verdict for text in (credential, record)] == ["valid", "valid"]

    for place in ("association", "identifier"):
        stray = json.loads(record)
        stray["credentialSubject"][place][0]["workload"] = "5"
        assert ask(json.dumps(stray).encode(), at).verdict == "not_valid"

    later, day = at + timedelta(minutes=5), at.date()
    award_events.change_award(registrar.actor, row.award_id, "revoked", "Why.", effective_on=day, today=day, now=later)
    later += timedelta(hours=1)
    found = judge({name: cases[name] for name in ("good", "record")}, pages(row, later), later)
    assert [one["accepted"] for one in found.values()] == [False, False]
    assert [ask(text.encode(), later).verdict for text in (credential, record)] == ["not_valid", "not_valid"]
