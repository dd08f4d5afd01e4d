"""An application reads for a learner who said yes, by the Open Badges API 3.0; every other way in is shut."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa

from cbe.domain.policy import SYSTEM
from cbe.services.awards import give_award
from cbe.services.connections import consents
from cbe.store.connections import ConsentRow, TokenRow
from cbe.store.database import begin_write, db
from tests.services.signed import sign_all, signed_of
from tests.services.test_conferring import NEXT, earn
from tests.services.test_decisions import decide, met

BACK, VERIFIER = "https://wallet.example/back?x=1", "v" * 60
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CREDENTIALS, PROFILE = "/ims/ob/v3p0/credentials", "/ims/ob/v3p0/profile"
ALL = " ".join(consents.SCOPES)
ASKED_WRONGLY = [
    ({"state": None}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"scope": None}, "invalid_scope"),
    ({"scope": "offline_access"}, "invalid_scope"),
    ({"scope": consents.CREDENTIALS.replace("readonly", "upsert")}, "invalid_scope"),
    ({"response_type": "token"}, "unsupported_response_type"),
]
STRANGE = [
    {"redirect_uri": "https://evil.example/back"},
    {"redirect_uri": BACK + "2"},
    {"redirect_uri": "https://wallet.example/back"},
    {"redirect_uri": None},
    {"client_id": "00000000-0000-0000-0000-000000000000"},
    {"client_id": "nonsense"},
    {"client_id": None},
    {"redirect_uri": "https://evil.example/back", "response_type": "token"},
]
REDEEMED_WRONGLY = [
    ({"code_verifier": "w" * 60}, "invalid_grant"),
    ({"code_verifier": None}, "invalid_request"),
    ({"redirect_uri": "https://wallet.example/back"}, "invalid_grant"),
    ({"redirect_uri": None}, "invalid_grant"),
    ({"code": "x" * 40}, "invalid_grant"),
    ({"client_id": None}, "invalid_client"),
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
]
REGISTERED_WRONGLY = [
    ({"redirect_uris": ["http://wallet.example/"]}, "invalid_redirect_uri"),
    ({"redirect_uris": []}, "invalid_redirect_uri"),
    ({"redirect_uris": [1]}, "invalid_redirect_uri"),
    ({"redirect_uris": "https://wallet.example/"}, "invalid_redirect_uri"),
    ({"client_name": ""}, "invalid_client_metadata"),
    ({"client_name": ["x"]}, "invalid_client_metadata"),
    ({"client_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": []}, "invalid_client_metadata"),
]


@pytest.fixture
def own(sign_in, learner):
    return sign_in(learner)


@pytest.fixture
def signed(app, learner, other_learner, now):
    """Sign two credentials of the learner and one of somebody else; return the learner's texts in order."""
    with app.app_context():
        earn(learner, now)
        give_award(SYSTEM, learner.enrolment_id, "style-badge", on=NEXT, now=now)
        decide(other_learner, now, met("html"), met("css"))
        give_award(SYSTEM, other_learner.enrolment_id, "style-badge", on=NEXT, now=now)
        sign_all(now)
        rows = sorted(signed_of(learner).values(), key=lambda row: (row.signed_at, row.id))
        return [json.loads(row.document) for row in rows]


def register(client, **said):
    said = {"client_name": "Wallet", "redirect_uris": [BACK], "token_endpoint_auth_method": "none", **said}
    return client.post("/oauth/register", json=said)


@pytest.fixture
def wallet(client):
    return register(client).json["client_id"]


