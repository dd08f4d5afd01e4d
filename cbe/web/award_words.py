"""Words for awards: what one is on a day, what befell it, what may be done to it; and the forms by which it is done."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import DateField, RadioField, TextAreaField

from cbe.domain.program import Program
from cbe.services.award_views import AwardDetail, Cause

from .forms import OnceForm
from .texts import TAKEN_BACK, day, plain

__all__ = ["AWARD_LOOKS", "AWARD_STATES", "ENTRIES", "AgainForm", "ChangeForm", "cause_words", "given_words"]

AWARD_STATES = {
    "good": _l("in good standing"),
    "suspended": _l("suspended"),
    "revoked": _l("revoked"),
    "expired": lazy_pgettext("award", "expired"),
}
AWARD_LOOKS = {"good": "held", "suspended": "withheld", "revoked": "impossible", "expired": "open"}
"""State of an award → the status of a credential whose colours and icon it takes."""
ENTRIES = {
    "given": _l("Given"),
    "suspended": _l("Suspended"),
    "reinstated": _l("Reinstated"),
    "revoked": _l("Revoked"),
    "flagged": _l("Flagged for a registrar’s decision"),
    "kept": _l("Kept as it is"),
}
CHANGES = {
    "kept": _l("Keep it: it stays as it is."),
    "suspended": _l("Suspend it: it does not count until somebody reinstates it."),
    "reinstated": _l("Reinstate it: it counts again."),
    "revoked": _l("Revoke it: it counts no longer, and is not given again by itself."),
}


class ChangeForm(OnceForm):
    """What is to become of an award, from which day, and why; the changes offered are set by the page."""

    change = RadioField(_l("What is to become of it"))
    effective_on = DateField(_l("From which day"))
    reason = TextAreaField(_l("Reason"), description=_l("The learner reads it. At most 2,000 characters."))

    def offer(self, changes: tuple[str, ...], today: date) -> ChangeForm:
        """Offer these changes, from today unless another day is chosen."""
        self.change.choices = [(change, CHANGES[change]) for change in changes]
        self.effective_on.data = self.effective_on.data or today
        return self


class AgainForm(OnceForm):
    """From which day a credential that was revoked is given again."""

    on = DateField(
        _l("From which day"), description=_l("A day since it was revoked, on which its requirement was met.")
    )


def cause_words(cause: Cause, program: Program) -> str:
    """Say what took away the ground an award stood on."""
    if cause.competency is not None:
        titles = {one.id: one.title for one in program.competencies}
        title = plain(titles.get(cause.competency, cause.competency), program.language)
        return _("A decision on %(title)s was %(how)s.", title=title, how=TAKEN_BACK[cause.how])
    awards = {one.id: one.title for one in program.credentials}
    title = plain(awards.get(cause.credential or "", cause.credential or ""), program.language)
    if cause.how == "revoked":
        return _("It builds on %(title)s, which was revoked.", title=title)
    return _("It builds on %(title)s, which was suspended.", title=title)


def given_words(award: AwardDetail) -> str:
    """Say when and how an award was given."""
    if award.by is None:
        return _("Given by itself on %(day)s, when everything was met.", day=day(award.awarded_on))
    return _("Conferred by %(name)s as of %(day)s.", name=award.by, day=day(award.awarded_on))
