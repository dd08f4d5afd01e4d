"""Checkpoints: signed when the trail went on, and what becomes of the file, of its key and of a restored copy."""

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask

from cbe.domain.errors import Conflict, Forbidden
from cbe.domain.policy import SYSTEM, Actor
from cbe.services import checkpoints
from cbe.services.audit import verify_trail
from cbe.services.backup import make_backup, restore_backup
from cbe.services.transaction import transaction
from tests.databases import built_app

CUT = "The file of checkpoints was cut"


def go_on(now: datetime, *minutes: int) -> None:
    """Write an entry and sign it, once for each of these minutes."""
    for minute in minutes:
        then = now + timedelta(minutes=minute)
        with transaction(SYSTEM, then) as tx:
            tx.record("test:go-on", minute=minute)
        assert checkpoints.sign_checkpoint(now=then) == 1


@pytest.fixture
def file(app: Flask, context: None, now: datetime) -> Path:
    """Give the file after three checkpoints."""
    go_on(now, 1, 2, 3)
    assert verify_trail(SYSTEM).problems == []
    return checkpoints.where()


def key_of(file: Path) -> Path:
    return file.parent.parent / "keys" / "checkpoints.pem"


def problems() -> str:
    return "\n".join(f"{at}: {why}" for at, why in verify_trail(SYSTEM).problems)


def test_a_checkpoint_is_signed_when_the_trail_went_on_and_only_then(file: Path, now: datetime) -> None:
    assert checkpoints.sign_checkpoint(now=now) == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["number"], line["seq"]) for line in lines] == [(1, 1), (2, 2), (3, 3)]
    assert (found := verify_trail(SYSTEM)).checkpoints == 3
    assert (found.last.seq, found.last.at) == (3, "2026-11-23T12:03:00+00:00")


def test_key_and_checkpoints_are_their_owners_alone(file: Path) -> None:
    paths = (key_of(file), file, key_of(file).parent, file.parent)
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o600, 0o600, 0o700, 0o700]
    assert [path.name for path in key_of(file).parent.iterdir()] == ["checkpoints.pem"]


@pytest.mark.both_databases
def test_workers_that_sign_at_once_sign_once(app: Flask, context: None, now: datetime) -> None:
    with transaction(SYSTEM, now) as tx:
        tx.record("test:go-on")
    done: list[int] = []

    def sign() -> None:
        with app.app_context():
            done.append(checkpoints.sign_checkpoint(now=now))

    threads = [threading.Thread(target=sign) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 0, 0, 0, 0, 1]
    assert verify_trail(SYSTEM).problems == []


def test_a_line_that_never_was_whole_gives_way_to_the_next(file: Path, now: datetime) -> None:
    with file.open("a") as opened:
        opened.write('{"at":"2026-')
    assert problems() == ""
    go_on(now, 4)
    assert problems() == ""
    assert len(file.read_text().splitlines()) == 4


def without(file: Path, *numbers: int) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for number, line in enumerate(lines, 1) if number not in numbers))


def test_the_last_checkpoint_cut_off(file: Path, now: datetime) -> None:
    without(file, 3)
    assert "cut: it had at least 3 lines and has 2" in problems()
    with pytest.raises(Conflict, match=CUT):
        go_on(now, 4)


def test_a_checkpoint_taken_out_of_the_middle(file: Path) -> None:
    without(file, 2)
    assert "/checkpoints/2: this line does not follow from the one before it" in problems()


def test_the_file_gone(file: Path) -> None:
    file.unlink()
    assert "the file of checkpoints is gone: it had at least 3 lines" in problems()


@pytest.mark.parametrize("change", [('"seq":2', '"seq":1'), ('"at":"2026-', '"at":"2025-'), ('"since":null', '"x":0')])
def test_an_edited_checkpoint(file: Path, change: tuple[str, str]) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(lines[0] + lines[1].replace(*change) + lines[2])
    assert "/checkpoints/2: " in problems()


def test_a_checkpoint_forged_with_another_key(file: Path, now: datetime) -> None:
    kept = key_of(file).read_bytes()
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key_of(file).write_bytes(other)
    go_on(now, 4)
    key_of(file).write_bytes(kept)
    assert "/checkpoints/4: the signature of the checkpoint of entry 4 is wrong" in problems()


def test_a_key_that_is_gone_is_not_made_anew_unasked(file: Path, now: datetime) -> None:
    key_of(file).unlink()
    assert "checkpoints.pem is missing" in problems()
    with pytest.raises(Conflict, match="key of the checkpoints is gone"):
        go_on(now, 4)
    checkpoints.resume(SYSTEM, now=now)
    assert problems() == ""
    assert [path.name[:17] for path in sorted(file.parent.iterdir())] == ["checkpoints-until", "checkpoints.jsonl"]


def test_signing_goes_on_after_a_loss_when_somebody_says_so_and_the_trail_tells_of_it(
    file: Path, now: datetime
) -> None:
    without(file, 2, 3)
    checkpoints.resume(SYSTEM, now=now)
    go_on(now, 5)
    found = verify_trail(SYSTEM)
    assert (found.problems, found.checkpoints) == ([], 3)
    assert "went on anew with entry 4" in found.notes[0]


def test_only_the_command_line_verifies_and_resumes(context: None, now: datetime) -> None:
    administrator = Actor(account_id=uuid4(), is_admin=True)
    with pytest.raises(Forbidden):
        verify_trail(administrator)
    with pytest.raises(Forbidden):
        checkpoints.resume(administrator, now=now)


@pytest.mark.both_databases
def test_a_restored_older_copy_holds_and_says_what_it_took_away(file: Path, tmp_path: Path, now: datetime) -> None:
    make_backup(SYSTEM, tmp_path / "copy", now=now)
    go_on(now, 4, 5)
    restore_backup(SYSTEM, tmp_path / "copy", replace=True, now=now)
    found = verify_trail(SYSTEM)
    assert (found.problems, found.entries, found.checkpoints) == ([], 4, 6)
    assert "went on anew with entry 4" in found.notes[0]
    go_on(now, 6)
    assert problems() == ""


def test_an_older_copy_put_back_by_hand_is_told(file: Path, tmp_path: Path, now: datetime) -> None:
    from cbe.store.database import db

    copy, place = tmp_path / "by-hand.sqlite", Path(db.engine.url.database)
    with closing(sqlite3.connect(place)) as opened:
        opened.execute("VACUUM INTO ?", [str(copy)])
    go_on(now, 4)
    db.session.remove()
    db.engine.dispose()
    shutil.copyfile(copy, place)
    for rest in ("-wal", "-shm"):
        place.with_name(place.name + rest).unlink(missing_ok=True)
    assert "/audit/4: this entry was signed at 2026-11-23T12:04:00+00:00 and is not in the trail" in problems()


def test_a_copy_restored_on_another_machine_brings_its_checkpoints(
    file: Path, tmp_path: Path, now: datetime, sqlite_databases
) -> None:
    make_backup(SYSTEM, tmp_path / "copy", now=now)
    (tmp_path / "there").mkdir()
    with sqlite_databases.database(tmp_path / "there") as url:
        settings = {"CBE_DATABASE_URL": url, "CBE_INSTANCE": str(tmp_path / "there")}
        with built_app(settings) as there, there.app_context():
            go_on(now, 1)  # somebody tried it out, with a key of its own
            restore_backup(SYSTEM, tmp_path / "copy", replace=True, now=now)
            assert (problems(), verify_trail(SYSTEM).checkpoints) == ("", 4)
            assert len(list((tmp_path / "there" / "audit").iterdir())) == 2