def address(app_id, **changes):
    said = {
        "response_type": "code", "client_id": app_id, "redirect_uri": BACK, "scope": ALL, "state": "s & t",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return "/oauth/authorize?" + urlencode({key: value for key, value in said.items() if value is not None})


def say_yes(own, app_id, **changes):
    """Return the code that comes of a yes."""
    answer = own.post(address(app_id, **changes), data={"answer": "yes"})
    assert answer.headers["Location"].startswith(BACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def exchange(client, app_id, redeemed, **changes):
    said = {
        "grant_type": "authorization_code", "client_id": app_id, "code": redeemed, "redirect_uri": BACK,
        "code_verifier": VERIFIER, **changes,
    }  # fmt: skip
    return client.post("/oauth/token", data={key: value for key, value in said.items() if value is not None})


@pytest.fixture
def tokens(client, own, wallet):
    """Give what an application got for a learner who said yes to all."""
    return exchange(client, wallet, say_yes(own, wallet)).json


def ask(client, path, token):
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def refused(answer, status):
    """Check that an answer says what is wrong as the standard wants, and return its words."""
    assert answer.status_code == status, answer.text
    assert answer.json["imsx_codeMajor"] == "failure"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json["imsx_description"]


def test_the_whole_way_from_registering_to_reading(client, own, wallet, signed, learner):
    page = own.get(address(wallet))
    assert "form-action 'self' https://wallet.example;" in page.headers["Content-Security-Policy"]
    for words in ("https://wallet.example", "Wallet", "All credentials", "Your name"):
        assert words in page.text
    answer = own.post(address(wallet), data={"answer": "yes"})
    back = urlsplit(answer.headers["Location"])
    said = parse_qs(back.query)
    assert (back.netloc, said["state"], said["x"]) == ("wallet.example", ["s & t"], ["1"])
    given = exchange(client, wallet, said["code"][0])
    assert (given.json["token_type"], given.json["expires_in"], given.json["scope"]) == ("Bearer", 3600, ALL)
    read = ask(client, CREDENTIALS, given.json["access_token"])
    assert read.json == {"credential": signed, "compactJwsString": []}
    profile = ask(client, PROFILE, given.json["access_token"])
    assert (profile.json["name"], profile.json["type"]) == (learner.name, ["Profile"])
    for one in (given, read, profile):
        assert one.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in one.headers


def test_what_was_read_is_what_was_signed_to_the_letter(app, client, tokens, signed, learner):
    text = ask(client, CREDENTIALS, tokens["access_token"]).text
    with app.app_context():
        assert all(row.document in text for row in signed_of(learner).values())


def test_a_no_gives_nothing(own, wallet, app):
    answer = own.post(address(wallet), data={"answer": "no"})
    said = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (said["error"], said["state"], "code" in said) == (["access_denied"], ["s & t"], False)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ConsentRow)) == 0


def test_what_is_asked_in_a_wrong_way_is_answered_to_the_application(own, wallet):
    for changes, error in ASKED_WRONGLY:
        for answer in (
            own.get(address(wallet, **changes)),
            own.post(address(wallet, **changes), data={"answer": "yes"}),
        ):
            assert answer.headers["Location"].startswith(BACK)
            assert re.findall(r"[?&#]error=(\w+)", answer.headers["Location"]) == [error]


def test_nobody_is_led_to_an_address_that_was_not_registered(own, wallet):
    for changes in STRANGE:
        for answer in (
            own.get(address(wallet, **changes)),
            own.post(address(wallet, **changes), data={"answer": "yes"}),
        ):
            assert answer.status_code == 400
            assert "Location" not in answer.headers
            assert "This application asked in a way" in answer.text


def test_who_is_not_signed_in_signs_in_first_and_then_is_asked(client, wallet):
    answer = client.get(address(wallet))
    assert answer.headers["Location"].startswith("/sign-in")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [address(wallet)]


def test_a_code_is_worth_nothing_without_all_that_belongs_to_it(client, own, wallet):
    for changes, error in REDEEMED_WRONGLY:
        code = say_yes(own, wallet)
        answer = exchange(client, wallet, code, **changes)
        assert (answer.status_code, answer.json["error"]) in [(400, error), (401, error)]
        assert "access_token" not in answer.json
        assert exchange(client, wallet, code).status_code == 200, "and is not used up by trying"


