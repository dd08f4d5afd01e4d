"""What all views of a draft share: the tabs, saving what somebody saw, and undoing.

A page's forms carry ``seen``, the draft and operation it was made of. A view calls ``save`` with what makes its
operation. Different fields that two changed at once are both kept by that; for the same field comes a page that shows
both, from which the reader's can be saved all the same: only what they changed themselves, over what they saw there.
``Invalid`` is the view's own to show beside its fields; where it does not, a page lists what was refused. A form that is
shown again carries on with the draft that it was first made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from cbe.domain.draft import Draft, conceded, insisted
from cbe.domain.errors import Named, Worded
from cbe.services import drafts
from cbe.services.drafts import Editing, Make, Seen
from cbe.services.linting import known_blocking

from .. import identity
from ..guard import safe_next
from ..texts import Spoken, in_a_row, in_words, told
from . import designer

__all__ = ["FIELDS", "Page", "page", "save", "title_of", "told_in"]

FIELDS = {
    "title": _l("Title"),
    "description": _l("Description"),
    "language": _l("Language"),
    "gate": _l("Before its prerequisites"),
    "rubric": _l("Rubric"),
    "mastery": _l("Mastery rule"),
    "credit_scheme": _l("Credit scheme"),
    "level_framework": _l("Level framework"),
    "quality": _l("Quality"),
    "parent": _l("Stands in"),
    "effort_hours": _l("Notional hours"),
    "code": _l("Code"),
    "statement": _l("Statement"),
    "criteria": _l("Criteria"),
    "section": _l("Section"),
    "credits": _l("Credits"),
    "level": _l("Level"),
    "validity_months": _l("Valid for (months)"),
    "renewal_hours": _l("Hours to renew it"),
    "prerequisites": _l("Prerequisites"),
    "resources": _l("Resources"),
    "alignments": _l("Alignments"),
    "kind": _l("Kind"),
    "requires": _l("Rule"),
    "award": _l("How it is awarded"),
    "#place": _l("Place"),
}
"""What the fields of parts are called."""
FORMS = {"section": "designer.section", "competency": "designer.competency", "credential": "designer.credential"}
"""Kinds of parts → their forms."""
PLACES = {"sections": "section", "competencies": "competency", "credentials": "credential"}
"""Lists of a program file → kinds of parts."""


@dataclass(frozen=True, slots=True)
class Page:
    """What every view of a draft shows around itself; templates know it as ``page``."""

    editing: Editing
    program: str
    title: Spoken
    language: str
    current: str

    @property
    def draft(self) -> Draft:
        """The draft at which the reader looks."""
        return self.editing.draft

    @property
    def seen(self) -> str:
        """What forms carry as ``seen``."""
        return request.form.get("seen") or str(self.editing.seen)

    @property
    def script(self) -> str:
        """The address of what tells of others' changes; templates' macros know no other way to it."""
        return str(current_app.extensions["assets"].url("live.js"))

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        """The views of the draft beside one another."""
        views = [
            ("outline", _("Outline"), "designer.outline"),
            ("head", _("Program"), "designer.head"),
            ("credentials", _("Credentials"), "designer.credentials"),
            ("table", _("Table"), "designer.table"),
            ("picture", _("Picture"), "designer.picture"),
            ("check", self._check_label(), "designer.check"),
            ("rehearsal", _("Rehearsal"), "designer.rehearsal"),
            ("publish", _("Publish"), "designer.publish_page"),
            ("versions", _("Versions"), "designer.versions"),
            ("history", _("History"), "designer.history"),
        ]
        return [
            (label, url_for(endpoint, program=self.program), name == self.current) for name, label, endpoint in views
        ]

    def turned(self, anchor: str, **args: Any) -> str:
        """Return the address of the page at hand with other arguments."""
        assert request.endpoint is not None
        kept: dict[str, Any] = {name: request.args[name] for name in ("open", "page", "q") if name in request.args}
        return url_for(request.endpoint, _anchor=anchor, **{**kept, **args, **(request.view_args or {})})

    def _check_label(self) -> str:
        """Return the word for the check, with how much blocks publishing where that is known without looking."""
        count = known_blocking(self.editing.seen)
        if not count:
            return _("Check")
        mark = Markup('{}&nbsp;<span class="badge">{}<span class="sr"> {}</span></span>')
        return mark.format(_("Check"), count, _("blocking"))

    def title_of(self, kind: str, key: str) -> Spoken:
        """Return the title of a part in the reader's language."""
        return title_of(self.draft, kind, key)

    def words(self, text: Any) -> Spoken:
        """Return a text of the draft in the reader's language."""
        return in_words(text, self.language)

    def told(self, problem: str) -> str:
        """Return the text of a problem of the draft with the titles of the parts that it names."""
        return told_in(self.draft, problem)

    def form_of(self, kind: str, key: str) -> str | None:
        """Return the address of the form of a part; None where it has none."""
        endpoint = FORMS.get(kind)
        values: dict[str, Any] = {"program": self.program, kind: key}
        return url_for(endpoint, **values) if endpoint else None

    def place_of(self, pointer: str) -> tuple[str, Spoken | None]:
        """Return where a problem of the draft as a file is mended, and what stands there (None: the draft itself)."""
        where = url_for("designer.outline", program=self.program)
        for name, kind in PLACES.items():
            head, _sep, rest = pointer.removeprefix("/").partition("/")
            number = rest.partition("/")[0]
            if head == name and number.isdecimal() and int(number) < len(self.draft.order[kind]):
                key = self.draft.order[kind][int(number)]
                return self.form_of(kind, key) or where, self.title_of(kind, key)
        return where, None


