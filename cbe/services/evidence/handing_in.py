"""Writing evidence and handing it in: drafts that save themselves, submitting, taking back, handing in again.

What was handed in is never changed: editing it opens the next version. Reading is ``items``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from secrets import token_hex
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Problem, Worded
from cbe.domain.evidence import (
    MOST_OPEN,
    DraftFields,
    Refusal,
    due_on,
    incomplete,
    refused,
    to_links,
    unusable,
)
from cbe.domain.graph import CompiledProgram
from cbe.domain.policy import Actor
from cbe.store import enrolments, evidence, files, groups, handing_in
from cbe.store.enrolments import EnrolmentRow
from cbe.store.evidence import EvidenceCompetencyRow, EvidenceRow, EvidenceVersionRow

from ..decisions import mastered_on
from ..enrolments import record_subject
from ..files import release, remove_pieces
from ..notices import tell
from ..programs import compiled_version
from ..transaction import Transaction, transaction
from .items import NOTHING, own_enrolment
from .stale import StaleDraft

__all__ = ["NOT_NOW", "discard", "edit", "hand_in_again", "open_draft", "save_draft", "submit", "withdraw"]

NOT_NOW = {
    "applied": N_("Evidence can be handed in once you are accepted into this program."),
    "leave": N_("You are on leave from this program. Evidence can be handed in when you are active again."),
    "withdrawn": N_("You have left this program. Ask its registrar if you want to come back."),
    "completed": N_("You have completed this program; nothing more is handed in."),
}


def save_draft(
    actor: Actor,
    program_key: str,
    evidence_id: UUID | None,
    fields: DraftFields,
    *,
    known: datetime | None = None,
    today: date,
    now: datetime,
) -> tuple[UUID, datetime]:
    """Create a draft (under this id, if one is given) or overwrite it; return its id and when it was saved.

    ``known`` is when the draft was saved that the writer has seen. Raises ``StaleDraft`` when another was saved
    meanwhile, ``Invalid`` for what can never be handed in; what is not complete yet is kept. The same again changes nothing.
    """
    enrolment = _own_active(actor, program_key)
    compiled = compiled_version(enrolment.version_id)
    problems = unusable(fields) + _unknown(compiled, fields)
    if problems:
        raise Invalid(problems)
    kept = _kept(evidence_id, actor, enrolment, today)
    if kept is not None and (same := _unchanged(kept, fields)):
        return kept.id, same
    with transaction(actor, now) as tx:
        enrolment = _own_active(actor, program_key)
        row = _kept(evidence_id, actor, enrolment, today)
        if row is None and known is not None:
            raise StaleDraft
        if row is None:
            row = _new_item(tx, evidence_id or uuid4(), enrolment)
        _require_open(row)
        version = _newest(row)
        is_handed_in = row.status != "draft"
        if is_handed_in or (version.saved_at != (known or tx.now) and not _unchanged(row, fields)):
            raise StaleDraft(_fields(row, version), version.saved_at, is_handed_in=is_handed_in)
        _write(tx, row, version, fields)
        tx.record("evidence:save", evidence=row.id, version=row.version)
    return row.id, now


def open_draft(tx: Transaction, actor: Actor, program_key: str, fields: DraftFields) -> UUID:
    """Begin a draft as part of the caller's change and return its id. Raises ``Invalid`` for what can never be handed in."""
    enrolment = _own_active(actor, program_key)
    problems = unusable(fields) + _unknown(compiled_version(enrolment.version_id), fields)
    if problems:
        raise Invalid(problems)
    row = _new_item(tx, uuid4(), enrolment)
    _write(tx, row, _newest(row), fields)
    return row.id


