"""Reading evidence: one item with all its versions, the list of one's own, and where items stand in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, NotFound
from cbe.domain.evidence import to_links, usual_wait
from cbe.domain.policy import Actor, Subject
from cbe.store import enrolments, evidence, handing_in, people, programs, quarantine
from cbe.store.enrolments import EnrolmentRow
from cbe.store.evidence import EvidenceRow, EvidenceVersionRow, MessageRow, TakingRow

from ..enrolments import record_subject

__all__ = [
    "Item",
    "ItemCompetency",
    "ItemLine",
    "Judged",
    "Message",
    "Queue",
    "Taken",
    "Version",
    "export_items",
    "get_item",
    "list_items",
    "place_in_queue",
    "subject_of",
]


@dataclass(frozen=True, slots=True)
class Version:
    """What was handed in at one time; ``submitted_at`` is None for the draft that is being written."""

    version: int
    text: str
    links: tuple[tuple[str, str], ...]
    setting: str | None
    learning_type: str | None
    route: str
    activity_from: date | None
    activity_until: date | None
    is_own_work: bool
    saved_at: datetime
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision that rests on a version of an item; ``taken_back`` says how, None while it stands."""

    decision_id: UUID
    version: int
    competency: str
    outcome: str
    level: str | None
    decided_on: date
    assessor: str | None
    feedback: str | None
    taken_back: str | None


@dataclass(frozen=True, slots=True)
class ItemCompetency:
    """A competency an item is for: the standing decision on it (None while it waits), and all that rest on the item."""

    competency: str
    decision_id: UUID | None
    judged: tuple[Judged, ...]
    """Newest first."""

    @property
    def outcome(self) -> str | None:
        """What the standing decision says."""
        return next((one.outcome for one in self.judged if one.decision_id == self.decision_id), None)


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said about an item."""

    id: UUID
    author_id: UUID
    author: str
    text: str
    at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Who is reading an item now, and until when."""

    account_id: UUID
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One item as its reader may see it; ``versions`` oldest first.

    While its texts are in quarantine (``is_closed``) texts, links, messages and feedback are empty. Nobody but the learner sees
    the version that is being written.
    """

    id: UUID
    enrolment_id: UUID
    account_id: UUID
    learner: str
    program_id: UUID
    program_key: str
    version_id: UUID
    status: str
    version: int
    created_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    decided_at: datetime | None
    versions: tuple[Version, ...]
    competencies: tuple[ItemCompetency, ...]
    messages: tuple[Message, ...]
    taken_by: Taken | None
    is_closed: bool
    changed: str | None
    """``redacted`` or ``destroyed`` when those who see to data protection did that to its texts."""

    @property
    def newest(self) -> Version:
        """The newest version the reader sees."""
        return self.versions[-1]

    @property
    def is_taken(self) -> bool:
        """Whether somebody is reading it now."""
        return self.taken_by is not None

    @property
    def returned(self) -> bool:
        """Whether it was decided and something of it is not yet met."""
        return self.status == "decided" and any(one.outcome == "not_yet" for one in self.competencies)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in the list of one's own; ``place`` in the queue while it waits."""

    id: UUID
    status: str
    version: int
    created_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    decided_at: datetime | None
    saved_at: datetime
    opening: str
    competencies: tuple[ItemCompetency, ...]
    place: int | None
    is_taken: bool

    @property
    def returned(self) -> bool:
        """Whether it was decided and something of it is not yet met."""
        return self.status == "decided" and any(one.outcome == "not_yet" for one in self.competencies)


@dataclass(frozen=True, slots=True)
class Queue:
    """The places of waiting items in their program's queue, and how long items usually wait (None: not known yet)."""

    places: dict[UUID, int]
    usual: timedelta | None


NOTHING = N_("There is nothing here, or nothing that you may see.")
OPENING = 120
"""Characters of a text that stand in a list."""


def subject_of(actor: Actor, row: EvidenceRow, today: date) -> Subject:
    """Return the record an item belongs to as a subject of the policy, with the ties that actor has to it today."""
    return record_subject(actor, row.enrolment, today)


