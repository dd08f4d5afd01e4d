"""Server and worker are killed at any moment: what was acknowledged is there, nothing is half, no mail or file is lost."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from itertools import cycle
from pathlib import Path
from uuid import UUID

import pytest

from cbe.config import ROOT
from tests.databases import SETTINGS
from tests.faults.client import Answer, Client
from tests.faults.stage import Item, assessors, drafts, free_port, nothing_is_wrong, standing_decisions, waiting

KILLS = {"sqlite": 200, "postgres": 20}
LEARNERS = 60
pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@dataclass
class Mortal:
    """A server and a worker that are killed and begin anew."""

    parent: subprocess.Popen
    children: dict[str, int] = field(default_factory=dict)

    def begin(self, name: str) -> None:
        """Begin anew as a server or as a worker."""
        self.parent.stdin.write(f"{name}\n")
        self.parent.stdin.flush()
        self.children[name] = int(self.parent.stdout.readline())

    def kill(self, name: str) -> None:
        """End it as a power cut does: without a word."""
        os.kill(self.children[name], signal.SIGKILL)


@contextmanager
def mortal(settings: dict[str, str], port: int, *warm: str) -> Iterator[Mortal]:
    """Run both on one database, and end them and what forks them at the end."""
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.forks", str(port), *warm], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **SETTINGS, **settings},
    )  # fmt: skip
    both = Mortal(parent)
    try:
        assert parent.stdout.readline() == "ready\n"
        for name in ("server", "worker"):
            both.begin(name)
        yield both
    finally:
        for name in both.children:
            both.kill(name)
        parent.communicate(timeout=20)


def insist(send: Callable[[], Answer]) -> Answer:
    """Send again and again, as a person does whose browser says that the page is gone, until it is answered."""
    while True:
        try:
            return send()
        except (OSError, HTTPException):
            time.sleep(0.01)


def sign_all(client: Client, items: list[Item], acknowledged: list[Item], ended: threading.Event) -> None:
    """Decide on one item after the other; write down those that the server said are recorded."""
    for item in items:
        if ended.is_set():
            return
        fields = {"choice-0": "met", "feedback-0": "Seen.", "once": str(item.evidence_id), "then": "queue"}
        fields |= {"version": "1", "competency": item.competency}
        answer = insist(lambda: client.post(f"/evidence/{item.evidence_id}/review", **fields))  # noqa: B023 (called at once)
        assert answer.status == 303
        acknowledged.append(item)


def upload_all(client: Client, drafts: list[UUID], acknowledged: list[bytes], ended: threading.Event) -> None:
    """Add one file after the other, ten a draft; write down the contents that the server said are kept."""
    for number in range(10 * len(drafts)):
        if ended.is_set():
            return
        content, path = f"The notes of day {number}.".encode() * 3_000, f"/evidence/{drafts[number // 10]}/files"
        once = f"file-{number}"
        answer = insist(lambda: client.send_file(path, f"{number}.txt", content, once=once, next="/notices"))  # noqa: B023
        assert answer.status == 303
        acknowledged.append(content)


def test_what_was_acknowledged_survives_every_kill(app, cast, settings, mailbox, now, capsys) -> None:
    kills = KILLS["sqlite" if settings["CBE_DATABASE_URL"].startswith("sqlite") else "postgres"]
    chance, items, port = random.Random(3), waiting(app, cast, LEARNERS, now), free_port()
    emails, ended = assessors(app, cast, 2, now), threading.Event()
    acknowledged: list[Item] = []
    pages, uploaded = drafts(app, cast, 12, now), list[bytes]()
    with mortal(settings, port, emails[0], f"/evidence/{items[-1].evidence_id}/review") as both:
        clients = [Client(port).sign_in(email) for email in emails]
        shares = [items[number::2] for number in range(2)]
        threads = [
            threading.Thread(target=sign_all, args=(client, share, acknowledged, ended))
            for client, share in zip(clients, shares, strict=True)
        ]
        writer = Client(port).sign_in(cast.people["learner"].email)
        threads.append(threading.Thread(target=upload_all, args=(writer, pages, uploaded, ended)))
        for thread in threads:
            thread.start()
        for name, _ in zip(cycle(("server", "worker", "server")), range(kills), strict=False):
            time.sleep(chance.uniform(0.0, 0.2))
            both.kill(name)
            both.begin(name)
        ended.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
    assert len(acknowledged) + len(uploaded) > kills / 10, "the kills left no time to do anything"
    assert all(standing_decisions(app, item) == 1 for item in acknowledged)
    nothing_is_wrong(app)
    everybody_was_told(app, acknowledged, mailbox)
    every_file_has_its_row(app, uploaded)
    with capsys.disabled():
        print(
            f"\n{kills} kills, {len(acknowledged)} decisions and {len(uploaded)} files acknowledged, none lost, {len(mailbox)} mails"
        )


def every_file_has_its_row(app, uploaded: list[bytes]) -> None:
    """Let a day pass: what was acknowledged is kept as it was sent, and no file and no row is without the other."""
    from cbe.services import files
    from cbe.store.blobs import key_of
    from cbe.store.database import db
    from cbe.store.evidence import EvidenceFileRow

    evidence = Path(app.instance_path) / "evidence"
    with app.app_context():
        files.remove_orphans(now=datetime.now(UTC) + timedelta(days=2))
        rows = {digest for (digest,) in db.session.query(EvidenceFileRow.digest)}
    kept = {path.relative_to(evidence).as_posix(): path.read_bytes() for path in evidence.rglob("*") if path.is_file()}
    assert kept.keys() == {key_of(digest) for digest in rows}
    assert {sha256(content).hexdigest() for content in uploaded} <= rows
    assert all(sha256(content).hexdigest() == name.rpartition("/")[2] for name, content in kept.items())


def everybody_was_told(app, acknowledged: list[Item], mailbox) -> None:
    """Let the worker go on in peace: every learner gets their notice, a mail comes twice only under one id."""
    from cbe.store.database import db
    from cbe.store.enrolments import EnrolmentRow
    from cbe.store.mail import MailRow
    from cbe.store.notices import NoticeRow
    from tests.faults.forks import sweep_all

    for _ in range(3):
        sweep_all(app)
    with app.app_context():
        decided = {item.enrolment_id for item in acknowledged}
        accounts = dict(db.session.query(EnrolmentRow.id, EnrolmentRow.account_id))
        told = {key for (key,) in db.session.query(NoticeRow.account_id).where(NoticeRow.kind == "decided")}
        mails = {row.message_id: row for row in db.session.query(MailRow)}
    assert {accounts[key] for key in decided} <= told
    assert all(row.sent_at for row in mails.values())
    assert mails.keys() == {letter["Message-ID"] for letter in mailbox}
    assert len({row.account_id for row in mails.values()}) >= len(decided)
