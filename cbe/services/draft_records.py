"""What of a program must stay because it stands on somebody's record, in whatever version they learn.

That taking it out is refused when somebody edits the draft is ``drafts``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from cbe.domain.draft import Operation
from cbe.domain.errors import N_, Problem
from cbe.domain.policy import Actor
from cbe.domain.reading import child
from cbe.store.drafts import awarded_in, on_record

from .programs import get_program

__all__ = ["record_problems", "removal_problems"]

KEPT = N_(
    "Somebody has evidence or a decision for it, so it stays in the program. Archive it: it is no longer offered then."
)
AWARDED = N_("Somebody was awarded it, so it stays in the program.")


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


def _problems(program_id: UUID, competencies: list[str]) -> list[Problem]:
    found = on_record(program_id, competencies)
    return [(child("/competency", key), KEPT) for key in competencies if key in found]
