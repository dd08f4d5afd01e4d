"""The page on which anybody verifies: rows and words, nothing fetched without a click, nothing kept, nothing run."""

import io
import json
from pathlib import Path

import pytest

from cbe.services import verifying
from tests.interop.openbadges.world import KEY, Web, bare, changed, record


@pytest.fixture
def web(app, monkeypatch, now):
    """Put a world of pages behind the client, and let the pages be read at the time of the tests."""
    pages = Web()
    monkeypatch.setattr(verifying, "Outbound", lambda local: pages)
    monkeypatch.setattr("cbe.web.identity.now", lambda: now)
    return pages


def post(client, **data):
    return client.post("/verify", data=data, content_type="multipart/form-data")


def test_a_good_one_says_so_row_by_row(client, web):
    page = post(client, credential=json.dumps(bare()))
    assert page.status_code == 200
    for words in (
        KEY.did,
        "This credential is valid.",
        "It is unchanged since its issuer signed it.",
        "A College",
        "Expert",
        "12.50",
    ):
        assert words in page.text
    assert web.asked == []


def test_a_changed_one_is_called_invalid_in_an_upload_too(client, web):
    data = json.dumps(changed("name", "Wed", bare())).encode()
    page = post(client, file=(io.BytesIO(data), "credential.json"))
    assert "This credential is not valid." in page.text
    assert "The signature doesn’t fit" in page.text.replace("&#39;", "’").replace("'", "’")


def test_a_record_says_which_member_is_wrong(client, web):
    page = post(client, credential=json.dumps(record(bare(), changed("name", "Wed", bare(id="urn:x:2")))))
    assert "This record is not valid, or a credential in it is not." in page.text
    assert "Credential 2 of 2" in page.text


def test_a_link_is_shown_and_asked_only_after_the_click(client, web):
    link = "https://college.example/badge.json"
    page = client.get("/verify", query_string={"link": link})
    assert "This link leads to another site: college.example." in page.text
    assert web.asked == []
    web.pages[link] = json.dumps(bare()).encode()
    assert "This credential is valid." in post(client, link=link).text
    assert web.asked == [link]


def test_what_cannot_be_had_is_said_and_nothing_typed_is_lost(client, web):
    page = post(client, link="https://college.example/<b>")
    assert page.status_code == 422
    assert "There is nothing at https://college.example/&lt;b&gt;." in page.text
    assert 'value="https://college.example/&lt;b&gt;"' in page.text
    assert post(client).status_code == 422


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1:5000/", "https://127.0.0.1/", "https://[::1]/", "javascript:alert(1)"]
)
def test_links_inside_are_refused(client, link):
    page = post(client, link=link)
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_what_a_stranger_wrote_is_text_and_nothing_is_loaded_from_elsewhere(client, web):
    evil = bare(name="<img src=https://evil.example/x>", description="<script>alert(1)</script>")
    page = post(client, credential=json.dumps(evil))
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_nothing_of_it_is_kept_or_logged(app, client, web, caplog):
    secret = "a-very-private-name"
    post(client, credential=json.dumps(bare(name=secret)))
    assert secret not in caplog.text
    kept = [path for path in Path(app.instance_path).rglob("*") if path.is_file()]
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


def test_too_large_a_file_is_refused_with_the_limit(client, web):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = head + b"a" * (5 * 1024 * 1024 + 1) + b"\r\n--x--\r\n"
    page = client.post("/verify", data=body, content_type="multipart/form-data; boundary=x")
    assert page.status_code == 422
    assert "more than 5 MB" in page.text