def test_a_code_is_the_application_s_that_asked(client, own, wallet):
    other = register(client).json["client_id"]
    code = say_yes(own, wallet)
    assert exchange(client, other, code).json["error"] == "invalid_grant"


def test_a_code_that_comes_twice_ends_what_came_of_it(client, own, wallet):
    code = say_yes(own, wallet)
    first = exchange(client, wallet, code).json
    assert exchange(client, wallet, code).json["error"] == "invalid_grant"
    assert "token" in refused(ask(client, CREDENTIALS, first["access_token"]), 401)


def test_an_application_with_a_secret_shows_it(client, own):
    registered = register(client, token_endpoint_auth_method="client_secret_basic").json
    key, secret = registered["client_id"], registered["client_secret"]
    code = say_yes(own, key)
    said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert exchange(client, key, code).json["error"] == "invalid_client"
    wrong = client.post("/oauth/token", data=said, auth=(key, secret + "x"))
    assert (wrong.status_code, wrong.json["error"]) == (401, "invalid_client")
    assert client.post("/oauth/token", data=said, auth=(key, secret)).status_code == 200


def test_tokens_are_renewed_and_the_old_one_ends_all_when_it_comes_again(client, wallet, tokens):
    said = {"grant_type": "refresh_token", "client_id": wallet, "refresh_token": tokens["refresh_token"]}
    new = client.post("/oauth/token", data=said)
    assert new.json["refresh_token"] != tokens["refresh_token"]
    assert ask(client, CREDENTIALS, new.json["access_token"]).status_code == 200
    assert client.post("/oauth/token", data=said).json["error"] == "invalid_grant"
    refused(ask(client, CREDENTIALS, new.json["access_token"]), 401)


def test_without_asking_to_go_on_there_is_no_refresh_token(client, own, wallet):
    given = exchange(client, wallet, say_yes(own, wallet, scope=consents.PROFILE)).json
    assert "refresh_token" not in given
    assert ask(client, PROFILE, given["access_token"]).status_code == 200
    assert consents.CREDENTIALS in refused(ask(client, CREDENTIALS, given["access_token"]), 403)