def page(program: str, current: str) -> Page:
    """Return the frame of a view, named by its tab, for who may edit the draft."""
    editing = drafts.get_editing(identity.actor(), program)
    language = str(editing.draft.head.get("language", "en"))
    return Page(editing, program, in_words(editing.draft.head.get("title"), language), language, current)


def title_of(draft: Draft, kind: str, key: str) -> Spoken:
    """Return the title of a part of a draft in the reader's language; its id where there is none."""
    found = in_words(draft.get(kind, key, "title"), str(draft.head.get("language", "en")))
    return found if found.text else in_words(key, "en")


def told_in(draft: Draft, problem: str) -> str:
    """Return the text of a problem with the titles of the parts that it names."""
    if not isinstance(problem, Worded):
        return told(problem)
    values = {name: _titles(draft, one) if isinstance(one, Named) else one for name, one in problem.values.items()}
    return told(Worded(problem.message, **values))


def _titles(draft: Draft, those: Named) -> str:
    return in_a_row(those, [title_of(draft, those.kind, key) for key in those.ids])


def save(program: str, make: Make, *, stays: bool = False) -> Seen:
    """Do the operation that the request at hand asks for, on the draft that its page showed; ``stays``: it stays open."""
    seen = Seen.of(request.form.get("seen", ""))
    over = Seen.of(request.form["over"]) if "over" in request.form else None
    settle = conceded if request.form.get("keep") == "theirs" else insisted
    return drafts.edit(identity.actor(), program, seen, make, over=over, settle=settle, stays=stays, now=identity.now())


@designer.post("/programs/<key:program>/draft/undo")
def undo(program: str) -> Response:
    """Undo one's own newest operation."""
    drafts.undo(identity.actor(), program, now=identity.now())
    flash(_("Undone."))
    return redirect(_back(program), 303)


@designer.post("/programs/<key:program>/draft/redo")
def redo(program: str) -> Response:
    """Do again what one undid."""
    drafts.redo(identity.actor(), program, now=identity.now())
    flash(_("Done again."))
    return redirect(_back(program), 303)


def _back(program: str) -> str:
    return safe_next(request.form.get("next"), url_for("designer.outline", program=program))
