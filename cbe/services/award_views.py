"""What pages show of awards: one award with its requirement then and now and its history, and the flags of a program.

Reading only; what is done to awards is in ``awards``, ``award_events`` and ``conferring``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cbe.domain import policy
from cbe.domain.awarding import MOVES, AwardState
from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Credential, Program, Text
from cbe.store import awarding, enrolments, people
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardFlagRow, AwardRow

from .award_events import earliest_change
from .enrolments import record_subject
from .grounds import Grounds, Met, grounds_of
from .programs import compiled_version, get_program, program_title

__all__ = [
    "AwardDetail",
    "AwardEntry",
    "AwardPage",
    "Cause",
    "Flagged",
    "Flags",
    "count_flags",
    "get_award",
    "list_awards_of",
    "list_flags",
]

MOST_FLAGS = 100


@dataclass(frozen=True, slots=True)
class Cause:
    """What took the ground away: a decision on a competency taken back, or what befell an award that it builds on."""

    competency: str | None
    credential: str | None
    how: str
    effective_on: date
    at: datetime
    by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class AwardEntry:
    """A line of an award's history: ``given``, what befell it, ``flagged``, or ``kept`` by who decided on a flag."""

    what: str
    on: date
    at: datetime
    by: str | None
    reason: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class AwardDetail:
    """One award of one learner, for those who may read the record."""

    award_id: UUID
    enrolment_id: UUID
    account_id: UUID
    learner: str
    program_key: str
    program: Program
    credential: Credential
    awarded_on: date
    expires_on: date | None
    by: str | None
    state: AwardState
    history: list[AwardEntry]
    flag: Cause | None
    moves: tuple[str, ...]
    """What the reader may let befall it; nothing for those who may only read."""
    may_give_again: bool
    earliest: date
    """The first day from which something may befall it."""


@dataclass(frozen=True, slots=True)
class AwardPage:
    """An award with its requirement as it was met when it was given, and as it is now."""

    award: AwardDetail
    then: Met
    now: Met


@dataclass(frozen=True, slots=True)
class Flagged:
    """An award that waits for a person, in the list of its program."""

    award_id: UUID
    enrolment_id: UUID
    learner: str
    program: Program
    credential: Credential
    awarded_on: date
    flagged_at: datetime
    cause: Cause | None
    met_then: bool
    met_now: bool


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a program that wait, oldest first; ``count`` says how many there are in all."""

    program_key: str
    title: Text
    flagged: list[Flagged]
    count: int


def get_award(actor: Actor, award_id: UUID, *, today: date, now: datetime) -> AwardPage:
    """Return an award to those who may read its learner's record."""
    award = awarding.find_award(award_id)
    row = _readable(actor, award.enrolment_id if award else None, today)
    assert award is not None
    grounds = grounds_of([row], now)
    detail = _Looked(actor, grounds, [award], today).detail(award)
    days = (award.awarded_on, max(today, award.awarded_on))
    return AwardPage(detail, *(grounds.explain(row.id, award.version_id, award.credential, day) for day in days))


def list_awards_of(
    actor: Actor, enrolment_id: UUID, credential: str | None = None, *, today: date, now: datetime
) -> list[AwardDetail]:
    """List the awards of a learner (of one credential when given), newest first, to those who may read the record."""
    row = _readable(actor, enrolment_id, today)
    awards = [
        one
        for one in awarding.list_awards_of([row.id]).get(row.id, [])
        if credential is None or one.credential == credential
    ]
    if not awards:
        return []
    looked = _Looked(actor, grounds_of([row], now), awards, today)
    return [looked.detail(award) for award in reversed(awards)]


def list_flags(actor: Actor, program_key: str, *, today: date, now: datetime) -> Flags:
    """List the awards of a program that wait for a registrar's decision, in a number of queries that does not grow."""
    program = get_program(actor, program_key, "award:change")
    found = awarding.list_open_flags_in(program.id, MOST_FLAGS)
    rows = enrolments.list_enrolments_by_id(sorted({award.enrolment_id for _, award, _ in found}))
    grounds, causes = grounds_of(rows, now), _causes([flag for flag, _, _ in found])
    flagged = [
        Flagged(
            award_id=award.id,
            enrolment_id=award.enrolment_id,
            learner=name,
            program=compiled_version(award.version_id).program,
            credential=compiled_version(award.version_id).get_credential(award.credential),
            awarded_on=award.awarded_on,
            flagged_at=flag.flagged_at,
            cause=causes.get(flag.id),
            met_then=grounds.is_met(award, award.awarded_on),
            met_now=grounds.is_met(award, max(today, award.awarded_on)),
        )
        for flag, award, name in found
    ]
    return Flags(program.key, program_title(program), flagged, count_flags([program.id]).get(program.id, 0))


