"""Moving learners to the newest version of a program, by group: moved, asked, or left where they are.

The worker carries a move out a few learners at a time, each few in one change; it can be stopped anywhere and goes on by
what the database says. Decisions and awards stay as they are: what is mastered follows from the decisions by the rules
of the version that one is in, and comes back with a move that is returned. What a move would do is ``rehearsal``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Invalid, NotFound
from cbe.domain.mastery import latest_today
from cbe.domain.policy import SYSTEM, Actor, Subject
from cbe.store import deriving, enrolments, moving, programs
from cbe.store.enrolments import EnrolmentRow
from cbe.store.moving import MemberRow, MoveRow

from .awards import give_what_is_due, tell_of_awards
from .decisions import derive_standing
from .notices import tell
from .programs import compiled_version, get_program, newest_version
from .transaction import Transaction, transaction

__all__ = [
    "CHOICES", "Progress", "answer", "asked_of", "begin", "can_answer", "carry_on", "count_movable", "list_moves", "take_back",
    "take_begun",
]  # fmt: skip

CHOICES = ("keep", "ask", "move")
"""What can be chosen for a group, the gentlest first: of somebody in several groups the gentlest choice holds."""
AT_ONCE = 20
"""Learners that are moved in one change."""
_begun: ContextVar[bool] = ContextVar("move_begun", default=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """A move and how far it is: learners by state."""

    move_id: UUID
    to_version: int
    made_at: datetime
    state: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All learners of the move."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Those for whom the worker has nothing more to do."""
        return self.total - self.counts.get("moved" if self.state == "returning" else "waiting", 0)


def begin(actor: Actor, key: str, choices: Mapping[UUID | None, str], *, now: datetime) -> UUID:
    """Begin to move learners of older versions to the newest: a choice for each group, and for None those in no group.

    Groups without a choice keep their version. Who waits in an older move, or was asked, is in this one instead. Raises
    ``Conflict`` while learners are being returned.
    """
    get_program(actor, key, "program:move")
    if set(choices.values()) - set(CHOICES):
        raise Invalid([("/choice", N_("Choose to keep, to ask or to move."))])
    with transaction(actor, now) as tx:
        program = get_program(actor, key, "program:move")
        if any(row.state == "returning" for row in moving.list_moves(program.id)):
            raise Conflict("Learners are being returned just now. Wait until that has ended.")
        version = newest_version(program.id, key)
        members = {
            one: (old, how)
            for one, (old, groups) in moving.list_movable(program.id, version.id).items()
            if (how := _gentlest(groups, choices)) != "keep"
        }
        if not members:
            raise Invalid([("/choice", N_("Nobody would be moved or asked. Choose so for at least one group."))])
        move = MoveRow(
            id=uuid4(), program_id=program.id, to_version_id=version.id, made_by=actor.account_id, made_at=now,
            state="moving",
        )  # fmt: skip
        moving.release(list(members))
        tx.add(move)
        states = {"ask": "asked", "move": "waiting"}
        tx.add(
            *(
                MemberRow(move_id=move.id, enrolment_id=one, from_version_id=old, state=states[how])
                for one, (old, how) in members.items()
            )
        )
        asked = [one for one, (_, how) in members.items() if how == "ask"]
        _tell(tx, enrolments.list_enrolments_by_id(asked), "move-asked", move.id)
        tx.record("move:begin", move=move.id, version=version.id, learners=len(members), asked=len(asked))
    _begun.set(True)
    return move.id


def count_movable(actor: Actor, key: str) -> dict[UUID | None, int]:
    """Count who learns, applied or is on leave in an older version, by group; None: in no group."""
    program = get_program(actor, key, "program:move")
    version = programs.find_version(program.id)
    counts: dict[UUID | None, int] = {}
    for _old, groups in moving.list_movable(program.id, version.id).values() if version else ():
        for group in groups or (None,):
            counts[group] = counts.get(group, 0) + 1
    return counts


def take_begun() -> bool:
    """Tell whether a move was begun or taken back since the last time this was asked, so that a door can wake the worker."""
    begun = _begun.get()
    _begun.set(False)
    return begun


