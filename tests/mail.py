"""A real mail server for the tests, on this machine only."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Postman:
    def __init__(self, mailbox: list[EmailMessage]) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd names it)
        letter = message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(letter, EmailMessage)
        self.mailbox.append(letter)
        return "250 OK"


@contextmanager
def mail_server(mailbox: list[EmailMessage]) -> Iterator[str]:
    """Run a server that puts every letter into `mailbox`, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(_Postman(mailbox), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        # The server answers QUIT before it closes the connection; give it the turns it needs for that.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), controller.loop).result()
        controller.stop(no_assert=True)
