"""The one client that asks other machines: whom it asks, what it takes, and that it goes where it looked.

A server of ours answers over TLS on this machine; names lead to it through the resolver and the connector of the test.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest

from cbe.domain.verification import Unfetched
from cbe.services.outbound import Limits, Outbound

PUBLIC = "93.184.216.34"
NAMES = ("issuer.example", "other.example")
CLOSED = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:1::1", "2001:db8::1", "fec0::1", "fe80::1%eth0", "localhost",
]  # fmt: skip


class Pages(BaseHTTPRequestHandler):
    """What stands at addresses of the server."""

    def do_GET(self) -> None:
        getattr(self, "page_" + self.path.strip("/").split("?")[0])()

    def send(self, body: bytes, kind: str = "application/json", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def page_good(self) -> None:
        self.send(f'{{"host": "{self.headers["Host"]}"}}'.encode())

    def page_away(self) -> None:
        self.send(b"", status=302, Location="https://other.example/good")

    def page_inside(self) -> None:
        self.send(b"", status=302, Location="https://inside.example/good")

    def page_plain(self) -> None:
        self.send(b"", status=302, Location="http://other.example/good")

    def page_round(self) -> None:
        self.send(b"", status=302, Location="/round")

    def page_large(self) -> None:
        self.send(b"a" * 2_000_000)

    def page_web(self) -> None:
        self.send(b"<html>", "text/html")

    def page_packed(self) -> None:
        self.send(b"x", **{"Content-Encoding": "gzip"})

    def page_gone(self) -> None:
        self.send(b"", status=404)

    def page_slow(self) -> None:
        self.send(b"{")
        for _ in range(100):
            time.sleep(0.05)
            self.wfile.write(b" ")
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def certificate(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    names = x509.SubjectAlternativeName([x509.DNSName(one) for one in NAMES])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(names, False).sign(key, hashes.SHA256())
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


@dataclass
class Outside:
    """The world behind the client: what names answer, where the connector leads, and what was asked of both."""

    port: int
    context: ssl.SSLContext
    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def resolve(self, name: str, _port: int) -> list[str]:
        self.looked_up.append(name)
        found = self.answers.get(name, [[PUBLIC]])
        return found.pop(0) if len(found) > 1 else found[0]

    def connect(self, address: tuple[str, int], seconds: float) -> socket.socket:
        self.connected.append(address[0])
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def client(self, **limits: float) -> Outbound:
        return Outbound(
            resolve=self.resolve, connect=self.connect, context=self.context, limits=Limits(**limits)  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, ssl.SSLContext]]:
    cert, key = certificate(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    running = HTTPServer(("127.0.0.1", 0), Pages)
    running.handle_error = lambda *_: None  # type: ignore[method-assign]
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running.server_port, ssl.create_default_context(cafile=str(cert))
    running.shutdown()
    running.server_close()


@pytest.fixture
def outside(server: tuple[int, ssl.SSLContext]) -> Outside:
    return Outside(*server)


def refusal(client: Outbound, url: str) -> str:
    with pytest.raises(Unfetched) as refused:
        client.fetch(url)
    return str(refused.value)


def test_it_goes_to_the_address_it_looked_up_under_the_name_it_was_given(outside: Outside) -> None:
    client = outside.client()
    assert client.fetch("https://issuer.example/good") == b'{"host": "issuer.example"}'
    assert client.fetch("https://issuer.example/good") == b'{"host": "issuer.example"}'
    assert (outside.looked_up, outside.connected) == (["issuer.example"], [PUBLIC])


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_of_the_public_internet_is_not_asked(address: str, outside: Outside) -> None:
    outside.answers["issuer.example"] = [[address]]
    assert "public internet" in refusal(outside.client(), "https://issuer.example/good")
    outside.answers["issuer.example"] = [[PUBLIC, address]]
    assert "public internet" in refusal(outside.client(), "https://issuer.example/good")
    assert outside.connected == []


def test_an_address_in_the_place_of_a_name_is_judged_too(outside: Outside) -> None:
    def as_it_stands(name: str, _port: int) -> list[str]:
        return [str(ip_address(int(name) if name.isdigit() else name))]

    client = outside.client()
    client.resolve = as_it_stands
    for host in ("127.0.0.1", "[::1]", "[::ffff:169.254.169.254]", "2130706433"):
        assert "public internet" in refusal(client, f"https://{host}/good")
    assert outside.connected == []


def test_a_name_that_changes_its_answer_changes_nothing(outside: Outside) -> None:
    outside.answers["issuer.example"] = [[PUBLIC], ["127.0.0.1"]]
    client = outside.client()
    client.fetch("https://issuer.example/good")
    assert outside.connected == [PUBLIC]
    assert "public internet" in refusal(client, "https://issuer.example/away")
    assert outside.connected == [PUBLIC]


@pytest.mark.parametrize(
    "url",
    ["http://issuer.example/good", "file:///etc/passwd", "ftp://issuer.example/", "gopher://issuer.example/", "good", "",
     "https://me@issuer.example/good", "https://issuer.example:22/good", "https://issuer.example/\r\nX: y", "https:///good",
     "https://issuer.example:port/", "https://issuer.example/ü", "//issuer.example/good"],
)  # fmt: skip
def test_only_plain_https_addresses_are_asked(url: str, outside: Outside) -> None:
    refusal(outside.client(), url)
    assert (outside.looked_up, outside.connected) == ([], [])


def test_redirects_are_followed_and_each_is_checked_again(outside: Outside) -> None:
    assert outside.client().fetch("https://issuer.example/away") == b'{"host": "other.example"}'
    outside.answers["inside.example"] = [["10.0.0.1"]]
    assert "public internet" in refusal(outside.client(), "https://issuer.example/inside")
    assert "https://" in refusal(outside.client(), "https://issuer.example/plain")
    outside.connected.clear()
    assert "on and on" in refusal(outside.client(), "https://issuer.example/round")
    assert len(outside.connected) == 4


@pytest.mark.parametrize(
    ("page", "said"),
    [("large", "1024 kB"), ("web", "text/html"), ("packed", "no credential"), ("gone", "404")],
)
def test_what_is_no_credential_is_not_taken(page: str, said: str, outside: Outside) -> None:
    assert said in refusal(outside.client(), f"https://issuer.example/{page}")


def test_a_slow_drip_is_broken_off_and_many_requests_end(outside: Outside) -> None:
    started = time.monotonic()
    assert "longer than" in refusal(outside.client(seconds=0.4), "https://issuer.example/slow")
    assert time.monotonic() - started < 2
    client = outside.client(requests=2)
    for number in range(2):
        client.fetch(f"https://issuer.example/good?{number}")
    assert "More than 2" in refusal(client, "https://issuer.example/good?2")


def test_another_name_in_the_certificate_is_refused(outside: Outside) -> None:
    assert "could not be asked" in refusal(outside.client(), "https://stranger.example/good")


def test_a_name_that_is_not_looked_up_in_time_is_given_up(outside: Outside) -> None:
    client = outside.client(seconds=0.2)
    client.resolve = lambda *_: time.sleep(1) or [PUBLIC]  # type: ignore[func-returns-value]
    assert "longer than" in refusal(client, "https://issuer.example/good")
    assert outside.connected == []


def test_a_name_that_nobody_knows_is_said_to_have_no_address(outside: Outside) -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError("no such name")

    client = outside.client()
    client.resolve = unknown
    assert refusal(client, "https://issuer.example/good") == "There is no address for issuer.example."


def test_what_is_ours_never_leaves_the_machine(outside: Outside) -> None:
    client = outside.client()
    client.local = lambda url: b"{}" if url.startswith("https://cbe.example/") else None
    assert client.fetch("https://cbe.example/status/1") == b"{}"
    assert outside.looked_up == []
