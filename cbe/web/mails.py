"""The words of the mails, in their reader's language."""

from __future__ import annotations

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from . import identity

__all__ = ["RHYTHMS", "compose", "compose_news"]

RHYTHMS = {
    "once": _l("At once, within a few minutes"),
    "daily": _l("Once a day, from 7 in the morning"),
    "weekly": _l("Once a week, on Mondays from 7 in the morning"),
    "off": _l("Never"),
}


def compose(purpose: str, name: str, link: str, language: str | None) -> tuple[str, str]:
    """Return subject and text of the mail that carries a link; see ``services.mail.Compose``."""
    with force_locale(language if language in identity.LANGUAGES else identity.locale()):
        subjects = {
            "invitation": _("Your invitation"),
            "reset": _("A new password"),
            "email": _("Confirm your new address"),
        }
        lines = {
            "invitation": _("You have been invited to see your progress here. Open the link and choose a password; it works once, for 14 days."),
            "reset": _("Open the link to set a new password; it works once, for a day. If you did not ask for it, do nothing."),
            "email": _("Open the link to use this address from now on; it works once, for a day. If you did not ask for it, do nothing."),
        }  # fmt: skip
        greeting = _("Hello %(name)s,", name=name)
        return subjects[purpose], f"{greeting}\n\n{lines[purpose]}\n\n{link}\n"


def compose_news(count: int, link: str, unsubscribe: str, rhythm: str, language: str | None) -> tuple[str, str]:
    """Return subject and text of the mail that says there are notices; see ``services.notice_mails.ComposeNews``.

    It greets nobody by name and says nothing of what the notices are about: mail is read by more than its reader.
    """
    with force_locale(language if language in identity.LANGUAGES else "en"):
        lines = [
            _("Hello,"),
            ngettext("there is %(num)d new notice for you. Sign in to read it:", "there are %(num)d new notices for you. Sign in to read them:", count),
            link,
            _("How often you get this mail: %(rhythm)s. You can change it in your settings.", rhythm=RHYTHMS[rhythm]),
            _("To get no such mail any more, open this link and press the button; you need not sign in:"),
            unsubscribe,
        ]  # fmt: skip
        return _("There is news for you at cbe"), "\n\n".join(lines) + "\n"