def count_flags(program_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the awards that wait for a registrar's decision, by program."""
    return awarding.count_open_flags(program_ids)


class _Looked:
    """What is said of some awards, looked up for all of them at once."""

    def __init__(self, actor: Actor, grounds: Grounds, awards: Sequence[AwardRow], today: date) -> None:
        self.actor, self.grounds, self.today = actor, grounds, today
        self.flags = awarding.list_flags([award.id for award in awards])
        self.causes = _causes(self.flags)
        events = [event for award in awards for event in grounds.events_of(award)]
        self.reasons = awarding.event_reasons([event.id for event in events])
        whose = [award.account_id for award in awards] + [event.account_id for event in events]
        whose += [flag.decided_by for flag in self.flags]
        self.names = people.names_of({key for key in whose if key is not None})

    def detail(self, award: AwardRow) -> AwardDetail:
        row, compiled = self.grounds.rows[award.enrolment_id], compiled_version(award.version_id)
        subject, earliest = Subject(row.program_id, row.account_id), earliest_change(self.grounds, award)
        state = self.grounds.state(award, max(self.today, earliest))
        waiting = [flag for flag in self.flags if flag.award_id == award.id and flag.outcome is None]
        return AwardDetail(
            award_id=award.id,
            enrolment_id=row.id,
            account_id=row.account_id,
            learner=row.account.person.name,
            program_key=row.program.key,
            program=compiled.program,
            credential=compiled.get_credential(award.credential),
            awarded_on=award.awarded_on,
            expires_on=award.expires_on,
            by=self._name(award.account_id),
            state=state,
            history=self._history(award),
            flag=self.causes.get(waiting[0].id) if waiting else None,
            moves=MOVES[state] if policy.may(self.actor, "award:change", subject) else (),
            may_give_again=policy.may(self.actor, "award:give", subject) and self._is_last_revoked(award, state),
            earliest=earliest,
        )

    def _history(self, award: AwardRow) -> list[AwardEntry]:
        found = [AwardEntry("given", award.awarded_on, award.recorded_at, self._name(award.account_id))]
        for event in self.grounds.events_of(award):
            by, reason = self._name(event.account_id), self.reasons.get(event.id)
            found.append(AwardEntry(event.event, event.effective_on, event.recorded_at, by, reason))
        for flag in self.flags:
            if flag.award_id == award.id:
                at, cause = flag.flagged_at, self.causes.get(flag.id)
                found.append(AwardEntry("flagged", at.date(), at, None, cause=cause))
                if flag.outcome == "kept" and flag.decided_at:
                    by, at = self._name(flag.decided_by), flag.decided_at
                    found.append(AwardEntry("kept", at.date(), at, by, flag.reason))
        return sorted(found, key=lambda entry: entry.at)

    def _is_last_revoked(self, award: AwardRow, state: AwardState) -> bool:
        of_it = [one for one in self.grounds.awards[award.enrolment_id] if one.credential == award.credential]
        return state is AwardState.REVOKED and of_it[-1].id == award.id

    def _name(self, account_id: UUID | None) -> str | None:
        return self.names.get(account_id) if account_id else None


def _causes(flags: Sequence[AwardFlagRow]) -> dict[UUID, Cause]:
    backs = awarding.taken_back_of({flag.taken_back_id for flag in flags if flag.taken_back_id})
    events = awarding.find_events({flag.award_event_id for flag in flags if flag.award_event_id})
    reasons = awarding.event_reasons(events)
    whose = {back.account_id for back, _, _ in backs.values()} | {event.account_id for event, _ in events.values()}
    names = people.names_of({key for key in whose if key is not None})
    found = {}
    for flag in flags:
        if flag.taken_back_id:
            back, decision, reason = backs[flag.taken_back_id]
            by = names.get(back.account_id) if back.account_id else None
            found[flag.id] = Cause(decision.competency, None, back.how, back.effective_on, back.recorded_at, by, reason)
        elif flag.award_event_id:
            event, credential = events[flag.award_event_id]
            by, reason = names.get(event.account_id) if event.account_id else None, reasons.get(event.id)
            found[flag.id] = Cause(None, credential, event.event, event.effective_on, event.recorded_at, by, reason)
    return found


def _readable(actor: Actor, enrolment_id: UUID | None, today: date) -> EnrolmentRow:
    row = enrolments.find_enrolment(enrolment_id) if enrolment_id else None
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "record:read", record_subject(actor, row, today))
    return row
