"""What of a program must stay because it stands on somebody's record, in whatever version they learn.

That taking it out is refused when somebody edits the draft is ``drafts``'s, when it is published ``publishing``'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cbe.domain.draft import Operation
from cbe.domain.errors import N_, Problem, Worded
from cbe.domain.policy import Actor
from cbe.domain.reading import child
from cbe.store import programs
from cbe.store.drafts import awarded_in, on_record

from .programs import get_program

__all__ = ["KEPT", "missing_problems", "record_problems", "removal_problems"]

KEPT = N_(
    "Somebody has evidence or a decision for it, so it stays in the program. Archive it: it is no longer offered then."
)
AWARDED = N_("Somebody was awarded it, so it stays in the program.")
MISSING = N_(
    "Competency “%(id)s” is missing, but somebody has evidence or a decision for it. Put it back and archive it "
    "(in a file: archived, true): it is no longer offered then."
)
GIVEN = N_("Credential “%(id)s” is missing, but somebody was awarded it. Put it back.")


def removal_problems(actor: Actor, key: str, competencies: Iterable[str]) -> list[Problem]:
    """Return why competencies cannot be taken out of the draft of a program, each with its place in it; two queries."""
    return _problems(get_program(actor, key, "program:edit").id, list(competencies))


def record_problems(program_id: UUID, operation: Operation) -> list[Problem]:
    """Return what stands on somebody's record of that which an operation takes out; no query where it takes nothing."""
    gone, credentials = (
        [one.id for one in operation if (one.kind, one.field) == (kind, "id") and one.after is None]
        for kind in ("competency", "credential")
    )
    awarded = awarded_in(program_id, credentials) if credentials else set()
    problems = _problems(program_id, gone) if gone else []
    return problems + [(child("/credential", key), AWARDED) for key in credentials if key in awarded]


def missing_problems(program_id: UUID, document: dict[str, Any]) -> list[Problem]:
    """Return why a document cannot be the next version: what it leaves out of the newest one and somebody has.

    An edit that would leave it out is refused before; an import is not, and somebody may have handed in since. Three
    queries, one where nothing is left out.
    """
    newest = programs.find_version(program_id)
    if newest is None:
        return []
    was = json.loads(newest.document)
    competencies, credentials = (_left_out(was[kind], document[kind]) for kind in ("competencies", "credentials"))
    on_records = on_record(program_id, competencies) if competencies else set()
    given = awarded_in(program_id, credentials) if credentials else set()
    return [
        *(("/competencies", Worded(MISSING, id=key)) for key in competencies if key in on_records),
        *(("/credentials", Worded(GIVEN, id=key)) for key in credentials if key in given),
    ]


def _left_out(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    there = {one["id"] for one in after}
    return [one["id"] for one in before if one["id"] not in there]


def _problems(program_id: UUID, competencies: list[str]) -> list[Problem]:
    found = on_record(program_id, competencies)
    return [(child("/competency", key), KEPT) for key in competencies if key in found]
