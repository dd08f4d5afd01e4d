"""A learner as of another day: what was true on one day, as known at the end of another.

It all comes from decisions, awards and evidence with the moments at which they were recorded; what is kept for today is
neither read nor written. What is true today is ``facts``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, NotFound, Problem
from cbe.domain.mastery import TakenBack
from cbe.domain.policy import Actor
from cbe.domain.progress import State
from cbe.store import deriving, enrolments, moving, people, records
from cbe.store.deriving import Judged, Submitted

from .decisions import standings_of
from .enrolments import record_subject
from .facts import Facts, facts_from
from .grounds import standing_of_awards
from .programs import compiled_version

__all__ = ["NOT_ENROLLED", "AsOf", "RecordThen", "as_of", "facts_as_of", "list_records_as_of", "status_as_of"]

NOT_ENROLLED = "not_enrolled"
"""The status before there was any."""
FUTURE = N_("This day is in the future. Choose today or a day before.")


@dataclass(frozen=True, slots=True)
class AsOf:
    """A day to look at, as known at the end of ``known_on``; with the moments at which both end, at the latest now."""

    on: date
    ends: datetime
    known_on: date
    known: datetime


@dataclass(frozen=True, slots=True)
class RecordThen:
    """A learner's record in one program as of a day: their status, the state of every competency, and the rest."""

    program: str
    status: str
    states: dict[str, State]
    facts: Facts


def as_of(on: date | None, known_on: date | None, *, zone: tzinfo, now: datetime) -> AsOf:
    """Return a day as known at the end of another, both as days of a time zone; None is today.

    Raises ``Invalid`` for days in the future, at ``/as_of`` and ``/known``.
    """
    today = now.astimezone(zone).date()
    asked = {"/as_of": on, "/known": known_on}
    problems: list[Problem] = [(at, FUTURE) for at, day in asked.items() if day is not None and day > today]
    if problems:
        raise Invalid(problems)
    on, known_on = on or today, known_on or today
    return AsOf(on, _end_of(on, zone, now), known_on, _end_of(known_on, zone, now))


def facts_as_of(enrolment_id: UUID, version_id: UUID, at: AsOf) -> Facts:
    """Return what was true of a learner then, who is in ``version_id`` now; nine queries."""
    version_id = _version_as_of(enrolment_id, version_id, at)
    found = standings_of({enrolment_id: version_id}, at.on, known=at.known)[enrolment_id]
    awards = [row for row in records.list_awards(enrolment_id) if row.recorded_at <= at.known]
    events = [row for row in records.list_award_events(enrolment_id) if row.recorded_at <= at.known]
    held, withheld = standing_of_awards(awards, events, at.on)
    return facts_from(
        version_id,
        compiled_version(version_id),
        found,
        in_review=_waiting(enrolment_id, at),
        held=held,
        withheld=withheld,
        today=at.on,
        now=at.known,
    )


def list_records_as_of(
    actor: Actor, email: str, at: AsOf, program: str | None = None, *, today: date
) -> list[RecordThen]:
    """List a learner's records then, in every program they are in now or in one; ``NotFound`` when there are none."""
    account = people.find_account_by_email(email)
    rows = [
        row
        for row in (enrolments.list_enrolments(account.id) if account else ())
        if program is None or row.program.key == program
    ]
    if not rows:
        raise NotFound("Nobody with the address %(email)s learns there.", email=email)
    found = []
    for row in rows:
        policy.require(actor, "record:read", record_subject(actor, row, today))
        facts = facts_as_of(row.id, row.version_id, at)
        found.append(RecordThen(row.program.key, status_as_of(row.id, at), facts.states, facts))
    return found


def status_as_of(enrolment_id: UUID, at: AsOf) -> str:
    """Return the status of an enrolment then, ``NOT_ENROLLED`` before there was one."""
    rows = enrolments.list_statuses(enrolment_id)
    then = [row.status for row in rows if row.since <= at.on and row.recorded_at <= at.known]
    return then[-1] if then else NOT_ENROLLED


def _version_as_of(enrolment_id: UUID, version_id: UUID, at: AsOf) -> UUID:
    """Return in which version a learner was then, who is in ``version_id`` now."""
    first: UUID | None = None
    events: list[tuple[datetime, UUID]] = []
    for member, to_version in moving.moves_of(enrolment_id):
        first = first or member.from_version_id
        assert member.moved_at is not None
        events.append((member.moved_at, to_version))
        if member.returned_at is not None:
            events.append((member.returned_at, member.from_version_id))
    then = [version for moment, version in sorted(events) if moment <= min(at.ends, at.known)]
    return then[-1] if then else first or version_id


def _end_of(day: date, zone: tzinfo, now: datetime) -> datetime:
    return min(now, datetime.combine(day + timedelta(days=1), time.min, zone))


def _waiting(enrolment_id: UUID, at: AsOf) -> frozenset[str]:
    """Return the competencies for which evidence waited then, as well as it can be known.

    Of each item counts what was handed in last by the end of the day. It waited when nobody had decided on it and its
    learner had not taken it back, and either happened later or it waits still. An item asks on every day for the
    competencies that it is for now.
    """
    handed_in: dict[UUID, Submitted] = {}
    for one in deriving.list_submitted(enrolment_id):
        last = handed_in.get(one.evidence_id)
        if one.submitted_at <= min(at.ends, at.known) and (last is None or last.version < one.version):
            handed_in[one.evidence_id] = one
    judged = _by_part(deriving.list_judged(enrolment_id))
    gone = _gone(deriving.taken_back_of([enrolment_id]).get(enrolment_id, ()), at)
    found = set()
    for part in deriving.list_item_parts([enrolment_id]):
        newest = handed_in.get(part.evidence_id)
        on_it = judged.get((part.evidence_id, part.competency), ())
        still = newest is not None and part.status == "submitted" and part.version == newest.version
        if newest is not None and _waited(on_it, newest, gone, at, still=still):
            found.add(part.competency)
    return frozenset(found)


def _waited(
    judged: Sequence[Judged], newest: Submitted, gone: Mapping[UUID, datetime], at: AsOf, *, still: bool
) -> bool:
    version, left_at = newest.version, newest.left_at
    if left_at is not None and any(
        one.version == version and gone.get(one.decision_id, left_at) > left_at for one in judged
    ):
        left_at = None  # what was decided before is asked again
    if left_at is not None and left_at <= min(at.ends, at.known):
        return False
    later = left_at is not None
    for one in judged:
        if one.decided_on > at.on or one.recorded_at > at.known:
            later = later or one.version == version
        elif one.decision_id not in gone and (one.version == version or (one.version < version and one.is_met)):
            return False
    return later or still


def _by_part(judged: Iterable[Judged]) -> Mapping[tuple[UUID, str], list[Judged]]:
    found: dict[tuple[UUID, str], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.evidence_id, one.competency), []).append(one)
    return found


def _gone(taken_back: Iterable[TakenBack], at: AsOf) -> dict[UUID, datetime]:
    """Return the decisions after which, as known then, the evidence waited again, each with that moment."""
    return {
        one.decision: one.recorded_at
        for one in taken_back
        if one.how in ("void", "overturned") and one.recorded_at <= at.known
    }
