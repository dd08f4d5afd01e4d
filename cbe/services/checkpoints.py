"""Signed checkpoints: which entry the audit trail ended with at a time, in a file outside the database.

Somebody with every right on the database can compute the whole chain anew, but not these signatures. A line holds its
number, the entry's number and digest, the time, the digest of the line before it, and an Ed25519 signature of all that.
Where a copy was restored it also names the entry ``since`` which the trail went on anew: what was signed of that entry and
later ones before is no more. The file is ``audit/checkpoints.jsonl``, the key ``keys/checkpoints.pem``, both in the
instance folder. What follows for the trail is ``audit``'s.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from cbe.domain import policy
from cbe.domain.errors import Conflict
from cbe.domain.policy import Actor
from cbe.store import copying
from cbe.store.audit import FIRST, AuditHeadRow, digests_at, find_head, held_head, newest_seq
from cbe.store.database import installation

from .on_disk import made_private, settle
from .own_keys import WrongKey, make_key, read_key
from .transaction import transaction

if TYPE_CHECKING:  # OpenSSL takes some megabytes, and of all commands only a few sign or check
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Checked", "Checkpoint", "begin_anew", "check_file", "resume", "sign_checkpoint", "where"]

PURPOSE = b"cbe-checkpoint/1\n"
LONGEST = 4096
"""Bytes at the end of the file in which its last line is looked for."""
AT_ONCE = 500
FIELDS = {"at": str, "before": str, "digest": str, "number": int, "seq": int, "since": int | None}
Say = Callable[[str, str], None]
"""Told a place and what is wrong there."""
Digests = Callable[[list[int]], dict[int, str]]
"""Gives the digests of these entries, of those that are there."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One line: the trail ended with entry ``seq`` and its digest at that time."""

    number: int
    seq: int
    digest: str
    at: str
    before: str
    since: int | None

    def values(self) -> dict[str, Any]:
        """Return what a line says besides its signature."""
        return {name: getattr(self, name) for name in FIELDS}

    def signed_bytes(self) -> bytes:
        """Return what the signature is made of."""
        return PURPOSE + _canonical(self.values())


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file of checkpoints holds: how many lines, the last, and those since which the trail went on anew."""

    lines: int = 0
    last: Checkpoint | None = None
    anew: tuple[Checkpoint, ...] = ()


class Tail(NamedTuple):
    """The last whole line of a file, as it is read and as it is written, and where the next begins."""

    last: Checkpoint | None
    raw: bytes
    end: int


def where() -> Path:
    """Return the file of checkpoints of this installation."""
    return installation().folder / "audit" / "checkpoints.jsonl"


def sign_checkpoint(*, now: datetime) -> int:
    """Write one checkpoint when the trail went on since the last; return how many were written.

    Raises ``Conflict`` when the file is not the one the database knows of: a new line would hide that it was cut.
    """
    if newest_seq() == 0 or ((last := _tail(where()).last) and last.seq == newest_seq()):
        return 0
    with held_head() as head:
        last = _tail(where()).last  # once more: another worker may just have written one
        if last is not None and last.seq == head.seq:
            return 0
        if (last.number if last else 0) < head.checkpoints:
            raise Conflict("The file of checkpoints was cut. `flask --app app audit verify` says more.")
        if last is not None and last.seq > head.seq:
            raise Conflict("The audit trail is shorter than was signed. `flask --app app audit verify` says more.")
        _append(head, now, None)
    return 1


def resume(actor: Actor, *, now: datetime) -> int:
    """Go on signing after checkpoints or their key were lost, and say so in the trail; return the new line's number."""
    return begin_anew(actor, "checkpoint:resume", {}, now=now)


