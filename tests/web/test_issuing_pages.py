"""Signed credentials on pages and for programs: nothing of a learner without their switch, one address for both."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier

from cbe.domain.policy import SYSTEM
from cbe.services.awards import give_award
from cbe.services.issuing.issuer import Issuer, set_issuer
from tests.services.signed import sign_all, signed_of
from tests.services.test_conferring import NEXT
from tests.services.test_decisions import decide, met

VC, JWT = "application/vc", "application/vc+jwt"


@pytest.fixture
def row(app, learner, now):
    """Award and sign a badge of the learner."""
    with app.app_context():
        decide(learner, now, met("html"), met("css"))
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=NEXT, now=now)
        sign_all(now)
        found = signed_of(learner)["style-badge"]
        return found.id, found.list_id, found.document, found.jwt


@pytest.fixture
def own(sign_in, learner):
    return sign_in(learner)


def get(client, path, accept="text/html"):
    return client.get(path, headers={"Accept": accept})


def body_of(answer):
    """Return a page without its tokens, which are others each second."""
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", answer.text)


def switch(own, row, on):
    return own.post(f"/my/credentials/{row[0]}/public", data={"public": "yes" if on else "no"})


def test_nobody_sees_a_credential_until_its_learner_switches_it_on_nor_after_it_is_off(client, own, row):
    other = uuid4()
    unknown = body_of(get(client, f"/credentials/{other}")).replace(str(other), str(row[0]))
    addresses = [
        f"/credentials/{row[0]}",
        f"/credentials/{row[0]}/credential.json",
        f"/credentials/{row[0]}/credential.jwt",
        f"/credentials/{row[0]}/credential.png",
    ]
    for on in (False, True, False):
        switch(own, row, on)
        found = [get(client, path) for path in addresses]
        assert [one.status_code for one in found] == [200 if on else 404] * 4
    assert body_of(get(client, addresses[0])) == unknown


def test_a_public_credential_answers_people_and_programs(client, own, row):
    switch(own, row, True)
    page, document, token = (get(client, f"/credentials/{row[0]}", accept) for accept in ("text/html", VC, JWT))
    for word in ("Style badge", "It is valid now.", "It asks for: CSS.", "Exception"):
        assert word in page.text
    assert "Learner" not in page.text
    assert (document.text, token.text) == (row[2], row[3])
    assert (document.mimetype, token.mimetype) == (VC, JWT)
    for answer in (page, document, token):
        assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == ("noindex", "private, no-store")
        assert "Accept" in answer.headers["Vary"]


def test_a_learner_takes_it_away_and_chooses_to_be_named(own, row):
    page = get(own, f"/my/credentials/{row[0]}").text
    assert "This credential does not name you." in page
    assert "They do not name you." in page
    assert own.get(f"/my/credentials/{row[0]}/credential.json").text == row[2]
    kept = own.get(f"/my/credentials/{row[0]}/credential.jwt")
    assert kept.text == row[3]
    assert kept.headers["Content-Disposition"] == 'attachment; filename="credential.jwt"'
    own.post(f"/my/credentials/{row[0]}/name", data={"named": "yes"})
    assert "They name you." in get(own, f"/my/credentials/{row[0]}").text


def test_the_page_of_the_credential_leads_to_what_was_signed(own, row):
    assert f"/my/credentials/{row[0]}" in get(own, "/learn/web/credentials/style-badge").text


def test_what_a_credential_names_is_found_at_its_address_by_people_and_programs(client, row):
    achievement = json.loads(row[2])["credentialSubject"]["achievement"]
    found = json.loads(get(client, achievement["id"], VC).text)
    assert {key: value for key, value in found.items() if key != "@context"} == achievement
    page = get(client, achievement["id"]).text
    assert "Style badge" in page
    for one in achievement["alignment"]:
        target = get(client, one["targetUrl"])
        assert target.status_code == 200
        if "#" in one["targetUrl"]:
            assert f'id="{one["targetUrl"].partition("#")[2]}"' in target.text


def test_what_no_credential_names_is_public_only_in_public_programs(client, app, cast, now):
    from cbe.services import case_provider

    paths = [f"/achievements/{cast.version_id}/web-badge", f"/competencies/{cast.version_id}/html"]
    assert [get(client, path).status_code for path in paths] == [404, 404]
    with app.app_context():
        case_provider.set_public(SYSTEM, "web", True, now=now)
    assert [get(client, path).status_code for path in paths] == [200, 200]
    assert get(client, paths[1], "application/json").json["fullStatement"] == "HTML"
    assert get(client, paths[1] + "-none").status_code == 404


def test_a_list_is_given_as_json_as_jwt_and_to_people(client, row):
    path = f"/status/{row[1]}/revocation"
    found = get(client, path, "*/*")
    assert json.loads(found.text)["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert found.headers["Cache-Control"] == "public, max-age=60"
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert get(client, path, JWT).mimetype == JWT
    assert "Status list" in get(client, path).text
    assert get(client, f"/status/{row[0]}/revocation").status_code == 404


def test_a_stranger_verifies_it_with_what_our_addresses_give(client, own, row):
    def fetch(url, *_args, **_more):
        return get(client, url, JWT).data

    did = json.loads(row[2])["issuer"]["id"]
    OB3LdpVerifier.for_issuer_did(did).verify(row[2], check_status=True, download=fetch)
    OB3Verifier.for_issuer_did(did, download=fetch).verify(row[3], check_status=True, download=fetch)


@pytest.mark.settings(CBE_BASE_URL="https://cbe.example")
def test_behind_https_the_issuer_is_the_installation_and_its_document_has_every_key(app, client, row, learner, now):
    from cbe.services.issuing import keys

    with app.app_context():
        keys.rotate_key(SYSTEM, now=now + timedelta(hours=1))

    def fetch(url, *_args, **_more):
        return client.get(url.removeprefix("https://cbe.example"), headers={"Accept": JWT}).data

    document = client.get("/.well-known/did.json").json
    assert document["id"] == json.loads(row[2])["issuer"]["id"] == "did:web:cbe.example"
    assert len(document["verificationMethod"]) == len(document["assertionMethod"]) == 2
    OB3LdpVerifier.for_issuer_did(document["id"]).verify(row[2], check_status=True, download=fetch)
    OB3Verifier.for_issuer_did(document["id"], download=fetch).verify(row[3], check_status=True, download=fetch)


def test_without_https_there_is_no_such_document(client, row):
    assert client.get("/.well-known/did.json").status_code == 404


def test_an_administrator_says_who_issues_and_sees_how_far_signing_is(client, sign_in, administrator, row):
    admin = sign_in(administrator)
    page = get(admin, "/admin/issuer").text
    assert "1 of 1" in page
    wrong = admin.post("/admin/issuer", data={"name": "A College", "url": "college", "country": "DE"})
    assert wrong.status_code == 422
    assert "A College" in wrong.text
    done = admin.post("/admin/issuer", data={"name": "A College", "url": "https://college.example", "country": "DE"})
    assert done.status_code == 303
    assert "A College" in get(client, "/issuers").text
    found = json.loads(get(client, "/issuers", "application/ld+json").text)
    assert (found["name"], found["address"]["addressCountryCode"]) == ("A College", "DE")


def test_an_administrator_rotates_the_key_and_everybody_sees_both(client, sign_in, administrator, row):
    did = json.loads(row[2])["issuer"]["id"]
    sign_in(administrator).post("/admin/issuer/key")
    page = get(client, "/issuers").text
    assert page.count("did:key:") == 2
    assert did in page
    assert json.loads(get(client, "/issuers", VC).text)["id"] != did


def test_the_command_line_rotates_it_too(app, row):
    done = app.test_cli_runner().invoke(args=["credential", "rotate-key", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.output)["did"].startswith("did:key:")


def test_what_the_issuer_says_stands_in_what_is_signed_next_only(app, learner, other_learner, row, administrator, now):
    with app.app_context():
        set_issuer(administrator.actor, Issuer("A College", country="Wales"), now=now)
        decide(other_learner, now, met("css"))
        give_award(SYSTEM, other_learner.enrolment_id, "style-badge", on=NEXT, now=now)
        sign_all(now)
        issuer = json.loads(signed_of(other_learner)["style-badge"].document)["issuer"]
        assert json.loads(signed_of(learner)["style-badge"].document)["issuer"]["name"] == "localhost"
    assert (issuer["name"], issuer["address"]) == ("A College", {"type": ["Address"], "addressCountry": "Wales"})


def test_the_picture_is_for_everybody_who_may_know_of_the_achievement_and_carries_the_credential_of_its_learner(
    client, own, row
):
    document = json.loads(row[2])
    picture = client.get(document["credentialSubject"]["achievement"]["image"]["id"])
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert "openbadges:credential" not in picture.text
    baked = own.get(f"/my/credentials/{row[0]}/credential.svg")
    assert row[2] in baked.text
    assert baked.headers["Content-Disposition"] == 'attachment; filename="credential.svg"'
    assert own.get(f"/my/credentials/{row[0]}/credential.png").data.startswith(b"\x89PNG")
    assert client.get(f"/achievements/{uuid4()}/style-badge/image.svg").status_code == 404


def test_a_learner_lets_an_item_of_evidence_be_shown_in_credentials(app, own, learner, now):
    from tests.handing_in import handed_in

    with app.app_context():
        item = handed_in(learner, ["css"], now=now)
    path = f"/learn/web/evidence/{item}"
    assert "Credentials do not show it." in get(own, path).text
    for said, told in (("yes", "signed from now on show its text"), ("no", "Credentials do not show it.")):
        assert own.post(f"{path}/shown", data={"shown": said}).status_code == 303
        assert told in get(own, path).text


def test_a_record_is_chosen_asked_for_and_taken_away_when_it_is_signed(app, own, row, now):
    from cbe import jobs

    page = own.get("/my/record").text
    assert f'value="{row[0]}" checked' in page
    assert own.post("/my/record", data={}).status_code == 422
    asked = own.post("/my/record", data={"credential": str(row[0])}, follow_redirects=True).text
    assert "It is being signed" in asked
    jobs.run_sweep(app, "sign_records")
    path = re.search(r"/my/record/[0-9a-f-]+/1\.json", own.get("/my/record").text)[0]
    record = json.loads(own.get(path).data)
    assert record["credentialSubject"]["verifiableCredential"] == [json.loads(row[2])]


def test_a_certificate_prints_with_a_code_once_the_credential_has_a_public_address(own, row, learner):
    path = f"/my/credentials/{row[0]}/certificate"
    page = own.get(path).text
    assert learner.name in page
    assert 'class="qr' not in page
    switch(own, row, True)
    assert 'class="qr' in own.get(path).text
    assert own.get(f"{path}.pdf").data.startswith(b"%PDF")
