"""Reporting what must not be seen, and what those who see to data protection decide on it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound as NoPage
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from cbe.domain.errors import Invalid
from cbe.services import quarantine as service
from cbe.services.quarantine import MOST_WORDS, Report

from . import identity
from .forms import OnceForm, at_most, show_problems
from .guard import safe_next

__all__ = ["REPORT_KINDS", "REPORT_OUTCOMES", "quarantine"]

quarantine = Blueprint("quarantine", __name__)

Page = str | Response | tuple[str, int]
REPORT_KINDS = {
    "patient": _l("data of a patient or client"),
    "person": _l("somebody else can be identified"),
    "other": _l("something else"),
}
REPORT_OUTCOMES = {
    "released": (_l("released"), "mastered"),
    "redacted": (_l("redacted"), "warning"),
    "destroyed": (_l("destroyed"), "unmet"),
}


class ReportForm(OnceForm):
    """What is wrong with a file or with the texts of an item."""

    kind = RadioField(
        _l("What does it hold?"),
        choices=[SelectChoice(kind, word) for kind, word in REPORT_KINDS.items()],
        validators=[InputRequired(_l("Choose what it holds."))],
    )
    reason = TextAreaField(
        _l("Where, and what is wrong"),
        description=_l("Do not repeat here what must not be seen."),
        validators=[at_most(MOST_WORDS)],
    )


class DecideForm(OnceForm):
    """What becomes of what was reported."""

    outcome = RadioField(
        _l("What becomes of it?"),
        choices=[
            SelectChoice("released", _l("Release it: there is nothing wrong with it.")),
            SelectChoice("redacted", _l("Redact it: what stands below takes its place, in all versions.")),
            SelectChoice("destroyed", _l("Destroy it, in all versions and copies. This cannot be undone.")),
        ],
        validators=[InputRequired(_l("Choose what becomes of it."))],
    )
    note = TextAreaField(
        _l("Why"),
        description=_l("Kept with the decision. Do not repeat here what must not be seen."),
        validators=[at_most(MOST_WORDS)],
    )


@quarantine.route("/evidence/<uuid:evidence_id>/report", methods=["GET", "POST"])
def report(evidence_id: UUID) -> Page:
    """Report a file (``file``) or the texts of an item, which closes it at once."""
    actor, today, file_id = identity.actor(), identity.today(), _file_id()
    form, back = ReportForm(), safe_next(request.values.get("next"), url_for("home.start"))
    if form.validate_on_submit():
        try:
            service.report(
                actor, evidence_id, file_id, form.kind.data, form.reason.data or "", today=today, now=identity.now()
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("Thank you. It is closed until it is decided what becomes of it."))
            return redirect(back, 303)
    name = service.reportable(actor, evidence_id, file_id, today=today)
    page = render_template(
        "quarantine/report.html", form=form, evidence_id=evidence_id, file_id=file_id, name=name, back=back
    )
    return page, 422 if form.errors else 200


@quarantine.get("/programs/<key:program>/quarantine")
def listing(program: str) -> str:
    """List what was reported in a program."""
    return render_template("quarantine/listing.html", found=service.list_reports(identity.actor(), program))


@quarantine.get("/quarantine/<uuid:report_id>")
def one(report_id: UUID) -> Page:
    """Show a report with what it is about."""
    return _one(_found(report_id), DecideForm())


@quarantine.post("/quarantine/<uuid:report_id>")
def decide(report_id: UUID) -> Page:
    """Decide on a report."""
    found, form = _found(report_id), DecideForm()
    if form.validate_on_submit():
        try:
            service.decide(
                identity.actor(), report_id, form.outcome.data, form.note.data or "", left=_left(), today=identity.today(),
                now=identity.now(),
            )  # fmt: skip
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("It is decided."))
            return redirect(url_for("quarantine.listing", program=found.program_key), 303)
    return _one(found, form)


def _found(report_id: UUID) -> Report:
    return service.get_report(identity.actor(), report_id, today=identity.today())


def _one(found: Report, form: DecideForm) -> Page:
    page = render_template("quarantine/one.html", found=found, form=form, left={**found.texts, **_left()})
    return page, 422 if form.errors else 200


def _left() -> dict[str, str]:
    """Return what stays of each part, as the form has it."""
    prefix = "left-"
    return {
        name.removeprefix(prefix): value.replace("\r\n", "\n")
        for name, value in request.form.items()
        if name.startswith(prefix)
    }


def _file_id() -> UUID | None:
    text = request.values.get("file")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NoPage from None
