"""What this installation signed verifies here, from the database alone; revoking and suspending show at once."""

from datetime import timedelta

import pytest

from cbe.domain.verification import Unfetched
from cbe.services import award_events, verifying
from cbe.services.issuing import credentials, keys
from cbe.services.outbound import Outbound
from tests.services.signed import LATER, sign_all, signed_of
from tests.services.test_conferring import earn

pytestmark = pytest.mark.usefixtures("cast", "context")


def nowhere(name, port):
    """Look nothing up: what is ours must not be asked for."""
    raise AssertionError(f"{name} was looked up")


def ask(data, at):
    """Verify bytes as the services do, without any way out."""
    return verifying.verify_bytes(
        data, now=at, outbound=Outbound(local=verifying.own_document(now=at), resolve=nowhere)
    )


@pytest.fixture
def row(learner, now):
    earn(learner, now)
    sign_all(now)
    return next(iter(signed_of(learner).values()))


@pytest.fixture
def befall(registrar, row, now):
    def befall(what, minutes):
        award_events.change_award(
            registrar.actor, row.award_id, what, "They asked.", effective_on=now.date(), today=now.date(),
            now=now + timedelta(minutes=minutes),
        )  # fmt: skip

    return befall


def results(found):
    return {check.name: check.result for check in found.checks}


def test_what_was_signed_here_is_valid_and_said_to_be_ours(row, now):
    for text in (row.document, row.jwt):
        found = ask(text.encode(), now + LATER)
        assert found.verdict == "valid", found.to_json()
        assert "This installation issued it." in [check.message for check in found.checks]


def test_suspending_and_revoking_are_told_apart_and_an_end_of_suspension_too(row, befall, now):
    data, later = row.document.encode(), now + LATER
    befall("suspended", 12)
    assert results(ask(data, later))["suspension"] == "failed"
    befall("reinstated", 13)
    assert ask(data, later).verdict == "valid"
    befall("revoked", 14)
    assert results(ask(data, later))["revocation"] == "failed"


def test_a_credential_goes_on_to_verify_when_the_key_is_rotated(row, administrator, now):
    keys.rotate_key(administrator.actor, now=now + LATER)
    assert ask(row.document.encode(), now + 2 * LATER).verdict == "valid"


def test_a_link_to_a_credential_of_ours_is_answered_from_the_database_once_it_is_public(learner, row, now):
    link = f"{verifying.installation().base_url}/credentials/{row.id}"
    out = Outbound(local=verifying.own_document(now=now), resolve=nowhere)
    with pytest.raises(Unfetched):
        verifying.fetch_link(link, now=now, outbound=out)
    credentials.set_public(learner.actor, row.id, True, now=now)
    assert verifying.fetch_link(link, now=now, outbound=out) == row.document.encode()


def test_nothing_else_of_ours_is_given_away(now):
    local = verifying.own_document(now=now)
    base = verifying.installation().base_url
    assert local("https://elsewhere.example/status/1/revocation") is None
    assert local(f"{base}.evil.example/status") is None
    for path in (
        "",
        "/",
        "/status/x/revocation",
        "/credentials/00000000-0000-4000-8000-000000000000",
        "/home",
        "/../x",
    ):
        with pytest.raises(Unfetched):
            local(base + path)


def test_what_is_no_credential_gets_a_row_too(now):
    found = ask(b"hello", now)
    assert (found.verdict, results(found)) == ("not_valid", {"format": "failed"})