def begin_anew(actor: Actor, action: str, facts: dict[str, Any], *, copy: Path | None = None, now: datetime) -> int:
    """Say in trail and file that the trail goes on from where it is, whatever was signed later; return the line's number.

    Of the file that is there and ``copy`` (in the same folder; it goes) the longer one that fits the trail is kept. A
    file that does not fit is set aside under another name, never deleted.
    """
    policy.require(actor, "record:keep")
    file = where()
    made_private(file.parent)
    with transaction(actor, now) as tx, copying.reading() as connection:
        head = find_head(connection)
        if head is None:
            raise Conflict("The audit trail has no head.")
        since, digests = head.seq + 1, partial(digests_at, connection)
        tx.record(action, **facts, checkpoints=head.checkpoints, since=since)
        fitting = [path for path in (file, copy) if path and path.is_file() and _fits(path, digests, since)]
    best = max(fitting, key=lambda path: path.stat().st_size, default=None)
    if file.is_file() and best != file:
        file.rename(file.with_name(f"checkpoints-until-{now:%Y%m%dT%H%M%S}-{token_hex(4)}.jsonl"))
    if best is not None:
        best.rename(file)
    with held_head() as row:
        return _append(row, now, since)


def check_file(path: Path, known: int, digests: Digests, until: int, say: Say) -> Checked:
    """Check every line of a file, and against the trail those that began before byte ``until``; tell what is wrong.

    ``known``: how many lines there must be at least.
    """
    if not path.is_file():
        if known:
            say("/checkpoints", f"the file of checkpoints is gone: it had at least {known} lines")
        return Checked()
    checked = _check_lines(path, say)
    if checked.lines < known:
        say("/checkpoints", f"the file of checkpoints was cut: it had at least {known} lines and has {checked.lines}")
    _compare(_standing(path, checked.anew, until), digests, say)
    return checked


def _fits(path: Path, digests: Digests, since: int) -> bool:
    """Tell whether a file is of this installation's key and trail, but for what was signed ``since`` an entry."""
    wrong: list[tuple[str, ...]] = []

    def say(*problem: str) -> None:
        wrong.append(problem)

    checked = _check_lines(path, say)
    anew = Checkpoint(checked.lines + 1, since, "", "", "", since)
    _compare(_standing(path, (*checked.anew, anew), path.stat().st_size), digests, say)
    return not wrong


def _check_lines(path: Path, say: Say) -> Checked:
    """Check what lines say of each other, and that this installation's key signed them."""
    verify = _verifier(say)
    number, before, last = 0, FIRST, None
    anew: list[Checkpoint] = []
    for _, raw in _raw_lines(path):
        number += 1
        found, signature = _read(raw)
        at = f"/checkpoints/{number}"
        if found is None:
            say(at, "this line cannot be read: it was changed")
        elif not verify(signature, found.signed_bytes()):
            say(at, f"the signature of the checkpoint of entry {found.seq} is wrong: changed, or made with another key")
        else:
            if found.before != before or found.number != number:
                say(at, "this line does not follow from the one before it: lines were taken out, put in or changed")
                number = found.number
            last = found
            anew += [found] if found.since is not None else []
        before = hashlib.sha256(raw).hexdigest()
    return Checked(number, last, tuple(anew))


def _standing(path: Path, anew: Iterable[Checkpoint], until: int) -> Iterator[Checkpoint]:
    """Yield the checkpoints that the trail must still fit: not those since which it went on anew."""
    for offset, raw in _raw_lines(path):
        found, _ = _read(raw)
        if found is None or offset >= until:
            continue
        if not any(one.since is not None and one.number > found.number and one.since <= found.seq for one in anew):
            yield found


