"""Whether a file is a whole backup of ours, looked at in full before anything is restored from it."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cbe.domain.errors import Invalid, Problem

__all__ = ["COMMENT", "DIGEST", "FORMAT", "MANIFEST", "Archive", "open_archive"]

FORMAT = "cbe-backup/1"
MANIFEST = "manifest.json"
COMMENT = f"{FORMAT} sha256 ".encode()
DIGEST = 64
"""Characters of the digest that ends the comment, and with it the file."""
PIECE = 1 << 20
FOLDERS = ("audit/", "evidence/", "keys/")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What ``zipfile`` raises on bytes that are not what they should be."""


@dataclass(frozen=True)
class Archive:
    """An archive that was checked: the revision, columns and row counts of its tables, and its other files."""

    opened: zipfile.ZipFile
    made_at: datetime
    revision: str
    tables: Mapping[str, Mapping[str, str]]
    counts: Mapping[str, int]
    files: tuple[str, ...]

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a member."""
        with self.opened.open(name) as member:
            while piece := member.read(PIECE):
                yield piece

    def rows(self, table: str) -> Iterator[list[Any]]:
        """Yield the rows of a table."""
        with self.opened.open(f"database/{table}.jsonl") as member:
            for line in member:
                yield json.loads(line)


@contextmanager
def open_archive(path: Path, knows_revision: Callable[[str], bool], kinds: Collection[str]) -> Iterator[Archive]:
    """Open an archive whose every byte was checked; raises ``Invalid`` with all that is wrong and where.

    Places are ``/members/NAME``, or ``""`` for the file itself.
    """
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise Invalid([("", "is not a whole backup of cbe: it is cut short, or something else")])
        try:
            opened = zipfile.ZipFile(file)
        except DAMAGE as error:
            raise Invalid([("", f"is damaged: {error}")]) from None
        with opened:
            yield _checked(path, opened, knows_revision, kinds)


def _checked(
    path: Path, opened: zipfile.ZipFile, knows_revision: Callable[[str], bool], kinds: Collection[str]
) -> Archive:
    if not opened.comment.startswith(COMMENT) or len(opened.comment) != len(COMMENT) + DIGEST:
        raise Invalid([("", "is a ZIP file, but not a backup of cbe, or one whose end is damaged")])
    manifest = _manifest(opened)
    problems = _manifest_problems(manifest, knows_revision, kinds)
    if not problems:
        problems = _member_problems(opened, manifest["sha256"])
    if not problems and _digest_of(path) != opened.comment[len(COMMENT) :].decode("ascii", "replace"):
        problems = [("", "is damaged: its digest is not the one it was made with")]
    if problems:
        raise Invalid(problems)
    return Archive(
        opened,
        datetime.fromisoformat(manifest["made_at"]),
        manifest["revision"],
        manifest["tables"],
        manifest["rows"],
        tuple(name for name in manifest["sha256"] if not name.startswith("database/")),
    )


def _manifest(opened: zipfile.ZipFile) -> Any:
    try:
        return json.loads(opened.read(MANIFEST))
    except KeyError:
        raise Invalid([(f"/members/{MANIFEST}", "is missing")]) from None
    except DAMAGE as error:
        raise Invalid([(f"/members/{MANIFEST}", f"is damaged: {error}")]) from None


def _manifest_problems(manifest: Any, knows_revision: Callable[[str], bool], kinds: Collection[str]) -> list[Problem]:
    at = f"/members/{MANIFEST}"
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return [(at, f"is not of the format {FORMAT}")]
    shapes = (("made_at", str), ("revision", str), ("tables", dict), ("rows", dict), ("sha256", dict))
    missing = [(at, f"has no {key}") for key, shape in shapes if not isinstance(manifest.get(key), shape)]
    if missing:
        return missing
    if not knows_revision(manifest["revision"]):
        return [(at, f"is of the schema {manifest['revision']!r}, which this cbe does not know: use a newer cbe")]
    problems = [
        (at, f"has columns of {table} that this cbe cannot read: use a newer cbe")
        for table, columns in manifest["tables"].items()
        if not isinstance(columns, dict) or set(columns.values()) - set(kinds)
    ]
    problems += [
        (at, f"does not list the rows of {table}")
        for table in manifest["tables"]
        if f"database/{table}.jsonl" not in manifest["sha256"] or not isinstance(manifest["rows"].get(table), int)
    ]
    return problems


def _member_problems(opened: zipfile.ZipFile, digests: Mapping[str, str]) -> list[Problem]:
    names = opened.namelist()
    problems = [
        (f"/members/{name}", "has a name that is not safe") for name in {*names, *digests} if not _is_safe(name)
    ]
    problems += [(f"/members/{name}", "is not in the manifest") for name in names if name not in {MANIFEST, *digests}]
    problems += [(f"/members/{name}", "stands twice") for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [(f"/members/{name}", "is missing") for name in digests if name not in names]
    if problems:
        return sorted(problems)
    return [(f"/members/{name}", why) for name, digest in digests.items() if (why := _damage(opened, name, digest))]


def _damage(opened: zipfile.ZipFile, name: str, digest: str) -> str | None:
    found = hashlib.sha256()
    try:
        with opened.open(name) as member:
            while piece := member.read(PIECE):
                found.update(piece)
    except DAMAGE as error:
        return f"is damaged: {error}"
    return None if found.hexdigest() == digest else "is damaged: its digest is another"


def _is_safe(name: str) -> bool:
    """Tell whether a member is one of those that are made: a table, the secret key, or a file in a folder of ours."""
    if name in (MANIFEST, "secret-key"):
        return True
    parts = name.split("/")
    plain = all(part not in ("", ".", "..") and "\\" not in part and "\0" not in part for part in parts)
    if name.startswith("database/"):
        return plain and len(parts) == 2 and name.endswith(".jsonl")
    return plain and name.startswith(FOLDERS)


def _digest_of(path: Path) -> str:
    """Return the SHA-256 of all bytes of the file but the digest at its end."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = file.seek(0, os.SEEK_END) - DIGEST
        file.seek(0)
        while left > 0:
            piece = file.read(min(PIECE, left))
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
