"""Pages for anybody: signing in, links sent by mail, and the page that says the server is up."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import login_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired

from cbe.domain.errors import Invalid, NotFound
from cbe.services import accounts, notice_mails
from cbe.services.demo.seed import PASSWORD as DEMO_PASSWORD

from . import identity
from .forms import at_most, show_problems
from .guard import safe_next
from .mails import compose

public = Blueprint("public", __name__)
limiter = Limiter(get_remote_address, headers_enabled=False)

Page = str | Response | tuple[str, int]


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField(_l("E-mail"), validators=[InputRequired(_l("Write your e-mail address.")), at_most(254)])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Write your password.")), at_most(200)])
    next = HiddenField()


class AddressForm(FlaskForm):
    """The address a link goes to."""

    email = EmailField(_l("E-mail"), validators=[InputRequired(_l("Write your e-mail address.")), at_most(254)])


class NewPasswordForm(FlaskForm):
    """A password that is set through a link."""

    new_password = PasswordField(_l("New password"), validators=[InputRequired(_l("Write the new password."))])


def _by_address() -> str:
    return "address:" + request.form.get("email", "").strip().casefold()[:254]


@public.get("/")
def start() -> Response:
    """Lead to one's home, or to sign-in."""
    return redirect(url_for("home.start") if identity.signed_in() else url_for("public.sign_in"))


@public.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@limiter.limit("10 per 5 minutes", key_func=_by_address, methods=["POST"])
def sign_in() -> Page:
    """Sign in; the session begins anew, so that none prepared by somebody else is carried over."""
    form = SignInForm()
    if request.method == "GET":
        if identity.signed_in():
            return redirect(safe_next(request.args.get("next"), "/"))
        form.next.data = request.args.get("next")
    if form.validate_on_submit():
        try:
            token = accounts.sign_in(form.email.data, form.password.data, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            return _signed_in(token, form.next.data)
    demo = current_app.extensions["cbe"].demo
    return render_template("public/sign_in.html", form=form, demo=demo), 422 if form.errors or form.form_errors else 200


@public.post("/sign-in/demo")
@limiter.limit("20 per minute")
def sign_in_to_demo() -> Page:
    """Sign in as one of the demo's people, in demo mode only."""
    if not current_app.extensions["cbe"].demo:
        raise NotFound("There is no demo here.")
    token = accounts.sign_in(request.form.get("account", ""), DEMO_PASSWORD, now=identity.now())
    return _signed_in(token, request.form.get("next"))


def _signed_in(token: str, target: str | None) -> Response:
    """Begin the session anew, with the token of its forms in it at once so that the first page sets no cookie."""
    session.clear()
    login_user(identity.load_user(token))
    g.pop("csrf_token", None)
    generate_csrf()
    return redirect(safe_next(target, "/"), 303)


@public.route("/forgotten", methods=["GET", "POST"])
@limiter.limit("5 per minute", methods=["POST"])
@limiter.limit("5 per hour", key_func=_by_address, methods=["POST"])
def forgotten() -> Page:
    """Ask for a link that sets a new password; the answer is the same whether the address is known or not."""
    form = AddressForm()
    if form.validate_on_submit():
        accounts.request_reset(form.email.data, compose=compose, now=identity.now())
        flash(_("If this address has an account, a link is on its way to it. It works once, for a day."))
        return redirect(url_for("public.sign_in"), 303)
    return render_template("public/forgotten.html", form=form), 422 if form.errors else 200


@public.route("/links/<token>", methods=["GET", "POST"])
@limiter.limit("20 per minute")
def link(token: str) -> Page:
    """Show what a link of ours does, and do it when asked (a mail reader's look ahead uses nothing up)."""
    purpose = accounts.peek_link(token, now=identity.now())
    form: FlaskForm = FlaskForm() if purpose == "email" else NewPasswordForm()
    if form.validate_on_submit():
        new_password = form.new_password.data if purpose != "email" else None
        try:
            accounts.accept_link(token, new_password=new_password, now=identity.now())
        except Invalid as error:
            show_problems(form, error)
        else:
            flash(_("Your new address is set.") if purpose == "email" else _("Your password is set. Sign in with it."))
            return redirect(url_for("public.sign_in"), 303)
    return render_template("public/link.html", form=form, purpose=purpose), 422 if form.errors else 200


@public.get("/unsubscribe/<token>")
@limiter.limit("60 per minute")
def unsubscribe(token: str) -> str:
    """Show the button that ends mails about notices (a mail reader's look ahead ends nothing)."""
    return render_template("public/unsubscribe.html", reads_mails=notice_mails.reads_mails(token), token=token)


@public.post("/unsubscribe/<token>")
@limiter.limit("60 per minute")
def end_mails(token: str) -> str:
    """End mails about notices, for the button and for mail programs that send this by themselves (RFC 8058)."""
    notice_mails.end_mails(token, now=identity.now())
    return render_template("public/unsubscribe.html", reads_mails=False, token=token)


@public.get("/help")
def help_page() -> str:
    """Say which keys do what."""
    return render_template("public/help.html")


@public.get("/health")
def health() -> tuple[dict[str, str], int]:
    """Say that the server answers."""
    return {"status": "ok"}, 200
