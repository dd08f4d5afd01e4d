"""Every award is signed once, says what the record says, and others see what befalls it."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import award_events, conferring
from cbe.services.audit import verify_trail
from cbe.services.issuing import keys, status
from cbe.services.issuing.issuer import Issuer, get_issuer, set_issuer
from cbe.services.issuing.sweeping import count_signed
from cbe.store import issuing, records
from tests.services.signed import LATER, fetch_lists, sign_all, signed_of, verified
from tests.services.test_conferring import CERTIFICATE, NEXT, earn

pytestmark = pytest.mark.usefixtures("cast", "context")
REAL = datetime.now(UTC)
"""The verifier's own clock."""


@pytest.fixture
def stacked(learner, registrar, now) -> dict[str, Any]:
    """Confer the certificate and the badge that it stacks on, and sign both; return what was signed."""
    earn(learner, now)
    conferring.confer(registrar.actor, "web", CERTIFICATE, [learner.enrolment_id], NEXT, today=now.date(), now=now)
    assert sign_all(now) == 3
    return signed_of(learner)


@pytest.fixture
def befall(registrar, now):
    def befall(row, what, minutes=1):
        award_events.change_award(
            registrar.actor, row.award_id, what, "They asked.", effective_on=now.date(), today=now.date(),
            now=now + timedelta(minutes=minutes),
        )  # fmt: skip

    return befall


def refused(row: Any) -> str:
    """Return why the verifier of openbadgeslib refuses a credential."""
    from openbadgeslib.ob3 import OB3VerificationError

    with pytest.raises(OB3VerificationError) as caught:
        verified(row, REAL)
    return str(caught.value)


def purposes(row: Any) -> set[str]:
    """Return the lists in which the bit of a credential is set."""
    events = issuing.list_events_in(row.list_id, REAL.date())
    return {name for name, befell in status.SETS.items() if events.get(row.status_index) in befell}


def test_what_is_awarded_is_signed_once_and_verifies(stacked, now, administrator):
    for row in stacked.values():
        assert verified(row, REAL).id.endswith(str(row.id))
    assert sign_all(now) == 0
    progress = count_signed(administrator.actor)
    assert (progress.signed, progress.awards) == (3, 3)
    assert verify_trail(SYSTEM).problems == []


def test_nothing_is_signed_while_it_can_still_be_undone(learner, now):
    earn(learner, now)
    assert sign_all(now - LATER) == 0
    assert issuing.list_keys() == []


def test_it_says_what_the_record_says(stacked):
    document = json.loads(stacked[CERTIFICATE].document)
    assert [one["id"] for one in document["evidence"]] == [json.loads(stacked["web-badge"].document)["id"]]
    subject = document["credentialSubject"]
    assert {one["value"] for one in subject["result"]} == {"exception", "52"}
    assert [one["targetName"] for one in subject["achievement"]["alignment"]][:2] == ["A site", "CSS"]
    assert "all of [the credential Web badge, A site" in subject["achievement"]["criteria"]["narrative"]
    assert "Learner" not in stacked[CERTIFICATE].document
    assert document["validFrom"] == "2026-03-03T00:00:00Z"


def test_two_credentials_of_one_learner_have_nothing_in_common_that_names_them(stacked):
    ids = {json.loads(row.document)["credentialSubject"]["id"] for row in stacked.values()}
    assert len(ids) == 3


def test_a_suspended_one_is_refused_until_it_is_reinstated_and_a_revoked_one_for_ever(stacked, befall):
    row = stacked["style-badge"]
    for minutes, (what, where) in enumerate(
        {"suspended": {"revocation", "suspension"}, "reinstated": set(), "revoked": {"revocation"}}.items(), 1
    ):
        befall(row, what, minutes)
        assert purposes(row) == where
        assert ("revocation" in refused(row)) if where else verified(row, REAL)


def test_revoking_a_member_flags_what_is_built_on_it_which_stays_valid(stacked, befall):
    befall(stacked["web-badge"], "revoked")
    assert records.list_open_flags([stacked[CERTIFICATE].award_id]) == {stacked[CERTIFICATE].award_id}
    assert verified(stacked[CERTIFICATE], REAL)
    assert "revocation" in refused(stacked["web-badge"])


def test_after_rotation_old_and_new_credentials_verify(stacked, administrator, other_learner, now):
    old = next(iter(stacked.values())).did
    new = keys.rotate_key(administrator.actor, now=now)
    earn(other_learner, now)
    assert sign_all(now) == 1
    fresh = signed_of(other_learner)["web-badge"]
    assert fresh.did == new.did != old
    for row in (*stacked.values(), fresh):
        assert verified(row, REAL)
    found = keys.list_keys()
    assert [one.did for one in found] == [new.did, old]
    assert [one.retired_at for one in found] == [None, now]


