"""One's own data: the archive, what is kept how long, what others were told, corrections, erasure."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, PasswordField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from cbe.domain.errors import Invalid
from cbe.services import archiving, corrections, disclosures, erasing, retention
from cbe.services.corrections import Choice

from .. import identity
from ..account import BY_PASSWORD
from ..forms import OnceForm, at_most, show_problems
from ..texts import day
from . import privacy
from .words import ABOUT, CLASSES, FIXED_CLASSES, TABLES

Page = str | AnyResponse | tuple[str, int]


class CorrectionForm(OnceForm):
    """What is not right on one's record."""

    about = SelectField(_l("What is not right?"))
    statement = TextAreaField(
        _l("What should it say, and why?"),
        description=_l("Staff of the program read it beside your record; nobody can change it."),
        validators=[InputRequired(_l("Say what is not right.")), at_most(corrections.MOST_WORDS)],
    )
    is_shown = BooleanField(_l("Show my statement in my own record too"))


class ErasureForm(OnceForm):
    """The password, before everything goes."""

    password = PasswordField(_l("Your password now"), validators=[InputRequired(_l("Write your password."))])


@privacy.get("/privacy")
def page() -> Page:
    """Show what is known of oneself and what one may ask for."""
    return _page()


@privacy.get("/privacy/archive.zip")
def archive() -> Response:
    """Give everything about oneself as one archive, as it is put together."""
    found = archiving.collect(identity.actor(), now=identity.now())
    words = {table: str(word) for table, word in TABLES.items()}
    text = render_template("privacy/archive.html", archive=found, words=words)
    answer = Response(archiving.stream(found, text), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="everything-about-me.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@privacy.post("/privacy/corrections")
def ask_correction() -> Page:
    """Ask that something on one's record be corrected."""
    form = _correction_form()
    if form.validate_on_submit():
        program, about, key = [*form.about.data.split("|"), "", ""][:3]
        try:
            corrections.ask(
                identity.actor(), program, about, UUID(key) if key else None, form.statement.data,
                is_shown=form.is_shown.data, now=identity.now(),
            )  # fmt: skip
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("Your request is on its way. You are told when it is answered."))
            return redirect(url_for("privacy.page") + "#corrections", 303)
    return _page(correction=form)


@privacy.post("/privacy/erasure")
@BY_PASSWORD
def ask_erasure() -> Page:
    """Ask that one be erased."""
    form = ErasureForm()
    if form.validate_on_submit():
        try:
            due = erasing.ask(identity.actor(), form.password.data, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(
                _("You are going to be erased on %(day)s. Until then you can take it back here.", day=day(due.date()))
            )
            return redirect(url_for("privacy.page") + "#erasure", 303)
    return _page(erasure=form)


@privacy.post("/privacy/erasure/take-back")
def take_back() -> AnyResponse:
    """Take back that one be erased."""
    erasing.take_back(identity.actor(), now=identity.now())
    flash(_("You are not going to be erased."))
    return redirect(url_for("privacy.page") + "#erasure", 303)


def _page(correction: CorrectionForm | None = None, erasure: ErasureForm | None = None) -> Page:
    actor = identity.actor()
    text = render_template(
        "privacy/own.html",
        standing=erasing.get_standing(actor),
        grace=erasing.grace_days(),
        classes=[(CLASSES[one.kind], one.months) for one in retention.list_classes()],
        days=[(FIXED_CLASSES[kind], days) for kind, days in retention.DAYS.items()],
        disclosures=disclosures.list_own(actor),
        corrections=corrections.list_own(actor),
        correction=correction or _correction_form(),
        erasure=erasure or ErasureForm(formdata=None),
    )
    return text, 422 if request.method == "POST" else 200


def _correction_form() -> CorrectionForm:
    form = CorrectionForm() if request.method == "POST" else CorrectionForm(formdata=None)
    choices = corrections.list_choices(identity.actor())
    form.about.choices = [SelectChoice(_value(one), _in_words(one)) for one in choices]
    if request.method == "GET":
        form.about.data = request.args.get("about") or None
    return form


def _in_words(one: Choice) -> str:
    words = f"{ABOUT[one.about]}: {one.what}" if one.what else str(ABOUT[one.about])
    return f"{one.program_key} · {words}"


def _value(one: Choice) -> str:
    return f"{one.program_key}|{one.about}|{one.about_id or ''}"
