"""Reading what learners handed in and deciding on it: taking an item, deciding, undoing, taking back.

Which items wait is ``queue``'s; what follows when the ten minutes of undoing are over is ``settling``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Forbidden, Invalid, NotFound, Problem
from cbe.domain.evidence import done_on
from cbe.domain.judgement import Judgement, judgement_problems
from cbe.domain.policy import Actor, Subject
from cbe.store import enrolments, evidence, people, records, settling
from cbe.store.enrolments import EnrolmentRow
from cbe.store.evidence import EvidenceCompetencyRow, EvidenceRow, TakingRow
from cbe.store.records import DecisionRow

from .award_flags import flag_unfounded
from .decisions import NewDecision
from .enrolments import record_subject
from .notices import tell
from .programs import compiled_version, known_competencies
from .sign_off import reopen, sign_off, take_back_within
from .transaction import Transaction, transaction

__all__ = [
    "HOLD",
    "WAYS_BACK",
    "Citation",
    "DecidedAlready",
    "decide",
    "hand_over",
    "release",
    "take",
    "take_back",
    "undo",
]

HOLD = timedelta(minutes=30)
"""So long an item is whose who took it; opening it again begins anew."""
HANDED_OVER = timedelta(days=3)
WAYS_BACK = ("void", "overturned", "revoked")
MOST_REASON = 2_000


class DecidedAlready(Conflict):
    """Somebody else decided on this item, or its learner took it back, while it was read."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Further evidence of the same learner that a decision rests on."""

    evidence_id: UUID
    version: int


