"""Who issues credentials, for those who run the installation: what it says of itself, its keys, and how far signing is."""

from __future__ import annotations

from dataclasses import fields

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, StringField, TextAreaField

from cbe.domain.errors import Conflict, Invalid
from cbe.services.issuing import issuer, keys, sweeping
from cbe.services.issuing.issuer import Issuer

from .. import identity
from ..forms import OnceForm, show_problems
from .answers import issuing

Page = str | Response | tuple[str, int]


class IssuerForm(OnceForm):
    """What the organization says of itself."""

    name = StringField(_l("Name"))
    country = StringField(_l("Country or region"), description=_l("Best the code of two letters, such as DE."))
    url = StringField(_l("Website"))
    email = EmailField(_l("E-mail for questions"))
    logo_url = StringField(_l("Address of the logo"), description=_l("A picture (PNG or SVG) on the web, or nothing."))
    accreditation = TextAreaField(_l("Accreditation"), description=_l("By whom, since when. At most 2,000 characters."))
    quality_assurance = TextAreaField(
        _l("Quality assurance"), description=_l("Which kind, and who sees to it. At most 2,000 characters.")
    )


@issuing.get("/admin/issuer")
def admin() -> Page:
    """Show what may be changed about who issues."""
    return _admin(IssuerForm(obj=issuer.get_issuer()))


@issuing.post("/admin/issuer")
def save_issuer() -> Page:
    """Say what the organization is."""
    actor, form = identity.actor(), IssuerForm()
    sweeping.count_signed(actor)
    said = {one.name: (form[one.name].data or "").strip() for one in fields(Issuer)}
    try:
        issuer.set_issuer(actor, Issuer(**said), now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return _admin(form)
    flash(_("It is saved, and stands in what is signed from now on."))
    return redirect(url_for("issuing.admin"), 303)


@issuing.post("/admin/issuer/key")
def rotate_key() -> Page:
    """Make a new key for what is signed from now on."""
    try:
        keys.rotate_key(identity.actor(), now=identity.now())
    except Conflict as error:
        flash(_(error.message), "error")
    else:
        flash(_("Credentials are signed with a new key from now on. Those signed before go on to verify."))
    return redirect(url_for("issuing.admin"), 303)


def _admin(form: IssuerForm) -> Page:
    progress = sweeping.count_signed(identity.actor())
    page = render_template(
        "issuing/admin.html",
        form=form,
        progress=progress,
        keys=keys.list_keys(),
        versions=issuer.list_issuers(identity.actor()),
    )
    return page, 422 if form.errors else 200