def _compare(lines: Iterator[Checkpoint], digests: Digests, say: Say) -> None:
    """Say which checkpoint is the first that names another entry than the trail has, and the last that names one no more."""
    good, more = 0, 0
    other: Checkpoint | None = None
    beyond: Checkpoint | None = None
    while batch := list(islice(lines, AT_ONCE)):
        there = digests([one.seq for one in batch])
        for one in batch:
            if one.seq not in there:
                beyond = one
            elif there[one.seq] != one.digest:
                other, more = other or one, more + 1
            elif other is None:
                good = one.seq
    if other is not None:
        say(
            f"/audit/{other.seq}",
            f"this entry is not the one that was signed at {other.at}: the trail was changed or computed anew after entry "
            f"{good}; {more} checkpoints say so",
        )
    if beyond is not None:
        say(f"/audit/{beyond.seq}", f"this entry was signed at {beyond.at} and is not in the trail: it was cut off")


def _append(head: AuditHeadRow, now: datetime, since: int | None) -> int:
    """Put a line of where the trail ends on the disk, then note in the head that it is there; return its number."""
    file = where()
    made_private(file.parent)
    tail = _tail(file)
    number = tail.last.number + 1 if tail.last else 1
    before = hashlib.sha256(tail.raw).hexdigest() if tail.last else FIRST
    line = Checkpoint(number, head.seq, head.digest, now.isoformat(timespec="seconds"), before, since)
    key = _key(may_make=tail.last is None)
    signature = base64.b64encode(key.sign(line.signed_bytes())).decode()
    text = _canonical({**line.values(), "signature": signature}) + b"\n"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.ftruncate(handle, tail.end)  # away with a line that never was whole
        os.pwrite(handle, text, tail.end)
        os.fsync(handle)
    finally:
        os.close(handle)
    settle(file.parent)
    head.checkpoints = number
    return number


def _tail(path: Path) -> Tail:
    """Return the last whole line; raises ``Conflict`` when it is not one of ours."""
    if not path.is_file():
        return Tail(None, b"", 0)
    with path.open("rb") as file:
        start = max(0, file.seek(0, os.SEEK_END) - LONGEST)
        file.seek(start)
        whole = file.read()
    lines, newline, _ = whole.rpartition(b"\n")
    if not newline:
        return Tail(None, b"", 0)
    raw = lines.rpartition(b"\n")[2]
    found, _ = _read(raw)
    if found is None:
        raise Conflict("The last checkpoint cannot be read. `flask --app app audit verify` says more.")
    return Tail(found, raw, start + len(lines) + 1)


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield every whole line with the byte at which it begins; the beginning of one is none."""
    offset = 0
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield offset, line[:-1]
            offset += len(line)


def _read(raw: bytes) -> tuple[Checkpoint | None, bytes]:
    """Return a line and its signature, or None when it is no line of ours."""
    try:
        values = json.loads(raw)
        signature = base64.b64decode(values.pop("signature"), validate=True)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, b""
    if values.keys() != FIELDS.keys() or any(not isinstance(values[name], kind) for name, kind in FIELDS.items()):
        return None, b""
    return Checkpoint(**values), signature


def _canonical(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _verifier(say: Say) -> Callable[[bytes, bytes], bool]:
    from cryptography.exceptions import InvalidSignature

    if not _key_file().is_file():
        say("/checkpoints", f"{_key_file().name} is missing, so no signature can be checked: put it back from a backup")
        return lambda signature, content: True
    key = _key(may_make=False).public_key()

    def verify(signature: bytes, content: bytes) -> bool:
        try:
            key.verify(signature, content)
        except InvalidSignature:
            return False
        return True

    return verify


def _key_file() -> Path:
    return installation().folder / "keys" / "checkpoints.pem"


def _key(*, may_make: bool) -> Ed25519PrivateKey:
    """Return the key; made when there is none and nothing was signed yet."""
    path = _key_file()
    if may_make and not path.exists():
        make_key(path)
    try:
        return read_key(path)
    except FileNotFoundError:
        raise Conflict("The key of the checkpoints is gone. `flask --app app audit verify` says more.") from None
    except WrongKey:
        raise Conflict("The key of the checkpoints is not one of Ed25519.") from None
    except ValueError as error:
        raise Conflict("The key of the checkpoints cannot be read: %(why)s", why=str(error)) from None
