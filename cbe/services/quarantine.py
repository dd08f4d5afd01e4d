"""What was reported because it must not be seen: closed at once, until somebody for data protection decides on it.

Released: everything is as it was. Redacted: what the officer leaves takes the place of the texts (of a file: of its name).
Destroyed: texts, names and bytes go, in all versions and wherever the same bytes are. That it was reported and decided, by
whom and when, and the digests of what was there stay in the audit trail. The bytes of files are ``services.files``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.evidence import parse_links, to_links
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.interop.file_kind import clean_name
from cbe.store import evidence, files, handing_in, people, quarantine
from cbe.store.evidence import EvidenceFileRow, EvidenceRow, EvidenceVersionRow, MessageRow, QuarantineRow
from cbe.store.records import DecisionTextRow

from .enrolments import record_subject
from .files import release
from .notices import tell
from .programs import get_program, list_programs, program_title
from .transaction import Transaction, transaction

__all__ = [
    "KINDS",
    "MOST_WORDS",
    "OUTCOMES",
    "Report",
    "ReportLine",
    "Reports",
    "Waiting",
    "decide",
    "get_report",
    "list_reports",
    "list_waiting",
    "reportable",
    "report",
]

KINDS = ("patient", "person", "other")
OUTCOMES = ("released", "redacted", "destroyed")
MOST_WORDS = 2_000
"""Characters of a reason or a note."""
PAGE = 100
NOTHING = N_("There is nothing here, or nothing that you may see.")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in the list of a program's; ``is_file`` tells a file from the texts of an item."""

    id: UUID
    is_file: bool
    kind: str
    reason: str
    reporter: str
    reported_at: datetime
    outcome: str | None
    note: str
    decider: str
    decided_at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a program: those that wait, oldest first, and the newest of those decided."""

    program_key: str
    title: Text
    waiting: list[ReportLine]
    decided: list[ReportLine]


@dataclass(frozen=True, slots=True)
class Report:
    """A report with what it is about. ``texts``: part → words, parts as ``text-1``, ``links-1``, ``message-…``, ``feedback-…``.

    Once it is decided, what it is about is not shown again.
    """

    line: ReportLine
    program_key: str
    title: Text
    evidence_id: UUID
    learner: str
    file_id: UUID | None
    file_name: str
    file_size: int
    media_type: str
    others: int
    """How many other items hold the same bytes."""
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A program that one sees to, and how many reports wait there."""

    program_key: str
    title: Text
    count: int


def reportable(actor: Actor, evidence_id: UUID, file_id: UUID | None, *, today: date) -> str | None:
    """Return the name of a file one may report, None for the texts of an item; ``Conflict`` when that was done already."""
    _, file = _target(actor, evidence_id, file_id, today)
    return file.name if file else None


def report(
    actor: Actor, evidence_id: UUID, file_id: UUID | None, kind: str, reason: str, *, today: date, now: datetime
) -> UUID:
    """Report a file or the texts of an item, and close them at once to all but those who see to data protection."""
    _target(actor, evidence_id, file_id, today)
    problems = _words_problems("/reason", reason)
    if kind not in KINDS:
        problems.append(("/kind", N_("Choose what it holds.")))
    if kind == "other" and not reason.strip():
        problems.append(("/reason", N_("Say what is wrong with it.")))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        row, file = _target(actor, evidence_id, file_id, today)
        if actor.account_id is None:
            raise NotFound(NOTHING)
        found = QuarantineRow(
            id=uuid4(), evidence_id=row.id, file_id=file_id, kind=kind, reason=reason.strip(),
            reported_by=actor.account_id, reported_at=now,
        )  # fmt: skip
        tx.add(found)
        if file is not None:
            files.close_bytes(file.digest)
        key, program = f"quarantine:{found.id}", row.enrolment.program
        tell(tx, _protectors(program.id, today) - {actor.account_id}, "quarantine", key=key, program=program.key)
        digests = [file.digest] if file else _digests(row.id)
        tx.record("quarantine:report", report=found.id, evidence=row.id, file=file_id, kind=kind, digests=digests)
        return found.id


def list_waiting(actor: Actor) -> list[Waiting]:
    """List the programs whose data protection one sees to, and how many reports wait in each."""
    mine = [one for one in list_programs(actor) if policy.may(actor, "evidence:quarantine", Subject(one.id))]
    counts = quarantine.count_open([one.id for one in mine]) if mine else {}
    return [Waiting(one.key, one.title, counts.get(one.id, 0)) for one in mine]


