"""The frame of every page: its headers, what it loads, help, time zones."""

import re

import pytest

from cbe.web.assets import _lean
from tests.cast import PASSWORD


@pytest.fixture
def home(learner, sign_in):
    return sign_in(learner).get("/learn/web", headers={"Accept-Encoding": "br"})


def test_a_page_says_how_it_may_be_used(home):
    policy = home.headers["Content-Security-Policy"].split("; ")
    expected = [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    assert set(expected) <= set(policy)
    assert not [part for part in policy if "unsafe" in part or "http" in part]
    assert home.headers["X-Content-Type-Options"] == "nosniff"
    assert home.headers["Referrer-Policy"] == "same-origin"


def test_a_page_of_somebody_signed_in_is_kept_nowhere(home):
    assert home.headers["Cache-Control"] == "private, no-store"


def test_signing_in_sets_the_only_cookie(client, learner):
    answer = client.post("/sign-in", data={"email": learner.email, "password": PASSWORD})
    assert "Set-Cookie" in answer.headers
    assert "Set-Cookie" not in client.get("/learn/web").headers


def test_a_page_for_anybody_differs_by_cookie_and_language(client):
    assert {"Cookie", "Accept-Language"} <= set(client.get("/sign-in").headers["Vary"].split(", "))


def test_home_loads_one_sheet_and_one_script_for_ever(learner, sign_in):
    browser = sign_in(learner)
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get("/learn/web").text)
    assert [address.split(".")[0] + "." + address.split(".")[-1] for address in loaded] == [
        "/static/cbe.css",
        "/static/cbe.js",
    ]
    for address in loaded:
        answer = browser.get(address, headers={"Accept-Encoding": "br"}, buffered=True)
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]
        assert not {"Access-Control-Allow-Origin", "ETag", "Last-Modified"} & set(answer.headers.keys())


def test_other_pages_load_the_sheet_of_forms(client):
    assert re.search(r'href="/static/pages\.\w+\.css"', client.get("/sign-in").text)


def test_a_lean_sheet_says_the_same():
    sheet = b'/* why\n so */\n.a > .b, p :is(i) {\n  margin: -1px 0; content: " \xe2\x96\xb2" / "" }\n@media (x: 1) { a { b: c } }\n'
    assert _lean("a.css", sheet).decode() == '.a > .b,p :is(i){margin:-1px 0;content:" ▲" / ""}@media (x:1){a{b:c}}'
    assert _lean("a.js", b"// why\nlet a = 1; // so\n  // there\n    a++;\n") == b"let a = 1; // so\na++;\n"


def test_help_is_a_page_that_every_page_links_to(client):
    assert 'id="help"' in client.get("/sign-in").text
    assert "<kbd>/</kbd>" in client.get("/help").text


def test_a_rare_time_zone_is_chosen_in_the_settings_and_stays_in_the_footer(learner, sign_in):
    browser = sign_in(learner)
    assert "Asia/Tbilisi" not in browser.get("/learn/web").text
    assert "<option>Asia/Tbilisi" in browser.get("/settings").text
    browser.post("/preferences", data={"time_zone": "Asia/Tbilisi", "next": "/settings"})
    assert "<option selected>Asia/Tbilisi" in browser.get("/learn/web").text


def test_the_demo_is_opened_with_a_press_in_demo_mode_only(demo_app, app):
    answer = demo_app.test_client().post("/sign-in/demo", data={"account": "learner@demo.example"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"
    assert app.test_client().post("/sign-in/demo", data={"account": "learner@demo.example"}).status_code == 404


def test_who_was_signed_out_elsewhere_is_told_so_once(sign_in, learner):
    here, elsewhere = sign_in(learner), sign_in(learner)
    elsewhere.post("/sign-out-everywhere")
    assert "You have been signed out. Sign in to go on." in here.get("/programs", follow_redirects=True).text
    assert "You have been signed out" not in here.get("/programs", follow_redirects=True).text


def test_who_was_signed_out_before_sending_a_form_learns_that_it_was_not_saved(sign_in, learner):
    here, elsewhere = sign_in(learner), sign_in(learner)
    elsewhere.post("/sign-out-everywhere")
    assert "so nothing was saved" in here.post("/learn/web/goals", data={"pace": "9"}, follow_redirects=True).text
