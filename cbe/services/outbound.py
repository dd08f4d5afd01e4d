"""The one client that asks other machines: for keys of issuers, their status lists, and credentials somebody links to.

Only https, only public addresses, only to the address that was looked up and checked (a name that answers otherwise the
next moment changes nothing), three redirects each checked again, and a stated size, time and number. What is at our own
address comes from the database (``local``), never over the network. What is asked for is decided elsewhere.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

from cbe.domain.verification import Unfetched

__all__ = ["Limits", "Outbound", "is_public", "lookup"]

Resolve = Callable[[str, int], list[str]]
"""Takes a name and a port and returns its addresses; raises ``OSError``."""
Connect = Callable[[tuple[str, int], float], socket.socket]
"""Takes a checked address and a time and returns a connection."""
Local = Callable[[str], bytes | None]
"""Returns what is at an address of this installation, None when the address is not ours; raises ``Unfetched``."""

KINDS = (
    "application/json", "application/ld+json", "application/vc+ld+json", "application/vc", "application/vc+jwt",
    "application/jwt", "application/did+json", "application/did+ld+json", "application/did", "application/octet-stream",
    "text/plain", "image/png", "image/svg+xml",
)  # fmt: skip
ACCEPT = "application/vc+ld+json, application/ld+json, application/json;q=0.9, application/vc+jwt;q=0.8, */*;q=0.1"
AT_ONCE = threading.BoundedSemaphore(8)
"""So many requests leave a process at once; the next one is refused instead of waiting."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
EMBEDDING = [ipaddress.ip_network(text) for text in ("::/96", "64:ff9b:1::/48", "2001::/32", "fec0::/10")]
"""Addresses that hide another one, or that are no public ones whatever tables say."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one verification may ask for: bytes of an answer, seconds of a request and of all, requests, redirects."""

    most_bytes: int = 1024 * 1024
    seconds: float = 5.0
    all_seconds: float = 15.0
    requests: int = 8
    redirects: int = 3


def lookup(name: str, port: int) -> list[str]:
    """Look a name up with the system."""
    return [str(found[4][0]) for found in socket.getaddrinfo(name, port, proto=socket.IPPROTO_TCP)]


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet, also when it stands inside another.

    >>> [is_public(one) for one in ("93.184.216.34", "127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1")]
    [True, False, False, False, False]
    >>> [is_public(one) for one in ("2606:2800:220:1::1", "::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1")]
    [True, False, False, False, False]
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if any(address in network for network in EMBEDDING):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


