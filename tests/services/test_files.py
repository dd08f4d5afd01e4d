"""Files of evidence: taken in one go or in pieces, kept once, within limits, and gone when nobody needs them."""

import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4

import pytest

from cbe.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from cbe.services import files, quarantine
from cbe.services.files import PIECE
from cbe.store import files as rows
from cbe.store.blobs import evidence_blobs, incoming_blobs, key_of, scratch
from cbe.store.database import installation
from tests.sample_files import TEXT, png
from tests.services.evidence_desk import Desk

pytestmark = pytest.mark.usefixtures("context")
LARGE = b"line of a long text\n" * (PIECE // 8)


@pytest.fixture
def desk(learner, now):
    return Desk(learner.actor, now)


def add(desk, key, *sent):
    return files.add_files(desk.actor, key, [(name, BytesIO(content)) for name, content in sent], now=desk.now)


def listed(key):
    return files.list_files([key])[key]


def digest(content):
    return hashlib.sha256(content).hexdigest()


def is_kept(content):
    return evidence_blobs().has(key_of(digest(content)))


def leftovers():
    return [
        path
        for path in installation().folder.rglob("*")
        if path.is_file() and path.parent.name in ("scratch", "incoming")
    ]


def send_all(desk, key, name, content, start=0):
    upload = files.begin_upload(desk.actor, key, name, len(content), now=desk.now)
    for offset in range(start, len(content), PIECE):
        piece = content[offset : offset + PIECE]
        upload = files.take_piece(desk.actor, upload.id, offset, [piece[:100], piece[100:]], now=desk.now)
    return upload


def test_a_file_is_kept_under_its_digest_and_read_again(desk, instructor, now):
    key = desk.save()
    assert add(desk, key, ("My notes.txt", TEXT)).names == ["My notes.txt"]
    (file,) = listed(key)
    assert (file.size, file.media_type, file.state) == (len(TEXT), "text/plain", "ok")
    path = installation().folder / "evidence" / key_of(digest(TEXT))
    assert path.read_bytes() == TEXT
    assert path.stat().st_mode & 0o077 == 0
    opened = files.open_file(desk.actor, file.id, today=now.date())
    with opened.content:
        assert opened.content.read() == TEXT
    assert leftovers() == []


def test_what_cannot_be_taken_is_told_and_the_rest_is_taken(desk):
    key = desk.save()
    found = add(desk, key, ("a.txt", TEXT), ("page.html", b"<!doctype html><p>Hello"), ("b.png", png(10, 10)))
    assert found.names == ["a.txt", "b.png"]
    assert [name for name, _ in found.refused] == ["page.html"]
    assert "web page" in found.refused[0][1]
    assert leftovers() == []


def test_the_same_bytes_are_kept_once_and_go_with_the_last_who_has_them(desk, other_learner):
    key, other = desk.save(), Desk(other_learner.actor, desk.now)
    theirs = other.save()
    add(desk, key, ("a.txt", TEXT), ("again.txt", TEXT))
    add(other, theirs, ("b.txt", TEXT))
    (mine,) = listed(key)
    files.remove_file(desk.actor, mine.id, now=desk.now)
    assert is_kept(TEXT)
    files.remove_file(other.actor, listed(theirs)[0].id, now=desk.now)
    assert not is_kept(TEXT)


def test_what_was_handed_in_keeps_its_files_when_the_next_version_leaves_them_out(desk):
    key = desk.save()
    add(desk, key, ("a.txt", TEXT))
    desk.act("submit", key)
    desk.act("edit", key)
    files.remove_file(desk.actor, listed(key)[0].id, now=desk.now)
    (file,) = listed(key)
    assert (file.is_in(1), file.is_in(2)) == (True, False)
    assert is_kept(TEXT)
    with pytest.raises(Conflict):
        files.remove_file(desk.actor, file.id, now=desk.now)


@pytest.mark.settings(CBE_EVIDENCE_FILES="2", CBE_EVIDENCE_FILE_MB="1", CBE_EVIDENCE_QUOTA_MB="2")
def test_an_item_has_so_many_files_and_a_learner_so_many_bytes(desk):
    key, big = desk.save(), b"x\n" * 500_000
    found = add(desk, key, ("huge.txt", big * 2), ("1.txt", big), ("2.txt", big + b"2"), ("3.txt", b"3"))
    assert found.names == ["1.txt", "2.txt"]
    assert ["larger than 1 MB" in found.refused[0][1], "at most 2 files" in found.refused[1][1]] == [True, True]
    other = desk.save()
    assert "2 MB" in add(desk, other, ("3.txt", big + b"3")).refused[0][1]
    assert not is_kept(big + b"3")
    with pytest.raises(Invalid):
        files.begin_upload(desk.actor, other, "3.txt", len(big), now=desk.now)
    assert files.rules().quota_mb == 2


def test_only_the_learner_changes_the_files_of_a_draft_and_only_while_it_is_one(
    desk, instructor, other_learner, designer
):
    key = desk.save()
    for actor, error in ((instructor.actor, Forbidden), (designer.actor, Forbidden), (other_learner.actor, NotFound)):
        with pytest.raises(error):
            add(SimpleNamespace(actor=actor, now=desk.now), key, ("a.txt", TEXT))
    add(desk, key, ("a.txt", TEXT))
    upload = files.begin_upload(desk.actor, key, "b.txt", 3, now=desk.now)
    desk.act("submit", key)
    for act in (
        lambda: add(desk, key, ("c.txt", b"c")),
        lambda: files.remove_file(desk.actor, listed(key)[0].id, now=desk.now),
        lambda: files.take_piece(desk.actor, upload.id, 0, [b"abc"], now=desk.now),
        lambda: files.complete_upload(desk.actor, upload.id, now=desk.now),
    ):
        with pytest.raises(Conflict):
            act()
    assert len(listed(key)) == 1


def test_a_file_is_read_by_those_who_may_assess_it_once_it_was_handed_in(desk, cast, now):
    key = desk.save()
    add(desk, key, ("a.txt", TEXT))
    file_id = listed(key)[0].id

    def may_read(name):
        try:
            files.open_file(cast.people[name].actor, file_id, today=now.date()).content.close()
        except (NotFound, Forbidden):
            return False
        return True

    everybody = set(cast.people)
    assert {name for name in everybody if may_read(name)} == {"learner"}
    desk.act("submit", key)
    assert {name for name in everybody if may_read(name)} == {"learner", "instructor", "coordinator"}
    with pytest.raises(NotFound):
        files.open_file(desk.actor, uuid4(), today=now.date())


def test_a_file_that_comes_in_pieces_goes_on_where_it_was(desk):
    key = desk.save()
    upload = files.begin_upload(desk.actor, key, "long.txt", len(LARGE), now=desk.now)
    first = files.take_piece(desk.actor, upload.id, 0, [LARGE[:PIECE]], now=desk.now)
    assert first.received == PIECE
    with pytest.raises(Conflict):
        files.take_piece(desk.actor, upload.id, 0, [LARGE[:PIECE]], now=desk.now)
    with pytest.raises(Invalid):
        files.take_piece(desk.actor, upload.id, PIECE, [LARGE[PIECE : PIECE + 10]], now=desk.now)
    with pytest.raises(Conflict):
        files.complete_upload(desk.actor, upload.id, now=desk.now)
    assert files.get_upload(desk.actor, upload.id).received == PIECE
    for offset in range(PIECE, len(LARGE), PIECE):
        files.take_piece(desk.actor, upload.id, offset, [LARGE[offset : offset + PIECE]], now=desk.now)
    assert files.complete_upload(desk.actor, upload.id, now=desk.now) == "long.txt"
    assert is_kept(LARGE)
    assert [file.size for file in listed(key)] == [len(LARGE)]
    assert leftovers() == []


def test_pieces_of_what_is_not_taken_are_thrown_away(desk):
    key, page = desk.save(), b"<svg onload='alert(1)'/>"
    upload = send_all(desk, key, "drawing.png", page)
    with pytest.raises(Invalid):
        files.complete_upload(desk.actor, upload.id, now=desk.now)
    with pytest.raises(NotFound):
        files.get_upload(desk.actor, upload.id)
    assert (listed(key), leftovers(), is_kept(page)) == ([], [], False)


def test_a_file_begun_again_takes_the_place_of_the_one_before(desk):
    key = desk.save()
    old = send_all(desk, key, "a.txt", TEXT)
    new = files.begin_upload(desk.actor, key, "a.txt", len(TEXT), now=desk.now)
    assert new.received == 0
    with pytest.raises(NotFound):
        files.get_upload(desk.actor, old.id)
    files.cancel_upload(desk.actor, new.id, now=desk.now)
    assert leftovers() == []


def test_uploads_nobody_goes_on_with_are_forgotten_after_two_days(desk):
    key = desk.save()
    upload = send_all(desk, key, "a.txt", TEXT)
    assert files.forget_uploads(now=desk.now + timedelta(hours=47)) == 0
    assert files.forget_uploads(now=desk.now + timedelta(hours=49)) == 1
    with pytest.raises(NotFound):
        files.get_upload(desk.actor, upload.id)
    assert leftovers() == []


def test_bytes_without_a_row_go_after_a_day_and_others_stay(desk, tmp_path):
    key = desk.save()
    add(desk, key, ("a.txt", TEXT))
    source = tmp_path / "orphan"
    source.write_bytes(b"orphan")
    evidence_blobs().put(key_of(digest(b"orphan")), source)
    incoming_blobs().put(f"{uuid4()}-0", source)
    (scratch() / "file-left").write_bytes(b"left by a crash")
    age(desk.now - timedelta(hours=23))
    assert files.remove_orphans(now=desk.now) == 0
    age(desk.now - timedelta(hours=25))
    assert files.remove_orphans(now=desk.now) == 3
    assert (is_kept(TEXT), is_kept(b"orphan"), leftovers()) == (True, False, [])


def age(moment):
    for path in installation().folder.rglob("*"):
        if path.is_file():
            os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_bytes_swept_away_before_they_are_named_are_put_again(desk, monkeypatch):
    key, store = desk.save(), evidence_blobs()
    from cbe.services.files import adding

    def kept_and_swept(bytes_):
        store.put(key_of(bytes_.digest), bytes_.path)
        store.remove(key_of(bytes_.digest))

    monkeypatch.setattr(adding, "keep", kept_and_swept)
    add(desk, key, ("a.txt", TEXT))
    assert is_kept(TEXT)


SCAN = '#!/bin/sh\nif grep -q EICAR "$1"; then exit 1; fi\nif grep -q SLOW "$1"; then exit 2; fi\nexit 0\n'


@pytest.fixture
def scanner(app, tmp_path):
    script = tmp_path / "scan me"
    script.write_text(SCAN)
    script.chmod(0o700)
    here = app.extensions["cbe"]
    app.extensions["cbe"] = replace(here, files=replace(here.files, scan_command=(str(script),)))


def test_a_scanner_is_asked_and_what_it_cannot_tell_is_not_taken_for_now(scanner, desk):
    key = desk.save()
    found = add(desk, key, ("good.txt", TEXT), ("bad.txt", b"EICAR"), ("slow.txt", b"SLOW"))
    assert found.names == ["good.txt"]
    assert ["found something" in found.refused[0][1], "Try again" in found.refused[1][1]] == [True, True]
    upload = send_all(desk, key, "slow.txt", b"SLOW")
    with pytest.raises(files.ScanFailure):
        files.complete_upload(desk.actor, upload.id, now=desk.now)
    assert files.get_upload(desk.actor, upload.id).received == 4


def test_a_reported_file_is_closed_wherever_its_bytes_are_and_comes_in_nowhere(desk, other_learner, protector, now):
    key, other = desk.save(), Desk(other_learner.actor, desk.now)
    theirs = other.save()
    add(desk, key, ("a.txt", TEXT))
    add(other, theirs, ("b.txt", TEXT))
    mine = listed(key)[0]
    quarantine.report(desk.actor, key, mine.id, "person", "", today=now.date(), now=now)
    assert [one.state for one in (*listed(key), *listed(theirs))] == ["closed", "closed"]
    for actor, file in ((desk.actor, mine), (other.actor, listed(theirs)[0])):
        with pytest.raises(Gone):
            files.open_file(actor, file.id, today=now.date())
    files.open_file(protector.actor, mine.id, today=now.date()).content.close()
    assert "reported" in add(desk, desk.save(), ("c.txt", TEXT)).refused[0][1]
    with pytest.raises(Conflict):
        files.remove_file(desk.actor, mine.id, now=desk.now)
    assert rows.has_open_report(digest(TEXT))
