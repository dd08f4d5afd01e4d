"""Importing a program on pages: a file is sent, read by the worker, looked at by whoever sent it, and then put in.

What was read is kept as words with their values, so that the page tells it in its reader's language. How files are read
and what an import does is ``exchange``'s.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, CbeError, Conflict, Forbidden, Invalid, Named, NotFound, Problem, Worded
from cbe.domain.policy import SYSTEM, Actor
from cbe.store import imports
from cbe.store.imports import ImportRow

from .accounts import load_actor
from .exchange import READS, Asked, Preview, bring_in_file, preview_file
from .publishing import Imported
from .transaction import transaction

__all__ = ["MOST_BYTES", "Import", "bring_in", "carry_on", "get_import", "list_imports", "send", "take_begun"]

MOST_BYTES = 20 << 20
INLINE_BYTES = 256 << 10
"""Files up to this size are read at once; larger ones are the worker's."""
MOST_TOLD = 200
"""So many problems and names of each kind are told on the page; all are counted."""
KEPT = timedelta(days=1)
_begun: ContextVar[bool] = ContextVar("import_begun", default=False)


@dataclass(frozen=True, slots=True)
class Import:
    """One's own import: its file, how it is read, how far it is, and what it would do or did."""

    id: UUID
    name: str
    asked: Asked
    state: str
    found: Mapping[str, Any]
    made_at: datetime


def send(
    actor: Actor, name: str, data: bytes, asked: Asked, *, now: datetime
) -> UUID:  # fmt: skip
    """Take a file in to be read; return the import's id. Nothing of any program changes."""
    account_id = _require(actor)
    problems: list[Problem] = []
    if not data:
        problems.append(("/file", N_("Choose a file.")))
    if len(data) > MOST_BYTES or len(asked.edges or b"") > MOST_BYTES:
        problems.append(("/file", N_("A file has at most 20 MB. Pack it with gzip, or split it.")))
    if asked.format not in READS:
        problems.append(("/format", N_("Choose one of the formats.")))
    if asked.format == "csv" and not 0 < len(asked.key.strip()) <= 200:
        problems.append(("/key", N_("A table does not say which program it is: give its id, in 1 to 200 characters.")))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        row = ImportRow(
            id=uuid4(), account_id=account_id, name=name[:200] or "–", asked=json.dumps(_plain(asked)), found="{}",
            content=_packed(data), edges=_packed(asked.edges) if asked.edges else None, state="reading",
            made_at=now,
        )  # fmt: skip
        tx.add(row)
        tx.record("import:send", import_id=row.id, format=asked.format, size=len(data))
    _go_on(actor, row.id, len(data), now)
    return row.id


def bring_in(actor: Actor, import_id: UUID, *, circles: str = "", now: datetime) -> None:
    """Put a file that was read into the draft of its program: all of it, or nothing and why not.

    ``circles`` of prerequisites: brought in ``with`` them, or ``without`` the fewest that break them; else refused.
    """
    with transaction(actor, now) as tx:
        row = _own(actor, import_id)
        if row.state != "read":
            raise Conflict("This was brought in already, or is still being read.")
        asked = replace(_asked(row), without_circles=circles == "without", with_circles=circles == "with")
        row.asked, row.state = json.dumps(_plain(asked)), "writing"
        size = len(row.content)
        tx.record("import:begin", import_id=row.id)
    _go_on(actor, import_id, size, now)


def get_import(actor: Actor, import_id: UUID) -> Import:
    """Return one's own import."""
    return _shown(_own(actor, import_id))


def list_imports(actor: Actor) -> list[Import]:
    """List one's newest imports, at most ten."""
    return [_shown(row) for row in imports.list_imports(_require(actor), 10)]


def carry_on(now: datetime) -> int:
    """Read and write what waits; forget what was sent a day ago. Returns how many imports went on."""
    waiting = imports.list_waiting()
    for import_id in waiting:
        row = imports.find_import(import_id)
        if row is not None:
            _carry_on(load_actor(row.account_id, now=now), import_id, now)
    if imports.is_there(now - KEPT):
        with transaction(SYSTEM, now) as tx:
            imports.delete_imports(now - KEPT)
            tx.record("import:forget")
    return len(waiting)


def _go_on(actor: Actor, import_id: UUID, size: int, now: datetime) -> None:
    if size <= INLINE_BYTES:
        _carry_on(replace(actor, request_key=None), import_id, now)
    else:
        _begun.set(True)


def take_begun() -> bool:
    """Tell whether an import was left to the worker since this was asked last, and forget it."""
    begun = _begun.get()
    _begun.set(False)
    return begun


