"""The learners of a program as a table to take away."""

from __future__ import annotations

from cbe.domain.policy import Actor
from cbe.interop.csv_table import write_table
from cbe.store import enrolments, groups

from .programs import get_program

__all__ = ["export_learners"]

COLUMNS = ("name", "email", "status", "since", "groups")
CHUNK = 500


def export_learners(actor: Actor, program_key: str) -> bytes:
    """Return every learner of a program as CSV, by name; groups are parted by semicolons."""
    program = get_program(actor, program_key, "enrolment:list")
    rows = enrolments.list_program_enrolments(program.id)
    lines: list[tuple[str, ...]] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        ids = [row.id for row in chunk]
        since, names = enrolments.newest_statuses(ids), groups.group_names(ids)
        lines += [
            (
                row.account.person.name,
                row.account.person.email or "",
                row.status,
                since[row.id].isoformat() if row.id in since else "",
                "; ".join(names.get(row.id, ())),
            )
            for row in chunk
        ]
    return write_table(COLUMNS, lines)
