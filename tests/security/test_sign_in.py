"""Signing in through the page: sessions, where it leads, limits, tokens of forms, and what a stranger can tell."""

import re

import pytest

from cbe.web.guard import safe_next
from tests.cast import PASSWORD

LIMITED = pytest.mark.settings(CBE_RATE_LIMITS="1")
NEW = "four plain words here"


def try_in(client, email, password, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def cookie(answer):
    return next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(("cbe=", "__Host-cbe=")))


@pytest.mark.parametrize(
    "target",
    ["//e.example", "/\\e.example", "\\\\e.example", "/\t/e.example", "/\r\nX: y", "https://e.example", "javascript:alert(1)",
     "///e.example", " //e.example", "e.example", "/a\\..\\..//e", "\x01//e.example", "/\n/e.example", ""],
)  # fmt: skip
def test_signing_in_leads_to_no_other_place(client, learner, target):
    assert safe_next(target, "/") == "/"
    assert try_in(client, learner.email, PASSWORD, next=target).location == "/"


def test_signing_in_leads_where_one_wanted_to_go(client, learner):
    assert "next=/learn/web/outline?state%3Dready" in client.get("/learn/web/outline?state=ready").location
    assert try_in(client, learner.email, PASSWORD, next="/learn/web/outline?state=ready").location.startswith(
        "/learn/web"
    )


def test_a_session_prepared_by_somebody_else_is_not_carried_over(client, learner):
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by a stranger"
        before = session.get("csrf_token")
    try_in(client, learner.email, PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf_token"] != before


def test_a_cookie_from_before_signing_out_opens_nothing(app, sign_in, learner):
    client, thief = sign_in(learner), app.test_client()
    stolen = client.get_cookie("cbe").value
    client.post("/sign-out")
    thief.set_cookie("cbe", stolen)
    assert thief.get("/settings").status_code == 303


@pytest.mark.parametrize("end", ["password", "deactivate", "close", "everywhere"])
def test_what_ends_sign_ins_ends_those_elsewhere(sign_in, learner, administrator, end):
    here, elsewhere = sign_in(learner), sign_in(learner)
    if end == "password":
        here.post("/settings/password", data={"old_password": PASSWORD, "new_password": NEW})
    elif end == "deactivate":
        sign_in(administrator).post(f"/people/{learner.account_id}/deactivate")
    elif end == "close":
        here.post("/settings/close", data={"password": PASSWORD})
    else:
        here.post("/sign-out-everywhere")
    assert elsewhere.get("/settings").status_code == 303
    assert here.get("/settings").status_code == (200 if end == "password" else 303)


@pytest.mark.settings(CBE_BASE_URL="https://cbe.example")
def test_cookies_are_kept_from_scripts_and_from_plain_connections(client, learner):
    answer = client.post(
        "/sign-in", data={"email": learner.email, "password": PASSWORD}, base_url="https://cbe.example"
    )
    flags = cookie(answer).split("; ")
    assert flags[0].startswith("__Host-cbe=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags)
    assert not [flag for flag in flags if flag.startswith("Domain")]
    kept = client.post("/preferences", data={"theme": "dark"}, base_url="https://cbe.example")
    assert all("Secure" in line and "HttpOnly" in line for line in kept.headers.getlist("Set-Cookie"))


def test_every_form_wants_its_token(app, sign_in, learner):
    client = sign_in(learner)
    app.config["WTF_CSRF_ENABLED"] = True
    kinds = {r"<key:\w+>": "web", r"<uuid:\w+>": str(learner.enrolment_id), r"<int:\w+>": "1", "<(token|secret)>": "t"}

    def filled(path):
        for kind, value in kinds.items():
            path = re.sub(kind, value, path)
        return path

    paths = {
        filled(rule.rule)
        for rule in app.url_map.iter_rules()
        # programs show a token of theirs there, and no cookie is looked at
        if "POST" in rule.methods and not rule.endpoint.startswith("open_badges.")
    }
    assert {"/sign-out", "/preferences", "/sign-in", "/sign-in/demo", "/settings/close"} <= paths
    assert client.post("/unsubscribe/t").status_code == 404  # mail programs send it, with a signed link for a token
    exempt = {"/unsubscribe/t", "/s/t/match"}  # the second changes nothing and looks at no cookie
    for path in sorted(paths - exempt):
        answer = client.post(path)
        assert (answer.status_code, "too old" in answer.text) == (400, True), path
    assert client.get("/settings").status_code == 200


@LIMITED
def test_an_address_is_tried_ten_times_from_anywhere_and_is_told_to_wait(client, learner):
    tries = [
        client.post(
            "/sign-in", data={"email": learner.email, "password": "no"}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"}
        )
        for n in range(11)
    ]
    assert [answer.status_code for answer in tries] == [422] * 10 + [429]
    assert 0 < int(tries[-1].headers["Retry-After"]) <= 300
    assert "Wait" in tries[-1].text
    assert "Content-Security-Policy" in tries[-1].headers


@LIMITED
def test_a_machine_tries_twenty_addresses_a_minute(client):
    tries = [try_in(client, f"{n}@cbe.example", "no").status_code for n in range(21)]
    assert tries == [422] * 20 + [429]


@LIMITED
def test_an_address_in_front_is_believed_only_when_it_is_ours(client):
    tries = [
        client.post(
            "/sign-in", data={"email": f"{n}@x.example", "password": "no"}, headers={"X-Forwarded-For": f"1.1.1.{n}"}
        )
        for n in range(21)
    ]
    assert tries[-1].status_code == 429


@LIMITED
def test_a_browser_left_open_is_no_place_to_guess_the_password(sign_in, learner):
    client = sign_in(learner)
    paths = ["/settings/password", "/settings/email", "/settings/close"] * 4
    data = {"old_password": "no", "new_password": NEW, "password": "no", "email": "a@b.example"}
    assert [client.post(path, data=data).status_code for path in paths] == [422] * 10 + [429] * 2


@LIMITED
def test_nobody_floods_somebody_with_letters(client, learner, mailbox, app):
    from cbe import jobs

    for n in range(8):
        client.post("/forgotten", data={"email": learner.email}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"})
    assert jobs.run_sweep(app, "send_mail") == 5


@pytest.mark.parametrize("email", ["learner@cbe.example", "nobody@cbe.example"])
def test_a_stranger_cannot_tell_whether_an_address_is_known(client, cast, email):
    client.get("/sign-in")
    wrong = try_in(client, email, "wrong words")
    asked = client.post("/forgotten", data={"email": email}, follow_redirects=True)
    assert wrong.status_code == 422
    assert "is not right" in wrong.text
    assert "If this address has an account" in asked.text


def test_who_asks_for_an_address_cannot_tell_whether_it_is_taken(sign_in, learner, other_learner):
    client = sign_in(learner)
    answers = [
        client.post("/settings/email", data={"email": email, "password": PASSWORD}, follow_redirects=True)
        for email in (other_learner.email, "free@cbe.example")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Open the link in the mail" in answer.text for answer in answers)


@pytest.mark.settings(CBE_BASE_URL="https://real.example")
def test_a_link_names_our_address_whatever_the_request_says(client, learner, mailbox, app):
    from cbe import jobs

    client.post(
        "/forgotten",
        data={"email": learner.email},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    jobs.run_sweep(app, "send_mail")
    assert "https://real.example/links/" in mailbox[0].get_content()
    assert "evil" not in mailbox[0].as_string()
