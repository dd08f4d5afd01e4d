"""The groups of a program: making them, putting learners in, giving them to instructors and advisers."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid, NotFound
from cbe.services import enrolments, groups, people_import

from .. import identity
from ..forms import show_problems
from ..people_words import GroupForm
from ..tables import table_page
from . import registrar

Page = str | Response | tuple[str, int]


@registrar.get("/programs/<key:program>/groups")
def all_groups(program: str) -> Page:
    """Show the groups of the program."""
    return _all_groups(program, GroupForm())


@registrar.post("/programs/<key:program>/groups")
def add_group(program: str) -> Page:
    """Make a group."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            group_id = groups.add_group(identity.actor(), program, form.name.data, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("The group is made. Add learners and an instructor."))
            return _to(group_id)
    return _all_groups(program, form)


@registrar.route("/programs/<key:program>/groups/table", methods=["GET", "POST"])
def groups_table(program: str) -> Page:
    """Put people into groups by table."""
    actor = identity.actor()
    groups.list_groups(actor, program)

    def read(data: bytes, only_look: bool) -> people_import.TableReport:
        return people_import.import_groups(actor, program, data, dry_run=only_look, now=identity.now())

    return table_page(
        read,
        title=_("Groups from a table"),
        columns=[
            ("group", _("the name of the group; one that is not there yet is made")),
            ("email", _("the address of somebody in the program")),
            ("role", _("learner (also when empty), instructor or adviser; may be left out")),
        ],
        example="group,email,role\nMorning,ada@example.org,learner\nMorning,tom@example.org,instructor\n",
        back=(_("Groups"), url_for("registrar.all_groups", program=program)),
    )


@registrar.get("/groups/<uuid:group_id>/people")
def group(group_id: UUID) -> Page:
    """Show who stands in a group and who has it."""
    return _group(group_id, GroupForm())


@registrar.post("/groups/<uuid:group_id>/name")
def rename_group(group_id: UUID) -> Page:
    """Give a group another name."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            groups.rename(identity.actor(), group_id, form.name.data, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            return _to(group_id)
    return _group(group_id, form)


@registrar.post("/groups/<uuid:group_id>/remove")
def remove_group(group_id: UUID) -> Response:
    """Remove an empty group."""
    actor = identity.actor()
    program = groups.get_group(actor, group_id).program_key
    groups.remove(actor, group_id, now=identity.now())
    flash(_("The group is gone."))
    return redirect(url_for("registrar.all_groups", program=program), 303)


@registrar.post("/groups/<uuid:group_id>/learners")
def add_members(group_id: UUID) -> Response:
    """Put the ticked learners in."""
    groups.add_members(identity.actor(), group_id, ticked("learner"), now=identity.now())
    return _to(group_id)


@registrar.post("/groups/<uuid:group_id>/learners/<uuid:enrolment_id>/remove")
def remove_member(group_id: UUID, enrolment_id: UUID) -> Response:
    """Take a learner out."""
    groups.remove_member(identity.actor(), group_id, enrolment_id, now=identity.now())
    return _to(group_id)


@registrar.post("/groups/<uuid:group_id>/staff")
def add_staff(group_id: UUID) -> Response:
    """Give the group to an instructor or adviser, named as ``role:account``."""
    role, _colon, account = request.form.get("staff", "").partition(":")
    groups.add_staff(identity.actor(), group_id, parse_id(account), role, now=identity.now())
    return _to(group_id)


@registrar.post("/groups/<uuid:group_id>/staff/<uuid:account_id>/remove")
def remove_staff(group_id: UUID, account_id: UUID) -> Response:
    """Take the group from somebody."""
    groups.remove_staff(identity.actor(), group_id, account_id, request.form.get("role", ""), now=identity.now())
    return _to(group_id)


def ticked(name: str) -> list[UUID]:
    """Return the ids that were ticked in a form."""
    return [parse_id(text) for text in request.form.getlist(name)]


def parse_id(text: str) -> UUID:
    """Read an id that a form of ours wrote."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is nothing here, or nothing that you may see.") from None


def _to(group_id: UUID) -> Response:
    return redirect(url_for("registrar.group", group_id=group_id), 303)


def _all_groups(program: str, form: GroupForm) -> Page:
    found = groups.list_groups(identity.actor(), program)
    return render_template("registrar/groups.html", found=found, form=form), 422 if form.errors else 200


def _group(group_id: UUID, form: GroupForm) -> Page:
    actor = identity.actor()
    found = groups.get_group(actor, group_id)
    if not form.is_submitted():
        form.name.data = found.name
    learners = enrolments.list_enrolled(actor, found.program_key, search=request.args.get("q", "").strip())
    inside = {member.enrolment_id for member in found.members}
    others = [one for one in learners.learners if one.enrolment_id not in inside and one.status in ("active", "leave")]
    page = render_template("registrar/group.html", group=found, others=others, learners=learners, form=form)
    return page, 422 if form.errors else 200
