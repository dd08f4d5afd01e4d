"""A backup holds everything, comes back equal on either database, and not one damaged bit gets in."""

import hashlib
import json
import shutil
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from cbe.domain.errors import CbeError, Conflict, Forbidden, Invalid
from cbe.domain.policy import SYSTEM
from cbe.services.backup import make_backup, restore_backup
from tests.cast import Cast, Person
from tests.databases import built_app
from tests.services.test_decisions import decide, met

Everything = dict[str, list[list[Any]]]


def everything() -> Everything:
    from cbe.store import copying

    with copying.reading() as connection:
        return {table: list(copying.rows_of(connection, table)) for table in copying.tables()}


def but_for_its_trace(found: Everything) -> Everything:
    """Give everything but the entry by which restoring a copy is known, and the head that moved with it."""
    entries = [row for row in found["audit"] if row[3] != "installation:restore"]
    return {**found, "audit": entries, "audit_head": []}


def add_somebody(now: datetime) -> None:
    from cbe.services.people import add_account

    add_account(SYSTEM, "late@cbe.example", "Late", password="correct horse battery", now=now)


@pytest.fixture
def folder(app: Flask, cast: Cast, context: None, learner: Person, now: datetime) -> Path:
    """Give the instance folder of an installation with people, decisions, evidence and keys."""
    decide(learner, now, met("html"), met("css"))
    folder = Path(app.instance_path)
    for name in ("evidence/ab/report ü.txt", "keys/2026.pem", "secret-key"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 1000)
    return folder


@pytest.fixture
def archive(folder: Path, tmp_path: Path, now: datetime) -> Path:
    """Give a backup of it."""
    path = tmp_path / "cbe.backup"
    make_backup(SYSTEM, path, now=now)
    return path


def test_what_was_kept_comes_back_equal(folder: Path, archive: Path, now: datetime) -> None:
    from cbe.store.audit import entry_digest

    before = everything()
    add_somebody(now)
    shutil.rmtree(folder / "evidence")
    (folder / "secret-key").write_text("another")
    kept = restore_backup(SYSTEM, archive, replace=True, now=now)
    assert but_for_its_trace(everything()) == but_for_its_trace(before)
    assert (kept.rows, kept.files) == (sum(map(len, before.values())), 3)
    assert (folder / "evidence/ab/report ü.txt").read_bytes() == "evidence/ab/report ü.txt".encode() * 1000
    assert (folder / "secret-key").read_bytes() == b"secret-key" * 1000
    head = "0" * 64
    for seq, at, actor, action, facts, digest in before["audit"]:
        head = entry_digest(head, seq, datetime.fromisoformat(at), actor, action, facts)
        assert head == digest


def test_the_restored_database_is_worked_with_as_before(archive: Path, learner: Person, now: datetime) -> None:
    restore_backup(SYSTEM, archive, replace=True, now=now)
    decide(learner, now, met("js"))
    add_somebody(now)
    assert len(everything()["decision"]) == 3


def test_people_are_not_replaced_unasked(archive: Path, now: datetime) -> None:
    before = everything()
    with pytest.raises(Conflict, match="--replace"):
        restore_backup(SYSTEM, archive, replace=False, now=now)
    assert everything() == before


def test_only_the_command_line_keeps_and_restores(archive: Path, administrator: Person, now: datetime) -> None:
    with pytest.raises(Forbidden):
        make_backup(administrator.actor, archive, now=now)
    with pytest.raises(Forbidden):
        restore_backup(administrator.actor, archive, replace=True, now=now)


def test_the_archive_is_its_owners_alone(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.glob(".*")] == []


