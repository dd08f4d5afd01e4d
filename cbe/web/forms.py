"""What all forms share: the idempotency key of a form, and a service's problems shown at the fields they are about."""

from __future__ import annotations

from secrets import token_urlsafe

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField

from cbe.domain.errors import Invalid

__all__ = ["OnceForm", "show_problems"]


class OnceForm(FlaskForm):
    """A form that carries a key of its own, so that sending it twice does its work once."""

    once = HiddenField(default=lambda: token_urlsafe(16))


def show_problems(form: FlaskForm, error: Invalid) -> None:
    """Put each problem under the field whose name its place starts with; the others above the form."""
    for at, text in error.problems:
        name = at.strip("/").split("/")[0]
        field = form._fields.get(name)
        if field is None:
            form.form_errors.append(f"{at}: {_(text)}" if at else _(text))
        else:
            field.errors = [*field.errors, _(text)]