def _carry_on(actor: Actor, import_id: UUID, now: datetime) -> None:
    """Read a file, or write it; whatever is wrong is kept to be told, and nothing is changed by it."""
    row = imports.find_import(import_id)
    if row is None or row.state not in ("reading", "writing"):
        return
    asked, was = replace(_asked(row), edges=_unpacked(row.edges) if row.edges else None), row.state
    data = _unpacked(row.content)
    try:
        if was == "reading":
            found, state = _told(preview_file(actor, data, asked)), "read"
        else:
            found, state = _done(bring_in_file(actor, data, asked, now=now)), "done"
    except Invalid as error:
        found, state = {"refused": _problems(error.problems), "refusals": len(error.problems)}, "failed"
    except CbeError as error:
        found, state = {"refused": [["", error.message, error.values]], "refusals": 1}, "failed"
    with transaction(actor, now) as tx:
        row = imports.find_import(import_id)
        if row is not None and row.state == was:
            row.state, row.found = state, json.dumps(found, default=str)
        tx.record("import:carry-on", import_id=import_id, state=state)


def _told(found: Preview) -> dict[str, Any]:
    """Return what a page tells of a preview, as JSON values."""
    told: dict[str, Any] = {
        "refused": _problems(found.found.refusals), "refusals": len(found.found.refusals),
        "missing": _problems(found.missing),
        "odd": [[*_words(one.text), list(one.places)] for one in found.found.remarks],
    }  # fmt: skip
    if found.program is not None:
        told |= {
            "key": found.program.id, "is_new": found.is_new, "competencies": len(found.program.competencies),
            "sections": len(found.program.sections), "credentials": len(found.program.credentials),
            "prerequisites": sum(len(one.prerequisites) for one in found.program.competencies),
        }  # fmt: skip
    if found.difference is not None:
        told["difference"] = {
            kind: {
                how: [len(names), names[:MOST_TOLD]]
                for how in ("added", "removed", "changed")
                if (names := [one.id for one in getattr(getattr(found.difference, kind), how)])
            }
            for kind in ("sections", "competencies", "credentials")
        }
    if found.breaking is not None:
        edges, proven = found.breaking
        told |= {"leave_out": edges[:MOST_TOLD], "leaves_out": len(edges), "proven": proven}
    return told


def _done(done: Imported) -> dict[str, Any]:
    return {"key": done.key, "changed": done.changed}


def _problems(problems: Sequence[Problem]) -> list[list[Any]]:
    return [[at, *_words(text)] for at, text in problems[:MOST_TOLD]]


def _words(text: str) -> tuple[str, dict[str, Any]]:
    if not isinstance(text, Worded):
        return text, {}
    return text.message, {name: _kept(value) for name, value in text.values.items()}


def _kept(value: Any) -> Any:
    """Return a value of a text as JSON; words of ours and parts of a program stay what they are."""
    if isinstance(value, Worded):
        return {"words": _words(value)}
    if isinstance(value, Named):
        return {"kind": value.kind, "ids": [*value.ids, *[""] * value.is_cut], "between": value.between}
    return value


def _worded(message: str, values: Mapping[str, Any]) -> str:
    """Return a text that was kept."""
    return Worded(message, **{name: _meant(value) for name, value in values.items()}) if values else message


def _meant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "words" in value:
        message, values = value["words"]
        return Worded.reading(message, message) if not values else _worded(message, values)
    ids = value["ids"]
    return Named(value["kind"], *ids, between=value["between"], most=len(ids) - (ids[-1:] == [""]))


def _found(text: str) -> dict[str, Any]:
    """Return what was found in a file, its texts as words."""
    found: dict[str, Any] = json.loads(text)
    refused = [(at, _worded(message, values)) for at, message, values in found.get("refused", ())]
    odd = [(_worded(message, values), places) for message, values, places in found.get("odd", ())]
    missing = [(at, _worded(message, values)) for at, message, values in found.get("missing", ())]
    return found | {"refused": refused, "odd": odd, "missing": missing}


def _shown(row: ImportRow) -> Import:
    return Import(row.id, row.name, _asked(row), row.state, _found(row.found), row.made_at)


def _asked(row: ImportRow) -> Asked:
    return Asked(**json.loads(row.asked))


def _plain(asked: Asked) -> dict[str, Any]:
    return {name: value for name, value in asdict(asked).items() if name != "edges"}


def _packed(data: bytes) -> str:
    return b64encode(zlib.compress(data)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(b64decode(text))


def _own(actor: Actor, import_id: UUID) -> ImportRow:
    row = imports.find_import(import_id)
    if row is None or actor.account_id is None or row.account_id != actor.account_id:
        raise NotFound("There is nothing here, or nothing that you may see. Files are kept for a day.")
    _require(actor)
    return row


def _require(actor: Actor) -> UUID:
    may = policy.may(actor, "program:create") or policy.may_somewhere(actor, "program:import")
    if actor.account_id is None or not may:
        raise Forbidden("You may not do this. Ask the registrar or an administrator for the role that may.")
    return actor.account_id