def submit(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> None:
    """Hand a draft in. Raises ``Invalid`` with everything that is missing, each at the field it belongs to."""
    _own(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row = _own(actor, evidence_id, today)
        _require_active(row.enrolment)
        version = _draft_of(row)
        open_keys = _check(row, version, today)
        is_again = row.decided_at is not None
        targets = [goal.target_date for goal in enrolments.list_goals(row.enrolment_id)]
        row.status, row.submitted_at, row.decided_at = "submitted", now, None
        row.due_on = due_on(today, targets, is_again=is_again)
        version.submitted_at, version.salt = now, token_hex(16)
        tell(
            tx,
            groups.list_instructors(row.enrolment_id, today) - {row.enrolment.account_id},
            "waiting",
            key=f"waiting:{row.id}:{row.version}",
            evidence=row.id,
            program=row.enrolment.program.key,
        )
        tx.record(
            "evidence:submit",
            evidence=row.id,
            version=row.version,
            enrolment=row.enrolment_id,
            competencies=open_keys,
            digest=hashlib.sha256((version.salt + version.text).encode()).hexdigest(),
        )


def withdraw(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> None:
    """Take an item out of the queue while nobody reads it; it stays as it was, and can be handed in again."""
    _own(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row = _own(actor, evidence_id, today)
        _require_untaken(row, now)
        row.status, _newest(row).withdrawn_at = "withdrawn", now
        tx.record("evidence:withdraw", evidence=row.id, version=row.version)


def edit(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> None:
    """Take an item out of the queue while nobody reads it and open its next version as a draft."""
    _own(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row = _own(actor, evidence_id, today)
        _require_active(row.enrolment)
        _require_untaken(row, now)
        _newest(row).edited_at = now
        _open_next(tx, row)
        tx.record("evidence:edit", evidence=row.id, version=row.version)


def hand_in_again(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> None:
    """Open the next version of a returned or withdrawn item as a draft, with what the last one held.

    What was met stays met; what was not yet is asked again.
    """
    _own(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row = _own(actor, evidence_id, today)
        _require_active(row.enrolment)
        if row.status != "withdrawn" and not (row.status == "decided" and _returned(row.id)):
            raise Conflict("Only what was returned or withdrawn can be handed in again.")
        if handing_in.count_open(row.enrolment.account_id) >= MOST_OPEN:
            raise Conflict("You have %(max)d drafts and waiting items. Finish or discard some first.", max=MOST_OPEN)
        _open_next(tx, row)
        tx.record("evidence:hand-in-again", evidence=row.id, version=row.version)


def discard(actor: Actor, evidence_id: UUID, *, today: date, now: datetime) -> bool:
    """Throw a draft away; tell whether the item is still there, as it was handed in before."""
    _own(actor, evidence_id, today)
    with transaction(actor, now) as tx:
        row = _own(actor, evidence_id, today)
        version = _draft_of(row).version
        if handing_in.is_reported(row.id, version):
            raise Conflict("Something in this draft was reported, so it stays for those who look into that.")
        digests = {one.digest for one in evidence.list_files_of([row.id])}
        uploads = [(one.id, one.size) for one in files.list_uploads(row.id)]
        if version == 1:
            handing_in.drop_item(row.id)
        else:
            handing_in.drop_version(row.id, version)
            row.version -= 1
            _restore(tx, row)
        tx.record("evidence:discard", evidence=evidence_id, version=version)
    release(digests, now=now)
    remove_pieces(uploads)
    return version > 1


def _own_active(actor: Actor, program_key: str) -> EnrolmentRow:
    enrolment = own_enrolment(actor, program_key, "evidence:hand-in")
    _require_active(enrolment)
    return enrolment


def _own(actor: Actor, evidence_id: UUID, today: date) -> EvidenceRow:
    row = evidence.find_evidence(evidence_id)
    if row is None or row.enrolment.account_id != actor.account_id:
        raise NotFound(NOTHING)
    policy.require(actor, "evidence:hand-in", record_subject(actor, row.enrolment, today))
    return row


def _require_active(enrolment: EnrolmentRow) -> None:
    if enrolment.status != "active":
        raise Conflict(NOT_NOW[enrolment.status])


def _require_untaken(row: EvidenceRow, now: datetime) -> None:
    if row.status != "submitted":
        raise Conflict("This item does not wait any more. Load the page again to see what became of it.")
    if evidence.find_taking(row.id, now) is not None:
        raise Conflict("Somebody is reading it just now. Write them a message on the item, or wait for the decision.")


def _kept(evidence_id: UUID | None, actor: Actor, enrolment: EnrolmentRow, today: date) -> EvidenceRow | None:
    """Return the draft under this id, None while there is none."""
    if evidence_id is None or evidence.find_evidence(evidence_id) is None:
        return None
    row = _own(actor, evidence_id, today)
    if row.enrolment_id != enrolment.id:
        raise NotFound(NOTHING)
    return row


def _draft_of(row: EvidenceRow) -> EvidenceVersionRow:
    if row.status != "draft":
        raise Conflict("This was handed in already. Load the page again to see where it is.")
    _require_open(row)
    return _newest(row)


def _require_open(row: EvidenceRow) -> None:
    """Keep those who no longer see a text that was reported from writing over it."""
    if handing_in.list_closed([row.id]):
        raise Conflict("What is written here was reported. It stays closed, and as it is, until that is decided.")


def _newest(row: EvidenceRow) -> EvidenceVersionRow:
    version = evidence.find_version(row.id, row.version)
    if version is None:
        raise NotFound(NOTHING)
    return version


def _new_item(tx: Transaction, evidence_id: UUID, enrolment: EnrolmentRow) -> EvidenceRow:
    if handing_in.count_open(enrolment.account_id) >= MOST_OPEN:
        raise Conflict("You have %(max)d drafts and waiting items. Finish or discard some first.", max=MOST_OPEN)
    row = EvidenceRow(id=evidence_id, enrolment_id=enrolment.id, status="draft", version=1, created_at=tx.now)
    tx.add(row)
    tx.add(EvidenceVersionRow(evidence_id=row.id, version=1, saved_at=tx.now, salt=token_hex(16)))
    return row


def _write(tx: Transaction, row: EvidenceRow, version: EvidenceVersionRow, fields: DraftFields) -> None:
    version.text, version.links = fields.text, json.dumps(fields.links, ensure_ascii=False)
    version.setting, version.learning_type, version.route = fields.setting, fields.learning_type, fields.route
    version.activity_from, version.activity_until = fields.activity_from, fields.activity_until
    version.is_own_work, version.saved_at = fields.is_own_work, tx.now
    had = {one.competency: one for one in evidence.list_competencies_of([row.id])}
    for key in had.keys() - set(fields.competencies):
        if had[key].decision_id is None:  # what is decided stays
            tx.delete(had[key])
    tx.add(
        *(EvidenceCompetencyRow(evidence_id=row.id, competency=key) for key in set(fields.competencies) - had.keys())
    )


def _fields(row: EvidenceRow, version: EvidenceVersionRow) -> DraftFields:
    return DraftFields(
        competencies=tuple(one.competency for one in evidence.list_competencies_of([row.id])),
        text=version.text,
        links=to_links(version.links),
        setting=version.setting,
        learning_type=version.learning_type,
        route=version.route,
        activity_from=version.activity_from,
        activity_until=version.activity_until,
        is_own_work=version.is_own_work,
    )


def _unchanged(row: EvidenceRow, fields: DraftFields) -> datetime | None:
    """Return when an item was saved if its newest version holds these very fields, else None."""
    version = _newest(row)
    rows = evidence.list_competencies_of([row.id])
    decided = {one.competency for one in rows if one.decision_id is not None}
    same_keys = {one.competency for one in rows} == set(fields.competencies) | decided
    kept = _fields(row, version)
    same = same_keys and _but_competencies(kept) == _but_competencies(fields)
    return version.saved_at if same else None


def _but_competencies(fields: DraftFields) -> DraftFields:
    return replace(fields, competencies=())


def _unknown(compiled: CompiledProgram, fields: DraftFields) -> list[Problem]:
    return [
        ("/competencies", Worded("There is no competency “%(competency)s” in this program.", competency=key))
        for key in fields.competencies
        if key not in compiled.competencies
    ]


def _check(row: EvidenceRow, version: EvidenceVersionRow, today: date) -> list[str]:
    """Raise with all that keeps a draft from being handed in; return the competencies that it asks decisions on."""
    compiled = compiled_version(row.enrolment.version_id)
    fields = _fields(row, version)
    undecided = [one.competency for one in evidence.list_competencies_of([row.id]) if one.decision_id is None]
    files = evidence.list_files_of([row.id])
    has_files = any(one.removed_in is None and one.state == "ok" for one in files)
    problems = incomplete(fields, has_files=has_files, undecided=set(undecided), today=today)
    problems += _unknown(compiled, fields)
    known = [key for key in undecided if key in compiled.competencies]
    problems += _locked(compiled, mastered_on(row.enrolment, today), known, fields.route)
    if problems:
        raise Invalid(problems)
    return undecided


def _locked(compiled: CompiledProgram, mastered: frozenset[str], keys: Sequence[str], route: str) -> list[Problem]:
    return [_why_refused(compiled, one) for one in refused(compiled, mastered, keys, route)]


def _why_refused(compiled: CompiledProgram, one: Refusal) -> Problem:
    missing = "; ".join(" / ".join(_title(compiled, key) for key in group) for group in one.missing)
    title = _title(compiled, one.competency)
    if one.archived:
        return "/competencies", Worded("%(title)s is no longer offered.", title=title)
    if one.gate == "strict":
        text = N_("%(title)s takes no evidence before its prerequisites: %(missing)s.")
        return "/competencies", Worded(text, title=title, missing=missing)
    text = N_("%(title)s is locked, missing: %(missing)s. Until then only prior learning can be recognized: choose that route.")  # fmt: skip
    return "/route", Worded(text, title=title, missing=missing)


def _title(compiled: CompiledProgram, key: str) -> str:
    """Return a competency's title in the program's own language."""
    title = compiled.competencies[key].title
    if isinstance(title, str):
        return title
    return title.get(compiled.program.language) or next(iter(title.values()), key)


def _returned(evidence_id: UUID) -> list[EvidenceCompetencyRow]:
    """Return the competencies of an item whose standing decision is that it is not met yet."""
    not_yet = {decision.id for _, decision, _ in handing_in.list_citing([evidence_id]) if decision.outcome == "not_yet"}
    return [row for row in evidence.list_competencies_of([evidence_id]) if row.decision_id in not_yet]


def _open_next(tx: Transaction, row: EvidenceRow) -> None:
    """Open the next version; what was met stays met, what was not yet is asked again."""
    last = _newest(row)
    for one in _returned(row.id):
        one.decision_id = None
    row.version, row.status = row.version + 1, "draft"
    tx.add(
        EvidenceVersionRow(
            evidence_id=row.id,
            version=row.version,
            text=last.text,
            links=last.links,
            setting=last.setting,
            learning_type=last.learning_type,
            route=last.route,
            activity_from=last.activity_from,
            activity_until=last.activity_until,
            is_own_work=False,  # said anew each time
            saved_at=tx.now,
            salt=token_hex(16),
        )
    )


def _restore(tx: Transaction, row: EvidenceRow) -> None:
    """Let an item be as the decisions on its last version left it; withdrawn where there are none."""
    cited = handing_in.list_citing([row.id])
    decided = {decision.competency: decision.id for _, decision, how in cited if how is None}
    row.status = "decided" if decided else "withdrawn"
    for one in evidence.list_competencies_of([row.id]):
        one.decision_id = decided.get(one.competency)
        if one.decision_id is None and row.status == "decided":  # the draft asked for it
            tx.delete(one)
