"""Awards in a registrar's hands: what is due, conferring it, one award and what befalls it, and those that are flagged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid, Problem
from cbe.services import award_events, award_views, conferring, due
from cbe.services.conferring import NotDue

from .. import identity
from ..award_words import AgainForm, ChangeForm, cause_words, given_words
from ..forms import show_problems, to_day
from ..requirement_words import reasons_of
from ..texts import told
from . import registrar
from .group_pages import ticked

Page = str | Response | tuple[str, int]


@registrar.get("/programs/<key:program>/conferral")
def conferral(program: str) -> Page:
    """Show what is due to whom, and what is withheld."""
    return _conferral(program)


@registrar.post("/programs/<key:program>/conferral")
def look_at_conferral(program: str) -> Page:
    """Show exactly what would be conferred on whom, and why it is due; nothing is done yet."""
    credential, learners, on = _picked()
    try:
        found = conferring.look(
            identity.actor(), program, credential, learners, on, today=identity.today(), now=identity.now()
        )
    except Invalid as error:
        return _conferral(program, problems=error.problems)
    except NotDue as error:
        return _conferral(program, not_due=error)
    whys = [(one, reasons_of(one.why, one.program)) for one in found]
    return render_template("registrar/confirm_conferral.html", program=program, found=whys, on=on)


@registrar.post("/programs/<key:program>/conferral/confer")
def confer(program: str) -> Page:
    """Confer it on all of them, or on none."""
    credential, learners, on = _picked()
    try:
        count = conferring.confer(
            identity.actor(), program, credential, learners, on, today=identity.today(), now=identity.now()
        )
    except Invalid as error:
        return _conferral(program, problems=error.problems)
    except NotDue as error:
        return _conferral(program, not_due=error)
    flash(
        ngettext("Conferred on %(num)d learner. They are told.", "Conferred on %(num)d learners. They are told.", count)
    )
    return redirect(url_for("registrar.conferral", program=program), 303)


@registrar.get("/programs/<key:program>/flags")
def flags(program: str) -> str:
    """Show the awards that wait for a decision, those longest first."""
    found = award_views.list_flags(identity.actor(), program, today=identity.today(), now=identity.now())
    words = [(one, cause_words(one.cause, one.program) if one.cause else "") for one in found.flagged]
    return render_template("registrar/flags.html", found=found, flagged=words)


@registrar.get("/awards/<uuid:award_id>")
def award(award_id: UUID) -> Page:
    """Show one award: its requirement then and now, its history, and what may be done."""
    return _award(award_id, ChangeForm(), AgainForm())


@registrar.post("/awards/<uuid:award_id>")
def change_award(award_id: UUID) -> Page:
    """Suspend, reinstate or revoke it."""
    return _carry_out(award_id, award_events.change_award, _("It is done, and the learner is told."))


@registrar.post("/awards/<uuid:award_id>/flag")
def decide_flag(award_id: UUID) -> Page:
    """Decide what becomes of a flagged award."""
    return _carry_out(award_id, award_events.decide_flag, _("It is decided."))


@registrar.post("/awards/<uuid:award_id>/again")
def give_again(award_id: UUID) -> Page:
    """Give again what was revoked."""
    form = AgainForm()
    try:
        conferring.give_again(identity.actor(), award_id, form.on.data, today=identity.today(), now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return _award(award_id, ChangeForm(), form)
    flash(_("It is given again, and the learner is told."))
    return redirect(url_for("registrar.award", award_id=award_id), 303)


def _carry_out(award_id: UUID, change: Callable[..., None], done: str) -> Page:
    form = ChangeForm()
    try:
        change(
            identity.actor(), award_id, form.change.data or "", form.reason.data or "",
            effective_on=form.effective_on.data, today=identity.today(), now=identity.now(),
        )  # fmt: skip
    except Invalid as error:
        show_problems(form, error)
        return _award(award_id, form, AgainForm())
    flash(done)
    return redirect(url_for("registrar.award", award_id=award_id), 303)


def _award(award_id: UUID, form: ChangeForm, again: AgainForm) -> Page:
    found = award_views.get_award(identity.actor(), award_id, today=identity.today(), now=identity.now())
    one, today = found.award, identity.today()
    form.offer(("kept", *one.moves) if one.flag and one.moves else one.moves, max(today, one.earliest))
    again.on.data = again.on.data or today
    page = render_template(
        "registrar/award.html",
        award=one,
        given=given_words(one),
        flag=cause_words(one.flag, one.program) if one.flag else "",
        history=[(entry, cause_words(entry.cause, one.program) if entry.cause else "") for entry in one.history],
        then=(found.then.on, reasons_of(found.then, one.program)),
        now=(found.now.on, reasons_of(found.now, one.program)),
        form=form,
        again=again,
        is_own=one.account_id == identity.actor().account_id,
    )
    return page, 422 if form.errors or again.errors else 200


def _conferral(program: str, problems: Sequence[Problem] = (), not_due: NotDue | None = None) -> Page:
    found = due.list_due(identity.actor(), program, today=identity.today(), now=identity.now())
    credential, learners, on = _picked()
    page = render_template(
        "registrar/conferral.html",
        found=found,
        problems=[told(text) for _at, text in problems],
        not_due=[(name, told(why)) for name, why in not_due.learners] if not_due else [],
        picked=(credential, set(learners)),
        on=on or identity.today(),
        today=identity.today(),
        most=conferring.MOST_CONFERRED,
    )
    return page, 422 if problems else 409 if not_due else 200


def _picked() -> tuple[str, list[UUID], date | None]:
    """Return the credential, the learners and the day that were chosen."""
    return request.form.get("credential", ""), ticked("learner"), to_day(request.form.get("on", ""))
