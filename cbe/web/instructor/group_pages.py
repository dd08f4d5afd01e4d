"""Groups as their instructors and advisers see them: who has not moved for how long."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from cbe.services import away, groups

from .. import identity
from . import instructor


@instructor.get("/groups/<uuid:group_id>")
def group(group_id: UUID) -> str:
    """Show how the learners of a group get on, longest without a step first."""
    found = groups.get_my_group(identity.actor(), group_id, today=identity.today())
    absent = away.list_away_in(group_id, today=identity.today())
    return render_template("instructor/group.html", group=found, absent=absent, today=identity.today())
