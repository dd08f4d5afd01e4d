"""What instructors and advisers look at: their groups, and who has not moved for how long."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from cbe.services import groups

from . import identity

instructor = Blueprint("instructor", __name__)


@instructor.get("/groups/<uuid:group_id>")
def group(group_id: UUID) -> str:
    """Show how the learners of a group get on, longest without a step first."""
    found = groups.get_my_group(identity.actor(), group_id, today=identity.today())
    return render_template("instructor/group.html", group=found, today=identity.today())
