"""The fence around the tests: no connection and no look-up of a name leaves this machine."""

import ipaddress
import socket
import sys
from typing import Any

LOCAL_NAMES = {None, "", "localhost", b"localhost", socket.gethostname(), socket.gethostname().encode()}


class LeftTheMachine(BaseException):
    """A test tried to reach another machine. Not an Exception, so that no `except Exception` hides it."""


def close_the_fence() -> None:
    """Refuse, for the rest of this process, whatever would reach another machine through a Python socket."""
    sys.addaudithook(_refuse_strangers)


def is_local(host: Any) -> bool:
    """Say whether an address or a name is this machine's own.

    >>> is_local("127.0.0.1"), is_local("::1"), is_local("localhost"), is_local("cbe.example"), is_local("10.0.0.1")
    (True, True, True, False, False)
    """
    if host in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_strangers(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # the rest are Unix sockets
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise LeftTheMachine(f"a test may not leave the machine, but {event} named {host!r}")
