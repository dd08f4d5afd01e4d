"""Words for roles and for the statuses of accounts and enrolments, and the forms that name them."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from .forms import OnceForm, at_most

__all__ = [
    "ACCOUNT_STATUSES",
    "ENROLMENT_STATUSES",
    "ROLES",
    "GroupForm",
    "InviteForm",
    "RoleForm",
    "StatusForm",
    "TableForm",
]

ROLES = {
    "learner": _l("learner"),
    "instructor": _l("instructor"),
    "coordinator": _l("coordinator"),
    "designer": _l("designer"),
    "adviser": _l("adviser"),
    "registrar": _l("registrar"),
    "data_protection": _l("data protection"),
    "verifier": _l("external verifier"),
}
ENROLMENT_STATUSES = {
    "applied": _l("asked to join"),
    "active": _l("active"),
    "leave": _l("on leave"),
    "withdrawn": _l("withdrawn"),
    "completed": _l("completed"),
}
ACCOUNT_STATUSES = {
    "invited": _l("invited"),
    "active": _l("active"),
    "deactivated": _l("deactivated"),
    "closed": _l("closed"),
}


class InviteForm(OnceForm):
    """Somebody to bring in; the roles offered are set by the page."""

    email = EmailField(_l("E-mail"), validators=[InputRequired(_l("Write an e-mail address.")), at_most(254)])
    name = StringField(
        _l("Name"),
        description=_l("Only for somebody who has no account yet; they get an invitation by mail."),
        validators=[at_most(200)],
    )
    role = SelectField(_l("Role"))
    until = DateField(
        _l("Until"),
        description=_l("The last day of the role; an external verifier needs one."),
        validators=[Optional()],
    )


class RoleForm(OnceForm):
    """A role in a program; programs and roles offered are set by the page."""

    program = SelectField(_l("Program"))
    role = SelectField(_l("Role"))
    until = DateField(
        _l("Until"),
        description=_l("The last day of the role; an external verifier needs one."),
        validators=[Optional()],
    )


class StatusForm(OnceForm):
    """Another status of an enrolment and its first day; the statuses offered are set by the page."""

    status = SelectField(_l("New status"))
    since = DateField(_l("Since"), validators=[InputRequired(_l("Choose a day."))])

    def offer(self, moves: tuple[str, ...], today: date) -> StatusForm:
        """Offer these statuses, from today unless another day is chosen."""
        self.status.choices = [(move, ENROLMENT_STATUSES[move]) for move in moves]
        self.since.data = self.since.data or today
        return self


class GroupForm(OnceForm):
    """The name of a group."""

    name = StringField(_l("Name of the group"), validators=[InputRequired(_l("Write a name.")), at_most(100)])


class TableForm(OnceForm):
    """A table as a file or as text; ``do`` says whether it is only looked at."""

    file = FileField(_l("CSV file"), description=_l("UTF-8, at most 2 MB and 5,000 lines."))
    table = TextAreaField(_l("Or the table itself"), description=_l("The first line names the columns."))
    do = HiddenField()
