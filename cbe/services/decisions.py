"""Decisions on learners' records, added and never changed, and the standing that follows from them.

Here is what every way of deciding shares. Importing earlier records is ``mastery_import``'s, awards are ``awards``'s; what can
be unlocked with what is mastered is ``progress``'s.

**Days.** What is kept is derived as of the latest day that is today anywhere on earth (``mastery.latest_today``). No
decision and no taking back is dated after it, so everything on record counts as soon as it is recorded, for every
reader whatever their time zone, and nothing that is kept has to change by itself when a day begins. Expiry is read
against the reader's own day. What was true on an earlier day is derived anew (``standings_of``), never read from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from uuid import UUID, uuid4

from cbe.domain.mastery import Standing, standings, too_old_to_renew
from cbe.store import batches, deriving
from cbe.store.enrolments import EnrolmentRow

from .programs import compiled_version
from .transaction import Transaction

__all__ = ["NewDecision", "derive_standing", "keep_standing", "mastered_on", "put_decisions", "standings_of", "too_old"]


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision that is about to stand on a record, with the words that go with it.

    ``source_digest`` is for transfers: with enrolment, competency and day it makes importing twice add nothing.
    """

    competency: str
    kind: str
    decided_on: date
    activity_on: date
    outcome: str = "met"
    level: str | None = None
    assessor_id: UUID | None = None
    feedback: str | None = None
    authority: str | None = None
    reason: str | None = None
    source_digest: str | None = None
    role: str | None = None
    observation_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.kind in ("assessment", "recognition") and self.assessor_id is None:
            raise ValueError("an assessor decides this, and only they")


def put_decisions(tx: Transaction, decisions: Iterable[tuple[EnrolmentRow, NewDecision]]) -> list[UUID]:
    """Put decisions on records as part of the caller's change and return their ids, in order.

    In batches, so that ten thousand take seconds. The caller checks who may decide, records it in the audit trail, and
    calls ``derive_standing`` for what was touched.
    """
    keyed = [(uuid4(), enrolment, new) for enrolment, new in decisions]
    batches.hold_enrolments(enrolment.id for _, enrolment, _ in keyed)
    rows = [_values(tx, key, enrolment, new) for key, enrolment, new in keyed]
    words = [_words(key, new) for key, _, new in keyed if new.feedback or new.authority or new.reason]
    batches.insert_decisions(rows, words)
    for values in rows:
        tx.attest("decision", values)
    for values in words:
        tx.attest("decision_text", values)
    return [key for key, _, _ in keyed]


def derive_standing(touched: Iterable[tuple[EnrolmentRow, str]], on: date) -> None:
    """Make the standing of these enrolments in these competencies anew from their decisions, as true on a day.

    Part of the caller's change: in the same transaction as the decisions.
    """
    wanted: dict[UUID, set[str]] = {}
    versions: dict[UUID, UUID] = {}
    for enrolment, competency in touched:
        versions[enrolment.id] = enrolment.version_id
        wanted.setdefault(enrolment.id, set()).add(competency)
    found = standings_of(versions, on, competencies={name for names in wanted.values() for name in names})
    keep_standing({key: {name: found[key].get(name) for name in names} for key, names in wanted.items()})


def keep_standing(made: Mapping[UUID, Mapping[str, Standing | None]]) -> None:
    """Keep what was derived in the place of what was kept: of each enrolment, in the competencies that are named."""
    rows = [
        {
            "enrolment_id": key,
            "competency": competency,
            "mastered_on": found.mastered_on,
            "expires_on": found.expires_on,
            "returned_on": found.returned_on,
            "settles_at": found.settles_at,
            "kind": found.kind,
        }
        for key, by_name in made.items()
        for competency, found in by_name.items()
        if found is not None
    ]
    batches.replace_standing({key: set(by_name) for key, by_name in made.items()}, rows)


def standings_of(
    versions: Mapping[UUID, UUID],
    on: date,
    *,
    known: datetime | None = None,
    competencies: Collection[str] | None = None,
    without: Collection[UUID] = (),
) -> dict[UUID, dict[str, Standing]]:
    """Derive how enrolments (each with its version) stand, as true on a day and known at a moment (None: now).

    In every competency that has decisions, or in those of ``competencies`` alone; ``without`` some decisions, as if they
    never were. This is the only way from decisions
    to standing: keeping it, rebuilding it and looking at it as of a day all come here.
    """
    ids = list(versions)
    decided = deriving.decisions_of(ids, competencies)
    undone = deriving.taken_back_of(ids, competencies)
    if without:
        decided = {key: [one for one in found if one.id not in without] for key, found in decided.items()}
    return {
        key: standings(compiled_version(version).program, decided.get(key, ()), undone.get(key, ()), on=on, known=known)
        for key, version in versions.items()
    }


def mastered_on(enrolment: EnrolmentRow, on: date, *, without: Collection[UUID] = ()) -> frozenset[str]:
    """Return what is mastered and current on a day, from the decisions as known now (``without`` some, on wish)."""
    found = standings_of({enrolment.id: enrolment.version_id}, on, without=without)[enrolment.id]
    return frozenset(
        key
        for key, row in found.items()
        if row.mastered_on is not None and (row.expires_on is None or row.expires_on > on)
    )


def too_old(
    versions: Mapping[UUID, UUID],
    on: date,
    *,
    known: datetime | None = None,
    competencies: Collection[str] | None = None,
) -> dict[UUID, date]:
    """Return which decisions on enrolments (each with its version) renew nothing, each with the mastery it is older than.

    Nothing is read where no competency of theirs expires.
    """
    programs = {version: compiled_version(version).program for version in set(versions.values())}
    expiring = {one.id for program in programs.values() for one in program.competencies if one.validity_months}
    wanted = expiring if competencies is None else expiring & set(competencies)
    if not wanted:
        return {}
    ids, found = list(versions), dict[UUID, date]()
    decided, undone = deriving.decisions_of(ids, wanted), deriving.taken_back_of(ids, wanted)
    for key, version in versions.items():
        found |= too_old_to_renew(programs[version], decided.get(key, ()), undone.get(key, ()), on=on, known=known)
    return found


def _values(tx: Transaction, key: UUID, enrolment: EnrolmentRow, new: NewDecision) -> dict[str, object]:
    return {
        "id": key,
        "enrolment_id": enrolment.id,
        "version_id": enrolment.version_id,
        "competency": new.competency,
        "kind": new.kind,
        "outcome": new.outcome,
        "level": new.level,
        "assessor_id": new.assessor_id,
        "activity_on": new.activity_on,
        "decided_on": new.decided_on,
        "recorded_at": tx.now,
        "source_digest": new.source_digest,
        "role": new.role,
        "observation_id": new.observation_id,
    }


def _words(key: UUID, new: NewDecision) -> dict[str, object]:
    said = {"feedback": new.feedback, "authority": new.authority, "reason": new.reason}
    return {"decision_id": key, **said, "salt": token_hex(16)}