def take(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> None:
    """Take an item to read it; until the time is over nobody else decides on it. Taking one's own again begins anew.

    Raises ``Conflict`` when somebody else has it, ``DecidedAlready`` when it no longer waits.
    """
    _require_assess(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row, _ = _require_assess(actor, evidence_id, today)
        _require_free(actor, row, now)
        if row.status != "submitted":
            raise DecidedAlready("This no longer waits: it was decided or withdrawn.")
        _hold(tx, row.id, actor.account_id, now + HOLD)
        tx.record("evidence:take", evidence=row.id)


def release(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> None:
    """Put an item that one took back into the queue."""
    _require_assess(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row, _ = _require_assess(actor, evidence_id, today)
        _require_free(actor, row, now)
        evidence.end_taking(row.id)
        tx.record("evidence:release", evidence=row.id)


def hand_over(actor: Actor, evidence_ids: Sequence[UUID], to: UUID, *, today: date, now: datetime) -> int:
    """Give items to a colleague who may assess them; one's own, or anybody's in a program one coordinates.

    They have three days to begin. Returns how many were handed over; an item that no longer waits is passed over.
    """
    if not policy.may_somewhere(actor, "queue:read"):
        raise Forbidden("You may not do this. Ask the registrar or an administrator for the role that may.")
    colleague = people.find_account(to)
    if colleague is None or colleague.status != "active" or to == actor.account_id:
        raise Invalid([("/to", N_("Choose a colleague who assesses in this program."))])
    with transaction(actor, now) as tx:
        handed = 0
        for evidence_id in sorted(set(evidence_ids)):
            row, subject = _require_assess(actor, evidence_id, today)
            if not policy.may(actor, "queue:coordinate", subject):
                _require_free(actor, row, now)
            if row.status == "submitted":
                _require_colleague(to, row, today)
                _hold(tx, row.id, to, now + HANDED_OVER)
                tx.record("evidence:hand-over", evidence=row.id, to=to)
                handed += 1
        if not handed:
            raise DecidedAlready("None of these waits any longer.")
        tell(tx, [to], "handed-over", key=f"handed-over:{evidence_ids[0]}:{now:%Y%m%d%H%M%S}", count=handed)
    return handed


def decide(
    actor: Actor,
    evidence_id: UUID,
    version: int,
    judgements: Sequence[Judgement],
    *,
    cited: Sequence[Citation] = (),
    today: date,
    now: datetime,
) -> list[UUID]:
    """Put one decision for each judged competency of an item on the learner's record; return their ids, in order.

    ``version`` is the one that was read; ``cited`` names further evidence of the same learner. Competencies without a
    judgement go on waiting. Raises ``Invalid`` with places ``/competency id/field``, ``DecidedAlready`` when somebody else
    decided meanwhile, ``Conflict`` when somebody else has the item.
    """
    _require_assess(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row, subject = _require_assess(actor, evidence_id, today)
        _require_free(actor, row, now)
        waiting = {one.competency: one for one in evidence.list_competencies_of([row.id]) if one.decision_id is None}
        if (
            row.status != "submitted"
            or row.version != version
            or {one.competency for one in judgements} - waiting.keys()
        ):
            raise DecidedAlready("This has been decided, withdrawn or handed in anew since you opened it.")
        sources = [(row.id, version), *_citations(row, cited)]
        _check(row.enrolment, judgements)
        role = "instructor" if "group_instructor" in subject.ties else "coordinator"
        newest = max(_done_on(*one) for one in sources)
        decisions = [(row.enrolment, _decision(actor, role, row, one, newest, today), sources) for one in judgements]
        ids = sign_off(tx, decisions)
        for judgement, decision_id in zip(judgements, ids, strict=True):
            waiting[judgement.competency].decision_id = decision_id
        _settle_item(row, waiting, now)
        tx.record(
            "decision:record", evidence=row.id, version=version, enrolment=row.enrolment_id, decisions=ids, role=role
        )
    return ids


def undo(actor: Actor, decision_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Undo decisions of one's own within ten minutes, as if they never were; return the items that wait again.

    They are taken up again by who undid them. Raises ``Conflict`` when the time is over.
    """
    if actor.account_id is None or not decision_ids:
        raise NotFound("There is nothing here, or nothing that you may see.")
    with transaction(actor, now) as tx:
        still = settling.list_open(actor.account_id, decision_ids, now)
        if set(decision_ids) - {row.id for row in still}:
            raise Conflict("The ten minutes are over, or it was undone already. Take the decision back with a reason.")
        enrolled = {key: _enrolment(key) for key in {row.enrolment_id for row in still}}
        take_back_within(tx, [(row, enrolled[row.enrolment_id]) for row in still], "void")
        opened = list(dict.fromkeys(reopen(decision_ids)))
        for evidence_id in opened:
            _hold(tx, evidence_id, actor.account_id, now + HOLD)
        tx.record("decision:undo", decisions=list(decision_ids), evidence=opened)
    return opened


def take_back(
    actor: Actor,
    decision_id: UUID,
    how: str,
    reason: str,
    *,
    effective_on: date | None = None,
    today: date,
    now: datetime,
) -> UUID:
    """Take a decision back by a further record with a reason; return that record's id.

    ``void`` (a mistake) and ``overturned`` (appeal, verification) let it never have counted, and its evidence waits
    again; ``revoked`` lets it count no more from a day on. What rested on it is flagged for a person. The assessor may
    void what they decided; everything else is a coordinator's or a registrar's.
    """
    _require_take_back(actor, decision_id, how, today)
    with transaction(actor, now) as tx:
        row, enrolment = _require_take_back(actor, decision_id, how, today)
        if any(one.decision_id == row.id for one in records.list_taken_back([enrolment.id])):
            raise Conflict("This decision was taken back already.")
        reason = reason.strip()
        since = (effective_on or today) if how == "revoked" else row.decided_on
        _check_back(how, reason, since, row, today)
        taken_back = take_back_within(tx, [(row, enrolment)], how, since=since, reason=reason)[0]
        opened = reopen([row.id]) if how != "revoked" else []
        tx.record(
            "decision:take-back", decision=row.id, how=how, effective=since, enrolment=enrolment.id, evidence=opened
        )
        flag_unfounded(tx, enrolment, taken_back)
        facts = {"program": enrolment.program.key, "competency": row.competency}
        tell(tx, [enrolment.account_id], "taken-back", key=f"taken-back:{row.id}", **facts)
    return taken_back


def _require_assess(actor: Actor, evidence_id: UUID, today: date) -> tuple[EvidenceRow, Subject]:
    row = evidence.find_evidence(evidence_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    subject = record_subject(actor, row.enrolment, today)
    policy.require(actor, "evidence:assess", subject)
    return row, subject


def _require_free(actor: Actor, row: EvidenceRow, now: datetime) -> None:
    taking = evidence.find_taking(row.id, now)
    if taking is not None and taking.account_id != actor.account_id:
        raise Conflict("A colleague is reading this one now. Take another, or ask them to hand it over.")


def _require_colleague(account_id: UUID, row: EvidenceRow, today: date) -> None:
    held = people.list_roles(account_id, today)
    roles = frozenset(one.role for one in held if one.program_id == row.enrolment.program_id)
    colleague = Actor(account_id=account_id, roles={row.enrolment.program_id: roles})
    if not policy.may(colleague, "evidence:assess", record_subject(colleague, row.enrolment, today)):
        raise Invalid([("/to", N_("This colleague may not assess this learner."))])


def _require_take_back(actor: Actor, decision_id: UUID, how: str, today: date) -> tuple[DecisionRow, EnrolmentRow]:
    row = records.find_decision(decision_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    enrolment = _enrolment(row.enrolment_id)
    subject = record_subject(actor, enrolment, today)
    policy.require(actor, "decision:take-back", subject)
    if not policy.relations(actor, subject) & {"coordinator", "registrar"} and (
        row.assessor_id != actor.account_id or how != "void"
    ):
        raise Forbidden("You may take back a mistake of your own. For the rest, ask a coordinator or the registrar.")
    return row, enrolment


def _enrolment(enrolment_id: UUID) -> EnrolmentRow:
    row = enrolments.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    return row


def _hold(tx: Transaction, evidence_id: UUID, account_id: UUID | None, until: datetime) -> None:
    assert account_id is not None
    evidence.end_taking(evidence_id)
    tx.add(TakingRow(evidence_id=evidence_id, account_id=account_id, taken_at=tx.now, expires_at=until))


def _check(enrolment: EnrolmentRow, judgements: Sequence[Judgement]) -> None:
    compiled = compiled_version(enrolment.version_id)
    if not judgements:
        raise Invalid([("", N_("Judge at least one competency."))])
    known = known_competencies(enrolment.program_id, enrolment.version_id, [one.competency for one in judgements])
    problems: list[Problem] = []
    for one in judgements:
        problems += judgement_problems(compiled.program, known[one.competency], one)
    if problems:
        raise Invalid(problems)


def _check_back(how: str, reason: str, since: date, row: DecisionRow, today: date) -> None:
    problems: list[Problem] = []
    if how not in WAYS_BACK:
        problems.append(("/how", N_("Choose how it is taken back.")))
    if not 0 < len(reason) <= MOST_REASON:
        problems.append(("/reason", N_("Give the reason, in 1 to 2,000 characters.")))
    if not row.decided_on <= since <= today:
        problems.append(("/effective_on", N_("Choose a day from the decision's to today.")))
    if problems:
        raise Invalid(problems)


def _citations(row: EvidenceRow, cited: Sequence[Citation]) -> list[tuple[UUID, int]]:
    found = []
    for one in cited:
        other, version = evidence.find_evidence(one.evidence_id), evidence.find_version(one.evidence_id, one.version)
        if other is None or other.enrolment_id != row.enrolment_id or version is None or version.submitted_at is None:
            raise Invalid([("/cited", N_("Only evidence that this learner handed in can be cited."))])
        if other.id != row.id:
            found.append((other.id, one.version))
    return list(dict.fromkeys(found))


def _done_on(evidence_id: UUID, version: int) -> date:
    row = evidence.find_version(evidence_id, version)
    assert row is not None
    assert row.submitted_at is not None
    return done_on(row.activity_from, row.activity_until, row.submitted_at.date())


def _decision(
    actor: Actor, role: str, row: EvidenceRow, judgement: Judgement, newest: date, today: date
) -> NewDecision:
    handed_in = evidence.find_version(row.id, row.version)
    assert handed_in is not None
    return NewDecision(
        competency=judgement.competency,
        kind="recognition" if handed_in.route == "recognition" else "assessment",
        decided_on=today,
        activity_on=newest,
        outcome=judgement.outcome,
        level=judgement.level,
        assessor_id=actor.account_id,
        feedback=judgement.feedback.strip() or None,
        role=role,
    )


def _settle_item(row: EvidenceRow, judged: Mapping[str, EvidenceCompetencyRow], now: datetime) -> None:
    if all(one.decision_id is not None for one in judged.values()):
        row.status, row.decided_at = "decided", now
        evidence.end_taking(row.id)
