"""How long each class of record is kept: the schedule, who may change it within which bounds, and the sweep that applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import Invalid, Problem, Worded
from cbe.domain.mastery import add_months
from cbe.domain.policy import SYSTEM, Actor, Subject
from cbe.store import personal, privacy
from cbe.store import retention as due
from cbe.store.privacy import RetentionRow

from .accounts import SESSION_DAYS
from .erasing import erase_rows
from .files import release, remove_pieces
from .housekeeping import KEPT_DAYS
from .notices import READ_KEPT_DAYS
from .programs import get_program
from .transaction import transaction

__all__ = ["BOUNDS", "DAYS", "FOR_EVER", "Class", "apply", "count_due", "list_classes", "set_months"]

BOUNDS: Mapping[str, tuple[int, int, int]] = {
    "evidence": (24, 6, 120),
    "conversation": (24, 3, 120),
    "draft": (24, 6, 60),
    "mail": (6, 1, 24),
}
"""Class → months by default, least and most. ``evidence`` and ``conversation`` count from the end of the enrolment."""
DAYS: Mapping[str, int] = {"notice": READ_KEPT_DAYS, "session": SESSION_DAYS, "link": KEPT_DAYS}
"""Classes that have their days and no choice."""
FOR_EVER = ("enrolment", "decision", "award", "audit")
"""The official record."""
TABLES = {
    "evidence": ("evidence_version", "evidence_file", "upload"),
    "draft": ("evidence_version", "evidence_file", "upload"),
    "conversation": ("evidence_message",),
}
BATCH = 50


@dataclass(frozen=True, slots=True)
class Class:
    """A class of record with the months it is kept for, the bounds, and whether somebody set them."""

    kind: str
    months: int
    default: int
    least: int
    most: int


def list_classes() -> list[Class]:
    """List the classes that have months, as they are set; everybody may know."""
    rules = {row.kind: row.months for row in privacy.list_rules()}
    return [Class(kind, rules.get(kind, bounds[0]), *bounds) for kind, bounds in BOUNDS.items()]


def count_due(actor: Actor, program_key: str, *, now: datetime) -> dict[str, int]:
    """Count by class what the next sweep takes, in the whole installation."""
    get_program(actor, program_key, "retention:set")
    return {one.kind: _count(one, now) for one in list_classes()}


def set_months(actor: Actor, program_key: str, months: Mapping[str, int | None], *, now: datetime) -> None:
    """Set for how many months classes of record are kept, within their bounds; for the whole installation."""
    program = get_program(actor, program_key, "retention:set")
    problems: list[Problem] = []
    for kind, (_default, least, most) in BOUNDS.items():
        value = months.get(kind)
        if value is None or not least <= value <= most:
            text = Worded("Write a whole number of months from %(least)d to %(most)d.", least=least, most=most)
            problems.append((f"/{kind}", text))
    if problems:
        raise Invalid(problems)
    with transaction(actor, now) as tx:
        policy.require(actor, "retention:set", Subject(program.id))
        known = {row.kind: row for row in privacy.list_rules()}
        for kind in BOUNDS:
            value = months[kind] or 0
            if kind in known:
                row = known[kind]
                row.months, row.set_by, row.set_at = value, actor.account_id, now
            else:
                tx.add(RetentionRow(kind=kind, months=value, set_by=actor.account_id, set_at=now))
        tx.record("retention:set", **{kind: months[kind] for kind in BOUNDS})


def apply(*, now: datetime) -> int:
    """Let go what is past its time, class by class; return how many items and mails that were."""
    done = 0
    for one in list_classes():
        before = _before(one, now)
        if one.kind == "mail":
            done += _delete_mails(before, now)
        else:
            while keys := list(due.list_items(one.kind, before, BATCH)):
                done += _let_go(one.kind, keys, now)
    if done:
        personal.fold()
    return done


def _let_go(kind: str, keys: list[UUID], now: datetime) -> int:
    with transaction(SYSTEM, now) as tx:
        found = personal.rows_by(TABLES[kind], keys)
        digests = [row["digest"] for row in found.get("evidence_file", ())]
        uploads = [(row["id"], row["size"]) for row in found.get("upload", ())]
        if kind == "draft":
            personal.end_items(keys)
        erased = erase_rows(found)
        facts: dict[str, Any] = {"erased": erased} if erased else {}
        tx.record("retention:apply", kind=kind, evidence=keys, **facts)
    release(digests, now=now)
    remove_pieces(uploads)
    return len(keys)


def _delete_mails(before: datetime, now: datetime) -> int:
    if not due.count_mails(before):
        return 0
    with transaction(SYSTEM, now) as tx:
        count = due.delete_mails(before)
        tx.record("retention:apply", kind="mail", count=count)
    return count


def _count(one: Class, now: datetime) -> int:
    before = _before(one, now)
    return due.count_mails(before) if one.kind == "mail" else due.count_items(one.kind, before)


def _before(one: Class, now: datetime) -> datetime:
    day = add_months(now.date(), -one.months)
    return datetime.combine(day, now.timetz())
