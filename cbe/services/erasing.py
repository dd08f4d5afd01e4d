"""Erasing a person: asked for by themselves or by data protection, taken back in a grace time, carried out by a sweep.

What the official record must keep stays (status, dates, codes, outcomes, awards) under no name; all words go, and files.
What stands in which table is ``store.personal``'s. A legal hold keeps everything, and so does a report that waits.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound, Worded
from cbe.domain.policy import SYSTEM, Actor, Subject
from cbe.store import enrolments as enrolled
from cbe.store import people, personal, privacy
from cbe.store.database import installation
from cbe.store.enrolments import EnrolmentRow
from cbe.store.privacy import ErasureRow, HoldRow

from . import enrolments
from .accounts import confirm_password
from .files import release, remove_pieces
from .notices import tell
from .transaction import Transaction, transaction

__all__ = [
    "GROUNDS",
    "MOST_WORDS",
    "Standing",
    "ask",
    "carry_out",
    "end_hold",
    "erase_due",
    "erase_rows",
    "get_standing",
    "grace_days",
    "set_hold",
    "take_back",
]

GROUNDS = ("consent", "no_need", "unlawful", "law")
"""Why data protection erases somebody; a person's own wish needs no other ground."""
MOST_WORDS = 2_000
BATCH = 20
GOING_ON = ("applied", "active", "leave")
NOTHING = N_("There is nothing here, or nothing that you may see.")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: when they are going to be erased, and why nothing of them is erased for now."""

    due_at: datetime | None
    asked_at: datetime | None
    is_own_wish: bool
    hold_reason: str | None
    held_since: datetime | None


def grace_days() -> int:
    """Return for how many days one can take back that one be erased."""
    return installation().grace_days


def get_standing(actor: Actor) -> Standing:
    """Return where one stands oneself."""
    return standing_of(_own(actor))


def standing_of(account_id: UUID) -> Standing:
    """Return where a person stands; for services that may."""
    erasure, hold = privacy.open_erasure(account_id), privacy.open_hold(account_id)
    return Standing(
        erasure.due_at if erasure else None,
        erasure.asked_at if erasure else None,
        erasure is not None and erasure.ground == "wish",
        hold.reason if hold else None,
        hold.set_at if hold else None,
    )


def ask(actor: Actor, password: str, *, now: datetime) -> datetime:
    """Ask that one be erased after the grace time; return when that is."""
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        confirm_password(account_id, password, "/password")
        _require_erasable(account_id)
        return _write_down(tx, account_id, "wish", now + timedelta(days=grace_days()))


def take_back(actor: Actor, *, now: datetime) -> None:
    """Take back that one be erased, oneself; also where data protection asked for it."""
    account_id = _own(actor)
    with transaction(actor, now) as tx:
        row = privacy.open_erasure(account_id)
        if row is None:
            raise Conflict("Nothing of you is going to be erased.")
        row.taken_back_at = now
        tx.record("erasure:take-back", account=account_id, erasure=row.id)


def carry_out(actor: Actor, enrolment_id: UUID, ground: str, *, at_once: bool, now: datetime) -> datetime:
    """Have a learner erased on a ground, at once or after the grace time; return when that is.

    Whoever does it sees to data protection in every program that the person has to do with.
    """
    row = get_learner(actor, enrolment_id, "erasure:carry-out")
    if ground not in GROUNDS:
        raise Invalid([("/ground", N_("Choose the ground."))])
    with transaction(actor, now) as tx:
        get_learner(actor, enrolment_id, "erasure:carry-out")
        for program_id in privacy.program_ids_of(row.account_id):
            policy.require(actor, "erasure:carry-out", Subject(program_id, row.account_id))
        _require_erasable(row.account_id)
        due = _write_down(tx, row.account_id, ground, now if at_once else now + timedelta(days=grace_days()))
        if not at_once:
            tell(tx, [row.account_id], "erasure-asked", key=f"erasure:{due.isoformat()}", on=due.date())
        return due


def set_hold(actor: Actor, enrolment_id: UUID, reason: str, *, now: datetime) -> None:
    """Put a person under a legal hold: nothing of them is erased until it is ended. They are told."""
    row = get_learner(actor, enrolment_id, "hold:set")
    if not 0 < len(reason.strip()) <= MOST_WORDS:
        raise Invalid([("/reason", Worded("Say why, in at most %(max)d characters.", max=MOST_WORDS))])
    with transaction(actor, now) as tx:
        get_learner(actor, enrolment_id, "hold:set")
        if privacy.open_hold(row.account_id):
            raise Conflict("There is a legal hold on this person already.")
        hold = HoldRow(
            id=uuid4(), account_id=row.account_id, reason=reason.strip(), set_by=actor.account_id, set_at=now
        )
        tx.add(hold)
        tell(tx, [row.account_id], "hold-set", key=f"hold:{hold.id}")
        tx.record("hold:set", account=row.account_id, hold=hold.id)


def end_hold(actor: Actor, enrolment_id: UUID, *, now: datetime) -> None:
    """End the legal hold on a person; what is due to be erased is erased with the next sweep."""
    row = get_learner(actor, enrolment_id, "hold:set")
    with transaction(actor, now) as tx:
        get_learner(actor, enrolment_id, "hold:set")
        hold = privacy.open_hold(row.account_id)
        if hold is None:
            raise Conflict("There is no legal hold on this person.")
        hold.ended_by, hold.ended_at = actor.account_id, now
        tell(tx, [row.account_id], "hold-ended", key=f"hold-ended:{hold.id}")
        tx.record("hold:end", account=row.account_id, hold=hold.id)


def get_learner(actor: Actor, enrolment_id: UUID, action: str) -> EnrolmentRow:
    """Return a learner's enrolment to somebody who may do this to its learner."""
    row = enrolled.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound(NOTHING)
    policy.require(actor, action, Subject(row.program_id, row.account_id))
    return row


