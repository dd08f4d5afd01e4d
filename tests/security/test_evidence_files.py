"""Files as an attacker sends and asks for them, over HTTP: what is refused, and how what is given is given."""

import re
import socket
from io import BytesIO
from select import select

import pytest

from tests.sample_files import TEXT, packed, png
from tests.services.evidence_desk import Desk

PAGE = b"<!doctype html><script>alert(document.cookie)</script>"


@pytest.fixture
def desk(app, learner, now):
    return Desk(learner.actor, now)


@pytest.fixture
def draft(app, desk):
    with app.app_context():
        return desk.save()


def send(browser, draft, *files, **more):
    data = {"file": [(BytesIO(content), name, kind) for name, content, kind in files], "next": "/settings", **more}
    return browser.post(f"/evidence/{draft}/files", data=data, content_type="multipart/form-data")


def listed(app, draft):
    from cbe.services import files

    with app.app_context():
        return files.list_files([draft])[draft]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("page.html", PAGE, "text/html"),
        ("harmless.txt", PAGE, "text/plain"),
        ("photo.png", PAGE, "image/png"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
        ("bomb.zip", packed({"a": b"\0" * (24 << 20)}), "application/zip"),
        ("flood.png", png(50_000, 50_000), "image/png"),
        ("tool.exe", b"MZ\x90\0" + b"\0" * 99, "application/pdf"),
    ],
)
def test_what_may_not_come_in_is_refused_whatever_it_says_it_is(app, sign_in, learner, draft, name, content, kind):
    browser = sign_in(learner)
    assert send(browser, draft, (name, content, kind)).status_code == 303
    assert "was not taken" in browser.get("/settings").text
    assert listed(app, draft) == []


def test_a_file_comes_as_a_download_that_no_browser_makes_a_page_of(app, sign_in, learner, draft):
    browser = sign_in(learner)
    send(browser, draft, ("../../<b>\u202e تقرير;.txt", TEXT, "text/html"))
    (file,) = listed(app, draft)
    assert file.name == "<b> تقرير;.txt"
    with browser.get(f"/files/{file.id}", headers={"Accept-Encoding": "gzip, br"}) as answer:
        assert answer.data == TEXT
    kept = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store, no-transform",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Length": str(len(TEXT)),
        "Content-Disposition": 'attachment; filename="b .txt"; '
        "filename*=UTF-8''%3Cb%3E%20%D8%AA%D9%82%D8%B1%D9%8A%D8%B1%3B.txt",
    }
    assert {name: answer.headers[name] for name in kept} == kept
    assert "Content-Encoding" not in answer.headers


def test_a_part_of_a_file_is_given(app, sign_in, learner, draft):
    browser = sign_in(learner)
    send(browser, draft, ("a.csv", b"a,b\n" * 500, "text/csv"))
    address = f"/files/{listed(app, draft)[0].id}"
    with browser.get(address, headers={"Range": "bytes=4-11", "Accept-Encoding": "gzip"}) as part:
        assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"a,b\na,b\n", "bytes 4-11/2000")
    assert browser.get(address, headers={"Range": "bytes=5000-"}).status_code == 416
    with browser.head(address) as head:
        assert head.headers["Content-Length"] == "2000"


def test_the_file_of_somebody_else_is_not_there(app, sign_in, cast, desk, draft):
    send(sign_in(cast.people["learner"]), draft, ("a.txt", TEXT, "text/plain"))
    address = f"/files/{listed(app, draft)[0].id}"

    def answers():
        names = ("other_learner", "stranger", "other_instructor", "instructor", "protector", "designer")
        found = {name: sign_in(cast.people[name]).get(address) for name in names}
        for answer in found.values():
            answer.close()
        return {name: answer.status_code for name, answer in found.items()}

    shut = {"other_learner": 404, "stranger": 404, "other_instructor": 403, "protector": 403, "designer": 403}
    assert answers() == {**shut, "instructor": 404}
    with app.app_context():
        desk.act("submit", draft)
    assert answers() == {**shut, "instructor": 200}
    assert app.test_client().get(address).headers["Location"].startswith("/sign-in")


def test_the_name_of_a_file_is_never_markup(app, sign_in, learner, draft):
    browser = sign_in(learner)
    send(browser, draft, ("<img src=x onerror=alert(1)>.txt", TEXT, "text/plain"))
    page = browser.get(f"/evidence/{draft}/report?file={listed(app, draft)[0].id}")
    assert "&lt;img src=x onerror=alert(1)&gt;.txt" in page.text
    assert "<img" not in page.text


