"""The history of a learner's record, and of one item of evidence: who did what, in which role, when and why.

Made of the rows of the record themselves, newest first. What entries of the audit trail prove of them is ``audit``'s; the
words for people are made at the doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor
from cbe.store import enrolments, evidence, history, people, records
from cbe.store.evidence import EvidenceFileRow, QuarantineRow
from cbe.store.history import HandedIn
from cbe.store.records import AwardEventTextRow, DecisionRow, DecisionTextRow, TakenBackRow, TakenBackTextRow

from .enrolments import record_subject
from .progress import Progress

__all__ = ["PAGE", "Event", "EventPage", "Words", "item_history", "record_history"]

PAGE = 50


@dataclass(frozen=True, slots=True)
class Words:
    """Why: what was said with it. ``state``: ``told``, ``erased`` (taken out by right) or ``closed`` (in quarantine)."""

    state: str = "told"
    feedback: str | None = None
    authority: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``kind``: ``decision``, ``taken_back``, ``award``, ``award_event``, ``flag``, ``flag_decided``, ``status``, ``handed_in``,
    ``withdrawn``, ``edited`` (taken out of the queue to be), ``reported``, ``report_decided``. ``old`` → ``new``: from what to what. ``on``: the day it counts from, where that is
    not the day it was recorded. ``name`` and ``role``: who did it, None where nobody did or nobody noted it.
    """

    at: datetime
    kind: str
    account_id: UUID | None = None
    name: str | None = None
    role: str | None = None
    competencies: tuple[str, ...] = ()
    credential: str | None = None
    how: str | None = None
    old: str | None = None
    new: str | None = None
    level: str | None = None
    on: date | None = None
    words: Words | None = None
    evidence_id: UUID | None = None
    version: int | None = None
    files: tuple[str | None, ...] = ()
    """Names of the files of what was handed in, None for one that may not be seen; of an item's history only."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of a history, and how many pages and events there are."""

    events: list[Event]
    page: int
    pages: int
    total: int


def record_history(progress: Progress, page: int = 1) -> EventPage:
    """Give a page of what happened to the record of a learner, newest first; at most eleven queries.

    Whoever was given the learner's ``Progress`` may read their record, and with it this.
    """
    key, learner_id = progress.learner.enrolment_id, progress.learner.account_id
    reports = history.list_reports(key)
    decided, undone = history.list_decided(key), history.list_taken_back_of(key)
    closed = {row.evidence_id for row in reports if row.file_id is None and row.outcome is None}
    hidden = history.closed_decisions(sorted(closed)) if closed else set()
    found = [
        *_reports(reports),
        *_awards(key),
        *_taken_back(undone, decided),
        *_decisions(decided, hidden, _void(undone)),
        *_handed_in(history.list_handed_in(key), learner_id),
        *_statuses(key),
    ]
    found.sort(key=_order, reverse=True)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), pages)
    return EventPage(_named(found[(page - 1) * PAGE : page * PAGE]), page, pages, len(found))


def item_history(actor: Actor, evidence_id: UUID, *, today: date) -> list[Event]:
    """List what happened to an item of evidence, newest first, for those who may read it or see to data protection."""
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    subject = record_subject(actor, row.enrolment, today)
    if not policy.may(actor, "evidence:quarantine", subject):
        policy.require(actor, "evidence:read", subject)
    decided, undone = history.list_decided_on(row.id), history.list_taken_back_on(row.id)
    reports = history.list_reports_on(row.id)
    is_closed = any(one.file_id is None and one.outcome is None for one in reports)
    files = evidence.list_files_of([row.id])
    found = [
        *_reports(reports),
        *_taken_back(undone, decided),
        *_decisions(decided, {one.id for one, _ in decided} if is_closed else set(), _void(undone)),
        *(
            replace(one, files=_files(files, one.version or 1, is_closed)) if one.kind == "handed_in" else one
            for one in _handed_in(history.list_handed_in_for(row.id), row.enrolment.account_id)
        ),
    ]
    return _named(sorted(found, key=_order, reverse=True))


def _order(event: Event) -> tuple[datetime, date]:
    """Order what was recorded in one go by the days it counts from."""
    return event.at, event.on or event.at.date()


def _void(undone: Iterable[tuple[TakenBackRow, TakenBackTextRow | None]]) -> set[UUID]:
    """Return the decisions that never were: what was said with them is nobody's feedback."""
    return {row.decision_id for row, _ in undone if row.how == "void"}


