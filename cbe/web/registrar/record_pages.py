"""A registrar's decisions on one learner's record: transfers from another record, and exceptions."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, SelectMultipleField, StringField, TextAreaField

from cbe.domain.errors import Invalid
from cbe.domain.program import Competency
from cbe.services import entering
from cbe.services.entering import Entry, Opened

from .. import identity
from ..forms import OnceForm, show_problems
from ..texts import Spoken, in_words, plain
from . import registrar

Page = str | Response | tuple[str, int]
KIND_CHOICES = [
    ("transfer", _l("Transfer: another record says that it was shown there")),
    ("exception", _l("Exception: it is waived, or something else stands in for it")),
]


class EntryForm(OnceForm):
    """A transfer or an exception; levels and competencies are the learner's version's, set by the page."""

    kind = SelectField(_l("What it is"))
    authority = StringField(
        _l("On whose authority"),
        description=_l("Who says so: an institution, a board, a rule. At most 500 characters."),
    )
    reason = TextAreaField(
        _l("From which record, or why"),
        description=_l(
            "Of a transfer: the record and where it is kept. Of an exception: whether it is waived or substituted, and "
            "why. The learner reads it. At most 2,000 characters."
        ),
    )
    on = DateField(_l("Counts from"), description=_l("Today or a day before."))
    level = SelectField(_l("Level"), description=_l("Where the other record tells one."))
    competency = SelectMultipleField(_l("Competencies"))

    def entry(self) -> Entry:
        """Return what was filled in."""
        return Entry(
            kind=self.kind.data or "",
            competencies=tuple(dict.fromkeys(self.competency.data or ())),
            on=self.on.data,
            authority=self.authority.data or "",
            reason=self.reason.data or "",
            level=self.level.data or None,
        )


@registrar.route("/programs/<key:program>/learners/<uuid:enrolment_id>/enter", methods=["GET", "POST"])
def enter(program: str, enrolment_id: UUID) -> Page:
    """Show the form, then what would be entered, then enter it."""
    actor, today = identity.actor(), identity.today()
    opened = entering.open_entry(actor, program, enrolment_id)
    form = _form(opened)
    if request.method == "GET":
        form.on.data = today
        return _filling(opened, form)
    entry, do = form.entry(), request.form.get("do")
    if do == "mend":
        return _filling(opened, form)
    try:
        if do != "enter":
            entering.check_entry(actor, enrolment_id, entry, today=today)
            return _looking(opened, form, entry)
        ids = entering.enter_decisions(actor, enrolment_id, entry, today=today, now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return _filling(opened, form), 422
    flash(ngettext("%(num)d decision is on the record.", "%(num)d decisions are on the record.", len(ids)))
    return redirect(url_for("record.outline", program=program, enrolment_id=enrolment_id), 303)


def _form(opened: Opened) -> EntryForm:
    form = EntryForm()
    language = opened.compiled.program.language
    form.kind.choices = KIND_CHOICES
    form.competency.choices = [(key, key) for key in opened.compiled.ids]
    form.level.choices = [("", "–"), *((level.id, plain(level.title, language)) for level in opened.levels)]
    return form


def _filling(opened: Opened, form: EntryForm) -> str:
    program = opened.compiled.program
    titles = {one.id: one.title for one in program.sections}
    sections: dict[str | None, list[tuple[Competency, Spoken]]] = {}
    for one in program.competencies:
        sections.setdefault(one.section, []).append((one, in_words(one.title, program.language)))
    return render_template(
        "registrar/enter.html",
        opened=opened,
        form=form,
        ticked=set(form.competency.data or request.args.getlist("competency")),
        sections=[(in_words(titles[key], program.language) if key else None, rows) for key, rows in sections.items()],
        most=entering.MOST_COMPETENCIES,
    )


def _looking(opened: Opened, form: EntryForm, entry: Entry) -> str:
    compiled = opened.compiled
    rows = [
        (in_words(compiled.competencies[key].title, compiled.program.language), key, opened.mastered.get(key))
        for key in entry.competencies
    ]
    levels = {level.id: plain(level.title, compiled.program.language) for level in opened.levels}
    return render_template(
        "registrar/confirm_entry.html",
        opened=opened,
        form=form,
        entry=entry,
        rows=rows,
        level=levels.get(entry.level or ""),
    )