def take_back(actor: Actor, key: str, move_id: UUID, *, now: datetime) -> None:
    """Return everybody who was moved, and is still there, to the version of before; who was only asked no longer is."""
    _move(actor, key, move_id)
    with transaction(actor, now) as tx:
        move = _move(actor, key, move_id)
        if move.state not in ("moving", "moved"):
            raise Conflict("This move was taken back already.")
        move.state, move.ended_at = "returning", None
        tx.record("move:take-back", move=move.id)
    _begun.set(True)


def carry_on(now: datetime, *, limit: int = 200) -> int:
    """Carry out what is still to do of all moves, at most so many learners; return how many were moved or returned."""
    done = 0
    for move in moving.list_going_on():
        state, step = ("waiting", _forward) if move.state == "moving" else ("moved", _backward)
        after: UUID | None = None
        while done < limit:
            found = moving.list_members(move.id, state, AT_ONCE, after)
            if not found:
                _end(move, now)
                break
            after = found[-1].enrolment_id
            done += step(move.id, [one.enrolment_id for one in found], now)
    return done


def list_moves(actor: Actor, key: str) -> list[Progress]:
    """List the moves of a program, newest first; three queries."""
    program = get_program(actor, key, "program:move")
    rows = moving.list_moves(program.id)
    counts = moving.count_members([row.id for row in rows])
    numbers = programs.get_versions({row.to_version_id for row in rows})
    return [Progress(row.id, numbers[row.to_version_id].number, row.made_at, row.state, counts[row.id]) for row in rows]


def asked_of(actor: Actor, enrolment_id: UUID) -> tuple[UUID, UUID, UUID] | None:
    """Return about which move a learner is asked, as (move, from version, to version); None when about none."""
    row = enrolments.find_enrolment(enrolment_id)
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "enrolment:edit", Subject(row.program_id, row.account_id))
    member = moving.asked_of(enrolment_id)
    move = moving.find_move(member.move_id) if member else None
    return (member.move_id, row.version_id, move.to_version_id) if member and move else None


def answer(actor: Actor, enrolment_id: UUID, move_id: UUID, *, accepts: bool, now: datetime) -> None:
    """Let a learner move to the version they were asked about, or stay; as long as the offer stands they can say the other.

    The record shows a day between by the last of these answers.
    """
    asked_of(actor, enrolment_id)
    with transaction(actor, now) as tx:
        asked_of(actor, enrolment_id)
        member, move = moving.find_member(move_id, enrolment_id), moving.find_move(move_id)
        if member is None or move is None or not can_answer(member, move, accepts=accepts):
            raise Conflict("This was answered already, or is no longer offered.")
        if member.state == "moved":
            done = bool(_put_back(tx, move, [member], "declined"))
        elif accepts:
            done = bool(_put(tx, move, [member], tells=False))
        else:
            member.state, done = "declined", True
        if not done:
            raise Conflict(
                "Evidence of yours waits for a decision that the other version would not know. Answer after it."
            )
        member.answered_at = now
        tx.record("move:answer", move=move_id, enrolment=enrolment_id, accepts=accepts)


def can_answer(member: MemberRow, move: MoveRow, *, accepts: bool) -> bool:
    """Tell whether a learner can say yes (or no) to a move: one they were asked about, and that was not taken back."""
    if move.state not in ("moving", "moved"):
        return False
    if member.state == "moved":  # who was moved unasked cannot go back alone
        return member.answered_at is not None and not accepts
    return member.state == "asked" or (member.state == "declined" and accepts)


def _gentlest(groups: set[UUID], choices: Mapping[UUID | None, str]) -> str:
    return min((choices.get(group, "keep") for group in groups or (None,)), key=CHOICES.index)


def _move(actor: Actor, key: str, move_id: UUID) -> MoveRow:
    program, move = get_program(actor, key, "program:move"), moving.find_move(move_id)
    if move is None or move.program_id != program.id:
        raise NotFound("There is nothing here, or nothing that you may see.")
    return move


def _forward(move_id: UUID, enrolment_ids: Sequence[UUID], now: datetime) -> int:
    with transaction(SYSTEM, now) as tx:
        move = moving.find_move(move_id)
        assert move is not None
        members = [one for key in enrolment_ids if (one := moving.find_member(move_id, key)) and one.state == "waiting"]
        moved = _put(tx, move, members) if move.state == "moving" else []
        tx.record("move:carry-out", move=move_id, enrolments=[one.enrolment_id for one in moved])
    return len(moved)


