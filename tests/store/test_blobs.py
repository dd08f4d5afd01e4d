"""Bytes by key, in a folder and in a bucket alike; and evidence that is kept in a bucket from the page to the sweep."""

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from cbe.store.blobs import BucketBlobs, FolderBlobs, key_of
from cbe.store.database import FileRules
from tests.s3_store import LOGIN, s3_store
from tests.sample_files import TEXT

KEY = key_of(hashlib.sha256(TEXT).hexdigest())
LATER = timedelta(days=1)


@pytest.fixture(scope="module")
def bucket():
    """Give the rules of an installation that keeps its evidence in a bucket."""
    with s3_store("evidence-of-tests") as url:
        yield FileRules(bucket="evidence-of-tests/cbe", s3_endpoint=url, s3_login=LOGIN)


@pytest.fixture(params=["folder", "bucket"])
def blobs(request, tmp_path):
    if request.param == "folder":
        return FolderBlobs(tmp_path / "evidence")
    return BucketBlobs(request.getfixturevalue("bucket"), f"evidence-{tmp_path.name}")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(TEXT)
    return path


def test_what_was_put_is_there_until_it_is_removed(blobs, source):
    assert not blobs.has(KEY)
    with pytest.raises(FileNotFoundError):
        blobs.open(KEY)
    blobs.put(KEY, source)
    blobs.put(KEY, source)
    source.unlink()
    assert blobs.has(KEY)
    with blobs.open(KEY) as content:
        content.seek(5)
        assert content.read(3) == TEXT[5:8]
    blobs.remove(KEY)
    blobs.remove(KEY)
    assert not blobs.has(KEY)


def test_what_is_old_is_listed_by_its_key(blobs, source):
    assert list(blobs.older_than(datetime.now(UTC) + LATER)) == []
    blobs.put(KEY, source)
    assert list(blobs.older_than(datetime.now(UTC) + LATER)) == [KEY]
    assert list(blobs.older_than(datetime.now(UTC) - LATER)) == []


def test_bytes_that_are_put_again_are_young_again(tmp_path, source):
    blobs = FolderBlobs(tmp_path / "evidence")
    blobs.put(KEY, source)
    os.utime(tmp_path / "evidence" / KEY, (0, 0))
    assert list(blobs.older_than(datetime.now(UTC) - LATER)) == [KEY]
    blobs.put(KEY, source)
    assert list(blobs.older_than(datetime.now(UTC) - LATER)) == []


@pytest.mark.usefixtures("context")
def test_evidence_lives_in_a_bucket_from_the_first_piece_to_the_last_sweep(app, bucket, learner, now):
    from cbe.services import files
    from tests.services.evidence_desk import Desk

    app.extensions["cbe"] = replace(app.extensions["cbe"], files=replace(bucket, bucket=f"{bucket.bucket}/whole"))
    desk, content = Desk(learner.actor, now), b"a long line\n" * 200_000
    key = desk.save()
    files.add_files(desk.actor, key, [("a.txt", BytesIO(TEXT))], now=now)
    upload = files.begin_upload(desk.actor, key, "long.txt", len(content), now=now)
    for offset in range(0, len(content), files.PIECE):
        files.take_piece(desk.actor, upload.id, offset, [content[offset : offset + files.PIECE]], now=now)
    files.complete_upload(desk.actor, upload.id, now=now)
    small, large = sorted(files.list_files([key])[key], key=lambda one: one.size)
    opened = files.open_file(desk.actor, large.id, today=now.date())
    with opened.content:
        assert opened.content.read() == content
    assert not (app.extensions["cbe"].folder / "evidence").exists()
    files.remove_file(desk.actor, large.id, now=now)
    store = BucketBlobs(app.extensions["cbe"].files, "")
    assert [name.rpartition("/")[2] for name in store.older_than(now + 9 * LATER)] == [KEY.rpartition("/")[2]]
    assert small.size == len(TEXT)
