"""What all pages of one learner share: whose progress it is, the addresses of its pages, and titles in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cbe.domain import policy
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.policy import Subject
from cbe.domain.program import Text
from cbe.domain.progress import State
from cbe.services.looking_back import AsOf, as_of
from cbe.services.progress import Progress, get_own_progress, get_progress

from .. import identity
from ..texts import ENTERED, Spoken, in_words, plain

__all__ = ["Step", "View", "load", "page", "show"]

DATED = frozenset({"home", "map", "outline", "competency", "credential", "compare", "progress", "print_view"})
"""The pages that show any day: ``as_of`` in their addresses says which, ``known`` as known at the end of which."""

learner = Blueprint("learner", __name__, url_prefix="/learn/<key:program>")
record = Blueprint("record", __name__, url_prefix="/programs/<key:program>/learners/<uuid:enrolment_id>")

Handler = Callable[..., Any]
WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """A competency as a link: what the macros want of one; ``mark`` is a word beside its state, mostly none."""

    id: str
    title: Spoken
    state: State
    url: str
    hours: Any
    mark: str = ""


@dataclass(frozen=True)
class View:
    """One learner's progress with the addresses under which its pages stand for this reader."""

    progress: Progress
    enrolment_id: UUID | None

    @property
    def is_own(self) -> bool:
        """Whether the reader is the learner."""
        return self.enrolment_id is None

    def url(self, name: str, **values: Any) -> str:
        """Return the address of another page of the same learner, as of the same day."""
        values["program"] = self.progress.learner.program_key
        if name in DATED:
            values |= self.days
        if self.enrolment_id is None:
            return url_for(f"learner.{name}", **values)
        return url_for(f"record.{name}", enrolment_id=self.enrolment_id, **values)

    @property
    def at(self) -> AsOf | None:
        """The day that is looked at, None: today."""
        return self.progress.as_of

    @property
    def today(self) -> date:
        """The day that is looked at, the reader's date otherwise."""
        return self.at.on if self.at else identity.today()

    @property
    def days(self) -> dict[str, str]:
        """What addresses say of the day that is looked at; nothing today."""
        if self.at is None:
            return {}
        known = {"known": self.at.known_on.isoformat()} if self.at.known_on != identity.today() else {}
        return {"as_of": self.at.on.isoformat(), **known}

    @property
    def keeps(self) -> Markup:
        """What a form that asks for another page carries along, so that it shows the same day."""
        hidden = Markup('<input type="hidden" name="{}" value="{}">')
        return Markup("").join(hidden.format(name, value) for name, value in self.days.items())

    @property
    def back_to_today(self) -> str:
        """The address of this page as of today."""
        asked = [(name, value) for name, value in request.args.items(multi=True) if name not in ("as_of", "known")]
        return f"{request.path}?{urlencode(asked)}" if asked else request.path

    @property
    def subject(self) -> Subject:
        """The record as a subject of the policy, without ties."""
        return Subject(self.progress.learner.program_id, self.progress.learner.account_id)

    @property
    def language(self) -> str:
        """The program's own language."""
        return self.progress.compiled.program.language

    @property
    def title(self) -> Spoken:
        """The program's title."""
        return in_words(self.progress.compiled.program.title, self.language)

    def competency_title(self, key: str) -> Spoken:
        """The title of a competency."""
        return in_words(self.progress.compiled.competencies[key].title, self.language)

    def credential_title(self, key: str) -> Spoken:
        """The title of a credential."""
        return in_words(self.progress.compiled.credentials[key].title, self.language)

    def words(self, text: Text | None) -> str:
        """The words alone of any text of the program."""
        return plain(text, self.language)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The competencies that this learner's pages are about: all but those archived that they have nothing in."""
        states, compiled = self.progress.states, self.progress.compiled
        hidden = {key for number in compiled.archived if states[key := compiled.ids[number]] is State.LOCKED}
        return tuple(key for key in compiled.ids if key not in hidden)

    def step(self, key: str) -> Step:
        """A competency as a link with its state and hours."""
        url = self.url("competency", competency=key)
        return Step(key, self.competency_title(key), self.progress.states[key], url, self.hours(key), self.mark(key))

    def hours(self, key: str) -> Decimal:
        """The notional hours of a competency for this learner: those of renewing it when it expired."""
        return self.progress.compiled.hours(key, self.progress.expired)

    def mark(self, key: str) -> str:
        """Say beside a state what it rests on where that is no assessment, and what else one must know of it."""
        state, marks = self.progress.states[key], []
        if key in self.progress.provisional:
            marks.append(_("provisional"))
        if self.progress.compiled.competencies[key].archived:
            marks.append(_("no longer offered"))
        if state is State.MASTERED:
            kind = self.progress.standing[key].kind
            marks += [str(ENTERED[kind])] if kind in ENTERED else []
        elif key in self.progress.expired and state in (State.IN_REVIEW, State.RETURNED):
            marks.append(_("expired"))
        return _(", ").join(marks)

    def steps(self, keys: Iterable[str]) -> list[Step]:
        """Competencies as links."""
        return [self.step(key) for key in keys]

    def crumbs(self, *last: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
        """The way to a page from the program's first."""
        return [(self.title, self.url("home")), *last]

    def tabs(self, current: str) -> list[tuple[str, str, bool]]:
        """The pages beside one another."""
        names = [
            ("home", _("Where you stand") if self.is_own else _("Where they stand")),
            ("outline", _("Outline")),
            ("compare", _("Compare")),
            ("progress", _("Progress")),
            ("history", _("History")),
        ]
        if self.is_own:
            names.append(("all_evidence", _("Evidence")))
            names.append(("goals", _("Goals and pace")))
        tabs = [(label, self.url(name), name == current) for name, label in names]
        if not self.is_own and policy.may(identity.actor(), "decision:enter", self.subject):
            key, enrolment_id = self.progress.learner.program_key, self.enrolment_id
            url = url_for("registrar.enter", program=key, enrolment_id=enrolment_id)
            tabs.append((_("Enter a decision"), url, False))
        return tabs


def page(rule: str, endpoint: str) -> Callable[[Handler], Handler]:
    """Put a page of one learner under both prefixes."""

    def register(handler: Handler) -> Handler:
        for blueprint in (learner, record):
            blueprint.add_url_rule(rule, endpoint, handler)
        return handler

    return register


def load(program: str, enrolment_id: UUID | None) -> View:
    """Return the view of one's own progress, or of a learner's whose record the reader may see.

    As of the day that the address names, on pages that show any day; raises ``Invalid`` when that is no day.
    """
    actor, today, now, at = identity.actor(), identity.today(), identity.now(), _asked_day()
    if enrolment_id is None:
        return View(get_own_progress(actor, program, today=today, now=now, at=at), None)
    return View(get_progress(actor, program, enrolment_id, today=today, now=now, at=at), enrolment_id)


def show(template: str, view: View, **values: Any) -> str:
    """Render a page of one learner; search looks through the outline."""
    banner = Markup(render_template("learner/_as_of.html", view=view)) if view.at else ""  # noqa: S704 - a template
    return render_template(
        f"learner/{template}.html",
        view=view,
        search_url=view.url("outline"),
        search_keeps=view.keeps,
        banner=banner,
        **values,
    )


def _asked_day() -> AsOf | None:
    """Return the day that the address of a page asks for, None for today."""
    if str(request.endpoint).rpartition(".")[2] not in DATED:
        return None
    problems: list[Problem] = []
    on, known_on = _day("as_of", problems), _day("known", problems)
    if problems:
        raise Invalid(problems)
    if on is None and known_on is None:
        return None
    return as_of(on, known_on, zone=ZoneInfo(identity.time_zone()), now=identity.now())


def _day(name: str, problems: list[Problem]) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        if not WRITTEN.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        problems.append((f"/{name}", N_("A date is written as 2026-12-31.")))
        return None