def _put(tx: Transaction, move: MoveRow, members: Sequence[MemberRow], *, tells: bool = True) -> list[MemberRow]:
    """Put learners into the version of a move as part of the caller's change; return those who could be moved.

    Who waits for a decision on evidence for what the version does not have is left for later.
    """
    able = _able(members, {one.enrolment_id: move.to_version_id for one in members})
    rows = _rows(able)
    for one in able:
        row = rows[one.enrolment_id]
        if row.version_id == one.from_version_id:
            row.version_id, one.state, one.moved_at, one.returned_at = move.to_version_id, "moved", tx.now, None
        else:
            one.state = "left"
    moved = [one for one in able if one.state == "moved"]
    _follow(tx, [rows[one.enrolment_id] for one in moved], "moved" if tells else None, move.id)
    return moved


def _put_back(tx: Transaction, move: MoveRow, members: Sequence[MemberRow], state: str) -> list[MemberRow]:
    """Return learners to the version of before; return those who could be, or left the move otherwise. As ``_put``."""
    able = _able(members, {one.enrolment_id: one.from_version_id for one in members})
    rows, back = _rows(able), []
    for one in able:
        row = rows[one.enrolment_id]
        if row.version_id == move.to_version_id:
            row.version_id, one.state, one.returned_at = one.from_version_id, state, tx.now
            back.append(row)
        else:
            one.state = "left"
    _follow(tx, back, "moved-back" if state == "returned" else None, move.id)
    return able


def _able(members: Sequence[MemberRow], versions: Mapping[UUID, UUID]) -> list[MemberRow]:
    """Return those of whom no evidence waits for a decision that the version they come into would not know."""
    waits = moving.waiting_competencies([one.enrolment_id for one in members])
    return [
        one for one in members
        if not waits.get(one.enrolment_id, set()) - compiled_version(versions[one.enrolment_id]).competencies.keys()
    ]  # fmt: skip


def _backward(move_id: UUID, enrolment_ids: Sequence[UUID], now: datetime) -> int:
    with transaction(SYSTEM, now) as tx:
        move = moving.find_move(move_id)
        assert move is not None
        members = [one for key in enrolment_ids if (one := moving.find_member(move_id, key)) and one.state == "moved"]
        back = _put_back(tx, move, members, "returned")
        tx.record("move:carry-back", move=move_id, enrolments=[one.enrolment_id for one in back])
    return len(back)


def _rows(members: Sequence[MemberRow]) -> dict[UUID, EnrolmentRow]:
    return {row.id: row for row in enrolments.list_enrolments_by_id([one.enrolment_id for one in members])}


def _follow(tx: Transaction, rows: Sequence[EnrolmentRow], kind: str | None, move_id: UUID) -> None:
    """Derive anew what follows from the decisions of learners in their new version; tell them, unless they did it."""
    ids = [row.id for row in rows]
    kept, decided = deriving.standing_of(ids), deriving.decisions_of(ids)
    touched = [
        (row, key)
        for row in rows
        for key in kept.get(row.id, {}).keys() | {one.competency for one in decided.get(row.id, ())}
    ]
    derive_standing(touched, latest_today(tx.now))
    for row in rows:
        if row.status == "active":
            tell_of_awards(tx, row, give_what_is_due(tx, row, tx.now.date()))
    if kind is not None:
        _tell(tx, rows, kind, move_id)


def _tell(tx: Transaction, rows: Sequence[EnrolmentRow], kind: str, move_id: UUID) -> None:
    for row in rows:
        tell(tx, [row.account_id], kind, key=f"{kind}:{move_id}:{row.id}", program=row.program.key)


def _end(move: MoveRow, now: datetime) -> None:
    """End a move of which nobody is left to be moved; who waits for a decision keeps it open."""
    state = "waiting" if move.state == "moving" else "moved"
    if moving.count_members([move.id])[move.id].get(state):
        return
    with transaction(SYSTEM, now) as tx:
        row = moving.find_move(move.id)
        assert row is not None
        row.state, row.ended_at = ("moved" if row.state == "moving" else "returned"), now
        tx.record("move:end", move=row.id, state=row.state)
