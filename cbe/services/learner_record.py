"""A learner's whole record over all programs, as values: what is mastered, what was awarded, what was handed in.

Only what nobody can undo any more is in it. Whoever shows it asks who may see it: one's own page is here, what others see
of it ``sharing``'s. Where one stands in a program, with what comes next, is ``progress``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from cbe.domain import policy
from cbe.domain.awarding import AwardState
from cbe.domain.evidence import to_links
from cbe.domain.mastery import Decision, latest_today, mastering_decision, shown_in, standing_in
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Competency, Credential, Program, Rubric
from cbe.store import enrolments, handing_in, issuing, people, programs, quarantine, sharing
from cbe.store.enrolments import EnrolmentRow
from cbe.store.evidence import EvidenceRow, EvidenceVersionRow
from cbe.store.records import AwardRow

from .files import File, list_files
from .grounds import Grounds, grounds_of
from .issuing.issuer import get_issuer
from .programs import compiled_version, known_competencies
from .transaction import transaction

__all__ = [
    "Award",
    "Evidence",
    "Judge",
    "Mastery",
    "Record",
    "Whole",
    "get_own_record",
    "is_shown",
    "records_of",
    "set_shown",
]


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judged: their role, None where nobody noted it, and their name where they agreed to be named."""

    role: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Mastery:
    """A competency that was mastered: how, when, at which level, by whom, and until when that counts.

    ``shown_on``: the day of the newest thing it rests on. ``number``: the version of the program it was judged by.
    """

    enrolment_id: UUID
    program_key: str
    program: Program
    version_id: UUID
    competency: Competency
    kind: str
    level: str | None
    rubric: Rubric | None
    mastered_on: date
    shown_on: date
    expires_on: date | None
    is_current: bool
    judges: tuple[Judge, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Award:
    """A credential that was given, with what it is worth today, and what was mastered of what it asks for when it was."""

    award_id: UUID
    program_key: str
    program: Program
    version_id: UUID
    credential: Credential
    awarded_on: date
    expires_on: date | None
    state: AwardState
    since: date | None
    """Since when it is suspended or revoked."""
    competencies: tuple[Competency, ...]
    number: int
    signed_id: UUID | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One version of an item as it was handed in, with its files.

    ``state``: ``there``, ``closed`` (reported), ``redacted`` or ``destroyed`` by data protection, ``withdrawn`` by its learner.
    ``met``: what assessors found it to show, by decisions that stand.
    """

    evidence_id: UUID
    version: int
    program_key: str
    program: Program
    state: str
    submitted_at: datetime
    text: str
    links: tuple[tuple[str, str], ...]
    setting: str | None
    learning_type: str | None
    activity_from: date | None
    activity_until: date | None
    met: tuple[Competency, ...]
    files: tuple[File, ...]

    @property
    def is_there(self) -> bool:
        """Whether what was written in it may be seen."""
        return self.state in ("there", "redacted")


@dataclass(frozen=True, slots=True)
class Record:
    """Everything of one learner; ``organization`` says where it was judged."""

    name: str
    organization: str
    masteries: tuple[Mastery, ...]
    awards: tuple[Award, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Whole:
    """What a record is made of, looked up for all enrolments of one learner at once."""

    rows: Mapping[UUID, EnrolmentRow]
    grounds: Grounds
    today: date
    now: datetime

    @cached_property
    def known(self) -> dict[UUID, dict[str, Competency]]:
        """The competencies of which anything is decided or handed in, by enrolment, also those its version lost."""
        named = {key: {one.competency for one in of_it} for key, of_it in self.grounds.decisions.items()}
        return {
            key: known_competencies(row.program_id, row.version_id, named.get(key, ()))
            for key, row in self.rows.items()
        }

    @cached_property
    def masteries(self) -> dict[tuple[UUID, str], Mastery]:
        """What is or was mastered by decisions that stand, by enrolment and competency."""
        roles = sharing.judged_as(list(self.rows))
        deciders = {one.assessor for of_it in self.grounds.decisions.values() for one in of_it if one.assessor}
        names = people.names_of(sharing.shown_assessors(deciders))
        numbers = {
            key: one.number for key, one in programs.get_versions({version for _, version in roles.values()}).items()
        }
        found = {}
        for key in self.rows:
            for competency in self.known[key].values():
                mastery = self._mastery(key, competency, roles, names, numbers)
                if mastery is not None:
                    found[key, competency.id] = mastery
        return found

    @cached_property
    def awards(self) -> dict[UUID, Award]:
        """The awards by id, newest first."""
        rows = [award for of_it in self.grounds.awards.values() for award in of_it]
        signed = issuing.credentials_of([row.id for row in rows])
        numbers = {key: one.number for key, one in programs.get_versions({row.version_id for row in rows}).items()}
        order = sorted(rows, key=lambda row: (row.awarded_on, row.recorded_at), reverse=True)
        return {
            row.id: self._award(row, numbers[row.version_id], signed[row.id].id if row.id in signed else None)
            for row in order
        }

    @cached_property
    def evidence(self) -> dict[tuple[UUID, int], Evidence]:
        """Every version that was handed in, by item and version, newest first."""
        rows = sharing.list_handed_in(list(self.rows))
        ids = sorted({item.id for item, _ in rows})
        states, files = quarantine.text_states(ids), list_files(ids)
        settled = {one.id for of_it in self.grounds.decisions.values() for one in of_it}
        met: dict[tuple[UUID, int], dict[str, None]] = {}
        for cited, decision, how in handing_in.list_citing(ids):
            if how is None and decision.outcome == "met" and decision.id in settled:
                met.setdefault((cited.evidence_id, cited.version), {})[decision.competency] = None
        return {
            (item.id, version.version): self._evidence(
                item, version, states.get(item.id), files[item.id], met.get((item.id, version.version), ())
            )
            for item, version in rows
        }

    @property
    def newest_evidence(self) -> Iterator[Evidence]:
        """The newest version of each item that was handed in, those that were withdrawn left out."""
        seen = set()
        for (item, _), one in self.evidence.items():
            if one.state != "withdrawn" and item not in seen:
                seen.add(item)
                yield one

    def title_of(self, enrolment_id: UUID, competency: str) -> tuple[Program, Competency] | None:
        """Return a competency that is on the record no longer, to name it by."""
        row = self.rows.get(enrolment_id)
        if row is None:
            return None
        known = known_competencies(row.program_id, row.version_id, [competency]).get(competency)
        return (compiled_version(row.version_id).program, known) if known else None

    def _mastery(
        self,
        key: UUID,
        competency: Competency,
        roles: Mapping[UUID, tuple[str | None, UUID]],
        names: Mapping[UUID, str],
        numbers: Mapping[UUID, int],
    ) -> Mastery | None:
        row, on = self.rows[key], latest_today(self.now)
        program, back = compiled_version(row.version_id).program, self.grounds.taken_back.get(key, [])
        decisions = [one for one in self.grounds.decisions[key] if one.competency == competency.id]
        standing = standing_in(program, competency, decisions, back, on=on)
        decision = mastering_decision(program, competency, decisions, back, on=on)
        if decision is None or standing.mastered_on is None:
            return None
        shown, ends = shown_in(decisions, back, on=on), standing.expires_on
        return Mastery(
            key, row.program.key, program, row.version_id, competency, decision.kind, decision.level,
            competency.rubric or program.rubric, standing.mastered_on, max(one.activity_on for one in shown), ends,
            ends is None or ends > self.today, _judges(shown, roles, names), numbers[roles[decision.id][1]],
        )  # fmt: skip

    def _award(self, row: AwardRow, number: int, signed_id: UUID | None) -> Award:
        compiled, on = compiled_version(row.version_id), max(self.today, row.awarded_on)
        credential, state = compiled.get_credential(row.credential), self.grounds.state(row, on)
        befell = [one for one in self.grounds.events_of(row) if one.effective_on <= on]
        then = self.grounds.mastered_since(row.enrolment_id, row.awarded_on, version_id=row.version_id)
        named = {compiled.ids[place] for place in compiled.named_numbers(row.credential)} & then.keys()
        return Award(
            row.id, self.rows[row.enrolment_id].program.key, compiled.program, row.version_id, credential, row.awarded_on,
            row.expires_on, state, befell[-1].effective_on if befell and state in ("suspended", "revoked") else None,
            tuple(one for key, one in compiled.competencies.items() if key in named), number, signed_id,
        )  # fmt: skip

    def _evidence(
        self, item: EvidenceRow, row: EvidenceVersionRow, state: str | None, files: Sequence[File], met: Iterable[str]
    ) -> Evidence:
        enrolment, known = self.rows[item.enrolment_id], self.known[item.enrolment_id]
        assert row.submitted_at is not None
        if row.withdrawn_at is not None or row.edited_at is not None:
            state = "withdrawn"
        is_told = state in (None, "redacted")
        return Evidence(
            item.id, row.version, enrolment.program.key, compiled_version(enrolment.version_id).program, state or "there",
            row.submitted_at, row.text if is_told else "", to_links(row.links) if is_told else (), row.setting,
            row.learning_type, row.activity_from, row.activity_until,
            tuple(known[key] for key in met if key in known),
            tuple(one for one in files if one.is_in(row.version)) if state != "withdrawn" else (),
        )  # fmt: skip


def get_own_record(actor: Actor, *, today: date, now: datetime) -> Record:
    """Return everything of oneself; queries grow with programs at most, never with what is on the record."""
    policy.require(actor, "record:export", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    whole = records_of(actor.account_id, today=today, now=now)
    names = people.names_of([actor.account_id])
    return Record(
        names.get(actor.account_id, ""), get_issuer().name, tuple(_in_order(whole.masteries.values())),
        tuple(whole.awards.values()), tuple(whole.newest_evidence),
    )  # fmt: skip


def records_of(account_id: UUID, *, today: date, now: datetime) -> Whole:
    """Return what the record of somebody is made of, for callers that asked who may see it."""
    rows = enrolments.list_enrolments(account_id)
    return Whole({row.id: row for row in rows}, grounds_of(rows, now), today, now)


def is_shown(actor: Actor) -> bool:
    """Tell whether one's name stands on the records of those one assesses."""
    policy.require(actor, "assessor:be-named", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    return sharing.find_shown(actor.account_id) is not None


def set_shown(actor: Actor, is_shown: bool, *, now: datetime) -> None:
    """Let one's name stand on the records and shares of those one assesses, or not any more; it holds at once."""
    policy.require(actor, "assessor:be-named", Subject(account_id=actor.account_id))
    assert actor.account_id is not None
    with transaction(actor, now) as tx:
        row = sharing.find_shown(actor.account_id)
        if is_shown and row is None:
            tx.add(sharing.ShownAssessorRow(account_id=actor.account_id, agreed_at=now))
        elif not is_shown and row is not None:
            tx.delete(row)
        tx.record("assessor:set-named", account=actor.account_id, named=is_shown)


def _judges(
    shown: Sequence[Decision], roles: Mapping[UUID, tuple[str | None, UUID]], names: Mapping[UUID, str]
) -> tuple[Judge, ...]:
    """Return each person once, in the role of their newest decision."""
    found = {one.assessor: Judge(roles[one.id][0], names.get(one.assessor)) for one in shown if one.assessor}
    return tuple(found.values())


def _in_order(masteries: Iterable[Mastery]) -> list[Mastery]:
    """Return masteries by program, the newest first."""
    return sorted(masteries, key=lambda one: (one.program_key, -one.mastered_on.toordinal(), one.competency.id))
