"""The form of a draft: its fields, the competencies to choose from, and what they are judged by.

The pages it stands on are ``evidence``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import Optional

from cbe.domain.evidence import MOST_COMPETENCIES, MOST_LINKS, MOST_TEXT, DraftFields, open_routes, parse_links
from cbe.domain.program import Rubric
from cbe.domain.progress import State
from cbe.services.evidence import Item, Version

from ..evidence_words import LEARNING_TYPES, ROUTES, SETTINGS
from ..forms import OnceForm
from ..texts import Spoken, day, in_words, rich_lines
from .view import Step, View

__all__ = ["Chooser", "EvidenceForm", "chooser", "fields_of", "form_of", "judged_by", "known_of"]

MOST_CHOICES = 100
"""So many competencies of each kind are offered; evidence for the others is begun on their own pages."""
USEFUL = (State.RETURNED, State.EXPIRED, State.READY)


class DayField(DateField):
    """A day; what is no day is said in the reader's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say how one is written."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("A date is written as 2026-12-31.")) from None


class EvidenceForm(OnceForm):
    """What a learner writes of an item; ``known`` is when the draft was saved that the page shows."""

    known = HiddenField()
    competencies = SelectMultipleField(
        _l("What it shows"),
        validate_choice=False,
        description=_l("Up to %(max)d competencies.", max=MOST_COMPETENCIES),
    )
    text = TextAreaField(
        _l("What you did, and how it shows this"),
        description=_l("Up to %(max)s characters. Markdown works: **bold**, lists, links.", max=f"{MOST_TEXT:,}"),
    )
    links = TextAreaField(
        _l("Links"),
        description=_l(
            "One a line: the address, then what it is. Up to %(max)d, with https:// or http://. Nobody fetches them; "
            "whoever assesses you opens them.",
            max=MOST_LINKS,
        ),
    )
    setting = SelectField(_l("Where it happened"), validate_choice=False)
    learning_type = SelectField(_l("How you learned it"), validate_choice=False)
    route = RadioField(_l("Route"), validate_choice=False)
    activity_from = DayField(_l("Day, or first day"), validators=[Optional()])
    activity_until = DayField(_l("Last day, if it took several"), validators=[Optional()])
    is_own_work = BooleanField(_l("This is my own work, and nobody else can be identified in it."))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        nothing = [("", _("Choose …"))]
        self.setting.choices = [*nothing, *SETTINGS.items()]
        self.learning_type.choices = [*nothing, *LEARNING_TYPES.items()]
        self.route.choices = list(ROUTES.items())


@dataclass(frozen=True, slots=True)
class Choice:
    """A competency to tick, and why it takes no evidence or only some."""

    step: Step
    hint: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    """The competencies to choose from: what is chosen, what is useful now and the rest, by section; ``left_out`` are more."""

    fixed: list[Step]
    chosen: list[Choice]
    useful: list[tuple[Spoken | None, list[Choice]]]
    others: list[tuple[Spoken | None, list[Choice]]]
    left_out: int


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """What a chosen competency is judged by."""

    step: Step
    criteria: Markup | None
    rubric: Rubric | None


def form_of(version: Version, competencies: Iterable[str]) -> EvidenceForm:
    """Return the form of a draft as it was saved."""
    return EvidenceForm(
        formdata=None,
        known=version.saved_at.isoformat(),
        competencies=list(competencies),
        text=version.text,
        links="\n".join(f"{address} {title}".strip() for address, title in version.links),
        setting=version.setting or "",
        learning_type=version.learning_type or "",
        route=version.route,
        activity_from=version.activity_from,
        activity_until=version.activity_until,
        is_own_work=version.is_own_work,
    )


def fields_of(form: EvidenceForm) -> DraftFields:
    """Return what was written; browsers send lines with two kinds of ends, we keep one."""
    return DraftFields(
        competencies=tuple(dict.fromkeys(form.competencies.data or ())),
        text=(form.text.data or "").replace("\r\n", "\n"),
        links=parse_links(form.links.data or ""),
        setting=form.setting.data or None,
        learning_type=form.learning_type.data or None,
        route=form.route.data or "program",
        activity_from=form.activity_from.data,
        activity_until=form.activity_until.data,
        is_own_work=form.is_own_work.data,
    )


def known_of(form: EvidenceForm) -> datetime | None:
    """Return when the draft was saved that the writer has seen, None for a new one (or for what is no moment)."""
    try:
        known = datetime.fromisoformat(form.known.data or "")
    except ValueError:
        return None
    return known if known.tzinfo else None


def chooser(view: View, picked: Iterable[str], item: Item | None) -> Chooser:
    """Return the competencies to choose from, the chosen ones first; those that are decided stay."""
    progress = view.progress
    fixed = [one.competency for one in item.competencies if one.decision_id] if item else []
    chosen = [key for key in progress.compiled.ids if key in set(picked) and key not in fixed]
    rest = [key for key in view.offered if key not in {*chosen, *fixed}]
    useful = [key for key in rest if progress.states[key] in USEFUL]
    others = [key for key in rest if progress.states[key] not in USEFUL]
    left_out = max(0, len(useful) - MOST_CHOICES) + max(0, len(others) - MOST_CHOICES)
    return Chooser(
        fixed=view.steps(key for key in fixed if key in progress.compiled.competencies),
        chosen=[_choice(view, key) for key in chosen],
        useful=_by_section(view, useful[:MOST_CHOICES]),
        others=_by_section(view, others[:MOST_CHOICES]),
        left_out=left_out,
    )


def judged_by(view: View, picked: Iterable[str]) -> list[JudgedBy]:
    """Return criteria and rubric of what is chosen."""
    compiled = view.progress.compiled
    found = (compiled.competencies[key] for key in picked if key in compiled.competencies)
    return [
        JudgedBy(
            view.step(one.id),
            rich_lines(one.criteria, view.language) if one.criteria else None,
            one.rubric or compiled.program.rubric,
        )
        for one in list(found)[:MOST_COMPETENCIES]
    ]


def _choice(view: View, key: str) -> Choice:
    progress = view.progress
    routes = open_routes(progress.compiled, progress.mastered, key)
    state, stands = progress.states[key], progress.standing.get(key)
    hint = ""
    if state is State.IN_REVIEW:
        hint = _("evidence waits already")
    elif stands and stands.mastered_on and stands.expires_on:
        hint = _("renewed by what was done after %(day)s", day=day(stands.mastered_on))
    elif state is State.MASTERED:
        hint = _("for a higher level")
    if not routes and progress.compiled.competencies[key].archived:
        hint = _("no longer offered")
    elif not routes:
        hint = _("takes no evidence before its prerequisites")
    elif "program" not in routes:
        hint = _("prior learning only")
    return Choice(view.step(key), hint, bool(routes))


def _by_section(view: View, keys: list[str]) -> list[tuple[Spoken | None, list[Choice]]]:
    program = view.progress.compiled.program
    found: dict[str | None, list[Choice]] = {section.id: [] for section in program.sections}
    for key in keys:
        found.setdefault(view.progress.compiled.competencies[key].section, []).append(_choice(view, key))
    titles = {section.id: in_words(section.title, view.language) for section in program.sections}
    return [(titles.get(section or ""), choices) for section, choices in found.items() if choices]