def erase_due(*, now: datetime) -> int:
    """Erase everybody whose time has come and whom nothing holds; return how many."""
    done = 0
    for row in privacy.list_due(now, BATCH):
        with suppress(Conflict):  # taken back or held meanwhile
            _erase(row.id, now)
            done += 1
    if done:
        personal.fold()
    return done


def erase_rows(found: personal.Rows) -> dict[str, list[str]]:
    """Delete what goes and take the words out of what stays; return by table the keys of rows whose words are attested."""
    erased: dict[str, list[str]] = {}
    for table in reversed(found):
        rows, becomes = found[table], personal.PARTS[table].becomes
        if becomes == "goes":
            personal.delete_rows(table, rows)
        elif keys := personal.empty_rows(table, rows):
            erased[table] = keys
    return erased


def _erase(erasure_id: UUID, now: datetime) -> None:
    with transaction(SYSTEM, now) as tx:
        row = next(iter(privacy.list_due(now, 1, only=erasure_id)), None)
        if row is None:
            raise Conflict("This erasure is not due any more.")
        account_id = row.account_id
        for one in enrolled.list_enrolments(account_id):
            if one.status in GOING_ON:
                enrolments.move(tx, one, "withdrawn", None)
        row.done_at = now
        found = personal.rows_about(account_id)
        digests = [file["digest"] for file in found["evidence_file"]]
        uploads = [(one["id"], one["size"]) for one in found["upload"]]
        personal.end_items([one["id"] for one in found["evidence"]])
        erased = erase_rows(found)
        personal.empty_rows("person", found["person"], {"name": f"Erased person {str(account_id)[:8]}"})
        stays = personal.stays_named(account_id)
        if not stays:
            for table in ("erasure", "legal_hold", "person", "account"):
                personal.delete_rows(table, found[table])
        facts: dict[str, Any] = {"erased": erased} if erased else {}
        tx.record("erasure:carry-out", account=account_id, erasure=erasure_id, ground=row.ground, stays=stays, **facts)
    release(digests, now=now)
    remove_pieces(uploads)


def _require_erasable(account_id: UUID) -> None:
    account = people.find_account(account_id)
    if account is None:
        raise NotFound(NOTHING)
    if privacy.open_erasure(account_id):
        raise Conflict("This was asked for already.")
    if account.person.email is None and account.status == "closed":
        raise Conflict("This person is erased already.")
    if account.is_admin and not people.other_administrators(account_id):
        raise Conflict("This is the last administrator. Make somebody else one first.")


def _write_down(tx: Transaction, account_id: UUID, ground: str, due: datetime) -> datetime:
    row = ErasureRow(
        id=uuid4(), account_id=account_id, asked_by=tx.actor.account_id, ground=ground, asked_at=tx.now, due_at=due
    )
    tx.add(row)
    tx.record("erasure:ask", account=account_id, erasure=row.id, ground=ground, due=due.isoformat())
    return due


def _own(actor: Actor) -> UUID:
    policy.require(actor, "erasure:ask", Subject(account_id=actor.account_id))
    if actor.account_id is None:
        raise NotFound(NOTHING)
    return actor.account_id