def test_an_upload_sent_twice_is_carried_out_once(app, sign_in, learner, draft):
    browser = sign_in(learner)
    for _ in range(2):
        send(browser, draft, ("a.txt", TEXT, "text/plain"), once="a key of its own")
    assert len(listed(app, draft)) == 1


def test_a_forged_upload_without_its_token_is_refused(app, sign_in, learner, draft):
    browser = sign_in(learner)
    app.config["WTF_CSRF_ENABLED"] = True
    assert send(browser, draft, ("a.txt", TEXT, "text/plain")).status_code == 400
    assert browser.post(f"/evidence/{draft}/uploads", data={"name": "a", "size": "1"}).status_code == 400
    assert browser.patch("/uploads/00000000-0000-0000-0000-000000000000?offset=0", data=b"a").status_code == 400
    assert listed(app, draft) == []


def test_strange_numbers_of_an_upload_are_refused(app, sign_in, learner, draft):
    browser = sign_in(learner)
    for size in ("", "-1", "0", "1e9", "9" * 40, "21000000", "٣"):
        assert browser.post(f"/evidence/{draft}/uploads", data={"name": "a", "size": size}).status_code == 422, size
    upload = browser.post(f"/evidence/{draft}/uploads", data={"name": "a.txt", "size": "10"}).json["id"]
    for offset in ("", "-1", "x", "5", "10", "9" * 11):
        assert browser.patch(f"/uploads/{upload}?offset={offset}", data=b"0123456789").status_code in (409, 422), offset
    assert browser.patch(f"/uploads/{upload}?offset=0", data=b"0" * 11).status_code == 422
    assert browser.get(f"/uploads/{upload}").json["received"] == 0


def raw(address: str, head: str, body: "list[bytes]") -> tuple[bytes, int]:
    """Send a request by hand; return the answer and how many bytes of the body were taken before it."""
    host, port = address.removeprefix("http://").split(":")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(head.replace("\n", "\r\n").encode())
        try:
            for piece in body:
                if select([line], [], [], 0)[0]:
                    break
                line.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        try:
            return line.recv(200), sent
        except ConnectionResetError:
            return b"", sent


@pytest.fixture
def served(app, sign_in, learner, draft):
    """Serve the application as it is; give its address, the learner's cookie and the item."""
    import threading

    from werkzeug.serving import make_server

    app.config["MOST_UPLOAD"] = 4 << 20
    cookie = sign_in(learner).get_cookie("cbe").value
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", cookie, draft
    server.shutdown()
    server.server_close()
    thread.join()


HEAD = """POST /evidence/{draft}/files HTTP/1.1
Host: localhost
Cookie: cbe={cookie}
Content-Type: multipart/form-data; boundary=b
{length}

"""
START = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


def test_an_upload_that_announces_two_gigabytes_is_refused_at_once(served, tmp_path):
    address, cookie, draft = served
    head = HEAD.format(draft=draft, cookie=cookie, length="Content-Length: 2147483648")
    answer, _ = raw(address, head, [START])
    assert b" 413 " in answer.splitlines()[0]


def test_an_upload_that_never_ends_is_refused_when_it_is_too_much(served, app):
    address, cookie, draft = served
    head = HEAD.format(draft=draft, cookie=cookie, length="Transfer-Encoding: chunked")
    piece = b"%x\r\n" % (1 << 16) + b"x" * (1 << 16) + b"\r\n"
    answer, sent = raw(address, head, [b"%x\r\n" % len(START) + START + b"\r\n", *[piece] * 800])
    assert re.match(rb"HTTP/1.[01] 413 |$", answer)
    assert sent < 20 << 20
    assert listed(app, draft) == []
    left = [
        path for path in (app.extensions["cbe"].folder).rglob("*") if path.is_file() and path.stat().st_size > 1 << 20
    ]
    assert [path.name for path in left if "sqlite" not in path.name] == []


def test_only_those_who_are_signed_in_may_send_more_than_any_form_may(app, sign_in, learner, draft):
    from flask import request

    cookie = f"cbe={sign_in(learner).get_cookie('cbe').value}"
    for who, most in (("", 20 << 20), (cookie, (10 * 20 << 20) + (1 << 20))):
        with app.test_request_context(
            f"/evidence/{draft}/files", method="POST", content_type="multipart/form-data", headers={"Cookie": who}
        ):
            app.preprocess_request()
            assert request.max_content_length == most
