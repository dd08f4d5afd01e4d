"""Earlier records as a CSV file: who mastered what, when, and where the record comes from.

Each line becomes a decision of kind ``transfer`` whose authority is the source; all of them or none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.mastery import latest_today
from cbe.domain.policy import Actor
from cbe.interop.csv_table import Line, read_lines
from cbe.store import batches, enrolments, people
from cbe.store.enrolments import EnrolmentRow
from cbe.store.programs import ProgramRow

from .decisions import NewDecision
from .programs import compiled_version, get_program, newest_version
from .sign_off import sign_off
from .transaction import Transaction, transaction

__all__ = ["COLUMNS", "MasteryReport", "import_mastery"]

COLUMNS = ("learner", "competency", "date", "source")
MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 100_000
LONGEST_SOURCE = 500
STEP = 500
"""Lines between two tellings of how far it is."""

Progress = Callable[[int, int], None]
"""Told how many lines are read and how many there are."""


@dataclass(frozen=True, slots=True)
class MasteryReport:
    """What an import did, or would do: lines read, decisions added, those there already, learners they are of."""

    rows: int
    added: int
    known: int
    learners: int
    dry_run: bool


def import_mastery(
    actor: Actor,
    program_key: str,
    data: bytes,
    *,
    dry_run: bool,
    now: datetime,
    progress: Progress | None = None,
) -> MasteryReport:
    """Bring earlier records of a program's learners in as transfers; the same lines again add nothing.

    ``data`` is a CSV file with the columns ``learner`` (e-mail), ``competency`` (id), ``date`` (ISO) and ``source``.
    Raises ``Invalid`` with every problem at ``/lines/7/competency`` and the like; then nothing has changed.
    """
    get_program(actor, program_key, "mastery:import")
    lines, problems = read_lines(data, COLUMNS, most_bytes=MOST_BYTES, most_lines=MOST_LINES)
    if dry_run:
        program = get_program(actor, program_key, "mastery:import")
        report, _ = _read(actor, program, lines, problems, now, progress)
        return replace(report, dry_run=True)
    with transaction(actor, now) as tx:
        program = get_program(actor, program_key, "mastery:import")
        report, fresh = _read(actor, program, lines, problems, now, progress)
        _put(tx, program, data, fresh)
    return report


def _put(tx: Transaction, program: ProgramRow, data: bytes, fresh: Sequence[tuple[EnrolmentRow, NewDecision]]) -> None:
    ids = sign_off(tx, [(enrolment, new, ()) for enrolment, new in fresh])
    tx.record("mastery:import", program=program.id, file=hashlib.sha256(data).hexdigest(), decisions=len(ids))


def _read(
    actor: Actor,
    program: ProgramRow,
    lines: Sequence[Line],
    problems: list[Problem],
    now: datetime,
    progress: Progress | None,
) -> tuple[MasteryReport, list[tuple[EnrolmentRow, NewDecision]]]:
    """Turn lines into the decisions that are not there yet; raise with all problems."""
    learners = _learners(program.id, lines)
    known = batches.list_transfers([row.id for row in learners.values()])
    latest = latest_today(now)
    newest = newest_version(program.id, program.key).id
    fresh: list[tuple[EnrolmentRow, NewDecision]] = []
    problems = list(problems)
    for number, line in enumerate(lines, 1):
        found = _decision(line, learners, newest, latest)
        if isinstance(found, list):
            problems += found
        elif found[0].account_id == actor.account_id:
            problems.append((line.at("learner"), N_("nobody brings in records of their own")))
        else:
            enrolment, new = found
            mark = (enrolment.id, new.competency, new.activity_on, new.source_digest)
            if mark not in known:
                known.add(mark)
                fresh.append(found)
        if progress is not None and (number % STEP == 0 or number == len(lines)):
            progress(number, len(lines))
    if problems:
        raise Invalid(sorted(problems, key=_line_of))
    touched = {enrolment.id for enrolment, _ in fresh}
    return MasteryReport(len(lines), len(fresh), len(lines) - len(fresh), len(touched), dry_run=False), fresh


def _learners(program_id: UUID, lines: Sequence[Line]) -> dict[str, EnrolmentRow]:
    accounts = people.find_accounts_by_email(line["learner"] for line in lines)
    enrolled = {row.account_id: row for row in enrolments.list_program_enrolments(program_id)}
    return {key: enrolled[row.id] for key, row in accounts.items() if row.id in enrolled}


def _decision(
    line: Line, learners: Mapping[str, EnrolmentRow], newest: UUID, latest: date
) -> tuple[EnrolmentRow, NewDecision] | list[Problem]:
    problems: list[Problem] = []
    enrolment = learners.get(people.email_key(line["learner"]))
    if enrolment is None or enrolment.status in ("applied", "withdrawn"):
        problems.append((line.at("learner"), f"nobody with the address {line['learner']!r} learns in this program"))
    if line["competency"] not in compiled_version(enrolment.version_id if enrolment else newest).competencies:
        problems.append((line.at("competency"), f"there is no competency {line['competency']!r} in this program"))
    day = _day(line["date"])
    if day is None:
        problems.append((line.at("date"), f"{line['date']!r} is not a date; write it as 2026-11-23"))
    elif day > latest:
        problems.append((line.at("date"), f"{line['date']} is in the future"))
    source = line["source"]
    if not 0 < len(source) <= LONGEST_SOURCE:
        problems.append((line.at("source"), N_("say where the record comes from, in 1 to 500 characters")))
    if problems or enrolment is None or day is None:
        return problems
    digest = hashlib.sha256(source.encode()).hexdigest()
    return enrolment, NewDecision(line["competency"], "transfer", day, day, authority=source, source_digest=digest)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _line_of(problem: Problem) -> tuple[int, str]:
    parts = problem[0].split("/")
    return (int(parts[2]) if len(parts) > 2 else 0, problem[0])