def test_only_administrators_rotate_keys_and_say_who_issues(registrar, administrator, now):
    for change in (keys.rotate_key, lambda actor, now: set_issuer(actor, Issuer("X"), now=now)):
        with pytest.raises(Forbidden):
            change(registrar.actor, now=now)
    issuer = Issuer("A College", "https://college.example", "office@college.example", country="DE")
    for wrong in ({"name": ""}, {"url": "college"}, {"email": "x"}, {"logo_url": "javascript:x"}):
        with pytest.raises(Invalid, match=next(iter(wrong))):
            set_issuer(administrator.actor, replace(issuer, **wrong), now=now)
    set_issuer(administrator.actor, issuer, now=now)
    set_issuer(administrator.actor, replace(issuer, name="B"), now=now)
    assert get_issuer().name == "B"
    assert [row.name for row in issuing.list_issuers(5)] == ["B", "A College"]


def test_a_key_is_its_owners_alone(stacked, app):
    folder = Path(app.instance_path) / "keys"
    files = list(folder.glob("credentials-*.pem"))
    assert len(files) == 1
    assert (folder.stat().st_mode & 0o777, files[0].stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_key_that_is_gone_is_said_so_and_nothing_is_signed_with_another(stacked, app, other_learner, now):
    for file in (Path(app.instance_path) / "keys").glob("credentials-*.pem"):
        file.unlink()
    earn(other_learner, now)
    with pytest.raises(Conflict, match="cannot be read"):
        sign_all(now)
    assert len(issuing.list_keys()) == 1


def test_two_workers_sign_every_award_once(app, learner, other_learner, now):
    earn(learner, now)
    earn(other_learner, now)

    def work() -> None:
        with app.app_context():
            sign_all(now)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert issuing.count_signed() == (2, 2)
    assert all(verified(row, REAL) for who in (learner, other_learner) for row in signed_of(who).values())
    assert verify_trail(SYSTEM).problems == []


def test_a_list_is_the_same_for_all_who_ask_and_says_how_long_it_holds(stacked, now):
    row = stacked["style-badge"]
    found = [status.get_list(row.list_id, "suspension", now=now + timedelta(seconds=each)) for each in (0, 5)]
    assert found[0].signed.text == found[1].signed.text
    document = json.loads(found[0].signed.text)
    assert document["validUntil"] == "2026-11-24T12:00:00Z"
    assert document["issuer"] == row.did
    assert fetch_lists(now)(document["id"]).decode() == found[0].signed.jwt


def test_keys_that_a_setting_names_sign_and_the_first_takes_over(
    app, learner, other_learner, administrator, now, tmp_path
):
    from cbe.services.own_keys import make_key

    files = [tmp_path / name for name in ("first.pem", "second.pem")]
    for file in files:
        make_key(file)

    def name(*paths: Path) -> None:
        app.extensions["cbe"] = replace(app.extensions["cbe"], signing_keys=paths)

    name(files[0])
    earn(learner, now)
    sign_all(now)
    name(files[1], files[0])
    earn(other_learner, now)
    sign_all(now)
    old, new = signed_of(learner)["web-badge"], signed_of(other_learner)["web-badge"]
    assert old.did != new.did
    assert verified(old, REAL)
    assert verified(new, REAL)
    with pytest.raises(Conflict, match="CBE_SIGNING_KEY"):
        keys.rotate_key(administrator.actor, now=now)
    assert not list((Path(app.instance_path) / "keys").glob("credentials-*"))


def test_who_agreed_is_named_in_what_is_signed_from_then_on(learner, other_learner, now):
    from cbe.services.issuing.credentials import set_named

    set_named(learner.actor, True, now=now)
    for person in (learner, other_learner):
        earn(person, now)
    sign_all(now)
    assert '"identityHash":"Learner"' in signed_of(learner)["web-badge"].document
    assert "identityHash" not in signed_of(other_learner)["web-badge"].document


def judged(learner, instructor, now) -> Any:
    """Let evidence for CSS be met, and give the badge that follows; return the item."""
    from cbe.domain.judgement import Judgement
    from cbe.services import review
    from cbe.services.settling import settle
    from tests.handing_in import handed_in

    item = handed_in(learner, ["css"], now=now)
    review.decide(instructor.actor, item, 1, [Judgement("css", "met")], today=now.date(), now=now)
    assert settle(now + LATER) == 1
    return item


def test_evidence_stands_in_it_only_when_its_learner_agreed(learner, instructor, stranger, now):
    from cbe.services.issuing.credentials import set_evidence_shown

    item = judged(learner, instructor, now)
    for actor in (instructor.actor, stranger.actor):
        with pytest.raises((Forbidden, NotFound)):
            set_evidence_shown(actor, item, True, now=now)
    set_evidence_shown(learner.actor, item, True, now=now)
    sign_all(now + LATER)
    document = json.loads(signed_of(learner)["style-badge"].document)
    assert [(one["id"], one["name"]) for one in document["evidence"]] == [(f"urn:uuid:{item}", "CSS")]
    assert document["credentialSubject"]["result"][0]["value"] == "assessment"


def test_evidence_that_is_in_quarantine_stays_out_of_it(learner, instructor, coordinator, now):
    from cbe.services import quarantine
    from cbe.services.issuing.credentials import set_evidence_shown

    item = judged(learner, instructor, now)
    set_evidence_shown(learner.actor, item, True, now=now)
    quarantine.report(coordinator.actor, item, None, "patient", "", today=now.date(), now=now)
    sign_all(now + LATER)
    assert "evidence" not in json.loads(signed_of(learner)["style-badge"].document)