@dataclass(slots=True)
class Outbound:
    """The client of one verification: what it fetched it remembers, and after so many requests it stops."""

    local: Local = lambda _url: None
    resolve: Resolve = lookup
    connect: Connect = socket.create_connection
    context: ssl.SSLContext | None = None
    limits: Limits = field(default_factory=Limits)
    _kept: dict[str, bytes] = field(default_factory=dict)
    _asked: int = 0
    _until: float | None = None

    def fetch(self, url: str) -> bytes:
        """Return what is at an address; raises ``Unfetched`` with why."""
        if url not in self._kept:
            found = self.local(url)
            self._kept[url] = self._follow(url) if found is None else found
        return self._kept[url]

    def _follow(self, url: str) -> bytes:
        start = url
        for _ in range(self.limits.redirects + 1):
            answer = self._ask(url)
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer)
            if (found := self.local(url)) is not None:
                return found
        raise Unfetched("%(url)s leads on and on.", url=_short(start))

    def _ask(self, url: str) -> bytes | str:
        """Ask once; return what is there, or where it is said to be."""
        parts, port = _checked(url)
        self._asked += 1
        if self._asked > self.limits.requests:
            raise Unfetched("More than %(most)s requests would be needed.", most=self.limits.requests)
        now = time.monotonic()
        if self._until is None:
            self._until = now + self.limits.all_seconds
        until = min(now + self.limits.seconds, self._until)
        if not AT_ONCE.acquire(blocking=False):
            raise Unfetched("Too much is being asked for at the moment; try again in a minute.")
        try:
            return self._exchange(url, parts, port, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= until:
                raise Unfetched(
                    "%(host)s took longer than %(most)s s.", host=parts.hostname, most=self.limits.seconds
                ) from None
            why = str(error) or type(error).__name__
            raise Unfetched("%(host)s could not be asked: %(why)s", host=parts.hostname, why=why[:200]) from None
        finally:
            AT_ONCE.release()

    def _exchange(self, url: str, parts: SplitResult, port: int, until: float) -> bytes | str:
        host = str(parts.hostname)
        plain = self.connect((self._address(host, port, until), port), _left(until))
        context = self.context or ssl.create_default_context()
        with plain, context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) as secure:
            watch = threading.Timer(
                _left(until), _break_off, (secure,)
            )  # a slow drip outlasts any time-out of a socket
            watch.daemon = True
            watch.start()
            try:
                secure.settimeout(_left(until))
                secure.do_handshake()
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {ACCEPT}\r\n"
                rest = "Accept-Encoding: identity\r\nUser-Agent: cbe\r\nConnection: close\r\n\r\n"
                secure.sendall((head + rest).encode("ascii"))
                with http.client.HTTPResponse(secure) as response:
                    response.begin()
                    answer = self._answer(response, url)
            finally:
                watch.cancel()
        if time.monotonic() >= until:
            raise TimeoutError("it was broken off")
        return answer

    def _answer(self, response: http.client.HTTPResponse, url: str) -> bytes | str:
        target = response.headers.get("Location", "")
        if response.status in (301, 302, 303, 307, 308) and target:
            return target
        if response.status != 200:
            raise Unfetched("%(url)s answered with %(status)s.", url=_short(url), status=response.status)
        kind = response.headers.get_content_type()
        if kind not in KINDS or response.headers.get("Content-Encoding", "identity") != "identity":
            raise Unfetched("What is at %(url)s is no credential, but %(kind)s.", url=_short(url), kind=kind[:50])
        body = response.read(self.limits.most_bytes + 1)
        if len(body) > self.limits.most_bytes:
            raise Unfetched(
                "What is at %(url)s has more than %(most)s kB.", url=_short(url), most=self.limits.most_bytes >> 10
            )
        return body

    def _address(self, host: str, port: int, until: float) -> str:
        """Return the one address to which the connection goes, after all that a name has were found public."""
        found = _in_time(lambda: self.resolve(host, port), until)
        for one in found:
            if not is_public(one):
                raise Unfetched("%(host)s is not an address of the public internet, so it is not asked.", host=host)
        if not found:
            raise Unfetched("There is no address for %(host)s.", host=host)
        return found[0]


def _checked(url: str) -> tuple[SplitResult, int]:
    """Return the parts of an address that may be asked; raises ``Unfetched``."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise Unfetched("This is no address: %(url)s", url=_short(url)) from None
    if not url.isascii() or any(char <= " " or char == "\x7f" for char in url) or len(url) > 2_000:
        raise Unfetched("This is no address: %(url)s", url=_short(url))
    if parts.scheme != "https":
        raise Unfetched("%(url)s is not asked: only addresses with https:// are.", url=_short(url))
    if not parts.hostname or "@" in parts.netloc or (port != 443 and port < 1024):
        raise Unfetched("%(url)s is not asked: it holds a name to sign in with, or an unusual port.", url=_short(url))
    return parts, port


def _in_time(work: Callable[[], list[str]], until: float) -> list[str]:
    """Look a name up in no more than the time there is, which the system doesn't limit; a name unknown has no address."""
    found: list[list[str]] = []

    def run() -> None:
        try:
            found.append(work())
        except (OSError, UnicodeError):
            found.append([])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_left(until))
    if not found:
        raise TimeoutError("its name could not be looked up in time")
    return found[0]


def _break_off(secure: ssl.SSLSocket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(secure, socket.SHUT_RDWR)  # below TLS, which another thread is reading


def _left(until: float) -> float:
    return max(0.01, until - time.monotonic())


def _short(url: str) -> str:
    return url if len(url) <= 200 else url[:200] + "…"