def get_item(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> Item:
    """Return an item to its learner or to those who may assess it; ``NotFound`` while it was never handed in to them."""
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound(NOTHING)
    policy.require(actor, "evidence:read", subject_of(actor, row, today))
    item = _items(actor, [row], row.enrolment, now)[0]
    if not item.versions:
        raise NotFound(NOTHING)
    return item


def list_items(actor: Actor, program_key: str, *, now: datetime) -> tuple[list[ItemLine], timedelta | None]:
    """List one's own items in a program, newest first, and how long items usually wait there; eleven queries at most."""
    enrolment = own_enrolment(actor, program_key, "evidence:read")
    rows = evidence.list_evidence(enrolment.id)
    ids = [row.id for row in rows]
    newest = {one.evidence_id: one for one in handing_in.list_all_versions(ids)}  # the last of each item wins
    closed, takings = handing_in.list_closed(ids), handing_in.takings(ids, now)
    found = _competencies(ids)
    queue = place_in_queue(enrolment.program_id, [row.id for row in rows if row.status == "submitted"])
    lines = [
        ItemLine(
            id=row.id,
            status=row.status,
            version=row.version,
            created_at=row.created_at,
            submitted_at=row.submitted_at,
            due_on=row.due_on,
            decided_at=row.decided_at,
            saved_at=newest[row.id].saved_at,
            opening="" if row.id in closed else _opening(newest[row.id].text),
            competencies=tuple(found.get(row.id, ())),
            place=queue.places.get(row.id),
            is_taken=row.id in takings,
        )
        for row in rows
    ]
    return lines, queue.usual


def place_in_queue(program_id: UUID, evidence_ids: Sequence[UUID]) -> Queue:
    """Return where waiting items stand in the queue of their program, and how long items usually wait in it.

    Whoever may read the items may be told; the caller asks who that is.
    """
    places = handing_in.places(program_id, evidence_ids) if evidence_ids else {}
    return Queue(places, usual_wait(handing_in.newest_waits(program_id)))


def export_items(actor: Actor, program_key: str, *, now: datetime) -> list[Item]:
    """Return all one's own items in a program to take away, oldest first, as ``get_item`` gives each; eight queries."""
    enrolment = own_enrolment(actor, program_key, "evidence:read")
    return _items(actor, list(reversed(evidence.list_evidence(enrolment.id))), enrolment, now)


def own_enrolment(actor: Actor, program_key: str, action: str) -> EnrolmentRow:
    """Return one's own enrolment in a program when one may do this there; ``NotFound`` for others."""
    program = programs.find_program(program_key)
    row = enrolments.find_enrolment_of(actor.account_id, program.id) if program and actor.account_id else None
    if row is None:
        raise NotFound("You do not learn in a program %(program)s.", program=program_key)
    policy.require(actor, action, Subject(row.program_id, row.account_id))
    return row


def _items(actor: Actor, rows: Sequence[EvidenceRow], enrolment: EnrolmentRow, now: datetime) -> list[Item]:
    """Return items of one enrolment as this reader sees them, in a number of queries that does not grow with them."""
    ids = [row.id for row in rows]
    states, takings = quarantine.text_states(ids), handing_in.takings(ids, now)
    closed = {evidence_id for evidence_id, state in states.items() if state == "closed"}
    said = [one for one in handing_in.list_all_messages(ids) if one.evidence_id not in closed]
    names = people.names_of({one.account_id for one in said} | {one.account_id for one in takings.values()})
    found = _competencies(ids)
    is_own = enrolment.account_id == actor.account_id
    versions: dict[UUID, list[Version]] = {}
    for one in handing_in.list_all_versions(ids):
        if is_own or one.submitted_at is not None:
            versions.setdefault(one.evidence_id, []).append(_version(one, is_closed=one.evidence_id in closed))
    messages: dict[UUID, list[Message]] = {}
    for line in said:
        messages.setdefault(line.evidence_id, []).append(_message(line, names, actor))
    return [
        Item(
            id=row.id,
            enrolment_id=enrolment.id,
            account_id=enrolment.account_id,
            learner=enrolment.account.person.name,
            program_id=enrolment.program_id,
            program_key=enrolment.program.key,
            version_id=enrolment.version_id,
            status=row.status,
            version=row.version,
            created_at=row.created_at,
            submitted_at=row.submitted_at,
            due_on=row.due_on,
            decided_at=row.decided_at,
            versions=tuple(versions.get(row.id, ())),
            competencies=tuple(found.get(row.id, ())),
            messages=tuple(messages.get(row.id, ())),
            taken_by=_taken(takings.get(row.id), names),
            is_closed=row.id in closed,
            changed=states.get(row.id) if row.id not in closed else None,
        )
        for row in rows
    ]


def _taken(row: TakingRow | None, names: dict[UUID, str]) -> Taken | None:
    return Taken(row.account_id, names.get(row.account_id, ""), row.expires_at) if row else None


def _version(row: EvidenceVersionRow, *, is_closed: bool) -> Version:
    return Version(
        version=row.version,
        text="" if is_closed else row.text,
        links=() if is_closed else to_links(row.links),
        setting=row.setting,
        learning_type=row.learning_type,
        route=row.route,
        activity_from=row.activity_from,
        activity_until=row.activity_until,
        is_own_work=row.is_own_work,
        saved_at=row.saved_at,
        submitted_at=row.submitted_at,
    )


def _competencies(evidence_ids: Sequence[UUID]) -> dict[UUID, list[ItemCompetency]]:
    """Return what these items are for with the decisions that rest on them; four queries."""
    cited = handing_in.list_citing(evidence_ids)
    texts = quarantine.decision_texts([decision.id for _, decision, _ in cited])
    names = people.names_of({decision.assessor_id for _, decision, _ in cited if decision.assessor_id})
    judged: dict[tuple[UUID, str], list[Judged]] = {}
    for cites, decision, how in reversed(cited):
        text = texts.get(decision.id)
        judged.setdefault((cites.evidence_id, decision.competency), []).append(
            Judged(
                decision_id=decision.id,
                version=cites.version,
                competency=decision.competency,
                outcome=decision.outcome,
                level=decision.level,
                decided_on=decision.decided_on,
                assessor=names.get(decision.assessor_id) if decision.assessor_id else None,
                feedback=text.feedback if text else None,
                taken_back=how,
            )
        )
    found: dict[UUID, list[ItemCompetency]] = {}
    for row in evidence.list_competencies_of(evidence_ids):
        of_it = tuple(judged.get((row.evidence_id, row.competency), ()))
        found.setdefault(row.evidence_id, []).append(ItemCompetency(row.competency, row.decision_id, of_it))
    return found


def _message(row: MessageRow, names: dict[UUID, str], actor: Actor) -> Message:
    author = names.get(row.account_id, "")
    return Message(row.id, row.account_id, author, row.text, row.created_at, row.account_id == actor.account_id)


def _opening(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= OPENING else words[: OPENING - 1] + "…"
