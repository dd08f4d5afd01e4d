"""Learners and staff of a program: requests to join, inviting, status of an enrolment, roles, tables."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.services import enrolments, people, people_export, people_import

from .. import identity
from ..forms import show_problems
from ..limits import page_number
from ..mails import compose
from ..people_words import ENROLMENT_STATUSES, ROLES, InviteForm, StatusForm
from ..tables import table_page
from . import registrar

Page = str | Response | tuple[str, int]


@registrar.get("/programs/<key:program>/people")
def everybody(program: str) -> Page:
    """Show who learns in the program, those who wait for an answer first, and who works there."""
    return _everybody(program, _invite_form(program))


@registrar.post("/programs/<key:program>/people")
def invite(program: str) -> Page:
    """Bring somebody in, as a learner or with a role."""
    form = _invite_form(program)
    if form.validate_on_submit():
        try:
            people.invite(
                identity.actor(), program, form.email.data, form.name.data, form.role.data,
                until=form.until.data if form.role.data != "learner" else None, compose=compose, now=identity.now(),
            )  # fmt: skip
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("They are in the program."))
            return redirect(url_for("registrar.everybody", program=program), 303)
    return _everybody(program, form)


@registrar.route("/programs/<key:program>/people/table", methods=["GET", "POST"])
def people_table(program: str) -> Page:
    """Bring learners and staff in by table."""
    actor = identity.actor()
    people.list_program_people(actor, program)

    def read(data: bytes, only_look: bool) -> people_import.TableReport:
        return people_import.import_people(actor, program, data, compose=compose, dry_run=only_look, now=identity.now())

    return table_page(
        read,
        title=_("People from a table"),
        columns=[
            ("email", _("the address they sign in with")),
            ("name", _("their name, for a new account")),
            ("role", _("learner (also when empty), instructor, adviser or verifier; may be left out")),
            ("group", _("the group a learner is in; may be left out")),
            ("until", _("the last day of a role, as 2026-12-31; may be left out")),
        ],
        example="email,name,role,group\nada@example.org,Ada Marsh,learner,Morning\n",
        back=(_("People"), url_for("registrar.everybody", program=program)),
    )


@registrar.get("/programs/<key:program>/people.csv")
def learners_csv(program: str) -> Response:
    """Give the learners as a table to take away."""
    data = people_export.export_learners(identity.actor(), program)
    answer = Response(data, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=learners.csv"
    return answer


@registrar.post("/programs/<key:program>/people/<uuid:account_id>/roles/end")
def end_role(program: str, account_id: UUID) -> Response:
    """Take a role away."""
    people.end_role(identity.actor(), account_id, program, request.form.get("role", ""), now=identity.now())
    flash(_("The role has ended."))
    return redirect(url_for("registrar.everybody", program=program), 303)


@registrar.post("/programs/<key:program>/people/<uuid:account_id>/invite-again")
def invite_again(program: str, account_id: UUID) -> Response:
    """Send another invitation."""
    people.invite_again(identity.actor(), account_id, program_key=program, compose=compose, now=identity.now())
    flash(_("The invitation is on its way."))
    return redirect(url_for("registrar.everybody", program=program), 303)


@registrar.get("/enrolments/<uuid:enrolment_id>")
def enrolment(enrolment_id: UUID) -> Page:
    """Show one enrolment with its history."""
    return _enrolment(enrolment_id, StatusForm())


@registrar.post("/enrolments/<uuid:enrolment_id>")
def set_status(enrolment_id: UUID) -> Page:
    """Move an enrolment to another status."""
    form = StatusForm()
    form.status.choices = list(ENROLMENT_STATUSES.items())
    if form.validate_on_submit():
        try:
            enrolments.set_status(
                identity.actor(), enrolment_id, form.status.data, since=form.since.data, now=identity.now()
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("The new status is in the history."))
            return redirect(url_for("registrar.enrolment", enrolment_id=enrolment_id), 303)
    return _enrolment(enrolment_id, form)


@registrar.post("/enrolments/<uuid:enrolment_id>/answer")
def answer(enrolment_id: UUID) -> Response:
    """Take in who asked to join, or not."""
    actor = identity.actor()
    program = enrolments.get_enrolled(actor, enrolment_id).program_key
    status = "active" if request.form.get("answer") == "yes" else "withdrawn"
    enrolments.set_status(actor, enrolment_id, status, since=identity.now().date(), now=identity.now())
    flash(_("They are in the program.") if status == "active" else _("The request is declined."))
    return redirect(url_for("registrar.everybody", program=program), 303)


def _everybody(program: str, form: InviteForm) -> Page:
    actor = identity.actor()
    status = request.args.get("status")
    learners = enrolments.list_enrolled(
        actor,
        program,
        status=status if status in ENROLMENT_STATUSES else None,
        search=request.args.get("q", "").strip(),
        page=page_number(),
    )
    staff = people.list_program_people(actor, program)
    page = render_template("registrar/people.html", learners=learners, staff=staff, form=form)
    return page, 422 if form.errors else 200


def _enrolment(enrolment_id: UUID, form: StatusForm) -> Page:
    found = enrolments.get_enrolled(identity.actor(), enrolment_id)
    form.offer(found.moves, identity.today())
    return render_template("registrar/enrolment.html", found=found, form=form), 422 if form.errors else 200


def _invite_form(program: str) -> InviteForm:
    form = InviteForm()
    roles = people.list_program_people(identity.actor(), program).grantable
    form.role.choices = [(role, ROLES[role]) for role in ("learner", *roles)]
    return form
