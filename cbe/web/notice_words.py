"""The words and the address of every kind of notice, in one table; a kind that is not in it gets neutral words.

They stand behind sign-in, so they may name competencies and credentials. The words of mails about notices are ``mails``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from werkzeug.routing import BuildError

from cbe.services.notices import Notice

from .texts import Spoken, day, in_words

__all__ = ["KINDS", "Kind", "address", "words"]

Place = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of notice says, with which icon, and where it leads: an endpoint and its values."""

    words: Any
    icon: str
    place: Callable[[Notice], Place]


def _item(notice: Notice) -> Place:
    """Lead to the item of evidence: the learner to their own page of it, others to where it is read."""
    evidence_id = notice.facts["evidence"]
    if notice.is_own:
        return "learner.evidence_item", {"program": notice.facts["program"], "evidence_id": evidence_id}
    return "instructor.review", {"evidence_id": evidence_id}


def _competency(notice: Notice) -> Place:
    if notice.title is None:  # of an earlier version of the program
        return "learner.history", {"program": notice.facts["program"]}
    return "learner.competency", {"program": notice.facts["program"], "competency": notice.facts["competency"]}


def _decided(notice: Notice) -> Place:
    return _item(notice) if notice.facts.get("evidence") else _competency(notice)


def _credential(notice: Notice) -> Place:
    if notice.title is None:
        return "learner.history", {"program": notice.facts["program"]}
    return "learner.credential", {"program": notice.facts["program"], "credential": notice.facts["credential"]}


def _award(notice: Notice) -> Place:
    return "registrar.award", {"award_id": notice.facts["award"]}


def _of_program(endpoint: str) -> Callable[[Notice], Place]:
    return lambda notice: (endpoint, {"program": notice.facts["program"]})


def _own_data(_notice: Notice) -> Place:
    return "privacy.page", {}


KINDS = {
    "waiting": Kind(_l("Evidence was handed in and waits for a decision."), "in_review", _item),
    "message": Kind(_l("Somebody wrote to you about an item of evidence."), "message", _item),
    "decided": Kind(_l("%(title)s: assessed as met."), "mastered", _decided),
    "returned": Kind(
        _l("%(title)s: not yet. Read what is missing, and hand in again when you are ready."), "returned", _decided
    ),
    "taken-back": Kind(_l("%(title)s: a decision was taken back. See what counts now."), "returned", _competency),
    "award": Kind(_l("%(title)s: this credential was awarded to you."), "held", _credential),
    "award-changed": Kind(_l("%(title)s: your award was changed. See how, and why."), "held", _award),
    "award-flagged": Kind(
        _l("%(title)s: what an award rests on was taken away. Decide what follows."), "warning", _award
    ),
    "expiring": Kind(
        _l("%(title)s: this mastery ends on %(on)s. Hand in new evidence to renew it."), "expired", _competency
    ),
    "handed-over": Kind(
        _l("Items of evidence were handed over to you: %(count)s."),
        "in_review",
        lambda notice: ("instructor.queue", {"mine": "1"}),
    ),
    "quarantine": Kind(
        _l("A file or a text was reported and is closed. Decide what becomes of it."),
        "warning",
        _of_program("quarantine.listing"),
    ),
    "quarantine-decided": Kind(
        _l("It was decided what becomes of a file or a text that was reported."), "warning", _item
    ),
    "erasure-asked": Kind(
        _l("You are going to be erased on %(on)s. See why, and take it back if you do not want it."),
        "warning",
        _own_data,
    ),
    "hold-set": Kind(_l("Your data are under a legal hold: nothing of you is erased. See why."), "locked", _own_data),
    "hold-ended": Kind(_l("The legal hold on your data is ended."), "mastered", _own_data),
    "disclosed": Kind(
        _l("Somebody outside was told something about you. See who, what and why."), "message", _own_data
    ),
    "correction-answered": Kind(_l("Your request for a correction was answered."), "message", _own_data),
    "correction-asked": Kind(
        _l("A learner asks for a correction of their record. Read it, and answer."),
        "in_review",
        lambda notice: (
            "privacy.person",
            {"program": notice.facts["program"], "enrolment_id": notice.facts["enrolment"]},
        ),
    ),
    "approval-asked": Kind(
        _l("You are asked to approve a draft before it is published."),
        "in_review",
        _of_program("designer.publish_page"),
    ),
    "approval-decided": Kind(
        _l("The draft that you wanted approved was decided on. See what was said."),
        "mastered",
        _of_program("designer.publish_page"),
    ),
    "move-asked": Kind(
        _l("There is a new version of your program. See what would change for you, and choose."),
        "in_progress",
        _of_program("learner.changes"),
    ),
    "moved": Kind(
        _l("You were moved to another version of your program. See what changed for you."),
        "in_progress",
        _of_program("learner.changes"),
    ),
    "moved-back": Kind(
        _l("You are back in the version of your program that you were in before. See what that means for you."),
        "in_progress",
        _of_program("learner.changes"),
    ),
}
NEUTRAL = Kind(_l("There is something new for you."), "bell", lambda notice: ("home.start", {}))


def words(notice: Notice) -> Markup:
    """Return what a notice says, its titles marked with their language where it is not the page's."""
    sentence = escape(str(KINDS.get(notice.kind, NEUTRAL).words))
    on = notice.facts.get("on")
    return sentence % {
        "title": _title(notice),
        "on": day(date.fromisoformat(on)) if on else "",
        "count": notice.facts.get("count", ""),
    }


def address(notice: Notice) -> str:
    """Return where a notice leads; home when that place is not there (any more)."""
    try:
        endpoint, values = KINDS.get(notice.kind, NEUTRAL).place(notice)
        return url_for(endpoint, **values)
    except (BuildError, KeyError):  # an id that a notice of an older installation does not hold
        return url_for("home.start")


def program(notice: Notice) -> Spoken | None:
    """Return the title of the program that a notice is about."""
    return in_words(notice.program, notice.language) if notice.program is not None else None


def icon_of(notice: Notice) -> str:
    """Return the icon of a notice's kind."""
    return KINDS.get(notice.kind, NEUTRAL).icon


def _title(notice: Notice) -> Spoken | str:
    """Return the title of what a notice is about, or its id when the version in force has it no more."""
    if notice.title is not None:
        return in_words(notice.title, notice.language)
    return str(notice.facts.get("competency") or notice.facts.get("credential") or "")
