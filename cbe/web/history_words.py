"""A history in words: what each event of a record or an item was, about what, by whom and why.

Used by every page that shows a history; ``templates/_history.html`` draws the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext, to_user_timezone

from cbe.domain.program import Competency, Credential, Program, Text
from cbe.services.history import Event

from .people_words import ENROLMENT_STATUSES
from .texts import KIND_WORDS, OUTCOMES, ROLES, TAKEN_BACK, Spoken, day, in_words, level_word

__all__ = ["Line", "history_lines"]

AWARD_EVENTS = {
    "suspended": _l("Award suspended"),
    "reinstated": _l("Award reinstated"),
    "revoked": _l("Award revoked"),
}
FLAG_OUTCOMES = {
    "kept": _l("Award looked at again, and kept"),
    "suspended": _l("Award looked at again, and suspended"),
    "revoked": _l("Award looked at again, and revoked"),
}
REPORTED = {
    "text": _l("Text of evidence reported, and closed at once"),
    "file": _l("File of evidence reported, and closed at once"),
}
REPORT_OUTCOMES = {
    "released": _l("Reported evidence released"),
    "redacted": _l("Reported evidence redacted"),
    "destroyed": _l("Reported evidence destroyed"),
}
Url = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a page shows it. ``url``: of the item it is of; ``about``: titles with their addresses; ``notes``: further facts; ``why``: what was said.

    ``silence`` says in words why nothing is shown of what was said: it was erased, or is closed.
    """

    at: datetime
    kind: str
    what: str
    url: str | None
    about: list[tuple[Spoken, str | None]]
    notes: list[str]
    who: str
    role: str
    why: list[str]
    silence: str


def history_lines(
    events: Iterable[Event],
    program: Program,
    *,
    known: Mapping[str, Competency] = MappingProxyType({}),
    given: Mapping[str, Credential] = MappingProxyType({}),
    competency: Url | None = None,
    credential: Url | None = None,
    item: Callable[[UUID], str] | None = None,
) -> list[Line]:
    """Return events as lines; ``competency``, ``credential`` and ``item`` give the address of one, where the reader has a page.

    ``known`` and ``given`` have the titles of what the program does not have any more.
    """
    competencies = {one.id: one.title for one in program.competencies}
    credentials = {one.id: one.title for one in program.credentials}

    def named(
        key: str, titles: Mapping[str, Text], gone: Mapping[str, Competency | Credential], url: Url | None
    ) -> tuple[Spoken, str | None]:
        title = titles.get(key) or (gone[key].title if key in gone else key)
        return in_words(title, program.language), url(key) if url and key in titles else None

    lines = []
    for event in events:
        about = [named(key, competencies, known, competency) for key in event.competencies]
        about += [named(event.credential, credentials, given, credential)] if event.credential else []
        why, silence = _why(event)
        what, notes, role = _what(event), _notes(event, program), ROLES.get(event.role or "", "")
        url = item(event.evidence_id) if item and event.evidence_id else None
        lines.append(Line(event.at, event.kind, what, url, about, notes, _who(event), f"{role}", why, silence))
    return lines


def _what(event: Event) -> str:
    how, old, new = event.how or "", event.old or "", event.new or ""
    match event.kind:
        case "decision":
            return f"{KIND_WORDS[how]}: {OUTCOMES[new]}"
        case "taken_back":
            return _("Decision “%(outcome)s” %(how)s", outcome=OUTCOMES[old], how=TAKEN_BACK[how])
        case "award":
            return _("Credential awarded")
        case "award_event":
            return f"{AWARD_EVENTS[new]}"
        case "flag":
            return _("Award to be looked at again: what it was given for no longer stands")
        case "flag_decided":
            return f"{FLAG_OUTCOMES[new]}"
        case "status":
            return _status(old, new)
        case "handed_in":
            again = (event.version or 1) > 1
            return _("Evidence handed in again") if again else _("Evidence handed in")
        case "withdrawn":
            return _("Evidence withdrawn")
        case "edited":
            return _("Evidence taken back to edit it")
        case "reported":
            return f"{REPORTED[how]}"
        case _:
            return f"{REPORT_OUTCOMES[new]}"


def _status(old: str, new: str) -> str:
    if not old:
        return _("Enrolment: %(new)s", new=ENROLMENT_STATUSES[new])
    return _("Enrolment: from %(old)s to %(new)s", old=ENROLMENT_STATUSES[old], new=ENROLMENT_STATUSES[new])


def _notes(event: Event, program: Program) -> list[str]:
    found = []
    if event.level:
        rubrics = {one.id: one.rubric for one in program.competencies if one.rubric}
        rubric = rubrics.get(event.competencies[0], program.rubric) if event.competencies else program.rubric
        found.append(_("Level: %(level)s", level=level_word(rubric, event.level, program.language)))
    if event.on and event.on != to_user_timezone(event.at).date():
        found.append(_("as of %(day)s", day=day(event.on)))
    if event.version and event.version > 1:
        found.append(_("Version %(number)s", number=event.version))
    if event.how == "recognition" and event.kind == "handed_in":
        found.append(_("for recognition of prior learning"))
    found += [name or _("a file that may not be seen") for name in event.files]
    return found


def _who(event: Event) -> str:
    if event.name:
        return event.name
    return pgettext("who gave it: nobody", "by itself") if event.kind in ("award", "flag") else ""


def _why(event: Event) -> tuple[list[str], str]:
    words = event.words
    if words is None:
        return [], ""
    if words.state == "told":
        return [text for text in (words.feedback, words.authority, words.reason) if text], ""
    return [], _("erased") if words.state == "erased" else _("closed for data protection")