def test_every_flipped_bit_is_noticed(archive: Path, now: datetime) -> None:
    whole, before = archive.read_bytes(), everything()
    step = max(1, len(whole) // 150)
    for place in [*range(0, len(whole), step), *range(len(whole) - 120, len(whole))]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        archive.write_bytes(flipped)
        with pytest.raises(Invalid):
            restore_backup(SYSTEM, archive, replace=True, now=now)
    assert everything() == before


def test_every_cut_is_noticed(archive: Path, now: datetime) -> None:
    whole = archive.read_bytes()
    for length in [0, 1, 100, len(whole) // 2, len(whole) - 64, len(whole) - 1]:
        archive.write_bytes(whole[:length])
        with pytest.raises(Invalid):
            restore_backup(SYSTEM, archive, replace=True, now=now)


def remake(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the members of an archive and sign it, as somebody would who knows how."""
    with zipfile.ZipFile(archive) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
        comment = opened.comment
    change(members)
    with zipfile.ZipFile(archive, "w") as opened:
        opened.comment = comment
        for name, data in members.items():
            opened.writestr(name, data)
    whole = archive.read_bytes()[:-64]
    archive.write_bytes(whole + hashlib.sha256(whole).hexdigest().encode())


def no_decisions(members: dict[str, bytes]) -> None:
    del members["database/decision.jsonl"]


def climbing(members: dict[str, bytes]) -> None:
    members["evidence/../../x"] = b"x"


def stowaway(members: dict[str, bytes]) -> None:
    members["evidence/more"] = b"x"


def another_format(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b"cbe-backup/1", b"cbe-backup/9")


def newer_schema(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["revision"] = "9999"
    members["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (no_decisions, "/members/database/decision.jsonl"),
        (climbing, "/members/evidence/../../x"),
        (stowaway, "/members/evidence/more"),
        (another_format, "/members/manifest.json"),
        (newer_schema, "/members/manifest.json"),
    ],
)
def test_a_well_made_file_with_other_members_is_refused(
    archive: Path, change: Callable[[dict[str, bytes]], None], at: str, now: datetime
) -> None:
    remake(archive, change)
    with pytest.raises(Invalid) as caught:
        restore_backup(SYSTEM, archive, replace=True, now=now)
    assert at in [place for place, _ in caught.value.problems]


def nobody(members: dict[str, bytes]) -> None:
    members["database/account.jsonl"] = b""
    manifest = json.loads(members["manifest.json"])
    manifest["sha256"]["database/account.jsonl"] = hashlib.sha256(b"").hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


def test_rows_that_do_not_fit_change_nothing(archive: Path, folder: Path, now: datetime) -> None:
    before = everything()
    remake(archive, nobody)
    (folder / "secret-key").write_text("still mine")
    with pytest.raises(CbeError, match="Nothing was changed"):
        restore_backup(SYSTEM, archive, replace=True, now=now)
    assert everything() == before
    assert (folder / "secret-key").read_text() == "still mine"
    assert [path for path in folder.rglob(".*") if path.is_file()] == []


def test_a_copy_of_one_database_fits_the_other(
    request: pytest.FixtureRequest, database_url: str, archive: Path, tmp_path: Path, now: datetime
) -> None:
    before = everything()
    other = "postgres" if database_url.startswith("sqlite") else "sqlite"
    (tmp_path / "other").mkdir()
    with request.getfixturevalue(f"{other}_databases").database(tmp_path / "other") as url:
        settings = {"CBE_DATABASE_URL": url, "CBE_INSTANCE": str(tmp_path / "other")}
        with built_app(settings) as there, there.app_context():
            restore_backup(SYSTEM, archive, replace=False, now=now)
            assert but_for_its_trace(everything()) == but_for_its_trace(before)


def columns_of_0002(folder: Path) -> dict[str, set[str]]:
    from cbe.store.database import db

    folder.mkdir()
    settings = {"CBE_DATABASE_URL": f"sqlite:///{folder / 'old.sqlite'}", "CBE_INSTANCE": str(folder)}
    with built_app(settings) as there, there.app_context():
        upgrade(revision="0002")
        found = sa.inspect(db.engine)
        return {table: {column["name"] for column in found.get_columns(table)} for table in found.get_table_names()}


def as_of_0002(members: dict[str, bytes], known: dict[str, set[str]]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["revision"] = "0002"
    for table, columns in list(manifest["tables"].items()):
        name = f"database/{table}.jsonl"
        if table not in known:
            del members[name], manifest["sha256"][name], manifest["tables"][table], manifest["rows"][table]
            continue
        places = [place for place, column in enumerate(columns) if column in known[table]]
        rows = [json.loads(line) for line in members[name].splitlines()]
        rows = [row for row in rows if table != "role" or not {"coordinator", "data_protection"} & set(row)]
        manifest["rows"][table] = len(rows)
        members[name] = b"".join(json.dumps([row[at] for at in places]).encode() + b"\n" for row in rows)
        manifest["tables"][table] = {key: kind for key, kind in columns.items() if key in known[table]}
        manifest["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


def test_a_copy_of_an_older_schema_is_brought_to_this_one(archive: Path, tmp_path: Path, now: datetime) -> None:
    before, known = everything(), columns_of_0002(tmp_path / "old")
    remake(archive, lambda members: as_of_0002(members, known))
    restore_backup(SYSTEM, archive, replace=True, now=now)
    after = everything()
    assert after.keys() == before.keys()
    assert {table for table, rows in before.items() if len(after[table]) != len(rows)} == {"audit", "role"}
    assert after["enrolment"] == before["enrolment"]


def test_a_backup_while_others_write_is_of_one_moment(
    app: Flask, folder: Path, tmp_path: Path, learner: Person, now: datetime
) -> None:
    done = threading.Event()

    def write() -> None:
        with app.app_context():
            while not done.is_set():
                decide(learner, now, met("js"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            make_backup(SYSTEM, tmp_path / f"{number}.backup", now=now)
    finally:
        done.set()
        writer.join()
    for number in range(5):
        restore_backup(SYSTEM, tmp_path / f"{number}.backup", replace=True, now=now)
        found = everything()
        assert found["audit_head"][0][1] == len(found["audit"])
        assert len(found["decision"]) == 2 + sum(row[3] == "decision:record" for row in found["audit"]) - 1
        assert {row[0] for row in found["decision_text"]} == {row[0] for row in found["decision"]}
