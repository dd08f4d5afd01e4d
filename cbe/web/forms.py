"""What all forms share: the idempotency key of a form, and a service's problems shown at the fields they are about."""

from __future__ import annotations

from datetime import date
from secrets import token_urlsafe

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Length

from cbe.domain.errors import Invalid

from .texts import told

__all__ = ["OnceForm", "at_most", "show_problems", "to_day"]


class OnceForm(FlaskForm):
    """A form that carries a key of its own, so that sending it twice does its work once."""

    once = HiddenField(default=lambda: token_urlsafe(16))


def at_most(characters: int) -> Length:
    """Return the check that a text isn't longer; what WTForms says itself is English where its catalogue has gaps."""
    return Length(max=characters, message=_l("Write at most %(max)d characters."))


def show_problems(form: FlaskForm, error: Invalid) -> None:
    """Put each problem under the field whose name its place starts with; the others above the form."""
    for at, text in error.problems:
        name = at.strip("/").split("/")[0]
        field = form._fields.get(name)
        if field is None:
            form.form_errors.append(f"{at}: {told(text)}" if at else told(text))
        else:
            field.errors = [*field.errors, told(text)]


def to_day(text: str) -> date | None:
    """Read a day as a browser's field sends it; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