def test_a_token_is_asked_for_and_no_sign_in_will_do(client, own, tokens, app):
    for one in (own, client):
        answer = one.get(CREDENTIALS)
        refused(answer, 401)
        assert "Bearer" in answer.headers["WWW-Authenticate"]
    for token in ("x", tokens["refresh_token"], ""):
        refused(ask(client, CREDENTIALS, token), 401)
    refused(client.get(f"{CREDENTIALS}?access_token={tokens['access_token']}"), 401)
    with app.app_context():
        begin_write()
        db.session.execute(sa.update(TokenRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        db.session.commit()
    refused(ask(client, CREDENTIALS, tokens["access_token"]), 401)


def test_the_learner_sees_who_reads_and_ends_it_at_once(client, own, sign_in, other_learner, tokens):
    ask(client, PROFILE, tokens["access_token"])
    page = own.get("/apps").text
    assert "https://wallet.example" in page
    assert "never" not in page
    end = re.search(r'action="(/apps/[^"]+/end)"', page)[1]
    other = sign_in(other_learner)
    assert other.post(end).status_code == 404
    assert "wallet.example" not in other.get("/apps").text
    assert own.post(end, follow_redirects=True).text.count("wallet.example") == 0
    refused(ask(client, PROFILE, tokens["access_token"]), 401)


def test_an_application_gives_up_what_it_may_read(client, wallet, tokens):
    other = register(client).json["client_id"]
    for key, status in ((other, 200), (wallet, 401)):
        said = {"token": tokens["refresh_token"], "client_id": key}
        assert client.post("/oauth/revoke", data=said).status_code == 200
        assert ask(client, PROFILE, tokens["access_token"]).status_code == status


def test_credentials_come_in_pages(client, tokens, signed):
    def page(query):
        answer = ask(client, f"{CREDENTIALS}?{query}", tokens["access_token"])
        found = re.findall(r'<http[^?]*\?limit=(\d+)&offset=(\d+)[^>]*>; rel="(\w+)"', answer.headers["Link"])
        return answer.json["credential"], answer.headers["X-Total-Count"], {rel: (lim, off) for lim, off, rel in found}

    first, last = ("1", "0"), ("1", "1")
    assert page("limit=1") == (signed[:1], "2", {"first": first, "last": last, "next": last})
    assert page("limit=1&offset=1") == (signed[1:], "2", {"first": first, "last": last, "prev": first})
    assert page("since=2020-01-01T00:00:00Z")[1] == "2"
    assert page("since=2100-01-01T00:00:00%2B01:00")[:2] == ([], "0")
    for wrong in ("limit=0", "limit=x", "offset=-1", "since=yesterday", "since=2020-01-01", "limit=9999999999"):
        answer = ask(client, f"{CREDENTIALS}?{wrong}", tokens["access_token"])
        assert wrong.partition("=")[0] in refused(answer, 400)


def test_the_service_describes_itself_and_takes_nothing(client, tokens):
    found = client.get("/ims/ob/v3p0/discovery").json
    scheme = found["components"]["securitySchemes"]["OAuth2ACG"]
    assert scheme["x-imssf-registrationUrl"].endswith("/oauth/register")
    assert scheme["flows"]["authorizationCode"]["tokenUrl"].endswith("/oauth/token")
    assert set(scheme["flows"]["authorizationCode"]["scopes"]) == set(consents.SCOPES)
    assert {path: list(methods) for path, methods in found["paths"].items()} == {
        "/discovery": ["get"],
        "/credentials": ["get"],
        "/profile": ["get"],
    }
    head = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert "not supported" in refused(client.post(CREDENTIALS, json={}, headers=head), 405)
    assert "not supported" in refused(client.put(PROFILE, json={}, headers=head), 405)


def test_registering_wrongly_is_refused_with_a_reason(client):
    for said, error in REGISTERED_WRONGLY:
        answer = register(client, **said)
        assert (answer.status_code, answer.json["error"]) == (400, error)
        assert answer.json["error_description"]


def test_what_is_no_json_registers_nothing(client):
    for body in (b"", b"[]", b"{", b"null"):
        answer = client.post("/oauth/register", data=body, content_type="application/json")
        assert answer.status_code == 400


@pytest.mark.settings(CBE_RATE_LIMITS="1")
def test_so_many_register_in_an_hour_and_no_more(client):
    answers = [register(client) for _ in range(11)]
    assert [one.status_code for one in answers] == [201] * 10 + [429]
    assert refused(answers[-1], 429)
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_forms_of_the_learner_need_their_token_and_programs_none(app, client, own, wallet, tokens):
    app.config["WTF_CSRF_ENABLED"] = True
    assert own.post(address(wallet), data={"answer": "yes"}).status_code == 400
    assert register(client).status_code == 201
    assert ask(client, PROFILE, tokens["access_token"]).status_code == 200


def test_a_wallet_takes_a_credential_once_and_a_browser_that_looks_uses_nothing_up(app, client, own, signed, learner):
    with app.app_context():
        row = signed_of(learner)["style-badge"]
        key, text = row.id, row.document
    page = own.post(f"/my/credentials/{key}/offer")
    assert 'class="qr"' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    link = urlsplit(re.search(r"https?://\S+/hand-over/[\w-]{22}", page.text)[0]).path
    assert "waits a credential" in client.get(link, headers={"Accept": "text/html,*/*;q=0.8"}).text
    assert client.head(link).status_code == 200
    taken = client.get(link)
    assert (taken.text, taken.headers["Cache-Control"]) == (text, "private, no-store")
    assert [client.get(link, headers={"Accept": form}).status_code for form in ("*/*", "text/html")] == [410, 410]
    assert client.get("/hand-over/" + "x" * 22).status_code == 404
