"""All people of the installation, for its administrators: inviting, roles, letting in and locking out, tables."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.domain.policy import PROGRAM_ROLES
from cbe.services import people as service
from cbe.services import people_import, programs

from . import identity
from .forms import show_problems
from .limits import page_number
from .mails import compose
from .people_words import ROLES, InviteForm, RoleForm
from .tables import table_page
from .texts import plain

people = Blueprint("people", __name__, url_prefix="/people")

Page = str | Response | tuple[str, int]


@people.get("")
def everybody() -> Page:
    """Show a page of everybody, searched by name or address."""
    return _everybody(_invite_form())


@people.post("")
def invite() -> Page:
    """Make an account and invite its owner; with a role of ``administrator`` one that runs the installation."""
    form = _invite_form()
    if form.validate_on_submit():
        try:
            account_id = service.add_account(
                identity.actor(), form.email.data, form.name.data, is_admin=form.role.data == "administrator",
                invite_with=compose, now=identity.now(),
            )  # fmt: skip
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("The invitation is on its way."))
            return redirect(url_for("people.person", account_id=account_id), 303)
    return _everybody(form)


@people.route("/table", methods=["GET", "POST"])
def table() -> Page:
    """Bring people in by table."""
    actor = identity.actor()
    service.list_people(actor)

    def read(data: bytes, only_look: bool) -> people_import.TableReport:
        return people_import.import_people(actor, None, data, compose=compose, dry_run=only_look, now=identity.now())

    return table_page(
        read,
        title=_("People from a table"),
        columns=[
            ("email", _("the address they sign in with")),
            ("name", _("their name, for a new account")),
            ("role", _("empty or administrator; may be left out")),
        ],
        example="email,name,role\nada@example.org,Ada Marsh,\n",
        back=(_("People"), url_for("people.everybody")),
    )


@people.get("/<uuid:account_id>")
def person(account_id: UUID) -> Page:
    """Show one person: roles, enrolments, and what can be changed."""
    return _person(account_id, _role_form())


@people.post("/<uuid:account_id>/roles")
def grant_role(account_id: UUID) -> Page:
    """Give a role in a program."""
    service.get_person(identity.actor(), account_id)
    form = _role_form()
    if form.validate_on_submit():
        try:
            service.grant_role(
                identity.actor(), account_id, form.program.data, form.role.data, until=form.until.data,
                now=identity.now(),
            )  # fmt: skip
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("The role is given."))
            return redirect(url_for("people.person", account_id=account_id), 303)
    return _person(account_id, form)


@people.post("/<uuid:account_id>/roles/end")
def end_role(account_id: UUID) -> Response:
    """Take a role away."""
    service.get_person(identity.actor(), account_id)
    service.end_role(
        identity.actor(), account_id, request.form.get("program", ""), request.form.get("role", ""), now=identity.now()
    )
    return _back_to(account_id, _("The role has ended."))


@people.post("/<uuid:account_id>/deactivate")
def deactivate(account_id: UUID) -> Response:
    """Lock the account."""
    service.deactivate(identity.actor(), account_id, now=identity.now())
    return _back_to(account_id, _("The account is deactivated and signed out everywhere."))


@people.post("/<uuid:account_id>/reactivate")
def reactivate(account_id: UUID) -> Response:
    """Let the account in again."""
    service.reactivate(identity.actor(), account_id, now=identity.now())
    return _back_to(account_id, _("The account is open again."))


@people.post("/<uuid:account_id>/invite-again")
def invite_again(account_id: UUID) -> Response:
    """Send another invitation."""
    service.invite_again(identity.actor(), account_id, compose=compose, now=identity.now())
    return _back_to(account_id, _("The invitation is on its way."))


@people.post("/<uuid:account_id>/administrator")
def set_admin(account_id: UUID) -> Response:
    """Make somebody an administrator, or not any more."""
    is_admin = request.form.get("is_admin") == "yes"
    service.set_admin(identity.actor(), account_id, is_admin, now=identity.now())
    return _back_to(account_id, _("Now an administrator.") if is_admin else _("No longer an administrator."))


def _back_to(account_id: UUID, message: str) -> Response:
    flash(message)
    # Who took their own right away cannot see the page of people any more.
    me = identity.signed_in()
    own = me is not None and me.account_id == account_id
    return redirect(url_for("home.start") if own else url_for("people.person", account_id=account_id), 303)


def _everybody(form: InviteForm) -> Page:
    page = service.list_people(identity.actor(), request.args.get("q", ""), page_number())
    return render_template("people/everybody.html", page=page, form=form), 422 if form.errors else 200


def _person(account_id: UUID, form: RoleForm) -> Page:
    found = service.get_person(identity.actor(), account_id)
    me = identity.signed_in()
    page = render_template(
        "people/person.html", person=found, form=form, is_me=me is not None and me.account_id == account_id
    )
    return page, 422 if form.errors else 200


def _invite_form() -> InviteForm:
    form = InviteForm()
    del form.until
    form.role.choices = [("", _("none yet")), ("administrator", _("administrator"))]
    return form


def _role_form() -> RoleForm:
    form = RoleForm()
    form.program.choices = [(one.key, plain(one.title, "")) for one in programs.list_programs(identity.actor())]
    form.role.choices = [(role, ROLES[role]) for role in PROGRAM_ROLES]
    return form