def list_reports(actor: Actor, program_key: str) -> Reports:
    """List the reports of a program."""
    program = get_program(actor, program_key, "evidence:quarantine")
    found = [
        quarantine.list_reports(program.id, is_open=True, limit=PAGE),
        quarantine.list_reports(program.id, is_open=False, limit=PAGE),
    ]
    names = people.names_of({who for rows in found for one, _ in rows for who in _who(one)})
    waiting, decided = ([_line(actor, one, row, names) for one, row in rows] for rows in found)
    return Reports(program.key, program_title(program), waiting, decided)


def get_report(actor: Actor, report_id: UUID, *, today: date) -> Report:
    """Return a report with what it is about."""
    found, row = _own_to_decide(actor, report_id, today)
    file = files.find_file(found.file_id) if found.file_id else None
    is_open = found.outcome is None
    program = row.enrolment.program
    return Report(
        line=_line(actor, found, row, people.names_of(_who(found))),
        program_key=program.key,
        title=program_title(program),
        evidence_id=row.id,
        learner=row.enrolment.account.person.name,
        file_id=found.file_id,
        file_name=file.name if file else "",
        file_size=file.size if file else 0,
        media_type=file.media_type if file else "",
        others=len({one.evidence_id for one in files.list_files_with(file.digest)} - {row.id}) if file else 0,
        texts=_Texts(row.id).words() if is_open and found.file_id is None else {},
    )


def decide(
    actor: Actor,
    report_id: UUID,
    outcome: str,
    note: str,
    *,
    left: Mapping[str, str],
    today: date,
    now: datetime,
) -> None:
    """Decide on a report. ``left``: for ``redacted`` what stays of each part (of a file its ``name``); others stay as they are.

    Raises ``Conflict`` when somebody decided already.
    """
    _own_to_decide(actor, report_id, today)
    problems = _words_problems("/note", note)
    if outcome not in OUTCOMES:
        problems.append(("/outcome", N_("Choose what becomes of it.")))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        found, row = _own_to_decide(actor, report_id, today)
        if found.outcome is not None:
            raise Conflict("Somebody decided on this already. Load the page again and look.")
        found.outcome, found.note = outcome, note.strip()
        found.decided_by, found.decided_at = actor.account_id, now
        file = files.find_file(found.file_id) if found.file_id else None
        told = {row.enrolment.account_id, found.reported_by} - _protectors(row.enrolment.program_id, today)
        key, program = f"quarantine-decided:{found.id}", row.enrolment.program.key
        tell(tx, told - {actor.account_id}, "quarantine-decided", key=key, evidence=row.id, program=program)
        digests = [file.digest] if file else _digests(row.id)
        erased = _change_file(file, outcome, left) if file else _change_texts(tx, row.id, outcome, left)
        facts = {"erased": erased} if erased else {}
        tx.record(
            "quarantine:decide", report=found.id, evidence=row.id, file=found.file_id, outcome=outcome,
            digests=digests, **facts,
        )  # fmt: skip
    if outcome == "destroyed" and file is not None:
        release(digests, now=now)


class _Texts:
    """The texts of an item, in all versions: what the learner wrote, what was said, the feedback of its decisions."""

    def __init__(self, evidence_id: UUID) -> None:
        self.versions: Sequence[EvidenceVersionRow] = evidence.list_versions(evidence_id)
        self.messages: Sequence[MessageRow] = evidence.list_messages(evidence_id)
        self.feedback: Sequence[DecisionTextRow] = quarantine.list_feedback(evidence_id)

    def words(self) -> dict[str, str]:
        """Return every part that has words."""
        found = {f"text-{one.version}": one.text for one in self.versions}
        found |= {f"links-{one.version}": _lines(one.links) for one in self.versions}
        found |= {f"message-{one.id}": one.text for one in self.messages}
        found |= {f"feedback-{one.decision_id}": one.feedback or "" for one in self.feedback}
        return {part: words for part, words in found.items() if words}


def _change_texts(tx: Transaction, evidence_id: UUID, outcome: str, left: Mapping[str, str]) -> dict[str, list[str]]:
    """Put what is left in the place of the texts; return, by table, the keys of attested rows whose words went.

    Only what was handed in is attested, and what is left of it is attested anew: a draft may still change.
    """
    texts, erased = _Texts(evidence_id), dict[str, list[str]]()
    before = texts.words()
    if outcome == "released":
        return {}
    after = {part: left.get(part, words) if outcome == "redacted" else "" for part, words in before.items()}
    for one in texts.versions:
        words, links = after.get(f"text-{one.version}", ""), after.get(f"links-{one.version}", "")
        if words != one.text or links != _lines(one.links):
            one.text, one.links, one.salt = words, _links_left(one.links, links), ""
            _erase(tx, erased, one, f"{one.evidence_id}/{one.version}", is_attested=one.submitted_at is not None)
    for message in texts.messages:
        message.text = after.get(f"message-{message.id}", "")
    for feedback in texts.feedback:
        words = after.get(f"feedback-{feedback.decision_id}", "")
        if words != (feedback.feedback or ""):
            feedback.feedback = words or None
            _erase(tx, erased, feedback, str(feedback.decision_id), is_attested=True)
    return erased


