"""What other tests lean on holds: the fence, a skip that becomes a failure, the mailbox, the server that goes."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from werkzeug.routing import IntegerConverter, Map, Rule, UnicodeConverter

from tests.needs import PROJECT, missing
from tests.network import LeftTheMachine


@pytest.mark.parametrize("address", ["cbe.example", "192.0.2.1", "2001:db8::1"])
def test_no_test_reaches_another_machine(address: str) -> None:
    with pytest.raises(LeftTheMachine):
        socket.create_connection((address, 80), timeout=1)


def test_a_missing_part_is_a_skip_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CBE_REQUIRE", "")
    with pytest.raises(pytest.skip.Exception, match="browser: none is installed"):
        missing("browser", "none is installed")


def test_a_missing_part_that_is_required_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CBE_REQUIRE", "browser, postgres")
    with pytest.raises(pytest.fail.Exception, match="CBE_REQUIRE names postgres, but none is installed"):
        missing("postgres", "none is installed")


def test_a_letter_reaches_the_mailbox(mailbox: list[EmailMessage], mail_url: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "cbe@localhost", "learner@localhost", "Grüße"
    letter.set_content("مرحبا")
    with smtplib.SMTP("127.0.0.1", int(mail_url.rpartition(":")[2])) as server:
        server.send_message(letter)
    assert [(found["Subject"], found.get_content().strip()) for found in mailbox] == [("Grüße", "مرحبا")]


def test_rules_of_one_shape_share_what_writes_their_address_and_keep_their_own_converters() -> None:
    maps = [Map([Rule("/found/<key:what>")], converters={"key": kind}) for kind in (IntegerConverter, UnicodeConverter)]
    builders = [next(rules.iter_rules())._build for rules in maps]
    assert builders[0].__func__ is builders[1].__func__
    assert builders[1](what="a b") == ("", "/found/a%20b")
    with pytest.raises(ValueError, match="a b"):
        builders[0](what="a b")


@pytest.mark.postgres
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_postgres_outlives_the_tests(end: signal.Signals) -> None:
    program = (
        # Whoever is started in the background ignores interrupts, and so would this.
        "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tests.postgres import PostgresServer; s = PostgresServer(); "
        "print(s.folder, s.data, sep='\\n', flush=True); time.sleep(60)"
    )
    tests = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with tests:
        folder, data = (Path(tests.stdout.readline().strip()) for _ in range(2))
        if folder == Path():
            missing("postgres", "the server did not start")
        os.kill(tests.pid, end)
    deadline = time.monotonic() + 20
    while (folder.exists() or data.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert not data.exists()