def _decisions(
    decided: Iterable[tuple[DecisionRow, DecisionTextRow | None]], hidden: set[UUID], void: set[UUID]
) -> Iterator[Event]:
    for row, text in decided:
        if row.id in void:
            text = None
        yield Event(
            row.recorded_at,
            "decision",
            account_id=row.assessor_id,
            role=row.role,
            competencies=(row.competency,),
            how=row.kind,
            new=row.outcome,
            level=row.level,
            on=row.decided_on,
            words=Words("closed") if text and row.id in hidden else _words(text),
        )


def _taken_back(
    undone: Iterable[tuple[TakenBackRow, TakenBackTextRow | None]],
    decided: Sequence[tuple[DecisionRow, DecisionTextRow | None]],
) -> Iterator[Event]:
    decisions = {row.id: row for row, _ in decided}
    for row, text in undone:
        decision = decisions[row.decision_id]
        yield Event(
            row.recorded_at,
            "taken_back",
            account_id=row.account_id,
            competencies=(decision.competency,),
            how=row.how,
            old=decision.outcome,
            on=row.effective_on,
            words=_words(text),
        )


def _awards(enrolment_id: UUID) -> Iterator[Event]:
    awards = {row.id: row for row in records.list_awards(enrolment_id)}
    for row in awards.values():
        yield Event(row.recorded_at, "award", account_id=row.account_id, credential=row.credential, on=row.awarded_on)
    for event, text in history.list_events_with_words(enrolment_id):
        yield Event(
            event.recorded_at,
            "award_event",
            account_id=event.account_id,
            credential=awards[event.award_id].credential,
            new=event.event,
            on=event.effective_on,
            words=_words(text),
        )
    for flag in history.list_flags(enrolment_id):
        credential = awards[flag.award_id].credential
        yield Event(flag.flagged_at, "flag", credential=credential)
        if flag.decided_at is not None:
            yield Event(
                flag.decided_at, "flag_decided", account_id=flag.decided_by, credential=credential, new=flag.outcome,
                words=Words(reason=flag.reason),
            )  # fmt: skip


def _statuses(enrolment_id: UUID) -> Iterator[Event]:
    before = None
    for row in enrolments.list_statuses(enrolment_id):
        yield Event(row.recorded_at, "status", account_id=row.account_id, old=before, new=row.status, on=row.since)
        before = row.status


def _handed_in(found: Iterable[tuple[HandedIn, Sequence[str]]], learner_id: UUID) -> Iterator[Event]:
    """Tell of each version when it was handed in, and when its learner took it out of the queue."""
    for one, competencies in found:
        event = Event(
            one.submitted_at,
            "handed_in",
            account_id=learner_id,
            role="learner",
            competencies=tuple(competencies),
            how=one.route,
            evidence_id=one.evidence_id,
            version=one.version,
        )
        yield event
        if one.edited_at is not None:
            yield replace(event, at=one.edited_at, kind="edited")
        if one.withdrawn_at is not None:
            yield replace(event, at=one.withdrawn_at, kind="withdrawn")


def _reports(reports: Iterable[QuarantineRow]) -> Iterator[Event]:
    """Tell of reports without their reasons, which may say what must not be read."""
    for row in reports:
        part = "file" if row.file_id else "text"
        yield Event(row.reported_at, "reported", account_id=row.reported_by, how=part, evidence_id=row.evidence_id)
        if row.decided_at is not None:
            yield Event(
                row.decided_at, "report_decided", account_id=row.decided_by, role="data_protection", how=part,
                new=row.outcome, evidence_id=row.evidence_id,
            )  # fmt: skip


def _files(files: Iterable[EvidenceFileRow], version: int, is_closed: bool) -> tuple[str | None, ...]:
    there = (row for row in files if row.added_in <= version and (row.removed_in is None or version < row.removed_in))
    return tuple(None if is_closed or row.state != "ok" else row.name for row in there)


def _words(text: DecisionTextRow | TakenBackTextRow | AwardEventTextRow | None) -> Words | None:
    """Return the words of a row; one that is there and holds none was emptied."""
    if text is None:
        return None
    feedback, authority = getattr(text, "feedback", None), getattr(text, "authority", None)
    if not (feedback or authority or text.reason):
        return Words("erased")
    return Words("told", feedback, authority, text.reason)


def _named(events: Sequence[Event]) -> list[Event]:
    names = people.names_of({event.account_id for event in events if event.account_id})
    return [replace(event, name=names.get(event.account_id)) if event.account_id else event for event in events]