def _lines(links: str) -> str:
    """Return links one a line, the address first."""
    return "\n".join(f"{address} {title}".strip() for address, title in to_links(links))


def _links_left(before: str, lines: str) -> str:
    """Return the links that are left, of those that were there."""
    known = {address for address, _ in to_links(before)}
    left = [(address, title) for address, title in parse_links(lines) if address in known]
    return json.dumps(left, ensure_ascii=False)


def _erase(
    tx: Transaction,
    erased: dict[str, list[str]],
    row: EvidenceVersionRow | DecisionTextRow,
    key: str,
    *,
    is_attested: bool,
) -> None:
    if not is_attested:
        return
    erased.setdefault(row.__tablename__, []).append(key)
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    if any(values.get(name) not in (None, "", "[]") for name in ("text", "links", "feedback", "authority", "reason")):
        tx.attest(row.__tablename__, values)


def _change_file(file: EvidenceFileRow, outcome: str, left: Mapping[str, str]) -> dict[str, list[str]]:
    if outcome == "destroyed":
        files.destroy_rows(file.digest)
        return {}
    if outcome == "redacted":
        name = left.get("name", "").strip()
        if not name:
            raise Invalid([("/name", N_("Write the name that the file has from now on."))])
        files.rename_rows(file.digest, clean_name(name))
    files.open_bytes(file.digest)
    return {}


def _target(
    actor: Actor, evidence_id: UUID, file_id: UUID | None, today: date
) -> tuple[EvidenceRow, EvidenceFileRow | None]:
    row = evidence.find_evidence(evidence_id)
    file = files.find_file(file_id) if file_id else None
    if row is None or (file_id and (file is None or file.evidence_id != evidence_id)):
        raise NotFound(NOTHING)
    policy.require(actor, "evidence:report", record_subject(actor, row.enrolment, today))
    is_own = row.enrolment.account_id == actor.account_id
    newest = file.added_in if file else 1
    if not is_own and row.status == "draft" and newest == row.version:
        raise NotFound(NOTHING)  # nobody but the learner knows of what was never handed in
    if (file is not None and file.state != "ok") or (file is None and handing_in.list_closed([row.id])):
        raise Conflict("This was reported already, and is closed until that is decided.")
    return row, file


def _own_to_decide(actor: Actor, report_id: UUID, today: date) -> tuple[QuarantineRow, EvidenceRow]:
    found = quarantine.find_report(report_id)
    row = evidence.find_evidence(found.evidence_id) if found else None
    if found is None or row is None:
        raise NotFound(NOTHING)
    policy.require(actor, "evidence:quarantine", record_subject(actor, row.enrolment, today))
    return found, row


def _protectors(program_id: UUID, today: date) -> set[UUID]:
    return {
        one.account_id
        for one in people.list_program_roles(program_id)
        if one.role == "data_protection" and (one.until is None or one.until >= today)
    }


def _digests(evidence_id: UUID) -> list[str]:
    """Return the digests of the texts of all versions, as the audit trail has them since they were handed in."""
    versions = evidence.list_versions(evidence_id)
    return [hashlib.sha256((one.salt + one.text).encode()).hexdigest() for one in versions]


def _words_problems(at: str, words: str) -> list[Problem]:
    return [(at, Worded("Write at most %(max)d characters.", max=MOST_WORDS))] if len(words) > MOST_WORDS else []


def _who(row: QuarantineRow) -> set[UUID]:
    return {row.reported_by} | ({row.decided_by} if row.decided_by else set())


def _line(actor: Actor, one: QuarantineRow, row: EvidenceRow, names: Mapping[UUID, str]) -> ReportLine:
    return ReportLine(
        id=one.id,
        is_file=one.file_id is not None,
        kind=one.kind,
        reason=one.reason,
        reporter=names.get(one.reported_by, ""),
        reported_at=one.reported_at,
        outcome=one.outcome,
        note=one.note,
        decider=names.get(one.decided_by, "") if one.decided_by else "",
        decided_at=one.decided_at,
        is_own=row.enrolment.account_id == actor.account_id,
    )
