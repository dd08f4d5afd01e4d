"""Data protection in a program: erasures, legal holds, disclosures, corrections of its learners; the retention schedule."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from cbe.domain.errors import Invalid
from cbe.services import corrections, disclosures, erasing, privacy_desk, retention

from .. import identity
from ..forms import OnceForm, at_most, show_problems
from ..texts import day
from . import privacy
from .words import CLASSES, DISCLOSURE_GROUNDS, ERASURE_GROUNDS, FIXED_CLASSES, OUTCOMES

Page = str | Response | tuple[str, int]
PERSON = "/programs/<program>/learners/<uuid:enrolment_id>/privacy"


class HoldForm(OnceForm):
    """Why nothing of somebody may be erased."""

    reason = TextAreaField(_l("Why"), description=_l("The learner reads it."), validators=[at_most(erasing.MOST_WORDS)])


class EraseForm(OnceForm):
    """On which ground somebody is erased, and when."""

    ground = SelectField(_l("On which ground?"), choices=[SelectChoice(*one) for one in ERASURE_GROUNDS.items()])
    at_once = BooleanField(_l("At once, without a time in which they can take it back"))


class DisclosureForm(OnceForm):
    """Who outside was told what."""

    recipient = StringField(_l("Who received it?"), validators=[at_most(disclosures.MOST_NAME)])
    scope = TextAreaField(_l("What did they receive?"), validators=[at_most(disclosures.MOST_WORDS)])
    on = DateField(_l("When?"))
    disclosed_ground = SelectField(
        _l("On which ground?"), choices=[SelectChoice(*one) for one in DISCLOSURE_GROUNDS.items()]
    )
    note = TextAreaField(_l("More, if there is"), validators=[at_most(disclosures.MOST_WORDS)])


class AnswerForm(OnceForm):
    """The answer to a request for correction."""

    outcome = RadioField(
        _l("Your answer"),
        choices=[SelectChoice("corrected", _l("It was corrected")), SelectChoice("refused", _l("It stays as it is"))],
        validators=[InputRequired(_l("Choose the answer."))],
    )
    reason = TextAreaField(_l("What was corrected, or why not"), validators=[at_most(corrections.MOST_WORDS)])


@privacy.get("/programs/<program>/privacy")
def desk(program: str) -> str:
    """Show what there is to do for data protection in a program."""
    search = request.args.get("q", "")
    found = privacy_desk.get_desk(identity.actor(), program, search)
    return render_template("privacy/desk.html", program=program, found=found, search=search)


@privacy.get(PERSON)
def person(program: str, enrolment_id: UUID) -> Page:
    """Show a learner's holds, erasure, disclosures and corrections."""
    return _person(program, enrolment_id)


@privacy.post(PERSON + "/hold")
def set_hold(program: str, enrolment_id: UUID) -> Page:
    """Put a learner under a legal hold."""
    form = HoldForm()
    try:
        erasing.set_hold(identity.actor(), enrolment_id, form.reason.data or "", now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return _person(program, enrolment_id, hold=form)
    flash(_("Nothing of this person is erased until the hold is ended."))
    return _back(program, enrolment_id)


@privacy.post(PERSON + "/hold/end")
def end_hold(program: str, enrolment_id: UUID) -> Response:
    """End a learner's legal hold."""
    erasing.end_hold(identity.actor(), enrolment_id, now=identity.now())
    flash(_("The legal hold is ended."))
    return _back(program, enrolment_id)


@privacy.post(PERSON + "/erasure")
def erase(program: str, enrolment_id: UUID) -> Page:
    """Have a learner erased."""
    form = EraseForm()
    try:
        due = erasing.carry_out(
            identity.actor(), enrolment_id, form.ground.data or "", at_once=form.at_once.data, now=identity.now()
        )
    except Invalid as error:
        show_problems(form, error)
        return _person(program, enrolment_id, erasure=form)
    flash(_("This person is erased on %(day)s.", day=day(due.date())))
    return _back(program, enrolment_id)


@privacy.post(PERSON + "/disclosures")
def disclose(program: str, enrolment_id: UUID) -> Page:
    """Write down that somebody outside was told something."""
    form = DisclosureForm()
    try:
        disclosures.log(
            identity.actor(), enrolment_id, form.recipient.data or "", form.scope.data or "", form.note.data or "",
            form.disclosed_ground.data or "", form.on.data, now=identity.now(),
        )  # fmt: skip
    except Invalid as error:
        show_problems(form, error)
        return _person(program, enrolment_id, disclosure=form)
    flash(_("It is written down. The learner is told."))
    return _back(program, enrolment_id)


@privacy.post("/corrections/<uuid:correction_id>")
def answer(correction_id: UUID) -> Page:
    """Answer a request for correction."""
    actor, form = identity.actor(), AnswerForm()
    enrolment_id = corrections.enrolment_of(actor, correction_id)
    program = privacy_desk.get_learner(actor, enrolment_id).program_key
    try:
        corrections.answer(actor, correction_id, form.outcome.data or "", form.reason.data or "", now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return _person(program, enrolment_id, answer=form, answered=correction_id)
    flash(_("Your answer stands on the record. The learner is told."))
    return _back(program, enrolment_id)


@privacy.route("/programs/<program>/retention", methods=["GET", "POST"])
def schedule(program: str) -> Page:
    """Show for how long classes of record are kept, and change it."""
    actor, form = identity.actor(), _schedule_form()
    due = retention.count_due(actor, program, now=identity.now())
    if request.method == "POST":
        months = {kind: form[kind].data for kind in CLASSES}
        try:
            retention.set_months(actor, program, months, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("The schedule is set."))
            return redirect(url_for("privacy.schedule", program=program), 303)
    days = [(FIXED_CLASSES[kind], days) for kind, days in retention.DAYS.items()]
    text = render_template("privacy/schedule.html", program=program, form=form, due=due, kinds=list(CLASSES), days=days)
    return text, 422 if request.method == "POST" else 200


def _schedule_form() -> OnceForm:
    fields = {
        one.kind: IntegerField(CLASSES[one.kind], default=one.months, description=_bounds(one))
        for one in retention.list_classes()
    }
    return type("ScheduleForm", (OnceForm,), fields)()


def _bounds(one: retention.Class) -> str:
    words = {"least": one.least, "most": one.most, "default": one.default}
    return _("Months, from %(least)d to %(most)d; %(default)d unless somebody sets it.", **words)


def _back(program: str, enrolment_id: UUID) -> Response:
    return redirect(url_for("privacy.person", program=program, enrolment_id=enrolment_id), 303)


def _person(
    program: str,
    enrolment_id: UUID,
    hold: HoldForm | None = None,
    erasure: EraseForm | None = None,
    disclosure: DisclosureForm | None = None,
    answer: AnswerForm | None = None,
    answered: UUID | None = None,
) -> Page:
    actor = identity.actor()
    found = privacy_desk.get_learner(actor, enrolment_id, program)
    fresh = DisclosureForm(formdata=None)
    fresh.on.data = identity.today()
    text = render_template(
        "privacy/person.html",
        program=program,
        found=found,
        disclosures=disclosures.disclosures_to(actor, enrolment_id),
        corrections=corrections.corrections_of(actor, enrolment_id),
        hold=hold or HoldForm(formdata=None, prefix=""),
        erasure=erasure or EraseForm(formdata=None),
        disclosure=disclosure or fresh,
        answer=answer or AnswerForm(formdata=None),
        answered=answered,
        outcomes=OUTCOMES,
        grace=erasing.grace_days(),
    )
    return text, 422 if request.method == "POST" else 200
