"""One's own account: how pages look, password, address, signing out, closing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from flask_login import logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import Email, InputRequired

from cbe.domain.errors import Invalid
from cbe.services import accounts, learner_record, notice_mails
from cbe.services.accounts import SignedIn

from . import identity
from .forms import at_most, show_problems
from .guard import safe_next
from .mails import RHYTHMS, compose
from .public import limiter

account = Blueprint("account", __name__)


def _by_account() -> str:
    person = identity.signed_in()
    return f"account:{person.account_id}" if person else get_remote_address()


BY_PASSWORD = limiter.shared_limit("10 per 5 minutes", "password", key_func=_by_account)
"""What asks for the password again, together: whoever finds a browser signed in shall not guess it there."""
COOKIE_SECONDS = 365 * 24 * 3600
Page = str | Response | tuple[str, int]


class PasswordForm(FlaskForm):
    """The old password and the new one."""

    old_password = PasswordField(_l("Your password now"), validators=[InputRequired(_l("Write your password."))])
    new_password = PasswordField(_l("New password"), validators=[InputRequired(_l("Write the new password."))])


class EmailForm(FlaskForm):
    """A new address, confirmed by password here and by a link there."""

    email = EmailField(
        _l("New e-mail address"),
        validators=[
            InputRequired(_l("Write the new address.")),
            Email(_l("This is not an e-mail address.")),
            at_most(254),
        ],
    )
    password = PasswordField(
        _l("Your password now"), id="email-password", validators=[InputRequired(_l("Write your password."))]
    )


class CloseForm(FlaskForm):
    """The password, to close the account."""

    password = PasswordField(
        _l("Your password now"), id="close-password", validators=[InputRequired(_l("Write your password."))]
    )


@account.post("/preferences")
def preferences() -> Response:
    """Remember language, theme and time zone: beside the account, and in cookies for those not signed in."""
    language = request.form.get("language") if request.form.get("language") in identity.LANGUAGES else None
    theme = request.form.get("theme") if request.form.get("theme") in identity.THEMES else None
    zone = request.form.get("time_zone")
    zone = zone if zone in identity.known_time_zones() else None
    keys = {"on": True, "off": False}.get(request.form.get("single_keys", ""))
    if identity.signed_in():
        accounts.set_preferences(
            identity.actor(), language=language, theme=theme, time_zone=zone, single_keys=keys, now=identity.now()
        )
    response = redirect(safe_next(request.form.get("next"), "/"), 303)
    for name, value in (("language", language), ("theme", theme), ("time_zone", zone)):
        if value:
            response.set_cookie(
                name, value, max_age=COOKIE_SECONDS, secure=request.is_secure, httponly=True, samesite="Lax"
            )
    return response


@account.post("/sign-out")
def sign_out() -> Response:
    """End this sign-in."""
    accounts.sign_out(_person(), now=identity.now())
    logout_user()
    return redirect(url_for("public.sign_in"), 303)


@account.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every sign-in of one's own."""
    accounts.sign_out_everywhere(identity.actor(), now=identity.now())
    logout_user()
    flash(_("You are signed out everywhere."))
    return redirect(url_for("public.sign_in"), 303)


@account.get("/settings")
def settings() -> Page:
    """Show what one may change about one's account."""
    return _settings_page()


@account.post("/settings/mails")
def set_rhythm() -> Response:
    """Choose how often news comes by mail."""
    notice_mails.set_rhythm(identity.actor(), request.form.get("rhythm", ""), now=identity.now())
    flash(_("Your choice is saved."))
    return redirect(url_for("account.settings") + "#mails", 303)


@account.post("/settings/named")
def set_named() -> Response:
    """Let one's name stand on the records of those one assesses, or not."""
    learner_record.set_shown(identity.actor(), request.form.get("named") == "yes", now=identity.now())
    flash(_("Your choice is saved."))
    return redirect(url_for("account.settings") + "#named", 303)


@account.post("/settings/password")
@BY_PASSWORD
def change_password() -> Page:
    """Set a new password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            accounts.change_password(_person(), form.old_password.data, form.new_password.data, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("Your new password is set. Other devices are signed out."))
            return redirect(url_for("account.settings"), 303)
    return _settings_page(password=form)


@account.post("/settings/email")
@BY_PASSWORD
def change_email() -> Page:
    """Ask for a new address."""
    form = EmailForm()
    if form.validate_on_submit():
        try:
            accounts.change_email(
                identity.actor(), form.email.data, form.password.data, compose=compose, now=identity.now()
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("Open the link in the mail we sent to the new address; until then the old one stays."))
            return redirect(url_for("account.settings"), 303)
    return _settings_page(email=form)


@account.post("/settings/close")
@BY_PASSWORD
def close() -> Page:
    """Close the account."""
    form = CloseForm()
    if form.validate_on_submit():
        try:
            accounts.close_account(identity.actor(), form.password.data, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            logout_user()
            flash(
                _(
                    "Your account is closed. What you earned stays on the official record; the registrar can tell you more."
                )
            )
            return redirect(url_for("public.sign_in"), 303)
    return _settings_page(close=form)


def _settings_page(
    password: PasswordForm | None = None, email: EmailForm | None = None, close: CloseForm | None = None
) -> Page:
    failed = any(form is not None for form in (password, email, close))
    page = render_template(
        "account/settings.html",
        person=_person(),
        all_time_zones=identity.all_time_zones(),
        rhythms=RHYTHMS,
        is_named=learner_record.is_shown(identity.actor()) if any(_person().actor.roles.values()) else None,
        password=password or PasswordForm(formdata=None),
        email=email or EmailForm(formdata=None),
        close=close or CloseForm(formdata=None),
    )
    return page, 422 if failed else 200


def _person() -> SignedIn:
    person = identity.signed_in()
    if person is None:
        raise LookupError("the fence let nobody through")
    return person
