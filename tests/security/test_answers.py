"""Every answer carries its headers, and what is too much, no text or a broken database gets one too."""

import re

import pytest

ALWAYS = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/sign-in", 200), ("GET", "/nothing", 404), ("DELETE", "/sign-in", 404), ("GET", "/static/nothing.css", 404),
     ("GET", "/links/forged", 404), ("GET", "/settings", 303), ("GET", "/learn/~00", 400), ("GET", "/sign-in?next=%00", 400),
     ("GET", "/my-data.json", 404)],
)  # fmt: skip
def test_every_answer_has_its_headers(client, cast, method, path, status):
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert [name for name in ALWAYS if name not in answer.headers] == []


def test_a_static_file_says_what_it_is(client, cast):
    path = re.search(r'/static/[^"]+css', client.get("/sign-in").text).group()
    with client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/static/../secret-key", "/static/%2e%2e/secret-key", "/static/..%2fsecret-key", "/static//etc/passwd"]
)
def test_no_other_file_is_served(client, cast, path):
    assert client.get(path).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("field", ["email", "password"])
def test_a_nul_is_refused_on_both_databases(client, learner, field):
    data = {"email": learner.email, "password": "x"} | {field: "a\0b"}
    assert client.post("/sign-in", data=data).status_code == 400


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query", ["page=99999999999999999999", "page=-1", "page=x", "q=%25_%5C", "q=%ff%fe", "page=" + "9" * 5000]
)
def test_strange_questions_get_answers_on_both_databases(sign_in, registrar, query):
    assert sign_in(registrar).get(f"/programs/web/people?{query}").status_code == 200


@pytest.mark.parametrize("zoom", ["²", "9", "-1", "9" * 5000, "x"])
def test_a_strange_zoom_is_none(sign_in, learner, zoom):
    assert sign_in(learner).get("/learn/web/map", query_string={"zoom": zoom}).status_code == 200


def test_a_search_for_signs_of_sql_finds_those_signs(sign_in, registrar):
    client = sign_in(registrar)
    assert "other_learner@" in client.get("/programs/web/people?q=r_l").text
    assert "other_learner@" not in client.get("/programs/web/people?q=%25learner%25").text


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_form_that_is_too_large_is_refused_before_it_is_read(client, cast, kind):
    body = b"a&" * (11 * 1024 * 1024)
    assert client.post("/sign-in", data=body, content_type=kind).status_code == 413


def test_a_form_of_a_million_fields_is_refused(client, cast):
    assert (
        client.post("/sign-in", data=b"a&" * 600_000, content_type="application/x-www-form-urlencoded").status_code
        == 413
    )


def test_a_broken_database_is_said_in_words_and_no_secret_is_logged(app, sign_in, learner, caplog):
    from cbe.store.database import db

    client = sign_in(learner)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sign_in_session RENAME TO elsewhere")
    answer = client.get("/settings")
    assert (answer.status_code, "Something broke on our side" in answer.text) == (500, True)
    assert [name for name in ALWAYS if name not in answer.headers] == []
    assert "Traceback" not in answer.text
    assert "SQL parameters hidden" in caplog.text
    assert app.test_client().get("/health").status_code == 200
